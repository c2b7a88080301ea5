"""Contests of mean and variance, of their frontier and of Black–Litterman."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from addin.domain.views import Views
from addin.domain.weights import Matrix, Vector
from addin.engine.black_litterman import Posterior, Prior, ViewMethod, black_litterman
from addin.engine.frontier import Frontier, frontier
from addin.engine.optimize import Objective, optimize
from benchmarks import _peers as peers
from benchmarks._answers import each_solver, outside_of, relative_loss
from benchmarks._contest import Contest
from benchmarks._market import RISK_FREE, Market


def mean_variance() -> Iterator[Contest]:
    """Least volatility and greatest Sharpe ratio."""
    aims = {14: (0.3, 25), 100: (3.0, 10), 500: (60.0, 5)}
    for n, (aim, ratio) in aims.items():
        market = Market(n)
        known, feasible = market.assumptions, market.feasible

        def sharpe(weights: Vector, market: Market = market) -> float:
            excess = market.assumptions.expected_returns @ weights - RISK_FREE
            return -float(excess) / market.volatility(weights)

        yield Contest(
            "min volatility",
            n,
            aim,
            partial(optimize, known, feasible, Objective.MIN_VOLATILITY),
            outside_of(market),
            relative_loss(market.volatility),
            each_solver(
                (None, "CLARABEL"),
                "PyPortfolioOpt",
                peers.pypfopt_min_volatility,
                market,
            ),
            ratio,
        )
        yield Contest(
            "max Sharpe",
            n,
            aim,
            partial(optimize, known, feasible, Objective.MAX_SHARPE),
            outside_of(market),
            relative_loss(sharpe),
            each_solver(
                (None, "CLARABEL"),
                "PyPortfolioOpt",
                peers.pypfopt_max_sharpe,
                market,
            ),
            ratio,
        )


def path() -> Iterator[Contest]:
    """The frontier of 50 points; what is compared is the mean of volatilities at our returns.

    skfolio chooses returns of its own: its loss is no number.
    """
    market, points = Market(14), 50
    ours = partial(frontier, market.assumptions, market.feasible, points)
    targets = ours().returns.copy()
    targets[-1] -= 1e-6  # the peer refuses the highest return itself

    def loss(mine: Frontier, theirs: Matrix) -> float:
        inner = slice(1, -1)  # at the ends the peer need not be at our returns
        returns = theirs @ market.assumptions.expected_returns
        if np.abs(returns - targets)[inner].max() > 1e-6:
            return float("nan")
        pairs = zip(mine.volatilities[inner], theirs[inner], strict=True)
        return float(np.mean([one / market.volatility(other) - 1 for one, other in pairs]))

    yield Contest(
        "frontier, 50 points",
        14,
        6,
        ours,
        lambda found: max(market.outside(each) for each in found.weights),
        loss,
        {
            **each_solver(
                (None, "CLARABEL"),
                "PyPortfolioOpt",
                peers.pypfopt_frontier,
                market,
                targets,
            ),
            **each_solver(
                ("CLARABEL",),
                "skfolio",
                peers.skfolio_frontier,
                market,
                points,
            ),
        },
    )


def views() -> Iterator[Contest]:
    """Black–Litterman, posterior covariance and weights included."""
    n, k, tau = 500, 10, 0.05
    market, rng = Market(n), np.random.default_rng(0)
    picks = np.zeros((k, n))
    for row in picks:
        row[rng.choice(n, 2, replace=False)] = 1.0, -1.0
    names, unstated = tuple(f"view {i}" for i in range(k)), np.full(k, np.nan)
    stated = Views(names, market.tickers, picks, rng.normal(0, 0.02, k), unstated)
    prior = Prior(market.assumptions.covariance, np.full(n, 1 / n), risk_free=RISK_FREE)

    def difference(ours: Posterior, theirs: Vector) -> float:
        return float(np.abs(ours.expected_returns - theirs).max())

    yield Contest(
        "Black–Litterman (difference)",
        n,
        30,
        partial(black_litterman, prior, stated, ViewMethod.HE_LITTERMAN, tau),
        lambda found: 0.0,
        difference,
        {"PyPortfolioOpt": partial(peers.pypfopt_black_litterman, prior, stated, tau)},
    )
