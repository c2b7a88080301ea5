"""A tail within balls and cones: the program written out in full, almost all of it zeros."""

from typing import Any, Protocol

import clarabel
import numpy as np

from addin.domain.weights import Matrix, Vector
from addin.engine.program import Program
from addin.engine.solvers import cone_of
from addin.engine.tail_limits import Limits

_TOLERANCE = 1e-13  # more than can be had: Clarabel stops where rounding makes it

_REFINED = 50  # rounds at most of refining a step: digits that Clarabel leaves by itself
_EXACT = 1e-15
UNITS = (1.0, 0.1, 10.0)  # times that of the start: rounding is another in each

Sparse = Any  # a matrix of scipy.sparse, which takes 0.1 s to import


class SparseTail(Protocol):
    """A tail whose rows can be written out."""

    @property
    def cost(self) -> Vector:
        """(1 + k,) price of the level and of the rest."""

    @property
    def matrix(self) -> Sparse:
        """(rows, n + 1 + k) what weights, level and rest are multiplied by."""


def _curved(program: Program) -> list[tuple[Matrix, Vector]]:
    """Matrix and offset of what lies in a second-order cone, balls in the unit of their radius."""
    balls = [(cone_of(ball), ball.radius) for ball in program.balls]
    scaled = [(matrix / radius, offset / radius) for (matrix, offset), radius in balls]
    return scaled + [(cone.matrix, cone.offset) for cone in program.cones]


def _settings() -> clarabel.DefaultSettings:
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = _TOLERANCE
    settings.iterative_refinement_max_iter = _REFINED
    settings.iterative_refinement_reltol = settings.iterative_refinement_abstol = _EXACT
    return settings


def _widened(matrix: Matrix, columns: int) -> Sparse:
    """Limits of weights as limits of all variables."""
    from scipy import sparse

    return sparse.hstack([sparse.csc_array(matrix), sparse.csc_array((len(matrix), columns))])


def _square(matrix: Matrix, columns: int) -> Sparse:
    from scipy import sparse

    rest = sparse.csc_array((columns, columns))
    return sparse.block_diag([np.triu(matrix), rest], format="csc")


def written_out(program: Program, tail: SparseTail) -> tuple[Vector, Vector, str, int]:
    """Clarabel's point of least ½ x'Px + q'x + tail within all limits, for others to prove.

    Args:
        program: No variable fixed: see ``roomy``.
        tail: Scenarios, in the unit of the program's objective; its rows have no constant.

    Returns:
        (n,) weights, multipliers of the tail's rows, solver and iterations.

    Source:
        Goulart and Chen (2024), "Clarabel: An interior-point solver for conic programs".
    """
    from scipy import sparse

    n, beside, limits, curved = (
        len(program.linear),
        len(tail.cost),
        Limits(program),
        _curved(program),
    )
    equation, rows = limits.equation, tail.matrix
    flat = np.vstack([program.rows[equation], -limits.linear(np.eye(n))])
    blocks = [_widened(flat, beside), -rows]
    blocks += [_widened(-matrix, beside) for matrix, _ in curved]
    room = [program.row_lower[equation], limits.constant, np.zeros(rows.shape[0])]
    first, last = int(equation.sum()), len(flat) + rows.shape[0]
    found = clarabel.DefaultSolver(
        _square(program.quadratic, beside),
        np.concatenate([program.linear, tail.cost]),
        sparse.vstack(blocks, format="csc"),
        np.concatenate([*room, *(offset for _, offset in curved)]),
        [
            clarabel.ZeroConeT(first),
            clarabel.NonnegativeConeT(last - first),
            *(clarabel.SecondOrderConeT(len(offset)) for _, offset in curved),
        ],
        _settings(),
    ).solve()
    return np.array(found.x)[:n], np.array(found.z)[len(flat) : last], "Clarabel", found.iterations
