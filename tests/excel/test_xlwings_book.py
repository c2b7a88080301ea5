"""The Book protocol over xlwings' own objects, with Excel's behaviour in memory behind them."""

from datetime import date, datetime
from pathlib import Path

import pytest
import xlwings as xw

from addin.domain.table import Kind
from addin.errors import InputError
from addin.excel import desktop
from addin.excel.layout import NUMBER_FORMATS
from addin.excel.xlwings_book import XlwingsBook
from tests.excel import memory_engine
from tests.excel.memory_engine import ERRORS, BookData, Cell, opened, put_table, serial

TRADES = [
    ("Ticker", "Quantity", "Dated"),
    ("SPY", 3, date(2025, 1, 2)),
    ("AGG", None, None),
]
FORMATS = ("@", "#,##0", "yyyy-mm-dd")


@pytest.fixture
def data(monkeypatch):
    monkeypatch.setattr(xw.engines, "active", None)
    monkeypatch.setattr(xw.engines, "engines", list(xw.engines.engines))
    book = BookData()
    put_table(book, "Trades", TRADES, FORMATS)
    return book


@pytest.fixture
def book(data):
    return XlwingsBook(opened(data))


def cell(data, row, column, sheet="Trades"):
    return data.sheets[sheet].at(row, column)


def test_a_table_is_read_with_where_it_stands(book):
    found = book.table("trades")  # Excel's names know no case
    assert found.header == ("Ticker", "Quantity", "Dated")
    assert found.rows == (("SPY", 3.0, date(2025, 1, 2)), ("AGG", None, None))
    assert found.where(1, 1) == "Trades row 5, Quantity"
    assert (found.name, found.first_column) == ("Trades", 2)


def test_error_cells_arrive_as_their_text_and_times_keep_their_time(data, book):
    cell(data, 4, 3).value = ERRORS["#N/A"]
    cell(data, 5, 4).value = serial(datetime(2025, 1, 2, 9, 30))
    assert book.table("Trades").rows == (
        ("SPY", "#N/A", date(2025, 1, 2)),
        ("AGG", None, datetime(2025, 1, 2, 9, 30)),
    )


def test_prices_formatted_as_currency_keep_all_their_decimals(data, book):
    cell(data, 4, 3).value, cell(data, 4, 3).number_format = 101.123456, "$#,##0.00"
    assert book.table("Trades").rows[0] == ("SPY", 101.123456, date(2025, 1, 2))


def test_the_mac_reads_the_same(data, book, monkeypatch):
    monkeypatch.setattr(desktop, "ON_MAC", True)
    cell(data, 4, 3).value = ERRORS["#REF!"]
    assert book.table("Trades").rows == (
        ("SPY", "#REF!", date(2025, 1, 2)),
        ("AGG", None, None),
    )
    data.sheets["Trades"].protected = True
    with pytest.raises(InputError, match="protected"):
        book.write_table("Trades", ("Ticker",), [("X",)])


def test_a_missing_table_or_cell_is_named_with_the_nearest(data, book):
    data.names["As_of"] = "=Trades!$H$1"
    with pytest.raises(InputError, match=r"book\.xlsx: there is no table 'Trade' \(did you mean"):
        book.table("Trade")
    with pytest.raises(InputError, match=r"no cell named 'Asof' \(did you mean 'As_of'\?\)"):
        book.cell("Asof")


def test_a_named_cell_whose_sheet_was_deleted_says_so(data, book):
    data.names["As_of"] = "=#REF!$H$1"
    with pytest.raises(InputError, match="'As_of' was deleted"):
        book.cell("As_of")


LIKE_FORMULAS = ["=1+1", "+1", "-x", "@SUM(1)"]
LIKE_VALUES = ["007", "1-2", "50%", "1e5", "TRUE", "#N/A"]


@pytest.mark.parametrize("text", [*LIKE_FORMULAS, *LIKE_VALUES, "'quoted", " a "])
@pytest.mark.parametrize("number_format", ["@", "General", "0.0%"])
def test_text_stays_text_whatever_the_format_of_the_cell(data, book, text, number_format):
    for row in (4, 5):
        cell(data, row, 2).number_format = number_format
    book.write_table("Trades", TRADES[0], [(text, 1.0, None), ("plain", 2.0, None)])
    assert book.table("Trades").rows == ((text, 1.0, None), ("plain", 2.0, None))
    assert cell(data, 4, 2).formula == ""
    assert cell(data, 4, 2).number_format == number_format


