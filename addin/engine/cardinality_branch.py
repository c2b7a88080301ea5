"""Sets of portfolios that hold some assets and not others, and what is known of them."""

from dataclasses import dataclass, replace
from typing import Protocol

from addin.domain.weights import Vector
from addin.engine.program import Mask


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
        return replace(self, held=also(self.held, i))

    def without(self, i: int) -> "Branch":
        """Those that leave out one asset more."""
        return replace(self, out=also(self.out, i))


def also(mask: Mask, i: int) -> Mask:
    """The mask with one more."""
    more = mask.copy()
    more[i] = True
    return more


@dataclass(frozen=True, eq=False)
class Relaxed:
    """What an easier problem tells of a branch.

    Attributes:
        bound: No portfolio of the branch has a lower value.
        weights: (n,) best for that problem.
        shares: (n,) how much each asset is held there, from 0 to 1.
        merits: (n,) the greater, the likelier an asset is to be held.
        branch: The branch, less what cannot be better than the best portfolio known.
    """

    bound: float
    weights: Vector
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
