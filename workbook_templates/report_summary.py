"""Page one: six figures, what is asked for, where the policy stands, two charts, the trades."""

from addin.report.schema import (
    CASH_LINE,
    DECISIONS,
    REPORT_SHEETS,
    STATUS_LINES,
    SUMMARY_TRADES,
    TILE_KINDS,
    decision_name,
    status_names,
    tile_names,
)
from workbook_templates.report_frame import FIRST_ROW, SIDE_COLOURS, SIGN_COLOURS, Page
from workbook_templates.style import BLUE, MUTED, ORANGE, PAPER, RED

LAST = 12  # column M
WIDTHS = (10.0, *(15.7,) * 11)
TILE_ROW, LINE_HEIGHT = FIRST_ROW, 16
BLOCK_ROW = TILE_ROW + 4
ROWS_PER_DECISION = 2
CHART_ROW = BLOCK_ROW + 2 + max(DECISIONS * ROWS_PER_DECISION, STATUS_LINES)
CHART_HEIGHT_ROWS = 14
TRADES_ROW = CHART_ROW + CHART_HEIGHT_ROWS + 1
CHART_SIZES = ((640, 276), (680, 276))
STATUS_LEFT = 8  # column I


def _tiles(page: Page) -> None:
    sheet, style = page.sheet, page.style
    for row, height in zip(range(TILE_ROW, TILE_ROW + 4), (14, 26, 15, 9), strict=True):
        sheet.set_row(row, height)
    for number, kind in enumerate(TILE_KINDS, start=1):
        left = 1 + 2 * (number - 1)
        label, value, note = tile_names(number)
        edge = {"bg_color": PAPER, "left": 5, "left_color": BLUE, "indent": 1, "align": "left"}
        small = style.format(font_size=9, font_color=MUTED, **edge)
        large = style.value(kind, font_size=18, bold=True, **edge)
        page.cell(label, TILE_ROW, left, small, to=left + 1)
        page.cell(value, TILE_ROW + 1, left, large, to=left + 1)
        page.cell(note, TILE_ROW + 2, left, small, to=left + 1)
        _colour_tile(page, left)


def _colour_tile(page: Page, left: int) -> None:
    """A figure takes the colour of the word in its note: watch, breach."""
    letter = chr(ord("A") + left)
    for word, colour in (("breach", RED), ("watch", ORANGE)):
        rule = {
            "type": "formula",
            "criteria": f'=ISNUMBER(SEARCH("{word}",${letter}${TILE_ROW + 3}))',
            "format": page.book.add_format({"font_color": colour}),
        }
        page.sheet.conditional_format(TILE_ROW + 1, left, TILE_ROW + 1, left + 1, rule)


def _decisions(page: Page) -> None:
    page.heading("We ask the committee to", BLOCK_ROW, 1, 6)
    number_look = page.style.format(font_size=16, bold=True, font_color=BLUE, align="left")
    words = page.style.format(text_wrap=True)
    for number in range(1, DECISIONS + 1):
        row = BLOCK_ROW + 1 + ROWS_PER_DECISION * (number - 1)
        page.sheet.merge_range(row, 1, row + 1, 1, number, number_look)
        page.sheet.merge_range(row, 2, row + 1, 6, None, words)
        page.cell(decision_name(number), row, 2, words)
    first, last = BLOCK_ROW + 1, BLOCK_ROW + ROWS_PER_DECISION * DECISIONS
    hidden = page.book.add_format({"font_color": "#FFFFFF"})
    rule = {"type": "formula", "criteria": f'=$C{first + 1}=""', "format": hidden}
    page.sheet.conditional_format(first, 1, last, 1, rule)


def _status(page: Page) -> None:
    page.heading("Policy status", BLOCK_ROW, STATUS_LEFT, LAST)
    bold, words = page.style.format(bold=True), page.style.format()
    for number in range(1, STATUS_LINES + 1):
        row, (sign, line) = BLOCK_ROW + number, status_names(number)
        page.cell(sign, row, STATUS_LEFT, bold)
        page.cell(line, row, STATUS_LEFT + 1, words)
    first, last = BLOCK_ROW + 1, BLOCK_ROW + STATUS_LINES
    for sign, colour in SIGN_COLOURS.items():
        page.colour_beginning(first, STATUS_LEFT, last, STATUS_LEFT, sign, colour)


def _trades(page: Page) -> None:
    page.heading("Proposed trades", TRADES_ROW, 1, LAST)
    page.cell(CASH_LINE, TRADES_ROW + 1, 1, page.style.note)
    placed = page.table(SUMMARY_TRADES, TRADES_ROW + 2, 1)
    page.colour_words(placed, "Side", SIDE_COLOURS)
    page.rule_on(placed, LAST)


def _links(page: Page) -> None:
    """Contents beside the page, for the screen; not printed."""
    page.sheet.set_column(LAST + 2, LAST + 2, 24)
    page.sheet.write_string(TILE_ROW, LAST + 2, "Sheets of this report", page.style.note)
    for row, name in enumerate(REPORT_SHEETS[1:], start=BLOCK_ROW):
        page.sheet.write_url(row, LAST + 2, f"internal:'{name}'!A1", page.style.link, name)


def draw_summary(page: Page) -> None:
    """Everything but the charts, which need the tables of other sheets."""
    for column, width in enumerate(WIDTHS, start=1):
        page.sheet.set_column(column, column, width)
    page.sheet.set_column(0, 0, 1.5)
    page.sheet.set_column(LAST + 1, LAST + 1, 2)
    _tiles(page)
    for row in range(BLOCK_ROW + 1, CHART_ROW):
        page.sheet.set_row(row, LINE_HEIGHT)
    _decisions(page)
    _status(page)
    _trades(page)
    _links(page)
