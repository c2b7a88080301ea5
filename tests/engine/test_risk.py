from itertools import permutations

import numpy as np
import pytest

from addin.engine.risk import (
    marginal_volatility,
    risk_contributions,
    shortfall_contributions,
    tracking_error,
    tracking_error_contributions,
    value_at_risk_contributions,
    volatility,
)
from addin.engine.tail import expected_shortfall, value_at_risk


def random_case(seed, rows=120):
    rng = np.random.default_rng(seed)
    assets = int(rng.integers(2, 15))
    values = rng.normal(0.005, 0.03, (rows, assets)) @ rng.uniform(-0.5, 1, (assets, assets))
    weights, benchmark = rng.dirichlet(np.ones(assets), 2)
    return weights, benchmark, values, np.cov(values.T)


def test_volatility_of_uncorrelated_assets_by_hand():
    # sqrt(0.6² · 0.20² + 0.4² · 0.10²) = sqrt(0.0144 + 0.0016)
    assert volatility(np.array([0.6, 0.4]), np.diag([0.04, 0.01])) == pytest.approx(0.016**0.5)


def test_contributions_of_uncorrelated_assets_by_hand():
    contributions = risk_contributions(np.array([0.6, 0.4]), np.diag([0.04, 0.01]))
    assert contributions == pytest.approx(np.array([0.0144, 0.0016]) / 0.016**0.5)


def test_tracking_error_by_hand():
    # active weights +10 % and −10 % in assets of variance 0.04 and 0.01, covariance 0.01
    covariance = np.array([[0.04, 0.01], [0.01, 0.01]])
    portfolio, benchmark = np.array([0.6, 0.4]), np.array([0.5, 0.5])
    error = (0.01 * (0.04 + 0.01 - 2 * 0.01)) ** 0.5
    assert tracking_error(portfolio, benchmark, covariance) == pytest.approx(error)


def test_shortfall_contributions_by_hand():
    # five rows at 80 %: the tail is the worst row of the half-and-half portfolio, the third
    values = np.array([[0.0, 0.0], [0.1, -0.1], [-0.2, -0.1], [0.1, 0.1], [-0.1, 0.05]])
    contributions = shortfall_contributions(np.array([0.5, 0.5]), values, 0.8)
    assert contributions == pytest.approx([0.10, 0.05])


def test_losses_equal_but_for_rounding_are_tied():
    # every order of 1 to 5 % in equal parts is a loss of 3 %, added up in another order
    values = -np.array(list(permutations((0.01, 0.02, 0.03, 0.04, 0.05))))
    weights = np.full(5, 1 / 5)
    for contributions in (shortfall_contributions, value_at_risk_contributions):
        for confidence in (0.5, 0.9):
            assert contributions(weights, values, confidence) == pytest.approx([0.03 / 5] * 5)


def check_contributions(seed):
    weights, benchmark, values, covariance = random_case(seed)
    track = values @ weights
    pairs = [
        (risk_contributions(weights, covariance), volatility(weights, covariance)),
        (
            tracking_error_contributions(weights, benchmark, covariance),
            tracking_error(weights, benchmark, covariance),
        ),
        (shortfall_contributions(weights, values, 0.95), expected_shortfall(track, 0.95)),
        (value_at_risk_contributions(weights, values, 0.95), value_at_risk(track, 0.95)),
    ]
    for contributions, total in pairs:
        assert contributions.sum() == pytest.approx(total, abs=1e-12, rel=0)


@pytest.mark.parametrize("seed", range(100))
def test_contributions_add_up_to_the_risk(seed):
    check_contributions(seed)


@pytest.mark.soak
def test_contributions_add_up_to_the_risk_of_many_portfolios():
    for seed in range(10_000):
        check_contributions(seed)


@pytest.mark.parametrize("seed", range(10))
def test_marginal_volatility_is_the_slope_of_volatility(seed):
    weights, _, _, covariance = random_case(seed)
    step = 1e-6
    slopes = [
        (volatility(weights + bump, covariance) - volatility(weights - bump, covariance)) / step / 2
        for bump in step * np.eye(len(weights))
    ]
    assert marginal_volatility(weights, covariance) == pytest.approx(slopes, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_ticker_order_never_matters(seed):
    weights, benchmark, values, covariance = random_case(seed)
    values = np.repeat(values[:30], 4, axis=0)  # ties in every place of the tail
    order = np.random.default_rng(seed).permutation(len(weights))
    swapped = covariance[np.ix_(order, order)]
    assert tracking_error_contributions(weights[order], benchmark[order], swapped) == pytest.approx(
        tracking_error_contributions(weights, benchmark, covariance)[order], abs=1e-12
    )
    for contributions in (shortfall_contributions, value_at_risk_contributions):
        assert contributions(weights[order], values[:, order], 0.95) == pytest.approx(
            contributions(weights, values, 0.95)[order], abs=1e-12
        )


def test_a_riskless_portfolio_has_no_contributions():
    cash = np.array([1.0, 0.0])
    covariance = np.diag([0.0, 0.04])
    assert volatility(cash, covariance) == 0
    assert list(risk_contributions(cash, covariance)) == [0, 0]
    assert list(tracking_error_contributions(cash, cash, covariance)) == [0, 0]
