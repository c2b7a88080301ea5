"""Branch and bound over which assets are held."""

import heapq
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from addin.engine.cardinality_branch import Branch, Relaxation, Relaxed
from addin.engine.cardinality_incumbent import Incumbent

GAP = 1e-6  # relative: near enough to the bound to stop
ROUNDING = 1e-12  # a value near zero has no relative gap
_EASY = 40  # branches; a longer search gets a better portfolio to begin with


class Tree:
    """What is known of the best portfolio of few holdings: one that is found, and a bound."""

    def __init__(self, relaxation: Relaxation, root: Branch, late: Callable[[], bool]) -> None:
        self.relaxation, self._late = relaxation, late
        self.incumbent = Incumbent(relaxation, root.held, late)
        self.visited, self._closed = 0, np.inf
        self._open: list[tuple[float, int, Relaxed]] = []
        self._visit(root, -np.inf)

    @property
    def cutoff(self) -> float:
        """What a portfolio has to undercut to be worth looking for."""
        value = self.incumbent.value
        return value - max(GAP * abs(value), ROUNDING) if self.incumbent.found else np.inf

    @property
    def bound(self) -> float:
        """No portfolio has a lower value."""
        lowest = self._open[0][0] if self._open else np.inf
        return min(self.incumbent.value, self._closed, lowest)

    def _visit(self, branch: Branch, above: float) -> None:
        """Bound a branch whose bound is at least ``above``, and round what bounds it."""
        self.visited += 1
        if branch.held.sum() > self.relaxation.most:
            return
        relaxed = self.relaxation.relaxed(branch, self.cutoff)
        if relaxed is None:
            return
        bound = max(relaxed.bound, above)
        self.incumbent.round(relaxed)
        if bound >= self.cutoff:
            self._closed = min(self._closed, bound)
        elif relaxed.branch.undecided.any():
            heapq.heappush(self._open, (bound, self.visited, replace(relaxed, bound=bound)))
        else:
            self._closed = min(self._closed, self._last(relaxed.branch, bound))

    def _last(self, branch: Branch, bound: float) -> float:
        """A bound on a branch with one set of assets left: the value of its best portfolio."""
        best = self.incumbent.best(branch.held, branch.held)
        if best is not None:
            return best.value
        return np.inf if self.relaxation.relaxed(branch, np.inf) is None else bound

    def search(self, branches: int) -> bool:
        """Branch, the lowest bound first, until the gap is closed; whether time ran out."""
        long = False
        while self._open and self._open[0][0] < self.cutoff and self.visited < branches:
            if self._late():
                return True
            bound, _, relaxed = heapq.heappop(self._open)
            if self.visited > _EASY and not long:
                long = True
                self.incumbent.widen(relaxed)
            i = _doubtful(relaxed)
            self._visit(relaxed.branch.holding(i), bound)
            self._visit(relaxed.branch.without(i), bound)
        return False


def _doubtful(relaxed: Relaxed) -> int:
    """The asset that is half held more than any other."""
    shares = relaxed.shares
    doubt = shares * (1 - shares) + ROUNDING * shares
    return int(np.argmax(np.where(relaxed.branch.undecided, doubt, -1.0)))
