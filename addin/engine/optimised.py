"""An optimum with everything it came from, to report it or to ask what if."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TypedDict, Unpack

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.weights import EDGE, Vector
from addin.engine.conflict import explained
from addin.engine.cutting_planes import CutError
from addin.engine.feasible import FeasibleSet
from addin.engine.few import Chosen, among_few
from addin.engine.objectives import METHODS, Objective, objective_named, require_honoured
from addin.engine.problem import Problem, problem_of
from addin.engine.program import Optimum, UnprovedError
from addin.engine.settings import AS_STATED, Settings, under
from addin.engine.task import Method, Task
from addin.errors import InfeasibleError, InputError

_SUM = 1e-12


class Given(TypedDict, total=False):
    """What may be known besides market, rules and objective.

    Attributes:
        benchmark: Decimals by ticker, for tracking error; may hold assets that cannot be bought.
        current: Weights before trading, for costs and limits of turnover.
        returns: Of every ticker of the feasible set, for CVaR, VaR and drawdown.
        confidence: Of CVaR, VaR and drawdown; 0.95 when not given.
    """

    benchmark: pd.Series | None
    current: pd.Series | None
    returns: Returns | None
    confidence: float


@dataclass(frozen=True, eq=False)
class Optimised:
    """A task that has been solved.

    Attributes:
        task: What was to be solved; among few holdings, with those that were chosen.
        objective: In which sense.
        optimum: Weights, prices and solver.
        value: Of the objective, in its own unit.
        note: What a reader should know of how it was found.
        whole: Market and rules before holdings were chosen.
    """

    task: Task
    objective: Objective
    optimum: Optimum
    value: float
    note: str
    whole: Problem

    @property
    def weights(self) -> Vector:
        """(n,) the optimum."""
        return self.optimum.x

    @property
    def problem(self) -> Problem:
        """Market and rules."""
        return self.task.problem

    def instead(self, problem: Problem) -> "Optimised | None":
        """The optimum of another problem in the same sense; None if there is none."""
        try:
            return _solved(replace(self.task, problem=problem), self.objective)
        except (InfeasibleError, UnprovedError):
            return None


def _tidy(feasible: FeasibleSet, weights: Vector) -> Vector:
    """Weights below ``EDGE`` made zero, their sum given to the weight with most room."""
    dust = (np.abs(weights) < EDGE) & (weights != 0) & (feasible.lower <= 0)
    if not dust.any() and abs(weights.sum() - 1) <= _SUM:
        return weights
    swept = np.where(dust, 0.0, weights)
    room = np.minimum(swept - feasible.lower, feasible.upper - swept)
    swept[int(np.argmax(room))] += 1 - swept.sum()
    return swept


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


def by_method(task: Task, method: Method) -> Chosen:
    """The optimum of a task under every rule, with all that a reader should know of it.

    Raises:
        InfeasibleError: If no portfolio obeys the rules.
        UnprovedError: If the optimum could not be proved.
    """
    chosen = among_few(task, method)
    found, value = chosen.answer
    tidied = replace(found, x=_tidy(task.problem.feasible, found.x))
    note = "; ".join(filter(None, [found.note, chosen.note]))
    return replace(chosen, answer=(tidied, value), note=note)


def _solved(task: Task, objective: Objective) -> Optimised:
    found = by_method(task, METHODS[objective])
    return Optimised(found.task, objective, *found.answer, found.note, task.problem)


def problem_under(
    assumptions: Assumptions, feasible: FeasibleSet, settings: Settings, given: Given
) -> Problem:
    """Market and rules of an optimisation, with the limits of the settings.

    Raises:
        InputError: If a number is missing or not finite.
    """
    return problem_of(
        assumptions,
        under(feasible, assumptions, settings),
        given.get("benchmark"),
        settings.concentration,
        current=given.get("current"),
        returns=given.get("returns"),
        confidence=given.get("confidence", 0.95),
    )


def optimised(
    assumptions: Assumptions,
    feasible: FeasibleSet,
    objective: Objective | str,
    settings: Settings = AS_STATED,
    **given: Unpack[Given],
) -> Optimised:
    """The portfolio of ``optimize``, with the problem it solves.

    Args:
        assumptions: Annual.
        feasible: Portfolios allowed.
        objective: One of ``Objective``, or its name.
        settings: Aversions, costs and further limits.
        given: Benchmark, current weights, returns and confidence.

    Raises:
        InfeasibleError: If no portfolio obeys the rules.
        InputError: As ``optimize``.
    """
    chosen = objective_named(objective)
    require_honoured(chosen, settings)
    problem = problem_under(assumptions, feasible, settings, given)
    with explaining(problem):
        return _solved(Task(problem, settings), chosen)
