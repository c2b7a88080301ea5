"""Holdings, bands and scenarios from cells."""

from datetime import date

from addin.domain.holdings import CASH, Holdings, Position
from addin.domain.labels import label_key
from addin.domain.policy import Rebalancing
from addin.domain.scenario import Scenario
from addin.engine.drift import Bands
from addin.errors import InputError
from addin.excel.grid import Cells, grid, is_given
from addin.excel.records import Headings, Records, records
from addin.excel.values import is_blank

MOST_VALUE = 1e15  # beyond it cents are lost

HOLDING_HEADINGS = Headings(
    required=("Ticker",),
    optional=(
        "Quantity",
        "Price",
        "Market value",
        "Asset class",
        "Account",
        "Currency",
        "FX",
        "As of",
    ),
    positional=("Ticker", "Quantity", "Price"),
    open_ended=True,
)
VALUE_HEADINGS = Headings(
    required=("Ticker", "Market value"), positional=("Ticker", "Market value")
)
BAND_HEADINGS = Headings(
    required=("Asset", "Lower", "Upper"), positional=("Asset", "Lower", "Upper")
)
SCENARIO_HEADINGS = Headings(required=("Scenario",), open_ended=True)


def _holding_records(cells: Cells, name: str) -> Records:
    table = grid(cells, name)
    bare = table.width == 2 and not table.is_table and table.has_numbers(0)
    return records(cells, name, VALUE_HEADINGS if bare else HOLDING_HEADINGS)


def _price(table: Records, row: int, is_cash: bool) -> float:
    if is_cash and is_blank(table.cell(row, "Price")):
        return 1.0
    price = table.number(row, "Price")
    if price <= 0:
        table.refuse(row, "Price", "a price above zero")
    return price


def _position(table: Records, row: int, priced: bool) -> Position:
    ticker = table.text(row, "Ticker")
    is_cash = label_key(ticker) == label_key(CASH)
    amount = "Quantity" if priced else "Market value"
    quantity = table.number(row, amount)
    price = _price(table, row, is_cash) if priced else 1.0
    price *= table.number_or(row, "FX", 1.0)
    if abs(quantity * price) > MOST_VALUE:
        table.refuse(row, amount, "a market value below 1e15")
    if quantity < 0 and not is_cash:
        table.refuse(row, amount, "zero or more (short positions are not supported)")
    asset_class = table.text_or(row, "Asset class", None)
    return Position(ticker, quantity, price, asset_class, table.text_or(row, "Account", None))


def read_holdings(cells: Cells, name: str = "holdings") -> Holdings:
    """Positions from ``Ticker, Quantity, Price`` or ``Ticker, Market value``.

    A market value alone is a quantity at price 1. Prices are times ``FX`` where that is given.

    Raises:
        InputError: Naming each cell that is wrong; a holding without a price is.
    """
    table = _holding_records(cells, name)
    priced = table.column("Quantity") is not None and table.column("Price") is not None
    if not priced and table.column("Market value") is None:
        raise InputError(
            f"{table.grid.name} row {table.grid.first_row}: expected headings Quantity and Price, "
            f"or Market value, found {', '.join(h for h in table.headings if h)}"
        )
    positions = tuple(_position(table, row, priced) for row in table)
    table.close()
    return Holdings(positions)


def read_holdings_date(cells: Cells, name: str = "holdings") -> date | None:
    """The latest date in the column ``As of``; None if there is none.

    Raises:
        InputError: Naming each cell that is no date.
    """
    table = _holding_records(cells, name)
    days = [table.day_or_none(row, "As of") for row in table]
    table.close()
    return max((found for found in days if found is not None), default=None)


def read_bands(
    cells: Cells, watch: float = Rebalancing.watch, flag: float = Rebalancing.flag
) -> Bands:
    """How much drift is too much: two numbers, or a range for each asset.

    Args:
        cells: Nothing, ``watch, flag``, or a table ``Asset, Lower, Upper``.
        watch: Used where nothing is given.
        flag: Used where nothing is given.

    Raises:
        InputError: Naming each cell that is wrong.
    """
    if not is_given(cells):
        return Bands(watch, flag)
    table = grid(cells, "bands")
    if len(table.cells) * table.width == 2 and not table.is_table:
        second = (0, 1) if table.width == 2 else (1, 0)
        return Bands(table.number(0, 0, "watch"), table.number(*second, "flag"))
    ranges = records(cells, "bands", BAND_HEADINGS)
    ranges.unique("Asset")
    edges = {
        ranges.text(row, "Asset"): (ranges.number(row, "Lower"), ranges.number(row, "Upper"))
        for row in ranges
    }
    ranges.close()
    return Bands(watch, flag, edges)


def _shock(table: Records, row: int, asset: str) -> float:
    shock = table.number(row, asset)
    if shock < -1:
        table.refuse(row, asset, "a decimal of at least -1 (-0.30 is a fall of 30%)")
    return shock


def read_scenarios(cells: Cells, name: str = "scenarios") -> tuple[Scenario, ...]:
    """Scenarios with a return for each class or ticker whose cell is filled.

    Raises:
        InputError: Naming each cell that is no number or loses more than everything, or a
            scenario that stands twice.
    """
    table = records(cells, name, SCENARIO_HEADINGS)
    table.unique("Scenario")
    assets = [h for h in table.headings if h and label_key(h) != label_key("Scenario")]
    scenarios = tuple(
        Scenario(
            table.text(row, "Scenario"),
            {a: _shock(table, row, a) for a in assets if not is_blank(table.cell(row, a))},
        )
        for row in table
    )
    table.close()
    return scenarios
