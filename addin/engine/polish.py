"""The last digits of an optimum: the limits that bind are solved as equations."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from addin.domain.weights import Matrix, Vector
from addin.engine.program import Ball, Mask, Optimum, Program, prices_of, reduced_gradient

Places = NDArray[np.int64]

_ROUNDS = 20  # a good start needs one or two
_REGULARISATION = 1e-11  # relative; its effect is removed by iterative refinement
_LAST_DIGITS = 1e-15
_REFINEMENTS = 60
_BALL_EDGE = 1e-5  # relative to the squared radius
_WRONG_SIGN = 1e-10
_CROSSED = 1e-13
_SMALL_STEP = 1e-2  # what regularisation leaves of it is below rounding
_SMALL_BEND = 1e-8  # as small a step on curved limits leaves its square


@dataclass(frozen=True, eq=False)
class _Active:
    """Which limits of variables and rows, and which balls, are held as equations."""

    low: Mask
    high: Mask
    balls: tuple[bool, ...]

    def same(self, other: "_Active") -> bool:
        low, high = (self.low != other.low).any(), (self.high != other.high).any()
        return not (low or high)


def _scale(program: Program, x: Vector) -> float:
    curved = np.abs(program.quadratic @ x).max()
    return float(max(curved, np.abs(program.linear).max())) or 1.0


def _guess(program: Program, point: Optimum, size: float) -> _Active:
    """A limit binds when its price is larger than the room left to it."""
    prices, image = prices_of(program, point) / size, program.image(point.x)
    return _Active(
        low=program.equation | (image - program.least < prices),
        high=~program.equation & (program.most - image < -prices),
        balls=tuple(ball.slack(point.x) < _BALL_EDGE * ball.radius**2 for ball in program.balls),
    )


def _held(program: Program, active: _Active, point: Optimum) -> Optimum:
    n = len(point.x)
    low, high = active.low[:n], active.high[:n]
    x = np.where(low, program.lower, np.where(high, program.upper, point.x))
    prices = point.row_prices * (active.low[n:] | active.high[n:])
    balls = tuple(
        price if held else 0.0 for price, held in zip(point.ball_prices, active.balls, strict=True)
    )
    return Optimum(x, prices, balls, point.solver, point.iterations)


def _regularise(system: Matrix, free: int, amount: float) -> None:
    diagonal = np.einsum("ii->i", system)
    size = float(diagonal[:free].sum()) / free if free else 0.0
    diagonal[:free] += amount * (size or 1.0)
    diagonal[free:] = -amount


def _with_balls(
    system: Matrix, residual: Vector, free: Places, x: Vector, held: list[tuple[Ball, float]]
) -> tuple[Matrix, Vector]:
    """The equations with the curvature, the gradient and the slack of each ball held."""
    n, m = len(free), len(system)
    result = np.pad(system, (0, len(held)))
    for row, (ball, price) in enumerate(held, m):
        factor = ball.factor[:, free]
        result[:n, :n] += price * (factor.T @ factor)
        result[row, :n] = result[:n, row] = ball.gradient(x)[free]
    return result, np.append(residual, [ball.slack(x) for ball, _ in held])


def _newton(
    program: Program, active: _Active, point: Optimum, regularisation: float = _REGULARISATION
) -> Optimum:
    """One Newton step on the equations of stationarity and of the limits that are held."""
    n, unknown = len(point.x), active.low | active.high
    unknown[:n] = ~unknown[:n]  # the variables that are free and the prices of rows held
    places = unknown.nonzero()[0]
    free = places[places < n]
    target = np.where(active.low, program.least, program.most)[n:]
    offset = target - program.rows @ point.x
    residual = np.concatenate([-reduced_gradient(program, point), offset])[places]
    system = program.system[places][:, places]
    balls = [i for i, on in enumerate(active.balls) if on]
    if balls:
        held = [(program.balls[i], point.ball_prices[i]) for i in balls]
        system, residual = _with_balls(system, residual, free, point.x, held)
    _regularise(system, len(free), regularisation)
    return _moved(point, places, balls, np.linalg.solve(system, residual))


def _moved(point: Optimum, places: Places, balls: list[int], step: Vector) -> Optimum:
    n, change = len(point.x), np.zeros(len(point.x) + len(point.row_prices))
    change[places] = step[: len(places)]
    prices = list(point.ball_prices)
    for i, rise in zip(balls, step[len(places) :], strict=True):
        prices[i] += float(rise)
    x, row_prices = point.x + change[:n], point.row_prices - change[n:]
    return Optimum(x, row_prices, tuple(prices), point.solver, point.iterations)


def _revised(program: Program, active: _Active, point: Optimum, size: float) -> _Active:
    """Let go what pushes the wrong way, hold what was crossed."""
    wrong, prices = _WRONG_SIGN * size, prices_of(program, point)
    image, low, high = program.image(point.x), active.low, active.high
    below = ~high & (image < program.least - _CROSSED)
    above = ~low & (image > program.most + _CROSSED)
    return _Active(
        program.equation | (low & (prices > -wrong)) | below,
        ~program.equation & ((high & (prices < wrong)) | above),
        active.balls,
    )


def _settled(before: Optimum, point: Optimum, size: float, bent: bool) -> bool:
    prices = np.abs(point.row_prices - before.row_prices).max(initial=0.0) / size
    step = max(np.abs(point.x - before.x).max(), prices)
    return bool(step < (_SMALL_BEND if bent else _SMALL_STEP))


def _iterated(program: Program, active: _Active, point: Optimum, size: float) -> Optimum:
    for _ in range(_ROUNDS):
        before = _held(program, active, point)
        point = _newton(program, active, before)
        revised = _revised(program, active, point, size)
        if revised.same(active) and _settled(before, point, size, any(active.balls)):
            break
        active = revised
    return point


def polished(program: Program, point: Optimum) -> Optimum:
    """The optimum on the limits that bind at a point near it, to machine precision.

    An active-set iteration started at a solver's point: each round takes a Newton step on the
    equations of the limits held, then lets go and takes up limits as their signs say, until
    these stay and the step was small. The caller checks the result, which need not be better
    than the point.

    Source:
        Stellato et al. (2020), "OSQP: an operator splitting solver for quadratic programs", §5.2.
    """
    size = _scale(program, point.x)
    return _iterated(program, _guess(program, point, size), point, size)


def refined(program: Program, point: Optimum) -> Optimum:
    """As ``polished``, to the last digit: where curvature is hardly more than rounding.

    Raises:
        LinAlgError: If the equations of the limits held have no solution.
    """
    size = _scale(program, point.x)
    active = _guess(program, point, size)
    for _ in range(_REFINEMENTS):
        before = _held(program, active, point)
        point = _newton(program, active, before, _LAST_DIGITS)
        revised = _revised(program, active, point, size)
        if revised.same(active) and np.abs(point.x - before.x).max() <= _LAST_DIGITS:
            break
        active = revised
    return point


def continued(program: Program, point: Optimum, other: Program) -> Optimum:
    """Where the limits that bind at the optimum of a program lead in another one.

    The other program differs in the limits of its rows. On the same limits the optimum and its
    prices are linear in them.
    """
    active = _guess(program, point, _scale(program, point.x))
    there = _newton(other, active, _held(program, active, point))
    return _newton(other, active, there)  # the first step was large: see ``_SMALL_STEP``


def from_scratch(program: Program) -> Optimum:
    """Where the same iteration leads from no limit held but equations; balls are left aside.

    Each round costs one solution of linear equations, fewer than an interior-point method
    needs, but nothing makes sure that it ends at the optimum: the caller checks.

    Source:
        Hintermüller, Ito and Kunisch (2002), "The primal-dual active set strategy as a
        semismooth Newton method".
    """
    balls = len(program.balls)
    active = _Active(program.equation, np.zeros_like(program.equation), (False,) * balls)
    nowhere = np.zeros(len(program.linear)), np.zeros(len(program.rows))
    start = Optimum(*nowhere, (0.0,) * balls, "active set", 0)
    point = _newton(program, active, start)
    size = _scale(program, point.x)
    return _iterated(program, _revised(program, active, point, size), point, size)
