"""Points that may have the least expected shortfall; whoever asks has to prove it."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.polish import polished
from addin.engine.program import Mask, Optimum, Program, UnprovedError
from addin.engine.shortfall_linear import Excesses, Places
from addin.engine.solve import minimum
from addin.engine.solvers import cone_of, solve_cone, solve_lp
from addin.engine.tail import largest_share, value_at_risk
from addin.engine.tail_cones import UNITS, written_out
from addin.engine.tail_interior import interior_point
from addin.engine.tail_limits import roomy
from addin.engine.tail_shortfall import ShortfallTail

_TO_POLISH = 1e-8  # precision from which polishing finds the limits that bind
_BY_ITSELF = 1e-11
_KEPT = 4  # scenarios to start with: so many times the tail,
_KEPT_EACH = 20  # so many for each weight,
_FEW = 100  # and so many
_WRITTEN = 2  # times the tail: scenarios that get a variable each at first
_SPARE = 0.1  # of the losses' size below the level: scenarios to add with those missed
_LEAST_SIZE = 0.05  # of the assets' mean deviation: a portfolio of cash has none of its own


Weighted = tuple[Optimum, Vector]


@dataclass(frozen=True, eq=False)
class ShortfallTask:
    """What is to be minimised, and over which scenarios.

    Attributes:
        program: Limits of the weights and the rest of the objective.
        returns: (T, n) per row.
        confidence: Between 0 and 1.
    """

    program: Program
    returns: Matrix
    confidence: float

    @property
    def price(self) -> float:
        """Of a loss beyond the value at risk: the largest weight of a scenario."""
        return largest_share(len(self.returns), self.confidence)

    @property
    def curved(self) -> bool:
        """Whether there are limits other than bounds and rows."""
        return bool(self.program.balls or self.program.cones)

    def losses(self, x: Vector) -> Vector:
        """(T,) positive for a loss."""
        return np.asarray(-(self.returns @ x))

    def excesses(self, beyond: Places, between: Places) -> Excesses:
        """The program written out for the scenarios between those beyond the level and below."""
        return Excesses(self.program, self.returns, self.price, beyond, between)


def _gaussian(task: ShortfallTask) -> Vector:
    """(n,) where to start: mean and variance in the place of the tail."""
    mean = task.returns.mean(axis=0)
    centred = task.returns - mean
    covariance = centred.T @ centred / len(centred)
    size = float(np.sqrt(np.diag(covariance).mean())) or 1.0
    quadratic = task.program.quadratic + 2 / size * covariance
    return minimum(replace(task.program, quadratic=quadratic, linear=task.program.linear - mean)).x


def _worst(losses: Vector, count: int) -> Places:
    count = min(count, len(losses))
    return np.sort(np.argpartition(-losses, count - 1)[:count])


def _others(chosen: Places, count: int) -> Mask:
    result = np.ones(count, dtype=bool)
    result[chosen] = False
    return result


def _with_missed(chosen: Places, losses: Vector, level: float, spare: float) -> Places:
    """The scenarios chosen and, if one of the others is above the level, those near it too."""
    others = _others(chosen, len(losses))
    if not (losses[others] > level).any():
        return chosen
    return np.flatnonzero(~others | (losses > level - spare))


def _interior(task: ShortfallTask, x: Vector, precision: float) -> Weighted:
    """A point near the optimum and its scenario weights, from the scenarios that matter."""
    losses, deviations = task.losses(x), task.returns.std(axis=0)
    size = max(float(losses.std()), _LEAST_SIZE * float(deviations.mean())) or 1.0
    program = roomy(task.program, size)
    chosen = _worst(losses, int(_KEPT / task.price) + _KEPT_EACH * len(x) + _FEW)
    more = chosen
    while True:
        chosen = more
        tail = ShortfallTail(task.returns[chosen] / size, task.price)
        found = interior_point(program, tail, x, precision)
        level = float(found.inner[0]) * size
        more = _with_missed(chosen, task.losses(found.x), level, _SPARE * size)
        if len(more) == len(chosen):
            break
    weights = np.zeros(len(losses))
    weights[chosen] = found.multipliers[len(chosen) :]
    prices = found.row_prices[: len(task.program.rows)] * size
    return _without_curves(task, found.x, prices, found.iterations), weights


def _without_curves(task: ShortfallTask, x: Vector, prices: Vector, rounds: int) -> Optimum:
    balls = (0.0,) * len(task.program.balls)
    cones = tuple(np.zeros(len(cone.offset)) for cone in task.program.cones)
    x = np.clip(x, task.program.lower, task.program.upper)
    return Optimum(x, prices, balls, "interior point", rounds, cones)


def _polished(task: ShortfallTask, near: Optimum, weights: Vector) -> Weighted:
    """The vertex, or the point on its limits, that an interior point is near to."""
    share, losses = weights / task.price, task.losses(near.x)
    level = value_at_risk(-losses, task.confidence)
    spread = float(losses.std()) or 1.0
    # beyond the level a scenario has all its weight, below it none: the smaller room tells
    beyond = (losses - level) / spread > 1 - share
    below = (level - losses) / spread > share
    excesses = task.excesses(np.flatnonzero(beyond), np.flatnonzero(~beyond & ~below))
    program, point = excesses.program, excesses.point(near, weights)
    if any(near.ball_prices):
        return excesses.of_base(polished(program, point))
    flat = replace(program, balls=(), cones=())
    found = polished(flat, replace(point, ball_prices=(), cone_prices=()))
    curves = replace(found, ball_prices=near.ball_prices, cone_prices=near.cone_prices)
    return excesses.of_base(curves)


def _written_out(task: ShortfallTask, x: Vector) -> Weighted:
    """The solution of a program with one variable for the excess of each scenario that matters."""
    chosen, nothing = _worst(task.losses(x), int(_WRITTEN / task.price) + _FEW), np.arange(0)
    while True:
        excesses = task.excesses(nothing, chosen)
        found = _solved(excesses.program)
        point, weights = excesses.of_base(found)
        level = float(found.x[len(x)])
        more = _with_missed(chosen, task.losses(point.x), level + EDGE, 0.0)
        if len(more) == len(chosen):
            return point, weights
        chosen = more


def _in_units(task: ShortfallTask, x: Vector) -> Iterator[Weighted]:
    """All scenarios written out, losses in units like those at the start: most digits."""
    for unit in UNITS:
        size = unit * (float(np.abs(task.losses(x)).max()) or 1.0)
        tail = ShortfallTail(task.returns / size, task.price)
        found, multipliers, solver, rounds = written_out(roomy(task.program, size), tail)
        near = _without_curves(task, found, np.zeros(len(task.program.rows)), rounds)
        yield replace(near, solver=solver), multipliers[len(task.returns) :]


def _solved(program: Program) -> Optimum:
    if program.balls or program.cones or program.quadratic.any():
        return solve_cone(program, [cone_of(ball) for ball in program.balls])
    return solve_lp(program)


def candidates(task: ShortfallTask) -> Iterator[Weighted]:
    """Points that may be optimal, the cheapest first, with their scenario weights."""
    start = _gaussian(task)
    with suppress(UnprovedError, np.linalg.LinAlgError):
        near = _interior(task, start, _TO_POLISH)
        yield _polished(task, *near)
        if not task.curved:
            near = _interior(task, start, _BY_ITSELF)
            yield _polished(task, *near)
            yield near
    near = _written_out(task, start)
    if not task.program.cones:  # polishing knows no cones: Clarabel's own digits have to do
        yield _polished(task, *near)
    yield near
    if task.curved:
        yield from _in_units(task, start)
