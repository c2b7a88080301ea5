"""An Excel table (ListObject) and single cells: read exactly, written without surprises."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from datetime import time as clock
from decimal import Decimal
from functools import partial
from typing import Any

import xlwings as xw
from xlwings.main import Table

from addin.domain.table import Row, Value
from addin.errors import InputError
from addin.excel import desktop
from addin.excel.book import TableRows
from addin.excel.entry import enter


def read_table(table: Table) -> TableRows:
    """Headings and body without the totals row; a table without rows has one blank row.

    Raises:
        InputError: If the header row is hidden.
    """
    header = _header_range(table)
    body = table.data_body_range
    headings = tuple(str(heading or "") for heading in values(header)[0])
    return TableRows(
        name=table.name,
        sheet=table.parent.name,
        header=headings,
        rows=tuple(map(tuple, values(body))) if body else ((None,) * len(headings),),
        first_row=header.row + 1,
        first_column=header.column,
    )


def _header_range(table: Table) -> xw.Range:
    if table.header_row_range is None:
        raise InputError(f"{table.name}: its header row is hidden; show it (Table Design)")
    return table.header_row_range


def values(cells: xw.Range) -> list[list[Value]]:
    """Cell values: blank is None, an error its text, a day a date, a number not cut short."""
    found = desktop.values(cells)
    if any(isinstance(value, Decimal) for row in found for value in row):
        exact = desktop.exact_numbers(cells)
        found = [
            [whole if isinstance(cut, Decimal) else cut for cut, whole in zip(*rows, strict=True)]
            for rows in zip(found, exact, strict=True)
        ]
    return [[_value(value) for value in row] for row in found]


def _value(value: Any) -> Value:
    """Excel has no dates without a time; midnight is a date."""
    if isinstance(value, datetime) and value.time() == clock.min:
        return date(value.year, value.month, value.day)
    return value  # type: ignore[no-any-return]


def write_table(
    table: Table, header: Sequence[str], rows: Sequence[Row], patiently: desktop.Patience
) -> None:
    """Replace headings and body; nothing is touched if the table cannot be written.

    Raises:
        InputError: If the table is filtered, protected, has a totals row or a hidden header
            row, or would grow over other cells; or Excel stays busy.
    """
    known = patiently(lambda: _known_headings(table))
    for step in patiently(lambda: _reshaping(table, len(rows), len(header))):
        patiently(step)
    if known != tuple(header):
        enter(patiently(lambda: table.range[0, :]), [tuple(header)], patiently)
    enter(patiently(lambda: table.range[1:, :]), rows, patiently)


def _known_headings(table: Table) -> tuple[Value, ...]:
    """Headings of a table that may be written."""
    _refuse_locked(table.name, table.parent)
    if any(criteria.type != "none" for criteria in table.autofilter.criteria):
        raise InputError(f"{table.name}: the table is filtered; clear its filter and try again")
    if table.show_totals:
        raise InputError(f"{table.name}: the table has a total row; switch it off and try again")
    return tuple(values(_header_range(table))[0])


def write_cell(name: str, cell: xw.Range, value: Value, patiently: desktop.Patience) -> None:
    """Set one cell.

    Raises:
        InputError: If its sheet is protected; or Excel stays busy.
    """
    patiently(lambda: _refuse_locked(name, cell.sheet))
    enter(cell, [(value,)], patiently)


def _refuse_locked(name: str, sheet: xw.Sheet) -> None:
    if desktop.is_protected(sheet):
        raise InputError(f"{name}: sheet '{sheet.name}' is protected; unprotect it and try again")


def _reshaping(table: Table, rows: int, columns: int) -> list[Callable[[], object]]:
    """Steps that fit a table to its new body, each of which may be repeated until it succeeds.

    Added rows look like its first, removed cells are cleared.
    """
    old = table.range
    old_rows, old_columns = old.shape[0] - 1, old.shape[1]
    if (rows, columns) == (old_rows, old_columns):
        return []
    new = old[0, 0].resize(rows + 1, columns)
    for cells in _beyond(new, old_rows + 1, old_columns):
        _refuse_occupied(table.name, cells)
    steps: list[Callable[[], object]] = [partial(table.resize, new)]
    # cleared after the resize: a heading inside a table cannot be empty
    steps += [cells.clear_contents for cells in _beyond(old, rows + 1, columns)]
    if rows > old_rows:
        kept = min(columns, old_columns)
        steps.append(partial(old[1, :kept].copy, destination=new[old_rows + 1 :, :kept]))
    return steps


def _beyond(cells: xw.Range, rows: int, columns: int) -> list[xw.Range]:
    """The part of a block outside its first rows and columns: what is below, what is beside."""
    height, width = cells.shape
    below = [cells[rows:, :]] if height > rows else []
    beside = [cells[: min(rows, height), columns:]] if width > columns else []
    return below + beside


def _refuse_occupied(name: str, cells: xw.Range) -> None:
    if any(value is not None for row in desktop.values(cells) for value in row):
        raise InputError(
            f"{name}: needs the cells {cells.address.replace('$', '')} of sheet "
            f"'{cells.sheet.name}', which are not empty"
        )
