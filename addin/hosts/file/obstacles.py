"""What forbids writing a table or a cell."""

import math
from collections.abc import Iterable, Sequence

from addin.domain.labels import repeated
from addin.domain.table import Row
from addin.errors import InputError
from addin.hosts.file.area import LAST_COLUMN, LAST_ROW, Area, column_letters
from addin.hosts.file.ooxml import main
from addin.hosts.file.resize import Resize
from addin.hosts.file.sheet import Sheet
from addin.hosts.file.styles import Styles
from addin.hosts.file.tables import ListObject
from addin.hosts.file.text import LONGEST_TEXT

LONGEST_HEADING = 255


def check_headings(name: str, headings: tuple[str, ...]) -> None:
    """Refuse headings Excel would repair.

    Raises:
        InputError: If one is missing, too long or there twice.
    """
    if not headings or not all(text.strip() for text in headings):
        raise InputError(f"{name}: every column needs a heading")
    if twice := repeated(headings):
        raise InputError(f"{name}: heading '{twice[0]}' is there twice")
    if too_long := [text for text in headings if len(text) > LONGEST_HEADING]:
        raise InputError(f"{name}: heading '{too_long[0][:40]}…' is longer than 255 characters")


def check_extent(resize: Resize, sheet: Sheet, others: Iterable[ListObject]) -> None:
    """Refuse a new extent that would destroy what is not the table's.

    Raises:
        InputError: Naming the first cell, table or setting in the way.
    """
    table, after = resize.table, resize.after
    if table.filtered:
        raise InputError(f"{table.name}: a filter hides rows; clear the filter first")
    if table.totals_rows and resize.headings != table.headings:
        raise InputError(f"{table.name}: has a totals row, so its headings cannot change")
    if after.bottom > LAST_ROW or after.right > LAST_COLUMN:
        raise InputError(f"{table.name}: {_growth(resize)} would leave the sheet")
    for other in others:
        if other.name != table.name and other.area.overlaps(after):
            raise InputError(f"{table.name}: {_growth(resize)} would run into '{other.name}'")
    _check_cells(resize, sheet)


def check_values(name: str, headings: tuple[str, ...], rows: Sequence[Row]) -> None:
    """Refuse what a cell cannot hold, before anything is written.

    Raises:
        InputError: If a text is too long.
        ValueError: If a number is not finite: an undefined number must come as a text.
    """
    for number, row in enumerate(rows, 1):
        for heading, value in zip(headings, row, strict=True):
            if isinstance(value, str) and len(value) > LONGEST_TEXT:
                raise InputError(
                    f"{name} row {number}, {heading}: a cell holds at most {LONGEST_TEXT:,} "
                    f"characters, found {len(value):,}"
                )
            if isinstance(value, float) and not math.isfinite(value):
                raise ValueError(f"{name} row {number}, {heading}: {value} is no number")


def check_unprotected(sheet: Sheet, styles: Styles, area: Area, what: str) -> None:
    """Refuse to write locked cells of a protected sheet.

    Raises:
        InputError: Naming the first locked cell.
    """
    protection = sheet.root.find(main("sheetProtection"))
    if protection is None or protection.get("sheet") not in ("1", "true"):
        return
    for row, column in area.cells():
        if styles.locked(sheet.style(row, column)):
            cell = f"{column_letters(column)}{row}"
            raise InputError(
                f"{what}: sheet '{sheet.name}' is protected and {cell} locked; unprotect it first"
            )


def _check_cells(resize: Resize, sheet: Sheet) -> None:
    present = resize.table.area
    for merged in sheet.root.iterfind(f"{main('mergeCells')}/{main('mergeCell')}"):
        area = Area.parse(merged.get("ref", ""))
        if area and area.overlaps(resize.after):
            raise InputError(f"{resize.table.name}: {_growth(resize)} would meet merged {area}")
    for row, column in sheet.filled(resize.after, outside=present):
        raise InputError(
            f"{resize.table.name}: {_growth(resize)} would overwrite "
            f"{_shown(sheet, row, column)} in {column_letters(column)}{row}"
        )


def _shown(sheet: Sheet, row: int, column: int) -> str:
    value = sheet.value(row, column)
    return "a formula" if value is None else repr(value) if isinstance(value, str) else str(value)


def _growth(resize: Resize) -> str:
    if resize.after.right > resize.table.area.right:
        return f"growing to {resize.count} rows and {len(resize.headings)} columns"
    return f"growing to {resize.count} rows"
