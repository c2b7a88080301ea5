import json
from decimal import Decimal

import pytest

from udfs import IPS_DRIFT, IPS_DRIFT_STATUS, IPS_REBALANCE, IPS_STRESS

# a client's million after a year: US and international +15 %, bonds −3 %, property +8 %
CLIENT = [["US", 460_000], ["INTL", 230_000], ["BOND", 291_000], ["REIT", 108_000]]
CLIENT_TARGETS = [["US", 0.4], ["INTL", 0.2], ["BOND", 0.3], ["REIT", 0.1]]


def test_drift_of_a_client_by_hand():
    rows = {row[0]: row for row in IPS_DRIFT(CLIENT, CLIENT_TARGETS)[1:]}
    assert rows["US"][1:5] == [
        460_000,
        pytest.approx(460 / 1089),
        0.4,
        pytest.approx(460 / 1089 - 0.4),
    ]
    assert rows["BOND"][5] == pytest.approx(291 / 1089 / 0.3 - 1)
    assert [rows[a][8] for a in ("US", "INTL", "BOND", "REIT")] == [
        "Normal",
        "Normal",
        "Watch",
        "Normal",
    ]
    assert rows["BOND"][9] == "Elevated"
    assert IPS_DRIFT_STATUS(CLIENT, CLIENT_TARGETS) == "Watch"


@pytest.mark.parametrize(
    ("equity", "status"),
    [(0.63, "Normal"), (0.6300001, "Watch"), (0.65, "Watch"), (0.6500001, "Rebalance")],
)
def test_a_drift_on_the_edge_is_inside(equity, status):
    holdings = [["E", equity * 1e6], ["B", (1 - equity) * 1e6]]
    assert IPS_DRIFT_STATUS(holdings, [["E", 0.6], ["B", 0.4]]) == status


def test_bands_of_ones_own():
    assert IPS_DRIFT_STATUS(CLIENT, CLIENT_TARGETS, [[0.01, 0.02]]) == "Rebalance"
    ranges = [["Asset", "Lower", "Upper"], ["BOND", 0.2, 0.4]]
    assert IPS_DRIFT_STATUS(CLIENT, CLIENT_TARGETS, ranges) == "Normal"


def test_drift_by_class_needs_the_universe():
    universe = [["Ticker", "Asset class"], ["US", "Equity"], ["INTL", "Equity"]]
    universe += [["BOND", "Bonds"], ["REIT", "Property"]]
    targets = [["Equity", 0.6], ["Bonds", 0.3], ["Property", 0.1]]
    rows = IPS_DRIFT(CLIENT, targets, None, universe)[1:]
    assert [row[:2] for row in rows] == [
        ["Equity", 690_000],
        ["Bonds", 291_000],
        ["Property", 108_000],
    ]


HOLDINGS = [["SPY", 600, 100.0], ["AGG", 300, 100.0], ["CASH", 10_000, 1]]
TARGETS = [["SPY", 0.5], ["AGG", 0.5]]


def test_trades_are_whole_and_cash_is_exact():
    table = IPS_REBALANCE(HOLDINGS, TARGETS, "cost_bps=10; min_trade=0; min_trade_weight=0")
    rows = {row[0]: row for row in table[1:]}
    assert list(rows) == ["SPY", "AGG", "CASH"]
    assert rows["SPY"][1] == "SELL" and rows["AGG"][1] == "BUY"
    for ticker in ("SPY", "AGG"):
        assert rows[ticker][2] == int(rows[ticker][2]) > 0
        assert rows[ticker][4] == rows[ticker][2] * rows[ticker][3]
        assert rows[ticker][5] == pytest.approx(rows[ticker][4] / 1000, abs=0.005)
    money = [Decimal(str(rows[t][i])) for t, i in (("SPY", 4), ("AGG", 4), ("SPY", 5), ("AGG", 5))]
    assert Decimal(str(rows["CASH"][4])) == money[0] - money[1] - money[2] - money[3]
    assert sum(row[7] for row in rows.values()) == pytest.approx(1)


def test_a_small_ticket_is_not_worth_its_trouble():
    table = IPS_REBALANCE([["SPY", 505, 100], ["AGG", 495, 100]], TARGETS)
    assert [row[1] for row in table[1:]] == ["HOLD", "HOLD", "HOLD"]


def test_the_price_of_what_is_not_held_comes_from_the_universe():
    universe = [["Ticker", "Asset class", "Price"], ["SPY", "Equity", 100], ["AGG", "Bonds", 50]]
    holdings = [["CASH", 10_000, 1]]
    table = IPS_REBALANCE(holdings, TARGETS, "min_trade=0", universe)
    assert [row[:3] for row in table[1:3]] == [["SPY", "BUY", 50], ["AGG", "BUY", 100]]
    text = IPS_REBALANCE(holdings, TARGETS, "min_trade=0")
    assert text.startswith("#IPS! ") and "price" in text


def test_what_cannot_be_done_yet_is_refused_and_not_ignored():
    lots = [["Ticker", "Acquired", "Quantity", "Cost"], ["SPY", "2020-01-01", 600, 50]]
    text = IPS_REBALANCE(HOLDINGS, TARGETS, None, None, lots)
    assert text == "#IPS! lots: tax lots cannot be taken into account yet; leave the argument out"
    assert "options, mode:" in IPS_REBALANCE(HOLDINGS, TARGETS, "mode=bands")
    assert "options, destination:" in IPS_REBALANCE(HOLDINGS, TARGETS, "destination=edge")
    full = IPS_REBALANCE(HOLDINGS, TARGETS, "mode=full; destination=target")
    assert full == IPS_REBALANCE(HOLDINGS, TARGETS)


UNIVERSE = [["Ticker", "Asset class", "Max"], ["SPY", "Equity", 1], ["AGG", "Bonds", 0.5]]


def test_stress_by_hand():
    scenarios = [["Scenario", "Equity", "Bonds", "SPY"], ["Bear", -0.3, 0.05, None]]
    scenarios.append(["Tech", -0.3, None, -0.5])
    table = IPS_STRESS([["SPY", 0.6], ["AGG", 0.4]], UNIVERSE, scenarios, 1_000_000)
    # 0.6 · −0.30 + 0.4 · 0.05; after it AGG is 0.42 / (0.42 + 0.42) of the portfolio
    assert table[1] == ["Bear", pytest.approx(-0.16), pytest.approx(-160_000), 840_000, "SPY", 0]
    # 0.6 · −0.50; AGG is 0.40 / 0.70 of what is left, above its maximum
    assert table[2] == ["Tech", pytest.approx(-0.3), pytest.approx(-300_000), 700_000, "SPY", 1]


def test_stress_without_a_value_is_per_unit_of_money():
    scenarios = [["Scenario", "Equity"], ["Up", 0.1]]
    row = IPS_STRESS([["SPY", 1]], UNIVERSE, scenarios)[1]
    assert row == ["Up", pytest.approx(0.1), pytest.approx(0.1), pytest.approx(1.1), "", 0]


def test_results_survive_json_as_they_are():
    table = IPS_DRIFT(CLIENT, CLIENT_TARGETS)
    assert json.loads(json.dumps(table)) == table
