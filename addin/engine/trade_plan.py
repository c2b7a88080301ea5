"""The plan of trades, as it is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

import pandas as pd

from addin.domain.holdings import CASH
from addin.domain.labels import label_key
from addin.domain.policy import Rebalancing
from addin.domain.trade import Side, Trade
from addin.engine.compliance import RuleCheck, breaches
from addin.engine.trade_assets import Asset
from addin.engine.trade_ledger import Ledger, Ticket, cents
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
from addin.engine.trade_setup import smallest_ticket


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


@dataclass(frozen=True, eq=False)
class Outcome:
    """Everything a plan is told from."""

    table: Sequence[Asset]
    cash_target: float
    search: Search
    found: Found
    ledger: Ledger
    rebalancing: Rebalancing

    @property
    def _problem(self) -> TradeProblem:
        return self.search.problem

    @cached_property
    def _tickets(self) -> dict[str, Ticket]:
        return {ticket.asset.ticker: ticket for ticket in self.ledger.tickets}

    @cached_property
    def _classes(self) -> dict[str, str]:
        universe = self.search.policy.universe
        pairs = zip(universe.tickers, universe.asset_classes, strict=True)
        return {label_key(ticker): name for ticker, name in pairs}

    @cached_property
    def _broken(self) -> list[RuleCheck]:
        return breaches(self.search.checked)

    @cached_property
    def _after(self) -> pd.Series:
        return self._problem.weights(booked(self._problem, self.ledger))

    def plan(self) -> TradePlan:
        """The orders and what they do."""
        after, ledger = self._after, self.ledger
        return TradePlan(
            tuple(self._trade(asset) for asset in self.table),
            float(ledger.opening),
            float(ledger.flow),
            float(ledger.closing),
            float(ledger.fees),
            float((after - self.search.before).abs().sum()) / 2,
            self.found.gap,
            self.found.method,
            self._notes(),
            self._problem.cash,
            float(after[CASH]),
            self.cash_target,
        )

    def _trade(self, asset: Asset) -> Trade:
        ticket = self._tickets.get(asset.ticker)
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
            float(self._after[asset.ticker]),
            asset.target,
            self._reason(asset, side),
        )

    def _reason(self, asset: Asset, side: Side) -> str:
        if side is Side.HOLD:
            least = smallest_ticket(self.rebalancing, self._problem.value)
            lot = asset.price * asset.lot_size if self._problem.whole else 0.0
            return why_held(asset, self._problem.value, least, lot)
        buying = side is Side.BUY
        about = (asset.ticker, self._classes.get(label_key(asset.ticker), asset.ticker))
        mended = broken_by(about, self._broken, buying)
        return why_traded(float(self.search.before[asset.ticker]), asset.target, buying, mended)

    def _notes(self) -> tuple[str, ...]:
        after = self.search.policy.checks(self._after, self.search.before)
        about_cash = cash_note(float(self._after[CASH]), self.rebalancing)
        scaled = scaled_note(self.cash_target, self.rebalancing)
        said = (self.found.note, scaled, about_cash, *left_undone(self.search.checked, after))
        return tuple(note for note in said if note)
