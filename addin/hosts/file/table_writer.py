"""Replacing the content of an Excel table in place."""

from collections.abc import Mapping, Sequence

from lxml import etree
from openpyxl.formula.translate import Translator

from addin.domain.table import Row
from addin.hosts.file.area import Area, column_letters
from addin.hosts.file.ooxml import Element, child, main, remove, whole
from addin.hosts.file.resize import Resize
from addin.hosts.file.sheet import Sheet
from addin.hosts.file.sheet_formulas import formula_text, set_formula, unshare_formulas
from addin.hosts.file.text import escape

COLUMN, CALCULATED = main("tableColumn"), main("calculatedColumnFormula")
KEPT_BY_NEW_COLUMNS = ("dataDxfId", "headerRowDxfId", "totalsRowDxfId")


def write_body(sheet: Sheet, part: Element, resize: Resize, rows: Sequence[Row]) -> None:
    """Write headings and rows, move the totals row, clear what is left over.

    New rows take the formats of the first body row. A calculated column keeps its formula,
    filled to every row; the given values stand as its results until it is calculated anew.
    """
    formulas = _calculated(sheet, part, resize)
    looks = {c: _look(sheet, resize, c) for c in range(resize.after.left, resize.after.right + 1)}
    height = sheet.row_attributes(resize.table.body.top)
    unshare_formulas(sheet, resize.table.area)
    _move_totals(sheet, resize)
    _clear_left_over(sheet, resize)
    _write_headings(sheet, resize)
    _write_rows(sheet, resize, rows, {column: body for column, (_, body) in looks.items()})
    for number in range(resize.table.body.bottom + 1, resize.body.bottom + 1) if height else ():
        sheet.set_row_attributes(number, height)
    for column, (formula, origin) in formulas.items():
        _fill_down(sheet, resize.body, column, Translator(formula, origin))


def write_definition(part: Element, resize: Resize) -> None:
    """Bring the table part in line with the new extent and headings."""
    part.set("ref", str(resize.after))
    selection = part.find(main("autoFilter"))
    if selection is not None:
        selection.set("ref", str(resize.after.with_bottom(resize.body.bottom)))
    for stale in list(part.iter(main("sortState"))):  # the order it tells of is gone
        remove(stale)
    columns = child(part, "tableColumns")
    present = dict(enumerate(columns.findall(COLUMN), resize.table.area.left))
    following = {resize.destination(c): e for c, e in present.items() if _keeps_name(resize, c)}
    last_id = max(whole(element, "id", 0) for element in present.values())
    made = []
    for column in range(resize.after.left, resize.after.right + 1):
        if column not in following:
            last_id += 1
            following[column] = _new_column(present[resize.source(column)], last_id)
        following[column].set("name", _attribute_text(resize.headings[column - resize.after.left]))
        made.append(following[column])
    columns[:] = made
    columns.set("count", str(len(made)))


def _keeps_name(resize: Resize, column: int) -> bool:
    destination = resize.destination(column)
    return destination is not None and resize.source(destination) == column


def _new_column(like: Element, number: int) -> Element:
    looks = {key: like.get(key, "") for key in KEPT_BY_NEW_COLUMNS if like.get(key)}
    return etree.Element(COLUMN, {"id": str(number), **looks})


def _attribute_text(heading: str) -> str:
    return escape(heading).replace("\n", "_x000a_").replace("\t", "_x0009_")


def _calculated(sheet: Sheet, part: Element, resize: Resize) -> dict[int, tuple[str, str]]:
    """Formula of each calculated column that stays and the cell it was written for."""
    found = {}
    body = resize.table.body
    for column, element in enumerate(part.iter(COLUMN), body.left):
        destination = resize.destination(column)
        declared = element.find(CALCULATED)
        if declared is not None and declared.text and destination and _keeps_name(resize, column):
            text = formula_text(sheet, body.top, column) or declared.text
            found[destination] = (f"={text}", f"{column_letters(column)}{body.top}")
    return found


def _look(sheet: Sheet, resize: Resize, column: int) -> tuple[str | None, str | None]:
    """Formats of the heading and of the first body row a column takes over."""
    source = resize.source(column)
    body = resize.table.body
    return sheet.style(body.top - resize.table.header_rows, source), sheet.style(body.top, source)


def _move_totals(sheet: Sheet, resize: Resize) -> None:
    present = resize.table.area
    if resize.table.totals_rows and present.bottom != resize.after.bottom:
        totals = Area(present.bottom, present.left, present.bottom, present.right)
        sheet.move_row(totals, resize.after.bottom)


def _clear_left_over(sheet: Sheet, resize: Resize) -> None:
    present, after = resize.table.area, resize.after
    if present.bottom > after.bottom:
        sheet.remove_cells(Area(after.bottom + 1, present.left, present.bottom, present.right))
    if present.right > after.right:
        sheet.remove_cells(Area(present.top, after.right + 1, present.bottom, present.right))


def _write_headings(sheet: Sheet, resize: Resize) -> None:
    if not resize.table.header_rows:
        return
    top, left = resize.after.top, resize.after.left
    columns = range(left, resize.after.right + 1)
    styles = {c: sheet.style(top, resize.source(c)) for c in columns}
    changed = {c: s for c, s in styles.items() if not _in_place(resize, c)}
    sheet.write_row(top, dict(zip(columns, resize.headings, strict=True)), changed, text_only=True)


def _write_rows(
    sheet: Sheet, resize: Resize, rows: Sequence[Row], looks: Mapping[int, str | None]
) -> None:
    """Rows that were there keep the formats of the columns that stay in their place."""
    top, left = resize.body.top, resize.body.left
    there = resize.table.body.bottom - top + 1
    moved = {c: style for c, style in looks.items() if not _in_place(resize, c)}
    for number, block, styles in ((top, rows[:there], moved), (top + there, rows[there:], looks)):
        if block:
            sheet.write_rows(number, left, block, styles)


def _in_place(resize: Resize, column: int) -> bool:
    return column <= resize.table.area.right and resize.source(column) == column


def _fill_down(sheet: Sheet, body: Area, column: int, formula: Translator) -> None:
    for row in range(body.top, body.bottom + 1):
        text = formula.translate_formula(f"{column_letters(column)}{row}")
        set_formula(sheet, row, column, text.removeprefix("="))
