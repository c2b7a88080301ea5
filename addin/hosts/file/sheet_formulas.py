"""The formulas of a sheet, as stored."""

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree
from openpyxl.formula.translate import Translator

from addin.hosts.file.area import Area, column_letters
from addin.hosts.file.ooxml import Element, child, drop_attributes, main, remove
from addin.hosts.file.sheet import FORMULA, Sheet, placed
from addin.hosts.file.text import ERRORS, CellError

ROW, VALUE, INLINE = main("row"), main("v"), main("is")


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
    for row, column, cell in sheet.formula_cells():
        formula = cell.find(FORMULA)
        if formula is None or formula.get("t") == "dataTable":
            continue
        text = formula_text(sheet, row, column)
        if text:
            array = Area.parse(formula.get("ref", "")) if formula.get("t") == "array" else None
            marked = cell.get("cm") is not None
            found.append(SheetFormula(sheet.name, row, column, text, array, marked))
    return found


def formula_text(sheet: Sheet, row: int, column: int) -> str | None:
    """Formula of a cell without its equals sign, also where it shares another's."""
    cell = sheet.cell(row, column)
    found = None if cell is None else cell.find(FORMULA)
    if found is None or found.text:
        return None if found is None else found.text
    return _spelled_out(sheet, found.get("si", ""), f"{column_letters(column)}{row}")


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
    texts = {cell: formula_text(sheet, *place) for cell, place in shared.items()}
    sheet.edit()
    for cell, text in texts.items():
        formula = child(cell, "f")
        drop_attributes(formula, "t", "si", "ref")
        formula.text = text


def _spelled_out(sheet: Sheet, number: str, place: str) -> str | None:
    """The shared formula of this number as it reads at ``place``."""
    for _, _, cell in sheet.formula_cells():
        master = child(cell, "f")
        if master.get("si") == number and master.text:
            origin = Translator(f"={master.text}", cell.get("r", place))
            return str(origin.translate_formula(place)).removeprefix("=")
    return None


def without_formulas(root: Element, formulas: Iterable[SheetFormula]) -> Element:
    """The worksheet with values in place of formulas and without the cells arrays filled."""
    filled = [f.array for f in formulas if f.array is not None]
    for row in root.iter(ROW):
        number = int(row.get("r", "0"))
        arrays = [area for area in filled if area.top <= number <= area.bottom]
        for column, cell in placed(row):
            formula = cell.find(FORMULA)
            if formula is not None:
                remove(formula)
            elif any((number, column) in area for area in arrays):
                _clear(cell)
    return root


def _clear(cell: Element) -> None:
    for held in cell.findall(VALUE) + cell.findall(INLINE):
        remove(held)
    drop_attributes(cell, "t")
