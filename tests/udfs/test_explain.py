import numpy as np
import pytest

from tests.udfs.examples import BENCHMARK, CLASSES, LIMITS, RETURNS, UNIVERSE
from udfs import (
    IPS_DIAGNOSE,
    IPS_OPTIMIZE,
    IPS_SENSITIVITY,
    IPS_SHADOW_PRICES,
    IPS_WEIGHT_RANGES,
)

COVARIANCE = [
    ["Ticker", "SPY", "AGG", "SGOV"],
    ["SPY", 0.04, 0.0, 0.0],
    ["AGG", 0.0, 0.0025, 0.0],
    ["SGOV", 0.0, 0.0, 0.0],
]
STATED = [
    ["Ticker", "Asset class", "Expected return", "Benchmark weight", "Current weight", "ESG"],
    ["SPY", "Equity", 0.08, 0.6, 0.5, 40],
    ["AGG", "Fixed income", 0.04, 0.4, 0.5, 80],
    ["SGOV", "Cash", 0.02, 0.0, 0.0, 50],
]


def limits(*rows):
    return [["Rule", "Selector", "Operator", "Value"], *map(list, rows)]


def diagnosis(classes, *rows, universe=STATED, returns=None):
    table = IPS_DIAGNOSE(universe, classes, limits(*rows) if rows else None, returns)
    return {row[0]: tuple(row[1:]) for row in table[1:]}


def test_a_cap_on_equity_in_words():
    table = IPS_SHADOW_PRICES(COVARIANCE, STATED, CLASSES, "max return")
    rows = {row[0]: row[1:] for row in table[1:]}
    value, change, resolved, words = rows["Equity ≤ 65%"]
    # out of bonds, since cash is at its least
    assert (value, change) == (0.65, pytest.approx(0.01 * (0.08 - 0.04)))
    assert resolved == pytest.approx(change)
    assert words == "+1 pp on Equity ≤ 65% adds 4 bp of expected return"


def test_a_portfolio_at_no_limit_has_no_prices():
    wide = [["Asset class", "Min", "Target", "Max"], ["Equity", 0, None, 1]]
    universe = [row[:] for row in STATED[:3]]
    table = IPS_SHADOW_PRICES(COVARIANCE, universe, wide, "min volatility")
    assert table[1:] == [["no rule binds", "n/a", 0.0, 0.0, "the best portfolio is at no limit"]]


def test_a_policy_that_can_be_met_says_so_once():
    table = IPS_DIAGNOSE(UNIVERSE, CLASSES, LIMITS)
    assert table[1] == ["Equity ≥ 40%", False, 0.0, "the policy can be met"]
    assert {tuple(row[1:]) for row in table[2:]} == {(False, 0.0, "")}


def test_return_and_volatility_that_conflict_only_together():
    found = diagnosis(
        CLASSES, ("return", "", ">=", 0.062), ("volatility", "", "<=", 0.1), returns=COVARIANCE
    )
    assert found["return ≥ 6.2%"][0] and found["volatility ≤ 10%"][0]
    assert found["volatility ≤ 10%"][2].endswith("instead of 10% would do")
    alone = found["return ≥ 6.2%"][1]
    kept = limits(("return", "", ">=", 0.062 - alone - 1e-6), ("volatility", "", "<=", 0.1))
    assert IPS_OPTIMIZE(COVARIANCE, STATED, CLASSES, "max return", kept)[0][0] == "Ticker"


def test_class_minima_above_everything_are_diagnosed_not_refused():
    classes = [["Asset class", "Min", "Max"], ["Equity", 0.7, 0.8], ["Fixed income", 0.4, 0.5]]
    assert str(IPS_OPTIMIZE(COVARIANCE, STATED, classes)).startswith("#IPS! asset classes: minima")
    found = diagnosis(classes)
    assert found["Equity ≥ 70%"] == (
        True,
        pytest.approx(0.1),
        "Equity ≥ 60% instead of 70% would do",
    )
    assert found["Equity ≤ 80%"] == (False, "n/a", "")


def test_limits_that_need_more_than_is_given_are_listed_with_the_reason():
    found = diagnosis(
        CLASSES,
        ("volatility", "", "<=", 0.1),
        ("beta", "", "<=", 1.1),
        ("holdings", "", "<=", 2),
        universe=UNIVERSE,
    )
    assert found["volatility ≤ 10%"] == (False, "n/a", "not looked at: needs returns")
    assert found["beta ≤ 1.1"][2] == (
        "not looked at: needs returns, the universe's Benchmark weight"
    )
    assert found["holdings ≤ 2"][2].endswith("holdings ≤ 3 instead of 2 would do")


