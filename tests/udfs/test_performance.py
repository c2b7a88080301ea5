"""Metrics, VaR, CVaR and contributions by hand: two assets, four months."""

import datetime as dt
import math

import pytest

from udfs import (
    IPS_CVAR,
    IPS_DRAWDOWN,
    IPS_METRIC,
    IPS_METRICS,
    IPS_RISK_CONTRIBUTION,
    IPS_TRACKING_ERROR,
    IPS_VAR,
)

D = [dt.date(2024, m, d) for m, d in ((1, 31), (2, 29), (3, 29), (4, 30))]
A, B = [0.10, -0.10, 0.20, -0.05], [0.02, 0.02, 0.02, 0.02]
RETURNS = [["Date", "A", "B"], *([d, a, b] for d, a, b in zip(D, A, B, strict=True))]
HALF = [["A", 0.5], ["B", 0.5]]
ONLY_A, ONLY_B = [["A", 1]], [["B", 1]]
# half of each: 0.5 · (0.10 + 0.02) and so on
TRACK = [0.06, -0.04, 0.11, -0.015]
MEAN = (0.06 - 0.04 + 0.11 - 0.015) / 4
DEVIATION = math.sqrt(sum((r - MEAN) ** 2 for r in TRACK) / 3)
MEAN_A = (0.10 - 0.10 + 0.20 - 0.05) / 4
DEVIATION_A = math.sqrt(sum((r - MEAN_A) ** 2 for r in A) / 3)


def metrics(*arguments):
    return {name: (own, other) for name, own, other in IPS_METRICS(*arguments)[1:]}


def test_metrics_of_a_portfolio_rebalanced_each_month():
    found = {name: own for name, (own, _) in metrics(RETURNS, HALF).items()}
    assert found["annual return"] == pytest.approx((1.06 * 0.96 * 1.11 * 0.985) ** 3 - 1)
    assert found["arithmetic return"] == pytest.approx(12 * MEAN)
    assert found["volatility"] == pytest.approx(math.sqrt(12) * DEVIATION)
    assert found["sharpe"] == pytest.approx(math.sqrt(12) * MEAN / DEVIATION)
    downside = math.sqrt((0.04**2 + 0.015**2) / 4)
    assert found["sortino"] == pytest.approx(math.sqrt(12) * MEAN / downside)
    assert found["max drawdown"] == pytest.approx(0.04)
    assert found["var"] == pytest.approx(0.04) and found["cvar"] == pytest.approx(0.04)


def test_without_a_benchmark_its_column_and_its_metrics_are_n_a():
    found = metrics(RETURNS, HALF)
    assert {other for _, other in found.values()} == {"n/a"}
    assert [found[n][0] for n in ("tracking error", "beta", "alpha")] == ["n/a"] * 3


def test_against_a_benchmark():
    # active returns of A against half of each are (a − b) / 2
    active = [(a - b) / 2 for a, b in zip(A, B, strict=True)]
    mean = sum(active) / 4
    deviation = math.sqrt(sum((r - mean) ** 2 for r in active) / 3)
    found = metrics(RETURNS, ONLY_A, HALF)
    assert found["tracking error"][0] == pytest.approx(math.sqrt(12) * deviation)
    assert found["information ratio"][0] == pytest.approx(math.sqrt(12) * mean / deviation)
    assert found["beta"][0] == pytest.approx(2)  # half of a constant moves half as much
    assert found["volatility"][1] == pytest.approx(math.sqrt(12) * DEVIATION)
    tracking_error = IPS_TRACKING_ERROR(RETURNS, ONLY_A, HALF)
    assert tracking_error == pytest.approx(math.sqrt(12) * deviation)


def test_one_metric_is_that_of_the_table_and_one_asset_has_its_own():
    for name, (own, _) in metrics(RETURNS, HALF).items():
        if own != "n/a":
            assert IPS_METRIC(RETURNS, HALF, name) == own
    assert IPS_METRIC(RETURNS, ONLY_A, "Volatility ") == pytest.approx(math.sqrt(12) * DEVIATION_A)


def test_a_metric_that_does_not_exist_is_answered_with_the_nearest():
    text = IPS_METRIC(RETURNS, HALF, "volatilty")
    assert text.startswith("#IPS! metric: need one of")
    assert IPS_METRIC(RETURNS, HALF, "beta") == "#IPS! metric: beta needs a benchmark, found none"
    assert IPS_METRIC(RETURNS, HALF, None) == "#IPS! metric: expected a name, found an empty cell"


def test_options_change_rates_and_periods():
    risk_free = 1.02 ** (1 / 12) - 1
    found = metrics(RETURNS, HALF, None, "risk_free=2%")
    assert found["sharpe"][0] == pytest.approx(math.sqrt(12) * (MEAN - risk_free) / DEVIATION)
    yearly = metrics(RETURNS, HALF, None, [["periods_per_year", 1]])
    assert yearly["arithmetic return"][0] == pytest.approx(MEAN)


def test_historical_var_is_the_smallest_loss_not_exceeded_with_the_confidence():
    # losses −11, −6, 1.5, 4 %; P(L ≤ −6 %) = 50 %, P(L ≤ 1.5 %) = 75 %
    assert IPS_VAR(RETURNS, HALF) == pytest.approx(0.04)
    assert IPS_VAR(RETURNS, HALF, 0.75) == pytest.approx(0.015)
    assert IPS_VAR(RETURNS, HALF, "50%") == pytest.approx(-0.06)


