"""Portfolios from which searches for a little value at risk lead to different ends."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import product

import numpy as np

from addin.domain.weights import Matrix, Vector
from addin.engine.program import Program, UnprovedError
from addin.engine.shortfall import min_shortfall, tail_cut
from addin.engine.solve import minimum

_SHARES = np.arange(1, 10) / 10
_LOWER_CONFIDENCES = (0.5, 0.7, 0.9)
_PLANES = 10  # of each confidence: a start need not be exact
_NEAR = 0.01  # relative: a shortfall this far above its bound is near enough
_PARTS = {2: 10, 3: 10, 4: 5}  # of the whole, by the number of variables


def blends(one: Vector, other: Vector) -> list[Vector]:
    """Portfolios between two of (n,) weights, in tenths."""
    return [one + share * (other - one) for share in _SHARES]


def all_round(program: Program) -> list[Vector]:
    """A coarse grid over the portfolios of a few variables, none for many.

    They add up to one and have the lower bounds; of the other limits they know nothing.
    """
    n = len(program.linear)
    if n not in _PARTS:
        return []
    whole, room = _PARTS[n], 1 - program.lower.sum()
    every = map(np.array, product(range(whole + 1), repeat=n))
    return [program.lower + room * parts / whole for parts in every if parts.sum() == whole]


def within_shortfalls(
    program: Program, flat: Program, returns: Matrix, confidence: float, bound: float
) -> Iterator[Vector]:
    """Portfolios of little objective whose shortfall is near to a bound, and the safest ones.

    Shortfall is nowhere below value at risk and grows with the confidence: that at a lower one
    leaves more room, and its planes hold at the higher ones.

    Args:
        program: All variables bounded.
        flat: The same without its objective.
        returns: (T, n) per row.
        confidence: The highest; those below are the starts' own.
        bound: Positive for a loss.
    """
    for each in (*(c for c in _LOWER_CONFIDENCES if c < confidence), confidence):
        with suppress(UnprovedError):
            safest = min_shortfall(flat, returns, each)
            yield safest.optimum.x
            if safest.shortfall > bound:
                return
            program, x = _cut(program, returns, each, bound)
            yield x


def _cut(
    program: Program, returns: Matrix, confidence: float, bound: float
) -> tuple[Program, Vector]:
    """The program with planes below the shortfall, and its optimum."""
    x = minimum(program).x
    for _ in range(_PLANES):
        shortfall, slope = tail_cut(returns, x, confidence)
        if shortfall <= bound + _NEAR * abs(bound):
            break
        program = replace(
            program,
            rows=np.vstack([program.rows, slope]),
            row_lower=np.append(program.row_lower, -np.inf),
            row_upper=np.append(program.row_upper, bound),
        )
        x = minimum(program).x
    return program, x
