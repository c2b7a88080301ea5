"""The report sheets filled in a workbook file: what a run of the report leaves behind."""

import re
import zipfile

import pytest
import xlsxwriter
from lxml import etree

from addin.domain.table import Table
from addin.excel.write import apply
from addin.hosts.file.filebook import FileBook
from addin.report import schema
from addin.report.schema import REPORT_CELLS, REPORT_TABLES, TableSpec
from workbook_templates.report_sheets import draw_report_sheets
from workbook_templates.style import Style

C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


FIXED = {"Report_Metrics": 14, "Report_Tail": 4, "Report_Window": 8, "Report_Binding": 8}
FIXED |= {"Report_Method": 11, "Report_Estimation": 11, "Report_Trailing": 6, "Report_Cash": 7}


def rows_for(spec: TableSpec, count: int) -> Table:
    """Rows of a table; one that stands above another has as many as it always has."""
    count = min(count, FIXED.get(spec.name, count))
    further = ("A", "B") if spec.open_ended else ()
    headings = (*spec.headings, *further)
    values = {schema.TEXT: "x"}
    kinds = [column.kind for column in spec.columns] + [schema.WEIGHT] * len(further)
    row = tuple(values.get(kind, 0.25) for kind in kinds)
    return Table(spec.name, headings, (row,) * count)


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "report.xlsx"
    with xlsxwriter.Workbook(path) as made:
        draw_report_sheets(made, Style(made))
    return FileBook(path)


def chart_formulas(path):
    with zipfile.ZipFile(path) as package:
        charts = [n for n in package.namelist() if re.fullmatch(r"xl/charts/chart\d+\.xml", n)]
        trees = [etree.fromstring(package.read(name)) for name in charts]
    kinds = ("cat", "val", "xVal", "yVal")
    return [next(e.iter(f"{C}f")).text for t in trees for kind in kinds for e in t.iter(C + kind)]


@pytest.mark.parametrize("count", [1, 60])
def test_every_table_and_cell_is_read_back_as_written(book, tmp_path, count):
    tables = [rows_for(spec, count) for spec in REPORT_TABLES]
    cells = {cell.name: "Words" for cell in REPORT_CELLS}
    apply(book, tables, cells, undoable=False)
    book.save(tmp_path / "filled.xlsx")
    again = FileBook(tmp_path / "filled.xlsx")
    for table in tables:
        found = again.table(table.name)
        assert (found.header, found.rows) == (table.headings, table.rows), table.name
    assert {again.cell(name) for name in cells} == {"Words"}


def test_charts_follow_tables_that_grow(book, tmp_path):
    apply(book, [rows_for(spec, 60) for spec in REPORT_TABLES], undoable=False)
    book.save(tmp_path / "filled.xlsx")
    for formula in chart_formulas(tmp_path / "filled.xlsx"):
        first, last = map(int, re.findall(r"\$(\d+)", formula))
        assert last - first == 59, formula
