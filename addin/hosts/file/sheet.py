"""Cells of one worksheet: read fast, changed in place."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property

from lxml import etree

from addin.domain.table import Row, Value
from addin.hosts.file.area import LAST_COLUMN, LAST_ROW, Area, column_letters, column_number
from addin.hosts.file.cells import Cells
from addin.hosts.file.ooxml import MAIN, Element, child, damaged, drop_attributes, main, whole
from addin.hosts.file.package import Package
from addin.hosts.file.strings import SharedStrings
from addin.hosts.file.styles import Styles

CELL, ROW, FORMULA = main("c"), main("row"), main("f")
FORMULA_TAG = re.compile(rb"<(?:\w+:)?f[ >/]")
DIGITS = "0123456789"
ROWS_AT_ONCE = 1000


class Sheet:
    """One worksheet part.

    Attributes:
        name: Sheet name.
        part: Part it is stored in.
        cells: How its cells are read and filled.
    """

    def __init__(
        self, package: Package, name: str, part: str, strings: SharedStrings, styles: Styles
    ) -> None:
        self.name = name
        self.part = part
        self._package = package
        self.cells = Cells(f"{package.name}: {name}", strings, styles, uses_1904(package))

    @property
    def root(self) -> Element:
        """The worksheet element; to be changed only after :meth:`edit`."""
        return self._package.tree(self.part)

    def edit(self) -> Element:
        """The worksheet element, to be written anew."""
        return self._package.edit(self.part)

    def rows(self, area: Area) -> tuple[Row, ...]:
        """Values of an area, blank cells as None."""
        blank: Row = (None,) * (area.right - area.left + 1)
        found = (self._rows.get(number) for number in range(area.top, area.bottom + 1))
        return tuple(blank if row is None else self._row(row, area) for row in found)

    def value(self, row: int, column: int) -> Value:
        """Value of one cell; that of a formula is its cached result."""
        cell = self.cell(row, column)
        return None if cell is None else self.cells.read(cell)

    def cell(self, row: int, column: int) -> Element | None:
        """The stored cell, if there is one."""
        return self._cells_of(row).get(column)

    def _cells_of(self, number: int) -> dict[int, Element]:
        """Cells of a row by column."""
        if number not in self._found:
            row = self._rows.get(number)
            self._found[number] = {} if row is None else dict(placed(row))
        return self._found[number]

    def filled(self, area: Area, *, outside: Area | None = None) -> Iterator[tuple[int, int]]:
        """(row, column) of the cells of an area that hold a value or a formula.

        Those of ``outside`` are passed over.
        """
        over = outside if outside is not None and _spans(outside, area) else None
        for number in sorted(n for n in self._rows if area.top <= n <= area.bottom):
            if over is not None and over.top <= number <= over.bottom:
                continue
            for column, cell in self._cells_of(number).items():
                passed_over = outside is not None and (number, column) in outside
                if area.left <= column <= area.right and not passed_over and not self._blank(cell):
                    yield number, column

    def style(self, row: int, column: int) -> str | None:
        """Format of a cell, or the one a new cell there would take from its row or column."""
        cell = self.cell(row, column)
        return cell.get("s") if cell is not None else self._inherited(row, column)

    def write_row(
        self,
        number: int,
        values: Mapping[int, Value],
        styles: Mapping[int, str | None],
        *,
        text_only: bool = False,
    ) -> None:
        """Set cells of one row by column; a cell not in ``styles`` keeps its format.

        With ``text_only`` not even the text of an error becomes anything but text.
        """
        row = self._open(number)
        cells = dict(placed(row))
        for column, cell in cells.items():
            cell.set("r", f"{column_letters(column)}{number}")  # some writers leave it out
        missing = sorted(set(values) - set(cells))
        for column in missing:
            cells[column] = self._new_cell(number, column)
        for column, value in values.items():
            if column in styles:
                _set(cells[column], "s", styles[column])
            self.cells.fill(cells[column], value, text_only)
        if missing:
            row[:] = [cells[column] for column in sorted(cells)]
            drop_attributes(row, "spans")
        self._extend(Area(number, min(values), number, max(values)))

    def write_rows(
        self, top: int, left: int, rows: Sequence[Row], styles: Mapping[int, str | None]
    ) -> None:
        """As ``write_row`` for rows one below the other, several times faster."""
        self.edit()
        letters = [column_letters(left + n) for n in range(len(rows[0]))]
        above = self._rows.get(max((n for n in self._rows if n < top), default=0))
        for first in range(0, len(rows), ROWS_AT_ONCE):
            block = rows[first : first + ROWS_AT_ONCE]
            marked = (
                self._row_markup(number, left, letters, row, styles)
                for number, row in enumerate(block, top + first)
            )
            made = etree.fromstring(f'<sheetData xmlns="{MAIN}">{"".join(marked)}</sheetData>')
            for number, row in enumerate(list(made), top + first):
                above = self._place_row(number, left, row, above)
        self._extend(Area(top, left, top + len(rows) - 1, left + len(letters) - 1))

    def write(self, row: int, column: int, value: Value) -> Element:
        """Set one cell, which keeps its format; the stored cell."""
        self.write_row(row, {column: value}, {})
        cell = self.cell(row, column)
        assert cell is not None
        return cell

    def remove_cells(self, area: Area) -> None:
        """Remove the cells of an area with their formats."""
        self.edit()
        for number in [n for n in self._rows if area.top <= n <= area.bottom]:
            row = self._rows[number]
            self._found.pop(number, None)
            for column, cell in list(placed(row)):
                if area.left <= column <= area.right:
                    row.remove(cell)

    def write_result(self, row: int, column: int, value: Value) -> bool:
        """Store a result in a cell, whose formula stays; whether it is another than before."""
        return self.write_results(row, column, (value,))

    def write_results(self, number: int, left: int, values: Sequence[Value]) -> bool:
        """Store results in cells side by side; whether any is another than before."""
        cells = self._cells_of(number)
        missing = [c for c in range(left, left + len(values)) if c not in cells]
        if missing:
            self.write_row(number, dict.fromkeys(missing), {})
            cells = self._cells_of(number)
        changed = [
            (cells[column], value)
            for column, value in enumerate(values, left)
            if not self.cells.holds_result(cells[column], value)
        ]
        if changed:
            self.edit()
        for cell, value in changed:
            self.cells.fill_result(cell, value)
        return bool(changed or missing)

    @property
    def has_formulas(self) -> bool:
        """Whether there may be formulas; the sheet is not parsed to find out."""
        changed = self._package.changed(self.part)
        return changed or FORMULA_TAG.search(self._package.read(self.part)) is not None

    def formula_cells(self) -> list[tuple[int, int, Element]]:
        """(row, column, cell) of every formula, row by row."""
        return [
            (number, _column(cell, row), cell)
            for number, row in sorted(self._rows.items())
            for formula in row.iter(FORMULA)
            if (cell := formula.getparent()) is not None
        ]

    def reach(self) -> tuple[int, int]:
        """Last row and last column with a stored cell."""
        columns = (max(self._cells_of(number), default=1) for number in self._rows)
        return max(self._rows, default=1), max(columns, default=1)

    def row_attributes(self, number: int) -> dict[str, str]:
        """Height of a row, for new rows like it."""
        row = self._rows.get(number)
        kept = ("ht", "customHeight")
        return {} if row is None else {k: row.get(k, "") for k in kept if row.get(k)}

    def set_row_attributes(self, number: int, attributes: Mapping[str, str]) -> None:
        """Give a row without a height of its own this one."""
        row = self._open(number)
        if row.get("ht") is None:
            for key, text in attributes.items():
                row.set(key, text)

    def move_row(self, area: Area, bottom: int) -> None:
        """Move the cells of a one-row area to another row."""
        row = self._rows.get(area.top)
        moved = [] if row is None else [(c, e) for c, e in placed(row) if (area.top, c) in area]
        target = self._open(bottom)
        self.remove_cells(Area(bottom, area.left, bottom, area.right))
        for column, cell in moved:
            cell.set("r", f"{column_letters(column)}{bottom}")
            target.append(cell)
        target[:] = [cell for _, cell in sorted(placed(target), key=lambda pair: pair[0])]
        self._extend(Area(bottom, area.left, bottom, area.right))

    # reading

    def _row(self, row: Element, area: Area) -> Row:
        values: list[Value] = [None] * (area.right - area.left + 1)
        left, right = area.left, area.right
        for column, cell in placed(row):
            if left <= column <= right:
                values[column - left] = self.cells.read(cell)
        return tuple(values)

    def _blank(self, cell: Element) -> bool:
        return cell.find(FORMULA) is None and self.cells.read(cell) is None

    # writing

    def _row_markup(
        self,
        number: int,
        left: int,
        letters: Sequence[str],
        row: Row,
        styles: Mapping[int, str | None],
    ) -> str:
        before = self._cells_of(number)
        markup = self.cells.markup
        cells = []
        for column, (letter, value) in enumerate(zip(letters, row, strict=True), left):
            if column in styles:
                style = styles[column]
            elif column in before:
                style = before[column].get("s")
            else:
                style = self._inherited(number, column)
            cells.append(markup(f"{letter}{number}", value, style))
        return f'<row r="{number}">{"".join(cells)}</row>'

    def _place_row(self, number: int, left: int, made: Element, above: Element | None) -> Element:
        """Put the cells of ``made`` into the row of this number, which it becomes if need be."""
        row = self._rows.get(number)
        if row is None:
            self._found.pop(number, None)
            self._rows[number] = made
            if above is None:
                self._data.insert(0, made)
            else:
                above.addnext(made)
            return made
        cells = self._cells_of(number)
        before = len(cells)
        cells.update(enumerate(made, left))
        row[:] = [cells[column] for column in sorted(cells)]
        if len(cells) > before:
            drop_attributes(row, "spans")
        return row

    def _new_cell(self, row: int, column: int) -> Element:
        cell = etree.Element(CELL, r=f"{column_letters(column)}{row}")
        _set(cell, "s", self._inherited(row, column))
        return cell

    def _inherited(self, number: int, column: int) -> str | None:
        row = self._rows.get(number)
        if row is not None and row.get("customFormat") in ("1", "true"):
            return row.get("s")
        return next(
            (style for first, last, style in self._columns if first <= column <= last), None
        )

    def _open(self, number: int) -> Element:
        """The row, made if need be, to be written anew."""
        self.edit()
        self._found.pop(number, None)
        if number not in self._rows:
            row = etree.Element(ROW, r=str(number))
            if number > max(self._rows, default=0):
                self._data.append(row)
            else:
                self._data.insert(bisect_right(sorted(self._rows), number), row)
            self._rows[number] = row
        return self._rows[number]

    def _extend(self, area: Area) -> None:
        dimension = self.root.find(main("dimension"))
        if dimension is not None:
            present = Area.parse(dimension.get("ref", "")) or area
            dimension.set("ref", str(present.union(area)))

    # structure

    @cached_property
    def _data(self) -> Element:
        return child(self.root, "sheetData")

    @cached_property
    def _rows(self) -> dict[int, Element]:
        rows: dict[int, Element] = {}
        last = 0
        for row in self._data.iterchildren(ROW):
            last = whole(row, "r", last + 1)
            if not 1 <= last <= LAST_ROW:
                raise damaged(row, f"there is a row {last}")
            if row.get("r") is None:
                row.set("r", str(last))
            rows[last] = row
        return rows

    @cached_property
    def _found(self) -> dict[int, dict[int, Element]]:
        """Cells by column of the rows looked into since they were last changed."""
        return {}

    @cached_property
    def _columns(self) -> list[tuple[int, int, str | None]]:
        columns = self.root.iterfind(f"{main('cols')}/{main('col')}")
        return [(whole(c, "min", 0), whole(c, "max", 0), c.get("style")) for c in columns]


def placed(row: Element) -> Iterator[tuple[int, Element]]:
    """Cells of a row with their columns."""
    last = 0
    for cell in row.iterchildren(CELL):
        place = cell.get("r")
        last = _column_lettered(place.rstrip(DIGITS)) if place else last + 1
        if not 1 <= last <= LAST_COLUMN:
            raise damaged(row, f"there is a cell {place or ''!r} in row {row.get('r')}")
        yield last, cell


@cache
def _column_lettered(letters: str) -> int:
    plain = letters.isascii() and letters.isalpha() and len(letters) <= 3
    return column_number(letters) if plain else 0


def _spans(wide: Area, area: Area) -> bool:
    """Whether ``wide`` reaches from the first to the last column of ``area``."""
    return wide.left <= area.left and area.right <= wide.right


def _column(cell: Element, row: Element) -> int:
    place = cell.get("r")
    column = _column_lettered(place.rstrip(DIGITS)) if place else 0
    return column or next(column for column, other in placed(row) if other is cell)


def uses_1904(package: Package) -> bool:
    """Whether day 0 of the workbook is 1904-01-01."""
    properties = package.tree(package.workbook_part).find(main("workbookPr"))
    return properties is not None and properties.get("date1904") in ("1", "true")


def _set(element: Element, key: str, text: str | None) -> None:
    if text is None:
        drop_attributes(element, key)
    else:
        element.set(key, text)
