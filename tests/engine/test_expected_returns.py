import numpy as np
import pandas as pd
import pytest

from addin.domain.history import Returns
from addin.engine.covariance import CovarianceMethod, covariance
from addin.engine.expected_returns import Beliefs, ExpectedReturnMethod, assumptions
from addin.engine.return_estimators import (
    equilibrium,
    ewma,
    historical,
    shrunk,
)
from addin.errors import InputError


def monthly(seed=0, rows=60, tickers=("SPY", "AGG", "GLD")):
    rng = np.random.default_rng(seed)
    dates = pd.date_range("2015-01-31", periods=rows, freq="ME").to_numpy()
    values = rng.normal(0.006, 0.03, (rows, len(tickers)))
    return Returns(dates.astype("datetime64[D]"), tickers, values)


def assumed(returns, method, **typed):
    settings = {k: typed.pop(k) for k in ("periods_per_year", "history") if k in typed}
    return assumptions(
        returns,
        method=ExpectedReturnMethod(method),
        covariance_method=CovarianceMethod.SAMPLE,
        risk_free=0.02,
        beliefs=Beliefs(**typed),
        **settings,
    )


def test_mean_and_weighted_mean_by_hand():
    values = np.array([[0.01], [0.02], [0.06]])
    assert historical(values) == pytest.approx([0.03])
    # half-life 1 row: (1 · 1% + 2 · 2% + 4 · 6%) / 7
    assert ewma(values, 1.0) == pytest.approx([0.29 / 7])


def test_shrinkage_to_the_least_volatile_portfolio_by_hand():
    # equal variances 0.01: its mean is 1.5%; Mahalanobis distance 2 · 0.005² / 0.01 = 0.005;
    # weight (2 + 2) / (2 + 2 + 10 · 0.005) = 4 / 4.05
    values = np.tile([0.01, 0.02], (10, 1))
    weight = 4 / 4.05
    expected = [0.01 + weight * 0.005, 0.02 - weight * 0.005]
    assert shrunk(values, np.diag([0.01, 0.01])) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(10))
def test_shrunk_returns_lie_between_the_means_and_their_base(seed):
    values = monthly(seed).values
    sigma = covariance(values)
    least = np.linalg.solve(sigma, np.ones(3))
    base = historical(values) @ least / least.sum()
    share = (shrunk(values, sigma) - base) / (historical(values) - base)
    assert share == pytest.approx(np.full(3, share[0]))
    assert 0 < share[0] < 1


def test_shrinking_needs_a_covariance_with_an_inverse():
    with pytest.raises(InputError, match="use covariance ledoit-wolf"):
        shrunk(np.ones((5, 2)), np.ones((2, 2)))


def test_the_market_holds_the_market_at_equilibrium():
    # the best portfolio for utility μ'w − λ/2 w'Σw is Σ⁻¹(μ − r)/λ: it must be the market
    sigma = covariance(monthly(1).values)
    market = np.array([0.5, 0.3, 0.2])
    returns = equilibrium(sigma, market, 2.5, 0.001)
    assert np.linalg.solve(sigma, returns - 0.001) / 2.5 == pytest.approx(market)


def test_annual_figures_are_twelve_times_the_monthly_ones():
    returns = monthly()
    ours = assumed(returns, "historical")
    assert ours.expected_returns == pytest.approx(12 * returns.values.mean(axis=0))
    assert ours.covariance == pytest.approx(12 * np.cov(returns.values.T))
    assert (ours.tickers, ours.risk_free) == (returns.tickers, 0.02)
    by_quarter = assumed(returns, "historical", periods_per_year=4)
    assert by_quarter.expected_returns == pytest.approx(ours.expected_returns / 3)


def test_rows_with_a_gap_are_left_out():
    returns = monthly()
    values = returns.values.copy()
    values[:20, 2] = np.nan
    ragged = Returns(returns.dates, returns.tickers, values)
    late = Returns(returns.dates[20:], returns.tickers, returns.values[20:])
    ours, theirs = assumed(ragged, "shrunk"), assumed(late, "shrunk")
    assert ours.expected_returns == pytest.approx(theirs.expected_returns)


def test_equilibrium_is_stated_in_annual_terms_and_aligned_by_name():
    returns = monthly()
    market = pd.Series({"GLD": 0.1, "SPY": 0.9})
    ours = assumed(returns, "equilibrium", market_weights=market, risk_aversion=3.0)
    expected = 0.02 + 3.0 * ours.covariance @ np.array([0.9, 0.0, 0.1])
    assert ours.expected_returns == pytest.approx(expected)


def test_stated_returns_are_used_as_they_are():
    stated = np.array([0.07, 0.04, 0.05])
    assert assumed(monthly(), "universe", universe_returns=stated).expected_returns is not None
    np.testing.assert_array_equal(
        assumed(monthly(), "universe", universe_returns=stated).expected_returns, stated
    )


def test_what_a_method_needs_is_asked_for():
    with pytest.raises(InputError, match="equilibrium needs market weights"):
        assumed(monthly(), "equilibrium")
    with pytest.raises(InputError, match="Expected return: need a number for AGG"):
        assumed(monthly(), "universe", universe_returns=np.array([0.07, np.nan, 0.05]))
    with pytest.raises(InputError, match="did you mean 'historical'"):
        ExpectedReturnMethod("historic")


@pytest.mark.parametrize("method", ["historical", "ewma", "shrunk", "equilibrium"])
def test_ticker_order_never_matters(method):
    returns = monthly(5)
    market = pd.Series({"SPY": 0.6, "AGG": 0.3, "GLD": 0.1})
    one = assumed(returns, method, market_weights=market)
    other = assumed(returns.only(("GLD", "SPY", "AGG")), method, market_weights=market)
    by_name = pd.Series(other.expected_returns, index=other.tickers)[list(one.tickers)]
    assert by_name.to_numpy() == pytest.approx(one.expected_returns, rel=1e-12)