def test_turnover_and_cvar_are_looked_at():
    found = diagnosis(
        CLASSES,
        ("turnover", "", "<=", 0.05),
        ("weight", "SPY", ">=", 0.64),
        ("cvar", "", "<=", 0.005),
        returns=RETURNS,
    )
    assert sum(row[0] for row in found.values()) >= 1
    assert not any(row[2].startswith("not looked at") for row in found.values())


def test_expected_returns_may_be_missing_where_no_limit_is_about_them():
    universe = [row[:2] for row in STATED]
    found = diagnosis(
        CLASSES, ("volatility", "", "<=", 0.05), universe=universe, returns=COVARIANCE
    )
    assert found["volatility ≤ 5%"][0]
    asked = IPS_DIAGNOSE(universe, CLASSES, limits(("return", "", ">=", 0.05)), COVARIANCE)
    assert str(asked).startswith("#IPS! assumptions: need a finite expected return")


def test_sensitivities_are_sorted_below_the_portfolios_almost_as_good():
    table = IPS_SENSITIVITY(COVARIANCE, STATED, CLASSES, "max utility")
    assert table[1][:2] == ["no input: weights almost as good", "1 bp or 0.1%"]
    turnovers = [row[2] for row in table[2:]]
    assert turnovers == sorted(turnovers, reverse=True)
    assert {row[1] for row in table[2:]} >= {"+50 bp", "−50 bp", "+1 pp", "10% weaker"}


def test_two_assets_alike_are_said_to_be_nearly_flat():
    universe = [["Ticker", "Asset class", "Expected return"], ["A", "X", 0.05], ["B", "X", 0.05]]
    covariance = [["Ticker", "A", "B"], ["A", 0.04, 0.0399999], ["B", 0.0399999, 0.04]]
    classes = [["Asset class", "Min", "Max"], ["X", 0, 1]]
    table = IPS_SENSITIVITY(covariance, universe, classes, "max utility")
    assert table[1][4].startswith("nearly flat: 50% of the portfolio can be exchanged")


def test_ranges_hold_the_portfolio_and_obey_the_policy():
    table = IPS_WEIGHT_RANGES(
        COVARIANCE, STATED, CLASSES, "max utility", LIMITS, "resamples=40; seed=3"
    )
    numbers = np.array([row[1:] for row in table[1:]])
    assert (numbers[:, 1] <= numbers[:, 2]).all() and (numbers[:, 2] <= numbers[:, 3]).all()
    assert numbers[:, 4].sum() == pytest.approx(1)
    assert 0.4 - 1e-9 <= numbers[0, 4] <= 0.65 + 1e-9
    again = IPS_WEIGHT_RANGES(
        COVARIANCE, STATED, CLASSES, "max utility", LIMITS, "resamples=40; seed=3"
    )
    assert again == table


def test_more_observations_narrow_the_ranges():
    def width(options):
        table = IPS_WEIGHT_RANGES(COVARIANCE, STATED, CLASSES, "max utility", LIMITS, options)
        return sum(row[4] - row[2] for row in table[1:])

    assert width("observations=5000") < width("observations=60")


def test_more_resamples_than_a_workbook_bears_are_refused():
    found = IPS_WEIGHT_RANGES(COVARIANCE, STATED, CLASSES, "max utility", None, "resamples=1e6")
    assert found == "#IPS! resamples: expected at most 2000, found 1000000"


def test_the_benchmark_is_used():
    universe = [row[:4] for row in STATED]
    table = IPS_SHADOW_PRICES(COVARIANCE, universe, CLASSES, "min tracking error")
    assert len(BENCHMARK) == 3
    assert {row[0] for row in table[1:]} == {"Cash ≥ 2%"}


def test_the_current_weights_are_used():
    asked = limits(("turnover", "", "<=", 0.1))
    table = IPS_SHADOW_PRICES(COVARIANCE, STATED, CLASSES, "max return", asked)
    prices = {row[0]: row[2] for row in table[1:]}
    # 2 % has to go into cash; the rest moves from bonds to SPY
    assert prices["turnover ≤ 10%"] == pytest.approx(0.01 * (0.08 - 0.04), rel=1e-4)
