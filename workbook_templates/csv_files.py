"""CSV files of prices and holdings as domain values; a mistake names file, line and column."""

import csv
import math
from datetime import date, datetime
from pathlib import Path

from addin.domain.history import Prices
from addin.domain.holdings import Holdings
from addin.domain.labels import label_key
from addin.errors import InputError
from addin.excel.read_history import read_prices
from addin.excel.read_portfolio import read_holdings, read_holdings_date

Cell = str | float | date | None
HEADING_ROWS_OF_DOWNLOADS = 5


def _cell(text: str) -> Cell:
    """Numbers and ISO dates as such, blanks as None, anything else for the reader to judge."""
    stripped = text.strip()
    if not stripped:
        return None
    try:
        number = float(stripped)
    except ValueError:
        try:
            return datetime.fromisoformat(stripped).date()
        except ValueError:
            return stripped
    return number if math.isfinite(number) else stripped


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{path.name}: expected a text file in UTF-8, found {error.reason}"
        ) from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None


def _rows(path: Path) -> list[list[Cell]]:
    """Cells of a CSV file; a line too long or too short is refused."""
    text = _text(path)
    first = text.partition("\n")[0]
    delimiter = ";" if ";" in first and "," not in first else ","
    rows = [
        [_cell(cell) for cell in row] for row in csv.reader(text.splitlines(), delimiter=delimiter)
    ]
    if len(rows) < 2:
        raise InputError(
            f"{path.name}: expected a heading row and at least one row, found {len(rows)}"
        )
    for line, row in enumerate(rows, start=1):
        if row and len(row) != len(rows[0]):
            raise InputError(
                f"{path.name} line {line}: expected {len(rows[0])} cells as in the headings, "
                f"found {len(row)}"
            )
    return rows


def _heading(cell: Cell) -> str:
    return label_key(cell) if isinstance(cell, str) else ""


def _refuse_download(path: Path, rows: list[list[Cell]]) -> None:
    """A data provider's file with fields and tickers in separate heading rows is ambiguous."""
    heads = [_heading(row[0]) for row in rows[:HEADING_ROWS_OF_DOWNLOADS] if row]
    if heads and heads[0] != "date" and "ticker" in heads and "date" in heads:
        raise InputError(
            f"{path.name} line 1: expected one heading row Date, ticker, ticker …, found a "
            f"yfinance download with {heads.index('date') + 1} heading rows; keep the adjusted "
            "close of each ticker, headed by the ticker"
        )


def read_price_file(path: Path) -> Prices:
    """Prices from ``Date, ticker, ticker …``; dates in any order, a blank is no price.

    Raises:
        InputError: If the file cannot be read, or naming each line and column that is wrong.
    """
    rows = _rows(path)
    _refuse_download(path, rows)
    first = rows[0][0] if rows[0] else None
    if _heading(first) != "date":
        raise InputError(f"{path.name} line 1: expected the first heading Date, found '{first}'")
    return read_prices(rows, path.name)


def read_holdings_file(path: Path) -> tuple[Holdings, date | None]:
    """Holdings from ``Ticker, Quantity, Price`` or ``Ticker, Market value``, and their date.

    Raises:
        InputError: If the file cannot be read, or naming each line and column that is wrong.
    """
    rows = _rows(path)
    return read_holdings(rows, path.name), read_holdings_date(rows, path.name)
