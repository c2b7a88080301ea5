"""The command ``ips``: the add-in without Excel.

Each command imports what it needs when it runs, so that ``ips --help`` answers at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from addin import __version__
from addin.cli_addin import addin_commands
from addin.console import messages, mistakes_in_one_line, screen
from addin.domain.finding import Severity
from addin.errors import InfeasibleError, InputError

if TYPE_CHECKING:
    from addin.hosts.file.filebook import FileBook
    from addin.hosts.file.freezable import FreezableBook
    from addin.report.case import Case
    from addin.report.study import Study

app = typer.Typer(
    help="Asset allocation and rebalancing under an Investment Policy Statement, on .xlsx files.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(addin_commands, name="addin")

BookFile = Annotated[Path, typer.Argument(metavar="BOOK", help="Workbook (.xlsx)")]
AsOf = Annotated[
    str | None,
    typer.Option(
        "--as-of", metavar="DATE", help="Valuation date (2025-12-31); default: the last price"
    ),
]
Substitutes = Annotated[
    list[str] | None,
    typer.Option(
        "--substitute", metavar="ASSET=PROXY", help="PROXY's returns before ASSET's first price"
    ),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without", metavar="TICKER", help="Leave this asset out of the proposal"),
]


def refuse_other_suffix(book: Path | None) -> None:
    """Refuse the name of a file to write that would not be opened as the workbook it is.

    Raises:
        InputError: If it does not end in .xlsx.
    """
    if book is not None and book.suffix.lower() != ".xlsx":
        raise InputError(f"{book}: the name of a workbook ends in .xlsx")


@contextmanager
def doubts_about_the_data(study: "Study") -> Iterator[None]:
    """Where no portfolio obeys the policy, say so if wrong data may be why."""
    from addin.report.words import plural

    try:
        yield
    except InfeasibleError as error:
        doubts = [f for f in study.findings if f.severity is not Severity.NOTE]
        if not doubts:
            raise
        first = doubts[0]
        more = f" (and {plural(len(doubts) - 1, 'more doubt')})" if len(doubts) > 1 else ""
        raise InfeasibleError(
            f"{error}; the data may be why: {first.where}, {first.what}{more}"
        ) from None


def show_progress(done: float, text: str) -> None:
    """One line per step, on the error stream so that tables can be piped."""
    messages.print(f"[dim]{done:5.0%}[/]  {escape(text)}", soft_wrap=True)


def opened(path: Path) -> "FreezableBook":
    """The workbook, with progress shown on the terminal."""
    from addin.hosts.file.freezable import FreezableBook

    return FreezableBook(path, progress=show_progress)


def substitutions(pairs: list[str] | None) -> dict[str, str]:
    """``["SGOV=BIL"]`` as ``{"SGOV": "BIL"}``."""
    found = {}
    for pair in pairs or []:
        asset, equals, proxy = (part.strip() for part in pair.partition("="))
        if not (asset and equals and proxy):
            raise InputError(f"--substitute: need ASSET=PROXY, found '{pair}'")
        found[asset] = proxy
    return found


def read(
    book: "FileBook",
    as_of: str | None = None,
    substitute: list[str] | None = None,
    without: list[str] | None = None,
) -> "Case":
    """The case a workbook states, with what the command line adds."""
    from addin.excel.case import read_case
    from addin.excel.values import day

    return read_case(
        book,
        as_of=day(as_of, "--as-of") if as_of else None,
        substitutes=substitutions(substitute),
        without=tuple(without or ()),
    )


@app.command()
def new(
    book: Annotated[Path, typer.Argument(metavar="BOOK", help="Workbook to make (.xlsx)")],
    profile: Annotated[str | None, typer.Option(help='Risk profile, e.g. "Moderate"')] = None,
    prices: Annotated[Path | None, typer.Option(help="CSV: Date, then one ticker a column")] = None,
    holdings: Annotated[Path | None, typer.Option(help="CSV: Ticker, Quantity, Price")] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace a workbook of this name")] = False,
) -> None:
    """Make a workbook from the template, with the sample or with your own files."""
    from addin.hosts.configuration import load_functions
    from addin.hosts.file.filebook import FileBook
    from addin.hosts.file.formulas import recalculate
    from workbook_templates.new import TEMPLATE, fill_from_files

    with mistakes_in_one_line():
        refuse_other_suffix(book)
        if book.exists() and not overwrite:
            raise InputError(f"{book}: exists already; choose another name or add --overwrite")
        made = FileBook(TEMPLATE, progress=show_progress)
        notes = fill_from_files(made, profile=profile, prices=prices, holdings=holdings)
        if profile or prices or holdings:
            made.progress(0.5, "Recalculating the workbook")
            recalculate(made, load_functions())
        made.save(book)
    for note in notes:
        screen.print(f"note: {escape(note)}", soft_wrap=True)
    screen.print(f"{book} made. Next: ips report {book}", soft_wrap=True)


@app.command()
def report(
    book: BookFile,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder; default: the book's")
    ] = None,
    as_of: AsOf = None,
    substitute: Substitutes = None,
    without: Without = None,
) -> None:
    """Run the whole job: from the data check to the committee pack, memo and tables."""
    from addin.hosts.configuration import load_functions
    from addin.hosts.file.deliver import deliver
    from addin.report.study import Study
    from addin.terminal import summary

    with mistakes_in_one_line(book, out):
        opened_book = opened(book)
        study = Study(read(opened_book, as_of, substitute, without))
        with doubts_about_the_data(study):
            written = deliver(opened_book, study, out or book.parent, load_functions())
    for table in summary(study):
        screen.print(table)
    screen.print("Files written:")
    for path in written:
        screen.print(f"  {path}", soft_wrap=True)


@app.command()
def recalc(
    book: BookFile,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write here, not in place")
    ] = None,
) -> None:
    """Evaluate every formula, ours and Excel's own, and store the values."""
    from addin.hosts.configuration import load_functions
    from addin.hosts.file.formulas import recalculate

    with mistakes_in_one_line(book, out):
        refuse_other_suffix(out)
        opened_book = opened(book)
        result = recalculate(opened_book, load_functions())
        opened_book.save(out)
    screen.print(f"{result.formulas} formulas evaluated, {len(result.errors)} with an error value.")
    for sheet, cell, formula, error in result.errors:
        screen.print(escape(f"  {sheet}!{cell} {error}: {formula}"), soft_wrap=True)


