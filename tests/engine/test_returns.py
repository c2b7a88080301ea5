import datetime as dt

import numpy as np
import pandas as pd
import pytest

from addin.domain.history import Prices, Returns
from addin.engine.returns import (
    Frequency,
    common_window,
    period_ends,
    periods_per_year,
    rate_per_period,
    recency_weights,
    simple_returns,
)
from addin.errors import InputError

NAN = float("nan")


def days(*texts):
    return np.array(texts, dtype="datetime64[D]")


def ragged_prices(seed, rows=900, assets=4):
    rng = np.random.default_rng(seed)
    dates = pd.bdate_range(
        dt.date(2017, 1, 2) + dt.timedelta(days=int(rng.integers(0, 40))), periods=rows
    )
    values = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, (rows, assets)), axis=0))
    values[rng.random((rows, assets)) < 0.2] = np.nan
    for column in range(assets):
        values[: rng.integers(0, 300), column] = np.nan
    tickers = tuple(f"A{i}" for i in range(assets))
    return Prices(dates.to_numpy().astype("datetime64[D]"), tickers, values)


def test_return_is_the_relative_change_and_unknown_beside_a_gap():
    prices = Prices(
        days("2024-01-02", "2024-01-03", "2024-01-04"),
        ("SPY", "AGG"),
        np.array([[100.0, 50.0], [110.0, NAN], [99.0, 51.0]]),
    )
    returns = simple_returns(prices)
    assert list(returns.dates) == list(prices.dates[1:])
    assert returns.values[:, 0] == pytest.approx([0.10, -0.10])
    assert np.isnan(returns.values[:, 1]).all()


def test_one_price_gives_no_return():
    with pytest.raises(InputError, match="at least two dates, found 1"):
        simple_returns(Prices(days("2024-01-02"), ("SPY",), np.array([[1.0]])))


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    ("frequency", "rule"),
    [("weekly", "W-SUN"), ("monthly", "ME"), ("quarterly", "QE"), ("yearly", "YE")],
)
def test_period_ends_agree_with_pandas(seed, frequency, rule):
    prices = ragged_prices(seed)
    ours = period_ends(prices, Frequency(frequency))
    theirs = prices.frame.resample(rule).last()
    assert len(theirs) - len(ours.dates) in (0, 1)  # an unfinished last period is left out
    np.testing.assert_array_equal(ours.values, theirs.to_numpy()[: len(ours.dates)])


@pytest.mark.parametrize(
    ("last", "frequency", "finished"),
    [
        ("2024-03-28", "monthly", True),  # Good Friday, then a weekend
        ("2024-03-27", "monthly", True),
        ("2024-03-26", "monthly", False),
        ("2024-03-28", "quarterly", True),
        ("2024-04-30", "quarterly", False),
        ("2024-03-28", "yearly", False),
        ("2023-12-29", "yearly", True),
        ("2024-03-28", "weekly", True),  # a Thursday
        ("2024-03-27", "weekly", False),
    ],
)
def test_only_a_finished_period_has_an_end(last, frequency, finished):
    dates = pd.bdate_range("2021-06-01", last).to_numpy().astype("datetime64[D]")
    prices = Prices(dates, ("SPY",), np.arange(1.0, len(dates) + 1)[:, None])
    ends = period_ends(prices, Frequency(frequency))
    assert (ends.dates[-1] == np.datetime64(last)) == finished


def test_an_asset_without_a_price_in_the_period_has_none():
    prices = Prices(
        days("2024-01-30", "2024-01-31", "2024-02-28", "2024-02-29"),
        ("A", "B"),
        np.array([[1.0, 5.0], [2.0, NAN], [NAN, NAN], [3.0, NAN]]),
    )
    ends = period_ends(prices, Frequency.MONTHLY)
    np.testing.assert_array_equal(ends.values, [[2.0, 5.0], [3.0, NAN]])


def test_monthly_prices_give_no_weekly_returns():
    dates = pd.date_range("2020-01-31", periods=20, freq="ME").to_numpy().astype("datetime64[D]")
    prices = Prices(dates, ("SPY",), np.ones((20, 1)))
    with pytest.raises(InputError, match="weekly returns need weekly prices, found about 12"):
        period_ends(prices, Frequency.WEEKLY)
    assert period_ends(prices, Frequency.AS_GIVEN) is prices


