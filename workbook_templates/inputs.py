"""The input sheets: one real Excel table for each table of ``layout``, styled as typed values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from addin.domain.table import Kind, Table, TableSpec, Value
from addin.excel import layout
from workbook_templates.guidance import HELP
from workbook_templates.rules import add_rules
from workbook_templates.style import INPUT_TAB, LEFT_ALIGNED, SMALL, TABLE_STYLE, Style, page

TITLE_ROW, HELP_ROW, HEADER_ROW = 0, 1, 3
POLICY_LINKS_ROW, POLICY_NAME_ROW, POLICY_HELP_ROW, POLICY_HEADER_ROW = 2, 4, 5, 6
NARROWEST, WIDEST = 9.0, 36.0
KIND_WIDTHS = {Kind.DATE: 11.0, Kind.PRICE: 11.5, Kind.MONEY: 14.0, Kind.QUANTITY: 11.0}
FURTHER_KINDS = {
    layout.PRICES.name: Kind.PRICE,
    layout.SCENARIOS.name: Kind.RATE,
    layout.ASSUMPTIONS.name: Kind.NUMBER,
    layout.VIEWS.name: Kind.NUMBER,  # weights, a return and a confidence
}
# Tables stand side by side: each may grow downwards, and nothing stands below it.
POLICY_TABLES = (
    layout.POLICY_META,
    layout.POLICY_CLASSES,
    layout.POLICY_LIMITS,
    layout.POLICY_BENCHMARK,
    layout.POLICY_REBALANCE,
    layout.POLICY_LIQUIDITY,
    layout.POLICY_TAX,
    layout.POLICY_SCORE,
    layout.POLICY_OBJECTIVES,
    layout.POLICY_EXCLUSIONS,
)
LINK_COLUMNS = (0, 1, 3, 4, 5, 6, 7, 8, 9, 10)  # column 2 is the narrow gap
SHEETS = tuple(dict.fromkeys(spec.sheet for spec in layout.INPUT_TABLES))


@dataclass(frozen=True)
class Placed:
    """A table on its sheet; rows and columns count from zero, ``row`` is that of the headings."""

    spec: TableSpec
    table: Table
    sheet: Worksheet
    row: int
    column: int

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.table.headings)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What each column holds, those beyond the listed ones included."""
        listed = tuple(column.kind for column in self.spec.columns)
        further = FURTHER_KINDS.get(self.spec.name, Kind.ANY)
        return listed + (further,) * (self.width - len(listed))

    @property
    def rows(self) -> tuple[tuple[Value, ...], ...]:
        """Rows of the table; a blank one where there is none, since a table cannot be empty."""
        return self.table.rows or ((None,) * self.width,)

    def place(self, heading: str) -> int:
        """Sheet column of a heading."""
        return self.column + self.table.headings.index(heading)


def _shown_kind(kind: Kind, value: Value) -> Kind:
    """How to show a value of a mixed column: dates as dates, shares as per cent."""
    if kind is not Kind.ANY:
        return kind
    if isinstance(value, date):
        return Kind.DATE
    return Kind.RATE if isinstance(value, float) and abs(value) < 1 else Kind.ANY


def _alignment(kind: Kind, place: int) -> dict[str, Any]:
    """Words stand a little off the figures before them; a mixed column is read as words."""
    words = kind in LEFT_ALIGNED
    return {"align": "left", "indent": int(place > 0)} if words else {"align": "right"}


def _write(sheet: Worksheet, at: tuple[int, int], value: Value, look: Format) -> None:
    if isinstance(value, date):
        sheet.write_datetime(*at, value, look)
    elif isinstance(value, str):
        sheet.write_string(*at, value, look)
    else:
        sheet.write(*at, value, look)


def _text_width(value: Value) -> int:
    return len(value) if isinstance(value, str) else 0


def _column_width(heading: str, kind: Kind, values: Iterable[Value]) -> float:
    words = max((_text_width(value) for value in values), default=0)
    needed = max(KIND_WIDTHS.get(kind, NARROWEST), len(heading) * 1.1 + 1.5, words * 1.0 + 2)
    return min(needed, WIDEST)


