"""Portfolios of least conditional drawdown, proved optimal."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.drawdown_tail import DrawdownTail
from addin.engine.program import Ball, Optimum, Program, UnprovedError
from addin.engine.solve import minimum
from addin.engine.tail import expected_shortfall
from addin.engine.tail_interior import interior_point
from addin.engine.tail_limits import roomy
from addin.engine.tail_proof import balanced, is_tail_optimum, tail_gap

_PRECISIONS = (1e-10, 1e-12)  # the first that can be proved
_TANGENTS = 200  # planes around a ball, after which it is given up
_STEEP = 10.0  # times the drawdown's slope: what the objective of the start weighs


@dataclass(frozen=True, eq=False)
class DrawdownOptimum:
    """A portfolio of least conditional drawdown with what proves it.

    Attributes:
        optimum: Weights and prices of rows and balls.
        drawdown: Mean of the worst drawdowns, as a positive fraction of the first wealth.
        gap: By how much at most the objective is above its least value.
    """

    optimum: Optimum
    drawdown: float
    gap: float


def drawdowns(scenarios: Matrix, weights: Vector) -> Vector:
    """(T,) what the cumulative uncompounded return is below its peak, zero or more.

    Args:
        scenarios: (T, n) returns per row, in the order of time.
        weights: (n,) decimals, the same in every row.
    """
    return _below_peak(np.cumsum(scenarios @ weights))


def _below_peak(track: Vector) -> Vector:
    return np.asarray(np.maximum.accumulate(np.maximum(track, 0.0)) - track)


@dataclass(frozen=True, eq=False)
class _Task:
    program: Program
    returns: Matrix
    confidence: float

    @property
    def price(self) -> float:
        return 1 / ((1 - self.confidence) * len(self.returns))

    def drawdown(self, x: Vector) -> float:
        return float(expected_shortfall(-_below_peak(np.cumsum(self.returns @ x)), self.confidence))


def _start(program: Program, scenarios: Matrix) -> Vector:
    """Little variance: a track without swings has shallow drawdowns."""
    mean = scenarios.mean(axis=0)
    centred = scenarios - mean
    covariance = centred.T @ centred / len(centred)
    size = float(np.sqrt(np.diag(covariance).mean())) or 1.0
    quadratic = program.quadratic + _STEEP / size * covariance
    return minimum(replace(program, quadratic=quadratic, linear=program.linear - mean)).x


def _gradient(task: _Task, multipliers: Vector) -> Vector:
    """(n,) of a plane that no drawdown is below, from the multipliers of an interior point.

    A drawdown is the sum of the returns since the peak, with the sign changed: the weight of a
    drawdown goes to the returns of its row and of some rows before it without a gap.
    """
    _, weights, _, rises = np.split(multipliers, 4)
    weights = balanced(weights, task.price)
    later = np.cumsum(weights[::-1])[::-1]
    # what a peak's rise is worth falls from row to row by no more than the drawdown's weight
    short = np.minimum.accumulate(np.minimum(rises - later, 0.0)[::-1])[::-1]
    return np.asarray(-(short + later) @ task.returns)


def _points(task: _Task, x: Vector) -> Iterator[tuple[Optimum, Vector]]:
    size = task.drawdown(x) or float(np.abs(task.returns).max()) or 1.0
    program, tail = roomy(task.program, size), DrawdownTail(task.returns / size, task.price)
    for precision in _PRECISIONS:
        with suppress(UnprovedError, np.linalg.LinAlgError):
            found = interior_point(program, tail, x, precision)
            inside = np.clip(found.x, task.program.lower, task.program.upper)
            prices = found.row_prices[: len(task.program.rows)] * size
            point = Optimum(inside, prices, (), "interior point", found.iterations)
            gradient = _gradient(task, found.multipliers)
            yield point, gradient
            yield _repriced(task, point, gradient), gradient


def _repriced(task: _Task, point: Optimum, gradient: Vector) -> Optimum:
    """The point with the prices that prove most of a plane: those of the least point on it."""
    plane = replace(task.program, linear=task.program.linear + gradient)
    return replace(point, row_prices=minimum(plane).row_prices)


def _flat_minimum(task: _Task, x: Vector) -> DrawdownOptimum:
    for point, gradient in _points(task, x):
        drawdown = task.drawdown(point.x)
        gap = tail_gap(task.program, point, drawdown, gradient)
        if is_tail_optimum(task.program, point, drawdown, gap):
            return DrawdownOptimum(point, drawdown, gap)
    raise UnprovedError("the least drawdown could not be proved")


def _tangent(program: Program, ball: Ball, x: Vector) -> Program:
    """The program with the plane that touches a ball where the way to ``x`` leaves it."""
    offset = ball.offset(x)
    outwards = offset / np.linalg.norm(offset)
    return replace(
        program,
        rows=np.vstack([program.rows, outwards @ ball.factor]),
        row_lower=np.append(program.row_lower, -np.inf),
        row_upper=np.append(program.row_upper, ball.radius + outwards @ ball.centre),
    )


def _within_balls(task: _Task, x: Vector) -> DrawdownOptimum:
    """The optimum under planes around the balls, added until it is inside them.

    Source:
        Kelley (1960), "The cutting-plane method for solving convex programs".
    """
    balls, rows = task.program.balls, len(task.program.rows)
    flat, owners = replace(task.program, balls=()), np.array([], dtype=int)
    for _ in range(_TANGENTS):
        found = _flat_minimum(replace(task, program=flat), x)
        point = found.optimum
        crossed = [i for i, b in enumerate(balls) if -b.slack(point.x) > EDGE * b.radius]
        if not crossed:
            paid = -point.row_prices[rows:]
            prices = [float(paid[owners == i].sum()) / b.radius for i, b in enumerate(balls)]
            own = replace(point, row_prices=point.row_prices[:rows], ball_prices=tuple(prices))
            return replace(found, optimum=own)
        for i in crossed:
            flat, owners = _tangent(flat, balls[i], point.x), np.append(owners, i)
    raise UnprovedError("the planes around a limit of volatility come to no end")


def min_drawdown(program: Program, scenarios: Matrix, confidence: float) -> DrawdownOptimum:
    """The point of least ½ x'Px + q'x + conditional drawdown at risk, proved optimal.

    Conditional drawdown is the mean of the worst 1 − confidence of the drawdowns of all rows,
    the one on the boundary with its fraction, of a track that adds returns without compounding
    them and starts before the first row. From a confidence of 1 − 1/T on it is the largest
    drawdown.

    Args:
        program: All variables bounded; balls hold, cones are not known here.
        scenarios: (T, n) returns per row, in the order of time; a variable that is no weight
            has zeros.
        confidence: Between 0 and 1.

    Raises:
        InfeasibleError: If no point obeys the limits.
        InputError: As ``expected_shortfall``.
        UnprovedError: If no point was reached that can be proved optimal.

    Source:
        Chekhlov, Uryasev and Zabarankin (2005), "Drawdown measure in portfolio optimization",
        International Journal of Theoretical and Applied Finance 8.
    """
    expected_shortfall(scenarios @ np.zeros(scenarios.shape[1]), confidence)  # refuses the absurd
    task = _Task(program, scenarios, confidence)
    if program.cones:
        raise UnprovedError("the least drawdown is not known within cones")
    return _within_balls(task, _start(program, scenarios))
