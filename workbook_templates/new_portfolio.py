"""Holdings, lots, valuations and views of a workbook filled with other prices or holdings."""

from collections.abc import Sequence
from datetime import date

from addin.domain.history import Prices
from addin.domain.holdings import Holdings
from addin.domain.labels import label_key
from addin.domain.table import Row, Table
from addin.errors import InputError
from addin.excel import layout
from workbook_templates.sample import (
    VALUE,
    WEIGHTS,
    holding_rows,
    input_table,
    last_prices,
    lot_rows,
    market_value,
    valuation_rows,
)
from workbook_templates.sample_policy import VIEWS

PRICE_DECIMALS = 4


def sample_portfolio(prices: Prices, tickers: Sequence[str], notes: list[str]) -> list[Table]:
    """The sample's weights at other prices, with lots and valuations to match."""
    held = {label_key(ticker): weight for ticker, weight in WEIGHTS.items()}
    kept = {t: held[label_key(t)] for t in tickers if label_key(t) in held}
    if not kept:
        raise InputError(
            f"holdings: expected a file of them (--holdings), for the prices name none of the "
            f"sample's assets ({', '.join(WEIGHTS)})"
        )
    scale = sum(WEIGHTS.values()) / sum(kept.values())
    rows = holding_rows(prices, {t: weight * scale for t, weight in kept.items()}, VALUE)
    notes.append(
        f"Holdings: the sample's weights in whole shares at the prices of {prices.dates[-1]}, "
        "lots and valuations to match; replace them with your own."
    )
    return [
        input_table(layout.HOLDINGS, rows),
        input_table(layout.LOTS, lot_rows(prices, rows)),
        input_table(layout.VALUATIONS, valuation_rows(prices, market_value(rows))),
    ]


def given_portfolio(
    holdings: Holdings, prices: Prices, held_on: date | None, notes: list[str]
) -> list[Table]:
    """Holdings as given; lots and valuations are not known."""
    last = {label_key(ticker): price for ticker, price in last_prices(prices).items()}
    securities = [position for position in holdings.positions if not position.is_cash]
    by_value = bool(securities) and all(position.price == 1 for position in securities)
    as_of = held_on or prices.dates[-1].item()
    rows: list[Row] = []
    for position in holdings.positions:
        quantity, price = position.quantity, position.price
        if by_value and not position.is_cash and label_key(position.ticker) in last:
            price = round(last[label_key(position.ticker)], PRICE_DECIMALS)
            quantity = position.market_value / price
        rows.append((position.ticker, quantity, price, position.account, as_of))
    if by_value:
        notes.append(
            f"Holdings: market values turned into quantities at the prices of {prices.dates[-1]}."
        )
    notes.append("Lots and Valuations are empty: the sample's do not belong to your holdings.")
    return [
        input_table(layout.HOLDINGS, rows),
        input_table(layout.LOTS, ()),
        input_table(layout.VALUATIONS, ()),
    ]


def sample_views(tickers: Sequence[str], notes: list[str]) -> Table:
    """The sample's views on the tickers of the universe; none if it names another."""
    places = dict(zip((label_key(t) for t in WEIGHTS), range(1, len(WEIGHTS) + 1), strict=True))
    taken = [places.get(label_key(ticker)) for ticker in tickers]
    rows: list[Row] = []
    for row in VIEWS:
        picks = [row[place] if place else None for place in taken]
        if sum(pick is not None for pick in picks) == sum(v is not None for v in row[1:-2]):
            rows.append((row[0], *picks, *row[-2:]))
    if len(rows) < len(VIEWS):
        notes.append("Views: the sample's names assets without prices and was left out.")
    return input_table(layout.VIEWS, rows, *tickers, "Return", "Confidence")
