"""Optimal portfolios by hand, from assumptions: two or three uncorrelated assets."""

import pytest

from udfs import IPS_FRONTIER, IPS_OPTIMIZE

# volatilities 20 % and 10 %, no correlation
COVARIANCE = [["", "S", "B"], ["S", 0.04, 0.0], ["B", 0.0, 0.01]]
UNIVERSE = [
    ["Ticker", "Asset class", "Expected return"],
    ["S", "Equity", 0.08],
    ["B", "Bonds", 0.03],
]
ONLY_S = [["", "S"], ["S", 0.04]]
CLASSES = [["Equity", 0, None, 1], ["Bonds", 0, None, 1]]


def weights(*arguments):
    table = IPS_OPTIMIZE(*arguments)
    assert isinstance(table, list), table
    return {row[0]: row[2] for row in table[1:]}


def test_min_volatility_weighs_by_inverse_variance():
    assert weights(COVARIANCE, UNIVERSE, CLASSES, "min volatility") == {
        "S": pytest.approx(0.2, abs=1e-9),
        "B": pytest.approx(0.8, abs=1e-9),
    }


def test_max_sharpe_weighs_by_excess_return_over_variance():
    # 0.08 / 0.04 = 2 against 0.03 / 0.01 = 3; with 2 % risk-free 1.5 against 1
    found = weights(COVARIANCE, UNIVERSE, CLASSES)
    assert found["S"] == pytest.approx(0.4, abs=1e-7)
    found = weights(COVARIANCE, UNIVERSE, CLASSES, "max sharpe", None, "risk_free=2%")
    assert found["S"] == pytest.approx(0.6, abs=1e-7)


def test_max_utility_by_its_first_order_condition():
    # 0.08 − 5·0.04·s = 0.03 − 5·0.01·(1 − s): s = (0.05 + 0.05) / 0.25
    found = weights(COVARIANCE, UNIVERSE, CLASSES, "max utility", None, "risk_aversion=5")
    assert found["S"] == pytest.approx(0.4, abs=1e-8)


def test_a_binding_rule_is_named_beside_its_asset():
    classes = [["Equity", 0.3, None, 1], ["Bonds", 0, None, 1]]
    table = IPS_OPTIMIZE(COVARIANCE, UNIVERSE, classes, "min volatility")
    assert table[1][:5] == ["S", "Equity", pytest.approx(0.3, abs=1e-9), 0, 1]
    assert "Equity ≥ 30%" in table[1][5]


def test_max_return_under_a_volatility_limit_lies_on_it():
    found = weights(COVARIANCE, UNIVERSE, CLASSES, "max return", None, "max_volatility=12%")
    variance = 0.04 * found["S"] ** 2 + 0.01 * found["B"] ** 2
    assert variance**0.5 == pytest.approx(0.12, abs=1e-9) and found["S"] > found["B"]


def test_min_tracking_error_is_the_benchmark_where_that_is_allowed():
    universe = [
        [*row, extra] for row, extra in zip(UNIVERSE, ["Benchmark weight", 0.6, 0.4], strict=True)
    ]
    found = weights(COVARIANCE, universe, CLASSES, "min tracking error")
    assert found == {"S": pytest.approx(0.6, abs=1e-8), "B": pytest.approx(0.4, abs=1e-8)}
    limits = [["weight", "S", "<=", 0.5]]
    found = weights(COVARIANCE, universe, CLASSES, "min tracking error", limits)
    assert found["S"] == pytest.approx(0.5, abs=1e-9)


def test_the_order_of_the_matrix_does_not_matter():
    turned = [["", "B", "S"], ["B", 0.01, 0.0], ["S", 0.0, 0.04]]
    for objective in ("min volatility", "max sharpe"):
        expected = weights(COVARIANCE, UNIVERSE, CLASSES, objective)
        assert weights(turned, UNIVERSE, CLASSES, objective) == pytest.approx(expected, abs=1e-9)


def test_the_frontier_runs_from_least_volatility_to_highest_return():
    table = IPS_FRONTIER(COVARIANCE, UNIVERSE, CLASSES, 3, None, "risk_free=1%")
    first, _, last = table[1:]
    assert first[0] == pytest.approx(0.2 * 0.08 + 0.8 * 0.03)
    assert first[1] == pytest.approx((0.2**2 * 0.04 + 0.8**2 * 0.01) ** 0.5)
    assert last == pytest.approx([0.08, 0.20, 0.35, 1.0, 0.0], abs=1e-9)
    assert len(IPS_FRONTIER(COVARIANCE, UNIVERSE, CLASSES)) == 21
    assert len(IPS_FRONTIER(COVARIANCE, UNIVERSE, CLASSES, None, None, "points=4")) == 5
    # an explicit argument comes before an option
    assert len(IPS_FRONTIER(COVARIANCE, UNIVERSE, CLASSES, 3, None, "points=4")) == 4


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((COVARIANCE, [r[:2] for r in UNIVERSE], CLASSES), "#IPS! universe, Expected return: "),
        (
            ([r[:2] for r in COVARIANCE[:2]], UNIVERSE, CLASSES),
            "#IPS! returns: expected a column for B",
        ),
        ((COVARIANCE, UNIVERSE, CLASSES, "max sharp"), "#IPS! objective: expected one of "),
        (
            (COVARIANCE, UNIVERSE, CLASSES, None, None, "max_turnover=10%"),
            "#IPS! options, max_turnover: this function cannot honour it yet",
        ),
        (
            (COVARIANCE, UNIVERSE, CLASSES, None, None, "shorting=TRUE"),
            "#IPS! options, shorting: this function cannot honour it yet",
        ),
        (
            (COVARIANCE, UNIVERSE, [["Equity", 0, None, 0.4], ["Bonds", 0, None, 0.5]]),
            "#IPS! asset classes: maxima add up to 90.00%, less than 100%",
        ),
    ],
)
def test_what_is_missing_or_unknown_is_named(arguments, says):
    assert IPS_OPTIMIZE(*arguments).startswith(says)


def test_contradicting_rules_are_named():
    limits = [["weight", "S", ">=", 0.7], ["weight", "B", ">=", 0.4]]
    text = IPS_OPTIMIZE(COVARIANCE, UNIVERSE, CLASSES, "min volatility", limits)
    assert "S ≥ 70%" in text and "B ≥ 40%" in text
