"""Two calculated copies of one workbook, cell by cell."""

from datetime import date
from typing import NamedTuple

from addin.hosts.file.area import LAST_COLUMN, LAST_ROW, Area, column_letters
from addin.hosts.file.serials import to_serial
from addin.hosts.file.sheet_formulas import sheet_formulas

TOLERANCE = 1e-9
EVERYWHERE = Area(1, 1, LAST_ROW, LAST_COLUMN)


class Comparison(NamedTuple):
    """How many cells were compared, how many of them hold a formula's result, which differ."""

    cells: int
    computed: int
    differing: dict[str, str]


def compared(expected, found) -> Comparison:
    """Every cell that holds something in either workbook; blank and empty text are the same."""
    cells = computed = 0
    differing = {}
    for name in expected.sheet_names:
        here, there = expected.sheet(name), found.sheet(name)
        results = result_cells(here)
        places = {*here.filled(EVERYWHERE), *there.filled(EVERYWHERE), *results}
        cells, computed = cells + len(places), computed + len(results)
        for row, column in sorted(places):
            ours, theirs = comparable(here.value(row, column)), comparable(there.value(row, column))
            if not agree(ours, theirs):
                place = f"{name}!{column_letters(column)}{row}"
                differing[place] = f"{ours!r} is {theirs!r} in the other"
    return Comparison(cells, computed, differing)


def result_cells(sheet):
    found = set()
    for formula in sheet_formulas(sheet):
        found |= set(formula.array.cells()) if formula.array else {(formula.row, formula.column)}
    return found


def comparable(value):
    if isinstance(value, date):
        return to_serial(value, date1904=False)
    if isinstance(value, bool):
        return float(value)
    return "" if value is None else value


def agree(one, other):
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= TOLERANCE * max(1, abs(one), abs(other))
    return (type(one) is type(other) and one == other) or str(one) == str(other) == ""
