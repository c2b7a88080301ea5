import json
from math import isnan, sqrt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from addin.domain.history import Returns
from addin.engine.metrics import (
    METRICS,
    all_metrics,
    alpha,
    annual_return,
    arithmetic_return,
    beta,
    common_returns,
    drawdown,
    information_ratio,
    max_drawdown,
    metric,
    portfolio_returns,
    sharpe,
    sortino,
    tracking_error_of,
    volatility_of,
    wealth,
)
from addin.errors import InputError

NAN = float("nan")
BACON = json.loads(
    (Path(__file__).parents[1] / "oracles/perf_bacon_portfolio.json").read_text("utf-8")
)
PORTFOLIO, BENCHMARK = (np.array(BACON["inputs"][key]) for key in ("portfolio", "benchmark"))
EXPECTED, TOLERANCE = BACON["expected"], BACON["tolerance"]
ANNUAL_MAR = (1 + BACON["inputs"]["MAR"]) ** 12 - 1


def bacon(name):
    return metric(name, PORTFOLIO, benchmark=BENCHMARK, ppy=12, mar=ANNUAL_MAR)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("annual return", "annual_return"),
        ("volatility", "volatility"),
        ("sharpe", "sharpe"),
        ("max drawdown", "max_drawdown"),
        ("tracking error", "tracking_error"),
        ("beta", "beta"),
        ("alpha", "alpha"),
    ],
)
def test_bacon_portfolio_has_its_published_metrics(name, key):
    assert bacon(name) == pytest.approx(EXPECTED[key], abs=TOLERANCE)


def test_bacon_portfolio_has_its_published_sortino_ratio_per_month():
    per_month = bacon("sortino") / sqrt(12)
    assert per_month == pytest.approx(EXPECTED["sortino_per_period"], abs=TOLERANCE)
    assert round(per_month, 3) == 0.157


def test_information_ratio_divides_the_arithmetic_active_return():
    # the regression of the source gives the mean active return: α + (β − 1) · mean benchmark
    mean = EXPECTED["alpha_per_period"] + (EXPECTED["beta"] - 1) * BENCHMARK.mean()
    expected = 12 * mean / EXPECTED["tracking_error"]
    assert bacon("information ratio") == pytest.approx(expected, abs=1e-8)


def test_two_years_by_hand():
    returns = np.array([0.21, 0.0])
    assert annual_return(returns, 1) == pytest.approx(0.10)
    assert arithmetic_return(returns, 1) == pytest.approx(0.105)
    assert volatility_of(returns, 1) == pytest.approx(0.21 / sqrt(2))
    assert sharpe(returns, 1, 0.005) == pytest.approx(0.10 / (0.21 / sqrt(2)))
    assert annual_return(np.array([0.1, 0.1]), 4) == pytest.approx(1.1**4 - 1)


def test_downside_counts_every_period():
    # target 0: the one loss of 4 % over four quarters is √(0.0016 / 4) = 2 % a quarter
    returns = np.array([0.02, -0.04, 0.03, 0.03])
    assert sortino(returns, 4) == pytest.approx(0.01 / 0.02 * 2)


def test_annual_rates_are_turned_into_rates_per_period():
    monthly = 1.06 ** (1 / 12) - 1
    returns = np.array([0.02, -0.01, 0.015])
    assert sharpe(returns, 12, 0.06) == pytest.approx(
        (returns - monthly).mean() / returns.std(ddof=1) * sqrt(12)
    )


def test_drawdown_begins_at_the_money_invested():
    returns = np.array([-0.2, 0.25, 0.1, -0.5])
    assert wealth(returns) == pytest.approx([0.8, 1.0, 1.1, 0.55])
    assert drawdown(returns) == pytest.approx([0.2, 0.0, 0.0, 0.5], abs=1e-15)
    assert max_drawdown(returns[:1]) == pytest.approx(0.2)
    assert max_drawdown(np.array([0.1, 0.2])) == 0


def test_benchmark_against_itself_and_geared():
    returns = np.array([0.01, -0.02, 0.03, 0.005])
    assert beta(2 * returns, returns) == pytest.approx(2)
    assert beta(returns + 0.01, returns) == pytest.approx(1)
    assert tracking_error_of(returns, returns, 12) == 0
    assert alpha(returns, returns, 12, 0.02) == pytest.approx(0, abs=1e-15)
    assert tracking_error_of(2 * returns, returns, 12) == pytest.approx(volatility_of(returns, 12))


def test_alpha_of_a_riskless_gain_is_what_it_earns_over_the_rate():
    constant, market = np.full(12, 0.005), np.linspace(-0.02, 0.03, 12)
    assert alpha(constant, market, 12, 0.02) == pytest.approx(1.005**12 - 1 - 0.02)


def test_undefined_figures_are_nan():
    still = np.full(7, 0.0013)  # whose mean is not quite 0.0013 in floating point
    assert isnan(sharpe(still, 12))
    assert isnan(sortino(still, 12))
    assert isnan(information_ratio(still, still, 12))
    assert isnan(beta(still, still))
    assert isnan(volatility_of(still[:1], 12))


def test_a_total_loss_is_a_return_of_minus_one():
    returns = np.array([0.1, -1.0, 0.1])
    assert annual_return(returns, 12) == -1
    assert max_drawdown(returns) == 1