def test_cvar_counts_a_fraction_of_the_scenario_on_the_boundary():
    assert IPS_CVAR(RETURNS, HALF, 0.5) == pytest.approx((0.04 + 0.015) / 2)
    # 40 % of four months are 1.6 of them: the worst one and 0.6 of the next
    assert IPS_CVAR(RETURNS, HALF, 0.6) == pytest.approx((0.04 + 0.6 * 0.015) / 1.6)


def test_gaussian_var_over_several_months_scales_mean_and_deviation_apart():
    z, h = 1.6448536269514722, 3
    expected = -h * MEAN + z * DEVIATION * math.sqrt(h)
    assert IPS_VAR(RETURNS, HALF, 0.95, "gaussian", h) == pytest.approx(expected)
    density = math.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    expected = -h * MEAN + DEVIATION * math.sqrt(h) * density / 0.05
    assert IPS_CVAR(RETURNS, HALF, 0.95, "Gaussian", 3.0) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((0.95, "normal"), "#IPS! method: expected one of historical, gaussian, "),
        ((0.95, "monte-carlo"), "#IPS! method: need one of historical, gaussian, found"),
        ((95,), "#IPS! confidence: need a number between 0 and 1"),
        (("high",), "#IPS! confidence: expected a number, found 'high'"),
        (([[0.9, 0.95]],), "#IPS! confidence: expected one cell, found 1 × 2 cells"),
        ((0.95, None, 1.5), "#IPS! horizon: expected a whole number, found 1.5"),
        (("#N/A",), "#IPS! confidence: expected a value, found #N/A"),
    ],
)
def test_a_wrong_scalar_is_named(arguments, says):
    assert IPS_VAR(RETURNS, HALF, *arguments).startswith(says)


def test_an_asset_without_returns_is_named():
    text = IPS_VAR(RETURNS, [["A", 0.5], ["BB", 0.5]])
    assert text.startswith("#IPS! ") and "BB" in text


def test_cash_without_returns_earns_the_risk_free_rate():
    weights = [["A", 0.5], ["CASH", 0.5]]
    assert IPS_VAR(RETURNS, weights) == pytest.approx(0.05)
    risk_free = 1.02 ** (1 / 12) - 1
    mean = IPS_METRIC(RETURNS, weights, "arithmetic return", None, "risk_free=2%")
    assert mean == pytest.approx(12 * (MEAN_A + risk_free) / 2)


def test_an_asset_nobody_holds_does_not_shorten_the_history():
    ragged = [[*row, cell] for row, cell in zip(RETURNS, ["C", None, None, 0.5, None], strict=True)]
    assert IPS_METRICS(ragged, HALF) == IPS_METRICS(RETURNS, HALF)


def test_volatility_is_divided_by_euler():
    # B never moves: all the risk is A's
    rows = IPS_RISK_CONTRIBUTION(RETURNS, HALF)[1:]
    total = math.sqrt(12) * DEVIATION
    assert rows[0][:2] == ["A", 0.5] and rows[0][4] == pytest.approx(1)
    assert rows[0][3] == pytest.approx(total) and rows[0][2] == pytest.approx(2 * total)
    assert rows[1] == ["B", 0.5, pytest.approx(0), pytest.approx(0), pytest.approx(0)]


def test_tracking_error_is_divided_by_active_weights():
    rows = IPS_RISK_CONTRIBUTION(RETURNS, ONLY_A, "tracking error", HALF)[1:]
    total = IPS_TRACKING_ERROR(RETURNS, ONLY_A, HALF)
    assert [row[1] for row in rows] == [1.0, 0.0]  # the weight shown is the portfolio's own
    assert sum(row[3] for row in rows) == pytest.approx(total)
    text = IPS_RISK_CONTRIBUTION(RETURNS, ONLY_A, "tracking error")
    assert text.startswith("#IPS! benchmark: expected weights")


@pytest.mark.parametrize(("measure", "total"), [("var", IPS_VAR), ("cvar", IPS_CVAR)])
@pytest.mark.parametrize("confidence", [0.5, 0.6, 0.95])
def test_tail_contributions_add_up_to_the_figure(measure, total, confidence):
    rows = IPS_RISK_CONTRIBUTION(RETURNS, HALF, measure, None, confidence)[1:]
    figure = total(RETURNS, HALF, confidence)
    assert sum(row[3] for row in rows) == pytest.approx(figure, abs=1e-15)
    assert sum(row[4] for row in rows) == pytest.approx(1)


def test_a_portfolio_without_risk_has_no_shares():
    assert [row[4] for row in IPS_RISK_CONTRIBUTION(RETURNS, ONLY_B)[1:]] == ["n/a"]


def test_drawdown_counts_from_the_money_invested():
    falling = [["Date", "A"], [D[0], -0.2], [D[1], 0.5], [D[2], -0.25]]
    assert IPS_DRAWDOWN(falling, ONLY_A) == [
        ["Date", "Wealth", "Drawdown"],
        [D[0], pytest.approx(0.8), pytest.approx(0.2)],
        [D[1], pytest.approx(1.2), pytest.approx(0.0)],
        [D[2], pytest.approx(0.9), pytest.approx(0.25)],
    ]


def test_the_order_of_tickers_never_matters():
    turned = [[row[0], row[2], row[1]] for row in RETURNS]
    back = list(reversed(HALF))
    assert IPS_METRICS(turned, back) == IPS_METRICS(RETURNS, HALF)
    assert IPS_CVAR(turned, back, 0.6) == IPS_CVAR(RETURNS, HALF, 0.6)
