"""Orders, their cost, and the cash they leave."""

from addin.domain.holdings import CASH
from addin.domain.table import Row
from addin.domain.trade import Side, Trade
from addin.engine.trades import TradePlan
from addin.report.masthead import masthead
from addin.report.schema import CASH_LEDGER, ORDERS, TRADE_BARS, TRADES, filled, title_name
from addin.report.section import Section
from addin.report.study import Study
from addin.report.words import money, percent, plural, round_money, sentence, short_percent

SIDES = {Side.BUY: "Buy", Side.SELL: "Sell", Side.HOLD: "Hold"}


def orders(study: Study) -> list[Trade]:
    """What is really bought or sold, largest first."""
    return sorted(study.trades.orders, key=lambda trade: -trade.notional)


def _cash_row(plan: TradePlan) -> Row:
    change = round(plan.cash_after - plan.cash_before, 2)
    weights = (plan.cash_weight_before, plan.cash_weight_after, plan.cash_target)
    return (CASH, "", None, None, change, None, *weights, "what the orders leave")


def order_rows(study: Study) -> list[Row]:
    """One row per order, largest first, then what is left as it is, then the change of cash."""
    held = [trade for trade in study.trades.trades if trade.side is Side.HOLD]
    rows: list[Row] = [
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
        for trade in (*orders(study), *held)
    ]
    return [*rows, _cash_row(study.trades)]


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
    plan, buffer = study.trades, study.case.policy.rebalancing.cash_min
    return [
        ("Opening cash", plan.cash_before),
        ("+ net flow", plan.cash_flow),
        ("+ sells", plan.notional(Side.SELL)),
        ("− buys", -plan.notional(Side.BUY)),
        ("− costs", -plan.costs),
        ("= closing cash", plan.cash_after),
        (f"Buffer, {short_percent(buffer)} of value", buffer * (study.value + plan.cash_flow)),
    ]


def cash_line(study: Study) -> str:
    """Cash before and after, the buffer, and how good the orders are."""
    plan, buffer = study.trades, study.case.policy.rebalancing.cash_min
    share = percent(plan.cash_weight_after)
    return (
        f"Cash {money(plan.cash_before)} → {money(plan.cash_after)} ({share} of value, "
        f"buffer {short_percent(buffer)}). Turnover {percent(plan.turnover)} one way, "
        f"{percent(2 * plan.turnover)} two way; costs {money(plan.costs)}. "
        f"Solved by {plan.method}, gap to the proven optimum {percent(plan.gap, 2)}."
    )


def trades_title(study: Study) -> str:
    """``12 trades: sells 4.10 m, buys 4.05 m, turnover 8.4%``."""
    plan = study.trades
    if not plan.orders:
        return "Nothing is traded"
    sells, buys = (round_money(plan.notional(side)) for side in (Side.SELL, Side.BUY))
    return (
        f"{plural(len(plan.orders), 'trade')}: sells {sells}, buys {buys}, "
        f"turnover {percent(plan.turnover)}"
    )


def verdict(study: Study) -> str:
    """What the sheet says in one sentence, with what the plan could not do."""
    return sentence([trades_title(study), *study.trades.notes])


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
