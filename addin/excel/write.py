"""All results of a button written at once, or none of them."""

from collections.abc import Iterable, Mapping
from contextlib import ExitStack

from addin.domain.table import Table, Value
from addin.excel.book import Book
from addin.excel.layout import UNDO
from addin.excel.undo import Snapshot, as_table, from_rows, table_of, taken


def apply(
    book: Book,
    tables: Iterable[Table],
    cells: Mapping[str, Value] | None = None,
    *,
    undoable: bool = True,
) -> None:
    """Write tables and named cells, after a snapshot of what they hold for *Undo last run*.

    If one of them cannot be written, those already written are put back: on an error nothing
    has changed. A workbook without the table ``Undo_Snapshot`` is written without a snapshot.

    Raises:
        InputError: If a table or cell is missing, filtered or protected.
    """
    tables, cells = tuple(tables), dict(cells or {})
    before = taken(book, (table.name for table in tables), cells)
    old_tables, new_tables = list(before.tables), list(tables)
    if undoable and book.has_table(UNDO.name):
        old_tables.append(table_of(book, UNDO.name))
        new_tables.append(as_table(before))
    with ExitStack() as rollback:
        for old, new in zip(old_tables, new_tables, strict=True):
            book.write_table(new.name, new.headings, new.rows)
            rollback.callback(book.write_table, old.name, old.headings, old.rows)
        for name, value in cells.items():
            old_value = dict(before.cells)[name]
            book.write_cell(name, value)
            rollback.callback(book.write_cell, name, old_value)
        rollback.pop_all()


def undo_last(book: Book) -> Snapshot:
    """Put back what the last button overwrote, and forget it; what was put back.

    Raises:
        InputError: If there is nothing to undo, or a table can no longer be written.
    """
    snapshot = from_rows(book.table(UNDO.name).rows)
    forgotten = Table(UNDO.name, UNDO.headings, ())
    apply(book, (*snapshot.tables, forgotten), dict(snapshot.cells), undoable=False)
    return snapshot