@app.command()
def check(
    book: BookFile,
    as_of: AsOf = None,
    substitute: Substitutes = None,
    without: Without = None,
) -> None:
    """Read the workbook and show what is wrong with its data and its policy; change nothing."""
    from addin.report.study import Study
    from addin.terminal import breach_table, finding_table

    with mistakes_in_one_line(book):
        study = Study(read(opened(book), as_of, substitute, without))
        for table in (finding_table(study), breach_table(study)):
            screen.print(table)
        study.candidate_set  # noqa: B018  # a policy that no portfolio obeys is wrong too


@app.command()
def run(
    button: Annotated[str, typer.Argument(help='A ribbon button, e.g. "Check data"')],
    book: BookFile,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="FILE", help="Write here, not in place")
    ] = None,
) -> None:
    """Press a button of the ribbon, and recalculate what depends on it."""
    from addin.hosts.configuration import button_named, load_buttons, load_functions
    from addin.hosts.file.formulas import recalculate

    with mistakes_in_one_line():
        refuse_other_suffix(out)
        macro = button_named(button, load_buttons())
    with mistakes_in_one_line(book, out):
        opened_book = opened(book)
        sentence = macro(opened_book)
        recalculate(opened_book, load_functions())
        opened_book.save(out)
    screen.print(escape(sentence), soft_wrap=True)


@app.command()
def functions(name: Annotated[str | None, typer.Argument(help="One function")] = None) -> None:
    """List the worksheet functions, or explain one."""
    from addin.hosts.configuration import load_functions
    from addin.terminal import function_help

    with mistakes_in_one_line():
        help_text = function_help(load_functions(), name)
    screen.print(help_text)


def _version(wanted: bool) -> None:
    if wanted:
        screen.print(f"ips {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True)] = False,
) -> None:
    """Asset allocation and rebalancing under an Investment Policy Statement, on .xlsx files."""


def main() -> None:
    """Entry point."""
    app()


if __name__ == "__main__":
    main()
