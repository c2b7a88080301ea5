"""The add-in's own sheets: settings, the list of functions, licences."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata, resources
from typing import Any

from addin import __version__
from addin.errors import InputError
from addin.hosts.xlam.hardened import PROJECT
from addin.hosts.xlam.wrappers import described

SETTINGS = (
    ("USE UDF SERVER", "True"),  # one Python for cells and buttons, started once
    ("IPS_VERSION", __version__),  # for whoever examines the file
    ("XLWINGS_VERSION", metadata.version("xlwings")),
)
XLWINGS_LICENCE, DICTIONARY_LICENCE = "licenses/LICENSE.txt", "Dictionary-LICENSE.txt"


@dataclass(frozen=True)
class AddinSheet:
    """A sheet of the add-in.

    Attributes:
        name: On its tab.
        code_name: Name of the module behind it.
        rows: Text of its cells, the headings first.
        widths: Of its columns, in characters.
        has_heading: Whether the first row is set bold.
    """

    name: str
    code_name: str
    rows: Sequence[Sequence[str]]
    widths: tuple[int, ...]
    has_heading: bool = True


def addin_sheets(functions: Mapping[str, Callable[..., Any]]) -> tuple[AddinSheet, ...]:
    """Sheets of the add-in in their order.

    Args:
        functions: Worksheet functions by name.

    Raises:
        InputError: If a licence is missing.
    """
    return (
        AddinSheet(f"{PROJECT}.conf", "SheetSettings", SETTINGS, (34, 12), has_heading=False),
        AddinSheet("Functions", "SheetFunctions", _function_rows(functions), (30, 24, 110)),
        AddinSheet("Licences", "SheetLicences", _licence_rows(), (90,)),
    )


def licences() -> Mapping[str, str]:
    """Licence text of each part that others wrote, by what it is.

    Raises:
        InputError: If one is missing.
    """
    text = metadata.distribution("xlwings").read_text(XLWINGS_LICENCE)
    if not text:
        raise InputError(f"xlwings: the installed package has no {XLWINGS_LICENCE}")
    dictionary = resources.files("addin.hosts.xlam") / "vba" / DICTIONARY_LICENCE
    return {
        "Module xlwings: xlwings, BSD 3-Clause": text,
        "Module Dictionary: VBA-Dictionary, MIT": dictionary.read_text(encoding="utf-8"),
    }


def _function_rows(functions: Mapping[str, Callable[..., Any]]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("Function", "Argument", "What it gives, what it needs")]
    for name in sorted(functions):
        about = described(name, functions[name])
        rows.append((name, "", about.description))
        rows += [
            ("", f"[{each.name}]" if each.optional else each.name, each.help)
            for each in about.arguments
        ]
    return rows


def _licence_rows() -> list[tuple[str]]:
    rows = [("Licences of the parts that others wrote",)]
    for title, text in licences().items():
        rows += [("",), (title,), *((line,) for line in text.splitlines())]
    return rows
