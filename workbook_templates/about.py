"""The sheet *About*: purpose, first steps, legend of styles, contents with links, versions."""

from collections.abc import Iterable

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from addin.domain.table import Kind
from addin.excel.layout import SCHEMA_VERSION, SCHEMA_VERSION_CELL
from addin.report.schema import REPORT_SHEETS
from workbook_templates import inputs
from workbook_templates.analysis import ANALYSIS_HELP
from workbook_templates.guidance import HELP, REPORT_HELP
from workbook_templates.style import GREEN, ORANGE, RED, Style, page

ABOUT = "About"
PURPOSE = (
    "From an Investment Policy Statement to a committee report: the policy, the universe, prices "
    "and holdings",
    "are typed or pasted on the input sheets; live =IPS_… formulas show each step on the analysis "
    "sheets;",
    "Build report fills the report sheets. The portfolio and its prices in this workbook are "
    "invented.",
)
STEPS = (
    "Replace the blue values: Policy, Universe, Prices, Holdings. Keep sheet, table and heading "
    "names.",
    "Excel: ribbon IPS, Build report. Without Excel: ips report WORKBOOK.",
    "Read Summary first; Data quality and Checks say whether to trust it.",
)
MARGIN, NAME, WORDS = 0, 1, 2


def _legend(style: Style) -> tuple[tuple[object, object, str], ...]:
    """A sample of each style, and what it means."""
    return (
        (0.055, style.input(Kind.WEIGHT, align="left"), "typed by the analyst"),
        (0.055, style.value(Kind.WEIGHT, align="left"), "computed; do not type over it"),
        ("✓ inside", style.format(bold=True, font_color=GREEN), "inside the policy"),
        ("▲ watch", style.format(bold=True, font_color=ORANGE), "inside, but near a limit"),
        ("● breach", style.format(bold=True, font_color=RED), "outside the policy"),
        ("n/a", style.value(Kind.TEXT), "not known; a dash (–) is zero, (1.0%) is negative"),
        (
            "#IPS! …",
            style.format(bold=True, font_color=RED),
            "a function says what is wrong with its input",
        ),
    )


def _contents() -> Iterable[tuple[str, str, str]]:
    """Group, sheet and one line of help, in the order of the tabs."""
    for name in REPORT_SHEETS:
        yield "Report", name, REPORT_HELP[name]
    for name in inputs.SHEETS:
        yield "Inputs", name, HELP[name]
    for name, words in ANALYSIS_HELP.items():
        yield "Analysis", name, words


def _heading(sheet: Worksheet, style: Style, row: int, words: str) -> None:
    sheet.write_string(row, NAME, words, style.heading)
    sheet.write_blank(row, WORDS, None, style.heading)


def _write_lines(sheet: Worksheet, style: Style, row: int) -> int:
    for line in PURPOSE:
        sheet.write_string(row, NAME, line, style.format())
        row += 1
    _heading(sheet, style, row + 1, "First steps")
    row += 2
    for number, line in enumerate(STEPS, start=1):
        sheet.write_string(row, NAME, f"{number}   {line}", style.format())
        row += 1
    return row + 1


def _write_legend(sheet: Worksheet, style: Style, row: int) -> int:
    _heading(sheet, style, row, "Legend")
    for shown, look, meaning in _legend(style):
        row += 1
        sheet.write(row, NAME, shown, look)
        sheet.write_string(row, WORDS, meaning, style.format())
    return row + 2


def _write_contents(sheet: Worksheet, style: Style, row: int) -> int:
    group = ""
    for of, name, words in _contents():
        if of != group:
            row += bool(group)
            _heading(sheet, style, row, of)
            group, row = of, row + 1
        sheet.write_url(row, NAME, f"internal:'{name}'!A1", style.link, name)
        sheet.write_string(row, WORDS, words.partition(". ")[0].rstrip("."), style.format())
        row += 1
    return row + 1


def draw_about(book: xlsxwriter.Workbook, style: Style) -> None:
    """Add the sheet."""
    sheet = book.add_worksheet(ABOUT)
    page(sheet, ABOUT)
    sheet.set_portrait()
    sheet.fit_to_pages(1, 1)
    sheet.set_column(MARGIN, MARGIN, 2)
    sheet.set_column(NAME, NAME, 24)
    sheet.set_column(WORDS, WORDS, 92)
    sheet.set_row(0, 34)
    sheet.write_string(0, NAME, "IPS workbook", style.format(font_size=22, bold=True))
    row = _write_lines(sheet, style, 2)
    row = _write_legend(sheet, style, row)
    row = _write_contents(sheet, style, row)
    _heading(sheet, style, row, "Versions")
    sheet.write_string(row + 1, NAME, "Workbook schema", style.format())
    sheet.write_number(row + 1, WORDS, SCHEMA_VERSION, style.value(Kind.COUNT, align="left"))
    book.define_name(SCHEMA_VERSION_CELL, f"='{ABOUT}'!$C${row + 2}")
    sheet.activate()
    sheet.set_first_sheet()
