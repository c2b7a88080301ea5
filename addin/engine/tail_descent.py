"""Descents of value at risk: the worst scenarios are left out, the others decide, and again."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass

import numpy as np

from addin.domain.weights import Matrix, Vector
from addin.engine.program import Optimum, Program, UnprovedError
from addin.engine.shortfall_linear import Places
from addin.engine.tail import value_at_risk
from addin.engine.tail_steps import Step, Stepped
from addin.errors import InfeasibleError

SAME = 1e-6  # relative: objectives this near are one
_BETTER = 1e-6  # relative: a smaller step is none
_ROUNDS = 30  # of leaving out the worst
_EXCHANGING = 5  # ends of descents, the best, that go on with exchanges
_EXCHANGES = 5
_EXCHANGED = 3  # scenarios on the boundary, the dearest, tried in the place of one left out


@dataclass(frozen=True, eq=False)
class Search:
    """Least objective, with value at risk in it, over the points of a program.

    Attributes:
        program: Limits and the rest of the objective.
        returns: (T, n) per row.
        confidence: Between 0 and 1.
    """

    program: Program
    returns: Matrix
    confidence: float

    @property
    def left_out(self) -> int:
        """Scenarios that may lose more than the value at risk."""
        rows = np.arange(len(self.returns), dtype=float)
        return len(rows) - 1 - int(value_at_risk(-rows, self.confidence))

    def at_risk(self, x: Vector) -> float:
        """Historical value at risk of (n,) weights."""
        return float(value_at_risk(self.returns @ x, self.confidence))

    def value(self, x: Vector) -> float:
        """Objective with the value at risk."""
        return self.program.value(x) + self.at_risk(x)

    def worst_first(self, x: Vector) -> Places:
        """All scenarios, the largest loss first."""
        return np.argsort(self.returns @ x, kind="stable")


Value = Callable[[Vector], float]


def _descent(search: Search, step: Step, value: Value, start: Stepped) -> Stepped:
    """Leave out the worst scenarios, solve for the others, and again: never a worse portfolio.

    The objective with the scenarios left out fixed is nowhere below the one with those left out
    that are worst, and the same at the last portfolio.
    """
    point = start
    for _ in range(_ROUNDS):
        try:
            found = step.reachable(search.worst_first(point.optimum.x)[search.left_out :])
        except (InfeasibleError, UnprovedError):  # of rounding: the point obeys all it asks for
            return point
        now, before = value(found.optimum.x), value(point.optimum.x)
        if not _is_better(now, before):
            return found if now <= before else point
        point = found
    return point


def _is_better(value: float, than: float) -> bool:
    return value < than - _BETTER * abs(than)


def _exchanged(search: Search, step: Step, value: Value, point: Stepped) -> Stepped | None:
    """A better portfolio that leaves out another scenario in the place of the mildest one."""
    order, count = search.worst_first(point.optimum.x), search.left_out
    if not count:
        return None
    now, back, kept = value(point.optimum.x), order[count - 1], order[count:]
    for other in point.binding[:_EXCHANGED]:
        with suppress(InfeasibleError, UnprovedError):
            found = step(np.append(back, kept[kept != other]))
            if _is_better(value(found.optimum.x), now):
                return found
    return None


def _improved(search: Search, step: Step, value: Value, point: Stepped) -> Stepped:
    """Where exchanges lead from the end of a descent."""
    for _ in range(_EXCHANGES):
        better = _exchanged(search, step, value, point)
        if better is None:
            break
        point = _descent(search, step, value, better)
    return point


def _alike(value: float, other: float) -> bool:
    return abs(value - other) <= SAME * abs(other)


def _distinct(points: list[Stepped], value: Value) -> list[Stepped]:
    """The best first, and of those with the same objective one."""
    kept: list[Stepped] = []
    for point in sorted(points, key=lambda each: value(each.optimum.x)):
        if not kept or not _alike(value(point.optimum.x), value(kept[-1].optimum.x)):
            kept.append(point)
    return kept


def ends_of(search: Search, step: Step, value: Value, starts: list[Stepped]) -> list[Optimum]:
    """Where each start leads; those of the same objective go on as one, exchanges the best do."""
    descents = _followed(starts, value, lambda point: _descent(search, step, value, point))
    best = [value(point.optimum.x) for point in _distinct(descents, value)[:_EXCHANGING]]

    def exchanged(point: Stepped) -> Stepped:
        worth = value(point.optimum.x) <= best[-1]
        return _improved(search, step, value, point) if worth else point

    return [point.optimum for point in _followed(descents, value, exchanged)]


def _followed(
    points: list[Stepped], value: Value, follow: Callable[[Stepped], Stepped]
) -> list[Stepped]:
    """Where each point leads, followed once for each objective."""
    known: list[tuple[float, Stepped]] = []
    ends = []
    for point in points:
        now = value(point.optimum.x)
        same = [end for before, end in known if _alike(now, before)]
        ends.append(same[0] if same else follow(point))
        known.append((now, ends[-1]))
    return ends


def kept_sets(search: Search, points: list[Vector]) -> list[Places]:
    """Scenarios that lose least at each point, the worst first; the same ones once."""
    orders = [search.worst_first(x) for x in points]
    kept = {frozenset(order[: search.left_out]): order[search.left_out :] for order in orders}
    return list(kept.values())


def entered(step: Step, value: Value, kept: list[Places]) -> Iterator[Stepped]:
    """The optima with these scenarios kept, where there is one."""
    for each in kept:
        with suppress(InfeasibleError, UnprovedError):
            point = step(each)
            if np.isfinite(value(point.optimum.x)):
                yield point
