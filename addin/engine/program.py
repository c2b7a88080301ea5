"""Convex programs in numbers, and the proof that a point solves one."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from addin.domain.weights import Matrix, Vector

Mask = NDArray[np.bool_]


class UnprovedError(ArithmeticError):
    """No solver reached a point that can be proved optimal."""


@dataclass(frozen=True, eq=False)
class Ball:
    """``‖factor · x − centre‖ ≤ radius``.

    Attributes:
        factor: (k, n).
        centre: (k,).
        radius: Positive.
    """

    factor: Matrix
    centre: Vector
    radius: float

    def offset(self, x: Vector) -> Vector:
        """(k,) from the centre to the image of ``x``."""
        return np.asarray(self.factor @ x - self.centre)

    def gradient(self, x: Vector) -> Vector:
        """(n,) of ½‖factor · x − centre‖²."""
        return np.asarray(self.factor.T @ self.offset(x))

    def slack(self, x: Vector) -> float:
        """½ (radius² − distance²): negative outside."""
        offset = self.offset(x)
        return float(self.radius**2 - offset @ offset) / 2


@dataclass(frozen=True, eq=False)
class Cone:
    """``matrix · x + offset`` lies in the cone of vectors whose head is no less than their tail.

    The head is the first entry, the tail the Euclidean norm of the others.

    Attributes:
        matrix: (k, n).
        offset: (k,).
    """

    matrix: Matrix
    offset: Vector

    def point(self, x: Vector) -> Vector:
        """(k,) what has to lie in the cone."""
        return np.asarray(self.matrix @ x + self.offset)

    def outside(self, x: Vector) -> float:
        """By how much the norm exceeds the head; zero or less inside."""
        point = self.point(x)
        return float(np.linalg.norm(point[1:]) - point[0])


@dataclass(frozen=True, eq=False)
class Program:
    """Minimise ½ x'Px + q'x subject to limits on rows, variables, balls and cones.

    Attributes:
        quadratic: P, (n, n), positive semidefinite.
        linear: q, (n,).
        rows: (m, n).
        row_lower: (m,), -inf where there is none; equal to ``row_upper`` in an equation.
        row_upper: (m,).
        lower: (n,).
        upper: (n,).
        balls: Quadratic limits.
        cones: Second-order cones.
        constant: Added to the objective: what is small beside its parts is measured whole.
    """

    quadratic: Matrix
    linear: Vector
    rows: Matrix
    row_lower: Vector
    row_upper: Vector
    lower: Vector
    upper: Vector
    balls: tuple[Ball, ...] = ()
    cones: tuple[Cone, ...] = ()
    constant: float = 0.0

    @cached_property
    def least(self) -> Vector:
        """(n + m,) lower limits of variables and rows."""
        return np.concatenate([self.lower, self.row_lower])

    @cached_property
    def most(self) -> Vector:
        """(n + m,) upper limits of variables and rows."""
        return np.concatenate([self.upper, self.row_upper])

    @cached_property
    def equation(self) -> Mask:
        """(n + m,) where both limits are the same."""
        return np.equal(self.least, self.most)

    @cached_property
    def system(self) -> Matrix:
        """(n + m, n + m) curvature bordered by the rows."""
        n, m = len(self.linear), len(self.rows)
        result = np.zeros((n + m, n + m))
        result[:n, :n] = self.quadratic
        result[n:, :n], result[:n, n:] = self.rows, self.rows.T
        return result

    def image(self, x: Vector) -> Vector:
        """(n + m,) what is limited: variables and rows."""
        return np.concatenate([x, self.rows @ x])

    def value(self, x: Vector) -> float:
        """The objective."""
        return float(x @ (self.quadratic @ x) / 2 + self.linear @ x)

    def violation(self, x: Vector) -> float:
        """By how much the worst limit is exceeded; zero or less inside."""
        image = self.image(x)
        worst = np.maximum(self.least - image, image - self.most).max()
        curved = (-ball.slack(x) / ball.radius for ball in self.balls)
        return float(max(worst, *curved, *(cone.outside(x) for cone in self.cones), -np.inf))


@dataclass(frozen=True, eq=False)
class Optimum:
    """A point with the multipliers that prove how near it is to the optimum.

    Attributes:
        x: (n,).
        row_prices: (m,) positive pulls a row to its lower limit, negative to its upper one.
        ball_prices: One per ball, not negative.
        solver: Who found it.
        iterations: Of that solver.
        cone_prices: One vector per cone, itself in the cone.
        note: What a reader should know of how it was found.
    """

    x: Vector
    row_prices: Vector
    ball_prices: tuple[float, ...]
    solver: str
    iterations: int
    cone_prices: tuple[Vector, ...] = ()
    note: str = ""


def reduced_gradient(program: Program, point: Optimum) -> Vector:
    """(n,) gradient left when the prices of rows, balls and cones are paid.

    At the optimum it is zero inside the bounds, not negative at a lower bound and not
    positive at an upper one.
    """
    gradient = program.quadratic @ point.x + program.linear - point.row_prices @ program.rows
    for ball, price in zip(program.balls, point.ball_prices, strict=True):
        if price:
            gradient = gradient + price * ball.gradient(point.x)
    for cone, charge in zip(program.cones, point.cone_prices, strict=True):
        gradient = gradient - charge @ cone.matrix
    return gradient


def prices_of(program: Program, point: Optimum) -> Vector:
    """(n + m,) prices of the limits of variables and rows, those of rows as they are given."""
    return np.concatenate([reduced_gradient(program, point), point.row_prices])


def _charged(program: Program, point: Optimum) -> Optimum:
    """The point without prices on the side of a row where there is no limit."""
    prices = point.row_prices
    limit = np.where(prices > 0, program.row_lower, program.row_upper)
    lost = np.isinf(limit) & (prices != 0)
    return replace(point, row_prices=np.where(lost, 0.0, prices)) if lost.any() else point


def gap(program: Program, point: Optimum) -> float:
    """By how much at most the objective of any feasible point is below this point's.

    Weak duality for a convex objective f: with the reduced gradient r and row prices p,
    f(z) − f(x) ≥ ∇f·(z − x), and every term of that product is bounded by its price times
    the room that is left. The bound holds for any prices, so it needs no trust in a solver.

    Source:
        Boyd and Vandenberghe (2004), "Convex Optimization", §5.5.
    """
    point = _charged(program, point)
    if any(np.linalg.norm(charge[1:]) > charge[0] for charge in point.cone_prices):
        return np.inf  # only prices in the cone itself bound anything
    prices = prices_of(program, point)
    used = prices.nonzero()[0]
    price, value = prices[used], program.image(point.x)[used]
    limit = np.where(price > 0, program.least[used], program.most[used])
    total = float(np.maximum(price * (value - limit), 0.0).sum())
    for ball, rate in zip(program.balls, point.ball_prices, strict=True):
        total += max(rate * ball.slack(point.x), 0.0)
    for cone, charge in zip(program.cones, point.cone_prices, strict=True):
        total += max(float(charge @ cone.point(point.x)), 0.0)
    return total
