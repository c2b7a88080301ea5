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
    benchmark = problem.required_benchmark()
    towards = problem.assumptions.covariance @ benchmark
    program = problem.program(problem.penalised, -towards[problem.here])
    return replace(program, constant=float(benchmark @ towards) / 2)


def max_utility(problem: Problem, risk_aversion: float) -> Program:
    """Greatest μ'w − λ/2 w'Σw − c Σw²."""
    curved = risk_aversion * problem.covariance
    if problem.concentration:
        curved = curved + 2 * problem.concentration * np.eye(len(problem.feasible))
    return problem.program(curved, -problem.expected_returns)


def with_impact(program: Program, current: Vector, rate: float) -> Program:
    """The program less ``rate`` · Σ(w − current)².

    Args:
        program: Of n weights.
        current: (n,) weights before trading.
        rate: Cost of trading everything.
    """
    if not rate:
        return program
    curved = program.quadratic + 2 * rate * np.eye(len(current))
    return replace(program, quadratic=curved, linear=program.linear - 2 * rate * current)


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
    beside = len(found.x) - len(problem.feasible)
    return replace(
        program,
        quadratic=np.pad(problem.covariance, (0, beside)),
        linear=np.zeros_like(program.linear),
        row_lower=np.where(tight, image, program.row_lower),
        row_upper=np.where(tight, image, program.row_upper),
        lower=np.where(fixed, found.x, program.lower),
        upper=np.where(fixed, found.x, program.upper),
    )


def nearest(problem: Problem, wanted: Vector) -> Program:
    """Least Σ(w − wanted)²."""
    return problem.program(np.eye(len(wanted)), -wanted)
