"""PIQP, HiGHS and Clarabel, each given a program and asked for a point and its prices."""

from collections.abc import Sequence

import clarabel
import numpy as np
import piqp

from addin.domain.weights import Matrix, Vector
from addin.engine.program import Ball, Optimum, Program
from addin.errors import InfeasibleError

_TOLERANCE = 1e-10
NOTHING = "no portfolio obeys all rules"


def size_of(program: Program) -> float:
    """The largest coefficient of the objective, by which solvers get it scaled."""
    return float(max(np.abs(program.quadratic).max(), np.abs(program.linear).max())) or 1.0


def solve_qp(program: Program) -> Optimum:
    """PIQP's solution of a quadratic program; balls are left aside.

    Raises:
        InfeasibleError: If the solver finds no point.

    Source:
        Schwan, Jiang, Kuhn and Jones (2023), "PIQP: A Proximal Interior-Point Quadratic
        Programming Solver".
    """
    size, equation = size_of(program), program.row_lower == program.row_upper
    solver = piqp.DenseSolver()
    solver.settings.eps_abs = _TOLERANCE
    solver.settings.eps_rel = _TOLERANCE
    solver.settings.eps_duality_gap_abs = _TOLERANCE
    solver.setup(
        np.asfortranarray(program.quadratic / size),
        program.linear / size,
        np.asfortranarray(program.rows[equation]),
        program.row_lower[equation],
        np.asfortranarray(program.rows[~equation]),
        program.row_lower[~equation],
        program.row_upper[~equation],
        program.lower,
        program.upper,
    )
    if solver.solve() != piqp.Status.PIQP_SOLVED:
        raise InfeasibleError(NOTHING)
    found = solver.result
    prices = np.empty(len(equation))
    prices[equation] = -found.y * size
    prices[~equation] = (found.z_l - found.z_u) * size
    return Optimum(found.x, prices, (0.0,) * len(program.balls), "PIQP", found.info.iter)


def solve_lp(program: Program) -> Optimum:
    """HiGHS' solution of a linear program.

    Raises:
        InfeasibleError: If there is no point.

    Source:
        Huangfu and Hall (2018), "Parallelizing the dual revised simplex method".
    """
    from scipy.optimize import linprog  # 0.3 s that only a linear program should pay

    equation = program.row_lower == program.row_upper
    above = ~equation & np.isfinite(program.row_lower)
    below = ~equation & np.isfinite(program.row_upper)
    found = linprog(
        program.linear,
        A_ub=np.vstack([-program.rows[above], program.rows[below]]),
        b_ub=np.concatenate([-program.row_lower[above], program.row_upper[below]]),
        A_eq=program.rows[equation],
        b_eq=program.row_lower[equation],
        bounds=np.column_stack([program.lower, program.upper]),
        method="highs",
    )
    if found.x is None:
        raise InfeasibleError(NOTHING)
    prices = np.zeros(len(equation))
    prices[equation] = found.eqlin.marginals
    prices[above] -= found.ineqlin.marginals[: above.sum()]
    prices[below] += found.ineqlin.marginals[above.sum() :]
    return Optimum(found.x, prices, (), "HiGHS", int(found.nit))


def cone_of(ball: Ball) -> tuple[Matrix, Vector]:
    """A ball as a second-order cone: ``matrix · x + offset`` lies in it."""
    matrix = np.vstack([np.zeros(ball.factor.shape[1]), ball.factor])
    return matrix, np.concatenate([[ball.radius], -ball.centre])


def solve_cone(program: Program, cones: Sequence[tuple[Matrix, Vector]]) -> Optimum:
    """Clarabel's solution of a program, each of its balls written as a second-order cone.

    Args:
        program: Rows and bounds hold as well.
        cones: Matrix and offset of each ball, as ``cone_of`` makes them or scaled.

    Raises:
        InfeasibleError: If there is no point.

    Source:
        Goulart and Chen (2024), "Clarabel: An interior-point solver for conic programs".
    """
    from scipy.sparse import csc_matrix  # 0.2 s that only a cone program should pay

    size, n = size_of(program), len(program.linear)
    equation = program.row_lower == program.row_upper
    above = np.flatnonzero(~equation & np.isfinite(program.row_lower))
    below = np.flatnonzero(~equation & np.isfinite(program.row_upper))
    identity, capped = np.eye(n), np.isfinite(program.upper)
    blocks = [
        (program.rows[equation], program.row_lower[equation]),
        (-program.rows[above], -program.row_lower[above]),
        (program.rows[below], program.row_upper[below]),
        (-identity, -program.lower),
        (identity[capped], program.upper[capped]),
        *((-matrix, offset) for matrix, offset in cones),
    ]
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = _TOLERANCE
    one_sided = sum(len(block[1]) for block in blocks[1:5])
    found = clarabel.DefaultSolver(
        csc_matrix(np.triu(program.quadratic / size)),
        program.linear / size,
        csc_matrix(np.vstack([block[0] for block in blocks])),
        np.concatenate([block[1] for block in blocks]),
        [
            clarabel.ZeroConeT(int(equation.sum())),
            clarabel.NonnegativeConeT(one_sided),
            *(clarabel.SecondOrderConeT(len(offset)) for _, offset in cones),
        ],
        settings,
    ).solve()
    if found.status not in (clarabel.SolverStatus.Solved, clarabel.SolverStatus.AlmostSolved):
        raise InfeasibleError(NOTHING)
    duals, prices = np.array(found.z) * size, np.zeros(len(equation))
    first, second = int(equation.sum()), int(equation.sum()) + len(above)
    prices[equation] = -duals[:first]
    prices[above] += duals[first:second]
    prices[below] -= duals[second : second + len(below)]
    heights = np.cumsum([first + one_sided, *(len(offset) for _, offset in cones)])[:-1]
    balls = tuple(
        float(duals[at]) / ball.radius for at, ball in zip(heights, program.balls, strict=True)
    )
    return Optimum(np.array(found.x), prices, balls, "Clarabel", found.iterations)
