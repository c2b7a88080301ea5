"""Risk budgets under limits: what is to be solved, and the proof that a point solves it."""

from dataclasses import dataclass, replace

import numpy as np

from addin.domain.weights import EDGE, Vector
from addin.engine.program import Optimum, Program, prices_of

_CONTRIBUTION_ERROR = 1e-10  # largest, relative to the total risk
_ROUNDING = 1e-14  # of a contribution before long and short exposures cancel
_SUM_ERROR = 1e-12
_NO_WEIGHT = 1e-13  # what λ leaves as it goes to zero is no answer


@dataclass(frozen=True, eq=False)
class Case:
    """Minimise ½ w'Pw + q'w − λ b'ln w in a program, with λ such that weights have a sum.

    Attributes:
        program: Of (k,) weights with a budget above zero and some room, without the row of
            the sum; its unit is such that variances are near one.
        budgets: (k,) above zero, adding up to one.
        total: What the weights add up to.
        fixed: Variance of the weights that have no room, in the program's unit.
    """

    program: Program
    budgets: Vector
    total: float
    fixed: float

    def variance(self, weights: Vector) -> float:
        """Of the whole portfolio."""
        return 2 * self.program.value(weights) + self.fixed

    def tangent(self, weights: Vector, rate: float) -> Program:
        """The program with the logarithms made linear at ``weights``."""
        linear = self.program.linear - rate * self.budgets / weights
        return replace(self.program, linear=linear)


@dataclass(frozen=True, eq=False)
class Point:
    """Weights, the prices of rows, λ, and the steps that led here."""

    weights: Vector
    row_prices: Vector
    rate: float
    iterations: int

    def prices(self, case: Case) -> Vector:
        """(k + m,) what limits of weights and rows move contributions by."""
        optimum = Optimum(self.weights, self.row_prices, (), "", 0)
        prices = prices_of(case.tangent(self.weights, self.rate), optimum)
        prices[: len(self.weights)] *= self.weights
        return prices


def binding_least(program: Program) -> Vector:
    """(k + m,) lower limits, without those of zero weight: the logarithm keeps away from them."""
    least = program.least.copy()
    least[: len(program.lower)][program.lower <= 0] = -np.inf
    return least


def is_proved(case: Case, point: Point) -> bool:
    """Whether weights add up, obey the program, and contributions are as they should be.

    In units of the variance of the portfolio: λ times its budget for an asset at no limit and
    in no row with a price, no more at a lower and no less at an upper limit plus what rows add.
    """
    program, weights = case.program, point.weights
    image, prices = program.image(weights), point.prices(case)
    variance = case.variance(weights)
    if not (point.rate > 0 and variance > 0 and (weights > _NO_WEIGHT).all()):
        return False
    size = float(weights @ np.abs(program.quadratic) @ weights + np.abs(program.linear) @ weights)
    error = _CONTRIBUTION_ERROR * variance + _ROUNDING * size
    open_low = (prices > error) & (image > binding_least(program) + EDGE)
    open_high = (prices < -error) & (image < program.most - EDGE)
    added_up = abs(float(weights.sum()) - case.total) <= _SUM_ERROR
    return added_up and program.violation(weights) <= EDGE and not (open_low | open_high).any()
