"""The last digits of an optimum: the limits that bind are solved as equations."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from addin.domain.weights import Matrix, Vector
from addin.engine.program import Optimum, Program, reduced_gradient

Mask = NDArray[np.bool_]

_ROUNDS = 6  # a good start needs one or two
_REGULARISATION = 1e-11  # relative; its effect is removed by iterative refinement
_BALL_EDGE = 1e-5  # relative to the squared radius
_WRONG_SIGN = 1e-10
_SMALL_STEP = 1e-2  # what regularisation leaves of it is below rounding


@dataclass(frozen=True, eq=False)
class _Active:
    """Which limits are held as equations."""

    low: Mask
    high: Mask
    row_low: Mask
    row_high: Mask
    balls: tuple[bool, ...]

    def same(self, other: "_Active") -> bool:
        return (
            np.array_equal(self.low, other.low)
            and np.array_equal(self.high, other.high)
            and np.array_equal(self.row_low, other.row_low)
            and np.array_equal(self.row_high, other.row_high)
        )


def _scale(program: Program, x: Vector) -> float:
    curved = np.abs(program.quadratic @ x).max()
    return float(max(curved, np.abs(program.linear).max())) or 1.0


def _guess(program: Program, point: Optimum, size: float) -> _Active:
    """A limit binds when its price is larger than the room left to it."""
    reduced = reduced_gradient(program, point) / size
    prices, image = point.row_prices / size, program.rows @ point.x
    equation = program.row_lower == program.row_upper
    return _Active(
        low=point.x - program.lower < reduced,
        high=program.upper - point.x < -reduced,
        row_low=equation | (image - program.row_lower < prices),
        row_high=~equation & (program.row_upper - image < -prices),
        balls=tuple(ball.slack(point.x) < _BALL_EDGE * ball.radius**2 for ball in program.balls),
    )


def _held(program: Program, active: _Active, point: Optimum) -> Optimum:
    x = np.where(active.low, program.lower, np.where(active.high, program.upper, point.x))
    prices = np.where(active.row_low | active.row_high, point.row_prices, 0.0)
    balls = tuple(
        price if held else 0.0 for price, held in zip(point.ball_prices, active.balls, strict=True)
    )
    return replace(point, x=x, row_prices=prices, ball_prices=balls)


def _curvature(program: Program, free: Mask, prices: tuple[float, ...]) -> Matrix:
    block = program.quadratic[free][:, free]
    for ball, price in zip(program.balls, prices, strict=True):
        if price:
            factor = ball.factor[:, free]
            block = block + price * (factor.T @ factor)
    size = float(np.trace(block)) / len(block) if len(block) else 0.0
    block.flat[:: len(block) + 1] += _REGULARISATION * (size or 1.0)
    return block


def _newton(program: Program, active: _Active, point: Optimum) -> Optimum:
    """One Newton step on the equations of stationarity and of the limits that are held."""
    free, held = ~(active.low | active.high), active.row_low | active.row_high
    balls = [i for i, on in enumerate(active.balls) if on]
    normals = [program.rows[held]] + [program.balls[i].gradient(point.x)[None] for i in balls]
    matrix = np.vstack(normals)[:, free] if balls else normals[0][:, free]
    n, m = matrix.shape[1], len(matrix)
    system = np.zeros((n + m, n + m))
    system[:n, :n] = _curvature(program, free, point.ball_prices)
    system[:n, n:], system[n:, :n] = matrix.T, matrix
    system.flat[n * (n + m + 1) :: n + m + 1] = -_REGULARISATION
    target = np.where(active.row_low, program.row_lower, program.row_upper)[held]
    residual = np.concatenate(
        [
            -reduced_gradient(program, point)[free],
            target - program.rows[held] @ point.x,
            [program.balls[i].slack(point.x) for i in balls],
        ]
    )
    step = np.linalg.solve(system, residual)
    return _moved(point, free, held, balls, step)


def _moved(point: Optimum, free: Mask, held: Mask, balls: list[int], step: Vector) -> Optimum:
    n, m = int(free.sum()), int(held.sum())
    x, prices, ball_prices = point.x.copy(), point.row_prices.copy(), list(point.ball_prices)
    x[free] += step[:n]
    prices[held] -= step[n : n + m]
    for i, change in zip(balls, step[n + m :], strict=True):
        ball_prices[i] += float(change)
    return replace(point, x=x, row_prices=prices, ball_prices=tuple(ball_prices))


def _revised(program: Program, active: _Active, point: Optimum, size: float) -> _Active:
    """Let go what pushes the wrong way, hold what was crossed."""
    wrong = _WRONG_SIGN * size
    reduced, image = reduced_gradient(program, point), program.rows @ point.x
    equation = program.row_lower == program.row_upper
    return replace(
        active,
        low=(active.low & (reduced > -wrong)) | (point.x < program.lower),
        high=(active.high & (reduced < wrong)) | (point.x > program.upper),
        row_low=equation
        | (active.row_low & (point.row_prices > -wrong))
        | (~active.row_high & (image < program.row_lower - 1e-13)),
        row_high=~equation
        & (
            (active.row_high & (point.row_prices < wrong))
            | (~active.row_low & (image > program.row_upper + 1e-13))
        ),
    )


def _settled(program: Program, active: _Active, point: Optimum, size: float) -> Optimum:
    """Newton steps until one is small; only balls bend the equations and take more than two."""
    bent = any(active.balls)
    for _ in range(6 if bent else 3):
        before, point = point, _newton(program, active, point)
        prices = np.abs(point.row_prices - before.row_prices).max() / size
        if not bent and max(np.abs(point.x - before.x).max(), prices) < _SMALL_STEP:
            break
    return point


def polished(program: Program, point: Optimum) -> Optimum:
    """The optimum on the limits that bind at a point near it, to machine precision.

    An active-set iteration started at a solver's point: each round takes Newton steps on the
    equations of the limits held, then lets go and takes up limits as their signs say. The
    caller checks the result, which need not be better than the point.

    Source:
        Stellato et al. (2020), "OSQP: an operator splitting solver for quadratic programs", §5.2.
    """
    size = _scale(program, point.x)
    active = _guess(program, point, size)
    for _ in range(_ROUNDS):
        point = _settled(program, active, _held(program, active, point), size)
        revised = _revised(program, active, point, size)
        if revised.same(active):
            break
        active = revised
    return point
