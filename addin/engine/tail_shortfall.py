"""The tail of an expected shortfall: losses above a level, each at the same price."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from addin.domain.weights import Matrix, Vector
from addin.engine.tail_interior import Condensed

_ROOM = 0.2  # of an excess at the start, where row times price is the same in all rows


@dataclass(frozen=True, eq=False)
class ShortfallTail:
    """level + price · Σ excess, with excess ≥ 0 and level + excess ≥ loss of every scenario.

    The rest of the variables are the excesses; the multipliers of the second kind of row are
    the scenario weights.

    Attributes:
        returns: (T, n); the loss of a scenario is minus its row times the weights.
        price: 1 / ((1 − confidence) · scenarios).

    Source:
        Rockafellar and Uryasev (2000), "Optimization of conditional value-at-risk", (12).
    """

    returns: Matrix
    price: float
    loses_digits: ClassVar[bool] = False

    @property
    def cost(self) -> Vector:
        """One for the level, the price for each excess."""
        result = np.full(1 + len(self.returns), self.price)
        result[0] = 1.0
        return result

    @property
    def matrix(self) -> Any:
        """(2T, n + 1 + T) the rows as a matrix of scipy.sparse."""
        from scipy import sparse  # 0.1 s that only curved limits should pay

        one, level = sparse.eye_array(len(self.returns)), np.ones((len(self.returns), 1))
        return sparse.block_array([[None, None, one], [self.returns, level, one]])

    def start(self, x: Vector) -> tuple[Vector, float]:
        """The level at the value at risk and excesses with which all rows are centred."""
        losses = -(self.returns @ x)
        tail = min(int(1 / self.price) + 1, len(losses)) - 1
        level = -np.partition(-losses, tail)[tail]
        beyond = losses - level
        excess = (beyond + 2 * _ROOM + np.sqrt(beyond**2 + 4 * _ROOM**2)) / 2
        return np.concatenate([[level], excess]), self.price * _ROOM

    @property
    def constant(self) -> Vector:
        """None: excesses and losses are linear in the variables."""
        return np.zeros(2 * len(self.returns))

    def linear(self, z: Vector) -> Vector:
        """(2T,) excesses, then excess + level − loss."""
        n = self.returns.shape[1]
        excess = z[n + 1 :]
        return np.concatenate([excess, excess + z[n] + self.returns @ z[:n]])

    def adjoint(self, y: Vector) -> Vector:
        """Multipliers pulled back to weights, level and excesses."""
        below, weights = np.split(y, 2)
        return np.concatenate([weights @ self.returns, [weights.sum()], below + weights])

    def condensed(self, weights: Vector) -> Condensed:
        """The excesses eliminated: their equations are diagonal."""
        below, above = np.split(weights, 2)
        both = below + above
        share, n = above / both, self.returns.shape[1]
        spread = self._bordered(np.sqrt(below * share))

        def reduce(right: Vector) -> Vector:
            moved = share * right[n + 1 :]
            return np.asarray(right[: n + 1] - np.append(moved @ self.returns, moved.sum()))

        def recover(core: Vector, right: Vector) -> Vector:
            rise = self.returns @ core[:n] + core[n]
            return np.concatenate([core, (right[n + 1 :] - above * rise) / both])

        return Condensed(spread.T @ spread, reduce, recover)

    def _bordered(self, root: Vector) -> Matrix:
        """(T, n + 1) returns and a column of ones, each row times its root."""
        rows, n = self.returns.shape
        result = np.empty((rows, n + 1))
        np.multiply(self.returns, root[:, None], out=result[:, :n])
        result[:, n] = root
        return result
