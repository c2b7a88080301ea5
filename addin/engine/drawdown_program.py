"""Portfolios of least conditional drawdown, proved optimal."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.drawdown_tail import DrawdownTail
from addin.engine.program import Optimum, Program, UnprovedError
from addin.engine.solve import minimum
from addin.engine.tail import expected_shortfall, largest_share
from addin.engine.tail_cones import UNITS, written_out
from addin.engine.tail_interior import interior_point
from addin.engine.tail_limits import roomy
from addin.engine.tail_proof import balanced, is_tail_optimum, least_on_plane

_PRECISIONS = (1e-10, 1e-12)  # the first that can be proved
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
        return largest_share(len(self.returns), self.confidence)

    def in_unit(self, size: float) -> tuple[Program, DrawdownTail]:
        """The program and its tail, divided by a size."""
        return roomy(self.program, size), DrawdownTail(self.returns / size, self.price)

    def drawdown(self, x: Vector) -> float:
        return float(expected_shortfall(-_below_peak(np.cumsum(self.returns @ x)), self.confidence))


@dataclass(frozen=True, eq=False)
class _Near:
    x: Vector
    multipliers: Vector  # as ``DrawdownTail`` has its rows
    solver: str
    iterations: int


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


def _near(task: _Task, x: Vector) -> Iterator[_Near]:
    """Points that may be optimal: first as if no limit were curved, which is much faster."""
    size = task.drawdown(x) or float(np.abs(task.returns).max()) or 1.0
    curved = bool(task.program.balls or task.program.cones)
    for precision in _PRECISIONS[: 1 if curved else None]:
        with suppress(UnprovedError, np.linalg.LinAlgError):
            found = interior_point(*task.in_unit(size), x, precision)
            yield _Near(found.x, found.multipliers, "interior point", found.iterations)
    for unit in UNITS:
        yield _Near(*written_out(*task.in_unit(unit * size)))


def _proved(task: _Task, near: _Near) -> DrawdownOptimum | None:
    """The point with the prices of its limits, if it is the optimum."""
    program, x = task.program, np.clip(near.x, task.program.lower, task.program.upper)
    if program.violation(x) > EDGE:
        return None
    gradient, drawdown = _gradient(task, near.multipliers), task.drawdown(x)
    least, bound = least_on_plane(program, gradient)
    point = replace(least, x=x, solver=near.solver, iterations=near.iterations)
    gap = max(program.value(x) + drawdown - bound, 0.0)
    proved = is_tail_optimum(program, point, drawdown, gap)
    return DrawdownOptimum(point, drawdown, gap) if proved else None


def min_drawdown(program: Program, scenarios: Matrix, confidence: float) -> DrawdownOptimum:
    """The point of least ½ x'Px + q'x + conditional drawdown at risk, proved optimal.

    Conditional drawdown is the mean of the worst 1 − confidence of the drawdowns of all rows,
    the one on the boundary with its fraction, of a track that adds returns without compounding
    them and starts before the first row. From a confidence of 1 − 1/T on it is the largest
    drawdown.

    An interior point on the weights and the drawdowns; where balls or cones bind, Clarabel on
    the program written out.

    Args:
        program: All variables bounded.
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
    for near in _near(task, _start(program, scenarios)):
        with suppress(UnprovedError):
            if found := _proved(task, near):
                return found
    raise UnprovedError("the least drawdown could not be proved")
