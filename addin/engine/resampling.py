"""How sure a portfolio is: optima of markets drawn at random from the one assumed."""

from dataclasses import dataclass, field, fields, replace

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.policy import Rule
from addin.domain.weights import Matrix, Vector
from addin.engine.binding import binding
from addin.engine.drawn_markets import Sampling, drawn_market, root_of
from addin.engine.optimised import Optimised
from addin.engine.optimize import Solution
from addin.engine.problem import Problem
from addin.engine.program import Ball
from addin.errors import InputError

__all__ = ["Sampling", "WeightRanges", "optima", "ranges_of", "resampled"]

_FEWEST = 0.5  # of the samples that must have an optimum


@dataclass(frozen=True, eq=False)
class WeightRanges:
    """Weights that are best in markets drawn at random.

    Attributes:
        tickers: (n,).
        weights: (n,) best in the market assumed.
        low: (n,) 5th percentile of the weights best in the markets drawn.
        median: (n,)
        high: (n,) 95th percentile.
        mean: (n,) the resampled portfolio.
        answered: Number of markets drawn that have an optimum.
    """

    tickers: tuple[str, ...]
    weights: Vector
    low: Vector
    median: Vector
    high: Vector
    mean: Vector
    answered: int


@dataclass(frozen=True, eq=False)
class _Drawn(Problem):
    """A problem whose objective is of a market drawn, and whose limits are of that assumed."""

    stated: Problem = field(kw_only=True)

    def ball(self, rule: Rule, radius: float) -> Ball:
        """Volatility or tracking error of at most ``radius``, as the policy means it."""
        return self.stated.ball(rule, radius)


def _in_market(problem: Problem, drawn: Assumptions, rng: np.random.Generator) -> Problem:
    """The problem with another objective; scenarios, where there are any, are drawn from theirs."""
    known = {each.name: getattr(problem, each.name) for each in fields(problem)}
    known["assumptions"] = drawn
    returns = problem.returns
    if returns is not None and not problem.feasible.tail_limits:
        rows = rng.integers(len(returns.values), size=len(returns.values))
        known["returns"] = replace(returns, values=returns.values[rows])
    return _Drawn(**known, stated=problem)


def _require_rows(problem: Problem, sampling: Sampling) -> None:
    risky = int((np.diag(problem.assumptions.covariance) > 0).sum())
    if sampling.observations <= risky:
        raise InputError(
            f"observations: need more rows than assets ({risky}), found {sampling.observations}"
        )


def optima(solved: Optimised, sampling: Sampling) -> Matrix:
    """Weights that are best in markets drawn at random, all within the policy as assumed.

    Each market is estimated from normal returns drawn with the moments assumed. Limits of
    expected return, volatility, tracking error and CVaR stay those of the market assumed; where
    holdings are few, they are those chosen in it.

    Returns:
        (k, n), k markets that have an optimum.

    Raises:
        InputError: If rows are too few, or fewer than half of the markets have an optimum.

    Source:
        Michaud (1998), "Efficient Asset Management", chapter 6.
    """
    problem, rng = solved.problem, np.random.default_rng(sampling.seed)
    _require_rows(problem, sampling)
    root = root_of(problem.assumptions.covariance)
    found = []
    for _ in range(sampling.samples):
        drawn = drawn_market(problem.assumptions, root, sampling, rng)
        answer = solved.instead(_in_market(problem, drawn, rng))
        if answer is not None:
            found.append(answer.weights)
    if len(found) < _FEWEST * sampling.samples:
        raise InputError(
            f"resampling: {solved.objective} has an optimum in {len(found)} of "
            f"{sampling.samples} markets drawn, need half; give more observations than "
            f"{sampling.observations}"
        )
    return np.array(found)


def ranges_of(solved: Optimised, sampling: Sampling) -> WeightRanges:
    """Percentiles of the weights best in markets drawn at random; see ``optima``."""
    found = optima(solved, sampling)
    low, median, high = np.percentile(found, (5, 50, 95), axis=0)
    tickers = solved.problem.feasible.tickers
    return WeightRanges(tickers, solved.weights, low, median, high, found.mean(axis=0), len(found))


def resampled(solved: Optimised, sampling: Sampling) -> Solution:
    """The mean of the portfolios best in markets drawn at random; the policy holds for it too.

    Args:
        solved: The optimum in the market assumed, in which the mean is valued.
        sampling: How markets are drawn.

    Raises:
        InputError: As ``optima``.

    Source:
        Michaud (1998), "Efficient Asset Management", chapter 6.
    """
    found = optima(solved, sampling)
    weights, problem = found.mean(axis=0), solved.whole
    series = pd.Series(weights, index=problem.feasible.index)
    rules, per_asset = binding(problem, weights)
    value = _value(solved, weights)
    return Solution(series, value, "mean of resampled optima", len(found), rules, per_asset)


def _value(solved: Optimised, weights: Vector) -> float:
    """The objective at given weights: its optimum where nothing else is allowed."""
    pinned = replace(solved.problem.feasible, lower=weights, upper=weights)
    only = solved.instead(replace(solved.problem, feasible=pinned))
    return float("nan") if only is None else only.value
