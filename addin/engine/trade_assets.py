"""What may be traded: price, holding, target, lot and cost of each asset."""

from dataclasses import dataclass

import pandas as pd

from addin.domain.holdings import Holdings
from addin.domain.labels import did_you_mean, label_key
from addin.domain.policy import Rebalancing
from addin.domain.universe import Universe
from addin.domain.weights import EDGE
from addin.engine.selection import is_cash
from addin.errors import InputError


@dataclass(frozen=True)
class Asset:
    """One asset before a rebalancing; money in account currency."""

    ticker: str
    price: float
    quantity: float
    target: float
    lot_size: float
    cost_bps: float
    ticket_cost: float
    locked: bool

    @property
    def market_value(self) -> float:
        """Quantity times price."""
        return self.quantity * self.price


@dataclass(frozen=True)
class _Held:
    quantity: float
    price: float


def _held(holdings: Holdings) -> dict[str, _Held]:
    """Quantity and price by ticker, accounts added together."""
    found: dict[str, _Held] = {}
    for position in holdings.positions:
        if position.is_cash:
            continue
        key = label_key(position.ticker)
        before = found.get(key, _Held(0.0, position.price))
        if abs(before.price - position.price) > EDGE * abs(position.price):
            raise InputError(
                f"holdings, {position.ticker}: need one price, found {before.price:g} and "
                f"{position.price:g}"
            )
        found[key] = _Held(before.quantity + position.quantity, position.price)
    return found


def _numbers(universe: Universe | None, heading: str) -> dict[str, float]:
    """A column of the universe by ticker, blanks left out."""
    if universe is None or not universe.has(heading):
        return {}
    pairs = zip(universe.tickers, universe.numbers(heading), strict=True)
    return {label_key(ticker): float(value) for ticker, value in pairs if value == value}


def _locked(universe: Universe | None) -> set[str]:
    if universe is None or not universe.has("Locked"):
        return set()
    cells = zip(universe.tickers, universe.column("Locked"), strict=True)
    return {label_key(ticker) for ticker, cell in cells if cell not in (None, False, 0.0, "")}


def _spellings(holdings: Holdings, targets: pd.Series) -> dict[str, str]:
    """Every asset that is wanted or held, targets first; cash is not an asset."""
    held = (position.ticker for position in holdings.positions)
    found: dict[str, str] = {}
    for ticker in (*map(str, targets.index), *held):
        if not is_cash(ticker):
            found.setdefault(label_key(ticker), ticker)
    return found


def _require_known(targets: pd.Series, universe: Universe | None) -> None:
    known = {label_key(ticker) for ticker in universe.tickers} if universe else set()
    for ticker, target in targets.items():
        name = str(ticker)
        if universe and abs(target) > EDGE and not is_cash(name) and label_key(name) not in known:
            near = did_you_mean(name, universe.tickers)
            raise InputError(f"targets, {name}: not in the universe{near}")


def _price(ticker: str, held: _Held | None, known: dict[str, float]) -> float:
    price = held.price if held else known.get(label_key(ticker), float("nan"))
    if not price > 0:
        found = "none" if price != price else f"{price:g}"
        raise InputError(f"trades, {ticker}: need a price above zero, found {found}")
    return price


def assets(
    holdings: Holdings,
    targets: pd.Series,
    rebalancing: Rebalancing,
    prices: pd.Series | None,
    universe: Universe | None,
) -> tuple[Asset, ...]:
    """Every asset that is wanted or held, targets first.

    The price of a holding is the holding's; of the others that of ``prices``, else the
    universe's. A lot size or cost that the rules leave at its default is the universe's.

    Raises:
        InputError: If a target is outside the universe, an asset to buy has no price above
            zero, or one asset is held at two prices.
    """
    _require_known(targets, universe)
    held, locked = _held(holdings), _locked(universe)
    given = {} if prices is None else {label_key(str(t)): float(p) for t, p in prices.items()}
    known = _numbers(universe, "Price") | {key: p for key, p in given.items() if p == p}
    wanted = {label_key(str(ticker)): float(target) for ticker, target in targets.items()}
    lot_sizes = {} if rebalancing.lot_size != 1 else _numbers(universe, "Lot size")
    costs = {} if rebalancing.cost_bps else _numbers(universe, "Cost bps")
    tickets = {} if rebalancing.ticket_cost else _numbers(universe, "Ticket cost")
    return tuple(
        Asset(
            ticker,
            _price(ticker, held.get(key), known),
            held[key].quantity if key in held else 0.0,
            wanted.get(key, 0.0),
            lot_sizes.get(key, rebalancing.lot_size),
            costs.get(key, rebalancing.cost_bps),
            tickets.get(key, rebalancing.ticket_cost),
            key in locked,
        )
        for key, ticker in _spellings(holdings, targets).items()
        if key in held or key in known or wanted.get(key, 0.0) != 0
    )
