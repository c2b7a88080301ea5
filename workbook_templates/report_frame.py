"""What every report sheet is made of: tables in our look and named cells."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from addin.domain.table import Column, Kind, Row, Table, TableSpec, Value
from workbook_templates.style import (
    BODY_SIZE,
    GREEN,
    LEFT_ALIGNED,
    MUTED,
    ORANGE,
    RED,
    RULE,
    SMALL_SIZE,
    Style,
)

FIRST_ROW = 7  # below the head
CHART_ROWS, TALL_CHART_ROWS = 16, 22  # rows of 20 pixels a chart stands on
LINE = 13.5  # points
ROOM = 500  # rows below a heading that conditional formats reach
SIGN_COLOURS = {"●": RED, "▲": ORANGE, "✓": GREEN}
SIDE_COLOURS = {"Buy": GREEN, "Sell": RED}


@dataclass(frozen=True)
class Content:
    """What the sheets show: tables and named cells by name; empty for a bare template."""

    tables: Mapping[str, Table] = field(default_factory=dict)
    cells: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class Placed:
    """A table on its sheet: where the headings stand and how many rows are below."""

    sheet: str
    row: int
    left: int
    headings: tuple[str, ...]
    rows: int

    def heading(self, name: str) -> list[Any]:
        """Cell of a heading, as a chart names a series."""
        return [self.sheet, self.row, self.left + self.headings.index(name)]

    def values(self, name: str) -> list[Any]:
        """Cells below a heading, as a chart draws them."""
        column = self.left + self.headings.index(name)
        return [self.sheet, self.row + 1, column, self.row + self.rows, column]

    def place(self, name: str) -> tuple[int, int]:
        """Row and column of the first cell below a heading."""
        return self.row + 1, self.left + self.headings.index(name)


@dataclass(frozen=True)
class Page:
    """A report sheet being drawn."""

    book: xlsxwriter.Workbook
    sheet: Worksheet
    style: Style
    content: Content
    widths: tuple[float, ...]  # of the printed columns, from B on

    @property
    def last(self) -> int:
        """Last column of the printed page."""
        return len(self.widths)

    @property
    def name(self) -> str:
        """Name of the sheet."""
        return str(self.sheet.get_name())

    def cell(
        self, name: str, row: int, column: int, look: Format, *, to: int | None = None
    ) -> None:
        """A named cell, merged as far as column ``to``; the name is that of its first cell."""
        if to is not None and to > column:
            self.sheet.merge_range(row, column, row, to, None, look)
        write(self.sheet, row, column, self.content.cells.get(name), look)
        self.book.define_name(name, f"='{self.name}'!{absolute(row, column)}")

    def table(
        self,
        spec: TableSpec,
        row: int,
        left: int,
        *,
        formats: Mapping[str, str] = MappingProxyType({}),
        further: Kind = Kind.NUMBER,
        lines: int = 1,
    ) -> Placed:
        """An Excel table in our look, filled when there is content, else with one blank row.

        Args:
            spec: Its name and columns.
            row: Row of the headings.
            left: Column of the first heading.
            formats: Number formats by heading, where a column's kind does not say enough.
            further: What the columns of an open-ended table hold.
            lines: Lines of text a row has room for; words wrap when more than one.
        """
        columns, rows = self._contents(spec, further)
        looks = [
            self._look(column, beside, lines, formats.get(column.heading))
            for beside, column in zip([None, *columns], columns, strict=False)
        ]
        heads = [
            {"header": c.heading, "header_format": self._head(c, beside)}
            for beside, c in zip([None, *columns], columns, strict=False)
        ]
        if any(self._is_long(c.heading, place) for place, c in enumerate(columns, start=left)):
            self.sheet.set_row(row, 2 * LINE)
        if lines > 1:
            for place in range(row + 1, row + 1 + len(rows)):
                self.sheet.set_row(place, lines * LINE)
        self.sheet.add_table(
            row,
            left,
            row + len(rows),
            left + len(columns) - 1,
            {"name": spec.name, "style": None, "autofilter": False, "columns": heads},
        )
        for place, values in enumerate(rows, start=row + 1):
            for column, (value, look) in enumerate(zip(values, looks, strict=True), start=left):
                write(self.sheet, place, column, value, look)
        return Placed(self.name, row, left, tuple(c.heading for c in columns), len(rows))

    def _contents(self, spec: TableSpec, further: Kind) -> tuple[list[Column], list[Row]]:
        filled = self.content.tables.get(spec.name)
        placeholder = ("…",) if spec.open_ended else ()  # further columns take its look
        headings = filled.headings if filled else (*spec.headings, *placeholder)
        more = [Column(heading, further) for heading in headings[len(spec.columns) :]]
        columns = [*spec.columns, *more]
        rows = list(filled.rows) if filled else []
        return columns, rows or [(None,) * len(columns)]

    def _is_long(self, heading: str, column: int) -> bool:
        """Whether a heading, in smaller letters, needs two lines in its printed column."""
        if column > self.last or " " not in heading:
            return False
        return len(heading) > self.widths[column - 1] * BODY_SIZE / SMALL_SIZE

    def _head(self, column: Column, beside: Column | None) -> Format:
        wrap = {"text_wrap": " " in column.heading}
        return self.style.column_head(column.kind, **SMALL, **wrap, **_apart(column, beside))

    def _look(
        self, column: Column, beside: Column | None, lines: int, number_format: str | None
    ) -> Format:
        wrap = {"text_wrap": True, "valign": "top"} if lines > 1 else {}
        given = {"num_format": number_format} if number_format else {}
        ruled = {"bottom": 4, "bottom_color": RULE}
        return self.style.value(column.kind, **ruled, **wrap, **given, **_apart(column, beside))

    def rule_on(self, placed: Placed, to: int, rows: int = ROOM) -> None:
        """Rule the rows of a table as far as column ``to``, into which its words run on."""
        row, letter = placed.row + 1, column_letter(placed.left)
        look = self.book.add_format({"bottom": 4, "bottom_color": RULE})
        rule = {"type": "formula", "criteria": f'=${letter}{row + 1}<>""', "format": look}
        right = placed.left + len(placed.headings)
        self.sheet.conditional_format(row, right, row + rows - 1, to, rule)
        for column in range(right, to + 1):
            self.sheet.write_blank(
                placed.row, column, None, self.style.column_head(Kind.TEXT, **SMALL)
            )

    def heading(self, text: str, row: int, left: int, right: int) -> None:
        """Name of a block, ruled as wide as the block."""
        for column in range(left, right + 1):
            self.sheet.write_blank(row, column, None, self.style.heading)
        self.sheet.write_string(row, left, text, self.style.heading)

    def colour_words(self, placed: Placed, heading: str, colours: Mapping[str, str]) -> None:
        """Colour a column's words by how they begin; the words say the same without colour."""
        row, column = placed.place(heading)
        for word, colour in colours.items():
            self.colour_beginning(row, column, row + ROOM, column, word, colour)

    def colour_beginning(
        self, top: int, left: int, bottom: int, right: int, word: str, colour: str
    ) -> None:
        """Colour the cells of an area that begin with a word or sign."""
        look = self.book.add_format({"font_color": colour, "bold": True})
        rule = {"type": "text", "criteria": "begins with", "value": word, "format": look}
        self.sheet.conditional_format(top, left, bottom, right, rule)

    def when(self, placed: Placed, heading: str, says: str, **properties: Any) -> None:
        """Format the rows of a table in which a column says something."""
        row, column = placed.place(heading)
        letter = column_letter(column)
        rule = {
            "type": "formula",
            "criteria": f'=${letter}{row + 1}="{says}"',
            "format": self.book.add_format(properties),
        }
        right = placed.left + len(placed.headings) - 1
        self.sheet.conditional_format(row, placed.left, row + ROOM, right, rule)


SMALL: dict[str, Any] = {
    "font_size": SMALL_SIZE,
    "font_color": MUTED,
    "bold": False,
    "valign": "bottom",
}


def _apart(column: Column, beside: Column | None) -> dict[str, int]:
    """Words to the right of a figure keep a distance from it."""
    apart = column.kind in LEFT_ALIGNED and beside and beside.kind not in LEFT_ALIGNED
    return {"indent": 1} if apart else {}


def write(sheet: Worksheet, row: int, column: int, value: Value, look: Format) -> None:
    """A value as what it is; text is never taken for a formula."""
    if value is None:
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, str):
        sheet.write_string(row, column, value, look)
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, look)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value, look)
    else:
        sheet.write_datetime(row, column, value, look)


def column_letter(column: int) -> str:
    """``C``."""
    return str(xlsxwriter.utility.xl_col_to_name(column))


def absolute(row: int, column: int) -> str:
    """``$B$3``."""
    return str(xlsxwriter.utility.xl_rowcol_to_cell(row, column, True, True))
