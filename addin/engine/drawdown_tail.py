"""The tail of the drawdowns: what a track is below its peak, more than a level."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from addin.domain.weights import Matrix, Vector
from addin.engine.tail_interior import Condensed

_ROOM = 0.2  # of each row at the start


@dataclass(frozen=True, eq=False)
class DrawdownTail:
    """level + price · Σ excess, the excess of each drawdown over the level.

    The rest of the variables are T peaks and T excesses. Four kinds of rows are not below zero:
    the excess, excess + level − drawdown, peak − wealth, and the rise of the peak from its
    last value, at first from zero. A drawdown is peak − wealth.

    Attributes:
        wealth: (T, n) cumulative uncompounded returns of each asset.
        price: 1 / ((1 − confidence) · T).

    Source:
        Chekhlov, Uryasev and Zabarankin (2005), "Drawdown measure in portfolio optimization",
        International Journal of Theoretical and Applied Finance 8.
    """

    wealth: Matrix
    price: float

    @property
    def rows(self) -> int:
        """T."""
        return len(self.wealth)

    @property
    def cost(self) -> Vector:
        """One for the level, none for a peak, the price for each excess."""
        return np.concatenate([[1.0], np.zeros(self.rows), np.full(self.rows, self.price)])

    @property
    def constant(self) -> Vector:
        """None: drawdowns are homogeneous in the weights."""
        return np.zeros(4 * self.rows)

    def start(self, x: Vector) -> tuple[Vector, float]:
        """Peaks and excesses a little above what they have to be."""
        track = self.wealth @ x
        peaks = np.maximum.accumulate(np.maximum(track, 0.0)) + _ROOM
        drawdowns = peaks - track
        tail = min(int(1 / self.price) + 1, self.rows) - 1
        level = -np.partition(-drawdowns, tail)[tail]
        excess = np.maximum(drawdowns - level, 0.0) + _ROOM
        return np.concatenate([[level], peaks, excess]), self.price * _ROOM

    def _parts(self, z: Vector) -> tuple[Vector, Vector, Vector]:
        """Weights and level, peaks, excesses."""
        n = self.wealth.shape[1]
        return z[: n + 1], z[n + 1 : n + 1 + self.rows], z[n + 1 + self.rows :]

    def linear(self, z: Vector) -> Vector:
        """(4T,) the rows."""
        core, peaks, excess = self._parts(z)
        above = peaks - self.wealth @ core[:-1]
        rises = np.diff(peaks, prepend=0.0)
        return np.concatenate([excess, excess + core[-1] - above, above, rises])

    def adjoint(self, y: Vector) -> Vector:
        """Multipliers pulled back to weights, level, peaks and excesses."""
        below, weights, peaks, rises = np.split(y, 4)
        weight = (weights - peaks) @ self.wealth
        peak = peaks - weights + rises - np.append(rises[1:], 0.0)
        return np.concatenate([weight, [weights.sum()], peak, below + weights])

    @cached_property
    def _bordered(self) -> Matrix:
        return np.column_stack([self.wealth, np.ones(self.rows)])

    def condensed(self, weights: Vector) -> Condensed:
        """Excesses and peaks eliminated: their equations are diagonal and tridiagonal."""
        below, above, peaks, rises = np.split(weights, 4)
        both = below + above
        share = above / both
        left = below * share
        solved = _tridiagonal(left + peaks + rises + np.append(rises[1:], 0.0), -rises[1:])
        coupling = -left[:, None] * self._bordered
        matrix = -self._bordered.T @ coupling
        coupling[:, :-1] -= peaks[:, None] * self.wealth
        matrix[:-1, :-1] += self.wealth.T @ (peaks[:, None] * self.wealth)

        def without_excess(right: Vector) -> tuple[Vector, Vector]:
            core, peak, excess = self._parts(right)
            moved = share * excess
            return core - moved @ self._bordered, peak + moved

        def reduce(right: Vector) -> Vector:
            core, peak = without_excess(right)
            return np.asarray(core - solved(peak) @ coupling)

        def recover(core: Vector, right: Vector) -> Vector:
            peak = solved(without_excess(right)[1] - coupling @ core)
            rise = self._bordered @ core - peak
            return np.concatenate([core, peak, (self._parts(right)[2] - above * rise) / both])

        return Condensed(matrix - coupling.T @ solved(coupling), reduce, recover)


def _tridiagonal(diagonal: Vector, beside: Vector) -> Callable[[Matrix], Matrix]:
    """The solution of positive definite tridiagonal equations for any right-hand sides."""
    from scipy.linalg import lapack  # 0.2 s that only a drawdown should pay

    first, second, _ = lapack.dpttrf(diagonal, beside)

    def solved(right: Matrix) -> Matrix:
        return np.asarray(lapack.dpttrs(first, second, right)[0])

    return solved
