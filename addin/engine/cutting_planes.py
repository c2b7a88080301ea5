"""Limits of CVaR around any objective: planes that cut off what is beyond them."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from addin.domain.weights import EDGE, Vector
from addin.engine.feasible import LinearRule, TailLimit
from addin.engine.problem import Problem
from addin.engine.program import UnprovedError
from addin.engine.shortfall import tail_cut
from addin.engine.task import Answer, Method, Task
from addin.errors import InfeasibleError

_MOST_CUTS = 500
_EXACT = EDGE / 10


class CutError(InfeasibleError):
    """No portfolio is left; ``problem`` has the planes that say so."""

    def __init__(self, problem: Problem, words: str) -> None:
        super().__init__(words)
        self.problem = problem


def _limits(problem: Problem) -> list[TailLimit]:
    soft = (limit for limit in problem.feasible.soft if isinstance(limit, TailLimit))
    return [*problem.feasible.tail_limits, *soft]


def _crossed(problem: Problem, weights: Vector) -> Iterator[LinearRule]:
    """A plane for each limit that is exceeded by more than its planes so far know of."""
    value, slope = tail_cut(problem.scenarios, weights, problem.confidence)
    planes = [*problem.feasible.rules, *problem.feasible.soft]
    for limit in _limits(problem):
        own = [p for p in planes if isinstance(p, LinearRule) and p.words == limit.words]
        known = max((float(p.coefficients @ weights) for p in own), default=-np.inf)
        if value > limit.bound + _EXACT and (not limit.soft or value > known + _EXACT):
            yield LinearRule(limit.words, slope, -np.inf, limit.bound, soft=limit.soft)


def within_tails(task: Task, method: Method) -> Answer:
    """The optimum of an objective among portfolios within every limit of CVaR.

    Each round solves under the planes found so far and adds one where the answer is beyond a
    limit. An answer inside all limits is the optimum, as the planes cut off nothing allowed.

    Raises:
        InfeasibleError: If the planes leave no portfolio.
        UnprovedError: If some hundred planes do not suffice.

    Source:
        Kelley (1960), "The cutting-plane method for solving convex programs"; Künzi-Bay and
        Mayer (2006), "Computational aspects of minimizing conditional value-at-risk".
    """
    if not _limits(task.problem):
        return method(task)
    for _ in range(_MOST_CUTS):
        try:
            answer = method(task)
        except InfeasibleError as error:
            raise CutError(task.problem, str(error)) from None
        cuts = tuple(_crossed(task.problem, answer[0].x))
        if not cuts:
            return answer
        feasible = task.problem.feasible.also(*cuts)
        task = replace(task, problem=replace(task.problem, feasible=feasible))
    raise UnprovedError("the planes of a limit of CVaR come to no end")
