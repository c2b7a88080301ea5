"""The ribbon's buttons: a macro, what the ribbon shows for it, and how it is pressed."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

from addin.errors import IpsError
from addin.excel.book import Book
from addin.excel.capabilities import unattended

Macro = Callable[[Book], str]


@dataclass(frozen=True)
class Button:
    """A button as the ribbon, the command line and the help show it.

    Attributes:
        name: Name of the macro's function.
        label: Words on the button.
        group: Ribbon group.
        image: Name of a built-in Office image.
        supertip: What it does, in a sentence.
        macro: The job itself: reads, computes, writes, returns one sentence; raises ``IpsError``.
    """

    name: str
    label: str
    group: str
    image: str
    supertip: str
    macro: Macro


class Press(Protocol):
    """A decorated macro: called, it runs on a workbook and tells how it went."""

    __ips_button__: Button

    def __call__(self, book: Book | None = None) -> None:
        """Run on ``book``, or on the workbook whose ribbon was clicked."""
        ...


def ribbon_button(*, label: str, group: str, image: str, supertip: str) -> Callable[[Macro], Press]:
    """Make a macro a button of the ribbon.

    A user's mistake is told in one sentence; any other exception surfaces. A host that needs
    the error itself, as the command line does, runs ``__ips_button__.macro``.
    """

    def decorated(macro: Macro) -> Press:
        @functools.wraps(macro)
        def press(book: Book | None = None) -> None:
            target = book or caller_book()
            target.tell(_outcome(macro, target))

        button = Button(macro.__name__, label, group, image, supertip, macro)
        press.__ips_button__ = button  # type: ignore[attr-defined]
        return cast(Press, press)

    return decorated


def _outcome(macro: Macro, book: Book) -> str:
    """What to say of a run; a host that cannot be left alone, or put right after it, says why."""
    said = "Nothing was changed."
    try:
        with unattended(book):
            said = macro(book)
    except IpsError as error:
        return f"{said} {error}"
    return said


def caller_book() -> Book:
    """The workbook whose ribbon was clicked."""
    from addin.excel.xlwings_book import calling_workbook  # xlwings loads only inside Excel

    return calling_workbook()
