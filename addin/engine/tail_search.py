"""Portfolios of little historical value at risk, by a local search from several starts."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.program import Optimum, Program, UnprovedError
from addin.engine.shortfall import min_shortfall
from addin.engine.shortfall_linear import Places
from addin.engine.tail import value_at_risk
from addin.engine.tail_steps import Step, Stepped
from addin.errors import InfeasibleError

_TAILS = (1.0, 2.0, 0.5, 4.0)  # times the tail: shortfalls to start from
_LEAST_CONFIDENCE = 0.01
_TILT = 0.5  # of an asset's deviation: random returns of the starts beyond these
_SAME = 1e-6  # relative: starts that end this near agree
_BETTER = 1e-6  # relative: a smaller step is none
_ROUNDS = 30  # of leaving out the worst
_EXCHANGES = 5
_EXCHANGED = (
    3  # scenarios on the boundary, the dearest, that are tried in the place of one left out
)


@dataclass(frozen=True, eq=False)
class SearchedOptimum:
    """The best portfolio a local search found.

    Attributes:
        optimum: Its prices hold while the same scenarios are left out.
        value_at_risk: Historical, positive for a loss.
        starts: Tried.
        agreed: Of these, how many ended at the same objective.
    """

    optimum: Optimum
    value_at_risk: float
    starts: int
    agreed: int


@dataclass(frozen=True, eq=False)
class _Search:
    program: Program
    returns: Matrix
    confidence: float

    @property
    def left_out(self) -> int:
        """Scenarios that may lose more than the value at risk."""
        rows = np.arange(len(self.returns), dtype=float)
        return len(rows) - 1 - int(value_at_risk(-rows, self.confidence))

    def at_risk(self, x: Vector) -> float:
        return float(value_at_risk(self.returns @ x, self.confidence))

    def value(self, x: Vector) -> float:
        return self.program.value(x) + self.at_risk(x)

    def worst_first(self, x: Vector) -> Places:
        return np.argsort(self.returns @ x, kind="stable")


Value = Callable[[Vector], float]


def _descent(search: _Search, step: Step, value: Value, start: Stepped) -> Stepped:
    """Leave out the worst scenarios, solve for the others, and again: never a worse portfolio.

    The objective with the scenarios left out fixed is nowhere below the one with those left out
    that are worst, and the same at the last portfolio.
    """
    point = start
    for _ in range(_ROUNDS):
        try:
            found = step(search.worst_first(point.optimum.x)[search.left_out :])
        except (InfeasibleError, UnprovedError):  # of rounding: the point obeys all it asks for
            return point
        now, before = value(found.optimum.x), value(point.optimum.x)
        if not _is_better(now, before):
            return found if now <= before else point
        point = found
    return point


def _is_better(value: float, than: float) -> bool:
    return value < than - _BETTER * abs(than)


def _exchanged(search: _Search, step: Step, value: Value, point: Stepped) -> Stepped | None:
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


def _improved(search: _Search, step: Step, value: Value, point: Stepped) -> Optimum:
    """Where exchanges lead from the end of a descent."""
    for _ in range(_EXCHANGES):
        better = _exchanged(search, step, value, point)
        if better is None:
            break
        point = _descent(search, step, value, better)
    return point.optimum


def _ends(search: _Search, step: Step, value: Value, starts: list[Optimum]) -> Iterator[Optimum]:
    """Where each start leads; descents that end at the same objective go on as one."""
    known: list[tuple[float, Optimum]] = []
    for start in starts:
        point = _descent(search, step, value, Stepped(start, np.arange(0)))
        now = value(point.optimum.x)
        same = [end for before, end in known if abs(now - before) <= _SAME * abs(before)]
        end = same[0] if same else _improved(search, step, value, point)
        known.append((now, end))
        yield end


def _best(search: _Search, step: Step, value: Value, starts: list[Optimum]) -> SearchedOptimum:
    if not starts:
        raise UnprovedError("no portfolio to start from could be proved")
    ends = list(_ends(search, step, value, starts))
    values = [value(end.x) for end in ends]
    least = min(values)
    agreed = sum(each <= least + _SAME * abs(least) for each in values)
    point = ends[values.index(least)]
    return SearchedOptimum(point, search.at_risk(point.x), len(starts), agreed)


def _starts(search: _Search, seed: int) -> Iterator[tuple[Program, float]]:
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


def _first(search: _Search, starts: int, seed: int) -> list[Optimum]:
    found = []
    for program, confidence in islice(_starts(search, seed), starts):
        with suppress(UnprovedError):
            found.append(min_shortfall(program, search.returns, confidence).optimum)
    return found


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
    search = _Search(program, scenarios, confidence)
    step = Step(program, scenarios)
    return _best(search, step, search.value, _first(search, starts, seed))


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

    A local optimum, not proved, by the search of ``min_value_at_risk``: from portfolios within
    the bound the worst scenarios are left out and no other may lose more than it.

    Args:
        program: All variables bounded.
        scenarios: (T, n) returns per row.
        confidence: Between 0 and 1.
        bound: Positive for a loss.
        starts: At least one.
        seed: Of the starts after the fourth.

    Raises:
        InfeasibleError: If no point obeys the limits, or none within the bound was found.
        InputError: As ``value_at_risk``.
        UnprovedError: If no start could be solved.
    """
    flat = replace(program, quadratic=np.zeros_like(program.quadratic), linear=0 * program.linear)
    plain = _Search(flat, scenarios, confidence)
    first = _first(plain, starts, seed)
    inside = [start for start in first if plain.at_risk(start.x) <= bound]
    if not inside:
        least = _best(plain, Step(flat, scenarios), plain.value, first)
        if least.value_at_risk > bound + EDGE:
            raise InfeasibleError(
                f"the least value at risk found is {least.value_at_risk:.4%} a row, "
                f"above the limit of {bound:.4%}"
            )
        inside = [least.optimum]
    search = _Search(program, scenarios, confidence)

    def value(x: Vector) -> float:
        return program.value(x) if search.at_risk(x) <= bound + EDGE else np.inf

    return _best(search, Step(program, scenarios, bound), value, inside)
