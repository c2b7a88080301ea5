import datetime as dt
from decimal import Decimal

import pytest

from udfs import (
    IPS_CORRELATION,
    IPS_COVARIANCE,
    IPS_DATA_CHECK,
    IPS_EXPECTED_RETURNS,
    IPS_RETURNS,
    IPS_VAR,
)

JAN, FEB, MAR, APR = (dt.date(2024, m, d) for m, d in ((1, 31), (2, 29), (3, 28), (4, 30)))
PRICES = [["Date", "A", "B"], [JAN, 100, None], [FEB, 110, 50], [MAR, 99, 55], [APR, 99, 44]]


def test_returns_are_simple_and_blank_before_the_first_price():
    assert IPS_RETURNS(PRICES) == [
        ["Date", "A", "B"],
        [FEB, pytest.approx(0.10), ""],
        [MAR, pytest.approx(-0.10), pytest.approx(0.10)],
        [APR, 0.0, pytest.approx(-0.20)],
    ]


def test_returns_may_be_passed_on_as_they_are():
    assert IPS_VAR(IPS_RETURNS(PRICES), [["B", 1]]) == pytest.approx(0.20)


def test_returns_of_longer_periods_run_from_last_price_to_last_price():
    days = [["Date", "A"], [dt.date(2024, 1, 15), 90], [JAN, 100], [FEB, 110], [APR, 121]]
    assert IPS_RETURNS(days, "monthly") == [
        ["Date", "A"],
        [FEB, pytest.approx(0.10)],
        [APR, pytest.approx(0.10)],
    ]
    text = IPS_RETURNS(days, "monthy")
    assert text.startswith("#IPS! frequency: expected one of as given, daily, weekly, monthly")
    assert text.endswith("found 'monthy' (did you mean 'monthly'?)")


# two assets, four months: deviations of A from 3 % are 7, −13, 17, −11; of B from 2 % 2, −2, 0, 0
A, B = (0.10, -0.10, 0.20, -0.08), (0.04, 0.00, 0.02, 0.02)
RETURNS = [["Date", "A", "B"], *map(list, zip((JAN, FEB, MAR, APR), A, B, strict=True))]
VARIANCE_A = (0.07**2 + 0.13**2 + 0.17**2 + 0.11**2) / 3
VARIANCE_B = (0.02**2 + 0.02**2) / 3
COVARIANCE = (0.07 * 0.02 + 0.13 * 0.02) / 3


def test_sample_covariance_is_annual_unless_it_is_asked_not_to_be():
    assert IPS_COVARIANCE(RETURNS, "sample") == [
        ["Ticker", "A", "B"],
        ["A", pytest.approx(12 * VARIANCE_A), pytest.approx(12 * COVARIANCE)],
        ["B", pytest.approx(12 * COVARIANCE), pytest.approx(12 * VARIANCE_B)],
    ]
    assert IPS_COVARIANCE(RETURNS, "sample", False)[1][1] == pytest.approx(VARIANCE_A)
    assert IPS_COVARIANCE(RETURNS, "sample", "no")[2][2] == pytest.approx(VARIANCE_B)


def test_correlation_is_covariance_over_both_deviations():
    expected = COVARIANCE / (VARIANCE_A * VARIANCE_B) ** 0.5
    matrix = IPS_CORRELATION(RETURNS, "sample")
    assert matrix[1] == ["A", pytest.approx(1), pytest.approx(expected)]


def test_expected_returns_are_annual_arithmetic_means():
    expected = [
        ["Ticker", "Expected return", "Note"],
        ["A", pytest.approx(0.36), ""],
        ["B", pytest.approx(0.24), ""],
    ]
    assert IPS_EXPECTED_RETURNS(RETURNS, "historical") == expected
    assert IPS_EXPECTED_RETURNS(RETURNS, None, "expected_returns=historical") == expected
    # an explicit argument comes before an option
    assert IPS_EXPECTED_RETURNS(RETURNS, "historical", "expected_returns=shrunk") == expected
    shrunk = [row[1] for row in IPS_EXPECTED_RETURNS(RETURNS)[1:]]
    assert 0.24 <= shrunk[1] < shrunk[0] < 0.36


