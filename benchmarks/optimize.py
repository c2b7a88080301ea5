"""Time of the optimiser beside PyPortfolioOpt, Riskfolio-Lib, skfolio and cvxpy, in one run.

    python -m benchmarks.optimize [words of the problems wanted] [--alone]

All get the same numbers: class ranges and caps, and what can be given ready is. Times are
milliseconds of the whole call, building the problem included: least and median, everyone in
turns, so that a busy machine is busy for all; ratios are of the least and of the median times. ``outside`` is by how much our answer breaks the worst rule.
The loss is by how much, relatively, our objective is worse than the peer's, both measured by
the engine's metrics: negative means ours is better. Lines of kernels are without the surface
``optimize``. On a busy machine set OMP_NUM_THREADS=1, or the linear algebra of all waits for
its own threads, and read the least times.
"""

import argparse
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from addin.domain.views import Views
from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.black_litterman import Posterior, Prior, ViewMethod, black_litterman
from addin.engine.cardinality import few_holdings
from addin.engine.frontier import Frontier, frontier
from addin.engine.optimize import Objective, Settings, Solution, optimize
from addin.engine.problem import problem_of
from addin.engine.programs import max_utility, min_volatility
from addin.engine.risk_budget import RiskBudget, risk_budget
from addin.engine.shortfall import ShortfallOptimum, min_shortfall
from addin.engine.tail import expected_shortfall
from benchmarks import _peers as peers
from benchmarks._contest import HEADINGS, Contest, play
from benchmarks._market import CONFIDENCE, RISK_FREE, Market

Peers = Mapping[str, Callable[[], Any]]


def _weights(answer: Any) -> Vector:
    """(n,) of any answer."""
    if isinstance(answer, Solution):
        return answer.weights.to_numpy()
    if isinstance(answer, ShortfallOptimum):
        return answer.optimum.x
    if isinstance(answer, RiskBudget):
        return answer.weights
    return np.asarray(answer)


def _loss(value: Callable[[Vector], float]) -> Callable[[Any, Any], float]:
    """Relative difference of a value that is to be small."""

    def loss(ours: Any, theirs: Any) -> float:
        best = value(_weights(theirs))
        return (value(_weights(ours)) - best) / abs(best)

    return loss


def _outside(market: Market) -> Callable[[Any], float]:
    return lambda answer: market.outside(_weights(answer))


def _each(solvers: tuple[str | None, ...], name: str, call: Callable[..., Any]) -> Peers:
    """The same peer with several solvers."""
    return {f"{name} {solver or 'default'}": partial(call, solver) for solver in solvers}


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
            _outside(market),
            _loss(market.volatility),
            _each(
                (None, "CLARABEL"),
                "PyPortfolioOpt",
                lambda solver, market=market: peers.pypfopt_min_volatility(market, solver),
            ),
            ratio,
        )
        yield Contest(
            "max Sharpe",
            n,
            aim,
            partial(optimize, known, feasible, Objective.MAX_SHARPE),
            _outside(market),
            _loss(sharpe),
            _each(
                (None, "CLARABEL"),
                "PyPortfolioOpt",
                lambda solver, market=market: peers.pypfopt_max_sharpe(market, solver),
            ),
            ratio,
        )


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

        yield Contest("min CVaR, kernel", n, aim, kernel, _outside(market))
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
            _outside(market),
            _loss(cvar),
            {
                **_each(by_cvxpy, "PyPortfolioOpt", partial(_call, peers.pypfopt_min_cvar, market)),
                **_each(by_cvxpy, "Riskfolio", partial(_call, peers.riskfolio_min_cvar, market)),
                **_each(by_cvxpy, "skfolio", partial(_call, peers.skfolio_min_cvar, market)),
            },
            ratio,
        )


def _call(peer: Callable[..., Any], market: Market, solver: str) -> Any:
    return peer(market, solver)


