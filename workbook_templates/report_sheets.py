"""The twelve sheets of the committee report, drawn into a workbook."""

from collections.abc import Iterable, Mapping

import xlsxwriter

from addin.report import schema
from addin.report.section import Section
from workbook_templates import report_summary
from workbook_templates.report_details import DETAILS
from workbook_templates.report_frame import (
    FIRST_ROW,
    Content,
    Page,
    Placed,
    absolute,
)
from workbook_templates.report_head import head, set_page
from workbook_templates.report_places import CHARTS
from workbook_templates.style import Style

PIXELS_PER_ROW, PIXELS_PER_CHARACTER, PADDING = 20, 7, 5
GAP = 12  # pixels between charts
FIXED = {"y_offset": 2, "object_position": 2}  # moves with its cell, keeps its size


def content_of(sections: Iterable[Section]) -> Content:
    """Tables and cells of all sections by name."""
    whole = list(sections)
    return Content(
        {table.name: table for section in whole for table in section.tables},
        {name: value for section in whole for name, value in section.cells.items()},
    )


def _detail(page: Page) -> Mapping[str, Placed]:
    detail = DETAILS[page.name]
    page.sheet.set_column(0, 0, 1.5)
    for column, width in enumerate(detail.widths, start=1):
        page.sheet.set_column(column, column, width)
    head(page)
    set_page(page.sheet, None if detail.printed_whole else page.last)
    return detail.draw(page)


def _pixels(name: str, left: int, right: int) -> int:
    """Width of the printed columns from ``left`` to ``right``."""
    widths = DETAILS[name].widths[left - 1 : right]
    return sum(round(width * PIXELS_PER_CHARACTER + PADDING) for width in widths)


def _draw_charts(page: Page, placed: Mapping[str, Placed]) -> dict[str, str]:
    """The charts of a sheet; where the words of each title stand, by the name of their cell."""
    titles = {}
    for place in CHARTS[page.name]:
        name = schema.title_name(page.name, place.chart)
        page.cell(name, FIRST_ROW + 1, place.left, page.style.note)  # the chart covers it
        titles[name] = f"='{page.name}'!{absolute(FIRST_ROW + 1, place.left)}"
        drawn = place.draw(page.book, *(placed[spec.name] for spec in place.tables), titles[name])
        width = _pixels(page.name, place.left, place.right) - GAP
        drawn.set_size({"width": width, "height": (place.rows - 1) * PIXELS_PER_ROW})
        page.sheet.insert_chart(FIRST_ROW, place.left, drawn, {**FIXED, "description": place.words})
    return titles


def _summary_charts(page: Page, classes: Placed, titles: Mapping[str, str]) -> None:
    """The charts of the sheet Allocation again, on page one."""
    for place, left, size in zip(
        CHARTS[schema.ALLOCATION], (1, 7), report_summary.CHART_SIZES, strict=True
    ):
        title = titles[schema.title_name(schema.ALLOCATION, place.chart)]
        drawn = place.draw(page.book, classes, title)
        drawn.set_size(dict(zip(("width", "height"), size, strict=True)))
        where = {**FIXED, "description": place.words}
        page.sheet.insert_chart(report_summary.CHART_ROW, left, drawn, where)


def draw_report_sheets(
    book: xlsxwriter.Workbook, style: Style, sections: Iterable[Section] = ()
) -> None:
    """Add the report sheets to a workbook: bare, or filled with sections.

    Tables, named cells, charts and formats are those of ``addin.report.schema``; a bare table has
    one blank row and grows when it is written.
    """
    content = content_of(sections)
    sheet = book.add_worksheet(schema.SUMMARY)
    summary = Page(book, sheet, style, content, report_summary.WIDTHS)
    head(summary, "Investment committee report")
    set_page(summary.sheet, summary.last)
    summary.sheet.fit_to_pages(1, 1)
    report_summary.draw_summary(summary)
    tables: dict[str, Placed] = {}
    titles: dict[str, str] = {}
    for name, detail in DETAILS.items():
        page = Page(book, book.add_worksheet(name), style, content, detail.widths)
        tables |= _detail(page)
        if name == schema.PROPOSAL:  # a committee compares candidates side by side
            page.sheet.fit_to_pages(1, 1)
        if name in CHARTS:
            titles |= _draw_charts(page, tables)
    _summary_charts(summary, tables[schema.CLASSES.name], titles)
