"""Portfolios of little historical value at risk, by a local search from several starts."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.program import Optimum, Program, UnprovedError
from addin.engine.shortfall import min_shortfall
from addin.engine.solve import minimum
from addin.engine.tail_descent import SAME, Search, Value, ends_of, entered, kept_sets
from addin.engine.tail_starts import all_round, blends, within_shortfalls
from addin.engine.tail_steps import Step, Stepped, without_objective
from addin.errors import InfeasibleError

_TAILS = (1.0, 2.0, 0.5, 4.0)  # times the tail: shortfalls to start from
_LEAST_CONFIDENCE = 0.01
_TILT = 0.5  # of an asset's deviation: random returns of the starts beyond these


@dataclass(frozen=True, eq=False)
class SearchedOptimum:
    """The best portfolio a local search found.

    Attributes:
        optimum: Its prices hold while the same scenarios are left out.
        value_at_risk: Historical, positive for a loss.
        starts: Tried, each with other scenarios left out; some may lead nowhere.
        agreed: Of these, how many ended at the same objective.
    """

    optimum: Optimum
    value_at_risk: float
    starts: int
    agreed: int


def _best(
    search: Search, step: Step, value: Value, starts: list[Stepped], tried: int
) -> SearchedOptimum:
    if not starts:
        raise UnprovedError("no portfolio to start from could be proved")
    ends = ends_of(search, step, value, starts)
    values = [value(end.x) for end in ends]
    least = min(values)
    agreed = sum(each <= least + SAME * abs(least) for each in values)
    point = ends[values.index(least)]
    return SearchedOptimum(point, search.at_risk(point.x), tried, agreed)


def _starts(search: Search, seed: int) -> Iterator[tuple[Program, float]]:
    """Programs and confidences of least shortfalls that lead to different portfolios.

    The program's own at several confidences, then in the direction of random returns.
    """
    tail = 1 - search.confidence
    for times in _TAILS:
        yield search.program, max(1 - times * tail, _LEAST_CONFIDENCE)
    rng, sizes = np.random.default_rng(seed), search.returns.std(axis=0)
    while True:
        tilt = _TILT * sizes * rng.normal(size=len(sizes))
        tilted = replace(search.program, linear=search.program.linear + tilt)
        yield tilted, search.confidence


def _least(search: Search, starts: int, seed: int) -> SearchedOptimum:
    first = []
    for program, confidence in islice(_starts(search, seed), starts):
        with suppress(UnprovedError):
            first.append(min_shortfall(program, search.returns, confidence).optimum)
    step = Step(search.program, search.returns)
    others = kept_sets(search, all_round(search.program))
    points = [*map(_unpriced, first), *entered(step, search.value, others)]
    return _best(search, step, search.value, points, len(first) + len(others))


def _unpriced(point: Optimum) -> Stepped:
    return Stepped(point, np.arange(0))


def min_value_at_risk(
    program: Program, scenarios: Matrix, confidence: float, *, starts: int = 4, seed: int = 0
) -> SearchedOptimum:
    """A point of little ½ x'Px + q'x + historical value at risk: a local optimum, not proved.

    Value at risk has many local minima. From each start the scenarios that lose most are left
    out, the largest loss of the others is minimised, and this is repeated while it helps; then
    single scenarios are exchanged. The first start is the least shortfall at the
    same confidence, so that the answer is never worse than that portfolio.

    Args:
        program: All variables bounded.
        scenarios: (T, n) returns per row.
        confidence: Between 0 and 1.
        starts: At least one.
        seed: Of the starts after the fourth.

    Raises:
        InfeasibleError: If no point obeys the limits.
        InputError: As ``value_at_risk``.
        UnprovedError: If no start could be solved.

    Source:
        Larsen, Mausser and Uryasev (2002), "Algorithms for optimization of value-at-risk".
    """
    return _least(Search(program, scenarios, confidence), starts, seed)


def within_value_at_risk(
    program: Program,
    scenarios: Matrix,
    confidence: float,
    bound: float,
    *,
    starts: int = 4,
    seed: int = 0,
) -> SearchedOptimum:
    """A point of little ½ x'Px + q'x with a historical value at risk of at most ``bound``.

    A local optimum, not proved, by the search of ``min_value_at_risk``, in which no scenario
    kept may lose more than the bound. It starts from the least value at risk, from blends of it
    with the optimum without the bound, from optima within the same bound of the shortfall at
    several confidences and, of a few variables, from a coarse grid. An optimum that is within
    the bound anyway is the answer.

    Args:
        program: All variables bounded.
        scenarios: (T, n) returns per row.
        confidence: Between 0 and 1.
        bound: Positive for a loss.
        starts: Of the search for the least value at risk; at least one.
        seed: Likewise, of those after the fourth.

    Raises:
        InfeasibleError: If no point obeys the limits, or none within the bound was found.
        InputError: As ``value_at_risk``.
        UnprovedError: If no start, or the objective without the bound, could be solved.
    """
    search = Search(program, scenarios, confidence)
    free = minimum(program)
    if search.at_risk(free.x) <= bound:
        return SearchedOptimum(free, search.at_risk(free.x), 1, 1)
    flat = without_objective(program)
    least = _least(replace(search, program=flat), starts, seed)

    def value(x: Vector) -> float:
        return program.value(x) if search.at_risk(x) <= bound + EDGE else np.inf

    points = [
        least.optimum.x,
        *blends(least.optimum.x, free.x),
        *within_shortfalls(program, flat, scenarios, confidence, bound),
        *all_round(program),
    ]
    kept, step = kept_sets(search, points), Step(program, scenarios, bound)
    inside = list(entered(step, value, kept))
    if not inside and least.value_at_risk > bound + EDGE:
        raise InfeasibleError(
            f"the least value at risk found is {least.value_at_risk:.4%} a row, "
            f"above the limit of {bound:.4%}"
        )
    return _best(search, step, value, inside or [_unpriced(least.optimum)], len(kept))
