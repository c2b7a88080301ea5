"""What a button overwrote can be put back exactly, on every host."""

from datetime import date, datetime

import pytest
import xlwings as xw
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from addin.domain.table import Table
from addin.errors import InputError
from addin.excel.layout import UNDO
from addin.excel.undo import PIECE, Snapshot, as_table, from_rows, taken
from addin.excel.write import apply, undo_last
from addin.excel.xlwings_book import XlwingsBook
from tests.excel.memory_engine import BookData, opened, put_table
from tests.memory_book import MemoryBook

HEADINGS = ("Name", "=Value", "Note")

texts = st.one_of(
    st.sampled_from(["=1+1", "'quoted", "007", "TRUE", "2025-01-02", "#N/A", "é", "𝔘", '"', "\\"]),
    st.text(st.characters(min_codepoint=32, exclude_categories=["Cs"]), min_size=1),
)
values = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(date(1900, 3, 1), date(2100, 1, 1)),
    st.datetimes(datetime(1900, 3, 1), datetime(2100, 1, 1))
    .map(lambda moment: moment.replace(microsecond=0))  # as exact as Excel's clock is
    .filter(lambda moment: moment.time() != datetime.min.time()),
    texts,
)
bodies = st.lists(st.tuples(values, values, values), min_size=1, max_size=5)
few = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def memory_book():
    tables = {"Trades": (HEADINGS, ((None,) * 3,)), UNDO.name: (UNDO.headings, ((None,) * 3,))}
    return MemoryBook(tables=tables, cells={"As_of": None})


def excel_book():
    data = BookData()
    put_table(data, "Trades", [HEADINGS, ("x", 1, None)], ("@", "General", "0.0%"))
    put_table(data, UNDO.name, [UNDO.headings, (None, None, None)], ("@", "0", "@"))
    data.names["As_of"] = "=Trades!$H$1"
    return XlwingsBook(opened(data))


@pytest.fixture(autouse=True)
def engines_as_before(monkeypatch):
    monkeypatch.setattr(xw.engines, "active", None)
    monkeypatch.setattr(xw.engines, "engines", list(xw.engines.engines))


def same(one, other):
    """Equal, and of the same kind: True is not 1.0, a date is not a time."""
    return one == other and [type(v) for row in one for v in row] == [
        type(v) for row in other for v in row
    ]


@pytest.mark.parametrize("make", [memory_book, excel_book])
@few
@given(before=bodies, after=bodies, cell=values)
def test_undo_brings_back_every_value_and_its_kind(make, before, after, cell):
    book = make()
    book.write_table("Trades", HEADINGS, before)
    book.write_cell("As_of", cell)
    kept, kept_cell = book.table("Trades"), book.cell("As_of")

    apply(book, [Table("Trades", ("Name", "Other"), tuple(row[:2] for row in after))], {"As_of": 1})
    assert book.cell("As_of") == 1
    undo_last(book)

    assert book.table("Trades").header == kept.header == HEADINGS
    assert same(book.table("Trades").rows, kept.rows)
    assert same([[book.cell("As_of")]], [[kept_cell]])


@few
@given(body=bodies, cell=values)
def test_a_snapshot_survives_being_kept_as_rows(body, cell):
    snapshot = Snapshot((Table("Trades", HEADINGS, tuple(body)),), (("As_of", cell),))
    assert from_rows(as_table(snapshot).rows) == snapshot


def test_long_tables_are_kept_in_pieces_that_a_cell_can_hold():
    long = Table("Prices", ("Text",), (("𝔘" * 10_000,),) * 3)
    rows = as_table(Snapshot((long,))).rows
    # a character beyond the first plane is 12 in JSON: 3 · 120,000 and a little punctuation
    assert [part for _, part, _ in rows] == list(range(1, 13))
    assert max(len(piece.encode("utf-16-le")) // 2 for _, _, piece in rows) == PIECE
    assert from_rows(rows).tables == (long,)


def test_undo_twice_has_nothing_to_undo():
    book = memory_book()
    apply(book, [Table("Trades", HEADINGS, (("a", 1.0, None),))])
    undo_last(book)
    with pytest.raises(InputError, match="Undo_Snapshot: no run of a button to undo"):
        undo_last(book)


def test_a_snapshot_edited_by_hand_is_refused_and_changes_nothing():
    book = memory_book()
    apply(book, [Table("Trades", HEADINGS, (("a", 1.0, None),))])
    book.write_table(UNDO.name, UNDO.headings, [("table Trades", 1, '[["Name"')])
    with pytest.raises(InputError, match="table Trades: not as it was written"):
        undo_last(book)
    assert book.table("Trades").rows == (("a", 1.0, None),)


def test_what_is_to_be_snapped_must_be_there():
    with pytest.raises(InputError, match="no table Gone"):
        taken(memory_book(), ["Gone"], [])
