"""Writing the results of formulas into their cells."""

from collections.abc import Sequence

from addin.domain.table import Value
from addin.hosts.file.area import Area
from addin.hosts.file.dynamic_arrays import dynamic_mark
from addin.hosts.file.ooxml import Element
from addin.hosts.file.package import Package
from addin.hosts.file.sheet import FORMULA, Sheet
from addin.hosts.file.sheet_formulas import SheetFormula

Block = Sequence[Sequence[Value]]


def write_single(sheet: Sheet, formula: SheetFormula, value: Value) -> bool:
    """Store the value of an ordinary formula; whether it is another than before."""
    return sheet.write_result(formula.row, formula.column, value)


def write_array(sheet: Sheet, formula: SheetFormula, block: Block, package: Package) -> bool:
    """Store the values of an array formula, which spill into the cells below and right.

    Cells an earlier, larger result filled are emptied. A formula entered as a fixed array
    keeps its cells while they fit; when they do not, it becomes a spilling one.

    Returns:
        Whether any cell changed.
    """
    assert formula.array is not None
    top, left = formula.row, formula.column
    area = Area(top, left, top + len(block) - 1, left + len(block[0]) - 1)
    if not formula.dynamic and (area.top, area.left) == (area.bottom, area.right):
        return _fill(
            sheet, formula.array, [[block[0][0]] * _width(formula.array)] * _height(formula)
        )
    changed = _clear_beyond(sheet, formula.array, area)
    if area != formula.array:
        _resize(sheet, formula, area, package)
    return _fill(sheet, area, block) or changed or area != formula.array


def _fill(sheet: Sheet, area: Area, block: Block) -> bool:
    changes = [
        sheet.write_results(number, area.left, row) for number, row in enumerate(block, area.top)
    ]
    return any(changes)


def _clear_beyond(sheet: Sheet, before: Area, after: Area) -> bool:
    emptied = [sheet.write_result(*at, None) for at in list(sheet.filled(before, outside=after))]
    return any(emptied)


def _resize(sheet: Sheet, formula: SheetFormula, area: Area, package: Package) -> None:
    sheet.edit()
    cell = sheet.cell(formula.row, formula.column)
    assert cell is not None
    _formula(cell).set("ref", str(area))
    if not formula.dynamic:
        cell.set("cm", dynamic_mark(package))


def _formula(cell: Element) -> Element:
    found = cell.find(FORMULA)
    assert found is not None
    return found


def _width(area: Area) -> int:
    return area.right - area.left + 1


def _height(formula: SheetFormula) -> int:
    assert formula.array is not None
    return formula.array.bottom - formula.array.top + 1
