"""How long to search for a portfolio of few holdings, and what comes of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from addin.domain.weights import Vector
from addin.engine.cardinality_branch import Relaxation
from addin.engine.cardinality_limits import HoldingLimits
from addin.engine.cardinality_tree import GAP, ROUNDING, Tree

_WORK = 5_000_000  # squared number of assets times branches: some seconds
_FEWEST = 60  # branches that are looked at, however many assets there are


def affordable(assets: int) -> int:
    """Branches of quadratic programs that take some seconds."""
    return max(_FEWEST, _WORK // assets**2)


@dataclass(frozen=True)
class Effort:
    """How long to search.

    Attributes:
        time_limit: Seconds; a last resort, since the branches are counted before.
        branches: Looked at most, so that the answer is the same on every machine; by default
            as many as fit into some seconds.
        clock: Seconds.
    """

    time_limit: float = 5.0
    branches: int | None = None
    clock: Callable[[], float] = time.monotonic

    def alarm(self) -> Callable[[], bool]:
        """Tells from now on whether the time is over."""
        end = self.clock() + self.time_limit
        return lambda: self.clock() > end


AS_USUAL = Effort()


@dataclass(frozen=True, eq=False)
class FewHoldings:
    """A portfolio of few holdings and how much better another one could be.

    Attributes:
        weights: (variables,) those of the assets first; zero where nothing is held.
        value: The smaller, the better.
        bound: No portfolio of few holdings has a lower value.
        branches: Looked at.
        hurried: Whether the time allowed ended the search.
    """

    weights: Vector
    value: float
    bound: float
    branches: int
    hurried: bool

    @property
    def gap(self) -> float:
        """By how much of its value another portfolio could be better at most."""
        return max(0.0, self.value - self.bound) / max(abs(self.value), ROUNDING)

    @property
    def proved(self) -> bool:
        """Whether none is better by more than ``GAP`` of the value, or by rounding."""
        return self.value - self.bound <= max(GAP * abs(self.value), ROUNDING)


def searched(
    limits: HoldingLimits, relaxation: Relaxation, effort: Effort, usual: int
) -> FewHoldings:
    """What a search finds that looks at so many branches unless its effort says otherwise.

    Raises:
        InfeasibleError: If no portfolio of few holdings obeys the rules, with the reason.
        UnprovedError: If none is found, yet there may be one.
    """
    tree = Tree(relaxation, limits.root, effort.alarm())
    incumbent = tree.incumbent
    if incumbent.found is None:
        incumbent.offer(limits.possible())
    hurried = tree.search(usual if effort.branches is None else effort.branches)
    if (found := incumbent.found) is None:
        raise limits.refusal(tree.bound)
    return FewHoldings(found.weights, found.value, tree.bound, tree.visited, hurried)
