"""``ips addin``: the add-in file for Excel and the extension for LibreOffice."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from addin.console import mistakes_in_one_line, screen

addin_commands = typer.Typer(
    help="Build the add-in, put it into Excel, and look after it.", no_args_is_help=True
)
ADDIN, EXTENSION = "ips.xlam", "ips.oxt"


def built(folder: Path) -> Path:
    """The add-in, made from the user's own lists of functions and buttons."""
    from addin.hosts.configuration import load_buttons, load_functions
    from addin.hosts.xlam.build import build_addin

    folder.mkdir(parents=True, exist_ok=True)
    return build_addin(folder / ADDIN, load_functions(), load_buttons())


@addin_commands.command()
def build(
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="Folder")] = Path("."),
    libreoffice: Annotated[bool, typer.Option(help="The extension for LibreOffice Calc")] = False,
) -> None:
    """Write ips.xlam, or with --libreoffice ips.oxt."""
    with mistakes_in_one_line():
        if libreoffice:
            from addin.hosts.configuration import load_functions
            from addin.hosts.libreoffice.extension import build_extension

            out.mkdir(parents=True, exist_ok=True)
            written = build_extension(out / EXTENSION, load_functions())
        else:
            written = built(out)
    screen.print(f"{written} written.", soft_wrap=True, markup=False)


@addin_commands.command()
def install() -> None:
    """Build the add-in and put it where Excel opens it by itself."""
    from addin.hosts.install.install import install as put
    from addin.hosts.install.this_machine import this_machine
    from addin.terminal import step_table

    with mistakes_in_one_line(), TemporaryDirectory() as folder:
        machine = this_machine()
        steps = put(machine, built(Path(folder)))
    screen.print(step_table("Installed", steps))


@addin_commands.command()
def uninstall() -> None:
    """Take away what install put there, and put back what it replaced."""
    from addin.hosts.install.install import uninstall as take
    from addin.hosts.install.this_machine import this_machine
    from addin.terminal import step_table

    with mistakes_in_one_line():
        steps = take(this_machine())
    screen.print(step_table("Uninstalled", steps))


@addin_commands.command()
def status() -> None:
    """What is installed, and where."""
    from addin.hosts.install.install import status as standing
    from addin.hosts.install.this_machine import this_machine
    from addin.terminal import step_table

    with mistakes_in_one_line():
        steps = standing(this_machine())
    screen.print(step_table("Status", steps))


@addin_commands.command()
def doctor(
    books: Annotated[list[str] | None, typer.Argument(metavar="[BOOK]...")] = None,
) -> None:
    """What keeps the add-in from working, and the remedy; leaves with 1 if something is wrong."""
    from addin.hosts.install.doctor import doctor as examined
    from addin.hosts.install.doctor import is_well
    from addin.hosts.install.this_machine import this_machine
    from addin.terminal import check_table

    with mistakes_in_one_line():
        checks = examined(this_machine(), workbooks=tuple(books or ()))
    screen.print(check_table(checks))
    if not is_well(checks):
        raise typer.Exit(1)