def test_numbers_flags_and_dates_keep_their_kind_in_a_column_of_text(data, book):
    rows = ((7.25, 1.0, None), (True, 2.0, None), (date(2025, 3, 4), 3.0, None), ("x", 4.0, None))
    book.write_table("Trades", TRADES[0], rows)
    assert book.table("Trades").rows == rows
    formats = [cell(data, row, 2).number_format for row in range(4, 8)]
    assert formats == ["@", "@", "yyyy-mm-dd", "@"]


def test_a_number_in_a_column_of_dates_stays_a_number_and_a_time_keeps_its_seconds(data, book):
    rows = (("SPY", 1.0, 45.5), ("AGG", date(2025, 1, 2), datetime(2025, 1, 2, 9, 30, 15)))
    book.write_table("Trades", TRADES[0], rows)
    assert book.table("Trades").rows == rows
    assert [cell(data, row, 4).number_format for row in (4, 5)] == ["General", "yyyy-mm-dd"]


OURS = {spelled for kind, spelled in NUMBER_FORMATS.items() if kind is not Kind.DATE}
WITH_LETTERS = {'0.0" days"', "#,##0_);[Red](#,##0)", r"0\y"}


@pytest.mark.parametrize("number_format", sorted(OURS | WITH_LETTERS))
def test_a_number_leaves_a_format_of_numbers_alone(data, book, number_format):
    for row in (4, 5):
        cell(data, row, 3).number_format = number_format
    book.write_table("Trades", TRADES[0], [("SPY", 0.5, None), ("AGG", -2.0, None)])
    assert [row[1] for row in book.table("Trades").rows] == [0.5, -2.0]
    assert {cell(data, row, 3).number_format for row in (4, 5)} == {number_format}


def test_formats_that_differ_within_a_column_stay_with_their_cells(data, book):
    cell(data, 4, 3).number_format = "0.0%"
    cell(data, 5, 3).number_format = "@"
    book.write_table("Trades", TRADES[0], [("SPY", 0.25, None), ("AGG", "=1+1", None)])
    assert book.table("Trades").rows == (("SPY", 0.25, None), ("AGG", "=1+1", None))
    assert [cell(data, row, 3).number_format for row in (4, 5)] == ["0.0%", "@"]


def test_a_table_grows_and_its_formats_carry_down(data, book):
    rows = tuple((f"T{i}", float(i), date(2025, 1, i + 1)) for i in range(5))
    book.write_table("Trades", TRADES[0], rows)
    assert book.table("Trades").rows == rows
    assert [cell(data, 8, column).number_format for column in (2, 3, 4)] == list(FORMATS)


def test_a_table_shrinks_and_leaves_nothing_behind(data, book):
    book.write_table("Trades", ("Ticker", "Note"), [("SPY", "sold")])
    assert book.table("Trades").header == ("Ticker", "Note")
    assert book.table("Trades").rows == (("SPY", "sold"),)
    assert [cell(data, row, 4).value for row in (3, 4, 5)] == [None] * 3
    assert [cell(data, 5, column).value for column in (2, 3, 4)] == [None] * 3


def test_a_table_takes_more_columns(data, book):
    header, row = ("Ticker", "Quantity", "Dated", "2024"), ("SPY", 1.0, None, "new")
    book.write_table("Trades", header, [row])
    assert (book.table("Trades").header, book.table("Trades").rows) == (header, (row,))


def test_a_table_can_grow_in_rows_while_it_loses_columns(data, book):
    rows = (("a", 1.0), ("b", 2.0), ("c", 3.0), ("d", 4.0))
    book.write_table("Trades", ("Ticker", "Quantity"), rows)
    assert book.table("Trades").rows == rows
    assert cell(data, 3, 4).value is None


