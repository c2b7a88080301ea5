"""The investable assets from cells."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from addin.domain.labels import label_key
from addin.domain.universe import Attribute, Universe
from addin.domain.weights import EDGE, require_sum_of_one
from addin.excel.grid import Cells
from addin.excel.number_text import parsed_number
from addin.excel.records import (
    ABOVE_ZERO,
    ANY_SIZE,
    AT_LEAST_ZERO,
    WEIGHT,
    Allowed,
    Headings,
    Records,
    records,
)
from addin.excel.values import error_text, expected, is_blank, is_number

TICKER, ASSET_CLASS, LOWER, UPPER = "Ticker", "Asset class", "Min", "Max"
EXPECTED_RETURN = "Expected return"
CURRENT_WEIGHT = "Current weight"
BENCHMARK_WEIGHT = "Benchmark weight"
PRICE = "Price"

UNIVERSE_HEADINGS = Headings(
    required=(TICKER, ASSET_CLASS),
    optional=(
        "Name",
        "Parent class",
        LOWER,
        UPPER,
        EXPECTED_RETURN,
        BENCHMARK_WEIGHT,
        CURRENT_WEIGHT,
        PRICE,
        "Lot size",
        "Cost bps",
        "Ticket cost",
        "Spread bps",
        "ADV",
        "Trade flag",
        "Locked",
        "ESG",
        "Liquidity days",
        "Duration",
        "Convexity",
    ),
    positional=(TICKER, ASSET_CLASS, LOWER, UPPER),
    open_ended=True,
)
_BASIS_POINTS = Allowed("basis points from 0 to 10,000", 0.0, 10_000.0)
_ALLOWED = {
    "lot size": ABOVE_ZERO,
    "price": ABOVE_ZERO,
    "cost bps": _BASIS_POINTS,
    "spread bps": _BASIS_POINTS,
    "ticket cost": AT_LEAST_ZERO,
    "adv": AT_LEAST_ZERO,
    "liquidity days": AT_LEAST_ZERO,
}


def _attribute(table: Records, row: int, heading: str) -> Attribute:
    cell = table.cell(row, heading)
    if is_blank(cell):
        return None
    if error_text(cell) is not None:
        table.mistakes.append(str(expected("a value", cell, table.where(row, heading))))
        return None
    if isinstance(cell, bool):
        return cell
    if is_number(cell) or (isinstance(cell, str) and parsed_number(cell) is not None):
        return table.number_within(row, heading, _ALLOWED.get(label_key(heading), ANY_SIZE))
    return " ".join(str(cell).split())


def _check_bounds(table: Records, lower: Sequence[float], upper: Sequence[float]) -> None:
    for row, low, high in zip(table, lower, upper, strict=True):
        if low > high + EDGE:
            table.refuse(row, LOWER, f"no more than the {UPPER} of {high:g}")


def read_universe(cells: Cells, name: str = "universe") -> Universe:
    """Assets with their class, bounds (0 and 1 where not given) and every further column.

    Raises:
        InputError: Naming each cell that is wrong, a repeated ticker, or a missing heading.
    """
    table = records(cells, name, UNIVERSE_HEADINGS)
    table.unique(TICKER)
    tickers = tuple(table.text(row, TICKER) for row in table)
    classes = tuple(table.text(row, ASSET_CLASS) for row in table)
    lower = tuple(table.number_within_or(row, LOWER, WEIGHT, 0.0) for row in table)
    upper = tuple(table.number_within_or(row, UPPER, WEIGHT, 1.0) for row in table)
    _check_bounds(table, lower, upper)
    further = [h for h in table.headings if h and h not in (TICKER, ASSET_CLASS, LOWER, UPPER)]
    attributes = {h: tuple(_attribute(table, row, h) for row in table) for h in further}
    table.close()
    return Universe(tickers, classes, lower, upper, attributes)


def universe_weights(universe: Universe, heading: str) -> pd.Series | None:
    """Weights from a column of the universe, a blank cell being zero; None without the column.

    Raises:
        InputError: If they do not add up to one.
    """
    if not universe.has(heading):
        return None
    weights = pd.Series(np.nan_to_num(universe.numbers(heading)), index=list(universe.tickers))
    require_sum_of_one(weights, f"universe, {heading}")
    return weights


def universe_numbers(universe: Universe, heading: str) -> pd.Series | None:
    """Numbers from a column of the universe by ticker, blanks left out; None without the column."""
    if not universe.has(heading):
        return None
    return pd.Series(universe.numbers(heading), index=list(universe.tickers)).dropna()
