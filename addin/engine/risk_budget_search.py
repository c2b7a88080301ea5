"""Risk budgets under limits from any start: a search for λ, a convex program for each."""

from contextlib import suppress
from dataclasses import replace

import numpy as np

from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.polish import polished
from addin.engine.program import Program, UnprovedError
from addin.engine.risk_budget_active import settled
from addin.engine.risk_budget_case import Case, Point, is_proved
from addin.engine.solve import minimum
from addin.engine.solvers import solve_qp
from addin.errors import InfeasibleError

_LEAST_PARTS = (1e-2, 1e-5, 1e-8)  # of a weight aimed at, so that logarithms exist
_NEWTON_STEPS = 60
_HALVINGS = 40
_LEFT = 0.01  # of a weight, the least that one step leaves
_GAINED = 1e3  # of a weight, the most that one step adds
_SUFFICIENT = 1e-4
_DECREMENT = 1e-13
_EXTREME = 1e8
_GROWTH = 10.0
_SEARCHES = 80
_ON_THE_SUM = 1e-8
_SMALL = 0.01
_MORE = 1e-6


class NowhereError(ArithmeticError):
    """No λ makes the weights add up."""


def inside(program: Program, wanted: Vector) -> Vector:
    """(k,) weights above zero in a program, near those wanted.

    Raises:
        NowhereError: If there are none.
    """
    k = len(wanted)
    for part in _LEAST_PARTS:
        least = np.maximum(program.lower, part * wanted)
        relative = _relative(program, wanted, np.eye(k), np.zeros(k), least)
        with suppress(InfeasibleError, UnprovedError):
            step = solve_qp(relative).x
            if relative.violation(step) <= EDGE:
                return np.asarray(wanted * (1 + step))
    raise NowhereError("no weights above zero obey the limits")


def _relative(
    program: Program, weights: Vector, curvature: Matrix, gradient: Vector, least: Vector
) -> Program:
    """A program of steps relative to weights that keeps to the limits."""
    image = program.rows @ weights
    return Program(
        curvature,
        gradient,
        program.rows * weights,
        program.row_lower - image,
        program.row_upper - image,
        least / weights - 1,
        np.minimum(program.upper / weights - 1, _GAINED),
    )


def _step(case: Case, point: Point) -> tuple[Vector, Vector, float]:
    """Newton's relative step inside the limits, the prices of rows, and the slope."""
    weights, program = point.weights, case.program
    curvature = program.quadratic * weights * weights[:, None]
    curvature.flat[:: len(weights) + 1] += point.rate * case.budgets
    tangent = case.tangent(weights, point.rate)
    gradient = weights * (tangent.quadratic @ weights + tangent.linear)
    least = np.maximum(program.lower, _LEFT * weights)
    relative = _relative(program, weights, curvature, gradient, least)
    found = polished(relative, solve_qp(relative))
    if relative.violation(found.x) > EDGE:
        found = solve_qp(relative)
    return found.x, found.row_prices, float(gradient @ found.x)


def _value(case: Case, weights: Vector, rate: float) -> float:
    return case.program.value(weights) - rate * float(case.budgets @ np.log(weights))


def best_at(case: Case, point: Point) -> Point:
    """The best weights at the point's λ, by Newton steps inside the limits.

    The objective is convex and every step a descent, so it is reached from any start inside.
    """
    for _ in range(_NEWTON_STEPS):
        step, prices, slope = _step(case, point)
        before, part = _value(case, point.weights, point.rate), 1.0
        for _ in range(_HALVINGS):
            weights = point.weights * (1 + part * step)
            if _value(case, weights, point.rate) <= before + _SUFFICIENT * part * slope:
                break
            part /= 2
        point = Point(weights, prices, point.rate, point.iterations + 1)
        if -slope <= _DECREMENT * max(1.0, point.rate):
            break
    return point


def _side(case: Case, point: Point) -> float:
    """Above zero if λ is too large, below zero if it is too small."""
    over = float(point.weights.sum()) - case.total
    return over if abs(over) > _ON_THE_SUM else point.rate - case.variance(point.weights)


def _out_of_reach(case: Case) -> bool:
    """Whether weights of least variance add up to more, and those that do not have more variance.

    Then the sum stays too large however small λ is.
    """
    p, k = case.program, len(case.budgets)
    rows = np.vstack([p.rows, np.ones(k)])
    low, high = np.append(p.row_lower, -np.inf), np.append(p.row_upper, case.total)
    summed = replace(p, rows=rows, row_lower=low, row_upper=high)
    least, within = (case.variance(minimum(each).x) for each in (p, summed))
    return within > least * (1 + _MORE)


def _next(case: Case, low: float, high: float) -> float:
    """The next λ: powers of ten until there is one on either side, then the geometric mean."""
    if low and high < np.inf:
        return float(np.sqrt(low * high))
    if high <= _SMALL and _out_of_reach(case):
        raise NowhereError("the weights add up to more whatever λ is")
    rate = high / _GROWTH if high < np.inf else low * _GROWTH
    if not 1 / _EXTREME < rate < _EXTREME:
        raise NowhereError(f"no λ up to {rate:g} makes the weights add up")
    return rate


def searched(case: Case, wanted: Vector) -> Point:
    """Proved weights, by a search for λ; every λ is a start for the active-set iteration.

    Args:
        case: What is to be solved.
        wanted: (k,) weights above zero to start from; they need obey nothing.

    Raises:
        NowhereError: If no λ makes the weights add up.
        UnprovedError: If one does, but was not found.
    """
    point = Point(inside(case.program, wanted), np.zeros(len(case.program.rows)), 1.0, 0)
    low, high = 0.0, np.inf
    with suppress(InfeasibleError):  # the solver's, for the point before was inside
        for _ in range(_SEARCHES):
            point = best_at(case, point)
            found = settled(case, point)
            if is_proved(case, found):
                return found
            if _side(case, point) > 0:
                high = point.rate
            else:
                low = point.rate
            point = replace(point, rate=_next(case, low, high))
    if not low and _out_of_reach(case):
        raise NowhereError("the weights add up to more whatever λ is")
    raise UnprovedError("the risk budgets inside the limits could not be proved")