def test_without_rows_one_blank_row_stays(book):
    book.write_table("Trades", TRADES[0], ())
    assert book.table("Trades").rows == ((None, None, None),)
    book.write_table("Trades", TRADES[0], [("SPY", 1.0, None)])
    assert book.table("Trades").rows == (("SPY", 1.0, None),)


def test_cells_in_the_way_are_not_overwritten(data, book):
    cell(data, 7, 3).value = "a note below the table"
    with pytest.raises(InputError, match="needs the cells B6:D7 of sheet 'Trades'"):
        book.write_table("Trades", TRADES[0], [("a", 1.0, None)] * 4)
    assert book.table("Trades").rows[0][0] == "SPY"
    assert cell(data, 7, 3).value == "a note below the table"


def test_filtered_locked_and_totalled_tables_are_refused_untouched(data, book):
    table = data.sheets["Trades"].tables["Trades"]
    for change, words in [("filtered", "is filtered"), ("totals", "total row")]:
        setattr(table, change, True)
        with pytest.raises(InputError, match=words):
            book.write_table("Trades", TRADES[0], [("X", 1.0, None)])
        setattr(table, change, False)
    data.sheets["Trades"].protected = True
    with pytest.raises(InputError, match="Trades: sheet 'Trades' is protected"):
        book.write_table("Trades", TRADES[0], [("X", 1.0, None)])
    assert book.table("Trades").rows[0][0] == "SPY"


def test_a_hidden_header_row_is_asked_for(data, book):
    data.sheets["Trades"].tables["Trades"].header = False
    with pytest.raises(InputError, match="header row is hidden"):
        book.table("Trades")


@pytest.mark.parametrize("value", ["=1+1", 0.5, True, date(2025, 1, 31), None, "12"])
def test_a_named_cell_gives_back_what_was_written(data, book, value):
    data.names["As_of"] = "=Trades!$H$1"
    for number_format in ("General", "@"):
        data.sheets["Trades"].cells[1, 8] = Cell("old", number_format)
        book.write_cell("As_of", value)
        assert book.cell("As_of") == value
        assert type(book.cell("As_of")) is type(value)


def test_a_named_cell_of_a_locked_sheet_is_refused(data, book):
    data.names["As_of"] = "=Trades!$H$1"
    data.sheets["Trades"].protected = True
    with pytest.raises(InputError, match="As_of: sheet 'Trades' is protected"):
        book.write_cell("As_of", 1.0)


def test_excel_is_left_as_it_was_even_when_a_job_fails(data, book):
    data.settings.update(calculation="semiautomatic", enable_events=False)
    before = dict(data.settings)
    with pytest.raises(ZeroDivisionError), book.unattended():
        assert data.settings["calculation"] == "manual"
        assert not data.settings["screen_updating"]
        book.progress(0.25, "Returns")
        raise ZeroDivisionError
    assert data.settings == before
    assert data.bars == ["IPS 25% Returns", False]


def test_the_last_word_is_a_message_and_clears_the_status_bar(data, book):
    book.progress(0.5, "Trades")
    book.tell("6 trades.")
    assert data.alerts == ["6 trades."]
    assert data.bars[-1] is False


class ComError(Exception):
    """Stands for pywintypes.com_error: (code, words, details, argument)."""


BUSY = ComError(desktop.CALL_REJECTED, "Call was rejected by callee.", None, None)
IN_EDIT = ComError(-2147352567, "Exception", (0, None, None, None, 0, desktop.CELL_IN_EDIT), None)
OTHER = ComError(-2147352567, "Exception", (0, None, None, None, 0, -2146827284), None)


def patient(data, waits):
    return XlwingsBook(
        opened(data), patience=desktop.Patience(errors=(ComError,), wait=waits.append)
    )


def test_a_busy_excel_is_asked_again_later_and_later(data):
    waits = []
    book = patient(data, waits)
    data.trouble += [BUSY, IN_EDIT, BUSY]
    with book.unattended():
        pass
    assert waits == [0.1, 0.2, 0.4]
    assert data.settings["calculation"] == "automatic"


def test_an_excel_that_stays_busy_is_said_to_be(data):
    book = patient(data, [])
    data.trouble += [BUSY] * len(desktop.PAUSES)
    with pytest.raises(InputError, match="Excel is busy: finish editing"):
        book.unattended().__enter__()


