"""What a limit on holdings asks of bounds and rows, and why it may be impossible."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from addin.domain.weights import Vector
from addin.engine.cardinality_branch import Branch
from addin.engine.cardinality_linear import Mixed, fewest
from addin.engine.feasible import percent
from addin.engine.program import Mask, Program, UnprovedError
from addin.errors import InfeasibleError, InputError

_INTEGER = 1e-6
_SECONDS = 2.0  # to count how few holdings the rules allow


@dataclass(frozen=True, eq=False)
class HoldingLimits:
    """How many assets may be held, and how large each has to be.

    Attributes:
        rules: Bounds and rows, over weights and any other variables.
        assets: n, the first variables.
        number: Largest number of holdings; None for any.
        least_weight: Of an asset that is held.
    """

    rules: Program
    assets: int
    number: int | None
    least_weight: float

    def __post_init__(self) -> None:
        if self.least_weight and (self.lower < 0).any():
            raise InputError(
                f"{self.words}: needs assets that may not be short, found some whose smallest "
                "weight is below zero"
            )
        if (self.root.held & self.root.out).any():
            raise InfeasibleError(f"{self.words}: an asset that has to be held may not be as large")
        if (forced := int(self.root.held.sum())) > self.most:
            raise InfeasibleError(
                f"{self.words}: {forced} assets have a smallest weight above zero"
            )

    @property
    def lower(self) -> Vector:
        """(n,) smallest weights."""
        return self.rules.lower[: self.assets]

    @property
    def upper(self) -> Vector:
        """(n,) largest weights."""
        return self.rules.upper[: self.assets]

    @property
    def most(self) -> int:
        """Largest number of holdings."""
        return self.assets if self.number is None else min(self.number, self.assets)

    @cached_property
    def least(self) -> Vector:
        """(n,) smallest weight of each asset if it is held."""
        lower = self.lower
        return np.where(lower < 0, lower, np.maximum(lower, self.least_weight))

    @cached_property
    def root(self) -> Branch:
        """Assets that have to be held, and those that cannot be."""
        idle = (self.upper < self.least) | ((self.upper <= 0) & (self.lower >= 0))
        return Branch(self.lower > 0, idle)

    @property
    def words(self) -> str:
        """The limit in words."""
        number = f"holdings ≤ {self.number}" if self.number is not None else ""
        size = f"holdings of at least {percent(self.least_weight)}" if self.least_weight else ""
        return ", ".join(filter(None, [number, size]))

    @cached_property
    def _fewest(self) -> Mixed:
        return fewest(self.rules, self.least, _SECONDS)

    def possible(self) -> Mask:
        """(n,) as few assets as bounds and rows allow.

        Raises:
            InfeasibleError: If that is too many.
        """
        found = self._fewest
        if found.empty:
            raise InfeasibleError(f"{self.words}: the other limits allow no such portfolio")
        if (need := math.ceil(found.bound - _INTEGER)) > self.most:
            raise InfeasibleError(f"{self.words}: the other limits need at least {need}")
        return self.root.held if found.held is None else found.held

    def refusal(self, bound: float) -> InfeasibleError | UnprovedError:
        """Why no portfolio was found, when the values of those left are at least ``bound``."""
        if np.isfinite(bound) or bound < 0:
            return UnprovedError(f"{self.words}: no portfolio was found, yet there may be one")
        self.possible()
        return InfeasibleError(f"{self.words}: no such portfolio obeys all other limits")
