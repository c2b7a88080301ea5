"""Freezing at the press of a button: from a workbook file, or from one that Excel has open."""

from collections.abc import Sequence
from pathlib import Path

from addin.excel.capabilities import pack_beside
from addin.hosts.file.filebook import FileBook
from addin.hosts.file.freeze import frozen_pack
from addin.hosts.file.save import save_atomically


class FreezableBook(FileBook):
    """A workbook file that buttons can also freeze."""

    def freeze(self, sheets: Sequence[str]) -> str:
        """Write these sheets, values only, into a file beside the workbook; its name.

        Raises:
            InputError: If a sheet is missing, or the file is open elsewhere.
        """
        target = pack_beside(self.path)
        save_atomically(target, frozen_pack(self, sheets))
        return target.name


def freeze_file(source: Path, target: Path, sheets: Sequence[str]) -> None:
    """Freeze sheets of a file into another: what ``XlwingsBook`` is given to freeze with.

    Raises:
        InputError: If ``source`` is not a readable workbook or ``target`` cannot be written.
    """
    save_atomically(target, frozen_pack(FileBook(source), sheets))
