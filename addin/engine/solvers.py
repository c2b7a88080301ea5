"""PIQP, HiGHS and Clarabel, each given a program and asked for a point and its prices."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import clarabel
import numpy as np
import piqp
from numpy.typing import NDArray

from addin.domain.weights import Matrix, Vector
from addin.engine.program import Ball, Optimum, Program, UnprovedError
from addin.errors import InfeasibleError

_TOLERANCE = 1e-10
_CONE_TOLERANCE = 1e-11
_ROUNDING = 1e-15
_DIVERGED = 1e100
_NO_POINT = (
    clarabel.SolverStatus.PrimalInfeasible,
    clarabel.SolverStatus.AlmostPrimalInfeasible,
)
NOTHING = "no portfolio obeys all rules"


def size_of(program: Program) -> float:
    """The largest coefficient of the objective, by which solvers get it scaled."""
    return float(max(np.abs(program.quadratic).max(), np.abs(program.linear).max())) or 1.0


def solve_qp(program: Program) -> Optimum:
    """PIQP's solution of a quadratic program; balls are left aside.

    Raises:
        InfeasibleError: If the solver says that there is no point, which has to be confirmed.
        UnprovedError: If it finds no numbers at all.

    Source:
        Schwan, Jiang, Kuhn and Jones (2023), "PIQP: A Proximal Interior-Point Quadratic
        Programming Solver".
    """
    size, equation = size_of(program), program.row_lower == program.row_upper
    limited = np.isfinite(program.row_lower) | np.isfinite(program.row_upper)
    equations, others = equation.nonzero()[0], (~equation & limited).nonzero()[0]
    heights = np.abs(program.rows).max(axis=1, initial=0.0)  # rows in scores beside rows in weights
    heights[heights == 0] = 1.0
    rows, least, most = (
        program.rows / heights[:, None],
        program.row_lower / heights,
        program.row_upper / heights,
    )
    solver = piqp.DenseSolver()
    solver.settings.eps_abs = _TOLERANCE
    solver.settings.eps_rel = _TOLERANCE
    solver.settings.eps_duality_gap_abs = _TOLERANCE
    solver.setup(
        (program.quadratic / size).T,  # symmetric, and so in the order PIQP wants
        program.linear / size,
        np.asfortranarray(rows[equations]),
        least[equations],
        np.asfortranarray(rows[others]),
        least[others],
        most[others],
        program.lower,
        program.upper,
    )
    status = solver.solve()
    if status == piqp.Status.PIQP_PRIMAL_INFEASIBLE:
        raise InfeasibleError(NOTHING)
    found = solver.result  # of any other status the proof is the judge
    if not np.isfinite(found.x).all():
        raise UnprovedError("PIQP found no numbers")
    prices = np.zeros(len(equation))
    prices[equations] = -found.y * size
    prices[others] = (found.z_l - found.z_u) * size
    prices /= heights
    return Optimum(found.x, prices, (0.0,) * len(program.balls), "PIQP", found.info.iter)


@dataclass(frozen=True, eq=False)
class _Sides:
    """A program's rows as equations and one-sided inequalities."""

    program: Program

    @cached_property
    def equation(self) -> NDArray[np.bool_]:
        return np.equal(self.program.row_lower, self.program.row_upper)

    @cached_property
    def above(self) -> NDArray[np.int64]:
        return np.flatnonzero(~self.equation & np.isfinite(self.program.row_lower))

    @cached_property
    def below(self) -> NDArray[np.int64]:
        return np.flatnonzero(~self.equation & np.isfinite(self.program.row_upper))

    @property
    def equations(self) -> tuple[Matrix, Vector]:
        """Matrix and right-hand side."""
        return self.program.rows[self.equation], self.program.row_lower[self.equation]

    @property
    def inequalities(self) -> tuple[Matrix, Vector]:
        """Matrix and the most it may reach: lower limits first, then upper ones."""
        p, above, below = self.program, self.above, self.below
        matrix = np.vstack([-p.rows[above], p.rows[below]])
        return matrix, np.concatenate([-p.row_lower[above], p.row_upper[below]])

    def prices(self, equations: Vector, inequalities: Vector) -> Vector:
        """(m,) prices of the rows from those of equations and inequalities, none negative."""
        result = np.zeros(len(self.equation))
        result[self.equation] = equations
        result[self.above] += inequalities[: len(self.above)]
        result[self.below] -= inequalities[len(self.above) :]
        return result


