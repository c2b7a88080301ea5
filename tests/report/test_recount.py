"""The second way to a figure, by hand."""

import pytest

from addin.domain.holdings import Position
from addin.domain.scenario import Scenario
from addin.domain.trade import Side, Trade
from addin.report import recount


def trade(ticker, side, quantity, price, notional=0.0, cost=0.0):
    return Trade(ticker, side, quantity, price, notional, cost, 0, 0, 0, "")


def test_half_a_cent_is_rounded_up():
    assert recount.cents(2.675) == 268  # binary 2.67499…: decimal arithmetic sees what is written


def test_closing_cash_is_opening_plus_flow_plus_sells_less_buys_less_costs():
    orders = [
        trade("SPY", Side.SELL, 10, 683.1742, 6831.74, cost=6.83),
        trade("AGG", Side.BUY, 50, 99.8805, 4994.03, cost=4.99),
        trade("TLT", Side.HOLD, 0, 90.0),
    ]
    # 1000.00 + 250.00 + 6831.74 − 4994.03 − 6.83 − 4.99
    assert recount.closing_cash(1000.0, 250.0, orders) == 3075.89
    assert recount.notional_gap(orders) == 0  # 4994.025 is rounded half a cent up


def test_value_of_holdings_is_quantity_times_price():
    held = [Position("SPY", 3, 0.1), Position("CASH", 0.3, 1.0)]
    assert recount.value_of(held) == 0.6  # 0.1 + 0.1 + 0.1 + 0.3 is 0.6000000000000001 in binary


def test_volatility_of_uncorrelated_assets_by_hand():
    # sqrt(0.6² · 0.20² + 0.4² · 0.10²) = sqrt(0.0144 + 0.0016)
    assert recount.volatility([0.6, 0.4], [[0.04, 0.0], [0.0, 0.01]]) == pytest.approx(0.016**0.5)


def test_expected_shortfall_weights_the_boundary_scenario_in_part():
    # losses 5, 4, 3, 2, 1 %; tail of 30 % of 5 is 1.5 scenarios: (5 + 0.5 · 4) / 1.5
    returns = [-0.01, -0.02, -0.03, -0.04, -0.05]
    assert recount.expected_shortfall(returns, 0.7) == pytest.approx(0.07 / 1.5)


def test_a_tickers_shock_replaces_its_classes_and_a_classes_its_parents():
    scenario = Scenario("crash", {"Equity": -0.3, "Emerging": -0.4, "GLD": 0.1})
    classes = {"SPY": ("US", "Equity"), "EEM": ("Emerging", "Equity"), "GLD": ("Equity", "Equity")}
    weights = {"SPY": 0.5, "EEM": 0.3, "GLD": 0.2}
    # 0.5 · −0.30 + 0.3 · −0.40 + 0.2 · 0.10
    assert recount.stressed(weights, classes, scenario) == pytest.approx(-0.25)


def test_value_after_trades_counts_what_is_held_then():
    held = [Position("SPY", 10, 10.0), Position("CASH", 100, 1.0)]
    orders = [trade("SPY", Side.SELL, 4, 10.0, 40.0), trade("AGG", Side.BUY, 2, 5.0, 10.0)]
    # 6 SPY at 10, 2 AGG at 5, cash 100 + 40 − 10
    assert recount.value_after(held, orders, 130.0) == 200.0


def test_notional_off_by_a_cent_is_seen():
    wrong = Trade("SPY", Side.BUY, 3, 10.0, 30.01, 0, 0, 0, 0, "")
    assert recount.notional_gap([wrong]) == pytest.approx(0.01)
