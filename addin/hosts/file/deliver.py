"""Everything a run of the report leaves behind: workbook, committee pack, memo and tables."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from addin.excel.capabilities import pack_beside
from addin.excel.committee import fill_report
from addin.hosts.file.filebook import FileBook
from addin.hosts.file.formulas import recalculate
from addin.hosts.file.freeze import frozen_pack
from addin.hosts.file.save import make_folder, refuse_open_elsewhere, save_atomically
from addin.report.memo import memo
from addin.report.schema import REPORT_SHEETS
from addin.report.study import Study
from addin.report.tables_csv import csv_tables


def deliver(
    book: FileBook, study: Study, folder: Path, functions: Mapping[str, Callable[..., Any]]
) -> list[Path]:
    """Fill and recalculate the workbook, freeze the pack, and write all files into a folder.

    Everything is computed, and every file found to be free, before the first file is written,
    and each file is replaced atomically; files of an earlier run with the same names are
    replaced.

    Returns:
        Paths written, the pack first.

    Raises:
        InputError: If something cannot be computed, a file is open elsewhere or read-only, or a
            folder cannot be made or written to.
    """
    fill_report(book, study)
    book.progress(0.9, "Recalculating the workbook")
    recalculate(book, functions)
    book.progress(0.95, "Freezing the committee pack")
    target = folder / Path(book.name).name
    contents = {
        pack_beside(target): frozen_pack(book, REPORT_SHEETS),
        target.with_name(f"{target.stem}-memo.md"): memo(study).encode(),
        **_tables(study, target.with_name(f"{target.stem}-tables")),
    }
    for path in (target, *contents):
        refuse_open_elsewhere(path)
    for each in {path.parent: None for path in (target, *contents)}:
        make_folder(each)
    book.save(target)
    for path, content in contents.items():
        save_atomically(path, content)
    book.progress(1.0, "Done")
    return [*contents, target]


def _tables(study: Study, folder: Path) -> dict[Path, bytes]:
    """CSV files with the mark by which Excel knows UTF-8."""
    return {folder / name: text.encode("utf-8-sig") for name, text in csv_tables(study).items()}
