"""Objectives of a policy from cells."""

import re

from addin.domain.policy import ObjectiveType, ReturnObjective
from addin.excel.grid import Cells, is_given
from addin.excel.records import Allowed, Headings, Records, records
from addin.excel.scalars import member
from addin.excel.values import found, is_blank, is_number, number

OBJECTIVE_HEADINGS = Headings(
    required=("Type", "Value"),
    optional=("Window",),
    positional=("Type", "Value", "Window"),
)
_RATE = Allowed("an annual rate as a decimal or in percent (as 0.06 or 6%)", -1.0, 1.0)
_SPENT = Allowed("a yearly share from 0 to 1 (as 0.04 or 4%)", 0.0, 1.0)
_RATIO = Allowed("assets over liabilities, above zero (as 1.05)", 1e-9, 10.0)
_ALLOWED = {ObjectiveType.SPENDING: _SPENT, ObjectiveType.FUNDED_RATIO: _RATIO}
_PERIOD = re.compile(
    r"(?:over|rolling)?\s*(?P<number>\d+(?:\.\d+)?)\s*(?P<months>months?)?(years?)?"
)
_MONTHS = 12


def _years(table: Records, row: int) -> float | None:
    cell = table.cell(row, "Window")
    if is_blank(cell):
        return None
    if is_number(cell) and (years := number(cell, "Window")) > 0:
        return years
    period = _PERIOD.fullmatch(" ".join(cell.casefold().split())) if isinstance(cell, str) else None
    if period is None or not float(period["number"]) > 0:
        table.refuse(row, "Window", "a number of years or months (as 10 years)")
        return None
    return float(period["number"]) / (_MONTHS if period["months"] else 1)


def _objective(table: Records, row: int) -> ReturnObjective | None:
    before = len(table.mistakes)
    cell, where = table.cell(row, "Type"), table.where(row, "Type")
    kind = table.keep(lambda: member(cell, where, ObjectiveType), None)
    allowed = _RATE if kind is None else _ALLOWED.get(kind, _RATE)
    value, years = table.number_within(row, "Value", allowed), _years(table, row)
    if kind is None or len(table.mistakes) > before:
        return None
    return ReturnObjective(kind, value, years)


def read_objectives(cells: Cells, name: str = "objectives") -> tuple[ReturnObjective, ...]:
    """Objectives of a policy; none if nothing is given.

    Raises:
        InputError: Naming each cell that is wrong, a blank value among them, and a type that
            stands twice for one window with different values.
    """
    if not is_given(cells):
        return ()
    table = records(cells, name, OBJECTIVE_HEADINGS)
    first: dict[tuple[ObjectiveType, float | None], tuple[int, float]] = {}
    read = []
    for row in table:
        if each := _objective(table, row):
            read.append(each)
            known, value = first.setdefault((each.type, each.window_years), (row, each.value))
            if value != each.value:
                table.mistakes.append(
                    f"{table.where(row, 'Value')}: {found(each.value)} disagrees with "
                    f"{found(value)} in row {table.grid.first_row + known}"
                )
    table.close()
    return tuple(read)
