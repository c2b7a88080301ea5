"""A program as an interior-point method wants it: limits as rows not below zero, room in each."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from addin.domain.weights import Matrix, Vector
from addin.engine.program import Mask, Program

Places = NDArray[np.int64]

_FIXED = 1e-12  # bounds this close leave a variable no room


def roomy(program: Program, size: float) -> Program:
    """The program in another unit of its objective, fixed variables held by rows of their own.

    An interior point needs room between bounds. The rows added come last.
    """
    fixed = np.flatnonzero(program.upper - program.lower <= _FIXED)
    lower, upper = program.lower.copy(), program.upper.copy()
    lower[fixed], upper[fixed] = -np.inf, np.inf
    return replace(
        program,
        quadratic=program.quadratic / size,
        linear=program.linear / size,
        rows=np.vstack([program.rows, np.eye(len(lower))[fixed]]),
        row_lower=np.append(program.row_lower, program.lower[fixed]),
        row_upper=np.append(program.row_upper, program.lower[fixed]),
        lower=lower,
        upper=upper,
    )


def _finite(limit: Vector, among: Mask | bool = True) -> Places:
    return np.flatnonzero(np.isfinite(limit) & among)


@dataclass(frozen=True, eq=False)
class Limits:
    """Bounds and inequality rows of a program, each as one row that is not below zero."""

    program: Program

    @cached_property
    def equation(self) -> Mask:
        """(m,) where a row has one value alone."""
        return np.equal(self.program.row_lower, self.program.row_upper)

    @cached_property
    def places(self) -> tuple[Places, ...]:
        """Variables with a lower and an upper limit, inequality rows with one."""
        p = self.program
        return (
            _finite(p.lower),
            _finite(p.upper),
            _finite(p.row_lower, ~self.equation),
            _finite(p.row_upper, ~self.equation),
        )

    @cached_property
    def cuts(self) -> Places:
        """(4,) where each kind of limit ends."""
        return np.cumsum([len(place) for place in self.places])

    @cached_property
    def constant(self) -> Vector:
        """(k,) room of the limits when all variables are zero."""
        p, (low, high, above, below) = self.program, self.places
        limits = [-p.lower[low], p.upper[high], -p.row_lower[above], p.row_upper[below]]
        return np.concatenate(limits)

    def linear(self, dx: Vector) -> Vector:
        """(k,) change of the room."""
        low, high, above, below = self.places
        rows = self.program.rows @ dx
        return np.concatenate([dx[low], -dx[high], rows[above], -rows[below]])

    def _parts(self, y: Vector) -> tuple[Vector, ...]:
        first, second, third, fourth = self.cuts
        return y[:first], y[first:second], y[second:third], y[third:fourth]

    def row_prices(self, y: Vector) -> Vector:
        """(m,) of the inequality rows; zero for equations."""
        _, _, above, below = self.places
        result = np.zeros(len(self.equation))
        result[above] += self._parts(y)[2]
        result[below] -= self._parts(y)[3]
        return result

    def adjoint(self, y: Vector) -> Vector:
        """(n,) multipliers of the limits pulled back to the variables."""
        low, high = self.places[:2]
        result = self.row_prices(y) @ self.program.rows
        result[low] += self._parts(y)[0]
        result[high] -= self._parts(y)[1]
        return result

    def curvature(self, weights: Vector) -> Matrix:
        """(n, n) weighted sum of squares of the limits' gradients."""
        low, high, above, below = self.places
        parts = self._parts(weights)
        bounds, rows = np.zeros(len(self.program.linear)), np.zeros(len(self.equation))
        bounds[low] += parts[0]
        bounds[high] += parts[1]
        rows[above] += parts[2]
        rows[below] += parts[3]
        matrix = self.program.rows
        return np.diag(bounds) + matrix.T @ (rows[:, None] * matrix)
