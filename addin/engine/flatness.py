"""How far the best portfolio can be left at almost no cost."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from addin.domain.weights import Vector
from addin.engine.covariance import ILL_CONDITIONED, condition_number
from addin.engine.drawn_markets import root_of
from addin.engine.duals import priced_program
from addin.engine.objectives import Objective
from addin.engine.optimised import Optimised
from addin.engine.program import Cone, Program
from addin.engine.solvers import cone_of, solve_cone
from addin.errors import InfeasibleError

_RETURN = 1e-4  # of expected return or utility that is almost nothing: a basis point
_IN_RETURN = (Objective.MAX_UTILITY, Objective.MAX_RETURN)
_SHARE = 1e-3  # of a risk or ratio that is almost nothing
_FLAT = 0.25  # of the portfolio: more that can be exchanged for almost nothing is said
_DIGITS = 8  # of a turnover that a search finds
_STEEP = 2  # directions tried, of the least curvature
_ROUNDS = 4


@dataclass(frozen=True, eq=False)
class Flatness:
    """How far weights may be from the best ones at almost no cost.

    Attributes:
        turnover: One-way, the largest found to a portfolio inside the policy that is worse by
            less than a basis point of return or utility, or a thousandth of the risk or ratio;
            None for objectives that are no single program.
        weights: (n,) that portfolio.
        condition: Number of the covariance of assets that move at all.
        warnings: In words; none where the best portfolio is well determined.
    """

    turnover: float | None
    weights: Vector | None
    condition: float
    warnings: tuple[str, ...]


def _almost_best(program: Program, best: Vector, loss: float) -> Program:
    """The points at which a program's objective is worse by no more than ``loss``.

    x'Px ≤ u = 2 (most − q'x) is the cone ‖(2√v L x, u − v)‖ ≤ u + v of a root L of P, for any
    v > 0; v near u keeps its numbers of one size.
    """
    most = program.value(best) + loss
    if not program.quadratic.any():
        return replace(
            program,
            rows=np.vstack([program.linear, program.rows]),
            row_lower=np.append(-np.inf, program.row_lower),
            row_upper=np.append(most, program.row_upper),
        )
    v = 2 * (most - float(program.linear @ best))
    slope = -2 * program.linear
    sides = 2 * np.sqrt(v) * root_of(program.quadratic)
    cone = Cone(
        np.vstack([slope, sides, slope]),
        np.concatenate([[2 * most + v], np.zeros(len(sides)), [2 * most - v]]),
    )
    return replace(program, quadratic=np.zeros_like(program.quadratic), cones=(cone,))


def _starts(program: Program, best: Vector) -> Iterator[Vector]:
    """Away from what is held, and along the directions of the least curvature both ways."""
    yield np.where(best > 0, -1.0, 1.0)
    if program.quadratic.any():
        n = len(best)
        within = np.eye(n) - 1.0 / n
        _, vectors = np.linalg.eigh(within @ program.quadratic @ within + np.full((n, n), 1e3))
        for direction in vectors.T[:_STEEP]:
            yield direction
            yield -direction


def _furthest(near: Program, best: Vector, direction: Vector) -> Vector:
    """The point furthest from the best along a direction, then along that of its own trades.

    The distance Σ|x − best| is convex: each round's point is no nearer than the last one.
    """
    found = best
    for _ in range(_ROUNDS):
        aimed = replace(near, linear=-direction)
        point = solve_cone(aimed, [cone_of(ball) for ball in near.balls]).x
        if _turnover(point, best) <= _turnover(found, best) * (1 + 1e-6):
            return found
        found, direction = point, np.sign(np.round(point - best, 9))
    return found


def _turnover(weights: Vector, best: Vector) -> float:
    return round(float(np.abs(weights - best).sum()) / 2, _DIGITS)


def _elsewhere(solved: Optimised) -> Vector | None:
    priced = priced_program(solved)
    if priced is None:
        return None
    program, scale = priced
    loss = _RETURN if solved.objective in _IN_RETURN else _SHARE * abs(solved.value)
    near = _almost_best(program, solved.weights, loss / abs(scale))
    found = [solved.weights]
    for direction in _starts(program, solved.weights):
        try:
            found.append(_furthest(near, solved.weights, direction))
        except InfeasibleError:  # a set as thin as this one has no other point
            continue
    return max(found, key=lambda weights: _turnover(weights, solved.weights))


def _warnings(turnover: float | None, condition: float) -> Iterator[str]:
    if turnover is not None and turnover > _FLAT:
        yield (
            f"nearly flat: {turnover:.0%} of the portfolio can be exchanged at almost no cost "
            "(a basis point of return or utility, a thousandth of risk or ratio)"
        )
    if condition > ILL_CONDITIONED:
        yield (
            f"covariance: condition number {condition:.2g} is above 1e10, so weights rest on "
            "rounding; use ledoit-wolf or fewer assets that move alike"
        )


def flatness(solved: Optimised) -> Flatness:
    """How well the best portfolio is determined.

    The largest turnover at almost no cost is a greatest distance in a convex set, for which
    only a search is practical: it is at least what is reported.
    """
    weights = _elsewhere(solved)
    turnover = None if weights is None else _turnover(weights, solved.weights)
    condition = condition_number(solved.problem.covariance)
    return Flatness(turnover, weights, condition, tuple(_warnings(turnover, condition)))
