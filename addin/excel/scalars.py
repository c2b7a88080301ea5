"""Arguments that are one cell: a number, a whole number, a word, a date; blank means default."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import TypeVar

from addin.domain.labels import did_you_mean, label_key
from addin.errors import InputError
from addin.excel.grid import Cells, grid, is_given, refuse_error
from addin.excel.values import day, expected, flag, found, label, number, whole_number

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)


def one_cell(cells: Cells, name: str) -> object:
    """The cell of an argument that must be a single one; None if it was left out or is blank.

    Raises:
        InputError: If more than one cell was given, or an error.
    """
    if not is_given(cells):
        return None
    if isinstance(cells, (list, tuple)):
        block = grid(cells, name)
        if block.width * len(block.cells) > 1:
            raise InputError(
                f"{name}: expected one cell, found {len(block.cells)} × {block.width} cells"
            )
        cells = block.cells[0][0]
    refuse_error(cells, name)
    return cells


def number_or(cells: Cells, name: str, default: T) -> float | T:
    """A number, or the default where nothing is given."""
    cell = one_cell(cells, name)
    return default if cell is None else number(cell, name)


def whole_number_or(cells: Cells, name: str, default: T) -> int | T:
    """A whole number, or the default where nothing is given."""
    cell = one_cell(cells, name)
    return default if cell is None else whole_number(cell, name)


def text_or(cells: Cells, name: str, default: T) -> str | T:
    """A word, or the default where nothing is given."""
    cell = one_cell(cells, name)
    return default if cell is None else label(cell, name)


def required_text(cells: Cells, name: str) -> str:
    """A word that must be given.

    Raises:
        InputError: If it is not.
    """
    word = text_or(cells, name, None)
    if word is None:
        raise expected("a name", None, name)
    return word


def flag_or(cells: Cells, name: str, default: bool) -> bool:
    """TRUE or FALSE, or the default where nothing is given."""
    cell = one_cell(cells, name)
    return default if cell is None else flag(cell, name)


def day_or_none(cells: Cells, name: str) -> date | None:
    """A date, or None where nothing is given."""
    cell = one_cell(cells, name)
    return None if cell is None else day(cell, name)


def member(cell: object, where: str, kind: type[E], allowed: Sequence[E] = ()) -> E:
    """The member of an enumeration that a cell names.

    Args:
        cell: A word.
        where: Where it stands.
        kind: The enumeration.
        allowed: The members that may be named; all if empty.

    Raises:
        InputError: If it names none; the nearest is suggested.
    """
    named = {label_key(m.value): m for m in (allowed or tuple(kind))}
    choice = f"one of {', '.join(m.value for m in named.values())}"
    key = label_key(label(cell, where, choice))
    if key not in named:
        near = did_you_mean(key, [m.value for m in named.values()])
        raise InputError(f"{where}: expected {choice}, found {found(cell)}{near}")
    return named[key]


def member_or(cells: Cells, name: str, default: E, allowed: Sequence[E] = ()) -> E:
    """The member of the default's enumeration that a cell names, or the default."""
    cell = one_cell(cells, name)
    return default if cell is None else member(cell, name, type(default), allowed)
