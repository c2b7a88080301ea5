"""The report sheets as drawn: names, tables, charts, print set-up, and how they are filled."""

import io
import itertools
import re
import zipfile
from collections import Counter

import openpyxl
import pytest
import xlsxwriter
from lxml import etree
from openpyxl.utils import range_boundaries

from addin.domain.table import Table
from addin.report.schema import (
    CHART_TITLES,
    REPORT_CELLS,
    REPORT_SHEETS,
    REPORT_TABLES,
    SUMMARY,
)
from addin.report.section import Section
from workbook_templates.report_sheets import draw_report_sheets
from workbook_templates.style import Style

FIXED_LENGTH = {
    "Report_Metrics",
    "Report_Tail",
    "Report_Binding",
    "Report_Trailing",
    "Report_Cash",
    "Report_Window",
    "Report_Method",
    "Report_Estimation",
}
# openpyxl does not know print areas of whole columns, which Excel trims to the rows in use.
pytestmark = pytest.mark.filterwarnings("ignore:Print area cannot be set:UserWarning")
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
X = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"


def drawn(sections=()):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        draw_report_sheets(book, Style(book), sections)
    return out.getvalue()


@pytest.fixture(scope="module")
def bare():
    return drawn()


@pytest.fixture(scope="module")
def workbook(bare):
    return openpyxl.load_workbook(io.BytesIO(bare))


def parts(content, pattern):
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        names = [name for name in package.namelist() if re.fullmatch(pattern, name)]
        return {name: etree.fromstring(package.read(name)) for name in names}


def test_sheets_stand_in_the_order_of_the_report(workbook):
    assert tuple(workbook.sheetnames) == REPORT_SHEETS


def test_every_table_of_the_schema_stands_on_its_sheet_with_its_headings(workbook):
    for spec in REPORT_TABLES:
        table = workbook[spec.sheet].tables[spec.name]
        headings = tuple(column.name for column in table.tableColumns)
        assert headings[: len(spec.headings)] == spec.headings
        assert len(headings) == len(spec.headings) + spec.open_ended


def test_every_named_cell_of_the_schema_is_one_cell_of_its_sheet(workbook):
    assert set(workbook.defined_names) == {cell.name for cell in REPORT_CELLS}
    places = [workbook.defined_names[cell.name].attr_text for cell in REPORT_CELLS]
    assert max(Counter(places).values()) == 1, "two names for one cell"
    for cell, place in zip(REPORT_CELLS, places, strict=True):
        assert re.fullmatch(rf"'{re.escape(cell.sheet)}'!\$[A-Z]+\$\d+", place), place


def test_nothing_stands_below_a_table_that_can_grow(workbook):
    for sheet in workbook:
        areas = {t.name: range_boundaries(t.ref) for t in sheet.tables.values()}
        for (upper, a), (lower, b) in itertools.permutations(areas.items(), 2):
            shares_columns = a[0] <= b[2] and b[0] <= a[2]
            if shares_columns and b[1] > a[3]:
                assert upper in FIXED_LENGTH, f"{lower} stands below {upper}"


def test_no_cell_with_words_stands_below_a_growing_table(workbook):
    for sheet in workbook:
        for table in sheet.tables.values():
            if table.name in FIXED_LENGTH:
                continue
            left, _, right, bottom = range_boundaries(table.ref)
            below = sheet.iter_rows(bottom + 1, sheet.max_row, left, right, values_only=True)
            assert not [value for row in below for value in row if value], table.name


def test_each_chart_of_the_schema_is_drawn_and_two_of_them_again_on_page_one(bare):
    charts = parts(bare, r"xl/charts/chart\d+\.xml")
    assert len(charts) == sum(map(len, CHART_TITLES.values())) + 2


def test_chart_titles_follow_the_named_cells(bare, workbook):
    titles = {
        workbook.defined_names[cell.name].attr_text
        for cell in REPORT_CELLS
        if cell.name.endswith("Title")
    }
    charts = parts(bare, r"xl/charts/chart\d+\.xml").values()
    found = [chart.findtext(f"{C}chart/{C}title/{C}tx/{C}strRef/{C}f") for chart in charts]
    assert {title.replace("'", "") for title in titles} == {f.replace("'", "") for f in found}


def test_every_series_draws_the_body_of_a_table_column(bare, workbook):
    bodies = set()
    for spec in REPORT_TABLES:
        left, top, right, bottom = range_boundaries(workbook[spec.sheet].tables[spec.name].ref)
        bodies |= {(spec.sheet, column, top + 1, bottom) for column in range(left, right + 1)}
    for chart in parts(bare, r"xl/charts/chart\d+\.xml").values():
        for kind in ("cat", "val", "xVal", "yVal"):
            for series in chart.iter(f"{C}{kind}"):
                formula = next(series.iter(f"{C}f")).text
                sheet, area = formula.rsplit("!", 1)
                left, top, right, bottom = range_boundaries(area)
                assert left == right
                assert (sheet.strip("'"), left, top, bottom) in bodies, formula


