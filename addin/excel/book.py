"""A workbook as macros see it: named tables and named cells, never addresses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from addin.domain.table import Row, Value


@dataclass(frozen=True)
class TableRows:
    """What a named table holds and where each cell stands, for messages.

    Attributes:
        name: Table name.
        sheet: Sheet it stands on.
        header: Headings, left to right.
        rows: Values below; blank is None, an error cell is its text (``#N/A``).
        first_row: Sheet row (1-based) of ``rows[0]``.
        first_column: Sheet column (1-based) of the first heading.
    """

    name: str
    sheet: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    first_row: int = 2
    first_column: int = 1

    @property
    def place(self) -> str:
        """The sheet; the table too where its name tells more: ``Policy, Policy_Limits``."""
        return self.sheet if self.name == self.sheet else f"{self.sheet}, {self.name}"

    def where(self, row: int, column: int) -> str:
        """``Holdings row 7, Market value``: the cell below ``header[column]`` in ``rows[row]``."""
        return f"{self.place} row {self.first_row + row}, {self.header[column]}"


class Book(Protocol):
    """The one way in and out of a workbook, whatever hosts it."""

    @property
    def name(self) -> str:
        """File name, for messages."""
        ...

    def has_table(self, name: str) -> bool:
        """Whether the workbook has a table of this name."""
        ...

    def table(self, name: str) -> TableRows:
        """A named table.

        Raises:
            InputError: If there is none; the nearest name is suggested.
        """
        ...

    def cell(self, name: str) -> Value:
        """Value of a named cell.

        Raises:
            InputError: If there is no such name.
        """
        ...

    def write_table(self, name: str, header: Sequence[str], rows: Sequence[Row]) -> None:
        """Replace the body and headings of a table, which grows or shrinks to fit.

        Formats of the first body row carry down, charts follow. Text is written as text, never
        as a formula. With no rows one blank row stays, since a table cannot be empty.

        Raises:
            InputError: If there is no such table, or it is filtered or protected.
        """
        ...

    def write_cell(self, name: str, value: Value) -> None:
        """Set a named cell; text is written as text."""
        ...

    def progress(self, done: float, text: str) -> None:
        """Show how far a job has come, 0 to 1."""
        ...

    def tell(self, text: str) -> None:
        """Say one sentence at the end of a job."""
        ...
