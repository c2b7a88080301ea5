import datetime as dt

import numpy as np
import pandas as pd
import pytest

from addin.domain.finding import Severity
from addin.domain.history import Prices
from addin.engine.data_check import check_covariance, check_prices

NAN = float("nan")
ROWS = 300


def clean(assets=2, rows=ROWS):
    """Prices of a calm market: moves of about 1 % a day, no two rows alike."""
    dates = pd.bdate_range("2023-01-02", periods=rows).to_numpy().astype("datetime64[D]")
    moves = np.random.default_rng(4).normal(0, 0.01, (rows, assets))
    return dates, 100 * np.exp(np.cumsum(moves, axis=0))


def found(dates, values, **settings):
    tickers = ("SPY", "AGG", "GLD")[: values.shape[1]]
    return check_prices(Prices(dates, tickers, values), **settings)


def the_one(findings):
    assert len(findings) == 1, findings
    return findings[0]


def test_a_calm_history_has_no_findings():
    assert found(*clean()) == []


def test_missing_prices_inside_a_history_are_counted():
    dates, values = clean()
    values[[50, 51, 90], 1] = NAN
    finding = the_one(found(dates, values))
    assert (finding.severity, finding.where) == (Severity.WARNING, "Prices, AGG")
    assert finding.what == f"3 missing prices, first on {dates[50]}"


def test_a_hole_in_the_dates_is_found():
    dates, values = clean()
    keep = np.r_[0:100, 110:ROWS]
    finding = the_one(found(dates[keep], values[keep]))
    assert finding.what == f"no prices between {dates[99]} and {dates[110]}, 17 days"


def test_month_ends_have_no_holes():
    dates = pd.date_range("2020-01-31", periods=48, freq="ME").to_numpy().astype("datetime64[D]")
    assert found(dates, clean()[1][:48]) == []
    keep = np.r_[0:20, 23:48]
    assert (
        "no prices between 2021-08-31 and 2021-12-31"
        in the_one(found(dates[keep], clean()[1][:48][keep])).what
    )


@pytest.mark.parametrize(("rows", "expected"), [(4, 0), (5, 1), (30, 1)])
def test_a_price_that_stands_still_for_five_rows_is_stale(rows, expected):
    dates, values = clean()
    values[100 : 100 + rows, 0] = values[100, 0]
    findings = found(dates, values)
    assert len(findings) == expected
    if findings:
        assert f"on {rows} rows from {dates[100]}" in findings[0].what


@pytest.mark.parametrize(
    ("factor", "words"), [(1 / 3, "3:1"), (1 / 2, "2:1"), (1 / 7, "7:1"), (10, "1:10")]
)
def test_a_move_near_a_whole_ratio_looks_like_a_split(factor, words):
    dates, values = clean()
    values[150:, 0] *= factor
    finding = the_one(found(dates, values))
    assert finding.where == "Prices, SPY"
    assert f"on {dates[150]}: looks like a {words} split" in finding.what


@pytest.mark.parametrize(("rows", "factor"), [(1, 0.5), (3, 0.5), (1, 10.0), (1, 1.3)])
def test_a_move_that_comes_back_is_one_wrong_price(rows, factor):
    dates, values = clean()
    values[150 : 150 + rows, 0] *= factor
    finding = the_one(found(dates, values))
    assert f"on {dates[150]} and back again: a wrong price" in finding.what


def test_a_large_move_that_is_no_ratio_is_an_outlier():
    dates, values = clean()
    values[150:, 0] *= 0.62
    assert "far outside" in the_one(found(dates, values)).what


def test_a_crash_like_march_2020_is_a_market():
    dates, values = clean()
    values[150:, 0] *= 0.90
    assert found(dates, values) == []


def test_old_prices_are_found_once_for_all_assets():
    dates, values = clean()
    last = dates[-1].astype(object)
    assert found(dates, values, as_of=last + dt.timedelta(days=5)) == []
    finding = the_one(found(dates, values, as_of=last + dt.timedelta(days=6)))
    assert finding.where == "Prices"
    assert f"the last prices are of {last}, 6 days old" in finding.what


def test_an_asset_whose_prices_end_before_the_others_is_named():
    dates, values = clean()
    values[-10:, 1] = NAN
    finding = the_one(found(dates, values))
    assert finding.where == "Prices, AGG"
    assert f"the last price is of {dates[-11]}, the others' of {dates[-1]}" == finding.what


def test_late_starts_are_noted_and_the_longest_window_is_offered():
    dates, values = clean(3)
    values[:100, 1] = NAN
    values[:200, 2] = NAN
    agg, gld = found(dates, values)
    assert {agg.severity, gld.severity} == {Severity.NOTE}
    assert (agg.where, gld.where) == ("Prices, AGG", "Prices, GLD")
    assert agg.what == f"begins on {dates[100]}, the longest history on {dates[0]}"
    assert f"99 rows from {dates[201]}; without GLD: 199 rows from {dates[101]}" in gld.suggestion


def test_histories_that_never_meet_are_still_reported():
    dates, values = clean()
    values[100:, 0] = NAN
    values[:200, 1] = NAN
    assert {f.where for f in found(dates, values)} == {"Prices, SPY", "Prices, AGG"}


def test_an_asset_without_any_price_is_an_error():
    dates, values = clean()
    values[:, 1] = NAN
    assert the_one(found(dates, values)).severity is Severity.ERROR


def test_holdings_dated_after_the_prices_are_warned_of():
    dates, values = clean()
    last = dates[-1].astype(object)
    assert found(dates, values, holdings_date=last) == []
    finding = the_one(found(dates, values, holdings_date=last + dt.timedelta(days=1)))
    assert finding.where == "Holdings"


def test_prices_after_the_valuation_date_are_not_looked_at():
    dates, values = clean()
    values[250:, 0] /= 3
    assert found(dates, values, as_of=dates[240].astype(object)) == []
    nothing = the_one(found(dates, values, as_of=dt.date(2020, 1, 1)))
    assert nothing.severity is Severity.ERROR


def test_one_row_is_no_reason_to_fail():
    dates, values = clean()
    assert found(dates[:1], values[:1]) == []


def test_every_finding_is_reported_at_once():
    dates, values = clean(3)
    values[50, 0] = NAN
    values[100:106, 1] = values[100, 1]
    values[150:, 2] /= 2
    assert [f.where for f in found(dates, values)] == ["Prices, SPY", "Prices, AGG", "Prices, GLD"]


def test_a_covariance_of_near_copies_is_warned_of():
    assert check_covariance(np.diag([0.04, 0.0001])) == []
    copies = np.array([[0.04, 0.04], [0.04, 0.04 + 1e-13]])
    assert the_one(check_covariance(copies)).severity is Severity.WARNING


@pytest.mark.parametrize(
    ("own", "words"),
    [
        ([1e300, 1e-300], "-100.0% on 2023-01-03 is far outside"),
        ([1e-300, 1e300], "times 1.01e+304 on 2023-01-03 is far outside"),
        ([1.0, 1e300, 1.0], "times 1e+300 on 2023-01-03 and back again"),
    ],
)
def test_moves_beyond_what_numbers_hold_are_outliers_not_crashes(own, words):
    dates, _ = clean(rows=len(own))
    assert the_one(found(dates, np.array(own)[:, None])).what.startswith(words)
