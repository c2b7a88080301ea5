"""The proof that a point has the least objective with a tail in it."""

from dataclasses import replace

import numpy as np

from addin.domain.weights import EDGE, Vector
from addin.engine.program import Optimum, Program, gap
from addin.engine.solve import OPTIMALITY, minimum

_ABSOLUTE = 1e-12  # a gap this small is none, whatever the objective


def balanced(weights: Vector, most: float) -> Vector:
    """Weights of scenarios between zero and ``most``, adding up to one, to rounding."""
    weights = np.clip(weights, 0.0, most)
    left = 1 - weights.sum()
    room = most - weights if left > 0 else weights
    return np.asarray(weights + left * room / room.sum()) if left else weights


def tail_gap(program: Program, point: Optimum, tail: float, gradient: Vector) -> float:
    """By how much at most ½ x'Px + q'x + tail(x) of any feasible point is below this point's.

    The tail is nowhere below the plane ``gradient · x``, so that the program with the plane in
    the tail's place bounds it: see ``gap``.

    Args:
        program: Without the tail.
        point: With the prices of rows, balls and cones.
        tail: Its value at the point.
        gradient: (n,) mean of the scenarios under any weights the tail may choose.
    """
    plane = replace(program, linear=program.linear + gradient)
    above = max(tail - float(gradient @ point.x), 0.0)
    return above + gap(plane, point)


def least_on_plane(program: Program, gradient: Vector) -> tuple[Optimum, float]:
    """The least point with a plane in the tail's place, and what no objective is below.

    Its prices are those that prove most, and its own gap is taken off: with curved limits this
    bound loses nothing where ``tail_gap`` charges for the way to a point beside it.

    Args:
        program: Without the tail.
        gradient: (n,) of a plane the tail is nowhere below.

    Raises:
        UnprovedError: If the least point cannot be proved itself.
    """
    plane = replace(program, linear=program.linear + gradient)
    least = minimum(plane)
    return least, plane.value(least.x) - gap(plane, least)


def is_tail_optimum(program: Program, point: Optimum, tail: float, left: float) -> bool:
    """Whether a point obeys every limit and no other is better by more than ``OPTIMALITY``.

    Args:
        program: Without the tail.
        point: A solution claimed.
        tail: Its value at the point.
        left: The gap, as ``tail_gap`` gives it.
    """
    parts = float(point.x @ (program.quadratic @ point.x)) / 2, float(program.linear @ point.x)
    tolerance = max(OPTIMALITY * (sum(map(abs, parts)) + abs(tail)), _ABSOLUTE)
    return program.violation(point.x) <= EDGE and left <= tolerance
