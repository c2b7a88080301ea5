"""The last digits of an optimum inside balls: quadratic programs with the balls as planes."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from addin.engine.program import Optimum, Program, UnprovedError
from addin.errors import InfeasibleError

_ROUNDS = 8
_PRICED = 1e-12  # of the dearest ball: what costs less is left aside

Solver = Callable[[Program], Optimum]


def _flattened(program: Program, point: Optimum, held: list[int]) -> Program:
    """The program near a point: balls as planes there, their curvature in the objective."""
    x, curved = point.x, program.quadratic
    gradient = program.quadratic @ x + program.linear
    for i in held:
        factor = program.balls[i].factor
        curved = curved + point.ball_prices[i] * (factor.T @ factor)
    planes = np.array([program.balls[i].gradient(x) for i in held])
    slacks = np.array([program.balls[i].slack(x) for i in held])
    return Program(
        curved,
        gradient - curved @ x,
        np.vstack([program.rows, planes]),
        np.concatenate([program.row_lower, np.full(len(held), -np.inf)]),
        np.concatenate([program.row_upper, planes @ x + slacks]),
        program.lower,
        program.upper,
    )


def _lifted_back(program: Program, found: Optimum, held: list[int], rounds: int) -> Optimum:
    """The point with the prices of the planes as those of their balls."""
    rows, prices = len(program.rows), [0.0] * len(program.balls)
    for i, price in zip(held, found.row_prices[rows:], strict=True):
        prices[i] = max(-float(price), 0.0)
    return replace(
        found,
        row_prices=found.row_prices[:rows],
        ball_prices=tuple(prices),
        solver="sequential",
        iterations=rounds,
    )


def sequential(program: Program, point: Optimum, solved: Solver) -> Iterator[Optimum]:
    """Points ever nearer to the optimum of a program with balls, from one near it.

    Each round solves a quadratic program, in which a ball is the plane that touches it where
    the last point is; as the curvature is in the objective, the error is squared each time.

    Source:
        Nocedal and Wright (2006), "Numerical Optimization", §18.1.
    """
    for rounds in range(1, _ROUNDS + 1):
        dearest = max(point.ball_prices, default=0.0)
        held = [i for i, price in enumerate(point.ball_prices) if price > _PRICED * dearest]
        if not held:
            return
        try:
            found = solved(_flattened(program, point, held))
        except (InfeasibleError, UnprovedError):
            return
        point = _lifted_back(program, found, held, rounds)
        yield point
