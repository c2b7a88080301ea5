"""Prices, returns and covariance matrices from cells.

A block of plain numbers goes straight into an array; only a block with something else in it is
read cell by cell, which also finds every cell that is wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from addin.domain.finding import Finding, Severity
from addin.domain.history import Dates, Prices, Returns
from addin.domain.labels import repeated
from addin.domain.weights import Matrix
from addin.errors import InputError
from addin.excel.grid import Cells, Grid, Row, grid, is_blank_row
from addin.excel.records import raise_mistakes
from addin.excel.values import (
    COM_ERRORS,
    FIRST_SERIAL,
    LAST_SERIAL,
    day,
    found,
    is_blank,
    is_number,
    label,
)

LEAST_PRICE, MOST_PRICE = 1e-9, 1e12  # returns between prices further apart overflow
_NUMERIC = {float, int, np.float64}
_BLANK = type(None)
_ORDINAL_OF_1970 = date(1970, 1, 1).toordinal()
_ORDINAL_OF_SERIAL_0 = date(1899, 12, 30).toordinal()
_ERROR_RANGE = (min(COM_ERRORS), max(COM_ERRORS))


@dataclass(frozen=True, eq=False)
class _Block:
    """What a dated block holds, in the order given, and what is wrong with it.

    ``rows`` are the positions in the grid, for messages.
    """

    dates: Dates
    tickers: tuple[str, ...]
    values: Matrix
    rows: NDArray[np.int64]
    mistakes: tuple[str, ...] = ()


def tickers_of(table: Grid) -> tuple[str, ...]:
    """Labels of the heading row but for the first.

    Raises:
        InputError: If there are none, one is blank, or one stands twice.
    """
    first = table.cells[0]
    where = f"{table.name} row {table.first_row}"
    if table.width < 2:
        raise InputError(f"{where}: expected headings Date, <ticker> …, found {found(first[0])}")
    if is_number(first[1]) and not isinstance(first[0], str):
        raise InputError(
            f"{where}: expected headings Date, <ticker> …, found {found(first[0])}, "
            f"{found(first[1])}"
        )
    tickers = tuple(
        label(cell, f"{where}, column {i}", "a ticker") for i, cell in enumerate(first[1:], start=2)
    )
    if twice := repeated(tickers):
        raise InputError(f"{where}: ticker listed more than once: {', '.join(twice)}")
    return tickers


def _quick_dates(column: Sequence[object]) -> Dates | None:
    """Dates of a column without a single odd cell; None if there is one."""
    kinds = set(map(type, column))
    if kinds <= _NUMERIC:
        serials = np.floor(np.array(column, dtype=float))
        if not ((serials >= FIRST_SERIAL) & (serials <= LAST_SERIAL)).all():
            return None
        ordinals = serials.astype(np.int64) + _ORDINAL_OF_SERIAL_0
    elif all(issubclass(kind, date) for kind in kinds):
        ordinals = np.fromiter(map(date.toordinal, column), np.int64, len(column))  # type: ignore[arg-type]
    else:
        return None
    dates: Dates = (ordinals - _ORDINAL_OF_1970).view("datetime64[D]")
    return dates


def quick_values(body: Sequence[Row]) -> Matrix | None:
    """Numbers of a block that holds nothing but numbers and blanks; None if it does not."""
    numbers = [row[1:] for row in body]
    kinds = set(map(type, chain.from_iterable(numbers)))
    if kinds <= _NUMERIC:
        flat = np.fromiter(chain.from_iterable(numbers), float, len(numbers) * len(numbers[0]))
        values = flat.reshape(len(numbers), -1)
    elif kinds <= _NUMERIC | {_BLANK}:
        values = np.array(numbers, dtype=float)
    else:
        return None
    error = (values >= _ERROR_RANGE[0]) & (values <= _ERROR_RANGE[1])
    return None if error.any() or np.isinf(values).any() else values


def _quick(table: Grid, tickers: tuple[str, ...]) -> _Block | None:
    body = table.cells[1:]
    dates = _quick_dates([row[0] for row in body])
    values = None if dates is None else quick_values(body)
    if dates is None or values is None:
        return None
    return _Block(dates, tickers, values, np.arange(1, len(table.cells)))


def _slow(table: Grid, tickers: tuple[str, ...]) -> _Block:
    """Cell by cell; a wrong cell becomes NaN and a row without a date is left out."""
    mistakes: list[str] = []

    def kept(read: Callable[[], float | date | None]) -> float | date | None:
        try:
            return read()
        except InputError as error:
            mistakes.append(str(error))
            return None

    filled = [i for i in range(1, len(table.cells)) if not is_blank_row(table.cells[i])]
    days, values = [], []
    for i in filled:
        row = table.cells[i]
        days.append(kept(partial(day, row[0], table.where(i, "Date"))))
        values.append(
            [
                None if is_blank(row[j]) else kept(partial(table.number, i, j, ticker))
                for j, ticker in enumerate(tickers, start=1)
            ]
        )
    dated = np.array([d is not None for d in days], dtype=bool)
    return _Block(
        np.array([d for d in days if d is not None], dtype="datetime64[D]"),
        tickers,
        np.array(values, dtype=float).reshape(len(filled), len(tickers))[dated],
        np.array(filled, dtype=np.int64)[dated],
        tuple(mistakes),
    )


def _sorted(table: Grid, block: _Block) -> _Block:
    """Rows by date; of two rows with one date the later is left out and is a mistake."""
    step = np.diff(block.dates.astype(np.int64))
    if (step > 0).all():
        return block
    order = np.argsort(block.dates, kind="stable")
    dates, rows = block.dates[order], block.rows[order]
    again = np.concatenate([[False], dates[1:] == dates[:-1]])
    mistakes = tuple(
        f"{table.where(int(rows[k]), 'Date')}: expected each date once, found "
        f"{dates[k]} as in row {table.first_row + int(rows[k - 1])}"
        for k in np.flatnonzero(again)
    )
    keep = order[~again]
    return _Block(
        block.dates[keep],
        block.tickers,
        block.values[keep],
        block.rows[keep],
        block.mistakes + mistakes,
    )


def _block(cells: Cells, name: str, check: Callable[[Grid, _Block], _Block]) -> _Block:
    table = grid(cells, name)
    tickers = tickers_of(table)
    if len(table.cells) < 2:
        raise InputError(f"{name}: expected a row per date below the headings, found none")
    block = _quick(table, tickers) or _slow(table, tickers)
    return _sorted(table, check(table, block))


def _positive(table: Grid, block: _Block) -> _Block:
    """Prices at or below zero, or of no ordinary size, are mistakes and become NaN."""
    wrong = (block.values < LEAST_PRICE) | (block.values > MOST_PRICE)
    if not wrong.any():
        return block
    mistakes = tuple(
        f"{table.where(int(block.rows[i]), block.tickers[j])}: expected a price "
        f"{'below 1e12' if block.values[i, j] > MOST_PRICE else 'above zero'}, "
        f"found {block.values[i, j]:g}"
        for i, j in np.argwhere(wrong)
    )
    values = np.where(wrong, np.nan, block.values)
    return replace(block, values=values, mistakes=block.mistakes + mistakes)


def _unchecked(table: Grid, block: _Block) -> _Block:
    return block


def read_prices(cells: Cells, name: str = "prices") -> Prices:
    """Prices by date and ticker; dates in any order, a blank cell is no price.

    Raises:
        InputError: Naming each cell that is no positive number and each repeated date.
    """
    block = _block(cells, name, _positive)
    raise_mistakes(block.mistakes)
    return Prices(block.dates, block.tickers, block.values)


def read_returns(cells: Cells, name: str = "returns") -> Returns:
    """Returns by date and ticker, decimals per period; a blank cell is no return.

    Raises:
        InputError: Naming each cell that is no number and each repeated date.
    """
    block = _block(cells, name, _unchecked)
    raise_mistakes(block.mistakes)
    return Returns(block.dates, block.tickers, block.values)


_SUGGESTIONS = (
    ("each date once", "delete one of the two rows"),
    ("above zero", "correct the price, or clear the cell"),
    ("a date", "type the date, or delete the row"),
)


def _finding(mistake: str) -> Finding:
    where, _, what = mistake.partition(": ")
    advice = next((advice for sign, advice in _SUGGESTIONS if sign in what), None)
    return Finding(Severity.ERROR, where, what, advice or "correct or clear the cell")


def inspect_prices(cells: Cells, name: str = "prices") -> tuple[Prices, list[Finding]]:
    """Prices without the cells that are wrong, and a finding for each of those.

    Raises:
        InputError: If the headings cannot be read.
    """
    block = _block(cells, name, _positive)
    prices = Prices(block.dates, block.tickers, block.values)
    return prices, [_finding(mistake) for mistake in block.mistakes]


def currency_columns(cells: Cells, name: str = "prices") -> list[str]:
    """Headings of columns formatted as Currency, which Excel hands over as ``Decimal``."""
    table = grid(cells, name)
    kinds = ({type(row[i]) for row in table.cells[1:]} for i in range(table.width))
    return [
        str(heading)
        for heading, column in zip(table.cells[0], kinds, strict=True)
        if Decimal in column
    ]
