"""Ranges of weights against draws from Wishart's distribution, and the policy kept by the mean."""

import numpy as np
import pytest
from scipy import stats

from addin.domain.assumptions import Assumptions
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.engine.constraints import feasible_set
from addin.engine.drawn_markets import Sampling, drawn_market, root_of
from addin.engine.optimised import optimised
from addin.engine.optimize import optimize
from addin.engine.resampling import optima, ranges_of, resampled
from addin.engine.settings import Settings
from addin.errors import InputError

UNIVERSE = Universe(("SPY", "EFA", "AGG"), ("Equity", "Equity", "Bonds"))
MARKET = Assumptions(
    UNIVERSE.tickers,
    np.array([0.07, 0.072, 0.035]),
    np.array([[0.0256, 0.0216, 0.0008], [0.0216, 0.0324, 0.0009], [0.0008, 0.0009, 0.0025]]),
    0.02,
)
CLASSES = (ClassRange("Equity", 0.3, 0.7), ClassRange("Bonds", 0.3, 0.7))


def policy(*limits):
    rows = [Limit(Rule(rule), selector, sign, value) for rule, selector, sign, value in limits]
    return feasible_set(UNIVERSE, CLASSES, rows, assumptions=MARKET)


def weight_ranges(market, feasible, objective, settings=None, sampling=None):
    solved = optimised(market, feasible, objective, settings or Settings())
    return ranges_of(solved, sampling or Sampling())


def mean_of_best(objective, *limits, samples):
    return resampled(optimised(MARKET, policy(*limits), objective), Sampling(samples))


def test_ranges_of_two_assets_are_those_of_wishart_covariances():
    two = Assumptions(("A", "B"), np.zeros(2), np.array([[0.04, 0.006], [0.006, 0.0225]]))
    feasible = feasible_set(Universe(("A", "B"), ("X", "X")), ())
    sampling = Sampling(samples=1000, observations=60, seed=3)
    found = weight_ranges(two, feasible, "min volatility", sampling=sampling)
    drawn = stats.wishart(df=59, scale=two.covariance / 59).rvs(20_000, random_state=1)
    a, b, c = drawn[:, 0, 0], drawn[:, 1, 1], drawn[:, 0, 1]
    weights = np.clip((b - c) / (a + b - 2 * c), 0, 1)
    low, median, high = np.percentile(weights, (5, 50, 95))
    assert found.low[0] == pytest.approx(low, abs=0.015)
    assert found.median[0] == pytest.approx(median, abs=0.01)
    assert found.high[0] == pytest.approx(high, abs=0.015)


def test_means_are_drawn_with_their_standard_error():
    # λ(σ_A² w − σ_B² (1 − w)) = μ_A − μ_B: the means add √(2σ²/100 years) / (2λσ²), the variances
    # ¼ √(2 · 2/T) to the standard deviation of w
    two = Assumptions(("A", "B"), np.array([0.05, 0.05]), np.diag([0.04, 0.04]))
    feasible = feasible_set(Universe(("A", "B"), ("X", "X")), ())
    sampling = Sampling(samples=800, observations=1200, seed=1)
    settings = Settings(risk_aversion=20.0)
    found = weight_ranges(two, feasible, "max utility", settings, sampling)
    spread = np.hypot((0.08 / 100) ** 0.5 / (20 * 0.08), (4 / 1200) ** 0.5 / 4)
    assert found.high[0] - found.low[0] == pytest.approx(2 * 1.645 * spread, rel=0.08)


def test_moments_drawn_are_unbiased():
    rng, sampling = np.random.default_rng(2), Sampling(observations=10)
    root = root_of(MARKET.covariance)
    drawn = [drawn_market(MARKET, root, sampling, rng) for _ in range(8000)]
    covariance = np.mean([each.covariance for each in drawn], axis=0)
    assert np.diag(covariance) == pytest.approx(np.diag(MARKET.covariance), rel=0.03)
    means = np.array([each.expected_returns for each in drawn])
    assert means.mean(axis=0) == pytest.approx(MARKET.expected_returns, abs=0.01)
    # ten months: the variance of an annual mean is Σ · 12 / 10
    assert means.var(axis=0) == pytest.approx(1.2 * np.diag(MARKET.covariance), rel=0.06)


