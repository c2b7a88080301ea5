"""Orders, their cost, and the cash they leave."""

from addin.domain.table import Row
from addin.domain.trade import Side, Trade
from addin.report.masthead import masthead
from addin.report.schema import CASH_LEDGER, ORDERS, TRADE_BARS, TRADES, filled, title_name
from addin.report.section import Section
from addin.report.study import Study
from addin.report.words import money, percent, plural, round_money, short_percent

SIDES = {Side.BUY: "Buy", Side.SELL: "Sell", Side.HOLD: "Hold"}


def orders(study: Study) -> list[Trade]:
    """What is really bought or sold, largest first."""
    trades = [t for t in study.trades.trades if t.side is not Side.HOLD and t.notional > 0]
    return sorted(trades, key=lambda trade: -trade.notional)


def total(trades: list[Trade], side: Side) -> float:
    """Money bought or sold, account currency, to the cent."""
    return round(sum(trade.notional for trade in trades if trade.side is side), 2)


def order_rows(study: Study) -> list[Row]:
    """One row per order, largest first, then what is left as it is."""
    placed = orders(study)
    held = [trade for trade in study.trades.trades if trade not in placed]
    return [
        (
            trade.ticker,
            SIDES[trade.side],
            trade.quantity,
            trade.price,
            trade.notional,
            trade.cost,
            trade.weight_before,
            trade.weight_after,
            trade.target,
            trade.reason,
        )
        for trade in (*placed, *held)
    ]


def bar_rows(study: Study) -> list[Row]:
    """Buys to the right and sells to the left, in the order of the table."""
    return [
        (
            trade.ticker,
            trade.notional if trade.side is Side.BUY else None,
            -trade.notional if trade.side is Side.SELL else None,
        )
        for trade in orders(study)
    ]


def ledger_rows(study: Study) -> list[Row]:
    """Opening cash to closing cash, as the rule adds it up."""
    plan, placed = study.trades, orders(study)
    flow = study.case.policy.rebalancing.cash_flow
    buffer = study.case.policy.rebalancing.cash_min
    return [
        ("Opening cash", plan.cash_before),
        ("+ net flow", flow),
        ("+ sells", total(placed, Side.SELL)),
        ("− buys", -total(placed, Side.BUY)),
        ("− costs", -plan.costs),
        ("= closing cash", plan.cash_after),
        (f"Buffer, {short_percent(buffer)} of value", buffer * (study.value + flow)),
    ]


def cash_line(study: Study) -> str:
    """Cash before and after, the buffer, and how good the orders are."""
    plan, buffer = study.trades, study.case.policy.rebalancing.cash_min
    share = plan.cash_after / study.value
    gap = f", gap to the proven optimum {percent(plan.gap, 2)}" if plan.gap is not None else ""
    return (
        f"Cash {money(plan.cash_before)} → {money(plan.cash_after)} ({percent(share)} of value, "
        f"buffer {short_percent(buffer)}). Turnover {percent(plan.turnover)} one way, "
        f"{percent(2 * plan.turnover)} two way; costs {money(plan.costs)}. "
        f"Solved by {plan.method}{gap}."
    )


def trades_title(study: Study) -> str:
    """``12 trades: sells 4.10 m, buys 4.05 m, turnover 8.4%``."""
    placed = orders(study)
    if not placed:
        return "Nothing is traded"
    sells, buys = total(placed, Side.SELL), total(placed, Side.BUY)
    return (
        f"{plural(len(placed), 'trade')}: sells {round_money(sells)}, buys {round_money(buys)}, "
        f"turnover {percent(study.trades.turnover)}"
    )


def verdict(study: Study) -> str:
    """What the sheet says in one sentence, with what the plan could not do."""
    notes = " ".join(study.trades.notes)
    return f"{trades_title(study)}. {notes}".strip()


def trades(study: Study) -> Section:
    """Orders with cost and reason, buys and sells, and the cash ledger."""
    return Section(
        TRADES,
        (
            filled(ORDERS, order_rows(study)),
            filled(TRADE_BARS, bar_rows(study)),
            filled(CASH_LEDGER, ledger_rows(study)),
        ),
        {
            **masthead(study, TRADES, verdict(study)),
            title_name(TRADES, "Trades"): trades_title(study),
        },
    )
