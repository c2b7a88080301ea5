"""The efficient frontier of a policy."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.weights import Matrix, Vector
from addin.engine.feasible import FeasibleSet
from addin.engine.optimize import Objective, optimize
from addin.engine.polish import polished
from addin.engine.problem import Problem, problem_of
from addin.engine.program import Optimum, Program
from addin.engine.programs import min_volatility
from addin.engine.settings import AS_STATED, Settings, under
from addin.engine.solve import is_optimal, minimum
from addin.errors import InputError


@dataclass(frozen=True, eq=False)
class Frontier:
    """Portfolios of least volatility at returns from the lowest worth having to the highest.

    Attributes:
        tickers: (N,).
        returns: (points,) annual, evenly spaced.
        volatilities: (points,) annual.
        weights: (points, N).
    """

    tickers: tuple[str, ...]
    returns: Vector
    volatilities: Vector
    weights: Matrix


def _at(program: Program, expected: float) -> Program:
    """The program whose last row, the expected return, is fixed."""
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    lower[-1] = upper[-1] = expected
    return replace(program, row_lower=lower, row_upper=upper)


def _next(program: Program, near: Optimum | None) -> Optimum:
    """The optimum, first sought where the last one's binding limits lead."""
    if near is not None:
        found = polished(program, near)
        if is_optimal(program, found):
            return found
    return minimum(program)


def _between(problem: Problem, inner: Vector) -> list[Vector]:
    base = min_volatility(problem)
    program = replace(
        base,
        rows=np.vstack([base.rows, problem.expected_returns]),
        row_lower=np.append(base.row_lower, 0.0),
        row_upper=np.append(base.row_upper, 0.0),
    )
    found, path = None, []
    for expected in inner:
        found = _next(_at(program, float(expected)), found)
        path.append(found.x)
    return path


def frontier(
    assumptions: Assumptions,
    feasible: FeasibleSet,
    points: int = 20,
    settings: Settings = AS_STATED,
    *,
    benchmark: pd.Series | None = None,
) -> Frontier:
    """Efficient portfolios, from the least volatile to that of the highest return.

    Args:
        assumptions: Annual, of every ticker of ``feasible``.
        feasible: Portfolios allowed.
        points: At least two; the first and the last are the two ends themselves.
        settings: Limits and the concentration penalty.
        benchmark: Decimals by ticker, for limits of tracking error.

    Raises:
        InfeasibleError: If no portfolio obeys the rules.
        InputError: If there are fewer than two points.

    Source:
        Markowitz (1952), "Portfolio Selection".
    """
    if points < 2:
        raise InputError(f"points: need at least two, found {points}")
    limited = under(feasible, assumptions, settings)
    problem = problem_of(assumptions, limited, benchmark, settings.concentration)
    ends = [
        optimize(assumptions, feasible, objective, settings, benchmark=benchmark).weights.to_numpy()
        for objective in (Objective.MIN_VOLATILITY, Objective.MAX_RETURN)
    ]
    low, high = (float(problem.expected_returns @ end) for end in ends)
    inner = _between(problem, np.linspace(low, high, points)[1:-1])
    weights = np.array([ends[0], *inner, ends[1]])
    variances = np.einsum("ij,jk,ik->i", weights, problem.covariance, weights)
    return Frontier(
        feasible.tickers,
        weights @ problem.expected_returns,
        np.sqrt(np.maximum(variances, 0.0)),
        weights,
    )
