import itertools
import json
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.optimize

from addin.domain.assumptions import Assumptions
from addin.domain.holdings import Holdings, Position
from addin.domain.policy import ClassRange, LegacyAction, Limit, Rebalancing, Rule
from addin.domain.trade import Side
from addin.domain.universe import Universe
from addin.engine import trade_search
from addin.engine.compliance import breaches, check
from addin.engine.trades import rebalance
from addin.errors import InputError

ORACLE = json.loads(
    (Path(__file__).parents[1] / "oracles" / "rebal_client_1m_drift.json").read_text()
)
FREE = Rebalancing(min_trade=0, min_trade_weight=0)


def cents(text):
    return Decimal(str(text)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def holdings(cash=0.0, **positions):
    """Quantity and price by ticker."""
    rows = [Position(ticker, *pair) for ticker, pair in positions.items()]
    return Holdings((*rows, Position("CASH", cash, 1.0)))


def targets(**weights):
    return pd.Series(weights, dtype=float)


def signed(plan):
    side = {Side.BUY: 1, Side.SELL: -1, Side.HOLD: 0}
    return {trade.ticker: side[trade.side] * trade.quantity for trade in plan.trades}


def by_ticker(plan):
    return {trade.ticker: trade for trade in plan.trades}


# --- by hand ------------------------------------------------------------------------------------


@pytest.mark.parametrize("variant", ["intl_plus15", "intl_flat"])
def test_client_of_one_million_trades_as_by_hand(variant):
    expected = ORACLE["expected"][variant]
    prices = {"US": 412.37, "INTL": 61.05, "BOND": 98.11, "REIT": 88.88}
    held = {
        asset: (value / prices[asset], prices[asset]) for asset, value in expected["values"].items()
    }
    rules = Rebalancing(min_trade=0, min_trade_weight=0, whole_shares=False)
    plan = rebalance(holdings(**held), targets(**ORACLE["inputs"]["targets"]), rules)
    for trade in plan.trades:
        money = trade.notional if trade.side == "BUY" else -trade.notional
        assert money == pytest.approx(expected["trades"][trade.ticker], abs=0.005)
    assert plan.turnover == pytest.approx(expected["one_way_turnover_frac"], abs=1e-12)
    assert plan.cash_after == 0 and plan.gap <= 1e-6


def test_two_assets_by_hand():
    # 10,000 in all; A at 100: 70 → 60 shares; B at 30: 100 → 133 shares (3,990), 10 left in cash
    plan = rebalance(holdings(A=(70, 100.0), B=(100, 30.0)), targets(A=0.6, B=0.4), FREE)
    assert signed(plan) == {"A": -10, "B": 33}
    assert plan.cash_after == 10.0
    assert plan.turnover == pytest.approx((0.10 + 0.099 + 0.001) / 2)


def test_costs_come_out_of_cash_to_the_cent():
    # sell 10 A: 1,000.00 less 0.50 + 2; buy 33 B: 990.00 and 0.495 → 0.50, and 2
    rules = Rebalancing(min_trade=0, min_trade_weight=0, cost_bps=5, ticket_cost=2)
    plan = rebalance(holdings(A=(70, 100.0), B=(100, 30.0)), targets(A=0.6, B=0.4), rules)
    assert {t.ticker: t.cost for t in plan.trades} == {"A": 2.50, "B": 2.50}
    assert (plan.costs, plan.cash_after) == (5.00, 5.00)


def test_notional_is_rounded_half_up_to_the_cent():
    # 3 × 33.335 = 100.005
    plan = rebalance(holdings(200.0, A=(1, 33.335)), targets(A=0.571, CASH=0.429), FREE)
    assert by_ticker(plan)["A"].notional == 100.01
    assert plan.cash_after == 99.99


def test_the_minimum_ticket_is_the_larger_of_money_and_weight():
    held = holdings(A=(5_100, 100.0), B=(4_900, 100.0))  # a million; both 10,000 off
    assert (
        signed(rebalance(held, targets(A=0.5, B=0.5), Rebalancing(min_trade=10_000)))["A"] == -100
    )
    plan = rebalance(held, targets(A=0.5, B=0.5), Rebalancing(min_trade_weight=0.025))
    assert signed(plan) == {"A": 0, "B": 0}
    assert by_ticker(plan)["A"].reason == "below minimum ticket: 10,000 < 25,000"


def test_targets_apply_to_the_value_after_the_flow():
    # 10,000 + 2,000: A 7,200 is 72 shares, B 4,800 is 48
    rules = Rebalancing(min_trade=0, min_trade_weight=0, cash_flow=2_000)
    plan = rebalance(holdings(A=(60, 100.0), B=(40, 100.0)), targets(A=0.6, B=0.4), rules)
    assert signed(plan) == {"A": 12, "B": 8}
    assert (plan.cash_before, plan.cash_flow, plan.cash_after) == (0, 2_000, 0)


def test_a_withdrawal_is_raised_by_sales():
    rules = Rebalancing(min_trade=0, min_trade_weight=0, cash_flow=-1_000)
    plan = rebalance(holdings(A=(60, 100.0), B=(40, 100.0)), targets(A=0.6, B=0.4), rules)
    assert signed(plan) == {"A": -6, "B": -4} and plan.cash_after == 0


def test_the_buffer_is_left_after_fees():
    # 2 % of (10,000 − fees) and not of 10,000
    rules = Rebalancing(min_trade=0, min_trade_weight=0, cash_min=0.02, cost_bps=20)
    plan = rebalance(holdings(A=(60, 100.0), B=(400, 10.0)), targets(A=0.6, B=0.4), rules)
    assert plan.cash_after >= 0.02 * (10_000 - plan.costs)
    assert plan.cash_after < 0.02 * 10_000 + 10
    assert plan.cash_weight_after == pytest.approx(plan.cash_after / (10_000 - plan.costs))


def test_too_much_cash_is_put_to_work():
    rules = Rebalancing(min_trade=0, min_trade_weight=0, cash_max=0.05)
    plan = rebalance(holdings(3_000, A=(70, 100.0)), targets(A=0.7, CASH=0.3), rules)
    assert signed(plan) == {"A": 25}
    assert by_ticker(plan)["A"].reason.startswith("bought to put cash to work")


def test_lots_and_costs_of_the_universe_hold_where_the_rules_are_silent():
    universe = Universe(
        ("A", "B"), ("X", "X"), attributes={"Lot size": (10.0, None), "Cost bps": (7.0, 3.0)}
    )
    held, wanted = holdings(A=(70, 100.0), B=(300, 10.0)), targets(A=0.55, B=0.45)
    plan = by_ticker(rebalance(held, wanted, FREE, universe=universe))
    assert plan["A"].quantity == 20 and plan["A"].cost == 1.40
    given = Rebalancing(min_trade=0, min_trade_weight=0, cost_bps=1, lot_size=1)
    assert by_ticker(rebalance(held, wanted, given, universe=universe))["A"].cost == 0.20


def test_a_locked_asset_is_not_traded():
    universe = Universe(("A", "B"), ("X", "X"), attributes={"Locked": (True, None)})
    plan = rebalance(
        holdings(A=(70, 100.0), B=(30, 100.0)), targets(A=0.6, B=0.4), FREE, universe=universe
    )
    assert signed(plan) == {"A": 0, "B": 0}
    assert by_ticker(plan)["A"].reason == "locked"
    assert "held back by cash" in by_ticker(plan)["B"].reason


@pytest.mark.parametrize(
    ("legacy", "sold"),
    [(LegacyAction.HOLD, 0), (LegacyAction.SELL_DOWN, -30), (LegacyAction.SELL_NOW, -40)],
)
def test_an_excluded_asset_is_sold_as_its_legacy_action_says(legacy, sold):
    # 40 % held of X and 10 % wanted; costs alone make what is not sold a larger share
    rules = Rebalancing(min_trade=0, min_trade_weight=0, cost_bps=10)
    limit = Limit(Rule.EXCLUDE, "X", "", 0.0, legacy=legacy)
    held = holdings(X=(40, 100.0), A=(60, 100.0), B=(0, 100.0))
    wanted = targets(X=0.1, A=0.5, B=0.4)
    universe = Universe(("X", "A", "B"), ("K", "K", "K"))
    plan = rebalance(held, wanted, rules, universe=universe, limits=(limit,))
    assert signed(plan)["X"] == sold and plan.notes == ()


@pytest.mark.parametrize("legacy", LegacyAction)
def test_an_excluded_asset_is_never_bought(legacy):
    limit = Limit(Rule.EXCLUDE, "Region=R", "", 0.0, legacy=legacy)
    universe = Universe(("X", "A"), ("K", "K"), attributes={"Region": ("R", "S")})
    plan = rebalance(
        holdings(5_000, X=(0, 100.0), A=(50, 100.0)),
        targets(X=0.5, A=0.5),
        FREE,
        universe=universe,
        limits=(limit,),
    )
    assert signed(plan).get("X", 0) == 0


def test_turnover_stays_under_its_cap():
    rules = Rebalancing(min_trade=0, min_trade_weight=0, max_turnover=0.05)
    plan = rebalance(holdings(A=(90, 100.0), B=(10, 100.0)), targets(A=0.5, B=0.5), rules)
    assert signed(plan) == {"A": -5, "B": 5}
    assert 0.04 <= plan.turnover <= 0.05 + 1e-9
    limit = Limit(Rule.TURNOVER, "", "<=", 0.02)
    plan = rebalance(
        holdings(A=(90, 100.0), B=(10, 100.0)), targets(A=0.5, B=0.5), FREE, limits=(limit,)
    )
    assert plan.turnover <= 0.02 + 1e-9


def test_reasons_carry_numbers():
    universe = Universe(("SPY", "AGG", "GLD"), ("Equity", "Bonds", "Gold"), upper=(0.22, 1.0, 1.0))
    classes = (ClassRange("Equity", 0, 0.25), ClassRange("Bonds", 0.7, 1), ClassRange("Gold", 0, 1))
    held = holdings(SPY=(2_610, 100.0), AGG=(6_930, 100.0), GLD=(460, 100.0))
    plan = by_ticker(
        rebalance(
            held,
            targets(SPY=0.22, AGG=0.734, GLD=0.0455, CASH=0.0005),
            Rebalancing(),
            universe=universe,
            classes=classes,
        )
    )
    assert plan["SPY"].reason == (
        "over target by 4.1 pp; Equity over its 25% maximum; SPY over its 22% maximum"
    )
    assert plan["AGG"].reason == "under target by 4.1 pp; Bonds under its 70% minimum"
    assert plan["GLD"].reason == "below minimum ticket: 500 < 1,000"


def test_what_is_held_besides_the_targets_is_sold():
    plan = rebalance(holdings(A=(50, 100.0), OLD=(50, 100.0)), targets(A=1.0), FREE)
    assert signed(plan) == {"A": 50, "OLD": -50}
    assert [trade.ticker for trade in plan.trades] == ["A", "OLD"]


def test_accounts_of_one_asset_are_added():
    held = Holdings((Position("A", 30, 100.0), Position("a", 40, 100.0), Position("B", 30, 100.0)))
    assert signed(rebalance(held, targets(A=0.6, B=0.4), FREE)) == {"A": -10, "B": 10}


def test_a_fraction_of_a_share_held_stays_where_lots_are_whole():
    plan = rebalance(holdings(A=(50.6, 100.0), B=(10, 100.0)), targets(B=1.0), FREE)
    assert signed(plan)["A"] == -50


def test_everything_may_be_sold_where_fractions_are_allowed():
    rules = Rebalancing(min_trade=0, min_trade_weight=0, whole_shares=False)
    plan = rebalance(holdings(A=(50.63, 33.333), B=(10, 100.0)), targets(B=1.0), rules)
    assert signed(plan)["A"] == -50.63 and plan.weights_after["A"] == 0


# --- policy ---------------------------------------------------------------------------------------

PAIR = Universe(("A", "B"), ("Risky", "Safe"))


def test_whole_lots_stay_inside_a_limit_that_the_target_sits_on():
    # A's target is its maximum, 33 %: 33.33 lots of 99 would be nearest at 33, not at 34
    classes = (ClassRange("Risky", 0.0, 0.33), ClassRange("Safe", 0.0, 1.0))
    held = holdings(A=(20, 99.0), B=(80.2, 100.0))
    plan = rebalance(held, targets(A=0.33, B=0.67), FREE, universe=PAIR, classes=classes)
    assert breaches(check(plan.weights_after, PAIR, classes)) == []
    assert plan.weights_after["A"] > 0.32


def test_a_broken_rule_is_mended_even_when_the_target_is_not():
    classes = (ClassRange("Risky", 0.0, 0.6), ClassRange("Safe", 0.0, 1.0))
    held = holdings(A=(80, 100.0), B=(20, 100.0))
    plan = rebalance(held, targets(A=0.8, B=0.2), FREE, universe=PAIR, classes=classes)
    assert plan.weights_after["A"] == pytest.approx(0.59, abs=0.0101)
    assert plan.weights_after["A"] <= 0.6 + 1e-9


def test_what_cannot_be_mended_is_said():
    universe = Universe(("A", "B"), ("Risky", "Safe"), attributes={"Locked": (1.0, None)})
    classes = (ClassRange("Risky", 0.0, 0.6), ClassRange("Safe", 0.0, 1.0))
    held = holdings(1_000, A=(70, 100.0), B=(20, 100.0))
    plan = rebalance(held, targets(A=0.6, B=0.4), FREE, universe=universe, classes=classes)
    assert plan.notes == ("still broken: Risky 70.0% > 60% (before: Risky 70.0% > 60%)",)
    assert signed(plan) == {"A": 0, "B": 10}
    assert plan.gap <= 1e-5  # what no plan can mend is not a gap


def test_a_limit_without_its_data_is_said_to_be_unchecked():
    limit = Limit(Rule.CVAR, "", "<=", 0.05)
    plan = rebalance(holdings(A=(1, 10.0)), targets(A=1.0), FREE, limits=(limit,))
    assert plan.notes == ("not checked: cvar ≤ 5%: needs returns of every asset held",)


def test_cash_below_its_buffer_that_no_sale_can_raise_is_said():
    universe = Universe(("A",), ("X",), attributes={"Locked": (1.0,)})
    rules = Rebalancing(cash_min=0.05)
    wanted = targets(A=0.95, CASH=0.05)
    plan = rebalance(holdings(100, A=(99, 100.0)), wanted, rules, universe=universe)
    assert plan.notes == ("cash is 1.00% after the trades, less than the 5% wanted",)


MARKET = Assumptions(
    ("A", "B", "C"),
    np.array([0.08, 0.05, 0.03]),
    np.array([[0.04, 0.012, 0.0], [0.012, 0.0225, 0.001], [0.0, 0.001, 0.0025]]),
)
TRIO = Universe(("A", "B", "C"), ("X", "X", "Y"), attributes={"ESG": (4.0, 6.0, 8.0)})


def risk_of(weights, benchmark=None):
    """Volatility from the definition, cash riskless; against a benchmark, tracking error."""
    active = weights.reindex(["A", "B", "C"]).fillna(0).to_numpy()
    if benchmark is not None:
        active = active - benchmark.reindex(["A", "B", "C"]).fillna(0).to_numpy()
    return float(np.sqrt(active @ MARKET.covariance @ active))


@pytest.mark.parametrize("price", [7.31, 101.7, 433.19, 1_050.5])
def test_volatility_on_its_limit_is_not_tipped_by_whole_lots(price):
    wanted = targets(A=0.5, B=0.3, C=0.2)
    limit = Limit(Rule.VOLATILITY, "", "<=", risk_of(wanted))
    held = holdings(1_000, A=(0, price), B=(0, 55.55), C=(99_000 / 47.0, 47.0))
    plan = rebalance(
        held, wanted, FREE, universe=TRIO, limits=(limit,), assumptions=MARKET, prices=None
    )
    assert plan.method == "MILP"
    assert risk_of(plan.weights_after) <= limit.value + 1e-9
    assert abs(plan.weights_after - wanted.reindex(plan.weights_after.index).fillna(0)).max() < 0.02


def test_tracking_error_on_its_limit_is_not_tipped_by_whole_lots():
    wanted, benchmark = targets(A=0.5, B=0.3, C=0.2), targets(A=0.6, C=0.4)
    limit = Limit(Rule.TRACKING_ERROR, "", "<=", risk_of(wanted, benchmark))
    held = holdings(500, A=(300, 199.5), B=(0, 55.55), C=(900, 44.0))
    plan = rebalance(
        held,
        wanted,
        FREE,
        universe=TRIO,
        limits=(limit,),
        assumptions=MARKET,
        benchmark=benchmark,
    )
    assert plan.method == "MILP" and plan.orders
    assert risk_of(plan.weights_after, benchmark) <= limit.value + 1e-9


def test_average_return_and_each_limits_hold_after_whole_lots():
    limits = (
        Limit(Rule.AVERAGE, "ESG", ">=", 5.4),
        Limit(Rule.RETURN, "", ">=", 0.061),
        Limit(Rule.EACH, "", "<=", 0.5),
    )
    wanted = targets(A=0.5, B=0.3, C=0.2)  # ESG 5.4, return 6.1 %, A 50 %: all on the edge
    held = holdings(0, A=(100, 333.0), B=(400, 71.0), C=(900, 44.0))
    plan = rebalance(held, wanted, FREE, universe=TRIO, limits=limits, assumptions=MARKET)
    found = check(plan.weights_after, TRIO, (), limits, assumptions=MARKET)
    before = check(held.weights, TRIO, (), limits, assumptions=MARKET)
    assert len(breaches(found)) <= len(breaches(before))
    assert plan.weights_after["A"] <= 0.5 + 1e-9


def test_a_broken_volatility_limit_is_mended_to_the_edge_and_not_beyond():
    wanted = targets(A=0.5, B=0.3, C=0.2)
    limit = Limit(Rule.VOLATILITY, "", "<=", risk_of(wanted))
    held = holdings(1_000, A=(700, 101.7), B=(100, 55.55), C=(200, 47.0))
    plan = rebalance(held, wanted, FREE, universe=TRIO, limits=(limit,), assumptions=MARKET)
    assert risk_of(held.weights) > limit.value
    assert plan.notes == () and risk_of(plan.weights_after) <= limit.value + 1e-9


def test_broken_limits_of_a_large_fund_are_mended_beyond_the_tolerance_of_the_solver():
    # costs of 5.6e-5 of the value, lots of 1e-5: 22 % was met to 4e-6 only
    names = ["SPY", "QQQ", "AGG", "TLT", "LQD", "HYG"]
    now, wanted = [0.30, 0.08, 0.271, 0.112, 0.15, 0.059], [0.22, 0.1, 0.281, 0.122, 0.227, 0.05]
    prices = [601.779, 534.104, 115.0917, 115.2039, 122.2022, 88.8738]
    rows = {
        name: (float(round(48_671_845 * w / p)), p)
        for name, w, p in zip(names, now, prices, strict=True)
    }
    universe = Universe(tuple(names), ("X",) * 6, upper=(0.22, 1, 1, 1, 1, 0.05))
    rules = Rebalancing(cost_bps=5, ticket_cost=10, cash_min=0.01)
    plan = rebalance(
        holdings(1_071_681.84, **rows),
        targets(**dict(zip(names, wanted, strict=True))),
        rules,
        universe=universe,
    )
    assert plan.notes == ("targets leave 0% in cash, less than the 1% wanted: all scaled by 0.99",)
    assert breaches(check(plan.weights_after, universe, ())) == []


def test_cash_with_a_score_is_left_out_of_the_average():
    universe = Universe(("A", "CASH"), ("X", "Cash"), attributes={"ESG": (6.0, 0.0)})
    limit = Limit(Rule.AVERAGE, "ESG", ">=", 5.5)
    held = holdings(3_000, A=(70, 100.0))
    plan = rebalance(held, targets(A=0.6, CASH=0.4), FREE, universe=universe, limits=(limit,))
    assert signed(plan) == {"A": -10}


def test_of_two_plans_as_near_the_one_with_fewer_orders_is_taken():
    # Risky must fall by 10 %; by selling A, B or both it is as far from the targets
    universe = Universe(("A", "B", "C"), ("Risky", "Risky", "Safe"))
    classes = (ClassRange("Risky", 0.0, 0.7), ClassRange("Safe", 0.0, 1.0))
    held = holdings(A=(40, 100.0), B=(40, 100.0), C=(20, 100.0))
    wanted = targets(A=0.4, B=0.4, C=0.2)
    plan = rebalance(held, wanted, FREE, universe=universe, classes=classes)
    assert len(plan.orders) == 1 and plan.notes == ()
    assert plan.weights_after["A"] + plan.weights_after["B"] == pytest.approx(0.7)


# --- cash that the targets do not leave -----------------------------------------------------------


def test_cash_the_targets_do_not_leave_is_taken_from_all_of_them_in_proportion():
    # 4 % of 100,000: 50, 30 and 20 % become 48, 28.8 and 19.2 %
    rules = Rebalancing(min_trade=0, min_trade_weight=0, cash_min=0.04)
    held = holdings(A=(500, 100.0), B=(300, 100.0), C=(200, 100.0))
    plan = rebalance(held, targets(A=0.5, B=0.3, C=0.2), rules)
    assert signed(plan) == {"A": -20, "B": -12, "C": -8}
    assert plan.cash_after == 4_000 and plan.gap == pytest.approx(0, abs=1e-12)
    assert plan.notes == ("targets leave 0% in cash, less than the 4% wanted: all scaled by 0.96",)
    assert by_ticker(plan)["A"].target == 0.5 and plan.cash_target == 0


def test_cash_the_targets_leave_beyond_the_largest_is_given_to_all_in_proportion():
    # 10 % allowed of 100,000, 40 % left: 36 and 24 % become 54 and 36 %
    rules = Rebalancing(min_trade=0, min_trade_weight=0, cash_max=0.1)
    held = holdings(100_000, A=(0, 100.0), B=(0, 100.0))
    plan = rebalance(held, targets(A=0.36, B=0.24, CASH=0.4), rules)
    assert signed(plan) == {"A": 540, "B": 360} and plan.cash_after == 10_000
    assert plan.notes == (
        "targets leave 40% in cash, more than the 10% allowed: all scaled by 1.5",
    )


def test_costs_that_cash_cannot_bear_are_taken_in_proportion():
    # 1 % on 40 % sold and 40 % bought: weights of what is left meet the targets all the same
    rules = Rebalancing(min_trade=0, min_trade_weight=0, whole_shares=False, cost_bps=100)
    plan = rebalance(holdings(A=(900, 100.0), B=(100, 100.0)), targets(A=0.5, B=0.5), rules)
    assert plan.costs == pytest.approx(800, abs=10)
    assert plan.weights_after["A"] == pytest.approx(0.5, abs=1e-4)
    assert plan.cash_after == pytest.approx(0, abs=10) and plan.notes == ()


def test_targets_that_are_all_cash_stay_so():
    rules = Rebalancing(min_trade=0, min_trade_weight=0, cash_max=0.5)
    plan = rebalance(holdings(A=(10, 100.0)), targets(CASH=1.0), rules)
    assert plan.cash_weight_after == 0.5 and plan.notes == ()


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "wanted", "rules", "message"),
    [
        (holdings(A=(1, 10.0)), targets(A=0.9), FREE, "targets: must add up to 100%, found 90"),
        (holdings(A=(1, 10.0)), targets(A=0.9, B=0.1), FREE, "B: need a price above zero"),
        (
            holdings(A=(1, 10.0)),
            targets(A=1.0),
            Rebalancing(cash_flow=-10),
            "after the flow must be above zero, found 0.00",
        ),
        (
            Holdings((Position("A", 1, 10.0), Position("A", 1, 11.0))),
            targets(A=1.0),
            FREE,
            "holdings, A: need one price, found 10 and 11",
        ),
    ],
)
def test_what_cannot_be_traded_is_said(held, wanted, rules, message):
    with pytest.raises(InputError, match=message):
        rebalance(held, wanted, rules)


