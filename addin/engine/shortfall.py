"""Portfolios of least expected shortfall, proved optimal."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.program import Optimum, Program, UnprovedError
from addin.engine.risk import marginal_shortfall
from addin.engine.shortfall_points import ShortfallTask, candidates
from addin.engine.tail import expected_shortfall, value_at_risk
from addin.engine.tail_proof import balanced, is_tail_optimum, least_on_plane, tail_gap


@dataclass(frozen=True, eq=False)
class ShortfallOptimum:
    """A portfolio of least shortfall with what proves it.

    Attributes:
        optimum: Weights and prices of rows, balls and cones.
        scenario_weights: (T,) adding up to one, none above 1 / ((1 − confidence) · T): the
            mixture of scenarios whose mean loss is the shortfall. The row prices pay for the
            gradient it has.
        value_at_risk: Of the portfolio, historical, positive for a loss.
        shortfall: Likewise.
        gap: By how much at most the objective is above its least value.
    """

    optimum: Optimum
    scenario_weights: Vector
    value_at_risk: float
    shortfall: float
    gap: float


def tail_cut(scenarios: Matrix, weights: Vector, confidence: float) -> tuple[float, Vector]:
    """Expected shortfall and a subgradient: no portfolio has less than the plane through it.

    Args:
        scenarios: (T, n) per row.
        weights: (n,) decimals.
        confidence: Between 0 and 1.

    Returns:
        Historical shortfall, positive for a loss, and (n,) its gradient. Shortfall is
        homogeneous: the plane is ``gradient · x``, without a constant.

    Raises:
        InputError: As ``expected_shortfall``.
    """
    gradient = marginal_shortfall(weights, scenarios, confidence)
    return float(gradient @ weights), gradient


def _described(task: ShortfallTask, point: Optimum, weights: Vector) -> ShortfallOptimum:
    weights = balanced(weights, task.price)
    returns = task.returns @ point.x
    shortfall = float(expected_shortfall(returns, task.confidence))
    at_risk = float(value_at_risk(returns, task.confidence))
    gap = tail_gap(task.program, point, shortfall, -(weights @ task.returns))
    return ShortfallOptimum(point, weights, at_risk, shortfall, gap)


def _repriced(task: ShortfallTask, found: ShortfallOptimum) -> ShortfallOptimum:
    """The same portfolio with the prices that prove most for its scenario weights."""
    x = found.optimum.x
    least, bound = least_on_plane(task.program, -(found.scenario_weights @ task.returns))
    gap = max(task.program.value(x) + found.shortfall - bound, 0.0)
    prices = replace(least, x=x, solver=found.optimum.solver, iterations=found.optimum.iterations)
    return replace(found, optimum=prices, gap=gap)


def _found(task: ShortfallTask) -> Iterator[ShortfallOptimum]:
    """Each point that may be proved, then the same with prices that may prove more."""
    for point, weights in candidates(task):
        found = _described(task, point, weights)
        yield found
        if task.program.violation(point.x) <= EDGE:
            with suppress(UnprovedError):
                yield _repriced(task, found)


def min_shortfall(program: Program, scenarios: Matrix, confidence: float) -> ShortfallOptimum:
    """The point of least ½ x'Px + q'x + expected shortfall, proved optimal.

    An interior point on the weights and the value at risk, then the equations of the scenarios
    on the boundary; where balls or cones bind, Clarabel with a variable for each scenario that
    matters.

    Args:
        program: All variables bounded.
        scenarios: (T, n) returns per row; a variable that is no weight has zeros.
        confidence: Between 0 and 1.

    Raises:
        InfeasibleError: If no point obeys the limits.
        InputError: As ``expected_shortfall``.
        UnprovedError: If no solver reached a point that can be proved optimal.

    Source:
        Rockafellar and Uryasev (2000), "Optimization of conditional value-at-risk", Journal of
        Risk 2.
    """
    value_at_risk(scenarios @ np.zeros(scenarios.shape[1]), confidence)  # refuses
    task = ShortfallTask(program, scenarios, confidence)
    for found in _found(task):
        if is_tail_optimum(program, found.optimum, found.shortfall, found.gap):
            return found
    raise UnprovedError("the least shortfall could not be proved")
