"""The terminal: results on one stream, progress and mistakes on the other."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console
from rich.markup import escape

from addin.errors import IpsError

screen = Console(highlight=False)
messages = Console(stderr=True, highlight=False)


@contextmanager
def mistakes_in_one_line(book: Path | None = None, out: Path | None = None) -> Iterator[None]:
    """Show what the user can put right as one line, and leave with exit code 1.

    What is said about the contents of ``book``, and not about an option or a file written to
    ``out``, begins with its name.
    """
    try:
        yield
    except IpsError as error:
        text = str(error)
        own = ("--", *(start for path in (book, out) if path for start in (path.stem, str(path))))
        line = f"{book.name}: {text}" if book and not text.startswith(own) else text
        messages.print(f"[bold red]ips:[/] {escape(line)}", soft_wrap=True)
        raise typer.Exit(1) from None