def test_another_com_error_surfaces_at_once(data):
    waits = []
    book = patient(data, waits)
    data.trouble += [OTHER]
    with pytest.raises(ComError):
        book.unattended().__enter__()
    assert waits == []


def done(data, rejected=0):
    """What Excel shows after a job: read, grow, shrink, mixed kinds in text cells, a cell, a pack.

    The call of this number is rejected once.
    """
    put_table(data, "Trades", TRADES, FORMATS)
    data.names["As_of"] = "=Trades!$H$1"
    data.fullname = "/somewhere/book.xlsx"
    patience = desktop.Patience(errors=(ComError,), wait=lambda seconds: None)
    book = XlwingsBook(opened(data), freeze=lambda *call: None, patience=patience)
    memory_engine.ASKED[:] = ["opened"]
    memory_engine.REFUSED.clear()
    if rejected:
        memory_engine.REFUSED[rejected] = ComError(*BUSY.args)
    with book.unattended():
        book.progress(0.5, "Trades")
        read = book.table("Trades").rows
        book.write_table("Trades", ("A", "B"), [(1.5, "x"), ("=1", None), ("z", 2.0)])
        book.write_table("Trades", ("A", "B", "C"), [("y", 1.0, date(2025, 1, 2))] * 4)
        book.write_table("Trades", ("A", "C"), [(2.5, "z")])
        book.write_cell("As_of", date(2025, 1, 31))
    book.freeze(["Trades"])
    book.tell(f"{book.name}: {len(read)} rows.")
    cells = {place: c for place, c in data.sheets["Trades"].cells.items() if c != Cell()}
    return cells, data.settings, data.alerts, data.sheets["Trades"].tables


ACTIONS = {"resize", "clear_contents", "copy", "raw_value", "number_format", "alert"}


def rejected_in_turn(chosen):
    wanted = done(BookData())
    _, *names = memory_engine.ASKED
    for turn, name in enumerate(names, start=1):
        if chosen(turn, name):
            assert done(BookData(), turn) == wanted, f"call {turn}, {name}"
            assert not memory_engine.REFUSED, "it was not rejected"
    memory_engine.ASKED.clear()


@pytest.mark.usefixtures("data")
def test_whichever_action_excel_rejects_the_job_ends_as_if_it_had_not():
    rejected_in_turn(lambda turn, name: name in ACTIONS or turn % 97 == 0)


@pytest.mark.soak
@pytest.mark.usefixtures("data")
def test_each_single_call_may_be_rejected():
    rejected_in_turn(lambda turn, name: True)


@pytest.mark.parametrize(("on_mac", "source"), [(False, "book.xlsx"), (True, "saved")])
def test_a_pack_is_frozen_from_a_copy_and_put_beside_the_workbook(
    data, monkeypatch, tmp_path, on_mac, source
):
    monkeypatch.setattr(desktop, "ON_MAC", on_mac)
    data.fullname = str(tmp_path / "book.xlsx")
    calls = []
    book = XlwingsBook(opened(data), freeze=lambda *call: calls.append(call))
    assert book.freeze(["Summary"]) == "book-pack.xlsx"
    [(copy, target, sheets)] = calls
    assert (target, sheets) == (tmp_path / "book-pack.xlsx", ["Summary"])
    assert copy.name == "book.xlsx"
    assert [Path(path).name for path in data.copies] == [source]


def test_a_workbook_never_saved_has_no_place_for_a_pack(book):
    with pytest.raises(InputError, match="save the workbook once"):
        book.freeze(["Summary"])


def test_a_workbook_in_the_cloud_that_is_not_on_this_computer_cannot_be_frozen(data, monkeypatch):
    def nowhere(self):
        raise xw.XlwingsError("Couldn't find the local OneDrive file location")

    monkeypatch.setattr(xw.Book, "fullname", property(nowhere))
    book = XlwingsBook(opened(data), freeze=lambda *call: None)
    with pytest.raises(InputError, match=r"has no folder on this computer \(Couldn't find"):
        book.freeze(["Summary"])
