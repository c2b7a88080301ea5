"""Branch and bound over which assets are held."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from addin.domain.weights import EDGE, Vector
from addin.engine.program import Mask

GAP = 1e-6  # relative: near enough to the bound to stop
_ROOM = 1e-12  # of a value near zero, which has no relative gap
_WORTH = 0.5  # of its least weight: assets that reach less are not held
_PASSES = 12  # of swaps; most searches need two
_ALWAYS = 20  # branches rounded however far off they are
_PROMISING = 0.5  # of the gap at the root: branches whose bound is above are not rounded


@dataclass(frozen=True, eq=False)
class Branch:
    """The portfolios that hold some assets and leave out others.

    Attributes:
        held: (n,) assets that are held.
        out: (n,) assets that are not.
    """

    held: Mask
    out: Mask

    @property
    def undecided(self) -> Mask:
        """(n,) assets that may be held or not."""
        return ~(self.held | self.out)

    def holding(self, i: int) -> "Branch":
        """Those that hold one asset more."""
        return replace(self, held=_also(self.held, i))

    def without(self, i: int) -> "Branch":
        """Those that leave out one asset more."""
        return replace(self, out=_also(self.out, i))


def _also(mask: Mask, i: int) -> Mask:
    more = mask.copy()
    more[i] = True
    return more


@dataclass(frozen=True, eq=False)
class Relaxed:
    """What an easier problem tells of a branch.

    Attributes:
        bound: No portfolio of the branch has a lower value.
        shares: (n,) how much each asset is held there, from 0 to 1.
        merits: (n,) the greater, the likelier an asset is to be held.
        branch: The branch, less what cannot be better than the best portfolio known.
    """

    bound: float
    shares: Vector
    merits: Vector
    branch: Branch


@dataclass(frozen=True, eq=False)
class Holding:
    """Weights, those of the assets first, and their value: the smaller, the better."""

    weights: Vector
    value: float


class Relaxation(Protocol):
    """What the search has to know of an objective and its rules.

    Attributes:
        most: Largest number of holdings.
        least: (n,) smallest weight of each asset if it is held; negative if it may be short.
        entrants: Assets not held, those of the greatest merit, that a swap may bring in.
    """

    @property
    def most(self) -> int: ...  # noqa: D102

    @property
    def least(self) -> Vector: ...  # noqa: D102

    @property
    def entrants(self) -> int: ...  # noqa: D102

    def relaxed(self, branch: Branch, cutoff: float) -> Relaxed | None:
        """A bound on the portfolios of a branch below ``cutoff``; None if there are none."""

    def best(self, held: Mask, firm: Mask) -> Holding | None:
        """The best portfolio of some assets, some of them firmly at their least weight or more.

        None if there is none.
        """


class Tree:
    """What is known of the best portfolio of few holdings: one that is found, and a bound."""

    def __init__(self, relaxation: Relaxation, root: Branch, late: Callable[[], bool]) -> None:
        self.relaxation, self._late = relaxation, late
        self._forced = root.held
        self.visited, self.closed = 0, np.inf
        self.found: Holding | None = None
        self._open: list[tuple[float, int, Relaxed]] = []
        self._tried: dict[bytes, Holding | None] = {}
        self._root = -np.inf
        self.visit(root, -np.inf)

    @property
    def value(self) -> float:
        """Of the best portfolio found; infinite before there is one."""
        return self.found.value if self.found else np.inf

    @property
    def cutoff(self) -> float:
        """What a portfolio has to undercut to be worth looking for."""
        return self.value - max(GAP * abs(self.value), _ROOM) if self.found else np.inf

    @property
    def bound(self) -> float:
        """No portfolio has a lower value."""
        return min(self.value, self.closed, self._open[0][0] if self._open else np.inf)

    def visit(self, branch: Branch, above: float) -> None:
        """Bound a branch whose bound is at least ``above``, and round what bounds it."""
        self.visited += 1
        if branch.held.sum() > self.relaxation.most:
            return
        relaxed = self.relaxation.relaxed(branch, self.cutoff)
        if relaxed is None:
            return
        bound = max(relaxed.bound, above)
        self._root = max(self._root, bound) if self.visited == 1 else self._root
        self._round(relaxed, bound)
        if bound >= self.cutoff:
            self.closed = min(self.closed, bound)
        elif relaxed.branch.undecided.any():
            heapq.heappush(self._open, (bound, self.visited, replace(relaxed, bound=bound)))
        else:
            self.closed = min(self.closed, self._last(relaxed.branch, bound))

    def _last(self, branch: Branch, bound: float) -> float:
        """A bound on a branch with one set of assets left: the value of its best portfolio."""
        best = self._best(branch.held, branch.held)
        if best is not None:
            return best.value
        return np.inf if self.relaxation.relaxed(branch, np.inf) is None else bound

    def _best(self, held: Mask, firm: Mask) -> Holding | None:
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
        loose = self._best(held, firm)
        if loose is None or not (least[~firm] > 0).any():
            return loose
        own = loose.weights[: len(least)]
        kept = held & ((np.abs(own) >= _WORTH * least) | firm)
        return self._best(kept, kept)

    def _round(self, relaxed: Relaxed, bound: float) -> None:
        """Hold the assets of the largest shares; swap some while that is new and promising."""
        far = self._root + _PROMISING * (self.value - self._root)
        if self.found and self.visited > _ALWAYS and bound > far:
            return
        branch, most = relaxed.branch, self.relaxation.most
        order = np.argsort(-(relaxed.shares + 2.0 * branch.held - 2.0 * branch.out), kind="stable")
        held = np.zeros_like(branch.held)
        held[order[:most]] = True
        held &= ~branch.out & (branch.held | (relaxed.shares > EDGE))
        before = self.value
        self._tested(held)
        if self.found and (self.visited == 1 or self.value < before):
            self._swap(relaxed.merits)

    def _swap(self, merits: Vector) -> None:
        """One asset held for one that is not, or one more, as long as that is better."""
        for _ in range(_PASSES):
            before = self.value
            held = self._held()
            entrants = [int(i) for i in np.argsort(-merits, kind="stable") if not held[i]]
            for i in entrants[: self.relaxation.entrants]:
                self._exchange(held, i)
            if not self.value < before or self._late():
                return

    def _held(self) -> Mask:
        assert self.found is not None
        held: Mask = np.abs(self.found.weights[: len(self.relaxation.least)]) > EDGE
        return held

    def _exchange(self, held: Mask, entrant: int) -> None:
        more = _also(held, entrant)
        if more.sum() <= self.relaxation.most:
            self._tested(more)
        for leaver in np.flatnonzero(held & ~self._forced):
            fewer = more.copy()
            fewer[leaver] = False
            self._tested(fewer)

    def offer(self, held: Mask) -> None:
        """Try some assets, and swaps of them."""
        self._tested(held)
        if self.found is not None:
            self._swap(held.astype(float))

    def search(self, branches: int) -> bool:
        """Branch, the lowest bound first, until the gap is closed; whether time ran out."""
        while self._open and self._open[0][0] < self.cutoff and self.visited < branches:
            if self._late():
                return True
            bound, _, relaxed = heapq.heappop(self._open)
            i = _doubtful(relaxed)
            self.visit(relaxed.branch.holding(i), bound)
            self.visit(relaxed.branch.without(i), bound)
        return False


def _doubtful(relaxed: Relaxed) -> int:
    """The asset that is half held more than any other."""
    shares = relaxed.shares
    doubt = shares * (1 - shares) + _ROOM * shares
    return int(np.argmax(np.where(relaxed.branch.undecided, doubt, -1.0)))
