"""The component LibreOffice loads; it travels in the extension, beside ``functions.json``.

It imports nothing of ours before a function is called: what is missing then is said in the cell.
"""

import csv
import json
import site
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import uno  # type: ignore[import-not-found]  # LibreOffice's own Python has it
import unohelper  # type: ignore[import-not-found]

PACKAGE_FOLDERS = "PYTHONPATH"
LONGEST_TEXT = 255
CATALOGUE = json.loads(Path(__file__).with_name("functions.json").read_text("utf-8"))
SERVICE = CATALOGUE["service"]
XServiceInfo: Any = uno.getClass("com.sun.star.lang.XServiceInfo")
XFunctions: Any = uno.getClass(CATALOGUE["interface"])


class Functions(unohelper.Base, XServiceInfo, XFunctions):  # type: ignore[misc]
    """The worksheet functions as methods; Calc makes one instance."""

    def __init__(self, context: object) -> None:
        self._answer: Callable[[str, tuple[Any, ...]], Any] | None = None

    def answer(self, function: str, arguments: tuple[Any, ...]) -> Any:
        """Rows a function gives, or why it cannot be had."""
        try:
            if self._answer is None:
                self._answer = loaded()
            return self._answer(function, arguments)
        except ImportError as missing:
            return ((needs_packages(function, missing),),)
        except BaseException:
            traceback.print_exc()  # LibreOffice would say nothing but #VALUE!
            raise

    def getImplementationName(self) -> str:  # noqa: N802  # named by UNO
        """Name by which LibreOffice registers the component."""
        return str(SERVICE)

    def supportsService(self, name: str) -> bool:  # noqa: N802
        """Whether this is the service ``name``."""
        return name in self.getSupportedServiceNames()

    def getSupportedServiceNames(self) -> tuple[str, ...]:  # noqa: N802
        """The one service it is."""
        return (str(SERVICE),)


def settings_file() -> Path:
    """The user's own settings, the only ones that may choose what code runs."""
    return Path.home() / ".IPS" / "IPS.conf"


def needs_packages(function: str, missing: ImportError) -> str:
    """What a cell shows when the packages cannot be imported."""
    python = ".".join(map(str, sys.version_info[:2]))
    where = f"{PACKAGE_FOLDERS} in {settings_file()}"
    return (
        f"#IPS! {function}: needs the add-in's packages for Python {python} ({where}), "
        f"found: {missing}"
    )[:LONGEST_TEXT]


def loaded() -> Callable[[str, tuple[Any, ...]], Any]:
    """What answers for the functions, from the packages the user has installed."""
    if settings_file().is_file():
        lines = settings_file().read_text("utf-8-sig").splitlines()
        for key, *values in csv.reader(line for line in lines if line.strip()):
            if key.strip().upper() == PACKAGE_FOLDERS:
                add_folders("".join(values))
    from addin.hosts.libreoffice.bridge import answer

    return answer


def add_folders(listed: str) -> None:
    """Add folders to those of Python's imports, with what their ``.pth`` files name."""
    for folder in listed.split(";"):
        if folder.strip() and folder.strip() not in sys.path:
            site.addsitedir(folder.strip())


def method(function: str) -> Callable[..., Any]:
    """The method of the component that answers a function."""
    return lambda self, *arguments: self.answer(function, arguments)


for _name, _about in CATALOGUE["methods"].items():
    setattr(Functions, _name, method(_about["function"]))

g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816  # LibreOffice looks for it
g_ImplementationHelper.addImplementation(Functions, SERVICE, (SERVICE,))
