"""The shape of a named table: its columns, what each holds, where it stands."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

Value = str | float | int | bool | date | None
Row = tuple[Value, ...]


class Kind(StrEnum):
    """What a column holds; the number format follows from it."""

    TEXT = "text"
    DATE = "date"
    WEIGHT = "weight"  # 0.0%
    RATE = "rate"  # 0.00%: returns, volatilities, rates
    DRIFT = "drift"  # decimal shown as signed percentage points
    MONEY = "money"
    PRICE = "price"  # four decimals
    QUANTITY = "quantity"
    NUMBER = "number"  # ratios and scores, two decimals
    COUNT = "count"
    FLAG = "flag"
    ANY = "any"  # mixed: the value column of a key/value table


@dataclass(frozen=True)
class Column:
    """One heading and the kind of value below it."""

    heading: str
    kind: Kind = Kind.TEXT


@dataclass(frozen=True)
class TableSpec:
    """A named table: the sheet it stands on and its columns.

    ``open_ended`` tables take further columns (tickers, attributes) after the listed ones.
    """

    name: str
    sheet: str
    columns: tuple[Column, ...]
    open_ended: bool = False

    @property
    def headings(self) -> tuple[str, ...]:
        """Headings in order."""
        return tuple(column.heading for column in self.columns)


@dataclass(frozen=True)
class Table:
    """Values for a named table, ready to be written: no NaN, no infinity."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