def test_each_optimum_keeps_to_the_volatility_of_the_market_assumed():
    feasible = policy(("volatility", "", "<=", 0.08))
    found = optima(optimised(MARKET, feasible, "max return"), Sampling(40, observations=24))
    risks = np.einsum("ij,jk,ik->i", found, MARKET.covariance, found) ** 0.5
    assert risks.max() == pytest.approx(0.08, abs=1e-9)


def test_many_observations_leave_no_doubt():
    sampling = Sampling(samples=10, observations=50_000)
    found = weight_ranges(MARKET, policy(), "min volatility", sampling=sampling)
    best = optimize(MARKET, policy(), "min volatility").weights.to_numpy()
    assert np.abs(found.low - best).max() < 0.02
    assert np.abs(found.high - best).max() < 0.02
    assert np.array_equal(found.weights, best)


def test_the_same_seed_gives_the_same_and_another_another():
    first, again, other = (
        weight_ranges(MARKET, policy(), "max sharpe", sampling=Sampling(20, seed=seed)).mean
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("objective", ["max return", "max utility", "max sharpe"])
def test_the_resampled_portfolio_keeps_to_the_policy_in_the_market_assumed(objective):
    limits = ("volatility", "", "<=", 0.09), ("return", "", ">=", 0.046)
    found = mean_of_best(objective, *limits, samples=60)
    weights = found.weights.to_numpy()
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert (weights @ MARKET.covariance @ weights) ** 0.5 <= 0.09 + 1e-9
    assert weights @ MARKET.expected_returns >= 0.046 - 1e-9
    assert 0.3 - 1e-9 <= weights[:2].sum() <= 0.7 + 1e-9


def test_the_resampled_portfolio_is_valued_in_the_market_assumed():
    found = mean_of_best("min volatility", samples=20)
    weights = found.weights.to_numpy()
    risk = (weights @ MARKET.covariance @ weights) ** 0.5
    assert found.objective_value == pytest.approx(risk, rel=1e-12)
    assert risk > optimize(MARKET, policy(), "min volatility").objective_value


def test_resampling_spreads_a_portfolio_of_corners():
    best = optimize(MARKET, policy(), "max return").weights.to_numpy()
    found = mean_of_best("max return", samples=60)
    assert best.tolist() == pytest.approx([0, 0.7, 0.3])
    assert found.weights["SPY"] > 0.15 and found.weights["AGG"] > 0.3


def test_too_few_rows_are_refused():
    with pytest.raises(InputError, match=r"observations: need more rows than assets \(3\)"):
        weight_ranges(MARKET, policy(), "max return", sampling=Sampling(observations=3))
    with pytest.raises(InputError, match="resamples: need at least two, found 1"):
        Sampling(samples=1)


def test_few_holdings_stay_those_chosen_in_the_market_assumed():
    settings = Settings(max_holdings=2)
    found = weight_ranges(MARKET, policy(), "max sharpe", settings)
    assert ((found.mean > 0) == (found.weights > 0)).all() and (found.mean > 0).sum() == 2


def test_an_asset_that_is_not_chosen_is_at_no_limit():
    solved = optimised(MARKET, policy(), "max sharpe", Settings(max_holdings=2))
    found = resampled(solved, Sampling(20))
    left_out = [words for words, w in zip(found.asset_binding, found.weights, strict=True) if not w]
    assert len(left_out) == 1 and not any("100%" in words for words in left_out)


def test_an_objective_without_an_optimum_in_most_markets_is_said():
    # SPY alone earns more than the risk-free rate, by a thousandth of its volatility
    market = Assumptions(MARKET.tickers, np.array([0.0201, -0.2, -0.2]), MARKET.covariance, 0.02)
    feasible = feasible_set(UNIVERSE, (), [Limit(Rule.WEIGHT, "SPY", ">=", 0.99)])
    sampling = Sampling(40, observations=12, seed=5)
    with pytest.raises(InputError, match=r"max sharpe has an optimum in \d+ of 40 markets drawn"):
        weight_ranges(market, feasible, "max sharpe", sampling=sampling)
