"""The formulas of a sheet, as stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree
from openpyxl.formula.translate import Translator

from addin.hosts.file.area import Area, column_letters
from addin.hosts.file.ooxml import Element, child, drop_attributes, main, remove
from addin.hosts.file.sheet import FORMULA, ROW, Sheet, placed
from addin.hosts.file.text import ERRORS, CellError

DATA = main("sheetData")
MANY_CELLS = 100_000


@dataclass(frozen=True)
class SheetFormula:
    """One formula.

    Attributes:
        sheet: Sheet name.
        row: Row of its cell, 1-based.
        column: Column of its cell, 1-based.
        text: Formula without its equals sign; a shared one spelled out.
        array: Cells an array formula fills; None for an ordinary formula.
        dynamic: Whether it is marked as spilling.
    """

    sheet: str
    row: int
    column: int
    text: str
    array: Area | None = None
    dynamic: bool = False

    @property
    def cell(self) -> str:
        """Its cell as ``B5``."""
        return f"{column_letters(self.column)}{self.row}"


def sheet_formulas(sheet: Sheet) -> list[SheetFormula]:
    """Formulas of a sheet, row by row; what-if data tables are not among them."""
    if not sheet.has_formulas:
        return []
    found = []
    cells = sheet.formula_cells()
    masters = _masters(cells)
    for row, column, cell in cells:
        formula = cell.find(FORMULA)
        if formula is None or formula.get("t") == "dataTable":
            continue
        text = _text(cell, masters)
        if text:
            array = _filled_by(formula, sheet) if formula.get("t") == "array" else None
            marked = cell.get("cm") is not None
            found.append(SheetFormula(sheet.name, row, column, text, array, marked))
    return found


def _filled_by(formula: Element, sheet: Sheet) -> Area | None:
    """Cells an array formula fills, within those of the sheet when it claims very many."""
    area = Area.parse(formula.get("ref", ""))
    if area is None or area.count <= MANY_CELLS:
        return area
    bottom, right = sheet.reach()
    return Area(
        area.top,
        area.left,
        max(area.top, min(area.bottom, bottom)),
        max(area.left, min(area.right, right)),
    )


def formula_text(sheet: Sheet, row: int, column: int) -> str | None:
    """Formula of a cell without its equals sign, also where it shares another's."""
    cell = sheet.cell(row, column)
    return None if cell is None else _text(cell, _masters(sheet.formula_cells()))


def set_formula(sheet: Sheet, row: int, column: int, text: str) -> None:
    """Give a cell a formula; its value stays as the result."""
    value = sheet.value(row, column)
    cell = sheet.write(row, column, None)
    etree.SubElement(cell, FORMULA).text = text
    sheet.cells.fill_result(cell, CellError(value) if value in ERRORS else value)


def unshare_formulas(sheet: Sheet, area: Area) -> None:
    """Spell out shared formulas if one of them stands in ``area``, so that cells can go."""
    shared = {
        cell: (row, column)
        for row, column, cell in sheet.formula_cells()
        if cell.find(f"{FORMULA}[@t='shared']") is not None
    }
    if not any(place in area for place in shared.values()):
        return
    masters = _masters(sheet.formula_cells())
    texts = {cell: _text(cell, masters) for cell in shared}
    sheet.edit()
    for cell, text in texts.items():
        formula = child(cell, "f")
        drop_attributes(formula, "t", "si", "ref")
        formula.text = text


def _masters(cells: Iterable[tuple[int, int, Element]]) -> dict[str, Translator]:
    """Shared formulas of a sheet by number, where they are spelled out."""
    return {
        formula.get("si", ""): Translator(f"={formula.text}", cell.get("r", ""))
        for _, _, cell in cells
        if (formula := child(cell, "f")).get("t") == "shared" and formula.text
    }


def _text(cell: Element, masters: Mapping[str, Translator]) -> str | None:
    formula = cell.find(FORMULA)
    if formula is None or formula.text:
        return None if formula is None else formula.text
    master = masters.get(formula.get("si", ""))
    if master is None:
        return None
    return str(master.translate_formula(cell.get("r", ""))).removeprefix("=")


def without_formulas(root: Element, arrays: Sequence[Area]) -> Element:
    """The worksheet with values in place of formulas and without the cells arrays filled."""
    for row in root.iterfind(f"{DATA}/{ROW}") if arrays else ():
        number = int(row.get("r", "0"))
        crossed = [area for area in arrays if area.top <= number <= area.bottom]
        for column, cell in list(placed(row)) if crossed else ():
            if any(area.left <= column <= area.right for area in crossed):
                row.remove(cell)
    for formula in list(root.iter(FORMULA)):
        remove(formula)
    return root
