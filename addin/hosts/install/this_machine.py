"""Looking at the computer this runs on: the one place where facts are found, not given."""

import os
import platform
import plistlib
import struct
import subprocess
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import addin
from addin.errors import InputError
from addin.hosts.install.machine import Excel, Library, Machine, System

SYSTEMS = {"win32": System.WINDOWS, "darwin": System.MAC}
PROCESSOR_BITS = {0x014C: 32, 0x8664: 64, 0xAA64: 64}  # x86, x64, ARM64 (which loads x64 too)
PE_OFFSET_AT = 0x3C
MAC_EXCEL = Path("/Applications/Microsoft Excel.app")
APP_PATH = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
CLICK_TO_RUN = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
REMOTE_DRIVE = 4


def this_machine() -> Machine:
    """The computer, its Excel, and the Python that runs this.

    Raises:
        InputError: If Excel does not run on this system.
    """
    system = SYSTEMS.get(sys.platform)
    if system is None:
        raise InputError(
            f"Excel runs on Windows and macOS, this is {platform.system()}; "
            f"here the same functions and buttons run by ips report, ips recalc and ips run"
        )
    return Machine(
        system=system,
        home=Path.home(),
        environment=dict(os.environ),
        interpreter=Path(sys.executable),
        bits=8 * struct.calcsize("P"),
        code=Path(addin.__file__).parents[1],
        library=installed_library(),
        excel=_windows_excel() if system is System.WINDOWS else _mac_excel(MAC_EXCEL),
        network_drives=_network_drives(),
    )


def installed_library() -> Library:
    """Where the installed xlwings is, without importing it.

    Raises:
        InputError: If it is not installed.
    """
    found = find_spec("xlwings")
    if found is None or not found.submodule_search_locations:
        raise InputError("xlwings is not installed; install what requirements.lock names")
    return Library(Path(found.submodule_search_locations[0]), version("xlwings"))


def program_bits(head: bytes) -> int | None:
    """Bits of a Windows program by the processor its header names; ``None`` if it is none.

    Args:
        head: The first kilobytes of its file.
    """
    if len(head) < PE_OFFSET_AT + 4:
        return None
    (place,) = struct.unpack_from("<I", head, PE_OFFSET_AT)
    if head[place : place + 4] != b"PE\0\0" or len(head) < place + 6:
        return None
    return PROCESSOR_BITS.get(struct.unpack_from("<H", head, place + 4)[0])


def is_listed(program: str, command: list[str]) -> bool:
    """Whether a command that lists programs names one; not if the command cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0 and program.lower() in done.stdout.lower()


def _windows_excel() -> Excel:
    program = _registered(APP_PATH, "")
    return Excel(
        running=is_listed("excel.exe", ["tasklist", "/FI", "IMAGENAME eq EXCEL.EXE", "/NH"]),
        bits=program_bits(_head(Path(program))) if program else None,
        program=program,
        product=_registered(CLICK_TO_RUN, "ProductReleaseIds"),
        version=_registered(CLICK_TO_RUN, "VersionToReport"),
    )


def _mac_excel(app: Path) -> Excel:
    running = is_listed("Microsoft Excel", ["pgrep", "-lx", "Microsoft Excel"])
    try:
        about = plistlib.loads((app / "Contents" / "Info.plist").read_bytes())
    except (OSError, plistlib.InvalidFileException):
        return Excel(running=running, bits=64)
    number = str(about.get("CFBundleShortVersionString", ""))
    return Excel(running=running, bits=64, program=str(app), version=number)


def _head(program: Path) -> bytes:
    try:
        with program.open("rb") as file:
            return file.read(4096)
    except OSError:
        return b""


def _registered(key: str, name: str) -> str:
    """A text of the registry of Windows; ``""`` where it is not there."""
    if sys.platform != "win32":
        return ""
    import winreg

    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key) as opened:
            return str(winreg.QueryValueEx(opened, name)[0]).strip('"')
    except OSError:
        return ""


def _network_drives() -> tuple[str, ...]:
    if sys.platform != "win32":
        return ()
    import ctypes

    kind = ctypes.windll.kernel32.GetDriveTypeW
    return tuple(d for d in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if kind(f"{d}:\\") == REMOTE_DRIVE)
