"""One button, three hosts, one answer."""

import shutil
from datetime import date

import pytest
import xlwings as xw

import macros
from addin.errors import InputError
from addin.excel.xlwings_book import XlwingsBook
from addin.hosts.file.filebook import FileBook
from addin.hosts.file.freezable import FreezableBook, freeze_file
from addin.report.schema import REPORT_CELLS, REPORT_SHEETS, REPORT_TABLES
from tests.excel.memory_engine import BookData, NativeBook, opened, put_table
from workbook_templates import TEMPLATE

NAME = "ips_workbook.xlsx"
FORMATS = {str: "@", date: "yyyy-mm-dd"}


def in_excel(file_book):
    """The same workbook, open in the Excel in memory."""
    data = BookData(name=NAME, fullname=NAME)
    for listed in file_book.tables.all():
        table = file_book.table(listed.name)
        placed = put_table(data, listed.name, [table.header, *table.rows])
        for i, row in enumerate(table.rows, start=placed.row + 1):
            for j, value in enumerate(row, start=placed.column):
                at = data.sheets[listed.name].at(i, j)
                at.number_format = FORMATS.get(type(value), "General")
    for row, cell in enumerate(REPORT_CELLS, start=1):
        data.sheets[REPORT_TABLES[0].name].at(200 + row, 26).number_format = "@"
        data.names[cell.name] = f"={REPORT_TABLES[0].name}!$Z${200 + row}"
    return XlwingsBook(opened(data)), data


@pytest.fixture
def engines_as_before(monkeypatch):
    monkeypatch.setattr(xw.engines, "active", None)
    monkeypatch.setattr(xw.engines, "engines", list(xw.engines.engines))


def report_of(book):
    tables = {spec.name: book.table(spec.name) for spec in REPORT_TABLES}
    return (
        {name: (table.header, table.rows) for name, table in tables.items()},
        {cell.name: book.cell(cell.name) for cell in REPORT_CELLS},
    )


@pytest.mark.usefixtures("engines_as_before")
def test_the_report_is_the_same_in_excel_and_in_a_file():
    file_book = FileBook(TEMPLATE)
    excel_book, data = in_excel(file_book)

    macros.build_report(excel_book)
    sentence = macros.build_report.__ips_button__.macro(file_book)

    assert data.alerts == [sentence]
    tables, cells = report_of(excel_book)
    file_tables, file_cells = report_of(file_book)
    assert cells == file_cells
    for name, table in tables.items():
        assert table == file_tables[name], name


@pytest.mark.usefixtures("engines_as_before")
def test_undo_puts_the_report_back_in_excel_and_in_a_file():
    file_book = FileBook(TEMPLATE)
    excel_book, _ = in_excel(file_book)
    for book in (file_book, excel_book):
        kept = report_of(book)
        macros.optimize.__ips_button__.macro(book)
        macros.build_report.__ips_button__.macro(book)
        built = report_of(book)
        macros.risk.__ips_button__.macro(book)
        macros.undo_last_run.__ips_button__.macro(book)
        assert report_of(book) == built != kept


def test_a_file_is_frozen_beside_itself(tmp_path):
    path = tmp_path / "book.xlsx"
    shutil.copy(TEMPLATE, path)
    book = FreezableBook(path)
    sentence = macros.freeze_pack.__ips_button__.macro(book)
    assert sentence == "Committee pack written: book-pack.xlsx."
    assert FileBook(tmp_path / "book-pack.xlsx").sheet_names == REPORT_SHEETS


@pytest.mark.usefixtures("engines_as_before")
def test_an_open_workbook_is_frozen_beside_its_file(tmp_path, monkeypatch):
    data = BookData(fullname=str(tmp_path / "book.xlsx"))
    monkeypatch.setattr(NativeBook, "SaveCopyAs", lambda self, path: shutil.copy(TEMPLATE, path))
    book = XlwingsBook(opened(data), freeze=freeze_file)
    macros.freeze_pack(book)
    assert data.alerts == ["Committee pack written: book-pack.xlsx."]
    assert FileBook(tmp_path / "book-pack.xlsx").sheet_names == REPORT_SHEETS


def test_a_sheet_that_is_not_there_is_named():
    book = FreezableBook(TEMPLATE)
    with pytest.raises(InputError, match="no sheet 'Nowhere'"):
        book.freeze(["Nowhere"])
