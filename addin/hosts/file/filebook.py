"""A workbook file as macros see it."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from addin.domain.labels import did_you_mean
from addin.domain.table import Value
from addin.errors import InputError
from addin.excel.book import TableRows
from addin.hosts.file.names import DefinedName, defined_names, named_cell
from addin.hosts.file.ooxml import RELATIONSHIP_ID, Element, main
from addin.hosts.file.package import Package
from addin.hosts.file.save import save_atomically
from addin.hosts.file.sheet import Sheet
from addin.hosts.file.strings import SharedStrings
from addin.hosts.file.styles import Styles
from addin.hosts.file.tables import Tables


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
            self._sheets[name] = Sheet(self.package, name, part, self._strings, self._styles)
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
        return TableRows(
            name=found.name,
            sheet=found.sheet,
            header=found.headings,
            rows=self.sheet(found.sheet).rows(found.body),
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
        """The workbook file as it stands now."""
        return self.package.to_bytes()

    def save(self, path: Path | str | None = None) -> None:
        """Write the file, in place or under another name.

        Raises:
            InputError: If it is open elsewhere or may not be written.
        """
        save_atomically(Path(path) if path else self.path, self.to_bytes())

    @cached_property
    def tables(self) -> Tables:
        """The Excel tables."""
        return Tables(self.package, self._sheet_parts)

    @property
    def names(self) -> tuple[DefinedName, ...]:
        """The defined names."""
        return defined_names(self.package, self._tabs)

    @cached_property
    def _tabs(self) -> tuple[str, ...]:
        """Names of all tabs, chart sheets too: local names count them."""
        return tuple(tab.get("name", "") for tab in self._workbook_sheets())

    @cached_property
    def _sheet_parts(self) -> dict[str, str]:
        package = self.package
        parts = {
            link.id: link.target
            for link in package.relationships(package.workbook_part)
            if link.kind == "worksheet" and link.target in package
        }
        tabs = ((tab.get("name", ""), tab.get(RELATIONSHIP_ID)) for tab in self._workbook_sheets())
        return {name: parts[link] for name, link in tabs if link in parts}

    def _workbook_sheets(self) -> list[Element]:
        return self.package.tree(self.package.workbook_part).findall(
            f"{main('sheets')}/{main('sheet')}"
        )

    @cached_property
    def _sheets(self) -> dict[str, Sheet]:
        return {}

    @cached_property
    def _strings(self) -> SharedStrings:
        return SharedStrings(self.package)

    @cached_property
    def _styles(self) -> Styles:
        return Styles(self.package)
