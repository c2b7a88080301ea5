"""An optimum with everything it came from, to ask what if."""

from dataclasses import dataclass, replace
from typing import TypedDict, Unpack

import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.weights import Vector
from addin.engine.feasible import FeasibleSet
from addin.engine.objectives import METHODS, Objective, objective_named
from addin.engine.optimize import best, explaining
from addin.engine.problem import Problem, problem_of
from addin.engine.program import UnprovedError
from addin.engine.settings import AS_STATED, Settings, under
from addin.engine.task import Task
from addin.errors import InfeasibleError


class Given(TypedDict, total=False):
    """What ``optimize`` may be given besides market, rules and objective."""

    benchmark: pd.Series | None
    current: pd.Series | None
    returns: Returns | None
    confidence: float


@dataclass(frozen=True, eq=False)
class Optimised:
    """A task that has been solved.

    Attributes:
        task: What was to be solved.
        objective: In which sense.
        weights: (n,) the optimum.
        value: Of the objective, in its own unit.
    """

    task: Task
    objective: Objective
    weights: Vector
    value: float

    @property
    def problem(self) -> Problem:
        """Market and rules."""
        return self.task.problem

    def instead(self, problem: Problem) -> "Optimised | None":
        """The optimum of another problem in the same sense; None if there is none."""
        task = replace(self.task, problem=problem)
        try:
            found, value = best(task, METHODS[self.objective])
        except (InfeasibleError, UnprovedError):
            return None
        return Optimised(task, self.objective, found.x, value)


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
    limited = under(feasible, assumptions, settings)
    problem = problem_of(
        assumptions,
        limited,
        given.get("benchmark"),
        settings.concentration,
        current=given.get("current"),
        returns=given.get("returns"),
        confidence=given.get("confidence", 0.95),
    )
    task = Task(problem, settings)
    with explaining(problem):
        found, value = best(task, METHODS[chosen])
    return Optimised(task, chosen, found.x, value)
