"""Orders that take a portfolio to its targets, exact to the cent and inside the policy."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.holdings import Holdings
from addin.domain.labels import label_key
from addin.domain.policy import ClassRange, Limit, Rebalancing
from addin.domain.universe import Universe
from addin.domain.weights import Vector, require_sum_of_one
from addin.engine.selection import is_cash
from addin.engine.trade_assets import Asset, assets
from addin.engine.trade_ledger import (
    Ledger,
    cents,
    missing_cash,
    money_ticket,
    whole_ticket,
)
from addin.engine.trade_plan import Outcome, TradePlan
from addin.engine.trade_policy import TradePolicy
from addin.engine.trade_problem import TradeProblem
from addin.engine.trade_search import Search
from addin.engine.trade_setup import trade_problem, universe_of

__all__ = ["TradePlan", "rebalance"]


def rebalance(  # noqa: PLR0913 (what a policy needs to be checked)
    holdings: Holdings,
    targets: pd.Series,
    rebalancing: Rebalancing,
    *,
    prices: pd.Series | None = None,
    universe: Universe | None = None,
    classes: Sequence[ClassRange] = (),
    limits: Sequence[Limit] = (),
    assumptions: Assumptions | None = None,
    benchmark: pd.Series | None = None,
) -> TradePlan:
    """Orders that bring a portfolio nearest to its targets.

    Targets apply to the value after the external flow. Orders are whole lots (unless fractions
    are allowed) of at least the minimum ticket, never sell more than is held, and leave cash
    within its buffer after costs; what whole lots leave over is cash. Targets that leave less cash
    than ``cash_min`` or more than ``cash_max`` are scaled, all by one factor, to leave just that;
    costs that cash cannot bear are taken in proportion too. No hard rule is broken that
    was not, or further than it was; what is broken is mended first. The result does not depend
    on the order of the tables. ``rebalancing``'s lot size and costs, left at their defaults, are
    those of the universe's columns ``Lot size``, ``Cost bps`` and ``Ticket cost``; an asset whose
    column ``Locked`` is set is not traded.

    Args:
        holdings: With ``CASH`` as a position, if any.
        targets: Decimals by ticker, ``CASH`` among them or zero; add up to one.
        rebalancing: Minimum tickets, costs, cash buffer and flow, lots, turnover, time limit.
        prices: By ticker, of assets that are not held.
        universe: Assets and their classes; None takes the classes of the holdings.
        classes: Ranges by class.
        limits: Further rules; those of cvar are not checked here.
        assumptions: Annual, for limits of return, volatility, tracking error and beta.
        benchmark: Decimals by ticker, for tracking error and beta.

    Raises:
        InputError: If targets do not add up to 100 %, an asset has no price, one asset has two,
            a target is outside the universe, or the flow withdraws everything.

    Source:
        Mansini, Ogryczak and Speranza (2015), "Linear and Mixed Integer Programming for
        Portfolio Optimization", ch. 5.
    """
    require_sum_of_one(targets, "targets")
    table = assets(holdings, targets, rebalancing, prices, universe)
    ordered = tuple(sorted(table, key=lambda asset: label_key(asset.ticker)))
    opening, flow = cents(holdings.cash), cents(rebalancing.cash_flow)
    cash_target = float(sum(t for name, t in targets.items() if is_cash(str(name))))

    policy = TradePolicy(
        tuple(asset.ticker for asset in ordered),
        universe or universe_of(ordered, holdings),
        tuple(classes),
        tuple(limits),
        assumptions,
        benchmark,
    )
    problem = trade_problem(ordered, float(opening + flow), cash_target, rebalancing, policy)

    def book(lots: Vector) -> Ledger:
        return _settled(ordered, problem, lots, Ledger(opening, flow, ()), rebalancing)

    search = Search(problem, policy, book, rebalancing.cash_min)
    found = search.found(rebalancing.time_limit)
    return Outcome(table, cash_target, search, found, book(found.lots), rebalancing).plan()


def _settled(
    table: Sequence[Asset],
    problem: TradeProblem,
    lots: Vector,
    ledger: Ledger,
    rebalancing: Rebalancing,
) -> Ledger:
    """Orders in money; where fractions are allowed, cut by the cents that rounding took."""
    sizes = zip(table, lots.tolist(), strict=True)
    if problem.whole:
        tickets = [whole_ticket(asset, size) for asset, size in sizes if size]
        return replace(ledger, tickets=tuple(tickets))
    money = Decimal(repr(problem.value))
    tickets = [money_ticket(asset, Decimal(repr(size)) * money) for asset, size in sizes if size]
    settled = replace(ledger, tickets=tuple(tickets))
    missing = missing_cash(settled, rebalancing.cash_min, money)
    # more than the cents of rounding is a buffer out of reach, not a rounding to repair
    return settled.shorter(missing) if missing <= 1 + len(tickets) else settled
