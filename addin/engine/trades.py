"""Orders that take a portfolio to its targets, exact to the cent and inside the policy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.holdings import CASH, Holdings
from addin.domain.labels import label_key
from addin.domain.policy import ClassRange, Limit, Rebalancing
from addin.domain.trade import Side, Trade
from addin.domain.universe import Universe
from addin.domain.weights import Vector, require_sum_of_one
from addin.engine.compliance import RuleCheck, breaches
from addin.engine.selection import is_cash
from addin.engine.trade_assets import Asset, assets
from addin.engine.trade_ledger import (
    Ledger,
    Ticket,
    cents,
    missing_cash,
    money_ticket,
    whole_ticket,
)
from addin.engine.trade_policy import TradePolicy
from addin.engine.trade_problem import TradeProblem
from addin.engine.trade_reasons import (
    broken_by,
    cash_note,
    left_undone,
    scaled_note,
    why_held,
    why_traded,
)
from addin.engine.trade_search import Found, Search, booked
from addin.engine.trade_setup import smallest_ticket, trade_problem, universe_of


@dataclass(frozen=True)
class TradePlan:
    """One order for every asset wanted or held, and what they do to cash.

    ``cash_before + cash_flow + sold − bought − costs = cash_after`` exactly, in cents.

    Attributes:
        trades: Targets first, then what is held besides; cash is not among them.
        cash_before: Opening cash, account currency.
        cash_flow: Contribution, negative for a withdrawal.
        cash_after: Closing cash.
        costs: Fees of all orders.
        turnover: One-way ½Σ|Δw| from the weights after the flow, cash counted.
        gap: How much nearer to the targets, as scaled (Σ|weight − target| and costs, as a fraction
            of the value; one more for each rule left broken), a plan could be at most.
        method: ``MILP``, the mixed-integer linear program, or ``greedy``.
        notes: What could not be done, in words.
        cash_weight_before: After the flow, before the trades.
        cash_weight_after: After the trades, costs paid.
        cash_target: Weight of cash wanted.
    """

    trades: tuple[Trade, ...]
    cash_before: float
    cash_flow: float
    cash_after: float
    costs: float
    turnover: float
    gap: float
    method: str
    notes: tuple[str, ...]
    cash_weight_before: float
    cash_weight_after: float
    cash_target: float

    @property
    def orders(self) -> tuple[Trade, ...]:
        """The trades that buy or sell."""
        return tuple(trade for trade in self.trades if trade.side is not Side.HOLD)

    def notional(self, side: Side) -> float:
        """Money bought or sold, exact to the cent."""
        parts = (cents(trade.notional) for trade in self.trades if trade.side is side)
        return float(sum(parts, Decimal(0)))

    @property
    def weights_after(self) -> pd.Series:
        """Weights after the trades, ``CASH`` last; add up to one."""
        named = {trade.ticker: trade.weight_after for trade in self.trades}
        return pd.Series({**named, CASH: self.cash_weight_after}, dtype=float)


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
    return _Outcome(table, cash_target, search, found, book(found.lots), rebalancing).plan()


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


@dataclass(frozen=True, eq=False)
class _Outcome:
    """Everything a plan is told from."""

    table: Sequence[Asset]
    cash_target: float
    search: Search
    found: Found
    ledger: Ledger
    rebalancing: Rebalancing

    @property
    def problem(self) -> TradeProblem:
        return self.search.problem

    @cached_property
    def tickets(self) -> dict[str, Ticket]:
        return {ticket.asset.ticker: ticket for ticket in self.ledger.tickets}

    @cached_property
    def classes(self) -> dict[str, str]:
        universe = self.search.policy.universe
        pairs = zip(universe.tickers, universe.asset_classes, strict=True)
        return {label_key(ticker): name for ticker, name in pairs}

    @cached_property
    def broken(self) -> list[RuleCheck]:
        return breaches(self.search.checked)

    @cached_property
    def after(self) -> pd.Series:
        return self.problem.weights(booked(self.problem, self.ledger))

    def plan(self) -> TradePlan:
        after, ledger = self.after, self.ledger
        return TradePlan(
            tuple(self.trade(asset) for asset in self.table),
            float(ledger.opening),
            float(ledger.flow),
            float(ledger.closing),
            float(ledger.fees),
            float((after - self.search.before).abs().sum()) / 2,
            self.found.gap,
            self.found.method,
            self.notes(),
            self.problem.cash,
            float(after[CASH]),
            self.cash_target,
        )

    def trade(self, asset: Asset) -> Trade:
        ticket = self.tickets.get(asset.ticker)
        quantity = ticket.quantity if ticket else 0.0
        side = Side.BUY if quantity > 0 else Side.SELL if quantity < 0 else Side.HOLD
        return Trade(
            asset.ticker,
            side,
            abs(quantity),
            asset.price,
            float(ticket.notional) if ticket else 0.0,
            float(ticket.fee) if ticket else 0.0,
            float(self.search.before[asset.ticker]),
            float(self.after[asset.ticker]),
            asset.target,
            self.reason(asset, side),
        )

    def reason(self, asset: Asset, side: Side) -> str:
        if side is Side.HOLD:
            least = smallest_ticket(self.rebalancing, self.problem.value)
            lot = asset.price * asset.lot_size if self.problem.whole else 0.0
            return why_held(asset, self.problem.value, least, lot)
        buying = side is Side.BUY
        about = (asset.ticker, self.classes.get(label_key(asset.ticker), asset.ticker))
        mended = broken_by(about, self.broken, buying)
        return why_traded(float(self.search.before[asset.ticker]), asset.target, buying, mended)

    def notes(self) -> tuple[str, ...]:
        after = self.search.policy.checks(self.after, self.search.before)
        about_cash = cash_note(float(self.after[CASH]), self.rebalancing)
        scaled = scaled_note(self.cash_target, self.rebalancing)
        said = (self.found.note, scaled, about_cash, *left_undone(self.search.checked, after))
        return tuple(note for note in said if note)
