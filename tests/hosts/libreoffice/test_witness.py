"""A second spreadsheet calculates the whole workbook and agrees with the file host."""

import pytest

from addin.hosts.file.filebook import FileBook
from addin.hosts.file.formulas import recalculate
from addin.hosts.file.sheet_formulas import sheet_formulas
from addin.hosts.libreoffice.workbook import without_results
from tests.hosts.libreoffice.comparison import compared, result_cells
from workbook_templates import TEMPLATE


@pytest.fixture(scope="module")
def book(acme):
    """The template, calculated by the file host."""
    book = FileBook(TEMPLATE)
    recalculate(book, acme)
    return book


def test_no_result_is_left_in_what_libreoffice_is_given(book, tmp_path):
    wiped = tmp_path / "wiped.xlsx"
    wiped.write_bytes(without_results(book, {}))
    found = FileBook(wiped)
    results = 0
    for name in book.sheet_names:
        sheet = found.sheet(name)
        assert len(sheet_formulas(sheet)) == len(sheet_formulas(book.sheet(name)))
        places = result_cells(sheet)
        results += len(places)
        assert {sheet.value(*place) for place in places} <= {None}
    assert results > 5_000


def test_libreoffice_agrees_in_every_cell(book, acme, office, tmp_path, capsys):
    found = compared(book, office.recalculated(book, acme, tmp_path))
    with capsys.disabled():
        version = ".".join(map(str, office.version))
        print(f"\nLibreOffice {version}: {found.cells:,} cells compared, ", end="")
        print(f"{found.computed:,} of them results; different: {found.differing or 'none'}")
    assert found.computed > 5_000
    assert found.differing == {}
