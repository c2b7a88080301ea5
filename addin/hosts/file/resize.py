"""How a table's extent changes, and what becomes of ranges that followed it."""

from dataclasses import dataclass
from functools import cached_property

from addin.domain.labels import label_key
from addin.hosts.file.area import Area
from addin.hosts.file.tables import ListObject


@dataclass(frozen=True)
class Resize:
    """A table before, and the headings and number of rows it is to have.

    Attributes:
        table: The table as it is.
        headings: Headings to be.
        count: Rows to be, at least one.
    """

    table: ListObject
    headings: tuple[str, ...]
    count: int

    @cached_property
    def after(self) -> Area:
        """Extent to be, with headings and totals."""
        top, left = self.table.area.top, self.table.area.left
        rows = self.table.header_rows + self.count + self.table.totals_rows
        return Area(top, left, top + rows - 1, left + len(self.headings) - 1)

    @cached_property
    def body(self) -> Area:
        """Rows between headings and totals to be."""
        top = self.after.top + self.table.header_rows
        return Area(top, self.after.left, top + self.count - 1, self.after.right)

    def source(self, column: int) -> int:
        """The present column whose look a column to be takes.

        That of its heading, else the one in its place, else the last.
        """
        heading = label_key(self.headings[column - self.after.left])
        return self._present.get(heading, min(column, self.table.area.right))

    def destination(self, column: int) -> int | None:
        """Where a present column goes: to its heading, else to a new one in its place."""
        left = self.table.area.left
        heading = label_key(self.table.headings[column - left])
        if heading in self._future:
            return self._future[heading]
        if column > self.after.right or label_key(self.headings[column - left]) in self._present:
            return None
        return column

    def moved(self, area: Area) -> Area | None:
        """New place of a range that followed the table; None if it did not.

        A range follows when it spans the body of some columns, with or without headings, or
        the headings alone.
        """
        rows = self._moved_rows(area)
        columns = self._moved_columns(area)
        if rows is None or columns is None:
            return None
        return Area(rows[0], columns[0], rows[1], columns[1])

    def _moved_rows(self, area: Area) -> tuple[int, int] | None:
        present, body = self.table.area, self.table.body
        if (area.top, area.bottom) == (present.top, present.bottom):
            return self.after.top, self.after.bottom
        if area.bottom == body.bottom and area.top in (present.top, body.top):
            return area.top, self.body.bottom
        if self.table.header_rows and area.top == area.bottom == present.top:
            return area.top, area.top
        return None

    def _moved_columns(self, area: Area) -> tuple[int, int] | None:
        present = self.table.area
        if (area.left, area.right) == (present.left, present.right) != (area.left, area.left):
            return self.after.left, self.after.right
        if area.left < present.left or area.right > present.right:
            return None
        left, right = self.destination(area.left), self.destination(area.right)
        return (left, right) if left and right and left <= right else None

    @cached_property
    def _present(self) -> dict[str, int]:
        left = self.table.area.left
        return {label_key(text): left + n for n, text in enumerate(self.table.headings)}

    @cached_property
    def _future(self) -> dict[str, int]:
        return {label_key(text): self.after.left + n for n, text in enumerate(self.headings)}
