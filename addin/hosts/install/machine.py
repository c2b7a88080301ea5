"""What is known of a computer, and where Excel looks for an add-in on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from addin.errors import InputError

ADDIN = "ips.xlam"
FROM_STORE = (
    "install Python from python.org, make a virtual environment with it, install the add-in there"
)
EXCELS_DATA = "Library/Containers/com.microsoft.Excel/Data"
EXCELS_SCRIPTS = "Library/Application Scripts/com.microsoft.Excel"
EXCELS_STARTUP = (
    "Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel"
)


class System(StrEnum):
    """Systems on which Excel runs macros."""

    WINDOWS = "Windows"
    MAC = "macOS"


@dataclass(frozen=True)
class Excel:
    """The installed Excel; ``None`` and ``""`` where it could not be found out."""

    running: bool = False
    bits: int | None = None
    program: str = ""
    product: str = ""
    version: str = ""


@dataclass(frozen=True)
class Library:
    """The installed xlwings: its folder and version, which its VBA code names."""

    folder: Path
    version: str


@dataclass(frozen=True)
class Machine:
    """A computer as seen by one user.

    Attributes:
        home: Home folder: ``%USERPROFILE%`` on Windows.
        environment: Environment variables, names in upper case.
        interpreter: Python program that runs the add-in's functions.
        bits: 32 or 64, of that Python.
        code: Folder that holds the packages ``addin`` and ``udfs``.
        network_drives: Letters of drives that lie on a server: ``("Z",)``.
    """

    system: System
    home: Path
    environment: Mapping[str, str]
    interpreter: Path
    bits: int
    code: Path
    library: Library
    excel: Excel = field(default_factory=Excel)
    network_drives: tuple[str, ...] = ()

    @property
    def on_windows(self) -> bool:
        """Whether this is Windows; otherwise it is macOS."""
        return self.system is System.WINDOWS


@dataclass(frozen=True)
class Places:
    """Where the files belong; ``script`` is needed on macOS alone.

    Attributes:
        addin: The add-in, in the folder whose files Excel opens when it starts.
        conf: Lines ``"KEY","value"`` that the add-in's VBA code reads.
        script: AppleScript by which Excel may start Python.
        record: What was placed, and beside it what was there before.
    """

    addin: Path
    conf: Path
    script: Path | None
    record: Path


def places(machine: Machine) -> Places:
    """Where the files of the add-in belong on a computer.

    Excel opens every file in its startup folder, so nothing else is ever put there.

    Raises:
        InputError: If Windows does not say where the user's application data is.
    """
    own = machine.home / ".IPS"
    record = own / "install.json"
    if machine.on_windows:
        startup = _application_data(machine) / "Microsoft" / "Excel" / "XLSTART"
        return Places(startup / ADDIN, own / "IPS.conf", None, record)
    return Places(
        machine.home / EXCELS_STARTUP / ADDIN,
        machine.home / EXCELS_DATA / "IPS.conf",
        machine.home / EXCELS_SCRIPTS / script_name(machine),
        record,
    )


def script_name(machine: Machine) -> str:
    """Name of the AppleScript, by which the VBA code of one version of xlwings calls it."""
    return f"xlwings-{machine.library.version}.applescript"


def dll_name(machine: Machine) -> str:
    """Name of the library Excel loads: of Excel's bits, or of Python's where they are unknown."""
    return f"xlwings{machine.excel.bits or machine.bits}-{machine.library.version}.dll"


def dll_folders(interpreter: Path) -> tuple[Path, Path]:
    """The two folders in which the VBA code looks for the library Excel loads."""
    return interpreter.parent, interpreter.parent.parent


def is_of_store(interpreter: Path) -> bool:
    """Whether a Python, or the one its virtual environment stands on, is an app of the Store.

    What such an app writes below the user's application data, Windows keeps for that app alone.
    """
    try:
        origin = (interpreter.parent.parent / "pyvenv.cfg").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        origin = ""
    return "windowsapps" in f"{interpreter}\n{origin}".lower()


def _application_data(machine: Machine) -> Path:
    folder = machine.environment.get("APPDATA")
    if not folder:
        raise InputError("the environment variable APPDATA is empty; Windows sets it at log-on")
    return Path(folder)
