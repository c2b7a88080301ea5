"""Trades, recounted from the orders in integer cents."""

from math import fsum

from addin.domain.trade import Side
from addin.report import recount
from addin.report.reconciliation import CENT, ROUNDING, Reconciliation, number
from addin.report.study import Study
from addin.report.trades import bar_rows, ledger_rows, order_rows


def weights_after(study: Study) -> Reconciliation:
    """Weights after the trades."""
    return Reconciliation(
        "Weights after the trades add up to 100 %",
        fsum(number(row[7]) for row in order_rows(study)),
        1.0,
        ROUNDING,
        "column Weight after of Trades, cash included",
    )


def value_after(study: Study) -> Reconciliation:
    """Value after the trades."""
    plan = study.trades
    return Reconciliation(
        "Value after the trades",
        study.value + plan.cash_flow - plan.costs,
        recount.value_after(study.holdings.positions, plan.trades, plan.cash_after),
        1e-6,
        "securities before + bought − sold + closing cash, against value + flow − costs",
    )


def notionals(study: Study) -> Reconciliation:
    """Notionals of the orders."""
    return Reconciliation(
        "Notional is quantity × price",
        recount.notional_gap(study.trades.trades),
        0.0,
        CENT,
        "largest gap over all orders, to the cent",
    )


def closing_cash(study: Study) -> Reconciliation:
    """Closing cash of the plan."""
    plan = study.trades
    return Reconciliation(
        "Closing cash",
        plan.cash_after,
        recount.closing_cash(plan.cash_before, plan.cash_flow, plan.trades),
        CENT,
        "opening + flow + sells − buys − costs over the orders, in integer cents",
    )


def ledger(study: Study) -> Reconciliation:
    """The cash ledger on the sheet Trades."""
    amounts = [recount.cents(number(row[1])) for row in ledger_rows(study)]
    return Reconciliation(
        "Cash ledger adds up",
        amounts[5] / 100,
        sum(amounts[:5]) / 100,
        CENT,
        "lines of the ledger on Trades, in integer cents",
    )


def bars(study: Study) -> Reconciliation:
    """The chart of buys and sells."""
    drawn = fsum(number(row[1]) - number(row[2]) for row in bar_rows(study))
    return Reconciliation(
        "Chart of buys and sells against the orders",
        drawn,
        sum(recount.cents(t.notional) for t in study.trades.trades if t.side is not Side.HOLD)
        / 100,
        0.005,
        "bars re-added against the notionals in integer cents",
    )
