"""CSV files of prices and holdings as domain values; a mistake names file, line and column."""

import csv
import math
import re
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from addin.domain.history import Prices
from addin.domain.holdings import Holdings
from addin.domain.labels import label_key
from addin.errors import InputError
from addin.excel.read_history import read_prices
from addin.excel.read_portfolio import read_holdings, read_holdings_date
from addin.report.words import plural

Cell = str | float | date | None
HEADING_ROWS_OF_DOWNLOADS = 5
CLOSES = ("close", "adj close", "adjusted close", "last", "price")
DELIMITERS = ",;\t"
WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx, .xls
_DOUBTFUL = re.compile(r"[1-9]\d{0,2},\d{3}")


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


def _bytes(path: Path) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    if data.startswith(WORKBOOKS):
        raise InputError(
            f"{path.name}: expected a CSV file, found an Excel workbook; save its sheet as "
            "CSV UTF-8"
        )
    return data


def _text(path: Path) -> str:
    data = _bytes(path)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path.name} line {line}: expected text in UTF-8, found the byte "
            f"{data[error.start]:#04x}; save the file as CSV UTF-8"
        ) from None


@dataclass(frozen=True)
class _Csv:
    """Cells of a CSV file as text; ``rows[0]`` are the headings.

    Attributes:
        name: File name, for messages.
        rows: One per line.
        delimiter: What separates cells.
    """

    name: str
    rows: list[list[str]]
    delimiter: str

    @property
    def headings(self) -> list[str]:
        """The headings as they are compared."""
        return [label_key(cell) for cell in self.rows[0]]

    def refuse_ragged(self) -> None:
        """Refuse a line too long or too short."""
        width = len(self.rows[0])
        for line, row in enumerate(self.rows, start=1):
            if row and len(row) != width:
                raise InputError(
                    f"{self.name} line {line}: expected {width} cells as in the headings, "
                    f"found {len(row)}"
                )

    def refuse_two_meanings(self) -> None:
        """Refuse ``601,779`` where nothing says whether it is 601.779 or 601779."""
        numbers = [
            (line, cell.strip())
            for line, row in enumerate(self.rows[1:], start=2)
            for cell in row
            if "," in cell
        ]
        if self.delimiter == ";" and numbers and all(_DOUBTFUL.fullmatch(n) for _, n in numbers):
            line, number = numbers[0]
            raise InputError(
                f"{self.name} line {line}: '{number}' may be {number.replace(',', '.')} or "
                f"{number.replace(',', '')}; write it with a decimal point"
            )

    @property
    def cells(self) -> list[list[Cell]]:
        """Cells as values."""
        self.refuse_ragged()
        self.refuse_two_meanings()
        return [[_cell(cell) for cell in row] for row in self.rows]


def _opened(path: Path) -> _Csv:
    """A CSV file with headings in its first line and something below."""
    lines = _text(path).splitlines()
    first = next(iter(lines), "")
    delimiter = max(DELIMITERS, key=first.count)
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error as error:
        raise InputError(f"{path.name}: expected a CSV file, found {error}") from None
    filled = sum(any(map(str.strip, row)) for row in rows)
    if filled < 2 or not first.strip():
        raise InputError(
            f"{path.name}: expected headings in line 1 and rows below, found "
            + (
                "nothing in line 1"
                if filled and not first.strip()
                else plural(filled, "filled line")
            )
        )
    return _Csv(path.name, rows, delimiter)


def _refuse_download(file: _Csv) -> None:
    """A data provider's file that does not say which column is the price is ambiguous."""
    heads = [label_key(row[0]) for row in file.rows[:HEADING_ROWS_OF_DOWNLOADS] if row]
    if heads[0] != "date" and "ticker" in heads and "date" in heads:
        raise InputError(
            f"{file.name} line 1: expected one heading row Date, ticker, ticker …, found a "
            f"yfinance download with {heads.index('date') + 1} heading rows; keep the adjusted "
            "close of each ticker, headed by the ticker"
        )
    closes = [heading for heading in file.headings if heading in CLOSES]
    if "date" in file.headings and closes:
        raise InputError(
            f"{file.name} line 1: expected one heading row Date, ticker, ticker …, found "
            f"{', '.join(file.rows[0])}; keep the date and the adjusted close, headed by the "
            "ticker"
        )


def read_price_file(path: Path) -> Prices:
    """Prices from ``Date, ticker, ticker …``; dates in any order, a blank is no price.

    Raises:
        InputError: If the file cannot be read, or naming each line and column that is wrong.
    """
    file = _opened(path)
    _refuse_download(file)
    if file.headings[0] not in ("date", ""):
        raise InputError(
            f"{file.name} line 1: expected the headings Date, ticker, ticker …, found "
            f"'{file.rows[0][0]}' first"
        )
    return read_prices(file.cells, file.name)


def read_holdings_file(path: Path) -> tuple[Holdings, date | None]:
    """Holdings from ``Ticker, Quantity, Price`` or ``Ticker, Market value``, and their date.

    Raises:
        InputError: If the file cannot be read, or naming each line and column that is wrong.
    """
    cells = _opened(path).cells
    return read_holdings(cells, path.name), read_holdings_date(cells, path.name)
