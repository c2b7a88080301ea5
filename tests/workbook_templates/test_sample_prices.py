"""The sample prices against the published statistics they were made to have."""

import numpy as np
import pandas as pd
import pytest

from workbook_templates.sample_market import MARKET, TICKERS
from workbook_templates.sample_prices import correlation, sample_prices, trading_days


@pytest.fixture(scope="module")
def prices() -> pd.DataFrame:
    return sample_prices().frame


@pytest.fixture(scope="module")
def monthly(prices):
    return prices.resample("ME").last().pct_change().dropna()


def between(prices, first, last):
    """Return of each fund from the close of one day to the close of another."""
    return prices.loc[last] / prices.loc[first] - 1


def test_monthly_means_are_those_of_the_funds(monthly):
    target = pd.Series({ticker: mean for ticker, (_, mean, _) in MARKET.items()})
    assert (monthly.mean() * 12 - target).abs().max() < 1e-5


def test_monthly_volatilities_are_those_of_the_funds(monthly):
    target = pd.Series({ticker: volatility for ticker, (_, _, volatility) in MARKET.items()})
    assert (monthly.std() * np.sqrt(12) - target).abs().max() < 1e-5


def test_monthly_correlations_are_those_of_the_funds(monthly):
    assert np.abs(monthly.corr().to_numpy() - correlation()).max() < 1e-3


def test_correlation_table_reads_as_published():
    # spot values of the published table, not of the code
    table = pd.DataFrame(correlation(), index=TICKERS, columns=TICKERS)
    assert table.loc["AGG", "LQD"] == 0.88
    assert table.loc["DBC", "TLT"] == -0.33
    assert table.loc["SPY", "QQQ"] == 0.92
    assert table.loc["SHY", "SGOV"] == 0.35


def test_equity_loses_a_third_in_early_2020_and_is_back_by_autumn(prices):
    fall = between(prices, "2020-02-19", "2020-03-23")
    assert -0.36 < fall["SPY"] < -0.31
    assert fall["TLT"] > 0
    back = between(prices, "2020-02-19", "2020-08-31")
    assert back["SPY"] > 0
    drawdown = prices["SPY"] / prices["SPY"].cummax() - 1
    assert drawdown.idxmin().strftime("%Y-%m") == "2020-03"


def test_equity_and_bonds_fall_together_in_2022(prices):
    year = between(prices, "2021-12-31", "2022-12-30")
    assert year["AGG"] == pytest.approx(-0.13, abs=0.002)
    assert year["TLT"] == pytest.approx(-0.31, abs=0.005)
    assert year["SPY"] == pytest.approx(-0.18, abs=0.005)


def test_cash_fund_rises_every_day(prices):
    assert (prices["SGOV"].diff().dropna() > 0).all()


def test_days_within_a_month_are_as_volatile_as_the_months(prices, monthly):
    daily = prices.pct_change().std() * np.sqrt(252)
    ratio = (daily / (monthly.std() * np.sqrt(12))).drop("SGOV")
    assert ratio.between(0.9, 1.2).all()


def test_no_day_looks_like_a_split_or_an_error(prices):
    assert prices.pct_change().abs().max().max() < 0.15


def test_exchange_is_closed_on_weekends_and_holidays():
    days = trading_days()
    assert all(day.weekday() < 5 for day in days)
    closed = ["2014-04-18", "2018-12-25", "2020-07-03", "2021-01-18", "2022-06-20", "2025-11-27"]
    assert not days.isin(pd.to_datetime(closed)).any()
    open_days = ["2021-12-31", "2021-06-18", "2025-12-31", "2014-01-02"]
    assert pd.DatetimeIndex(open_days).isin(days).all()


def test_prices_are_rounded_to_four_decimals_and_complete(prices):
    assert (prices.round(4) == prices).all().all()
    assert prices.index[0] == pd.Timestamp("2014-01-02")
    assert prices.index[-1] == pd.Timestamp("2025-12-31")
    assert list(prices) == list(TICKERS)
