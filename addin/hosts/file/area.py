"""Rectangles of cells and their written form (``Prices!$A$2:$C$9``)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})$")
PLAIN_SHEET = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*$")
LOOKS_LIKE_CELL = re.compile(r"([A-Za-z]{1,3}\d+|[Rr]\d*[Cc]\d*)$")


@cache
def column_number(letters: str) -> int:
    """1 for A, 27 for AA."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


@cache
def column_letters(number: int) -> str:
    """A for 1, AA for 27."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def quoted_sheet(sheet: str) -> str:
    """Sheet name as a formula spells it, in quotes where it needs them."""
    if PLAIN_SHEET.match(sheet) and not LOOKS_LIKE_CELL.match(sheet):
        return sheet
    return "'" + sheet.replace("'", "''") + "'"


def unquoted_sheet(text: str) -> str:
    """Sheet name without the quotes of a formula."""
    return text[1:-1].replace("''", "'") if text.startswith("'") and text.endswith("'") else text


@dataclass(frozen=True, order=True)
class Area:
    """Cells from (top, left) to (bottom, right), 1-based, ends included."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def parse(cls, text: str) -> "Area | None":
        """The area written as ``B2`` or ``$B$2:$C$9``; None for anything else."""
        first, _, last = text.partition(":")
        start, end = CELL.match(first), CELL.match(last or first)
        if not start or not end:
            return None
        rows = sorted((int(start[2]), int(end[2])))
        columns = sorted((column_number(start[1]), column_number(end[1])))
        if rows[0] < 1 or rows[1] > LAST_ROW or columns[1] > LAST_COLUMN:
            return None
        return cls(rows[0], columns[0], rows[1], columns[1])

    def __str__(self) -> str:
        first = f"{column_letters(self.left)}{self.top}"
        last = f"{column_letters(self.right)}{self.bottom}"
        return first if first == last else f"{first}:{last}"

    def __contains__(self, cell: tuple[int, int]) -> bool:
        return self.top <= cell[0] <= self.bottom and self.left <= cell[1] <= self.right

    @property
    def count(self) -> int:
        """Number of cells."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)

    def cells(self) -> Iterator[tuple[int, int]]:
        """(row, column) of every cell, row by row."""
        for row in range(self.top, self.bottom + 1):
            for column in range(self.left, self.right + 1):
                yield row, column

    def absolute(self, sheet: str) -> str:
        """``Sheet!$B$2:$C$9``."""
        if (self.top, self.left) == (self.bottom, self.right):
            return f"{quoted_sheet(sheet)}!${column_letters(self.left)}${self.top}"
        return self.with_corners(sheet)

    def with_corners(self, sheet: str) -> str:
        """``Sheet!$B$2:$B$2``: a range also when it is one cell."""
        first = f"${column_letters(self.left)}${self.top}"
        last = f"${column_letters(self.right)}${self.bottom}"
        return f"{quoted_sheet(sheet)}!{first}:{last}"

    def overlaps(self, other: "Area") -> bool:
        """Whether the two share a cell."""
        return (
            self.top <= other.bottom
            and other.top <= self.bottom
            and self.left <= other.right
            and other.left <= self.right
        )

    def union(self, other: "Area") -> "Area":
        """Smallest area with both."""
        return Area(
            min(self.top, other.top),
            min(self.left, other.left),
            max(self.bottom, other.bottom),
            max(self.right, other.right),
        )

    def with_bottom(self, bottom: int) -> "Area":
        """The same area ending at another row."""
        return replace(self, bottom=bottom)


def parse_reference(text: str) -> tuple[str, Area] | None:
    """Sheet and area of ``Sheet!$B$2:$C$9``; None for anything else."""
    sheet, mark, cells = text.strip().rpartition("!")
    area = Area.parse(cells)
    if not mark or area is None or "[" in sheet or not sheet:
        return None
    return unquoted_sheet(sheet), area