def test_a_single_unfinished_period_is_refused():
    dates = pd.bdate_range("2024-03-01", "2024-03-15").to_numpy().astype("datetime64[D]")
    prices = Prices(dates, ("SPY",), np.ones((len(dates), 1)))
    with pytest.raises(InputError, match="no finished period"):
        period_ends(prices, Frequency.MONTHLY)


def test_frequency_is_read_in_any_case_and_a_slip_gets_the_nearest():
    assert Frequency(" Monthly ") is Frequency.MONTHLY
    with pytest.raises(InputError, match=r"frequency: need one of .*did you mean 'monthly'"):
        Frequency("montly")


@pytest.mark.parametrize(
    ("rule", "expected"), [("B", 252), ("W-FRI", 52), ("ME", 12), ("QE", 4), ("YE", 1)]
)
def test_periods_per_year_follow_from_the_dates(rule, expected):
    dates = pd.date_range("2015-01-01", periods=8, freq=rule).to_numpy().astype("datetime64[D]")
    assert periods_per_year(dates) == expected


def test_one_date_does_not_tell_how_often():
    with pytest.raises(InputError, match="periods_per_year"):
        periods_per_year(days("2024-01-31"))


def test_twelve_monthly_rates_compound_to_the_annual_one():
    assert (1 + rate_per_period(0.05, 12)) ** 12 == pytest.approx(1.05, abs=1e-14)


def test_recency_weights_halve_every_half_life():
    weights = recency_weights(7, half_life=3)
    assert weights.sum() == pytest.approx(1)
    assert weights[-1] / weights[-4] == pytest.approx(2)
    assert recency_weights(40) == pytest.approx(recency_weights(40, half_life=10))
    with pytest.raises(InputError, match="half_life: need a number of rows above zero, found 0"):
        recency_weights(5, 0)


def returns_from(columns):
    values = np.column_stack([np.array(c, dtype=float) for c in columns.values()])
    dates = np.arange(len(values)).astype("datetime64[D]")
    return Returns(dates, tuple(columns), values)


def test_the_youngest_asset_shortens_the_window():
    window = common_window(
        returns_from(
            {
                "OLD": [0.1] * 6,
                "MID": [NAN, 0.1, 0.1, 0.1, 0.1, 0.1],
                "NEW": [NAN, NAN, NAN, 0.1, 0.1, 0.1],
            }
        )
    )
    assert (window.rows, window.start) == (3, np.datetime64("1970-01-04"))
    assert (window.shortened_by, window.without) == ("NEW", ("NEW",))
    assert (window.rows_without, window.start_without) == (5, np.datetime64("1970-01-02"))


def test_assets_equally_young_are_left_out_together():
    late = [NAN, NAN, 0.1, 0.1]
    window = common_window(returns_from({"B": late, "OLD": [0.1] * 4, "A": late}))
    assert (window.shortened_by, window.without) == ("A", ("A", "B"))
    assert (window.rows, window.rows_without) == (2, 4)


def test_an_asset_that_ended_early_shortens_the_window_too():
    window = common_window(returns_from({"LIVE": [0.1] * 4, "DEAD": [0.1, 0.1, NAN, NAN]}))
    assert (window.shortened_by, window.end) == ("DEAD", np.datetime64("1970-01-02"))


def test_a_gap_inside_shortens_nothing():
    window = common_window(returns_from({"A": [0.1] * 4, "B": [0.1, NAN, 0.1, 0.1]}))
    assert (window.rows, window.shortened_by, window.without) == (3, None, ())


def test_assets_that_never_meet_have_no_window():
    with pytest.raises(InputError, match="no date on which all 2 tickers have a return"):
        common_window(returns_from({"A": [0.1, NAN], "B": [NAN, 0.1]}))


@pytest.mark.parametrize("seed", range(30))
def test_leaving_out_what_shortens_the_window_lengthens_it(seed):
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 0.01, (40, 5))
    for column in range(5):
        values[: rng.integers(0, 30), column] = np.nan
    tickers = ("A", "B", "C", "D", "E")
    returns = Returns(np.arange(40).astype("datetime64[D]"), tickers, values)
    window = common_window(returns)
    assert window.rows == len(returns.complete().dates)
    kept = [t for t in tickers if t not in window.without]
    rest = returns.only(kept).complete()
    assert (len(rest.dates), rest.dates[0]) == (window.rows_without, window.start_without)
    assert (window.rows_without > window.rows) == (window.shortened_by is not None)
    shuffled = common_window(returns.only(rng.permutation(tickers)))
    assert shuffled == window