def draw_table(placed: Placed, style: Style) -> None:
    """Add the Excel table with its rows, each value styled as typed by the analyst."""
    sheet, top, left = placed.sheet, placed.row, placed.column
    for i, (heading, kind) in enumerate(zip(placed.table.headings, placed.kinds, strict=True)):
        width = _column_width(heading, kind, (row[i] for row in placed.rows))
        sheet.set_column(left + i, left + i, width)
    columns = [
        {"header": heading, "header_format": style.column_head(kind, **_alignment(kind, i))}
        for i, (heading, kind) in enumerate(zip(placed.table.headings, placed.kinds, strict=True))
    ]
    options = {
        "name": placed.spec.name,
        "style": TABLE_STYLE,
        "columns": columns,
        "autofilter": False,
        "banded_rows": False,
    }
    sheet.add_table(top, left, top + len(placed.rows), left + placed.width - 1, options)
    for down, row in enumerate(placed.rows, start=1):
        for across, (value, kind) in enumerate(zip(row, placed.kinds, strict=True)):
            aligned = _alignment(kind, across)
            look = style.input(_shown_kind(kind, value), **aligned)
            _write(sheet, (top + down, left + across), value, look)


def _head(sheet: Worksheet, style: Style, name: str, help_text: str) -> None:
    page(sheet, name)
    sheet.set_row(TITLE_ROW, 28)
    sheet.write_string(TITLE_ROW, 0, name, style.title)
    sheet.write_string(HELP_ROW, 0, help_text, style.note)


def _draw_policy(sheet: Worksheet, style: Style, tables: Mapping[str, Table]) -> list[Placed]:
    _head(sheet, style, "Policy", HELP["Policy"])
    sheet.set_row(POLICY_HELP_ROW, 38)
    placed, column = [], 0
    for number, spec in enumerate(POLICY_TABLES):
        here = Placed(spec, tables[spec.name], sheet, POLICY_HEADER_ROW, column)
        draw_table(here, style)
        name = spec.name.removeprefix("Policy_")
        target = xl_rowcol_to_cell(POLICY_NAME_ROW, column)
        sheet.write_url(
            POLICY_LINKS_ROW, LINK_COLUMNS[number], f"internal:'Policy'!{target}", style.link, name
        )
        last = column + here.width - 1
        sheet.merge_range(POLICY_NAME_ROW, column, POLICY_NAME_ROW, last, name, style.heading)
        help_format = style.format(**SMALL, text_wrap=True, valign="top")
        help_text = HELP[spec.name]
        sheet.merge_range(POLICY_HELP_ROW, column, POLICY_HELP_ROW, last, help_text, help_format)
        sheet.set_column(last + 1, last + 1, 3)
        placed.append(here)
        column = last + 2
    sheet.freeze_panes(POLICY_HEADER_ROW + 1, 0)
    sheet.fit_to_pages(0, 1)
    return placed


def _draw_single(
    sheet: Worksheet, style: Style, spec: TableSpec, tables: Mapping[str, Table]
) -> Placed:
    _head(sheet, style, spec.sheet, HELP[spec.name])
    placed = Placed(spec, tables[spec.name], sheet, HEADER_ROW, 0)
    draw_table(placed, style)
    sheet.freeze_panes(HEADER_ROW + 1, 1)
    sheet.repeat_rows(HEADER_ROW)
    return placed


def draw_input_sheets(
    book: xlsxwriter.Workbook, style: Style, tables: Mapping[str, Table]
) -> dict[str, Placed]:
    """Add every input sheet with its tables filled.

    Args:
        book: Workbook to add the sheets to.
        style: Its formats.
        tables: Contents of each table of ``layout.INPUT_TABLES``, by name.

    Returns:
        Where each table stands, by name.
    """
    placed: list[Placed] = []
    for name in SHEETS:
        sheet = book.add_worksheet(name)
        sheet.set_tab_color(INPUT_TAB)
        if name == layout.POLICY_META.sheet:
            placed += _draw_policy(sheet, style, tables)
        else:
            spec = next(spec for spec in layout.INPUT_TABLES if spec.sheet == name)
            placed.append(_draw_single(sheet, style, spec, tables))
    by_name = {here.spec.name: here for here in placed}
    add_rules(by_name)
    return by_name
