"""``ips.xlam``: the add-in that analysts install, from the catalogues of functions and buttons."""

from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import xlwings

from addin.errors import InputError
from addin.hosts.file.save import make_folder, save_atomically
from addin.hosts.xlam import hardened, wrappers
from addin.hosts.xlam.intellisense import intellisense
from addin.hosts.xlam.package import addin_package
from addin.hosts.xlam.repair import ADDIN_FILE
from addin.hosts.xlam.ribbon import ribbon
from addin.hosts.xlam.sheets import AddinSheet, addin_sheets, licences
from addin.hosts.xlam.vba_project import ModuleKind, VbaModule, vba_project

INTELLISENSE_FILE, LICENCE_FILE = "ips.intellisense.xml", "ips-licences.txt"
WORKBOOK_CLASS = "00020819-0000-0000-C000-000000000046"
SHEET_CLASS = "00020820-0000-0000-C000-000000000046"
OWN_MODULES = ("IpsRibbon", "IpsFormulas", "IpsText")
DOCUMENT_HEAD = """Attribute VB_Name = "{name}"
Attribute VB_Base = "0{{{identity}}}"
Attribute VB_GlobalNameSpace = False
Attribute VB_Creatable = False
Attribute VB_PredeclaredId = True
Attribute VB_Exposed = True
Attribute VB_TemplateDerived = False
Attribute VB_Customizable = True
"""

Catalogue = Mapping[str, Callable[..., Any]]


def build_addin(target: Path, functions: Catalogue, buttons: Catalogue) -> Path:
    """Write the add-in, and beside it the help for IntelliSense and the licences.

    The same catalogues and packages give the same bytes.

    Args:
        target: Where it goes; its name is ``ips.xlam``, by which formulas know it.
        functions: Worksheet functions by name.
        buttons: Buttons by the name of their macro.

    Returns:
        Path of the add-in.

    Raises:
        InputError: If the name is another, a file cannot be written, a function cannot be
            described, or the installed xlwings is not the one this was made for.
    """
    if target.name != ADDIN_FILE:
        raise InputError(f"{target}: the add-in's file must be called {ADDIN_FILE}")
    sheets = addin_sheets(functions)
    project = vba_project(hardened.PROJECT, addin_modules(functions, sheets))
    typing_help = intellisense(functions)
    contents = {
        target.with_name(INTELLISENSE_FILE): typing_help,
        target.with_name(LICENCE_FILE): _licence_text().encode(),
        target: addin_package(project, sheets, ribbon(buttons), typing_help),
    }
    make_folder(target.parent)
    for path, content in contents.items():
        save_atomically(path, content)
    return target


def addin_modules(functions: Catalogue, sheets: Sequence[AddinSheet]) -> tuple[VbaModule, ...]:
    """Modules of the add-in's VBA project, that of the workbook first.

    Raises:
        InputError: As ``build_addin``.
    """
    workbook_code = _resource("ThisWorkbook.cls")
    return (
        document_module("ThisWorkbook", WORKBOOK_CLASS, workbook_code),
        *(document_module(sheet.code_name, SHEET_CLASS) for sheet in sheets),
        VbaModule("Dictionary", ModuleKind.CLASS, _dictionary()),
        VbaModule(hardened.NAME, ModuleKind.CLASS, hardened.hardened(hardened.shipped_module())),
        VbaModule(wrappers.MODULE, ModuleKind.STANDARD, wrappers.function_module(functions)),
        *(VbaModule(n, ModuleKind.STANDARD, _resource(f"{n}.bas")) for n in OWN_MODULES),
    )


def document_module(name: str, identity: str, code: str = "") -> VbaModule:
    """The module behind the workbook or a sheet."""
    head = DOCUMENT_HEAD.format(name=name, identity=identity)
    return VbaModule(name, ModuleKind.DOCUMENT, head + code)


def _resource(name: str) -> str:
    return (resources.files("addin.hosts.xlam") / "vba" / name).read_text(encoding="ascii")


def _dictionary() -> str:
    """The class that stands for Windows' own dictionary on a Mac, as xlwings ships it."""
    path = Path(xlwings.__file__).parent / "addin" / "Dictionary.cls"
    if not path.is_file():
        raise InputError(f"xlwings {xlwings.__version__}: has no file addin/Dictionary.cls")
    text = path.read_text(encoding="cp1252").replace("\r\n", "\n")
    exported_head, mark, code = text.partition("\nAttribute VB_Exposed = True\n")
    if not mark or "Attribute VB_PredeclaredId = False" not in exported_head:
        raise InputError(f"xlwings {xlwings.__version__}: its addin/Dictionary.cls has changed")
    return hardened.CLASS_HEAD.format(name="Dictionary", predeclared=False) + code


def _licence_text() -> str:
    parts = (f"{title}\n\n{text.strip()}\n" for title, text in licences().items())
    return "\n\n".join(("The file ips.xlam contains parts that others wrote.\n", *parts))
