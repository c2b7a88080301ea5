"""The best portfolio a policy allows."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.weights import EDGE, Vector, aligned
from addin.engine.balance import towards
from addin.engine.binding import binding
from addin.engine.conflict import explained
from addin.engine.cutting_planes import CutError
from addin.engine.feasible import FeasibleSet
from addin.engine.few import among_few
from addin.engine.objectives import METHODS, Objective, objective_named
from addin.engine.problem import Problem, problem_of
from addin.engine.program import UnprovedError
from addin.engine.settings import AS_STATED, Settings, under
from addin.engine.task import Answer, Method, Task
from addin.errors import InfeasibleError, InputError

__all__ = ["Objective", "Settings", "Solution", "nearest", "optimize"]

_SUM = 1e-12


@dataclass(frozen=True, eq=False)
class Solution:
    """An optimal portfolio and the rules that hold it.

    Attributes:
        weights: Decimals by ticker, in the order of the feasible set.
        objective_value: In the objective's own unit: annual volatility, Sharpe ratio, utility,
            annual return, annual tracking error, or distance from the weights wanted.
        solver: Who solved it.
        iterations: Of that solver.
        binding: Words of every rule the portfolio is at the limit of.
        asset_binding: Per asset, the words of its own limit and of the rules it belongs to
            that bind, or nothing. A weight of zero that may not be negative is not listed.
        note: How far the choice of few holdings is proved; blank where there was none.
        objective: In which sense it is best; None if it is nearest to weights wanted.
        settings: Under which it is best.
    """

    weights: pd.Series
    objective_value: float
    solver: str
    iterations: int
    binding: tuple[str, ...] = ()
    asset_binding: tuple[str, ...] = ()
    note: str = ""
    objective: Objective | None = None
    settings: Settings = AS_STATED


def _tidy(feasible: FeasibleSet, weights: Vector) -> Vector:
    """Weights below ``EDGE`` made zero, their sum given to the weight with most room."""
    dust = (np.abs(weights) < EDGE) & (weights != 0) & (feasible.lower <= 0)
    if not dust.any() and abs(weights.sum() - 1) <= _SUM:
        return weights
    swept = np.where(dust, 0.0, weights)
    room = np.minimum(swept - feasible.lower, feasible.upper - swept)
    swept[int(np.argmax(room))] += 1 - swept.sum()
    return swept


def _solution(problem: Problem, answer: Answer, note: str) -> Solution:
    found, value = answer
    weights = _tidy(problem.feasible, found.x)
    rules, per_asset = binding(problem, weights)
    series = pd.Series(weights, index=problem.feasible.index, copy=False)
    return Solution(series, value, found.solver, found.iterations, rules, per_asset, note)


def _reason(problem: Problem) -> str | None:
    with suppress(UnprovedError):
        return explained(problem)
    return None


def _sizes(problem: Problem) -> str:
    variances, returns = np.diag(problem.covariance), problem.expected_returns
    return (
        f"variances from {variances.min():.2g} to {variances.max():.2g} and expected returns "
        f"from {returns.min():.2g} to {returns.max():.2g}"
    )


@contextmanager
def explaining(problem: Problem) -> Iterator[None]:
    """Say in words of the policy, or of its numbers, why there is no answer.

    Raises:
        InfeasibleError: Naming the rules that contradict each other.
        InputError: If the optimum cannot be proved.
    """
    try:
        yield
    except InfeasibleError as error:
        cut = error.problem if isinstance(error, CutError) else problem
        raise InfeasibleError(_reason(cut) or str(error)) from None
    except UnprovedError:
        if reason := _reason(problem):
            raise InfeasibleError(reason) from None
        raise InputError(
            "assumptions: no portfolio can be proved best; need numbers of ordinary size and a "
            f"positive definite covariance, e.g. ledoit-wolf; found {_sizes(problem)}"
        ) from None


def best(task: Task, method: Method) -> Answer:
    """The optimum of one objective under every rule, those outside programs too."""
    return among_few(task, method)[0]


def optimize(  # noqa: PLR0913 (market, policy and holdings are separate inputs)
    assumptions: Assumptions,
    feasible: FeasibleSet,
    objective: Objective | str,
    settings: Settings = AS_STATED,
    *,
    benchmark: pd.Series | None = None,
    current: pd.Series | None = None,
    returns: Returns | None = None,
    confidence: float = 0.95,
) -> Solution:
    """The portfolio that is best in one sense among those that obey every rule.

    PIQP solves most programs, HiGHS linear ones it leaves open, and Clarabel takes over where
    a limit of volatility or tracking error binds; large programs of risk alone are tried by
    active sets first. What comes back obeys bounds and rules to 1e-9, adds
    up to one to 1e-12, and no other portfolio is better by more than 1e-8 of the objective:
    that is proved for each answer by duality.

    Args:
        assumptions: Annual expected returns and covariance of every ticker of ``feasible``.
        feasible: Portfolios allowed.
        objective: One of ``Objective``, or its name.
        settings: Aversions, costs and further limits.
        benchmark: Decimals by ticker, for tracking error; may hold assets that cannot be bought.
        current: Weights before trading, for costs and limits of turnover.
        returns: Of every ticker of ``feasible``, for CVaR, VaR and drawdown.
        confidence: Of CVaR, VaR and drawdown.

    Raises:
        InfeasibleError: If no portfolio obeys the rules, naming those that contradict each other.
        InputError: If the objective is unknown or lacks an input, or if the assumptions are
            such that no portfolio can be proved best.
    """
    chosen = objective_named(objective)
    limited = under(feasible, assumptions, settings)
    problem = problem_of(
        assumptions,
        limited,
        benchmark,
        settings.concentration,
        current=current,
        returns=returns,
        confidence=confidence,
    )
    with explaining(problem):
        found = _solution(problem, *among_few(Task(problem, settings), METHODS[chosen]))
    return replace(found, objective=chosen, settings=settings)


def nearest(  # noqa: PLR0913 (market, policy and holdings are separate inputs)
    assumptions: Assumptions,
    feasible: FeasibleSet,
    wanted: pd.Series,
    *,
    benchmark: pd.Series | None = None,
    current: pd.Series | None = None,
    returns: Returns | None = None,
    confidence: float = 0.95,
) -> Solution:
    """The portfolio nearest to ``wanted``, in least squares, among those that obey every rule.

    Args:
        assumptions: Annual; their covariance serves limits of volatility and tracking error.
        feasible: Portfolios allowed.
        wanted: Decimals by ticker; need not obey anything.
        benchmark: Decimals by ticker, for limits of tracking error.
        current: Weights before trading, for limits of turnover.
        returns: Of every ticker, for limits of CVaR.
        confidence: Of CVaR.

    Raises:
        InfeasibleError: If no portfolio obeys the rules.
        InputError: If ``wanted`` has weight in an asset outside ``feasible``.
    """
    problem = problem_of(
        assumptions,
        feasible,
        benchmark,
        0.0,
        current=current,
        returns=returns,
        confidence=confidence,
    )
    goal = aligned(wanted, feasible.tickers, "wanted weights")

    method = Method(lambda task: towards(task.problem, goal))
    with explaining(problem):
        return _solution(problem, *among_few(Task(problem, AS_STATED), method))
