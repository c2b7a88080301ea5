"""Solvers behind one door: each answer is polished and its optimality proved."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import clarabel
import numpy as np
import piqp

from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.polish import Mask, polished
from addin.engine.program import Ball, Optimum, Program, gap
from addin.errors import InfeasibleError

OPTIMALITY = 1e-8  # largest gap, relative to the size of the objective
_TOLERANCE = 1e-10
_FIXED = 1e-12  # bounds this close leave a variable no room
_ROUNDING = 1e-10  # of the largest coefficient
_NOTHING = "no portfolio obeys all rules"


def _size(program: Program) -> float:
    return float(max(np.abs(program.quadratic).max(), np.abs(program.linear).max())) or 1.0


def solve_qp(program: Program) -> Optimum:
    """PIQP's solution of a quadratic program; balls are left aside.

    Raises:
        InfeasibleError: If the solver finds no point.

    Source:
        Schwan, Jiang, Kuhn and Jones (2023), "PIQP: A Proximal Interior-Point Quadratic
        Programming Solver".
    """
    size, equation = _size(program), program.row_lower == program.row_upper
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
        raise InfeasibleError(_NOTHING)
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
        raise InfeasibleError(_NOTHING)
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

    size, n = _size(program), len(program.linear)
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
        raise InfeasibleError(_NOTHING)
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


def is_optimal(program: Program, point: Optimum, floor: float = 0.0) -> bool:
    """Whether a point obeys every limit and no other is better by more than ``OPTIMALITY``.

    Args:
        program: What was to be solved.
        point: A solution claimed.
        floor: A gap that is small enough whatever the objective, in its unit.
    """
    curved = float(point.x @ (program.quadratic @ point.x)) / 2
    size = curved + abs(float(program.linear @ point.x))
    tolerance = max(OPTIMALITY * size, floor)
    return program.violation(point.x) <= EDGE and gap(program, point) <= tolerance


def _candidates(program: Program) -> Iterator[Optimum]:
    """Points that may be optimal, the cheapest first."""
    plain = replace(program, balls=()) if program.balls else program
    raw = (solve_qp if program.quadratic.any() else solve_lp)(plain)
    for point in _polished_and_raw(plain, raw):
        yield replace(point, ball_prices=(0.0,) * len(program.balls))
    yield from _polished_and_raw(program, solve_cone(program, [cone_of(b) for b in program.balls]))


def _polished_and_raw(program: Program, raw: Optimum) -> Iterator[Optimum]:
    yield polished(program, raw)
    yield raw


def _solved(program: Program) -> Optimum:
    tried = []
    for point in _candidates(program):
        if is_optimal(program, point):
            return point
        tried.append(point)
    # where a portfolio without risk exists the least variance is zero and has no relative error
    floor = _ROUNDING * _size(program)
    for point in tried:
        if is_optimal(program, point, floor):
            return point
    raise ArithmeticError("the optimum could not be proved")


def _restricted(program: Program, free: Mask) -> Program:
    x = np.where(free, 0.0, program.lower)
    shift = program.rows @ x
    return Program(
        program.quadratic[free][:, free],
        (program.linear + program.quadratic @ x)[free],
        program.rows[:, free],
        program.row_lower - shift,
        program.row_upper - shift,
        program.lower[free],
        program.upper[free],
        tuple(Ball(b.factor[:, free], b.centre - b.factor @ x, b.radius) for b in program.balls),
    )


def minimum(program: Program) -> Optimum:
    """The solution of a program whose variables are all bounded, proved optimal.

    A quadratic program goes to PIQP, a linear one to HiGHS, and one whose balls bind to
    Clarabel.

    Raises:
        InfeasibleError: If no point obeys the limits.
        ArithmeticError: If no solver reached a point that can be proved optimal.
    """
    room = program.upper - program.lower
    if (room < -EDGE).any():
        raise InfeasibleError(_NOTHING)
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
        raise InfeasibleError(_NOTHING)
    return Optimum(x, np.zeros(len(program.rows)), (0.0,) * len(program.balls), "none needed", 0)
