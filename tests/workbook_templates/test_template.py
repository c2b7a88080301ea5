"""The committed workbook: current, deterministic, and safe for every host."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from lxml import etree
from openpyxl.formula import Tokenizer

import udfs
from addin.excel.layout import INPUT_TABLES, SCHEMA_VERSION, SCHEMA_VERSION_CELL, UNDO
from addin.hosts.file.filebook import FileBook
from addin.report.schema import REPORT_SHEETS
from workbook_templates import TEMPLATE, inputs
from workbook_templates.about import ABOUT
from workbook_templates.analysis import ANALYSIS_HELP
from workbook_templates.build import build
from workbook_templates.sample import sample_tables

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
NATIVE_FUNCTIONS = {
    "ABS", "COLUMNS", "COUNT", "IF", "IFERROR", "INDEX", "ISNUMBER", "MATCH", "MAX", "MIN", "OR",
    "ROWS", "SUM", "SUMIF", "SUMPRODUCT",
}  # fmt: skip
PLAIN_NUMBERS = {"0", "1"}  # counting and comparing with nothing; anything else is a setting


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("template") / TEMPLATE.name
    build(path)
    return path


@pytest.fixture(scope="module")
def book() -> FileBook:
    return FileBook(TEMPLATE)


@pytest.fixture(scope="module")
def formulas(book) -> list[tuple[str, str, str]]:
    """Sheet, cell and text of every formula of the template."""
    found = []
    with zipfile.ZipFile(TEMPLATE) as package:
        for number, sheet in enumerate(book.sheet_names, start=1):
            root = etree.fromstring(package.read(f"xl/worksheets/sheet{number}.xml"))
            found += [
                (sheet, cell.get("r"), formula.text)
                for cell in root.iter(f"{MAIN}c")
                if (formula := cell.find(f"{MAIN}f")) is not None and formula.text
            ]
    return found


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def rounded(part: bytes) -> list[str]:
    """Text of a part with its numbers to nine digits, which another processor may differ in."""
    pieces = re.split(r"(-?\d+\.\d+(?:E[-+]?\d+)?)", part.decode())
    return [f"{float(p):.9g}" if i % 2 else p for i, p in enumerate(pieces)]


def test_committed_template_is_current(rebuilt):
    old, new = parts(TEMPLATE), parts(rebuilt)
    assert sorted(old) == sorted(new), "run: python -m workbook_templates.build"
    for name, part in new.items():
        same = old[name] == part or rounded(old[name]) == rounded(part)
        assert same, f"{name} differs; run: python -m workbook_templates.build"


def test_building_twice_gives_the_same_bytes(rebuilt, tmp_path):
    again = tmp_path / TEMPLATE.name
    build(again)
    assert again.read_bytes() == rebuilt.read_bytes()


def test_template_is_small_enough_to_send():
    assert TEMPLATE.stat().st_size < 1_500_000


def test_tabs_stand_in_reading_order(book):
    expected = (ABOUT, *REPORT_SHEETS, *inputs.SHEETS, *ANALYSIS_HELP, UNDO.sheet)
    assert book.sheet_names == expected


def test_every_input_table_holds_the_sample(book):
    for spec in INPUT_TABLES:
        expected = sample_tables()[spec.name]
        table = book.table(spec.name)
        assert table.header == expected.headings, spec.name
        assert table.header[: len(spec.columns)] == spec.headings
        assert table.sheet == spec.sheet
        assert len(table.rows) == max(1, len(expected.rows)), spec.name
        if expected.rows:
            assert table.rows[-1] == expected.rows[-1], spec.name


def test_schema_version_is_a_named_cell(book):
    assert book.cell(SCHEMA_VERSION_CELL) == SCHEMA_VERSION


def test_nothing_stands_below_a_table_that_can_grow(book):
    for spec in INPUT_TABLES:
        table = book.table(spec.name)
        below = [
            other
            for other in INPUT_TABLES
            if other.sheet == spec.sheet and other is not spec
            for columns in [book.table(other.name)]
            if columns.first_row > table.first_row
            and columns.first_column < table.first_column + len(table.header)
            and table.first_column < columns.first_column + len(columns.header)
        ]
        assert not below, spec.name


def test_formulas_use_only_functions_that_every_host_has(formulas):
    ours = {name for name in udfs.__all__ if name.startswith("IPS_")}
    for sheet, cell, text in formulas:
        called = {
            token.value.rstrip("(").upper()
            for token in Tokenizer(f"={text}").items
            if token.type == "FUNC" and token.subtype == "OPEN"
        }
        assert called <= NATIVE_FUNCTIONS | ours, f"{sheet} {cell}: {called}"


def test_no_formula_refers_to_a_spilled_range_or_another_workbook(formulas):
    for sheet, cell, text in formulas:
        assert "#(" not in text and "ANCHORARRAY" not in text, f"{sheet} {cell}"
        assert not re.search(r"[A-Z]\d+#|\[\d+\]|_xl", text), f"{sheet} {cell}"


def test_no_constant_hides_in_a_formula(formulas):
    for sheet, cell, text in formulas:
        numbers = {
            token.value
            for token in Tokenizer(f"={text}").items
            if token.type == "OPERAND" and token.subtype == "NUMBER"
        }
        assert numbers <= PLAIN_NUMBERS, f"{sheet} {cell}: {numbers}"


def test_every_formula_has_a_result_and_none_is_an_error(book, formulas):
    with zipfile.ZipFile(TEMPLATE) as package:
        for number, sheet in enumerate(book.sheet_names, start=1):
            root = etree.parse(BytesIO(package.read(f"xl/worksheets/sheet{number}.xml")))
            for cell in root.iter(f"{MAIN}c"):
                value = cell.findtext(f"{MAIN}v") or ""
                assert cell.get("t") != "e", f"{sheet} {cell.get('r')}: {value}"
                assert not value.startswith("#IPS!"), f"{sheet} {cell.get('r')}: {value}"
    assert len(formulas) > 1000


def test_named_checks_of_the_analysis_sheets_pass(book):
    allocation = book.sheet("Allocation calc")
    assert [allocation.value(3 + 1, column) for column in (3, 4)] == ["PASS", "3 breaches"]
    assert book.cell("Portfolio_value") == pytest.approx(48_672_000, abs=1)
    assert book.sheet("Risk calc").value(4, 8) == "PASS"
    assert book.sheet("Optimisation calc").value(4, 3) == "PASS"


def test_stress_agrees_with_class_weights_times_shocks(book):
    stress = book.sheet("Stress calc")
    for row in range(8, 16):
        assert stress.value(row, 2) == pytest.approx(stress.value(row, 8), abs=1e-12)


def test_orders_reconcile_with_the_change_of_cash(book):
    trades = book.sheet("Trades calc")
    before, after = trades.value(4, 1), trades.value(4, 5)
    rows = [[trades.value(row, column) for column in (1, 5)] for row in range(8, 40)]
    change = next(amount for name, amount in rows if name == "CASH")
    assert after - before == pytest.approx(change, abs=0.005)
