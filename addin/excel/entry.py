"""Values into Excel's cells so that each arrives as what it is.

Excel reads text that is written to a cell as if it had been typed: ``=1+1`` becomes a formula,
``1-2`` a date, ``007`` a number, ``TRUE`` a flag. A leading apostrophe stops this and is not part
of the cell's value. A cell formatted as Text takes text as it stands, but also turns a number
into text, so what is not text enters under the format General and gets the old one back.
A date is a number that is formatted as one; where value and format disagree the format yields.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any

import xlwings as xw

from addin.domain.table import Row, Value
from addin.excel.desktop import Patience

TEXT_FORMAT, GENERAL, DATE_FORMAT = "@", "General", "yyyy-mm-dd"
TIME_FORMAT = f"{DATE_FORMAT} hh:mm:ss"
APOSTROPHE = "'"
LITERALS = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')  # of a number format: shown as they stand


def enter(cells: xw.Range, rows: Sequence[Row], patiently: Patience) -> None:
    """Write rows of values over a block of cells of the same size; formats that fit stay.

    Raises:
        InputError: If Excel stays busy.
    """
    for part in patiently(lambda: list(_blocks(cells, rows))):
        patiently(partial(_enter_block, *part))


def _enter_block(block: xw.Range, values: Sequence[Row], number_format: str) -> None:
    """Write cells that share a number format; done twice, for a busy Excel, it is done once."""
    if number_format != TEXT_FORMAT:
        block.value = _quoted(values)
    elif all(_stands_as_text(value) for row in values for value in row):
        block.value = [list(row) for row in values]
    else:
        block.number_format = GENERAL
        block.value = _quoted(values)
        block.number_format = TEXT_FORMAT
    _fit_formats(block, values, _shows_dates(number_format))


def _blocks(cells: xw.Range, rows: Sequence[Row]) -> Iterator[tuple[xw.Range, Sequence[Row], str]]:
    """Parts that share a number format: the whole, else columns, else single cells."""
    number_format = cells.number_format
    height, width = cells.shape
    if number_format is not None:
        yield cells, rows, number_format
    elif width > 1:
        for j in range(width):
            yield from _blocks(cells[:, j], [(row[j],) for row in rows])
    else:
        for i in range(height):
            yield from _blocks(cells[i, 0], [rows[i]])


def _fit_formats(block: xw.Range, values: Sequence[Row], shows_dates: bool) -> None:
    for i, row in enumerate(values):
        for j, value in enumerate(row):
            if isinstance(value, date) and not shows_dates:
                block[i, j].number_format = _format_of(value)
            elif shows_dates and isinstance(value, int | float) and not isinstance(value, bool):
                block[i, j].number_format = GENERAL


def _format_of(value: date) -> str:
    return TIME_FORMAT if isinstance(value, datetime) else DATE_FORMAT


def _shows_dates(number_format: str) -> bool:
    """Whether a number with this format is a date to Excel: it has a part of one."""
    spelled = LITERALS.sub("", number_format).lower()
    return number_format != GENERAL and any(part in spelled for part in "ymdhs")


def _stands_as_text(value: Value) -> bool:
    return value is None or (isinstance(value, str) and not value.startswith(APOSTROPHE))


def _quoted(rows: Sequence[Row]) -> list[list[Any]]:
    return [[_entry(value) for value in row] for row in rows]


def _entry(value: Value) -> Any:
    """A value in a form that every desktop Excel takes; blank is None, text is quoted."""
    if isinstance(value, str):
        return f"{APOSTROPHE}{value}" if value else None
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)  # neither system takes integers of every size
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)
    return value
