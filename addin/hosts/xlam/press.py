"""What a button of the ribbon runs: the add-in's module calls ``press`` by the macro's name."""

from pathlib import Path

from addin.errors import IpsError
from addin.excel.xlwings_book import calling_workbook
from addin.hosts.configuration import load_buttons
from addin.hosts.file.freezable import freeze_file


def press(name: str, home: Path | None = None) -> None:
    """Press a button on the workbook whose ribbon was clicked; its sentence is told there.

    Args:
        name: Name of the macro: ``check_data``.
        home: Home folder of the user with the configuration; default: that of the user.

    Raises:
        KeyError: If there is no such button: the add-in was built from other modules.
    """
    book = calling_workbook(freeze=freeze_file)
    try:
        buttons = load_buttons(home)
    except IpsError as error:
        book.tell(f"Nothing was changed. {error}")
        return
    buttons[name](book)
