"""The buttons over a workbook in memory that holds the sample."""

import copy
import importlib
import pkgutil

import pytest

import macros
from addin.errors import InputError, IpsError
from addin.excel import layout
from addin.report.schema import FINDING, REPORT_CELLS, REPORT_SHEETS, REPORT_TABLES, cell_name
from tests.memory_book import MemoryBook
from workbook_templates.sample import sample_tables

BUTTONS = {name: getattr(macros, name).__ips_button__ for name in macros.__all__}
ONE_SHEET = {
    "check_data": "Data quality",
    "check_policy": "Compliance",
    "optimize": "Proposal",
    "risk": "Risk",
    "stress": "Stress",
    "drift": "Allocation",
    "trades": "Trades",
}
SUPERTIP_LIMIT = 1024  # characters, of the ribbon


def empty_report():
    blank = {
        spec.name: (spec.headings, ((None,) * len(spec.headings),))
        for spec in (*REPORT_TABLES, layout.UNDO)
    }
    return blank, {cell.name: None for cell in REPORT_CELLS}


@pytest.fixture(scope="module")
def sample():
    tables, cells = empty_report()
    inputs = {
        name: (t.headings, t.rows or ((None,) * len(t.headings),))
        for name, t in sample_tables().items()
    }
    return MemoryBook(tables=tables | inputs, cells=cells)


@pytest.fixture
def book(sample):
    return copy.deepcopy(sample)


def contents(book):
    tables = {name: table for name, table in book.tables.items() if name != layout.UNDO.name}
    return tables, dict(book.cells)


def changed(before, after):
    """Names of the tables and cells that differ."""
    return {
        name
        for old, new in zip(before, after, strict=True)
        for name in old
        if old[name] != new[name]
    }


@pytest.mark.parametrize("name", BUTTONS)
def test_the_ribbon_can_show_every_button(name):
    shown = BUTTONS[name]
    assert shown.name == name
    assert shown.label and shown.group and shown.image
    assert shown.supertip.endswith(".") and len(shown.supertip) <= SUPERTIP_LIMIT
    assert getattr(macros, name).__doc__


def test_no_two_buttons_are_called_the_same():
    labels = [shown.label for shown in BUTTONS.values()]
    assert len(set(labels)) == len(labels)


def test_the_catalogue_lists_every_button():
    modules = [
        importlib.import_module(f"macros.{module.name}")
        for module in pkgutil.iter_modules(macros.__path__)
    ]
    made = {
        name
        for module in modules
        for name, member in vars(module).items()
        if hasattr(member, "__ips_button__")
    }
    assert sorted(made) == sorted(macros.__all__), "add the button to macros/__init__.py"


@pytest.mark.parametrize(("name", "sheet"), ONE_SHEET.items())
def test_a_button_fills_its_own_sheet_and_says_what_it_says(book, name, sheet):
    before = contents(book)
    sentence = BUTTONS[name].macro(book)
    own = {spec.name for spec in REPORT_TABLES if spec.sheet == sheet}
    own |= {cell.name for cell in REPORT_CELLS if cell.sheet == sheet}
    assert changed(before, contents(book)) == own
    assert sentence == f"{sheet}: {book.cells[cell_name(sheet, FINDING)]}"


def test_the_report_button_fills_every_sheet_and_undo_empties_them_again(book):
    before = contents(book)
    sentence = BUTTONS["build_report"].macro(book)
    filled = changed(before, contents(book))
    for sheet in REPORT_SHEETS:
        assert any(spec.name in filled for spec in REPORT_TABLES if spec.sheet == sheet), sheet
    assert sentence.startswith("12 sheets filled. ")
    assert not filled & {spec.name for spec in layout.INPUT_TABLES}

    BUTTONS["undo_last_run"].macro(book)
    assert contents(book) == before
    with pytest.raises(InputError, match="no run of a button to undo"):
        BUTTONS["undo_last_run"].macro(book)


def test_undo_says_how_much_it_put_back(book):
    BUTTONS["check_data"].macro(book)
    assert BUTTONS["undo_last_run"].macro(book) == "Put back as before: 3 tables and 4 cells."


@pytest.mark.parametrize("name", [*ONE_SHEET, "build_report"])
def test_a_mistake_in_the_inputs_is_named_and_nothing_is_written(book, name):
    header, rows = book.tables["Holdings"]
    book.tables["Holdings"] = (header, ((rows[0][0], "many", *rows[0][2:]), *rows[1:]))
    before = copy.deepcopy(book.tables)
    with pytest.raises(IpsError, match=r"Holdings row 2, Quantity: .*'many'"):
        BUTTONS[name].macro(book)
    assert book.tables == before


def test_progress_only_ever_grows(book):
    BUTTONS["build_report"].macro(book)
    shares = [done for done, _ in book.steps]
    assert shares == sorted(shares) and 0 <= shares[0] <= shares[-1] <= 1


class Freezing(MemoryBook):
    """A host that can freeze."""

    def freeze(self, sheets):
        self.frozen = tuple(sheets)
        return "memory-pack.xlsx"


def test_the_pack_holds_the_sheets_of_the_report():
    book = Freezing()
    assert BUTTONS["freeze_pack"].macro(book) == "Committee pack written: memory-pack.xlsx."
    assert book.frozen == REPORT_SHEETS


def test_a_policy_that_can_be_met_is_said(book):
    sentence = BUTTONS["diagnose_policy"].macro(book)
    assert sentence.startswith("The policy can be met: none of its ")


def test_a_policy_that_cannot_be_met_names_its_rules_and_what_would_do(book):
    limits = book.table("Policy_Limits")
    rows = [list(row) for row in limits.rows]
    anchor = next(row for row in rows if row[1] == "AGG")
    anchor[3] = 0.30  # above the 25 % that any asset may have
    book.write_table("Policy_Limits", limits.header, rows)
    sentence = BUTTONS["diagnose_policy"].macro(book)
    assert sentence.startswith("No portfolio obeys together: AGG ≥ 30%; ")
    assert "AGG ≥ 25% instead of 30% would do" in sentence
