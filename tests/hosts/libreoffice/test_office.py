import os
from datetime import datetime

import pytest
import xlsxwriter

from addin.errors import InputError
from addin.hosts.file.filebook import FileBook
from addin.hosts.file.formulas import recalculate
from addin.hosts.libreoffice import office as module
from addin.hosts.libreoffice.extension import build_extension
from addin.hosts.libreoffice.office import find_office
from tests.hosts.libreoffice.comparison import compared
from udfs import IPS_VERSION


@pytest.fixture
def calc(tmp_path):
    """A workbook with formulas (by cell), spilling ones and values on one sheet."""

    def build(formulas, spills=None, values=None):
        path = tmp_path / "book.xlsx"
        with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"}) as book:
            sheet = book.add_worksheet("Calc")
            for cell, value in (values or {}).items():
                sheet.write(cell, value)
            for cell, formula in formulas.items():
                sheet.write_formula(cell, formula, None, "stale")
            for cell, formula in (spills or {}).items():
                sheet.write_dynamic_array_formula(f"{cell}:{cell}", formula)
        return FileBook(path)

    return build


@pytest.fixture
def calculated(office, acme, tmp_path):
    """Values LibreOffice gives, by cell."""

    def calculate(book):
        recalculate(book, acme)  # arrays get their size
        sheet = office.recalculated(book, acme, tmp_path).sheet("Calc")
        return lambda row, column: sheet.value(row, column)

    return calculate


VALUES = {
    "E1": 5,
    "E3": " x",
    "E4": True,
    "E5": datetime(2025, 6, 30),
    "G1": "=NA()",
}


def test_cells_arrive_as_the_readers_expect_them(calc, calculated):
    value = calculated(
        calc(
            {
                "A1": "=ACME_SEEN(E1:E5)",
                "A2": '=ACME_SEEN(E1,,"text")',
                "A3": "=ACME_SEEN(E4,E5,TRUE)",
                "A4": "=ACME_SEEN()",
                "A5": '=ACME_SEEN({1,"b";3,4})',
            },
            values=VALUES,
        )
    )
    assert value(1, 1) == "([[5.0], [''], [' x'], [1.0], [45838.0]], None, None)"
    assert value(2, 1) == "(5.0, None, 'text')"
    assert value(3, 1) == "(1.0, 45838.0, 1.0)"
    assert value(4, 1) == "(None, None, None)"
    assert value(5, 1) == "([[1.0, 'b'], [3.0, 4.0]], None, None)"


def test_an_error_among_the_cells_is_an_error_of_the_formula(calc, calculated):
    # LibreOffice does not call the function then; other hosts hand over the text #N/A
    value = calculated(calc({"A1": "=ISERROR(ACME_SEEN(G1:G2))"}, values=VALUES))
    assert value(1, 1) is True


def test_everything_a_cell_can_hold_comes_back_and_spills(calc, office, acme, tmp_path):
    book = calc(
        {
            "F1": '=IF(ISNUMBER(B7),B7*2,"none")',
            "F2": "=ISNA(B6)",
            "F3": '=1+IPS_METRIC({1},{2},"none of these")',
            "F4": '="Version "&IPS_VERSION()',
            "F5": '=IPS_PROFILE("Balanced Grwth")',
        },
        spills={"A1": "=ACME_TABLE(0.1+0.2)", "H1": '=IPS_PROFILE("Balanced Growth")'},
    )
    recalculate(book, acme)
    result = compared(book, office.recalculated(book, acme, tmp_path))
    assert result.differing == {}
    assert result.computed == 5 + 6 * 2 + 5 * 4
    assert book.sheet("Calc").value(5, 6).startswith("#IPS! profile")


def test_a_fault_of_a_function_is_shown_with_its_trace(calc, office, acme, tmp_path):
    book = calc({"A1": "=IPS_ACME_FAULT(0)"})
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        office.recalculated(book, acme, tmp_path)


def test_without_the_packages_the_cell_says_what_to_configure(
    office, bare_office, version_shown, tmp_path
):
    shown = version_shown(bare_office, tmp_path)
    assert shown.startswith("#IPS! IPS_VERSION: needs the add-in's packages for Python ")
    assert "PYTHONPATH in " in shown and "IPS.conf" in shown and "found: No module" in shown


def test_pages_can_be_printed(calc, office, tmp_path):
    calc({"A1": "=IPS_VERSION()"})
    assert office.convert(tmp_path / "book.xlsx", "pdf", tmp_path).read_bytes()[:5] == b"%PDF-"


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """An office whose program is the given script; ``$count`` is the number of its start."""

    def made(script):
        folder = tmp_path / "bin"
        folder.mkdir()
        program = folder / "soffice"
        counted = f"echo x >>{tmp_path}/starts; count=$(wc -l <{tmp_path}/starts)"
        program.write_text(f"#!/bin/sh\n{counted}\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
        extension = build_extension(tmp_path / "ips.oxt", {"IPS_VERSION": IPS_VERSION})
        return module.Office(tmp_path / "office", extension)

    return made


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_a_start_that_fails_is_tried_again(stand_in, tmp_path):
    office = stand_in(f'[ "$count" -gt 1 ] && touch {tmp_path}/book.pdf')
    assert office.convert(tmp_path / "book.xlsx", "pdf", tmp_path).is_file()
    assert (tmp_path / "starts").read_text() == "x\nx\n"


@pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")
def test_a_start_that_never_ends_is_ended(stand_in, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    office = stand_in("sleep 60")
    with pytest.raises(RuntimeError, match="LibreOffice ended with -9 and no pdf"):
        office.convert(tmp_path / "book.xlsx", "pdf", tmp_path)


def test_a_missing_libreoffice_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(module, "PLACES", ())
    with pytest.raises(InputError, match="LibreOffice: need its program soffice on the path"):
        find_office()
