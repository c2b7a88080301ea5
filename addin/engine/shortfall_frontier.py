"""The frontier of mean return and expected shortfall."""

from dataclasses import dataclass, replace

import numpy as np

from addin.domain.weights import Matrix, Vector
from addin.engine.program import Program
from addin.engine.shortfall import ShortfallOptimum, min_shortfall
from addin.engine.solve import minimum
from addin.errors import InputError

_BELOW = 1e-10  # of the largest return: room for the last digits of a return at its maximum


@dataclass(frozen=True, eq=False)
class ShortfallFrontier:
    """Portfolios of least shortfall at returns from the lowest worth having to the highest.

    Attributes:
        returns: (points,) of the expected returns given, evenly spaced.
        shortfalls: (points,) historical, positive for a loss.
        weights: (points, n) variables of the program.
    """

    returns: Vector
    shortfalls: Vector
    weights: Matrix


def _at_least(program: Program, expected_returns: Vector, least: float) -> Program:
    return replace(
        program,
        rows=np.vstack([program.rows, expected_returns]),
        row_lower=np.append(program.row_lower, least),
        row_upper=np.append(program.row_upper, np.inf),
    )


def shortfall_frontier(
    program: Program,
    scenarios: Matrix,
    confidence: float,
    expected_returns: Vector,
    points: int = 20,
) -> ShortfallFrontier:
    """Efficient portfolios, from the least shortfall to the highest expected return.

    Each is proved optimal: the first is the least shortfall itself, the last has the highest
    return there is.

    Args:
        program: Limits, and what is minimised beside the shortfall.
        scenarios: (T, n) returns per row.
        confidence: Between 0 and 1.
        expected_returns: (n,) in any unit.
        points: At least two.

    Raises:
        InfeasibleError: If no point obeys the limits.
        InputError: If there are fewer than two points, or as ``expected_shortfall``.

    Source:
        Rockafellar and Uryasev (2000), "Optimization of conditional value-at-risk", Journal of
        Risk 2.
    """
    if points < 2:
        raise InputError(f"points: need at least two, found {points}")
    first = min_shortfall(program, scenarios, confidence)
    flat = np.zeros_like(program.quadratic)
    richest = minimum(replace(program, quadratic=flat, linear=-expected_returns)).x
    low, high = (float(expected_returns @ x) for x in (first.optimum.x, richest))
    aims = np.linspace(low, high, points)[1:]
    aims[-1] -= _BELOW * abs(high)
    found = [first, *(_point(program, scenarios, confidence, expected_returns, a) for a in aims)]
    weights = np.array([each.optimum.x for each in found])
    shortfalls = np.array([each.shortfall for each in found])
    return ShortfallFrontier(weights @ expected_returns, shortfalls, weights)


def _point(
    program: Program, scenarios: Matrix, confidence: float, expected: Vector, aim: float
) -> ShortfallOptimum:
    return min_shortfall(_at_least(program, expected, aim), scenarios, confidence)
