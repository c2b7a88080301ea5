"""The best portfolio a policy allows."""

from dataclasses import dataclass, replace
from typing import Unpack

import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.weights import aligned
from addin.engine.balance import to_nearest
from addin.engine.binding import binding
from addin.engine.feasible import FeasibleSet
from addin.engine.objectives import Objective
from addin.engine.optimised import (
    Given,
    by_method,
    explaining,
    optimised,
    problem_under,
)
from addin.engine.problem import Problem
from addin.engine.program import Optimum
from addin.engine.settings import AS_STATED, Settings
from addin.engine.task import Task

__all__ = ["Objective", "Settings", "Solution", "nearest", "optimize"]


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
        note: How far a search is proved, of few holdings or for value at risk; else blank.
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


def _solution(problem: Problem, found: Optimum, value: float, note: str) -> Solution:
    rules, per_asset = binding(problem, found.x)
    return Solution(
        pd.Series(found.x, index=problem.feasible.index, copy=False),
        value,
        found.solver,
        found.iterations,
        rules,
        per_asset,
        note,
    )


def optimize(
    assumptions: Assumptions,
    feasible: FeasibleSet,
    objective: Objective | str,
    settings: Settings = AS_STATED,
    **given: Unpack[Given],
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
        given: Benchmark, current weights, returns and confidence; see ``Given``.

    Raises:
        InfeasibleError: If no portfolio obeys the rules, naming those that contradict each other.
        InputError: If the objective is unknown or lacks an input, or if the assumptions are
            such that no portfolio can be proved best.
    """
    found = optimised(assumptions, feasible, objective, settings, **given)
    solution = _solution(found.whole, found.optimum, found.value, found.note)
    return replace(solution, objective=found.objective, settings=settings)


def nearest(
    assumptions: Assumptions, feasible: FeasibleSet, wanted: pd.Series, **given: Unpack[Given]
) -> Solution:
    """The portfolio nearest to ``wanted``, in least squares, among those that obey every rule.

    Args:
        assumptions: Annual; their covariance serves limits of volatility and tracking error.
        feasible: Portfolios allowed.
        wanted: Decimals by ticker; need not obey anything.
        given: Benchmark, current weights, returns and confidence, for limits.

    Raises:
        InfeasibleError: If no portfolio obeys the rules.
        InputError: If ``wanted`` has weight in an asset outside ``feasible``.
    """
    problem = problem_under(assumptions, feasible, AS_STATED, given)
    goal = aligned(wanted, feasible.tickers, "wanted weights")
    with explaining(problem):
        found = by_method(Task(problem, AS_STATED), to_nearest(goal))
    return _solution(problem, *found.answer, found.note)
