"""The investable assets from cells."""

from addin.domain.universe import Attribute, Universe
from addin.excel.grid import Cells
from addin.excel.records import Headings, Records, records
from addin.excel.values import error_text, expected, is_blank, is_number, parsed_number

TICKER, ASSET_CLASS, LOWER, UPPER = "Ticker", "Asset class", "Min", "Max"

UNIVERSE_HEADINGS = Headings(
    required=(TICKER, ASSET_CLASS),
    optional=(
        "Name",
        "Parent class",
        LOWER,
        UPPER,
        "Expected return",
        "Benchmark weight",
        "Current weight",
        "Price",
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
        return table.number(row, heading)
    return " ".join(str(cell).split())


def read_universe(cells: Cells, name: str = "universe") -> Universe:
    """Assets with their class, bounds (0 and 1 where not given) and every further column.

    Raises:
        InputError: Naming each cell that is wrong, a repeated ticker, or a missing heading.
    """
    table = records(cells, name, UNIVERSE_HEADINGS)
    table.unique(TICKER)
    tickers = tuple(table.text(row, TICKER) for row in table)
    classes = tuple(table.text(row, ASSET_CLASS) for row in table)
    lower = tuple(table.number_or(row, LOWER, 0.0) for row in table)
    upper = tuple(table.number_or(row, UPPER, 1.0) for row in table)
    further = [h for h in table.headings if h and h not in (TICKER, ASSET_CLASS, LOWER, UPPER)]
    attributes = {h: tuple(_attribute(table, row, h) for row in table) for h in further}
    table.close()
    return Universe(tickers, classes, lower, upper, attributes)
