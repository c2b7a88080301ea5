"""What tables and named cells held before a button wrote, and how the workbook keeps it.

A macro's changes are not on Excel's own undo list, so the last state stands as JSON in the table
``Undo_Snapshot``: one row per piece, because a cell holds at most 32,767 characters.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from addin.domain.table import Row, Table, Value
from addin.errors import InputError
from addin.excel.book import Book
from addin.excel.layout import UNDO

PIECE = 32_000  # characters; JSON is kept in ASCII, since Excel counts UTF-16 units

_TABLE, _CELL = "table", "cell"


@dataclass(frozen=True)
class Snapshot:
    """Contents of named tables and named cells at one moment."""

    tables: tuple[Table, ...] = ()
    cells: tuple[tuple[str, Value], ...] = ()


def table_of(book: Book, name: str) -> Table:
    """A table of the workbook in the form in which it is written.

    Raises:
        InputError: If there is no such table.
    """
    found = book.table(name)
    return Table(name, found.header, found.rows)


def taken(book: Book, tables: Iterable[str], cells: Iterable[str]) -> Snapshot:
    """What these tables and cells hold now.

    Raises:
        InputError: If the workbook lacks one of them.
    """
    return Snapshot(
        tuple(table_of(book, name) for name in tables),
        tuple((name, book.cell(name)) for name in cells),
    )


def as_table(snapshot: Snapshot) -> Table:
    """A snapshot as the rows of ``Undo_Snapshot``."""
    rows = [
        (target, part, piece)
        for target, content in _targets(snapshot)
        for part, piece in enumerate(_pieces(_encoded(content)), start=1)
    ]
    return Table(UNDO.name, UNDO.headings, tuple(rows))


def from_rows(rows: Iterable[Row]) -> Snapshot:
    """The snapshot that rows of ``Undo_Snapshot`` hold.

    Raises:
        InputError: If there is none, or it was edited by hand.
    """
    kept = [row for row in rows if row[0] is not None]
    if not kept:
        raise InputError(f"{UNDO.name}: no run of a button to undo")
    tables, cells = [], []
    for target, parts in groupby(kept, key=lambda row: str(row[0])):
        kind, _, name = target.partition(" ")
        content = _decoded("".join(str(row[2]) for row in parts), target)
        if kind == _TABLE:
            headings, *body = content
            tables.append(Table(name, tuple(headings), tuple(map(tuple, body))))
        else:
            cells.append((name, content))
    return Snapshot(tuple(tables), tuple(cells))


def _targets(snapshot: Snapshot) -> Iterator[tuple[str, object]]:
    for table in snapshot.tables:
        yield f"{_TABLE} {table.name}", [table.headings, *table.rows]
    for name, value in snapshot.cells:
        yield f"{_CELL} {name}", value


def _pieces(text: str) -> Iterator[str]:
    return (text[start : start + PIECE] for start in range(0, len(text), PIECE))


def _encoded(content: object) -> str:
    return json.dumps(content, default=_tagged, separators=(",", ":"), allow_nan=False)


def _tagged(value: object) -> dict[str, str]:
    """Dates, which JSON does not know, as an object: no cell value is one."""
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    raise TypeError(f"not a cell value: {value!r}")


def _untagged(found: dict[str, str]) -> date:
    return (
        datetime.fromisoformat(found["time"])
        if "time" in found
        else date.fromisoformat(found["date"])
    )


def _decoded(text: str, target: str) -> Any:
    try:
        return json.loads(text, object_hook=_untagged)
    except ValueError:
        raise InputError(f"{UNDO.name}, {target}: not as it was written; nothing to undo") from None
