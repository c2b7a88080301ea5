"""The twelve sheets of the committee report, drawn into a workbook."""

from collections.abc import Iterable, Mapping

import xlsxwriter

from addin.report import schema
from addin.report.section import Section
from workbook_templates import report_charts, report_summary
from workbook_templates.report_details import CHARTS, DETAILS
from workbook_templates.report_frame import (
    CHART_ROWS,
    FIRST_ROW,
    Content,
    Page,
    Placed,
    absolute,
    head,
    set_page,
)
from workbook_templates.style import Style

PIXELS_PER_ROW, PIXELS_PER_CHARACTER, PADDING = 20, 7, 5
LEDGER_COLUMNS = 2  # of the sheet Trades, beside its chart


def content_of(sections: Iterable[Section]) -> Content:
    """Tables and cells of all sections by name."""
    whole = list(sections)
    return Content(
        {table.name: table for section in whole for table in section.tables},
        {name: value for section in whole for name, value in section.cells.items()},
    )


def _page(book: xlsxwriter.Workbook, style: Style, content: Content, name: str, last: int) -> Page:
    return Page(book, book.add_worksheet(name), style, content, last)


def _detail(page: Page) -> Mapping[str, Placed]:
    detail = DETAILS[page.name]
    page.sheet.set_column(0, 0, 1.5)
    for column, width in enumerate(detail.widths, start=1):
        page.sheet.set_column(column, column, width)
    head(page, page.name)
    set_page(page.sheet, None if detail.printed_whole else page.last)
    return detail.draw(page)


def _chart_widths(name: str) -> list[int]:
    widths = DETAILS[name].widths
    pixels = [round(width * PIXELS_PER_CHARACTER + PADDING) for width in widths]
    across = sum(pixels[:-LEDGER_COLUMNS]) - 20 if name == schema.TRADES else sum(pixels)
    count = len(CHARTS[name])
    return [across // count - 8] * count


def _draw_charts(page: Page, placed: Mapping[str, Placed]) -> dict[str, str]:
    """Charts in a row on top of the sheet; where each title stands, by its named cell."""
    offset, titles = 0, {}
    for (chart, draw, specs, words), width in zip(
        CHARTS[page.name], _chart_widths(page.name), strict=True
    ):
        column, rest = _column_at(page.name, offset)
        name = schema.title_name(page.name, chart)
        page.cell(name, FIRST_ROW + 1, column + 1, page.style.note)  # the chart covers it
        title = f"='{page.name}'!{absolute(FIRST_ROW + 1, column + 1)}"
        titles[name] = title
        drawn = draw(page.book, *(placed[spec.name] for spec in specs), title)
        drawn.set_size({"width": width, "height": (CHART_ROWS - 1) * PIXELS_PER_ROW - 4})
        where = {"x_offset": rest, "y_offset": 2, "object_position": 2, "description": words}
        page.sheet.insert_chart(FIRST_ROW, column, drawn, where)
        offset += width + 16
    return titles


def _column_at(name: str, pixels: int) -> tuple[int, int]:
    """The printed column in which a distance from column B ends, and what is left within it."""
    for column, width in enumerate(DETAILS[name].widths, start=1):
        across = round(width * PIXELS_PER_CHARACTER + PADDING)
        if pixels < across:
            return column, pixels
        pixels -= across
    return len(DETAILS[name].widths), 0


def _summary_charts(page: Page, classes: Placed, titles: Mapping[str, str]) -> None:
    drawings = (report_charts.allocation, report_charts.drift)
    for (chart, _, _, words), draw, left, size in zip(
        CHARTS[schema.ALLOCATION], drawings, (1, 7), report_summary.CHART_SIZES, strict=True
    ):
        drawn = draw(page.book, classes, titles[schema.title_name(schema.ALLOCATION, chart)])
        drawn.set_size(dict(zip(("width", "height"), size, strict=True)))
        where = {"y_offset": 2, "object_position": 2, "description": words}
        page.sheet.insert_chart(report_summary.CHART_ROW, left, drawn, where)


def draw_report_sheets(
    book: xlsxwriter.Workbook, style: Style, sections: Iterable[Section] = ()
) -> None:
    """Add the report sheets to a workbook: bare, or filled with sections.

    Tables, named cells, charts and formats are those of ``addin.report.schema``; a bare table has
    one blank row and grows when it is written.
    """
    content = content_of(sections)
    summary = _page(book, style, content, schema.SUMMARY, report_summary.LAST)
    head(summary, schema.SUMMARY)
    set_page(summary.sheet, summary.last)
    summary.sheet.fit_to_pages(1, 1)
    report_summary.draw_summary(summary)
    tables: dict[str, Placed] = {}
    titles: dict[str, str] = {}
    for name, detail in DETAILS.items():
        page = _page(book, style, content, name, len(detail.widths))
        tables |= _detail(page)
        if name in CHARTS:
            titles |= _draw_charts(page, tables)
    _summary_charts(summary, tables[schema.CLASSES.name], titles)
