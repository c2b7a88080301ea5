from decimal import Decimal

import pytest

from addin.engine.trade_assets import Asset
from addin.engine.trade_ledger import Ledger, cents, missing_cash, money_ticket, whole_ticket


def asset(ticker="A", price=33.335, quantity=10.0, cost_bps=5.0, ticket_cost=1.0):
    return Asset(ticker, price, quantity, 0.5, 1.0, cost_bps, ticket_cost, False)


@pytest.mark.parametrize(
    ("amount", "rounded"), [(0.005, "0.01"), (0.015, "0.02"), (1.005, "1.01"), (2.675, "2.68")]
)
def test_half_a_cent_is_rounded_up_as_written_and_not_as_binary(amount, rounded):
    assert cents(amount) == Decimal(rounded)


def test_a_whole_lot_order_by_hand():
    # 3 × 33.335 = 100.005; 0.05 % of 100.01 and 1.00
    bought = whole_ticket(asset(), 3)
    assert (bought.notional, bought.fee) == (Decimal("100.01"), Decimal("1.05"))
    assert bought.cash == Decimal("-101.06")
    assert whole_ticket(asset(), -3).cash == Decimal("98.96")


def test_a_sale_of_all_but_a_cent_is_a_sale_of_all():
    sold = money_ticket(asset(), Decimal("-333.34"))  # 333.35 held
    assert (sold.quantity, sold.notional) == (-10.0, Decimal("333.35"))


def test_a_ledger_adds_up_by_hand():
    tickets = (whole_ticket(asset(), -3), whole_ticket(asset("B", 10.0), 4))
    ledger = Ledger(Decimal("10.00"), Decimal("-5.00"), tickets)
    # 10 − 5 + 100.01 − 1.05 − 40 − 1.02
    assert ledger.closing == Decimal("62.94") and ledger.fees == Decimal("2.07")


def test_missing_cents_come_out_of_the_largest_purchase():
    free = {"cost_bps": 0.0, "ticket_cost": 0.0}
    small = money_ticket(asset("A", 7.0, **free), Decimal("40.00"))
    large = money_ticket(asset("B", 3.0, **free), Decimal("60.01"))
    ledger = Ledger(Decimal("100.00"), Decimal("0.00"), (small, large))
    missing = missing_cash(ledger, 0.0, Decimal("100"))
    assert missing == Decimal("0.01")
    assert ledger.shorter(missing).closing == 0
    assert [ticket.notional for ticket in ledger.shorter(missing).tickets] == [40, 60]


def test_a_fraction_of_a_cent_missing_takes_a_whole_one():
    bought = money_ticket(asset(cost_bps=0.0, ticket_cost=0.0), Decimal("100.00"))
    ledger = Ledger(Decimal("100.00"), Decimal("0.00"), (bought,))
    missing = missing_cash(ledger, 0.00001, Decimal("100"))
    assert missing == Decimal("0.001")
    assert ledger.shorter(missing).closing == Decimal("0.01")
