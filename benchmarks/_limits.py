"""Contests under limits of volatility, tracking error and the number of holdings."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from addin.domain.weights import EDGE, Vector
from addin.engine.cardinality import few_holdings
from addin.engine.optimize import Objective, Settings, Solution, optimize
from addin.engine.problem import problem_of
from addin.engine.programs import max_utility, min_volatility
from benchmarks import _peers as peers
from benchmarks._answers import each_solver, relative_loss, weights_of
from benchmarks._contest import Contest
from benchmarks._market import Market


def curved() -> Iterator[Contest]:
    """Greatest return under limits of volatility and tracking error, all binding."""
    for n, both, aim in ((14, True, 1.5), (100, True, 30), (500, False, 500), (500, True, 2500)):
        market = Market(n)
        settings = _binding(market, both)

        def lost(weights: Vector, market: Market = market) -> float:
            return -float(market.assumptions.expected_returns @ weights)

        def outside(answer: Solution, market: Market = market, under: Settings = settings) -> float:
            weights = weights_of(answer)
            excess = [market.outside(weights), market.volatility(weights) - under.max_volatility]
            if under.max_tracking_error is not None:
                excess.append(market.tracking_error(weights) - under.max_tracking_error)
            return max(excess)

        limits = settings.max_volatility, settings.max_tracking_error
        solvers = ("CLARABEL", "ECOS") if n < 500 else ("CLARABEL",)
        beside = each_solver(solvers, "cvxpy", peers.cvxpy_max_return, market, *limits)
        if not both:
            peer, name = peers.pypfopt_max_return, "PyPortfolioOpt"
            beside = {**beside, **each_solver(("CLARABEL",), name, peer, market, limits[0])}
        yield Contest(
            "max return, volatility and TE" if both else "max return, volatility",
            n,
            aim,
            partial(
                optimize,
                market.assumptions,
                market.feasible,
                Objective.MAX_RETURN,
                settings,
                benchmark=market.benchmark,
            ),
            outside,
            relative_loss(lost),
            beside,
        )


def _binding(market: Market, both: bool) -> Settings:
    """Limits that bind: half-way between the ends, and nearer to the benchmark."""
    best = partial(optimize, market.assumptions, market.feasible, benchmark=market.benchmark)
    ends = [market.volatility(weights_of(best(each))) for each in ("min volatility", "max return")]
    one = Settings(max_volatility=sum(ends) / 2)
    if not both:
        return one
    free = market.tracking_error(weights_of(best("max return", one)))
    for share in np.linspace(0.99, 0.5, 50):
        two = replace(one, max_tracking_error=float(share) * free)
        names = best("max return", two).binding
        if sum(words.startswith(("volatility", "tracking")) for words in names) == 2:
            return two
    raise AssertionError("no limits that bind together")


def few() -> Iterator[Contest]:
    """At most 10 holdings of 50; what is shown of the kernel is the gap it proves."""
    market = Market(50)
    problem = problem_of(market.assumptions, market.free, None, 0.0)
    for name, program in (
        ("min volatility", min_volatility(problem)),
        ("max utility", max_utility(problem, Settings().risk_aversion)),
    ):
        kernel = partial(few_holdings, program, 50, 10)
        yield Contest(f"{name}, ≤ 10, kernel (gap)", 50, 5000, kernel, lambda found: found.gap)
    for objective in ("min volatility", "max sharpe", "max utility"):
        settings = Settings(max_holdings=10, time_limit=5.0)
        best = partial(optimize, market.assumptions, market.free, objective, settings)
        yield Contest(f"{objective}, ≤ 10 (outside)", 50, 5000, best, _too_many)


def _too_many(found: Solution) -> float:
    return float(max((found.weights > EDGE).sum() - 10, 0))
