"""Rows of a table under its headings, read so that all mistakes are shown at once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import inf, isnan
from typing import TypeVar

from addin.domain.labels import did_you_mean, label_key, repeated
from addin.errors import InputError, IpsError
from addin.excel.grid import Cells, Grid, as_key, grid, is_blank_row
from addin.excel.values import day, found, is_blank, label

SHOWN_MISTAKES = 3

T = TypeVar("T")
S = TypeVar("S")


def raise_mistakes(mistakes: Sequence[str]) -> None:
    """Raise what was found wrong, if anything: the first three, and how many more.

    Raises:
        InputError: If there is at least one mistake.
    """
    if not mistakes:
        return
    more = len(mistakes) - SHOWN_MISTAKES
    shown = "; ".join(mistakes[:SHOWN_MISTAKES])
    raise InputError(f"{shown}; and {more} more" if more > 0 else shown)


@dataclass(frozen=True)
class Allowed:
    """Numbers a cell may hold, and how a message says so."""

    words: str
    least: float
    most: float = inf


WEIGHT = Allowed("a weight as a decimal or in percent (as 0.25 or 25%)", -5.0, 5.0)
AT_LEAST_ZERO = Allowed("a number of at least zero", 0.0)
ABOVE_ZERO = Allowed("a number above zero", 1e-9)
ANY_SIZE = Allowed("a number of ordinary size", -1e12, 1e12)


class Mistakes:
    """Reads one table after the other, so that the mistakes of all are shown at once."""

    def __init__(self) -> None:
        self._found: list[IpsError] = []

    def keep(self, read: Callable[[], T]) -> T | None:
        """What ``read`` returns; None and its mistake kept if it raises."""
        try:
            return read()
        except IpsError as error:
            self._found.append(error)
            return None

    def close(self) -> None:
        """Raise every mistake kept, each once.

        Raises:
            IpsError: The only one, as it is; an ``InputError`` if there are several.
        """
        errors = {str(error): error for error in self._found}
        # two readers of one table find the same mistake, one of them among others
        texts = [t for t in errors if not any(t != o and t in o for o in errors)]
        if len(texts) == 1:
            raise errors[texts[0]]
        raise_mistakes(texts)


@dataclass(frozen=True)
class Headings:
    """Headings a table may have.

    Attributes:
        required: Headings that must be there.
        optional: Headings that may be.
        positional: Headings by position in a block without a heading row; empty if it needs one.
        open_ended: Whether further columns are allowed.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    positional: tuple[str, ...] = ()
    open_ended: bool = False

    @property
    def known(self) -> tuple[str, ...]:
        """Every heading listed."""
        return self.required + self.optional


