"""A program with one limit of volatility or tracking error, solved by the price of that limit."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.polish import continued, polished
from addin.engine.program import Ball, Optimum, Program, gap
from addin.errors import InfeasibleError

_ROUND = 50  # variables for each trial: more trials would take longer than a cone program
_ROUNDS = 8  # most programs need one to three
_SURE = 1e-7  # relative gap of the optima on the way; the caller proves the last one
_FAR = 8.0  # times the rate where the limit was not reached
_THIN = 1e-6  # room inside the ball, of its squared radius, that only a cone program can use

Solver = Callable[[Program], Optimum]


@dataclass(frozen=True, eq=False)
class _Stop:
    """The optimum at one rate of exchange, its prices in the unit of its own program.

    Attributes:
        rate: Paid in half the squared distance for one unit of the objective.
        program: Without the ball.
        point: Its optimum.
        square: Squared distance from the centre of the ball.
    """

    rate: float
    program: Program
    point: Optimum
    square: float


@dataclass(frozen=True, eq=False)
class _Path:
    """Optima of rate · objective + ½ squared distance, from the least distance outwards.

    Between changes of the limits that bind, the points are linear in the rate if the objective
    is.
    """

    program: Program
    ball: Ball
    solved: Solver

    @cached_property
    def _curved(self) -> Matrix:
        return np.asarray(self.ball.factor.T @ self.ball.factor)

    @cached_property
    def _towards(self) -> Vector:
        return np.asarray(self.ball.factor.T @ self.ball.centre)

    def _program(self, rate: float) -> Program:
        base, curved = self.program, self._curved
        if rate and base.quadratic.any():
            curved = curved + rate * base.quadratic
        linear = rate * base.linear - self._towards
        return replace(base, quadratic=curved, linear=linear, balls=())

    def _stop(self, rate: float, program: Program, point: Optimum) -> _Stop:
        offset = self.ball.offset(point.x)
        return _Stop(rate, program, point, float(offset @ offset))

    def start(self) -> _Stop:
        """Where the distance is least."""
        program = self._program(0.0)
        return self._stop(0.0, program, self.solved(program))

    def further(self, near: _Stop, rate: float) -> _Stop:
        """The optimum at another rate: on the limits that bind at a stop, then on its own."""
        program = self._program(rate)
        point = polished(program, continued(near.program, near.point, program))
        if not _is_near(program, point):
            point = self.solved(program)
        return self._stop(rate, program, point)

    def crossing(self, inside: _Stop, outside: _Stop) -> tuple[float, Optimum]:
        """Where the straight line between two stops leaves the ball: its rate, and the point."""
        first, last = inside.point, outside.point
        near = self.ball.offset(first.x)
        step = self.ball.offset(last.x) - near
        a, b = float(step @ step), float(step @ near)
        room = self.ball.radius**2 - inside.square
        share = room / (b + math.sqrt(b * b + a * room))
        rate = (1 - share) * inside.rate + share * outside.rate
        x = first.x + share * (last.x - first.x)
        prices = first.row_prices + share * (last.row_prices - first.row_prices)
        return rate, Optimum(x, prices / rate, (1 / rate,), "multiplier", 0)


def _is_near(program: Program, point: Optimum) -> bool:
    curved = float(point.x @ (program.quadratic @ point.x)) / 2
    size = curved + abs(float(program.linear @ point.x))
    return program.violation(point.x) <= EDGE and gap(program, point) <= _SURE * size


def _guess(program: Program, least: _Stop, best: Vector, ball: Ball) -> float:
    """The rate on the parabola of squared distances from the least one to that of the best point.

    Exact for a linear objective if no limit but equations ever binds; zero if nothing is gained.
    """
    offset = ball.offset(best)
    rise = float(offset @ offset) - least.square
    gained = program.value(least.point.x) - program.value(best)
    return math.sqrt(rise * (ball.radius**2 - least.square)) / gained if gained > 0 else 0.0


def by_price(program: Program, best: Vector, solved: Solver) -> Iterator[Optimum]:
    """Points that may be the optimum of a program with one ball, each likelier than the last.

    The price of the ball is searched at which the optimum that pays for its distance, but need
    not stay inside, lies just on the edge. Each trial starts from the limits that bind at one
    before; the straight line from a trial inside to one outside gives the next. No points come
    from a ball that allows hardly more than one.

    Args:
        program: With one ball.
        best: (n,) the optimum without the ball, outside of it.
        solved: Gives the optimum of a quadratic program.

    Raises:
        InfeasibleError: If no point obeys the limits.
        UnprovedError: As ``solved``.

    Source:
        Moré and Sorensen (1983), "Computing a Trust Region Step".
    """
    (ball,) = program.balls
    path = _Path(program, ball, solved)
    start = path.start()
    room = 1 - start.square / ball.radius**2
    if room < -_THIN:
        raise InfeasibleError("no portfolio obeys all rules")
    if room > _THIN and (rate := _guess(program, start, best, ball)):
        yield from _search(path, start, rate)


def _search(path: _Path, inside: _Stop, rate: float) -> Iterator[Optimum]:
    """By false position, halving where the same side would move twice, for a few trials."""
    outside: _Stop | None = None
    beyond = False
    for trial in range(1, 1 + min(_ROUNDS, max(2, len(path.program.linear) // _ROUND))):
        stop = path.further(outside or inside, rate)
        before, beyond = beyond, stop.square > path.ball.radius**2
        inside, outside = (inside, stop) if beyond else (stop, outside)
        if outside is None:
            rate *= _FAR
            continue
        crossed, point = path.crossing(inside, outside)
        yield polished(path.program, replace(point, iterations=trial))
        rate = (inside.rate + outside.rate) / 2 if beyond == before else crossed
