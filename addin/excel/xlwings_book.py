"""An open workbook in desktop Excel as macros see it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory

import xlwings as xw
from xlwings.main import Table

from addin.domain.labels import did_you_mean
from addin.domain.table import Row, Value
from addin.errors import InputError
from addin.excel import desktop
from addin.excel.book import TableRows
from addin.excel.capabilities import pack_beside
from addin.excel.list_object import read_table, values, write_cell, write_table

TITLE = "IPS"

Freeze = Callable[[Path, Path, Sequence[str]], None]


class XlwingsBook:
    """The Book protocol over xlwings.

    Args:
        book: The open workbook.
        freeze: Makes a values-only workbook of some sheets of another: source, target, sheets.
        patience: How to wait for an Excel that is busy.
    """

    def __init__(
        self,
        book: xw.Book,
        *,
        freeze: Freeze | None = None,
        patience: desktop.Patience | None = None,
    ) -> None:
        self._book = book
        self._freeze = freeze
        self._patiently = patience or desktop.patience()

    @property
    def name(self) -> str:
        """File name."""
        return self._patiently(lambda: str(self._book.name))

    def has_table(self, name: str) -> bool:
        """Whether the workbook has a table of this name."""
        return name.casefold() in self._tables

    def table(self, name: str) -> TableRows:
        """A named table without its totals row.

        Raises:
            InputError: If there is none.
        """
        return self._patiently(partial(read_table, self._table(name)))

    def cell(self, name: str) -> Value:
        """Value of a named cell.

        Raises:
            InputError: If there is no such name.
        """
        return self._patiently(lambda: values(self._named_cell(name))[0][0])

    def write_table(self, name: str, header: Sequence[str], rows: Sequence[Row]) -> None:
        """Replace headings and body of a table, which grows or shrinks to fit.

        Raises:
            InputError: If there is no such table, or it is filtered, has a totals row, is
                protected, or would grow over other cells.
        """
        body = rows or [(None,) * len(header)]
        write_table(self._table(name), header, body, self._patiently)

    def write_cell(self, name: str, value: Value) -> None:
        """Set a named cell.

        Raises:
            InputError: If there is no such name, or its sheet is protected.
        """
        cell = self._patiently(lambda: self._named_cell(name))
        write_cell(name, cell, value, self._patiently)

    def progress(self, done: float, text: str) -> None:
        """Show in the status bar how far a job has come, 0 to 1."""
        self._set("status_bar", f"{TITLE} {done:.0%} {text}")

    def tell(self, text: str) -> None:
        """Say one sentence in a message box."""
        self._set("status_bar", False)
        self._patiently(lambda: self._book.app.alert(text, title=TITLE))

    @contextmanager
    def unattended(self) -> Iterator[None]:
        """No redrawing, events or recalculation inside; everything as before at the end."""
        quiet = {"screen_updating": False, "enable_events": False, "calculation": "manual"}
        with ExitStack() as restored:
            restored.callback(self._set, "status_bar", False)
            for setting, value in quiet.items():
                before = self._patiently(partial(self._setting, setting))
                restored.callback(self._set, setting, before)
                self._set(setting, value)
            yield

    def freeze(self, sheets: Sequence[str]) -> str:
        """Write these sheets, values only, into a file beside the workbook; its name.

        Raises:
            InputError: If the workbook has never been saved or stands in a cloud folder that is
                not on this computer, or this installation cannot freeze.
        """
        try:
            place = Path(self._patiently(lambda: self._book.fullname))
        except xw.XlwingsError as error:
            raise InputError(f"{self.name}: has no folder on this computer ({error})") from None
        if not place.is_absolute():
            raise InputError(f"{self.name}: save the workbook once, the pack is put beside it")
        if self._freeze is None:
            raise InputError(f"{self.name}: save it and run: ips report {self.name}")
        target = pack_beside(place)
        with TemporaryDirectory() as folder:
            path = Path(folder) / self.name
            copy = self._patiently(partial(desktop.save_copy, self._book, path))
            self._freeze(copy, target, sheets)
        return target.name

    def _set(self, setting: str, value: object) -> None:
        self._patiently(lambda: setattr(self._book.app, setting, value))

    def _setting(self, setting: str) -> object:
        return getattr(self._book.app, setting)

    @cached_property
    def _tables(self) -> dict[str, Table]:
        """Tables by name; a workbook asks for them often, and each question crosses processes."""
        return self._patiently(
            lambda: {
                table.name.casefold(): table
                for sheet in self._book.sheets
                for table in sheet.tables
            }
        )

    def _table(self, name: str) -> Table:
        if not self.has_table(name):
            known = self._patiently(lambda: [table.name for table in self._tables.values()])
            near = did_you_mean(name, known)
            raise InputError(f"{self.name}: there is no table '{name}'{near}")
        return self._tables[name.casefold()]

    def _named_cell(self, name: str) -> xw.Range:
        names = self._book.names
        if name not in names:
            near = did_you_mean(name, [str(known.name) for known in names])
            raise InputError(f"{self.name}: there is no cell named '{name}'{near}")
        if "#REF!" in str(names[name].refers_to):
            raise InputError(f"{self.name}: the cell named '{name}' was deleted")
        return names[name].refers_to_range[0, 0]


def calling_workbook(freeze: Freeze | None = None) -> XlwingsBook:
    """The workbook whose ribbon was clicked."""
    patiently = desktop.patience()
    return XlwingsBook(patiently(xw.Book.caller), freeze=freeze, patience=patiently)