def test_equilibrium_and_capm_take_market_weights():
    # the market is A: its annual mean is 36 %, its premium over 6 % is 30 %; β of B by hand
    market = [["A", 1]]
    options = "covariance=sample; risk_free=6%"
    beta = COVARIANCE / VARIANCE_A
    capm = IPS_EXPECTED_RETURNS(RETURNS, "capm", options, market)
    assert [row[1] for row in capm[1:]] == pytest.approx([0.36, 0.06 + beta * 0.30])
    capm = IPS_EXPECTED_RETURNS(RETURNS, "capm", f"{options}; market_premium=4%", market)
    assert [row[1] for row in capm[1:]] == pytest.approx([0.10, 0.06 + beta * 0.04])
    implied = IPS_EXPECTED_RETURNS(RETURNS, "equilibrium", f"{options}; risk_aversion=2", market)
    assert [row[1] for row in implied[1:]] == pytest.approx(
        [0.06 + 2 * 12 * VARIANCE_A, 0.06 + 2 * 12 * COVARIANCE]
    )


def test_young_histories_are_completed_when_asked_and_it_is_said():
    days = [dt.date(2024, m, 28) for m in range(1, 10)]
    a = [0.10, -0.10, 0.20, -0.08, 0.01, 0.03, 0.01, 0.03, 0.02]
    b = [None] * 4 + [0.04, 0.08, 0.02, 0.06, 0.05]
    table = [["Date", "A", "B"], *map(list, zip(days, a, b, strict=True))]
    rows = IPS_EXPECTED_RETURNS(table, "historical", "history=stambaugh")
    assert rows[1][1] == pytest.approx(12 * sum(a) / 9)
    assert rows[1][2].startswith("B: 5 returns from 2024-05-28, its moments before that by")
    common = IPS_COVARIANCE(table, "sample", False)
    every = IPS_COVARIANCE(table, "sample", False, "stambaugh")
    assert every[1][1] > 10 * common[1][1] and every[2][2] > common[2][2]
    assert IPS_CORRELATION(table, "ledoit-wolf", "stambaugh")[2][1] > 0
    assert "did you mean 'stambaugh'" in IPS_COVARIANCE(table, None, None, "stambough")


def test_factor_covariance_in_cells_keeps_the_sample_variances():
    matrix = IPS_COVARIANCE(RETURNS, "factor", False)
    assert [matrix[1][1], matrix[2][2]] == pytest.approx([VARIANCE_A, VARIANCE_B])


def test_a_method_that_needs_more_than_returns_says_so():
    text = IPS_EXPECTED_RETURNS(RETURNS, "equilibrium")
    assert text == "#IPS! expected returns: equilibrium needs market weights, found none"


def test_good_prices_leave_nothing_to_find():
    assert IPS_DATA_CHECK([row[:2] for row in PRICES[:4]]) == [
        ["Severity", "Where", "What", "Suggestion"]
    ]


def test_every_wrong_cell_is_a_finding():
    rows = [list(row) for row in PRICES]
    rows[1][1], rows[2][2] = "n/a", -50
    found = IPS_DATA_CHECK(rows)[1:]
    assert found[0] == [
        "Error",
        "prices row 2, A",
        "expected a number, found 'n/a'",
        "correct or clear the cell",
    ]
    assert found[1][:3] == ["Error", "prices row 3, B", "expected a price above zero, found -50"]


def test_prices_formatted_as_currency_are_warned_of():
    rows = [PRICES[0], *([d, Decimal(str(a)), b] for d, a, b in PRICES[1:])]
    assert ["Warning", "prices, A"] in [row[:2] for row in IPS_DATA_CHECK(rows)]


def test_prices_that_end_long_before_the_valuation_date_are_stale():
    found = IPS_DATA_CHECK(PRICES, "as_of=2024-06-28")
    assert any("2024-04-30" in row[2] for row in found)
