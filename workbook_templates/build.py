"""Build the template workbook: ``python -m workbook_templates.build``."""

from datetime import datetime
from pathlib import Path

import xlsxwriter

from addin.domain.table import Table
from addin.excel import layout
from addin.hosts.configuration import load_functions
from addin.hosts.file.filebook import FileBook
from addin.hosts.file.formulas import recalculate
from workbook_templates import TEMPLATE
from workbook_templates.about import draw_about
from workbook_templates.analysis import draw_analysis_sheets
from workbook_templates.chart_defaults import state_chart_defaults
from workbook_templates.inputs import Placed, draw_input_sheets, draw_table
from workbook_templates.report_sheets import draw_report_sheets
from workbook_templates.sample import sample_tables
from workbook_templates.style import BODY, Style

CREATED = datetime(2026, 1, 1)  # fixed, so that building twice gives the same bytes


def _draw_undo(book: xlsxwriter.Workbook, style: Style) -> None:
    """A hidden sheet that keeps what the last run replaced."""
    sheet = book.add_worksheet(layout.UNDO.sheet)
    empty = Table(layout.UNDO.name, layout.UNDO.headings, ())
    draw_table(Placed(layout.UNDO, empty, sheet, 0, 0), style)
    sheet.very_hidden()


def draw(path: Path) -> None:
    """Write the workbook, formulas not yet calculated."""
    options = {"default_format_properties": BODY, "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(path, options) as book:
        book.set_properties({"title": "IPS workbook", "created": CREATED})
        style = Style(book)
        draw_about(book, style)
        draw_report_sheets(book, style)
        draw_input_sheets(book, style, sample_tables())
        draw_analysis_sheets(book, style)
        _draw_undo(book, style)
    state_chart_defaults(path)


def build(path: Path = TEMPLATE) -> None:
    """Write the template with the result of every formula."""
    draw(path)
    book = FileBook(path)
    recalculate(book, load_functions(path.parent))  # a folder without configuration: our own
    book.save()


if __name__ == "__main__":
    build()
