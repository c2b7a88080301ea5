"""What only some hosts can do; a button that needs more than a Book asks for it here."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol, runtime_checkable

from addin.errors import InputError
from addin.excel.book import Book

PACK_SUFFIX = "-pack.xlsx"


def pack_beside(workbook: Path) -> Path:
    """Where the committee pack of a workbook is put."""
    return workbook.with_name(f"{workbook.stem}{PACK_SUFFIX}")


@runtime_checkable
class Unattended(Protocol):
    """A host with a screen, which a job should not redraw and recalculate at every write."""

    def unattended(self) -> AbstractContextManager[None]:
        """No redrawing, events or recalculation inside; everything as before at the end."""
        ...


@runtime_checkable
class Freezable(Protocol):
    """A host that can write a values-only copy of itself."""

    def freeze(self, sheets: Sequence[str]) -> str:
        """Write these sheets, values only, into a file beside the workbook; its name."""
        ...


def unattended(book: Book) -> AbstractContextManager[None]:
    """Leave the screen alone while a job runs, where there is one."""
    return book.unattended() if isinstance(book, Unattended) else nullcontext()


def freeze(book: Book, sheets: Sequence[str]) -> str:
    """Write a values-only copy of these sheets beside the workbook; the name of the file.

    Raises:
        InputError: If this host cannot.
    """
    if not isinstance(book, Freezable):
        raise InputError(f"{book.name}: cannot be frozen here; run: ips report {book.name}")
    return book.freeze(sheets)
