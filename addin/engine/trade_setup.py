"""From holdings, targets and policy to a trade problem in fractions of the value."""

from collections.abc import Sequence

import numpy as np

from addin.domain.holdings import CASH, Holdings
from addin.domain.labels import label_key
from addin.domain.policy import Limit, Rebalancing, Rule
from addin.domain.universe import Universe
from addin.domain.weights import EDGE
from addin.engine.trade_assets import Asset
from addin.engine.trade_policy import TradePolicy
from addin.engine.trade_problem import TradeProblem, TradeRule
from addin.errors import InputError


def universe_of(table: Sequence[Asset], holdings: Holdings) -> Universe:
    """The assets themselves as a universe, each in the class its position states."""
    stated = {label_key(p.ticker): p.asset_class or "" for p in holdings.positions}
    tickers = tuple(asset.ticker for asset in table) or (CASH,)
    return Universe(tickers, tuple(stated.get(label_key(ticker), "") for ticker in tickers))


def trade_problem(
    table: Sequence[Asset],
    cash: float,
    cash_target: float,
    rebalancing: Rebalancing,
    policy: TradePolicy,
) -> TradeProblem:
    """What may be done with these assets; targets that leave too little cash are scaled.

    Args:
        table: Assets in the order of ``policy.tickers``.
        cash: Money after the external flow.
        cash_target: Weight of cash wanted.
        rebalancing: Rules for trading.
        policy: Rules for the portfolio.

    Raises:
        InputError: If the flow withdraws everything.
    """
    values = np.array([asset.market_value for asset in table])
    value = float(values.sum()) + cash
    if not value > 0:
        raise InputError(f"trades: the value after the flow must be above zero, found {value:,.2f}")
    whole = rebalancing.whole_shares
    lot = np.array([a.price * a.lot_size / value if whole else 1.0 for a in table])
    least = np.full(len(table), smallest_ticket(rebalancing, value) / value) / lot
    least = np.maximum(np.ceil(least - EDGE), 1.0) if whole else least
    free = np.array([not asset.locked for asset in table], dtype=float)
    may_sell, may_buy = policy.tradable()
    sold, bought = np.maximum(values / value, 0.0) / lot * free * may_sell, free * may_buy / lot
    if whole:
        sold, bought = np.floor(sold + EDGE), np.floor(bought)
    cost = np.array([asset.cost_bps / 10_000 for asset in table])
    ticket = np.array([asset.ticket_cost / value for asset in table])
    wanted = np.array([asset.target for asset in table])
    moved = np.abs(wanted - values / value) * free
    fees = float(cost @ moved + ticket @ (moved >= np.maximum(least * lot, EDGE)))
    scale, cash_target = affordable(cash_target, fees, rebalancing)
    return TradeProblem(
        policy.tickers,
        value,
        values / value,
        cash / value,
        wanted * scale,
        cash_target,
        lot,
        least,
        np.where(sold >= least, sold, 0.0),
        np.where(bought >= least, bought, 0.0),
        whole,
        cost,
        ticket,
        _turnover_cap(rebalancing, policy.limits),
        (*policy.linear_rules(), *_cash_rules(rebalancing, len(table))),
    )


def affordable(cash_target: float, fees: float, rebalancing: Rebalancing) -> tuple[float, float]:
    """Factor of all targets but that of cash, and the cash wanted, so that cash keeps its buffer.

    Cash that targets do not leave, costs counted, is taken from them in proportion, and cash
    beyond the largest allowed is given to them so.

    Args:
        cash_target: Decimal.
        fees: Of moving to the targets, a fraction of the value.
        rebalancing: Smallest and largest weight of cash, of the value after costs.
    """
    kept, rest = 1 - fees, 1 - cash_target
    if cash_target - fees < rebalancing.cash_min * kept:
        cash = rebalancing.cash_min
    elif cash_target > rebalancing.cash_max:
        cash = rebalancing.cash_max
    else:
        return 1.0, cash_target
    return ((1 - cash) * kept / rest, cash * kept) if rest > EDGE else (1.0, cash_target)


def smallest_ticket(rebalancing: Rebalancing, value: float) -> float:
    """The least an order may be worth, account currency."""
    return max(rebalancing.min_trade, rebalancing.min_trade_weight * value)


def _turnover_cap(rebalancing: Rebalancing, limits: Sequence[Limit]) -> float | None:
    caps = [limit.value for limit in limits if limit.hard and limit.rule is Rule.TURNOVER]
    given = [] if rebalancing.max_turnover is None else [rebalancing.max_turnover]
    return min([*caps, *given], default=None)


def _cash_rules(rebalancing: Rebalancing, n: int) -> list[TradeRule]:
    unit = np.append(np.zeros(n), 1.0)
    least, most = rebalancing.cash_min, rebalancing.cash_max
    rules = [TradeRule(f"cash ≥ {least:.4g}", -unit, -least)]
    if most < 1:
        rules.append(TradeRule(f"cash ≤ {most:.4g}", unit, most))
    return rules
