"""The sizes an order of each asset may have, and what each of them costs and leaves."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.trade_problem import TradeProblem

TICKET = 1e-6  # of the value per order: of two equal plans the one with fewer orders
NEAR = 1e-7  # of a lot: the solver's tolerance


@dataclass(frozen=True, eq=False)
class Choices:
    """Nothing, or an order of at least the minimum ticket, between two sizes for each asset.

    Attributes:
        problem: In fractions of the value.
        low: (n,) smallest order, lots; sales negative.
        high: (n,) largest order, lots.
    """

    problem: TradeProblem
    low: Vector
    high: Vector

    @classmethod
    def of(cls, problem: TradeProblem) -> "Choices":
        """What holdings and those rules allow that are about one asset and not broken now."""
        low, high = -problem.most_sold, problem.most_bought.copy()
        paid = float(problem.cost @ (problem.lot * (problem.most_sold + problem.most_bought)))
        fees = min(1.0, paid + float(problem.ticket.sum()))
        for rule in problem.rules:
            (about,) = np.nonzero(rule.coefficients)
            if len(about) != 1 or about[0] == len(problem) or rule.excess(problem.now) > 0:
                continue
            i, slope = about[0], rule.coefficients[about[0]]
            # weights are of the value after costs: a minimum may fall with them
            bound = rule.bound * (1 - fees if rule.bound < 0 else 1.0) / slope
            edge = (bound - problem.position[i]) / problem.lot[i]
            if slope > 0:
                high[i] = min(high[i], edge)
            else:
                low[i] = max(low[i], edge)
        return cls(problem, low, high)._whole()

    def _whole(self) -> "Choices":
        if not self.problem.whole:
            return self
        return replace(self, low=np.ceil(self.low - EDGE), high=np.floor(self.high + EDGE))

    def within(self, i: int, low: float, high: float) -> "Choices":
        """The same for fewer sizes of one asset."""
        lows, highs = self.low.copy(), self.high.copy()
        lows[i], highs[i] = max(low, lows[i]), min(high, highs[i])
        return Choices(self.problem, lows, highs)

    @property
    def gaps(self) -> Vector:
        """(n,) orders, not always possible ones, that meet the targets."""
        return (self.problem.targets - self.problem.position) / self.problem.lot

    @cached_property
    def sizes(self) -> Matrix:
        """(n, 9) corners of what an order costs and leaves: sales, none, purchases; NaN for none.

        Between two neighbours both are straight, so that no portfolio is left out by the mixtures
        of corners, and no set of mixtures that leaves out none is smaller for an asset alone.
        """
        least, below, above = self.problem.least, self.gaps, self.gaps
        if self.problem.whole:
            below, above = np.floor(self.gaps + EDGE), np.ceil(self.gaps - EDGE)
        columns = []
        for low, high in ((self.low, np.minimum(self.high, -least)), self._bought()):
            top = np.maximum(low, high)
            for size in (low, high, np.clip(below, low, top), np.clip(above, low, top)):
                columns.append(np.where(low <= high, size, np.nan))
        none = np.where((self.low <= 0) & (self.high >= 0), 0.0, np.nan)
        return np.stack([*columns, none], axis=1)

    def _bought(self) -> tuple[Vector, Vector]:
        return np.maximum(self.low, self.problem.least), self.high

    @property
    def empty(self) -> bool:
        """Whether an asset is left without any size."""
        return bool(np.isnan(self.sizes).all(axis=1).any())

    @cached_property
    def missing(self) -> NDArray[np.bool_]:
        """(n, 9) corners there are not."""
        gone: NDArray[np.bool_] = np.isnan(self.sizes)
        return gone

    @cached_property
    def moves(self) -> Matrix:
        """(n, 9) of the value, sales negative."""
        moved: Matrix = np.nan_to_num(self.sizes) * self.problem.lot[:, None]
        return moved

    @cached_property
    def fees(self) -> Matrix:
        """(n, 9) costs, a fraction of the value."""
        p = self.problem
        paid: Matrix = p.cost[:, None] * np.abs(self.moves) + p.ticket[:, None] * (self.moves != 0)
        return paid

    @cached_property
    def values(self) -> Matrix:
        """(n, 9) what is made small: distance from the target, costs, and a little per order."""
        p = self.problem
        left = np.abs(p.position[:, None] + self.moves - p.targets[:, None])
        small: Matrix = left + self.fees + TICKET * (self.moves != 0)
        return small

    def value(self, lots: Vector) -> Vector:
        """(n,) what is made small, of one order of each asset."""
        p, moved = self.problem, lots * self.problem.lot
        left = np.abs(p.position + moved - p.targets)
        small: Vector = left + p.cost * np.abs(moved) + (p.ticket + TICKET) * (moved != 0)
        return small

    def split(self, i: int, size: float) -> tuple[float, float]:
        """Two sizes next to each other between which one asset's choices fall into two parts."""
        below, above = (side[i] for side in self.neighbours(np.full(len(self.low), size)))
        if below != above:
            return float(min(below, above)), float(max(below, above))
        least = max(float(self.problem.least[i]), NEAR)
        if self.low[i] <= 0.0 <= self.high[i]:
            return (0.0, least) if size >= 0 else (-least, 0.0)
        return float(below), float(below) + float(self.problem.whole)

    def nearest(self, lots: Vector) -> Vector:
        """(n,) possible orders nearest to these, of equal ones the smaller."""
        below, above = self.neighbours(lots)
        nearer: Vector = np.where(np.abs(above - lots) < np.abs(lots - below), above, below)
        return nearer

    def neighbours(self, lots: Vector) -> tuple[Vector, Vector]:
        """(n,) the possible orders next to these, nearer to none first; equal where possible."""
        size, least = np.abs(lots), self.problem.least
        if self.problem.whole:
            whole = np.round(size)
            size = np.where(np.abs(size - whole) <= NEAR * np.maximum(1.0, size), whole, size)
            below, above = np.floor(size), np.ceil(size)
        else:
            below = above = size
        hole = size < least * (1 - NEAR)
        below, above = np.where(hole, 0.0, below), np.where(hole & (size > 0), least, above)
        below = np.where(hole, 0.0, np.maximum(below, np.where(size > 0, least, 0.0)))
        above = np.where(size * self.problem.lot > EDGE, np.maximum(above, below), below)
        sign = np.sign(lots)
        return (
            np.clip(sign * below, self.low, self.high),
            np.clip(sign * above, self.low, self.high),
        )