def solve_lp(program: Program) -> Optimum:
    """HiGHS' solution of a linear program.

    Raises:
        InfeasibleError: If there is no point.

    Source:
        Huangfu and Hall (2018), "Parallelizing the dual revised simplex method".
    """
    from scipy.optimize import linprog  # 0.3 s that only a linear program should pay

    sides = _Sides(program)
    found = linprog(
        program.linear,
        *sides.inequalities,
        *sides.equations,
        bounds=np.column_stack([program.lower, program.upper]),
        method="highs",
    )
    if found.x is None:
        raise InfeasibleError(NOTHING)
    prices = sides.prices(found.eqlin.marginals, -found.ineqlin.marginals)
    return Optimum(found.x, prices, (), "HiGHS", int(found.nit))


def cone_of(ball: Ball) -> tuple[Matrix, Vector]:
    """A ball as a second-order cone: ``matrix · x + offset`` lies in it."""
    matrix = np.vstack([np.zeros(ball.factor.shape[1]), ball.factor])
    return matrix, np.concatenate([[ball.radius], -ball.centre])


def _bounds(program: Program) -> tuple[Matrix, Vector]:
    """Bounds as ``matrix · x ≤ most``."""
    identity, capped = np.eye(len(program.linear)), np.isfinite(program.upper)
    matrix = np.vstack([-identity, identity[capped]])
    return matrix, np.concatenate([-program.lower, program.upper[capped]])


@dataclass(frozen=True, eq=False)
class _Columns:
    """A matrix column by column, as Clarabel reads it from scipy.sparse: 0.2 s to import."""

    data: Vector
    indices: NDArray[np.int64]
    indptr: NDArray[np.int64]
    shape: tuple[int, ...]
    has_canonical_format: bool = True


def _columns(matrix: Matrix) -> _Columns:
    columns, rows = matrix.T.nonzero()
    starts = np.searchsorted(columns, np.arange(matrix.shape[1] + 1))
    return _Columns(matrix[rows, columns], rows, starts, matrix.shape)


def solve_cone(program: Program, cones: Sequence[tuple[Matrix, Vector]]) -> Optimum:
    """Clarabel's solution of a program, each of its balls written as a second-order cone.

    Args:
        program: Rows, bounds and its own cones hold as well.
        cones: Matrix and offset of each ball, as ``cone_of`` makes them or scaled.

    Raises:
        InfeasibleError: If there is no point.
        UnprovedError: If the numbers grow without end.

    Source:
        Goulart and Chen (2024), "Clarabel: An interior-point solver for conic programs".
    """
    size, sides = size_of(program), _Sides(program)
    linear = [sides.equations, sides.inequalities, _bounds(program)]
    curved = [*cones, *((cone.matrix, cone.offset) for cone in program.cones)]
    blocks = [*linear, *((-matrix, offset) for matrix, offset in curved)]
    first, second, third = np.cumsum([len(limit) for _, limit in linear])
    found = clarabel.DefaultSolver(
        _columns(np.triu(program.quadratic / size)),
        program.linear / size,
        _columns(np.vstack([matrix for matrix, _ in blocks])),
        np.concatenate([limit for _, limit in blocks]),
        [
            clarabel.ZeroConeT(int(first)),
            clarabel.NonnegativeConeT(int(third - first)),
            *(clarabel.SecondOrderConeT(len(offset)) for _, offset in curved),
        ],
        _cone_settings(),
    ).solve()
    if found.status in _NO_POINT:  # any other answer is for the proof to judge
        raise InfeasibleError(NOTHING)
    duals, x = np.array(found.z) * size, np.array(found.x)
    if not max(np.abs(duals).max(), np.abs(x).max()) < _DIVERGED:  # NaN is not below anything
        raise UnprovedError("Clarabel found no end")
    prices = sides.prices(-duals[:first], duals[first:second])
    ends = third + np.cumsum([0, *(len(offset) for _, offset in curved)])
    charges = [duals[start:end] for start, end in itertools.pairwise(ends)]
    balls = zip(charges, program.balls, strict=False)
    ball_prices = tuple(float(charge[0]) / ball.radius for charge, ball in balls)
    cone_prices = tuple(map(_into_cone, charges[len(cones) :]))
    return Optimum(x, prices, ball_prices, "Clarabel", found.iterations, cone_prices)


def _into_cone(charge: Vector) -> Vector:
    """The price with as much head as its norm asks for: rounding may have left it outside."""
    norm = float(np.linalg.norm(charge[1:]))
    return np.concatenate([[max(charge[0], norm * (1 + _ROUNDING))], charge[1:]])


def _cone_settings() -> clarabel.DefaultSettings:
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = _CONE_TOLERANCE
    return settings
