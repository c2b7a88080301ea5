import datetime as dt
from math import isnan

import numpy as np
import pandas as pd
import pytest

from addin.engine.performance import TRAILING_PERIODS, calendar_years, trailing_returns
from addin.errors import InputError

RULES = {"B": 252, "W-FRI": 52, "ME": 12}


def dates_of(rule, start, end):
    return pd.date_range(start, end, freq=rule).to_numpy().astype("datetime64[D]")


def test_calendar_years_compound_the_returns_dated_in_them():
    dates = np.array(
        ["2022-11-30", "2022-12-30", "2023-01-31", "2024-02-29"], dtype="datetime64[D]"
    )
    years = calendar_years(dates, np.array([0.1, 0.1, -0.5, 0.25]))
    assert years == pytest.approx({2022: 0.21, 2023: -0.5, 2024: 0.25})


def test_trailing_months_by_hand():
    dates = dates_of("ME", "2019-01-31", "2024-05-31")
    returns = np.full(len(dates), 0.01)
    trailing = trailing_returns(dates, returns, dt.date(2024, 5, 31))
    assert tuple(trailing) == TRAILING_PERIODS
    annual = 1.01**12 - 1
    assert trailing == pytest.approx(
        {
            "QTD": 1.01**2 - 1,  # April and May
            "YTD": 1.01**5 - 1,
            "1y": annual,
            "3y": annual,
            "5y": annual,
            "since start": annual,
        }
    )


def test_years_compound_and_are_then_annualised():
    dates = dates_of("ME", "2021-01-31", "2023-12-31")
    returns = np.zeros(36)
    returns[[0, 12, 24]] = 0.10, 0.20, 0.30
    trailing = trailing_returns(dates, returns, dt.date(2023, 12, 31))
    assert trailing["1y"] == pytest.approx(0.30)
    assert trailing["3y"] == pytest.approx((1.1 * 1.2 * 1.3) ** (1 / 3) - 1)
    assert trailing["since start"] == pytest.approx(trailing["3y"])
    assert isnan(trailing["5y"])


@pytest.mark.parametrize("rule", RULES)
def test_a_period_is_covered_from_its_first_day_or_not_at_all(rule):
    dates = dates_of(rule, "2021-01-01", "2023-12-31")
    returns = np.full(len(dates), 0.001)
    trailing = trailing_returns(dates, returns, dt.date(2023, 12, 31), RULES[rule])
    assert not isnan(trailing["3y"])
    late = dates >= np.datetime64("2021-02-01")
    later = trailing_returns(dates[late], returns[late], dt.date(2023, 12, 31), RULES[rule])
    assert isnan(later["3y"])


def test_under_one_year_nothing_is_annualised():
    dates = dates_of("ME", "2023-07-31", "2023-12-31")
    trailing = trailing_returns(dates, np.full(6, 0.01), dt.date(2023, 12, 31))
    assert trailing["since start"] == pytest.approx(1.01**6 - 1)
    assert isnan(trailing["YTD"])
    assert trailing["QTD"] == pytest.approx(1.01**3 - 1)


def test_a_month_end_stays_one_in_a_leap_year():
    dates = dates_of("B", "2023-01-02", "2025-02-28")
    returns = np.where(dates == np.datetime64("2024-02-29"), 0.5, 0.0)
    leap_day_is_the_start = trailing_returns(dates, returns, dt.date(2025, 2, 28))
    assert leap_day_is_the_start["1y"] == pytest.approx(0.0)
    the_day_before_is_not = trailing_returns(dates, returns, dt.date(2025, 2, 27))
    assert the_day_before_is_not["1y"] == pytest.approx(0.5)


def test_from_a_leap_day_the_year_begins_on_the_last_of_february():
    dates = dates_of("D", "2022-06-01", "2024-02-29")
    returns = np.where(dates == np.datetime64("2023-02-28"), 0.5, 0.0)
    assert trailing_returns(dates, returns, dt.date(2024, 2, 29))["1y"] == pytest.approx(0.0)


def test_returns_after_the_valuation_date_are_not_seen():
    dates = dates_of("ME", "2020-01-31", "2024-12-31")
    returns = np.where(dates > np.datetime64("2024-08-15"), 9.0, 0.01)
    trailing = trailing_returns(dates, returns, dt.date(2024, 8, 15))
    assert trailing["YTD"] == pytest.approx(1.01**7 - 1)
    assert trailing["QTD"] == pytest.approx(0.01)


def test_a_quarter_that_has_just_begun_has_no_return():
    dates = dates_of("ME", "2020-01-31", "2024-03-31")
    trailing = trailing_returns(dates, np.full(len(dates), 0.01), dt.date(2024, 4, 10))
    assert isnan(trailing["QTD"])


def test_what_does_not_fit_is_refused():
    dates = dates_of("ME", "2020-01-31", "2020-12-31")
    with pytest.raises(InputError, match="one return per date, found 3 for 12 dates"):
        calendar_years(dates, np.zeros(3))
    with pytest.raises(InputError, match="no return dated 2019-12-31 or earlier"):
        trailing_returns(dates, np.zeros(12), dt.date(2019, 12, 31))
