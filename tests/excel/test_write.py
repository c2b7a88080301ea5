"""All results are written, or none."""

import pytest

from addin.domain.table import Table
from addin.errors import InputError
from addin.excel.layout import UNDO
from addin.excel.write import apply
from tests.memory_book import MemoryBook

A_AFTER = Table("A", ("x", "y"), ((1.0, "new"), (2.0, None)))
B_AFTER = Table("B", ("z",), ((3.0,),))


@pytest.fixture
def book():
    return MemoryBook(
        tables={
            "A": (("x",), (("old",),)),
            "B": (("z",), (("old",),)),
            UNDO.name: (UNDO.headings, (("cell C", 1, '"earlier"'),)),
        },
        cells={"C": "old", "D": 4.0},
    )


def contents(book):
    return dict(book.tables), dict(book.cells)


def test_tables_and_cells_are_written(book):
    apply(book, [A_AFTER, B_AFTER], {"C": "new"})
    assert book.tables["A"] == (("x", "y"), ((1.0, "new"), (2.0, None)))
    assert book.tables["B"] == (("z",), ((3.0,),))
    assert book.cells == {"C": "new", "D": 4.0}
    assert [row[0] for row in book.tables[UNDO.name][1]] == ["table A", "table B", "cell C"]


@pytest.mark.parametrize("locked", ["A", "B", "C", "D", UNDO.name])
def test_if_one_cannot_be_written_nothing_has_changed(book, locked):
    book.protected.add(locked)
    before = contents(book)
    with pytest.raises(InputError, match=f"{locked}: protected"):
        apply(book, [A_AFTER, B_AFTER], {"C": "new", "D": 5.0})
    assert contents(book) == before


@pytest.mark.parametrize("table", [Table("Gone", ("x",), ()), A_AFTER])
def test_a_missing_table_or_cell_is_found_before_anything_is_written(book, table):
    before = contents(book)
    with pytest.raises(InputError, match=r"no (table|cell) Gone"):
        apply(book, [B_AFTER, table], {"Gone": 1.0})
    assert contents(book) == before


def test_a_workbook_without_a_place_for_snapshots_is_written_all_the_same(book):
    del book.tables[UNDO.name]
    apply(book, [A_AFTER])
    assert book.tables["A"][0] == ("x", "y")


def test_what_need_not_be_undone_leaves_the_last_snapshot(book):
    kept = book.tables[UNDO.name]
    apply(book, [A_AFTER], undoable=False)
    assert book.tables[UNDO.name] == kept