def test_many_tracks_at_once_give_what_each_gives_alone():
    returns = np.random.default_rng(0).normal(0.005, 0.03, (60, 4))
    benchmark = returns.mean(axis=1)
    figures = [
        lambda r: annual_return(r, 12),
        lambda r: arithmetic_return(r, 12),
        lambda r: volatility_of(r, 12),
        lambda r: sharpe(r, 12, 0.02),
        lambda r: sortino(r, 12, 0.02),
        max_drawdown,
        lambda r: tracking_error_of(r, benchmark, 12),
        lambda r: information_ratio(r, benchmark, 12),
        lambda r: beta(r, benchmark),
        lambda r: alpha(r, benchmark, 12, 0.02),
    ]
    for figure in figures:
        alone = [figure(column) for column in returns.T]
        assert figure(returns) == pytest.approx(alone, rel=1e-12)
    assert drawdown(returns).shape == wealth(returns).shape == returns.shape


def test_every_metric_has_a_figure_for_portfolio_and_benchmark():
    figures = all_metrics(PORTFOLIO, benchmark=BENCHMARK, ppy=12)
    assert tuple(figures) == METRICS
    assert METRICS[-4:] == ("tracking error", "information ratio", "beta", "alpha")
    assert figures["annual return"][1] == pytest.approx(
        EXPECTED["annual_return_benchmark"], abs=TOLERANCE
    )
    for name, (portfolio, benchmark) in figures.items():
        assert not isnan(portfolio)
        assert isnan(benchmark) == (name in METRICS[-4:])


def test_without_a_benchmark_only_relative_metrics_are_undefined():
    for name, (portfolio, benchmark) in all_metrics(PORTFOLIO, ppy=12).items():
        assert isnan(benchmark)
        assert isnan(portfolio) == (name in METRICS[-4:])


def test_target_of_the_sortino_ratio_is_the_risk_free_rate_unless_given():
    usual = metric("Sortino", PORTFOLIO, ppy=12, risk_free=0.02)
    assert usual == metric("sortino", PORTFOLIO, ppy=12, mar=0.02)
    assert usual != metric("sortino", PORTFOLIO, ppy=12, risk_free=0.02, mar=0.0)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("sharp", {}, r"metric: need one of .*did you mean 'sharpe'"),
        ("beta", {}, "beta needs a benchmark, found none"),
        ("beta", {"benchmark": BENCHMARK[1:]}, "need 24 returns as the portfolio has, found 23"),
        ("beta", {"benchmark": BENCHMARK * NAN}, "benchmark: need a number in every row"),
    ],
)
def test_what_a_metric_needs_is_asked_for(name, arguments, message):
    with pytest.raises(InputError, match=message):
        metric(name, PORTFOLIO, ppy=12, **arguments)


@pytest.mark.parametrize(
    ("returns", "message"),
    [
        ([], "at least one row"),
        ([0.1, NAN], "some missing"),
        ([0.1, -1.2], "no return may be below -100%, found -120.00%"),
    ],
)
def test_returns_that_no_metric_fits_are_refused(returns, message):
    with pytest.raises(InputError, match=message):
        metric("volatility", np.array(returns), ppy=12)


def history(columns):
    values = np.column_stack([np.array(c, dtype=float) for c in columns.values()])
    return Returns(np.arange(len(values)).astype("datetime64[D]"), tuple(columns), values)


def test_a_portfolio_is_rebalanced_every_period_and_aligned_by_name():
    returns = history({"SPY": [0.10, -0.20, NAN], "AGG": [0.00, 0.10, 0.01]})
    weights = pd.Series({"agg": 0.4, "SPY": 0.6})
    assert portfolio_returns(returns, weights) == pytest.approx([0.06, -0.08])
    with pytest.raises(InputError, match="GLD has weight"):
        portfolio_returns(returns, pd.Series({"GLD": 1.0}))


def test_an_asset_nobody_holds_shortens_no_history():
    returns = history({"SPY": [0.1, 0.2, 0.3], "NEW": [NAN, NAN, 0.1], "AGG": [NAN, 0.1, 0.1]})
    spy = pd.Series({"SPY": 1.0, "NEW": 0.0})
    assert common_returns(returns, spy).tickers == ("SPY",)
    assert len(common_returns(returns, spy).dates) == 3
    both = common_returns(returns, spy, pd.Series({"AGG": 1.0}))
    assert (both.tickers, len(both.dates)) == (("SPY", "AGG"), 2)


@pytest.mark.parametrize("seed", range(20))
def test_ticker_order_never_matters(seed):
    rng = np.random.default_rng(seed)
    tickers = [f"A{i}" for i in range(9)]
    returns = history(dict(zip(tickers, rng.normal(0.005, 0.03, (9, 60)), strict=True)))
    weights = pd.Series(rng.dirichlet(np.ones(9)), index=tickers)
    shuffled = returns.only(rng.permutation(tickers))
    benchmark = returns.values.mean(axis=1)
    one, other = (
        all_metrics(portfolio_returns(r, w), benchmark=benchmark, ppy=12)
        for r, w in ((returns, weights), (shuffled, weights.sample(frac=1, random_state=seed)))
    )
    for name in METRICS:
        assert one[name] == pytest.approx(other[name], abs=1e-12, nan_ok=True)
