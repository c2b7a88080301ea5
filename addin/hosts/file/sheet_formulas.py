"""The formulas of a sheet, as stored."""

from collections.abc import Iterable
from dataclasses import dataclass

from addin.hosts.file.area import Area, column_letters
from addin.hosts.file.ooxml import Element, drop_attributes, main, remove
from addin.hosts.file.sheet import FORMULA, Sheet, placed

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
        text = sheet.formula(row, column)
        if text:
            array = Area.parse(formula.get("ref", "")) if formula.get("t") == "array" else None
            marked = cell.get("cm") is not None
            found.append(SheetFormula(sheet.name, row, column, text, array, marked))
    return found


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
