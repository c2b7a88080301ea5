"""A workbook file as macros see it."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

from addin.domain.labels import did_you_mean
from addin.domain.table import Row, Value
from addin.errors import InputError
from addin.excel.book import TableRows
from addin.hosts.file.calculation import (
    ask_for_calculation,
    calculation_done,
    drop_stale_chain,
)
from addin.hosts.file.chart_values import ChartValues, refresh_charts
from addin.hosts.file.followers import Followers, floor_of
from addin.hosts.file.names import DefinedName, defined_names, named_cell
from addin.hosts.file.obstacles import (
    check_extent,
    check_headings,
    check_unprotected,
    check_values,
)
from addin.hosts.file.package import Package
from addin.hosts.file.resize import Resize
from addin.hosts.file.save import save_atomically
from addin.hosts.file.sheet import Sheet, uses_1904
from addin.hosts.file.sheet_formulas import MANY_CELLS, unshare_formulas
from addin.hosts.file.strings import SharedStrings
from addin.hosts.file.styles import Styles
from addin.hosts.file.table_writer import write_body, write_definition
from addin.hosts.file.tables import Tables
from addin.hosts.file.tabs import Tab, read_tabs


class FileBook:
    """The Book protocol over an ``.xlsx`` file; nothing reaches the disk before ``save``.

    Attributes:
        path: File it was read from.
        package: Parts of the file.
        told: Sentences said so far.

    Raises:
        InputError: If the file is not a readable workbook.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        progress: Callable[[float, str], None] | None = None,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self.path = Path(path)
        self.package = Package.open(self.path)
        self.told: list[str] = []
        self._on_progress = progress
        self._on_tell = tell

    @property
    def name(self) -> str:
        """File name."""
        return self.path.name

    @property
    def sheet_names(self) -> tuple[str, ...]:
        """Worksheets in the order of their tabs."""
        return tuple(self._sheet_parts)

    def sheet(self, name: str) -> Sheet:
        """A worksheet by name.

        Raises:
            InputError: If there is none.
        """
        if name not in self._sheets:
            if name not in self._sheet_parts:
                near = did_you_mean(name, self._sheet_parts)
                raise InputError(f"{self.name}: there is no sheet '{name}'{near}")
            part = self._sheet_parts[name]
            self._sheets[name] = Sheet(self.package, name, part, self.strings, self._styles)
        return self._sheets[name]

    def has_table(self, name: str) -> bool:
        """Whether the workbook has a table of this name."""
        return name in self.tables

    def table(self, name: str) -> TableRows:
        """A named table without its totals row.

        Raises:
            InputError: If there is none.
        """
        found = self.tables[name]
        sheet, body = self.sheet(found.sheet), found.body
        if body.count > MANY_CELLS:  # a damaged file may claim a million rows
            body = body.with_bottom(max(body.top, min(body.bottom, sheet.reach()[0])))
        return TableRows(
            name=found.name,
            sheet=found.sheet,
            header=found.headings,
            rows=sheet.rows(body),
            first_row=found.body.top,
            first_column=found.body.left,
        )

    def cell(self, name: str) -> Value:
        """Value of a named cell; that of a formula is its cached result.

        Raises:
            InputError: If there is no such name, or it is not one cell.
        """
        sheet, area = named_cell(self.names, name)
        return self.sheet(sheet).value(area.top, area.left)

    def write_table(self, name: str, header: Sequence[str], rows: Sequence[Row]) -> None:
        """Replace the body and headings of a table, which grows or shrinks to fit.

        Charts, conditional formats, validations, names and print areas that spanned the table
        follow it. With no rows one blank row stays.

        Raises:
            InputError: If there is no such table, or a filter, a protection, another table or
                a filled cell is in the way; nothing is changed then.
        """
        headings = tuple(header)
        body = [tuple(row) for row in rows] or [(None,) * len(headings)]
        if any(len(row) != len(headings) for row in body):
            raise ValueError(f"{name}: a row has not as many values as there are headings")
        table = self.tables[name]
        sheet = self.sheet(table.sheet)
        resize = Resize(table, headings, len(body))
        check_headings(table.name, headings)
        check_extent(resize, sheet, self.tables.on(table.sheet))
        check_unprotected(sheet, self._styles, table.area.union(resize.after), table.name)
        check_values(table.name, headings, body)
        part = self.package.edit(table.part)
        write_body(sheet, part, resize, body)
        write_definition(part, resize)
        self._follow(resize)
        self.tables.reread(name)
        self.note_change(table.sheet)

    def write_cell(self, name: str, value: Value) -> None:
        """Set a named cell; text is written as text.

        Raises:
            InputError: If there is no such name, it is not one cell, or it is protected.
        """
        sheet_name, area = named_cell(self.names, name)
        sheet = self.sheet(sheet_name)
        check_unprotected(sheet, self._styles, area, name)
        check_values(name, ("value",), [(value,)])
        unshare_formulas(sheet, area)
        sheet.write(area.top, area.left, value)
        self.note_change(sheet_name)

    def progress(self, done: float, text: str) -> None:
        """Report how far a job has come, 0 to 1."""
        if self._on_progress:
            self._on_progress(done, text)

    def tell(self, text: str) -> None:
        """Keep a sentence and pass it on."""
        self.told.append(text)
        if self._on_tell:
            self._on_tell(text)

    def to_bytes(self) -> bytes:
        """The workbook file as it stands now, values kept by charts included."""
        self.settle()
        return self.package.to_bytes()

    def settle(self) -> None:
        """Bring what depends on changed cells in line: values kept by charts, calculation."""
        if not self._changed_sheets:
            return
        changed = [tab for tab in self._tabs if tab.name in self._changed_sheets]
        ask_for_calculation(self.package)
        drop_stale_chain(self.package, {tab.number: self.sheet(tab.name) for tab in changed})
        values = ChartValues(self._sheet_if_any, self.names, self._changed_sheets)
        refresh_charts(self.package, values)
        self._changed_sheets.clear()

    def save(self, path: Path | str | None = None) -> None:
        """Write the file, in place or under another name.

        Raises:
            InputError: If it is open elsewhere or may not be written.
        """
        save_atomically(Path(path) if path else self.path, self.to_bytes())

    def note_change(self, sheet: str) -> None:
        """Remember that cells of a sheet changed."""
        self._changed_sheets.add(sheet)

    def calculated(self) -> None:
        """Say that every cached result is up to date."""
        calculation_done(self.package)

    @cached_property
    def date1904(self) -> bool:
        """Whether day 0 is 1904-01-01."""
        return uses_1904(self.package)

    @cached_property
    def tables(self) -> Tables:
        """The Excel tables."""
        return Tables(self.package, self._sheet_parts)

    @property
    def names(self) -> tuple[DefinedName, ...]:
        """The defined names."""
        return defined_names(self.package, [tab.name for tab in self._tabs])

    def _sheet_if_any(self, name: str) -> Sheet | None:
        return self.sheet(name) if name in self._sheet_parts else None

    def _follow(self, resize: Resize) -> None:
        sheet = self.sheet(resize.table.sheet)
        followers = Followers(self.package, resize)
        followers.move_charts()
        followers.move_rules(sheet)
        for part in self._sheets_with_sparklines:
            followers.move_sparklines(part)
        others = [t.area for t in self.tables.on(sheet.name) if t.name != resize.table.name]
        self.package.edit(self.package.workbook_part)
        followers.move_names(self.names, floor_of(self.package, sheet, others))

    @cached_property
    def _changed_sheets(self) -> set[str]:
        return set()

    @cached_property
    def _sheets_with_sparklines(self) -> tuple[str, ...]:
        parts = self._sheet_parts.values()
        return tuple(part for part in parts if b"sparkline" in self.package.read(part))

    @cached_property
    def _tabs(self) -> tuple[Tab, ...]:
        return read_tabs(self.package)

    @cached_property
    def _sheet_parts(self) -> dict[str, str]:
        return {tab.name: tab.part for tab in self._tabs if tab.part}

    @cached_property
    def _sheets(self) -> dict[str, Sheet]:
        return {}

    @cached_property
    def strings(self) -> SharedStrings:
        """The shared strings."""
        return SharedStrings(self.package)

    @cached_property
    def _styles(self) -> Styles:
        return Styles(self.package)