@dataclass(frozen=True, eq=False)
class Records:
    """A table with known headings; a mistake in a cell is kept until ``close``.

    Attributes:
        grid: The cells.
        headings: Heading of each column as written, in order; empty above no column.
        rows: Positions in ``grid.cells`` of the rows that hold something.
    """

    grid: Grid
    headings: tuple[str, ...]
    rows: tuple[int, ...]
    mistakes: list[str] = field(default_factory=list)

    def __iter__(self) -> Iterator[int]:
        return iter(self.rows)

    def column(self, heading: str) -> int | None:
        """Position of a column, or None."""
        key = label_key(heading)
        return next((i for i, h in enumerate(self.headings) if label_key(h) == key), None)

    def has(self, heading: str) -> bool:
        """Whether there is such a column with something in it."""
        column = self.column(heading)
        return column is not None and any(not is_blank(self._at(row, column)) for row in self.rows)

    def _at(self, row: int, column: int) -> object:
        return self.grid.cells[row][column]

    def cell(self, row: int, heading: str) -> object:
        """The cell as it came; None where there is no such column."""
        column = self.column(heading)
        return None if column is None else self._at(row, column)

    def where(self, row: int, heading: str) -> str:
        """The place of a cell, for messages."""
        return self.grid.where(row, heading)

    def keep(self, read: Callable[[], T], instead: S) -> T | S:
        """What ``read`` returns, or ``instead`` and its mistake kept."""
        try:
            return read()
        except InputError as error:
            self.mistakes.append(str(error))
            return instead

    def number(self, row: int, heading: str) -> float:
        """A number that must be there; NaN and a kept mistake where it is not."""
        column = self.column(heading)
        if column is None:
            return float("nan")  # a missing column was refused when the table was opened
        return self.keep(lambda: self.grid.number(row, column, heading), float("nan"))

    def number_within(self, row: int, heading: str, allowed: "Allowed") -> float:
        """A number that must be there and be one of those allowed."""
        value = self.number(row, heading)
        if not (allowed.least <= value <= allowed.most or isnan(value)):
            self.refuse(row, heading, allowed.words)
        return value

    def number_within_or(self, row: int, heading: str, allowed: "Allowed", default: T) -> float | T:
        """A number that is one of those allowed, or the default where the cell is blank."""
        if is_blank(self.cell(row, heading)):
            return default
        return self.number_within(row, heading, allowed)

    def number_or(self, row: int, heading: str, default: T) -> float | T:
        """A number, or the default where the cell is blank."""
        return default if is_blank(self.cell(row, heading)) else self.number(row, heading)

    def text(self, row: int, heading: str) -> str:
        """A name that must be there."""
        return self.keep(lambda: label(self.cell(row, heading), self.where(row, heading)), "")

    def text_or(self, row: int, heading: str, default: T) -> str | T:
        """A name, or the default where the cell is blank."""
        return default if is_blank(self.cell(row, heading)) else self.text(row, heading)

    def day_or_none(self, row: int, heading: str) -> date | None:
        """A date, or None where the cell is blank."""
        cell = self.cell(row, heading)
        if is_blank(cell):
            return None
        return self.keep(lambda: day(cell, self.where(row, heading)), None)

    def refuse(self, row: int, heading: str, what: str) -> None:
        """Keep a mistake: ``what`` says what was expected of a cell that reads otherwise."""
        cell = self.cell(row, heading)
        self.mistakes.append(f"{self.where(row, heading)}: expected {what}, found {found(cell)}")

    def unique(self, heading: str) -> None:
        """Keep a mistake for each name that stands in an earlier row already."""
        first: dict[str, int] = {}
        for row in self.rows:
            cell = self.cell(row, heading)
            key = as_key(cell) or repr(cell)
            if key in first and not is_blank(cell):
                self.mistakes.append(
                    f"{self.where(row, heading)}: {found(cell)} is already in row "
                    f"{self.grid.first_row + first[key]}"
                )
            first.setdefault(key, row)

    def close(self) -> None:
        """Raise every mistake kept.

        Raises:
            InputError: If there is at least one.
        """
        raise_mistakes(self.mistakes)


def _has_headings(table: Grid, layout: Headings) -> bool:
    known = {label_key(heading) for heading in layout.known}
    first = table.cells[0]
    if table.is_table or any(as_key(cell) in known for cell in first):
        return True
    return not (layout.positional and table.has_numbers(0))


def _check_headings(table: Grid, headings: tuple[str, ...], layout: Headings) -> None:
    present = {label_key(heading) for heading in headings}
    row = f"{table.name} row {table.first_row}"
    if twice := repeated(heading for heading in headings if heading):
        raise InputError(f"{row}: heading listed more than once: {', '.join(twice)}")
    for heading in layout.required:
        if label_key(heading) not in present:
            raise InputError(
                f"{row}: expected a heading '{heading}', found "
                f"{', '.join(h for h in headings if h) or 'none'}"
                f"{did_you_mean(heading, [h for h in headings if h])}"
            )
    known = {label_key(heading) for heading in layout.known}
    absent = [heading for heading in layout.known if label_key(heading) not in present]
    for heading in headings:
        if heading and label_key(heading) not in known:
            near = did_you_mean(heading, absent)
            if not layout.open_ended or (near and _nearly(heading, absent)):
                raise InputError(
                    f"{row}: heading '{heading}' is not known"
                    f"{near or did_you_mean(heading, layout.known)}"
                )


def _nearly(heading: str, absent: Sequence[str]) -> bool:
    """Whether a further column is most likely a known heading misspelt."""
    return bool(did_you_mean(heading, absent, cutoff=0.85))


def _by_position(table: Grid, layout: Headings) -> tuple[str, ...]:
    headings = layout.positional[: table.width]
    if missing := [h for h in layout.required if h not in headings]:
        raise InputError(
            f"{table.name}: expected a column '{missing[0]}', found {table.width} columns "
            "without headings"
        )
    return headings


def records(cells: Cells, name: str, layout: Headings) -> Records:
    """A table opened by its headings, or by position where it has none and that is allowed.

    Raises:
        InputError: If a required heading is missing, one stands twice, or one is not known;
            the nearest is suggested.
    """
    table = grid(cells, name)
    if _has_headings(table, layout):
        headings = tuple(" ".join(h.split()) if isinstance(h, str) else "" for h in table.cells[0])
        _check_headings(table, headings, layout)
        first = 1
    else:
        headings, first = _by_position(table, layout), 0
    rows = tuple(i for i in range(first, len(table.cells)) if not is_blank_row(table.cells[i]))
    return Records(table, headings, rows)