def test_a_target_outside_the_universe_is_refused():
    with pytest.raises(InputError, match=r"targets, AB: not in the universe"):
        rebalance(holdings(A=(1, 10.0), AB=(1, 10.0)), targets(A=0.5, AB=0.5), FREE, universe=PAIR)


# --- invariants on random portfolios --------------------------------------------------------------


def random_case(seed):
    """Holdings, targets and a policy, some of it broken, some out of reach."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 12))
    names = [f"T{i:02d}" for i in rng.permutation(n)]
    prices = np.round(np.exp(rng.normal(4.0, 1.2, n)), 2) + 0.5
    value = float(10 ** rng.uniform(4.3, 7))
    quantities = np.floor(rng.dirichlet(np.ones(n)) * value * rng.integers(0, 2, n) / prices)
    rows = [
        Position(name, float(q), float(p))
        for name, q, p in zip(names, quantities, prices, strict=True)
        if q > 0
    ]
    cash = round(value * float(rng.choice([0.0, 0.01, 0.2])) + 50, 2)
    held = Holdings((*rows, Position("CASH", cash, 1.0)))
    wanted = pd.Series(rng.dirichlet(np.ones(n + 1) * 2), index=[*names, "CASH"])
    classes = tuple(str(c) for c in rng.choice(["X", "Y", "Cash"], n))
    universe = Universe(tuple(names), classes, upper=tuple(rng.choice([0.25, 0.5, 1.0], n)))
    ranges = (
        ClassRange("X", float(rng.choice([0.0, 0.2])), float(rng.choice([0.5, 0.7, 1.0]))),
        ClassRange("Y", 0.0, float(rng.choice([0.4, 0.8, 1.0]))),
        ClassRange("Cash", 0.0, float(rng.choice([0.3, 1.0]))),
    )
    factor = rng.normal(0, 0.1, (n, 3))
    market = Assumptions(
        tuple(names), rng.normal(0.05, 0.02, n), factor @ factor.T + 0.005 * np.eye(n)
    )
    limits = (
        Limit(Rule.VOLATILITY, "", "<=", float(rng.choice([0.05, 0.1, 0.15]))),
        Limit(Rule.EACH, "", "<=", float(rng.choice([0.35, 0.6]))),
    )
    flow = round(held.value * float(rng.choice([0.0, 0.0, 0.1, -0.1])), 2)
    rules = Rebalancing(
        min_trade=float(rng.choice([0, 500, 1_000])),
        min_trade_weight=float(rng.choice([0, 0.001])),
        cost_bps=float(rng.choice([0, 5, 20])),
        ticket_cost=float(rng.choice([0, 9.99])),
        cash_min=float(rng.choice([0, 0.02])),
        cash_max=float(rng.choice([0.1, 1.0])),
        cash_flow=flow,
        lot_size=float(rng.choice([1, 1, 10])),
        whole_shares=bool(rng.random() < 0.8),
        max_turnover=rng.choice([None, None, 0.1]),
    )
    data = {
        "prices": pd.Series(prices, index=names),
        "universe": universe,
        "classes": ranges,
        "limits": limits[: int(rng.integers(0, 3))],
        "assumptions": market,
    }
    return held, wanted, rules, data


def verify(seed):
    held, wanted, rules, data = random_case(seed)
    plan = rebalance(held, wanted, rules, **data)
    owned = {position.ticker: position.quantity for position in held.positions}
    value = held.value + rules.cash_flow

    # cash, in cents
    cash = cents(held.cash) + cents(rules.cash_flow)
    for trade in plan.trades:
        notional = cents(Decimal(repr(trade.quantity)) * Decimal(repr(trade.price)))
        fee = cents(
            notional * Decimal(repr(rules.cost_bps)) / 10_000
            + (Decimal(repr(rules.ticket_cost)) if notional else 0)
        )
        assert cents(trade.notional) == notional and cents(trade.cost) == fee
        cash += {"BUY": -notional, "SELL": notional, "HOLD": 0}[trade.side] - fee
    assert cents(plan.cash_after) == cash
    assert plan.cash_after >= min(0, round(held.cash + rules.cash_flow, 2))

    least = max(rules.min_trade, rules.min_trade_weight * value)
    for trade in plan.trades:
        if rules.whole_shares:
            assert trade.quantity % rules.lot_size == 0
        if trade.side != "HOLD":
            assert trade.notional >= least - 0.01
        if trade.side == "SELL":
            assert trade.quantity <= owned[trade.ticker]

    # policy: no new breach, none larger than costs make it
    market = {"assumptions": data["assumptions"]}
    policy = (data["universe"], data["classes"], data["limits"])
    before = held.market_values.add(pd.Series({"CASH": rules.cash_flow}), fill_value=0) / value
    was = {c.rule: -c.headroom for c in breaches(check(before, *policy, **market))}
    for each in breaches(check(plan.weights_after, *policy, **market)):
        assert -each.headroom <= was[each.rule] + 1e-6 + plan.costs / value, each.words
    if rules.max_turnover is not None:
        assert plan.turnover <= rules.max_turnover + 1e-9
    assert plan.weights_after.sum() == pytest.approx(1, abs=1e-12)
    return plan


@pytest.mark.parametrize("block", range(10))
def test_random_portfolios_reconcile_and_obey(block):
    for seed in range(12 * block, 12 * block + 12):
        assert verify(seed).method == "MILP"


def test_cash_that_no_order_can_use_is_not_burnt_in_costs():
    """A mixture of buying and selling one asset pays more in costs than any order of it."""
    assert verify(8_275).method == "MILP"


def test_where_roundings_break_rules_the_search_begins_with_orders_one_by_one():
    plan = verify(3_161)
    assert plan.method == "MILP" and plan.orders


def test_a_program_that_is_not_solved_does_not_tighten_the_bound(monkeypatch):
    solver, calls = scipy.optimize.milp, []

    def at_a_loss(*given, **named):
        calls.append(1)
        result = solver(*given, **named)
        result.status = 4 if len(calls) > 1 and len(calls) % 6 < 2 else result.status
        return result

    held, wanted, rules, data = random_case(7)
    best = rebalance(held, wanted, rules, **data)
    monkeypatch.setattr(scipy.optimize, "milp", at_a_loss)
    plan = rebalance(held, wanted, rules, **data)
    assert plan.gap > best.gap and plan.notes == best.notes


@pytest.mark.soak
@pytest.mark.parametrize("block", range(100))
def test_ten_thousand_portfolios_reconcile_and_obey(block):
    for seed in range(1_000 + 100 * block, 1_100 + 100 * block):
        verify(seed)


@pytest.mark.parametrize("seed", range(12))
def test_ticker_order_never_matters(seed):
    held, wanted, rules, data = random_case(seed)
    straight = rebalance(held, wanted, rules, **data)
    turned = rebalance(Holdings(held.positions[::-1]), wanted[::-1], rules, **data)
    assert signed(straight) == signed(turned)
    assert straight.cash_after == turned.cash_after


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("seconds", [3.0, 1_000.0])
def test_neither_a_second_run_nor_the_time_allowed_changes_a_plan(seed, seconds):
    held, wanted, rules, data = random_case(seed + 40)
    first = rebalance(held, wanted, rules, **data)
    again = rebalance(held, wanted, replace(rules, time_limit=seconds), **data)
    assert again == first


def test_the_integer_solver_that_can_write_to_the_screen_is_not_called(monkeypatch):
    solver, called = scipy.optimize.milp, []

    def watched(*given, **named):
        called.append("integrality" in named or len(given) > 1)
        return solver(*given, **named)

    monkeypatch.setattr(scipy.optimize, "milp", watched)
    held, wanted, rules, data = random_case(7)
    rebalance(held, wanted, rules, **data)
    assert len(called) > 10 and not any(called)


def test_a_search_that_runs_out_of_time_says_so():
    held, wanted, rules, data = random_case(7)
    plan = rebalance(held, wanted, replace(rules, time_limit=0.0), **data)
    assert plan.notes[0] == (
        "the search ended at its time limit: a faster machine may find nearer orders"
    )
    best = rebalance(held, wanted, rules, **data)
    assert plan.gap >= best.gap and plan.notes[1:] == best.notes


@pytest.mark.parametrize("seed", range(20))
def test_no_other_whole_lots_are_nearer(seed):
    """Every combination of lots of three small assets, tried one by one."""
    rng = np.random.default_rng(seed)
    prices, held = rng.integers(700, 2_500, 3) / 1.0, rng.integers(0, 4, 3)
    wanted, cash = rng.dirichlet(np.ones(3)), float(rng.integers(1_000, 6_000))
    value = float(prices @ held) + cash
    best = np.inf
    for after in itertools.product(range(12), repeat=3):
        left = value - float(prices @ after)
        if left >= 1e-6 * value:
            best = min(best, np.abs(prices * after / value - wanted).sum() + left / value)
    rows = {f"T{i}": (float(held[i]), float(prices[i])) for i in range(3)}
    plan = rebalance(holdings(cash, **rows), pd.Series(wanted, index=list(rows)), FREE)
    after = plan.weights_after
    found = np.abs(after[list(rows)].to_numpy() - wanted).sum() + after["CASH"]
    assert found == pytest.approx(best, abs=1e-5)


@pytest.mark.parametrize("seconds", [0.0, 5.0])
@pytest.mark.parametrize("seed", range(20))
def test_the_gap_told_is_never_less_than_what_another_plan_gains(seed, seconds):
    """The nearest of all whole-lot portfolios of three small assets, found one by one."""
    rng = np.random.default_rng(1_000 + seed)
    prices, held = rng.integers(700, 2_500, 3) / 1.0, rng.integers(0, 4, 3)
    wanted, cash = rng.dirichlet(np.ones(4)), float(rng.integers(1_000, 6_000))
    value = float(prices @ held) + cash

    def distance(after):
        left = cash - float(prices @ (after - held)) - fees(after)
        gap = np.abs(prices * after / value - wanted[:3]).sum() + abs(left / value - wanted[3])
        return gap + fees(after) / value if left >= 0 else np.inf

    def fees(after):
        return 10.0 * np.count_nonzero(after - held)

    best = min(distance(np.array(after)) for after in itertools.product(range(10), repeat=3))
    rows = {f"T{i}": (float(held[i]), float(prices[i])) for i in range(3)}
    rules = Rebalancing(min_trade=0, min_trade_weight=0, ticket_cost=10, time_limit=seconds)
    plan = rebalance(holdings(cash, **rows), pd.Series(wanted, index=[*rows, "CASH"]), rules)
    signs = signed(plan)
    found = distance(held + np.array([signs[name] for name in rows]))
    assert found - best <= plan.gap + 1e-5


# --- many assets ----------------------------------------------------------------------------------


def test_five_hundred_assets_are_rounded_near_their_bound():
    rng = np.random.default_rng(0)
    n, value = 500, 5e6
    names = [f"N{i:03d}" for i in range(n)]
    prices = np.round(np.exp(rng.normal(4, 0.9, n)), 2) + 1
    shares = np.floor(rng.dirichlet(np.ones(n)) * value / prices)
    rows = {name: (q, p) for name, q, p in zip(names, shares, prices, strict=True)}
    held = holdings(50_000.0, **rows)
    wanted = pd.Series(rng.dirichlet(np.ones(n) * 3), index=names)
    universe = Universe(tuple(names), tuple(rng.choice(["X", "Y"], n)), upper=(0.01,) * n)
    classes = (ClassRange("X", 0.3, 0.5), ClassRange("Y", 0.3, 1.0))
    rules = Rebalancing(cost_bps=5, ticket_cost=2, cash_min=0.01, min_trade=500)
    plan = rebalance(held, wanted, rules, universe=universe, classes=classes)
    assert plan.method == "MILP" and 1e-6 < plan.gap < 1e-3  # not proven to be the best
    assert breaches(check(plan.weights_after, universe, classes)) == []
    # a target out of reach by less than half a ticket or half a lot, and the classes' ranges
    assert all(trade.notional >= 500 for trade in plan.orders)
    assert sum("time limit" in note for note in plan.notes) == 0


# --- without a solver -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(60))
def test_without_a_solver_the_greedy_orders_obey_too(seed, monkeypatch):
    monkeypatch.setattr(trade_search, "solve", lambda problem, time_limit: None)
    assert verify(seed).method == "greedy"


def test_greedy_orders_come_near_the_targets(monkeypatch):
    monkeypatch.setattr(trade_search, "solve", lambda problem, time_limit: None)
    plan = rebalance(holdings(A=(700, 10.0), B=(100, 30.0)), targets(A=0.6, B=0.4), FREE)
    assert signed(plan) == {"A": -100, "B": 33}
    assert plan.notes == ("orders placed one by one, largest gap first: the search found no plan",)
    assert plan.gap == pytest.approx(0.002)


def test_greedy_orders_keep_to_the_turnover(monkeypatch):
    monkeypatch.setattr(trade_search, "solve", lambda problem, time_limit: None)
    rules = Rebalancing(min_trade=0, min_trade_weight=0, max_turnover=0.05)
    plan = rebalance(holdings(A=(90, 100.0), B=(10, 100.0)), targets(A=0.5, B=0.5), rules)
    assert signed(plan) == {"A": -5, "B": 5}


def test_greedy_orders_raise_the_cash_buffer(monkeypatch):
    monkeypatch.setattr(trade_search, "solve", lambda problem, time_limit: None)
    rules = Rebalancing(min_trade=0, min_trade_weight=0, cash_min=0.05)
    plan = rebalance(holdings(A=(60, 100.0), B=(40, 100.0)), targets(A=0.6, B=0.4), rules)
    assert plan.cash_after == 500
