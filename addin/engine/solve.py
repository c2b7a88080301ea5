"""Solvers behind one door: each answer is polished and its optimality proved."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace

import numpy as np

from addin.domain.weights import EDGE
from addin.engine.multiplier import by_price
from addin.engine.polish import from_scratch, polished, refined
from addin.engine.program import Ball, Cone, Mask, Optimum, Program, UnprovedError, gap
from addin.engine.sequential import sequential
from addin.engine.solvers import NOTHING, cone_of, size_of, solve_cone, solve_lp, solve_qp
from addin.errors import InfeasibleError

OPTIMALITY = 1e-8  # largest gap, relative to the size of the objective
_ROUNDINGS = (1e-14, 1e-11)  # of the largest coefficient: gaps that are none
_FIXED = 1e-12  # bounds this close leave a variable no room
MANY = 100  # variables from which a few systems of equations beat an interior-point method


def is_optimal(program: Program, point: Optimum, floor: float = 0.0) -> bool:
    """Whether a point obeys every limit and no other is better by more than ``OPTIMALITY``.

    Args:
        program: What was to be solved.
        point: A solution claimed.
        floor: A gap that is small enough whatever the objective, in its unit.
    """
    curved = float(point.x @ (program.quadratic @ point.x)) / 2
    linear = float(program.linear @ point.x)
    size = abs(curved + linear + program.constant) if program.constant else curved + abs(linear)
    tolerance = max(OPTIMALITY * size, floor)
    return program.violation(point.x) <= EDGE and gap(program, point) <= tolerance


def _linear_candidates(program: Program) -> Iterator[Optimum]:
    """An interior point finds most vertices and is here at once; HiGHS has to be imported."""
    with suppress(InfeasibleError, UnprovedError):
        yield polished(program, solve_qp(program))
    raw = solve_lp(program)
    yield polished(program, raw)
    yield raw


def _quadratic_candidates(program: Program) -> Iterator[Optimum]:
    if len(program.linear) >= MANY and not program.linear.any():
        yield from_scratch(program)
    try:
        yield from _from(program, solve_qp(program))
    except InfeasibleError:
        solve_lp(replace(program, quadratic=0 * program.quadratic, linear=0 * program.linear))
    except UnprovedError:
        pass
    yield from _from(program, solve_cone(program, ()))


def _from(program: Program, raw: Optimum) -> Iterator[Optimum]:
    near = polished(program, raw)
    yield near
    yield from _refined(program, near)
    yield raw
    yield from _refined(program, raw)


def _refined(program: Program, point: Optimum) -> Iterator[Optimum]:
    """More digits, where a covariance near to singular has left too few."""
    with suppress(np.linalg.LinAlgError):
        yield refined(program, point)


def _curved_candidates(program: Program) -> Iterator[Optimum]:
    """What a program without its balls leads to, then a cone program with them."""
    found = None
    if not program.cones:
        with suppress(UnprovedError):
            found = _solved(replace(program, balls=()))
            yield replace(found, ball_prices=(0.0,) * len(program.balls))
            if len(program.linear) >= MANY:
                yield from _held_by_one(program, found)
    raw = solve_cone(program, [cone_of(ball) for ball in program.balls])
    if not program.cones:  # polishing knows no cones: Clarabel's own digits have to do
        yield polished(program, raw)
        yield raw
        yield from sequential(program, raw, _solved)
    else:
        yield raw
    if found is not None and len(program.linear) < MANY:
        yield from _held_by_one(program, found)


def _held_by_one(program: Program, found: Optimum) -> Iterator[Optimum]:
    """What one ball alone leads to: the others hold, as often as not."""
    for ball in program.balls:
        if ball.slack(found.x) >= 0:
            continue
        if len(program.balls) == 1:
            yield from by_price(program, found.x, _solved)
            return
        alone = _solved(replace(program, balls=(ball,)))
        (price,) = alone.ball_prices
        prices = tuple(price if other is ball else 0.0 for other in program.balls)
        yield replace(alone, ball_prices=prices)


def _candidates(program: Program) -> Iterator[Optimum]:
    """Points that may be optimal, the cheapest first."""
    if program.balls or program.cones:
        return _curved_candidates(program)
    curved = program.quadratic.any()
    return _quadratic_candidates(program) if curved else _linear_candidates(program)


def _solved(program: Program) -> Optimum:
    tried = []
    for point in _candidates(program):
        if is_optimal(program, point):
            return point
        tried.append(point)
    # a portfolio almost without risk has a variance that is rounding, and no relative error
    for rounding in _ROUNDINGS:
        for point in tried:
            if is_optimal(program, point, rounding * size_of(program)):
                return point
    raise UnprovedError("the optimum could not be proved")


def _restricted(program: Program, free: Mask) -> Program:
    x = np.where(free, 0.0, program.lower)
    shift = program.rows @ x
    whole = bool(program.constant) or not program.linear.any()
    return Program(
        program.quadratic[free][:, free],
        (program.linear + program.quadratic @ x)[free],
        program.rows[:, free],
        program.row_lower - shift,
        program.row_upper - shift,
        program.lower[free],
        program.upper[free],
        tuple(Ball(b.factor[:, free], b.centre - b.factor @ x, b.radius) for b in program.balls),
        tuple(Cone(c.matrix[:, free], c.point(x)) for c in program.cones),
        program.constant + program.value(x) if whole else 0.0,
    )


def minimum(program: Program) -> Optimum:
    """The solution of a program whose variables are all bounded, proved optimal.

    A program goes to PIQP, a linear one that PIQP cannot prove to HiGHS, and one whose balls
    bind to Clarabel.

    Raises:
        InfeasibleError: If no point obeys the limits.
        UnprovedError: If no solver reached a point that can be proved optimal.
    """
    room = program.upper - program.lower
    if (room < -EDGE).any():
        raise InfeasibleError(NOTHING)
    free = room > _FIXED
    if free.all():
        return _solved(program)
    if not free.any():
        return _only_point(program)
    found = _solved(_restricted(program, free))
    x = program.lower.copy()
    x[free] = found.x
    return replace(found, x=x)


def _only_point(program: Program) -> Optimum:
    x = program.lower
    if program.violation(x) > EDGE:
        raise InfeasibleError(NOTHING)
    free_of_charge = tuple(np.zeros(len(cone.offset)) for cone in program.cones)
    nothing = np.zeros(len(program.rows)), (0.0,) * len(program.balls)
    return Optimum(x, *nothing, "none needed", 0, free_of_charge)
