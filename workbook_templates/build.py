"""Build the template workbook: ``python -m workbook_templates.build``."""

from pathlib import Path

import xlsxwriter

from workbook_templates.inputs import draw_input_sheets
from workbook_templates.sample import sample_tables
from workbook_templates.style import Style

TEMPLATE = Path(__file__).with_name("ips_workbook.xlsx")


def draw(path: Path) -> None:
    """Write the workbook, formulas not yet calculated."""
    with xlsxwriter.Workbook(path) as book:
        style = Style(book)
        draw_input_sheets(book, style, sample_tables())


if __name__ == "__main__":
    draw(TEMPLATE)
