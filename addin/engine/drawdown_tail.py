"""The tail of the drawdowns: what a track is below its peak, more than a level."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from addin.domain.weights import Matrix, Vector
from addin.engine.tail_interior import Condensed

_ROOM = 0.2  # of each row at the start


@dataclass(frozen=True, eq=False)
class DrawdownTail:
    """level + price · Σ excess, the excess of each drawdown over the level.

    The rest of the variables are T drawdowns and T excesses. Four kinds of rows are not below
    zero: the excess, excess + level − drawdown, the drawdown, and the rise of the peak, which
    is the change of the drawdown plus the return. Returns and not wealth in the rows keep
    them small, which saves digits.

    Attributes:
        returns: (T, n) per row, in the order of time.
        price: 1 / ((1 − confidence) · T).

    Source:
        Chekhlov, Uryasev and Zabarankin (2005), "Drawdown measure in portfolio optimization",
        International Journal of Theoretical and Applied Finance 8.
    """

    returns: Matrix
    price: float
    loses_digits: ClassVar[bool] = True

    @property
    def rows(self) -> int:
        """T."""
        return len(self.returns)

    @property
    def cost(self) -> Vector:
        """One for the level, none for a drawdown, the price for each excess."""
        return np.concatenate([[1.0], np.zeros(self.rows), np.full(self.rows, self.price)])

    @property
    def constant(self) -> Vector:
        """None: drawdowns are homogeneous in the weights."""
        return np.zeros(4 * self.rows)

    @property
    def matrix(self) -> Any:
        """(4T, n + 1 + 2T) the rows as a matrix of scipy.sparse."""
        from scipy import sparse  # 0.1 s that only curved limits should pay

        one, level = sparse.eye_array(self.rows), np.ones((self.rows, 1))
        return sparse.block_array(
            [
                [None, None, None, one],
                [None, level, -one, one],
                [None, 0 * level, one, None],
                [self.returns, None, one - sparse.eye_array(self.rows, k=-1), None],
            ]
        )

    def start(self, x: Vector) -> tuple[Vector, float]:
        """Drawdowns and excesses a little above what they have to be."""
        track = np.cumsum(self.returns @ x)
        depths = np.maximum.accumulate(np.maximum(track, 0.0)) - track + _ROOM
        tail = min(int(1 / self.price) + 1, self.rows) - 1
        level = -np.partition(-depths, tail)[tail]
        excess = np.maximum(depths - level, 0.0) + _ROOM
        return np.concatenate([[level], depths, excess]), self.price * _ROOM

    def _parts(self, z: Vector) -> tuple[Vector, Vector, Vector]:
        """Weights and level, drawdowns, excesses."""
        n = self.returns.shape[1]
        return z[: n + 1], z[n + 1 : n + 1 + self.rows], z[n + 1 + self.rows :]

    def linear(self, z: Vector) -> Vector:
        """(4T,) the rows."""
        core, depths, excess = self._parts(z)
        rises = np.diff(depths, prepend=0.0) + self.returns @ core[:-1]
        return np.concatenate([excess, excess + core[-1] - depths, depths, rises])

    def adjoint(self, y: Vector) -> Vector:
        """Multipliers pulled back to weights, level, drawdowns and excesses."""
        below, weights, depths, rises = np.split(y, 4)
        depth = depths - weights + _change(rises)
        return np.concatenate([rises @ self.returns, [weights.sum()], depth, below + weights])

    def condensed(self, weights: Vector) -> Condensed:
        """Excesses and drawdowns eliminated: their equations are diagonal and tridiagonal."""
        below, above, depths, rises = np.split(weights, 4)
        both, n = below + above, self.returns.shape[1]
        share = above / both
        left = below * share
        solved = _tridiagonal(left + depths + rises + np.append(rises[1:], 0.0), -rises[1:])
        risen = rises[:, None] * self.returns
        coupling = np.column_stack([_change(risen), -left])
        matrix = np.zeros((n + 1, n + 1))
        matrix[:n, :n] = self.returns.T @ risen
        matrix[n, n] = left.sum()

        def without_excess(right: Vector) -> tuple[Vector, Vector]:
            core, depth, excess = self._parts(right)
            moved = share * excess
            return np.append(core[:-1], core[-1] - moved.sum()), depth + moved

        def reduce(right: Vector) -> Vector:
            core, depth = without_excess(right)
            return np.asarray(core - solved(depth) @ coupling)

        def recover(core: Vector, right: Vector) -> Vector:
            depth = solved(without_excess(right)[1] - coupling @ core)
            excess = (self._parts(right)[2] - above * (core[-1] - depth)) / both
            return np.concatenate([core, depth, excess])

        return Condensed(matrix - coupling.T @ solved(coupling), reduce, recover)


def _change(values: Matrix) -> Matrix:
    """Each row less the next one, the last less nothing."""
    result = values.copy()
    result[:-1] -= values[1:]
    return result


def _tridiagonal(diagonal: Vector, beside: Vector) -> Callable[[Matrix], Matrix]:
    """The solution of positive definite tridiagonal equations for any right-hand sides."""
    from scipy.linalg import lapack  # 0.2 s that only a drawdown should pay

    first, second, _ = lapack.dpttrf(diagonal, beside)

    def solved(right: Matrix) -> Matrix:
        return np.asarray(lapack.dpttrs(first, second, right)[0])

    return solved
