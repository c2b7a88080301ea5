"""What holds for every sheet of the report."""

import math
from datetime import date

import pytest

from addin.report import schema
from addin.report.schema import REPORT_CELLS, REPORT_SHEETS, REPORT_TABLES
from addin.report.sections import COMMITTEE_REPORT

TABLES = {spec.name: spec for spec in REPORT_TABLES}
LONGEST_TITLE = 75  # characters that fit above half a page


def every_table(sections):
    return [table for section in sections.values() for table in section.tables]


def every_cell(sections):
    return {name: value for section in sections.values() for name, value in section.cells.items()}


def test_there_is_one_section_for_each_sheet_in_order(sections):
    assert tuple(sections) == REPORT_SHEETS


def test_every_table_of_the_schema_is_filled_once(sections):
    assert sorted(table.name for table in every_table(sections)) == sorted(TABLES)


def test_every_named_cell_of_the_schema_is_filled(sections):
    assert set(every_cell(sections)) == {cell.name for cell in REPORT_CELLS}


def test_tables_have_the_headings_of_the_schema_and_full_rows(sections):
    for table in every_table(sections):
        spec = TABLES[table.name]
        assert table.headings[: len(spec.headings)] == spec.headings, table.name
        assert spec.open_ended or table.headings == spec.headings, table.name
        assert len(set(table.headings)) == len(table.headings), table.name
        assert {len(row) for row in table.rows} == {len(table.headings)}, table.name


def test_nothing_but_finite_plain_values_reaches_a_sheet(sections):
    values = [v for table in every_table(sections) for row in table.rows for v in row]
    for value in [*values, *every_cell(sections).values()]:
        assert value is None or type(value) in (str, int, float, bool, date), repr(value)
        assert not isinstance(value, float) or math.isfinite(value)


def test_every_sheet_says_something_and_that_it_is_a_draft(sections):
    cells = every_cell(sections)
    for sheet in REPORT_SHEETS:
        assert str(cells[schema.cell_name(sheet, schema.FINDING)]).endswith("."), sheet
        assert cells[schema.cell_name(sheet, schema.STATE)] == "DRAFT"


def test_chart_titles_are_short_findings(sections):
    cells = every_cell(sections)
    for sheet, charts in schema.CHART_TITLES.items():
        for chart in charts:
            title = str(cells[schema.title_name(sheet, chart)])
            assert 10 < len(title) <= LONGEST_TITLE, title


@pytest.mark.parametrize("number", range(len(COMMITTEE_REPORT)))
def test_a_section_made_twice_is_the_same(study, sections, number):
    again = COMMITTEE_REPORT[number](study)
    assert again == sections[again.sheet]


def test_tables_that_others_stand_below_never_change_their_length(sections):
    rows = {table.name: len(table.rows) for table in every_table(sections)}
    assert rows["Report_Binding"] == schema.BINDING_ROWS
    assert rows["Report_Tail"] == 4  # VaR and CVaR, historical and Gaussian
    assert rows["Report_Window"] == 8
    assert rows["Report_Method"] == rows["Report_Estimation"] == 11
    assert rows["Report_Trailing"] == 6
    assert rows["Report_Cash"] == 7
    assert rows["Report_SummaryTrades"] <= schema.SUMMARY_TRADE_ROWS + 1