def balance() -> Iterator[Contest]:
    """Equal contributions to volatility, long only; what is compared is their largest error."""
    for n, aim in ((14, 0.3), (100, 1.5)):
        market = Market(n)

        def error(answer: Any, market: Market = market) -> float:
            weights = _weights(answer)
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
                **_each(solvers, "Riskfolio", partial(_call, peers.riskfolio_risk_parity, market)),
                **_each(solvers, "skfolio", partial(_call, peers.skfolio_risk_parity, market)),
            },
        )
        limited = partial(optimize, market.assumptions, market.feasible, "risk parity")
        yield Contest("risk parity, classes and caps", n, None, limited, _outside(market))


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
            **_each(
                (None, "CLARABEL"),
                "PyPortfolioOpt",
                lambda solver: peers.pypfopt_frontier(market, solver, targets),
            ),
            **_each(
                ("CLARABEL",),
                "skfolio",
                lambda solver: peers.skfolio_frontier(market, solver, points),
            ),
        },
    )


def curved() -> Iterator[Contest]:
    """Greatest return under limits of volatility and tracking error, all binding."""
    for n, both, aim in ((14, True, 1.5), (100, True, 30), (500, False, 500), (500, True, 2500)):
        market = Market(n)
        settings = _binding(market, both)

        def lost(weights: Vector, market: Market = market) -> float:
            return -float(market.assumptions.expected_returns @ weights)

        def outside(answer: Solution, market: Market = market, under: Settings = settings) -> float:
            weights = _weights(answer)
            excess = [market.outside(weights), market.volatility(weights) - under.max_volatility]
            if under.max_tracking_error is not None:
                excess.append(market.tracking_error(weights) - under.max_tracking_error)
            return max(excess)

        def by_cvxpy(solver: str, market: Market = market, under: Settings = settings) -> Vector:
            limits = under.max_volatility, under.max_tracking_error
            return peers.cvxpy_max_return(market, solver, *limits)

        def by_pypfopt(solver: str, market: Market = market, under: Settings = settings) -> Vector:
            return peers.pypfopt_max_return(market, solver, under.max_volatility)

        beside = _each(("CLARABEL", "ECOS") if n < 500 else ("CLARABEL",), "cvxpy", by_cvxpy)
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
            _loss(lost),
            beside if both else {**beside, **_each(("CLARABEL",), "PyPortfolioOpt", by_pypfopt)},
        )


def _binding(market: Market, both: bool) -> Settings:
    """Limits that bind: half-way between the ends, and nearer to the benchmark."""
    best = partial(optimize, market.assumptions, market.feasible, benchmark=market.benchmark)
    ends = [market.volatility(_weights(best(each))) for each in ("min volatility", "max return")]
    one = Settings(max_volatility=sum(ends) / 2)
    if not both:
        return one
    free = market.tracking_error(_weights(best("max return", one)))
    for share in np.linspace(0.99, 0.5, 50):
        two = replace(one, max_tracking_error=float(share) * free)
        names = best("max return", two).binding
        if sum(words.startswith(("volatility", "tracking")) for words in names) == 2:
            return two
    raise AssertionError("no limits that bind together")


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


CHAPTERS = (mean_variance, tail, balance, path, curved, views, few)
LIBRARIES = ("pypfopt", "riskfolio", "skfolio", "cvxpy")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", help=", ".join(c.__name__ for c in CHAPTERS))
    parser.add_argument("--alone", action="store_true", help="without the peers")
    given = parser.parse_args()
    missing = [name for name in LIBRARIES if not peers.has(name)]
    if missing and not given.alone:
        print(f"not installed: {', '.join(missing)} (pip install --group bench)")
    peers.silent()
    print(f"load of the machine {os.getloadavg()[0]:.2f}; times in milliseconds\n{HEADINGS}")
    for chapter in CHAPTERS:
        if given.chapters and chapter.__name__ not in given.chapters:
            continue
        for contest in chapter():
            play(replace(contest, peers={}) if given.alone else contest)


if __name__ == "__main__":
    main()