def test_every_series_bears_the_heading_of_the_column_it_draws(bare):
    for chart in parts(bare, r"xl/charts/chart\d+\.xml").values():
        for series in chart.iter(f"{C}ser"):
            name = series.findtext(f"{C}tx/{C}strRef/{C}f")
            drawn_from = next(f for v in ("val", "yVal") for f in series.iterfind(f"{C}{v}//{C}f"))
            heading, values = range_boundaries(name.split("!")[1]), drawn_from.text.split("!")[1]
            left, top, _, _ = range_boundaries(values)
            assert (heading[0], heading[1]) == (left, top - 1), name


def test_points_of_the_frontier_stand_at_their_volatility(bare, workbook):
    charts = parts(bare, r"xl/charts/chart\d+\.xml").values()
    places = [f.text for c in charts for x in c.iter(f"{C}xVal") for f in x.iter(f"{C}f")]
    for place in places:
        sheet, area = place.rsplit("!", 1)
        left, top, _, _ = range_boundaries(area)
        assert workbook[sheet].cell(top - 1, left).value == "Volatility"
    assert len(places) == 5  # the frontier, and four kinds of point


def test_each_table_made_for_a_chart_is_drawn(bare, workbook):
    drawn_from = set()
    for chart in parts(bare, r"xl/charts/chart\d+\.xml").values():
        for series in chart.iter(f"{C}ser"):
            sheet, area = series.findtext(f"{C}tx/{C}strRef/{C}f").rsplit("!", 1)
            left, top, _, _ = range_boundaries(area)
            for table in workbook[sheet.strip("'")].tables.values():
                first, head, last, _ = range_boundaries(table.ref)
                if head == top and first <= left <= last:
                    drawn_from.add(table.name.removeprefix("Report_"))
    beside = {"Headroom", "Classes", "Growth", "BeforeAfter", "Frontier", "FrontierPoints"}
    printed = {"RiskContribution", "RiskClasses", "Stress"}
    assert drawn_from == beside | printed | {"TradeBars"}


def test_every_chart_has_alt_text(bare):
    drawings = parts(bare, r"xl/drawings/drawing\d+\.xml")
    words = [e.get("descr") for d in drawings.values() for e in d.iter(f"{X}cNvPr")]
    assert words and all(len(text or "") > 20 for text in words)


def test_charts_do_not_overlap_tables(bare, workbook):
    for sheet in workbook:
        for chart in sheet._charts:
            first, last = chart.anchor._from, chart.anchor.to
            for table in sheet.tables.values():
                left, top, right, bottom = (n - 1 for n in range_boundaries(table.ref))
                apart = last.row < top or first.row > bottom or last.col < left or first.col > right
                assert apart, f"{sheet.title}: a chart covers {table.name}"


def test_pages_are_landscape_one_wide_with_page_numbers(workbook):
    for sheet in workbook:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1) == 1
        assert "Page &P of &N" in sheet.oddFooter.right.text
        assert not sheet.sheet_view.showGridLines
        assert sheet.title == SUMMARY or (sheet.freeze_panes and sheet.print_title_rows)


def test_contents_link_to_every_sheet(workbook):
    cells = (cell for row in workbook[SUMMARY] for cell in row)
    links = {cell.hyperlink.location for cell in cells if cell.hyperlink}
    assert links == {f"'{name}'!A1" for name in REPORT_SHEETS[1:]}


def test_text_that_begins_like_a_formula_stays_text():
    row = ("=1+1", "Buy", 1.0, 2.0, 3.0, 0.0, 0.1, 0.2, "@SUM(A1)")
    spec = next(spec for spec in REPORT_TABLES if spec.name == "Report_SummaryTrades")
    section = Section(SUMMARY, (Table(spec.name, spec.headings, (row,)),), {"Summary_Cash": "=2"})
    sheet = openpyxl.load_workbook(io.BytesIO(drawn([section])))[SUMMARY]
    values = {cell.value: cell.data_type for line in sheet for cell in line}
    assert values["=1+1"] == values["@SUM(A1)"] == values["=2"] == "s"


def test_drawn_twice_is_the_same_but_for_the_date(bare):
    first, second = (parts(content, r"xl/.*\.xml") for content in (bare, drawn()))
    assert {n: etree.tostring(e) for n, e in first.items()} == {
        n: etree.tostring(e) for n, e in second.items()
    }
