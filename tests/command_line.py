"""The command ``ips`` in this process, on workbooks made from the committed template."""

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from typer.testing import CliRunner

from addin.cli import app, screen
from addin.hosts.file.filebook import FileBook

PROGRESS = re.compile(r" *\d+%  ")
WIDE = 400  # columns, so that no sentence of a table is wrapped

Rows = list[list[object]]
Change = Callable[[list[str], Rows], tuple[list[str], Rows] | None]


@dataclass(frozen=True)
class Run:
    """What a command left behind: exit code, what it said, and to which stream."""

    code: int
    said: str
    complaints: tuple[str, ...]


def ips(*arguments: object) -> Run:
    """Run a command; a fault of ours is raised, for it must never reach a user."""
    screen.width = WIDE
    result = CliRunner().invoke(app, [str(each) for each in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    complaints = [line for line in result.stderr.splitlines() if not PROGRESS.match(line)]
    return Run(result.exit_code, result.stdout, tuple(complaints))


def workbook(source: Path, target: Path, **changes: Change) -> Path:
    """A copy of a workbook in which some tables were changed."""
    shutil.copy(source, target)
    book = FileBook(target)
    for name, change in changes.items():
        table = book.table(name)
        heading, rows = list(table.header), [list(row) for row in table.rows]
        heading, rows = change(heading, rows) or (heading, rows)
        book.write_table(name, heading, [tuple(row) for row in rows])
    book.save()
    return target


def cell(row: int, heading: str, value: object) -> Change:
    """Put a value in one cell; rows count from 0."""

    def change(headings: list[str], rows: Rows) -> None:
        rows[row][headings.index(heading)] = value

    return change


def row(*values: object) -> Change:
    """Add a row."""

    def change(headings: list[str], rows: Rows) -> None:
        rows.append([*values, *[None] * (len(headings) - len(values))])

    return change


def heading(old: str, new: str) -> Change:
    """Rename a column."""
    return lambda headings, rows: ([new if h == old else h for h in headings], rows)


def nothing(headings: list[str], rows: Rows) -> tuple[list[str], Rows]:
    """Empty a table."""
    return headings, []


def column(name: str, change: Callable[[int, object], object]) -> Change:
    """Change every cell of a column, given its row and value."""

    def changed(headings: list[str], rows: Rows) -> None:
        place = headings.index(name)
        for i, values in enumerate(rows):
            values[place] = change(i, values[place])

    return changed


def only(*tickers: str, across: bool = False) -> Change:
    """Keep some tickers: the rows that begin with them, or their columns."""

    def change(headings: list[str], rows: Rows) -> tuple[list[str], Rows]:
        if not across:
            return headings, [values for values in rows if values[0] in tickers]
        kept = [0, *(headings.index(ticker) for ticker in tickers)]
        return [headings[i] for i in kept], [[values[i] for i in kept] for values in rows]

    return change


def files(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with its content."""
    found: Sequence[Path] = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}
