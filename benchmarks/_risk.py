"""Contests of the tail and of balanced risk."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from addin.domain.weights import Vector
from addin.engine.optimize import optimize
from addin.engine.problem import problem_of
from addin.engine.risk_budget import risk_budget
from addin.engine.shortfall import ShortfallOptimum, min_shortfall
from addin.engine.tail import expected_shortfall
from benchmarks import _peers as peers
from benchmarks._answers import each_solver, outside_of, relative_loss, weights_of
from benchmarks._contest import Contest
from benchmarks._market import CONFIDENCE, Market


def tail() -> Iterator[Contest]:
    """Least CVaR over 2,520 days."""
    for n, aim, ratio in ((14, 12, 6), (100, 120, 12)):
        market = Market(n)

        def cvar(weights: Vector, market: Market = market) -> float:
            return float(expected_shortfall(market.days @ weights, CONFIDENCE))

        def kernel(market: Market = market) -> ShortfallOptimum:
            problem = problem_of(market.assumptions, market.feasible, None, 0.0)
            flat = np.zeros((market.n, market.n))
            program = problem.program(flat, np.zeros(market.n))
            return min_shortfall(program, market.days, CONFIDENCE)

        yield Contest("min CVaR, kernel", n, aim, kernel, outside_of(market))
        by_cvxpy = ("CLARABEL", "HIGHS", "ECOS")
        yield Contest(
            "min CVaR",
            n,
            aim,
            partial(
                optimize,
                market.assumptions,
                market.feasible,
                "min cvar",
                returns=market.returns,
                confidence=CONFIDENCE,
            ),
            outside_of(market),
            relative_loss(cvar),
            {
                **each_solver(by_cvxpy, "PyPortfolioOpt", peers.pypfopt_min_cvar, market),
                **each_solver(by_cvxpy, "Riskfolio", peers.riskfolio_min_cvar, market),
                **each_solver(by_cvxpy, "skfolio", peers.skfolio_min_cvar, market),
            },
            ratio,
        )


def balance() -> Iterator[Contest]:
    """Equal contributions to volatility, long only; what is compared is their largest error."""
    for n, aim in ((14, 0.3), (100, 1.5)):
        market = Market(n)

        def error(answer: Any, market: Market = market) -> float:
            weights = weights_of(answer)
            parts = weights * (market.assumptions.covariance @ weights)
            return float(np.abs(parts / parts.sum() - 1 / market.n).max())

        def against(ours: Any, theirs: Any, error: Callable[[Any], float] = error) -> float:
            return error(ours) - error(theirs)

        equal = np.full(n, 1 / n)
        kernel = partial(risk_budget, market.assumptions.covariance, equal)
        yield Contest("risk parity, kernel (error)", n, aim, kernel, error)
        solvers = ("CLARABEL", "ECOS")
        yield Contest(
            "risk parity (error)",
            n,
            aim,
            partial(optimize, market.assumptions, market.free, "risk parity"),
            error,
            against,
            {
                **each_solver(solvers, "Riskfolio", peers.riskfolio_risk_parity, market),
                **each_solver(solvers, "skfolio", peers.skfolio_risk_parity, market),
            },
        )
        limited = partial(optimize, market.assumptions, market.feasible, "risk parity")
        yield Contest("risk parity, classes and caps", n, None, limited, outside_of(market))
