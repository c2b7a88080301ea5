"""A block of cells that knows where each of them stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from addin.domain.labels import label_key
from addin.errors import InputError
from addin.excel.book import TableRows
from addin.excel.number_text import needs_decimal_point, uses_decimal_comma
from addin.excel.values import (
    error_text,
    expected,
    found,
    is_blank,
    is_number,
    number,
)

Cells = object  # what a host passes for a range: rows, one row, one cell, or a workbook's table
Row = Sequence[object]

IPS_MARK = "#IPS! "


@dataclass(frozen=True, eq=False)
class Grid:
    """Cells of one argument or table, blank rows and columns at its edges cut off.

    Attributes:
        name: What messages call it: the argument's name, or the place of a table.
        cells: Rows of equal length, the heading row (if there is one) first.
        first_row: Row number of ``cells[0]`` in messages: 1 in a range, the sheet's row in a table.
        is_table: Whether it is a named table, whose first row is certainly its headings.
    """

    name: str
    cells: Sequence[Row]
    first_row: int = 1
    is_table: bool = False

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.cells[0]) if self.cells else 0

    def where(self, row: int, column: str | int) -> str:
        """``holdings row 7, Market value``; a column number where there is no heading."""
        named = column if isinstance(column, str) else f"column {column + 1}"
        return f"{self.row_words(row)}, {named}"

    def row_words(self, row: int) -> str:
        """``holdings row 7``."""
        return f"{self.name} row {self.first_row + row}"

    @property
    def prefix(self) -> str:
        """The sheet of a table, before a sentence about the whole table."""
        return f"{self.name}, " if self.is_table else ""

    def has_numbers(self, row: int) -> bool:
        """Whether a row holds a number, as headings do not."""
        return any(is_number(cell) for cell in self.cells[row])

    def turned(self) -> "Grid":
        """Rows as columns: a table written sideways."""
        return Grid(self.name, list(zip(*self.cells, strict=True)), self.first_row)

    @cached_property
    def _comma_cell(self) -> tuple[int, str] | None:
        """Row and text of the first number that is written with a decimal comma."""
        for i, row in enumerate(self.cells):
            for cell in row:
                if isinstance(cell, str) and uses_decimal_comma(cell):
                    return i, cell
        return None

    def number(self, row: int, column: int, heading: str | int | None = None) -> float:
        """The number in a cell; text is read by the decimal mark the whole block uses.

        Raises:
            InputError: If it is no number, or reads otherwise beside a number of the block.
        """
        cell = self.cells[row][column]
        where = self.where(row, column if heading is None else heading)
        if isinstance(cell, str) and (comma := self._comma_cell):
            if needs_decimal_point(cell):
                raise InputError(
                    f"{where}: expected one decimal mark throughout, found {found(cell)} beside "
                    f"'{comma[1].strip()}' in row {self.first_row + comma[0]}"
                )
            return number(cell, where, decimal_comma=True)
        return number(cell, where)


def refuse_error(cell: object, name: str) -> None:
    """Pass on the mistake that an argument already is.

    Raises:
        InputError: If the cell is an error; the sentence of an ``#IPS!`` text is kept as it is.
    """
    if isinstance(cell, str) and cell.startswith(IPS_MARK):
        raise InputError(cell.removeprefix(IPS_MARK))
    if error_text(cell) is not None:
        raise expected("a value", cell, name)


def _rows(cells: Cells) -> list[Row]:
    if not isinstance(cells, (list, tuple)):
        return [[cells]]
    if not any(isinstance(row, (list, tuple)) for row in cells):
        return [list(cells)]
    return [row if isinstance(row, (list, tuple)) else [row] for row in cells]


def is_blank_row(row: Row) -> bool:
    """Whether every cell of a row is blank."""
    return (not any(row) and 0 not in row) or all(is_blank(cell) for cell in row)


def _trimmed(rows: Sequence[Row]) -> tuple[Sequence[Row], int]:
    """Rows without blank rows and columns at the edges, and how many rows were cut on top."""
    start, end = 0, len(rows)
    while end > start and is_blank_row(rows[end - 1]):
        end -= 1
    while start < end and is_blank_row(rows[start]):
        start += 1
    rows = rows[start:end] if (start, end) != (0, len(rows)) else rows
    if not rows:
        return [], 0
    width = max(map(len, rows))
    if width != min(map(len, rows)):
        rows = [(*row, *(None,) * (width - len(row))) for row in rows]
    keep = width
    while keep and is_blank(rows[0][keep - 1]) and all(is_blank(row[keep - 1]) for row in rows):
        keep -= 1
    return ([row[:keep] for row in rows] if keep < width else rows), start


def grid(cells: Cells, name: str) -> Grid:
    """Cells of an argument called ``name``, or of a workbook's table.

    Raises:
        InputError: If nothing was given, or the one cell given is an error.
    """
    if isinstance(cells, TableRows):
        rows, _ = _trimmed((cells.header, *cells.rows))
        return Grid(cells.place, rows, cells.first_row - 1, is_table=True)
    rows, cut = _trimmed(_rows(cells))
    if not rows:
        raise InputError(f"{name}: expected a range, found nothing")
    if len(rows) == 1 and len(rows[0]) == 1:
        refuse_error(rows[0][0], name)
    return Grid(name, rows, 1 + cut)


def is_given(cells: Cells) -> bool:
    """Whether an optional argument was given: not left out, not blank throughout."""
    if isinstance(cells, TableRows):
        return not all(is_blank_row(row) for row in cells.rows)
    if isinstance(cells, (list, tuple)):
        return not all(is_blank_row(row) for row in _rows(cells))
    return not is_blank(cells)


def as_key(cell: object) -> str:
    """The form in which a cell is compared with a heading; empty if it is no text."""
    return label_key(cell) if isinstance(cell, str) else ""
