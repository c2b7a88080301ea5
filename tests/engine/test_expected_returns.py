import numpy as np
import pandas as pd
import pytest

from addin.domain.history import Returns
from addin.domain.stated_assumptions import StatedAssumptions
from addin.domain.views import Views
from addin.engine.covariance import CovarianceMethod, covariance
from addin.engine.expected_returns import Beliefs, ExpectedReturnMethod, assumptions
from addin.engine.moments import RaggedHistory
from addin.engine.return_estimators import capm, equilibrium, ewma, historical, james_stein, shrunk
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


def test_means_move_to_their_average_by_the_james_stein_share():
    # variances 0.01, means 1 %, 2 %, 3 %: squared distance from 2 % is 2 · 0.01² / 0.01 = 0.02,
    # share (3 − 2) / (100 · 0.02) = 1/2
    means = np.array([0.01, 0.02, 0.03])
    assert james_stein(means, 0.01 * np.eye(3), 100) == pytest.approx([0.015, 0.02, 0.025])
    # with 40 rows the share would be 1.25: all the way, no further
    assert james_stein(means, 0.01 * np.eye(3), 40) == pytest.approx([0.02, 0.02, 0.02])
    assert james_stein(means[:2], 0.01 * np.eye(2), 40) == pytest.approx(means[:2])


def test_shrunk_means_are_nearer_to_the_truth_on_average():
    rng = np.random.default_rng(4)
    truth = np.linspace(0.004, 0.008, 8)
    risk = np.full(8, 0.05)
    errors = np.zeros(2)
    for _ in range(200):
        means = rng.normal(truth, risk / np.sqrt(60))
        ours = james_stein(means, np.diag(risk**2), 60)
        errors += [np.sum((ours - truth) ** 2), np.sum((means - truth) ** 2)]
    assert errors[0] < 0.5 * errors[1]


def test_beta_earns_the_premium_by_hand():
    # market half and half: its variance (0.04 + 0.01) / 4, covariances 0.02 and 0.005
    returns = capm(np.diag([0.04, 0.01]), np.array([0.5, 0.5]), 0.05, 0.01)
    assert returns == pytest.approx([0.01 + 1.6 * 0.05, 0.01 + 0.4 * 0.05])
    with pytest.raises(InputError, match="capm needs market weights with risk"):
        capm(np.diag([0.04, 0.0]), np.array([0.0, 1.0]), 0.05, 0.01)


def test_the_premium_of_the_history_gives_the_market_its_own_mean():
    market = pd.Series({"SPY": 0.6, "AGG": 0.4})
    returns = monthly(2)
    ours = assumed(returns, "capm", market_weights=market)
    mean = 12 * returns.values.mean(axis=0) @ [0.6, 0.4, 0.0]
    assert ours.expected_returns @ [0.6, 0.4, 0.0] == pytest.approx(mean)
    stated = assumed(returns, "capm", market_weights=market, market_premium=0.04)
    assert stated.expected_returns @ [0.6, 0.4, 0.0] == pytest.approx(0.02 + 0.04)


def test_two_of_the_same_asset_have_no_inverse():
    values = monthly().values
    values[:, 1] = values[:, 0]
    with pytest.raises(InputError, match="james-stein needs a covariance that can be inverted"):
        james_stein(values.mean(axis=0), covariance(values, CovarianceMethod.SAMPLE), 60)


def test_views_move_the_equilibrium_and_need_a_market():
    views = Views(("v",), ("SPY",), np.ones((1, 1)), np.array([0.09]), np.array([1.0]))
    market = pd.Series({"SPY": 0.6, "AGG": 0.4})
    ours = assumed(monthly(), "black-litterman", market_weights=market, views=views)
    assert ours.expected_returns[0] == pytest.approx(0.09)
    for typed, words in (({"views": views}, "market weights"), ({}, "needs views, found none")):
        with pytest.raises(InputError, match=f"black-litterman.* {words}"):
            assumed(monthly(), "black-litterman", **typed)


def test_typed_assumptions_stand_and_history_completes_them():
    stated = StatedAssumptions(
        ("GLD", "SPY"),
        np.array([0.03, np.nan]),
        np.full(2, np.nan),
        np.array([[1, np.nan], [np.nan, 1]]),
    )
    ours, known = assumed(monthly(), "assumptions", stated=stated), assumed(monthly(), "shrunk")
    assert ours.tickers == ("GLD", "SPY")
    assert ours.expected_returns == pytest.approx([0.03, known.expected_returns[0]])
    assert ours.covariance == pytest.approx(known.covariance[np.ix_([2, 0], [2, 0])])
    with pytest.raises(InputError, match="assumptions needs typed assumptions, found none"):
        assumed(monthly(), "assumptions")


def test_every_return_counts_where_histories_are_ragged():
    returns = monthly(3)
    values = returns.values.copy()
    values[:20, 2] = np.nan
    ragged = Returns(returns.dates, returns.tickers, values)
    ours = assumed(ragged, "historical", history=RaggedHistory.STAMBAUGH)
    assert ours.expected_returns[:2] == pytest.approx(12 * values[:, :2].mean(axis=0))
    assert ours.notes[0].startswith("GLD: 40 returns from 2016-09-30")
    assert ours.years == pytest.approx(40 / 12)
    with pytest.raises(InputError, match="stambaugh gives every date the same weight"):
        assumed(ragged, "ewma", history=RaggedHistory.STAMBAUGH)


def test_histories_of_one_length_are_the_same_either_way():
    one = assumed(monthly(), "shrunk", history=RaggedHistory.STAMBAUGH)
    other = assumed(monthly(), "shrunk")
    assert (one.covariance == other.covariance).all() and one.notes == ()
