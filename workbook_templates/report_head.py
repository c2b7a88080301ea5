"""Page set-up and masthead of every report sheet."""

from xlsxwriter.worksheet import Worksheet

from addin.report.schema import AS_OF, FINDING, STATE, SUBJECT, SUMMARY, cell_name
from workbook_templates.report_frame import FIRST_ROW, Page
from workbook_templates.style import INK, MUTED, ORANGE

TITLE_ROW, SUBJECT_ROW, RULED_ROW, FINDING_ROW = 1, 2, 3, 5
FOOTER = (
    "&L&8&K6B7280IPS committee report · &A"
    "&C&8&K6B7280Not investment advice"
    "&R&8&K6B7280Page &P of &N"
)


def set_page(sheet: Worksheet, last: int | None) -> None:
    """Landscape A4, one page wide, the head repeated; print columns A to ``last``, or all."""
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.4, 0.4, 0.45, 0.6)
    sheet.center_horizontally()
    sheet.set_footer(FOOTER)
    if last is not None:
        sheet.print_area(0, 0, 1_048_575, last)


def head(page: Page, title: str | None = None) -> None:
    """Masthead: title and state, subject and date, a rule, and what the sheet says."""
    sheet, style, name = page.sheet, page.style, page.name
    muted = style.format(font_color=MUTED)
    right = {"align": "right"}
    sheet.set_row(0, 13)
    sheet.set_row(TITLE_ROW, 26)
    sheet.set_row(RULED_ROW, 5)
    sheet.set_row(RULED_ROW + 1, 5)
    sheet.set_row(FINDING_ROW, 20)
    sheet.set_row(FINDING_ROW + 1, 6)
    sheet.write_string(TITLE_ROW, 1, title or name, style.title)
    state = style.format(bold=True, font_size=11, font_color=ORANGE, **right)
    page.cell(cell_name(name, STATE), TITLE_ROW, page.last, state)
    page.cell(cell_name(name, SUBJECT), SUBJECT_ROW, 1, muted)
    date = style.format(font_color=MUTED, **right)
    page.cell(cell_name(name, AS_OF), SUBJECT_ROW, page.last, date)
    for column in range(1, page.last + 1):
        sheet.write_blank(RULED_ROW, column, None, style.format(bottom=2, bottom_color=INK))
    page.cell(cell_name(name, FINDING), FINDING_ROW, 1, style.format(bold=True, font_size=11))
    if name != SUMMARY:
        back = style.format(font_size=8, font_color=MUTED)
        sheet.write_url(0, 1, f"internal:'{SUMMARY}'!A1", back, "‹ Summary")
        sheet.repeat_rows(TITLE_ROW, FINDING_ROW)
        sheet.freeze_panes(FIRST_ROW, 0)
