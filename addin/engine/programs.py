"""What to optimise, as programs in numbers."""

from dataclasses import replace

import numpy as np

from addin.domain.weights import Vector
from addin.engine.problem import Problem
from addin.engine.program import Optimum, Program, reduced_gradient

_PRICED = 1e-9


def min_volatility(problem: Problem) -> Program:
    """Least w'Σw, plus the concentration penalty."""
    return problem.program(problem.penalised, np.zeros(len(problem.feasible)))


def min_tracking_error(problem: Problem) -> Program:
    """Least (w−b)'Σ(w−b), plus the concentration penalty."""
    towards = problem.assumptions.covariance @ problem.required_benchmark()
    return problem.program(problem.penalised, -towards[problem.here])


def max_utility(problem: Problem, risk_aversion: float) -> Program:
    """Greatest μ'w − λ/2 w'Σw − c Σw²."""
    curved = risk_aversion * problem.covariance
    if problem.concentration:
        curved = curved + 2 * problem.concentration * np.eye(len(problem.feasible))
    return problem.program(curved, -problem.expected_returns)


def with_costs(program: Program, current: Vector, rate: float) -> Program:
    """The program less ``rate`` · Σ|w − current|.

    A sale s ≥ current − w is split off for every asset that can be sold; the purchase is then
    w − current + s. Rate times both is linear in w and s.

    Args:
        program: Of n weights.
        current: (n,) weights before trading.
        rate: Cost per unit traded.

    Returns:
        A program of n weights and the sales.
    """
    room = current - program.lower
    sold = np.flatnonzero(room > 0)
    n, k = len(current), len(sold)
    curved = np.zeros((n + k, n + k))
    curved[:n, :n] = program.quadratic
    rows = np.zeros((len(program.rows) + k, n + k))
    rows[: len(program.rows), :n] = program.rows
    rows[len(program.rows) + np.arange(k), sold] = 1.0
    rows[len(program.rows) + np.arange(k), n + np.arange(k)] = 1.0
    return Program(
        curved,
        np.concatenate([program.linear + rate, np.full(k, 2 * rate)]),
        rows,
        np.concatenate([program.row_lower, current[sold]]),
        np.concatenate([program.row_upper, np.full(k, np.inf)]),
        np.concatenate([program.lower, np.zeros(k)]),
        np.concatenate([program.upper, room[sold]]),
        tuple(replace(b, factor=np.pad(b.factor, ((0, 0), (0, k)))) for b in program.balls),
    )


def max_return(problem: Problem) -> Program:
    """Greatest μ'w, less the concentration penalty c Σw²."""
    curved = 2 * problem.concentration * np.eye(len(problem.feasible))
    return problem.program(curved, -problem.expected_returns)


def least_volatile_optimum(problem: Problem, program: Program, found: Optimum) -> Program:
    """Least volatility among the solutions of a linear program.

    What has a price must stay at its limit in every solution (complementary slackness), and
    whatever keeps to that is one.
    """
    dear = _PRICED * float(np.abs(program.linear).max())
    fixed = np.abs(reduced_gradient(program, found)) > dear
    tight = np.abs(found.row_prices) > dear
    image = program.rows @ found.x
    return replace(
        program,
        quadratic=problem.covariance,
        linear=np.zeros_like(program.linear),
        row_lower=np.where(tight, image, program.row_lower),
        row_upper=np.where(tight, image, program.row_upper),
        lower=np.where(fixed, found.x, program.lower),
        upper=np.where(fixed, found.x, program.upper),
    )


def nearest(problem: Problem, wanted: Vector) -> Program:
    """Least Σ(w − wanted)²."""
    return problem.program(np.eye(len(wanted)), -wanted)
