"""Optimal portfolios by hand, from assumptions: two or three uncorrelated assets."""

import pytest

from udfs import IPS_CANDIDATES, IPS_FRONTIER, IPS_OPTIMIZE

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
            "#IPS! turnover and cost_bps: needs current weights, found none",
        ),
        (
            (COVARIANCE, UNIVERSE, CLASSES, None, None, "max_cvar=5%"),
            "#IPS! CVaR, VaR and drawdown: needs a table of returns, found none",
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


FULL_UNIVERSE = [
    [*row, *more]
    for row, more in zip(
        UNIVERSE, [("Current weight", "Benchmark weight"), (0.9, 0.6), (0.1, 0.4)], strict=True
    )
]
TARGETS = [["Equity", 0.2, 0.5, 0.7], ["Bonds", 0.3, 0.5, 0.8]]


def candidates(*arguments):
    table = IPS_CANDIDATES(*arguments)
    assert isinstance(table, list), table
    return {row[0]: dict(zip(table[0], row, strict=True)) for row in table[1:]}


def test_candidates_hold_what_their_names_say():
    found = candidates(COVARIANCE, FULL_UNIVERSE, TARGETS)
    current = found["Current"]
    assert (current["S"], current["B"], current["Breaches"]) == (0.9, 0.1, 2)
    assert current["Return"] == pytest.approx(0.9 * 0.08 + 0.1 * 0.03)
    assert current["Volatility"] == pytest.approx((0.9**2 * 0.04 + 0.1**2 * 0.01) ** 0.5)
    assert current["Tracking error"] == pytest.approx((0.3**2 * 0.05) ** 0.5)
    assert found["Policy target"]["S"] == pytest.approx(0.5, abs=1e-9)
    assert found["Policy target"]["Turnover"] == pytest.approx(0.4)
    assert found["Min volatility"]["S"] == pytest.approx(0.2, abs=1e-9)
    assert found["Min tracking error"]["S"] == pytest.approx(0.6, abs=1e-8)


def test_one_candidate_is_recommended_and_it_breaks_no_rule():
    found = candidates(COVARIANCE, FULL_UNIVERSE, TARGETS)
    chosen = [row for row in found.values() if row["Recommended"] is True]
    assert len(chosen) == 1 and chosen[0]["Breaches"] == 0
    assert all(row["Reason"] for row in found.values())


def test_the_keys_of_the_score_may_stand_among_the_options():
    keys = ["policy fit", "risk", "expected return", "benchmark tracking", "diversification"]
    for wanted, best in (("risk", "Volatility"), ("expected return", "Return")):
        score = [[key, float(key == wanted)] for key in keys]
        found = candidates(COVARIANCE, FULL_UNIVERSE, TARGETS, None, score)
        inside = [row for row in found.values() if row["Breaches"] == 0]
        sign = -1 if wanted == "risk" else 1
        assert max(inside, key=lambda row: row["Score"])[best] == pytest.approx(
            max(sign * row[best] for row in inside) * sign
        )


def test_without_holdings_or_history_the_figures_that_need_them_are_n_a():
    found = candidates(COVARIANCE, UNIVERSE, TARGETS)
    assert "Current" not in found and "Min tracking error" not in found
    row = found["Min volatility"]
    assert (row["CVaR"], row["Tracking error"], row["Turnover"]) == ("n/a",) * 3


def test_expected_returns_are_the_universes_where_it_has_them_and_no_method_is_chosen():
    months = [f"2024-{month:02d}-28" for month in range(1, 7)]
    moves = [(0.05, 0.01), (-0.04, 0.02), (0.06, 0.0), (-0.05, 0.01), (0.03, 0.03), (-0.02, -0.01)]
    returns = [["Date", "S", "B"], *([d, *m] for d, m in zip(months, moves, strict=True))]
    # the mean of B's returns is the higher one, the universe expects more of S
    stated = IPS_FRONTIER(returns, UNIVERSE, CLASSES, 2)[-1]
    assert (stated[0], stated[3]) == (pytest.approx(0.08), pytest.approx(1))
    past = IPS_FRONTIER(returns, UNIVERSE, CLASSES, 2, None, "expected_returns=historical")[-1]
    assert (past[0], past[4]) == (pytest.approx(12 * 0.06 / 6), pytest.approx(1))


def test_a_soft_limit_that_is_missed_is_noted():
    limits = [
        ["Rule", "Selector", "Operator", "Value", "Severity"],
        ["weight", "S", "<=", 0.4, "soft"],
    ]
    dear = IPS_OPTIMIZE(COVARIANCE, UNIVERSE, CLASSES, "max return", limits, "soft_price=1")
    cheap = IPS_OPTIMIZE(COVARIANCE, UNIVERSE, CLASSES, "max return", limits, "soft_price=0.01")
    assert dear[1][2] == pytest.approx(0.4) and "missed" not in dear[1][6]
    assert cheap[1][2] == pytest.approx(1.0)
    assert cheap[1][6] == "soft limit missed: S 100.0% > 40%"


def test_a_rule_of_the_whole_portfolio_that_binds_is_noted():
    found = IPS_OPTIMIZE(COVARIANCE, UNIVERSE, CLASSES, "min volatility", None, "target_return=6%")
    assert found[1][6] == "binding: return ≥ 6%"


def test_a_class_that_is_nearly_one_of_the_policy_is_refused():
    universe = [UNIVERSE[0], ["S", "Eqity", *UNIVERSE[1][2:]], *UNIVERSE[2:]]
    assert IPS_OPTIMIZE(COVARIANCE, universe, CLASSES) == (
        "#IPS! universe, S, Asset class: expected one of Equity, Bonds, found 'Eqity' "
        "(did you mean 'Equity'?)"
    )
