"""A limit on the number of holdings, or their least weight, around any objective."""

from dataclasses import replace

import numpy as np

from addin.domain.weights import Vector
from addin.engine.cardinality import Effort, FewHoldings, Row, few_holdings, with_few_holdings
from addin.engine.cutting_planes import within_tails
from addin.engine.feasible import HoldingsLimit, LinearRule, TailLimit
from addin.engine.problem import Problem
from addin.engine.task import Answer, Method, Task
from addin.errors import InputError

_TOWARDS_BEST = "the number of holdings"


def _bounded(task: Task, lower: Vector, upper: Vector, row: Row | None = None) -> Task:
    """The task with other bounds and without the limit on holdings."""
    feasible = replace(task.problem.feasible, lower=lower, upper=upper, holdings=None)
    if row is not None:
        feasible = feasible.also(LinearRule(_TOWARDS_BEST, row[0], -np.inf, row[1]))
    return replace(task, problem=replace(task.problem, feasible=feasible))


def _has_tails(problem: Problem) -> bool:
    soft = any(isinstance(limit, TailLimit) for limit in problem.feasible.soft)
    return bool(problem.feasible.tail_limits) or soft


def _by_any(task: Task, method: Method, limit: HoldingsLimit, effort: Effort) -> FewHoldings:
    """The search with nothing known of the objective but its optimum under any bounds."""
    if task.problem.feasible.soft:
        raise InputError(
            f"{'; '.join(limit.words)}: cannot be weighed against soft limits in this objective; "
            "leave either out, or use min volatility, max utility or max return"
        )
    sign = -1.0 if method.greatest else 1.0

    def solve(lower: Vector, upper: Vector, row: Row | None) -> tuple[Vector, float]:
        found, value = within_tails(_bounded(task, lower, upper, row), method)
        return found.x, sign * value

    n = len(task.problem.feasible)
    rules = task.problem.program(np.zeros((n, n)), np.zeros(n))
    return with_few_holdings(solve, rules, limit.most, limit.least_weight, effort)


def _searched(task: Task, method: Method, limit: HoldingsLimit) -> FewHoldings:
    effort = Effort(task.settings.time_limit)
    if method.program is not None and not _has_tails(task.problem):
        program = method.program(task)
        if not program.cones:
            n = len(task.problem.feasible)
            return few_holdings(program, n, limit.most, limit.least_weight, effort)
    return _by_any(task, method, limit, effort)


def _note(found: FewHoldings, limit: HoldingsLimit) -> str:
    words = "; ".join(limit.words)
    if found.proved:
        return f"{words}: proved best within 0.0001%"
    return (
        f"{words}: the best of {found.branches} tried; none is better by more than {found.gap:.2%}"
    )


def among_few(task: Task, method: Method) -> tuple[Answer, str]:
    """The optimum among portfolios of few holdings, and how far that is proved.

    Raises:
        InfeasibleError: If no portfolio of few holdings obeys the rules.
        InputError: If the objective gives weight to every asset.
    """
    limit = task.problem.feasible.holdings
    if limit is None:
        return within_tails(task, method), ""
    if method.everywhere:
        raise InputError(
            f"{'; '.join(limit.words)}: this objective gives every asset a weight; leave that out"
        )
    feasible = task.problem.feasible
    found = _searched(task, method, limit)
    held = found.weights[: len(feasible)] != 0
    least = np.where(held, np.maximum(feasible.lower, limit.least_weight), 0.0)
    short = held & (feasible.lower < 0)
    lower = np.where(short, feasible.lower, least)
    only = _bounded(task, lower, np.where(held, feasible.upper, 0.0))
    return within_tails(only, method), _note(found, limit)
