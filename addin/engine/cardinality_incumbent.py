"""The best portfolio of few holdings found so far, and how to find better ones nearby."""

from collections.abc import Callable, Iterator

import numpy as np

from addin.domain.weights import EDGE, Vector
from addin.engine.cardinality_branch import Holding, Relaxation, Relaxed, also
from addin.engine.program import Mask

_WORTH = 0.5  # of its least weight: assets that reach less are not held
_PASSES = 12  # of swaps; most searches need two
_WIDE = 2  # times the assets that may enter, when the search turns out to be long
_THIN = 0.9  # of the assets are kept by each round that drops the smallest weights


class Incumbent:
    """The best portfolio found, out of all that were tried.

    Attributes:
        found: None before there is one.
    """

    def __init__(self, relaxation: Relaxation, forced: Mask, late: Callable[[], bool]) -> None:
        self.relaxation, self._forced, self._late = relaxation, forced, late
        self.found: Holding | None = None
        self._tried: dict[bytes, Holding | None] = {}

    @property
    def value(self) -> float:
        """Of the best portfolio found; infinite before there is one."""
        return self.found.value if self.found else np.inf

    def best(self, held: Mask, firm: Mask) -> Holding | None:
        """The best portfolio of some assets, some of them firmly at their least weight."""
        key = held.tobytes() + firm.tobytes()
        if key not in self._tried:
            found = self._tried[key] = self.relaxation.best(held, firm)
            if found is not None and found.value < self.value and self._allowed(found.weights):
                self.found = found
        return self._tried[key]

    def _allowed(self, weights: Vector) -> bool:
        least = self.relaxation.least
        own = weights[: len(least)]
        held = np.abs(own) > EDGE
        enough = np.abs(own) >= least - EDGE
        few = held.sum() <= self.relaxation.most
        return bool(few and (enough | ~(held | self._forced)).all())

    def _tested(self, held: Mask) -> Holding | None:
        """The best portfolio of some assets, less those that stay far from their least weight."""
        least, firm = self.relaxation.least, self._forced
        loose = self.best(held, firm)
        if loose is None or not (least[~firm] > 0).any():
            return loose
        own = loose.weights[: len(least)]
        kept = held & ((np.abs(own) >= _WORTH * least) | firm)
        return self.best(kept, kept)

    def round(self, relaxed: Relaxed) -> None:
        """Hold the assets of the largest shares; if that is new and best, swap some."""
        branch, most = relaxed.branch, self.relaxation.most
        order = np.argsort(-(relaxed.shares + 2.0 * branch.held - 2.0 * branch.out), kind="stable")
        held = np.zeros_like(branch.held)
        held[order[:most]] = True
        held &= ~branch.out & (branch.held | (relaxed.shares > EDGE))
        before = self.value
        start = self._tested(held)
        if start is not None and (before == np.inf or self.value < before):
            self._swap(start, relaxed.merits, self.relaxation.entrants)

    def _swap(self, start: Holding, merits: Vector, entrants: int) -> None:
        """One asset held for one that is not, or one more, as long as that is better."""
        order = np.argsort(-merits, kind="stable")
        for _ in range(_PASSES):
            held = self._held(start)
            able = [int(i) for i in order if not held[i]][:entrants]
            changed = (each for i in able for each in self._exchanged(held, i))
            best = min(changed, key=lambda each: each.value, default=start)
            if not best.value < start.value or self._late():
                return
            start = best

    def _exchanged(self, held: Mask, entrant: int) -> Iterator[Holding]:
        more = also(held, entrant)
        leavers = np.flatnonzero(held & ~self._forced)
        sets = [more] if more.sum() <= self.relaxation.most else []
        for fewer in (*sets, *(more & ~_only(held, leaver) for leaver in map(int, leavers))):
            if (found := self._tested(fewer)) is not None:
                yield found

    def _thinned(self, held: Mask) -> Holding | None:
        """Fewer and fewer assets, each time without the smallest weights of the time before."""
        while (found := self.best(held, self._forced)) is not None:
            size = int(held.sum())
            if size <= self.relaxation.most:
                return self._tested(held)
            own = np.abs(found.weights[: len(held)])
            ranked = np.argsort(np.where(held & ~self._forced, own, np.inf), kind="stable")
            left = max(self.relaxation.most, min(size - 1, round(_THIN * size)))
            held = held.copy()
            held[ranked[: size - left]] = False
        return None

    def offer(self, held: Mask) -> None:
        """Try some assets, and swaps of them."""
        start = self._tested(held)
        if start is not None:
            self._swap(start, held.astype(float), self.relaxation.entrants)

    def widen(self, relaxed: Relaxed) -> None:
        """Swap more widely from the best portfolio, and from one found in another way."""
        starts = [self.found, self._thinned(~relaxed.branch.out)]
        for start in filter(None, starts):
            self._swap(start, relaxed.merits, _WIDE * self.relaxation.entrants)

    def _held(self, holding: Holding) -> Mask:
        held: Mask = np.abs(holding.weights[: len(self.relaxation.least)]) > EDGE
        return held


def _only(like: Mask, i: int) -> Mask:
    return also(np.zeros_like(like), i)
