"""Checks of where things lie: letters, spaces, servers, synchronised folders."""

from pathlib import Path, PurePath, PureWindowsPath

from addin.hosts.install.checkup import Check, Facts, Verdict
from addin.hosts.install.machine import Machine

NEVER = {"windows": '"%^', "mac": "\"'`$|; "}
SYNCHRONISED = ("ONEDRIVE", "ONEDRIVECOMMERCIAL", "ONEDRIVECONSUMER")
MAC_CLOUD = "Library/CloudStorage"
PLAIN = "make the environment anew in a folder with a plain name"


def path_checks(facts: Facts) -> list[Check]:
    """The folders Python and Excel work in, then each workbook in question."""
    python = facts.interpreter or facts.machine.interpreter
    return [
        _letters(python),
        _marks(facts.machine, python),
        _server(facts, [python, facts.at.addin, facts.machine.code]),
        _cloud(facts.machine, [python, facts.machine.code]),
        *(_workbook(facts.machine, book) for book in facts.workbooks),
    ]


def _letters(python: Path) -> Check:
    needed = "a path of plain letters (no accents)"
    if str(python).isascii():
        return Check("Letters", needed, str(python))
    fix = f"it may work below the home folder; if formulas say they cannot load, {PLAIN}"
    return Check("Letters", needed, str(python), Verdict.DOUBT, fix)


def _marks(machine: Machine, python: Path) -> Check:
    """On a Mac the path becomes a bare word of a shell command; Windows puts it in quotes."""
    never = NEVER["windows" if machine.on_windows else "mac"]
    found = sorted({mark for mark in str(python) if mark in never})
    shown = " ".join("space" if mark == " " else mark for mark in never)
    needed = f"a path without {shown}"
    if found:
        return Check("Marks in the path", needed, str(python), Verdict.WRONG, PLAIN)
    return Check("Marks in the path", needed, "there is none")


def _server(facts: Facts, paths: list[Path]) -> Check:
    needed = "Python and the add-in on a disk of this computer"
    remote = [str(path) for path in paths if _is_remote(facts.machine, path)]
    if remote:
        fix = "install on a local disk: over a network each start takes minutes and may be blocked"
        return Check("Server", needed, remote[0], Verdict.DOUBT, fix)
    return Check("Server", needed, "they are")


def _is_remote(machine: Machine, path: PurePath) -> bool:
    drive = PureWindowsPath(str(path)).drive
    return drive.startswith("\\\\") or drive.rstrip(":").upper() in machine.network_drives


def _cloud(machine: Machine, paths: list[Path]) -> Check:
    needed = "Python outside synchronised folders"
    inside = [str(path) for path in paths if _is_synchronised(machine, str(path))]
    if inside:
        fix = "move the environment out of OneDrive: synchronisation locks and unloads its files"
        return Check("Synchronised folder", needed, inside[0], Verdict.DOUBT, fix)
    return Check("Synchronised folder", needed, "it is")


def _is_synchronised(machine: Machine, path: str) -> bool:
    folders = [machine.environment.get(name, "") for name in SYNCHRONISED]
    folders.append("" if machine.on_windows else str(machine.home / MAC_CLOUD))
    return any(_slashed(path).startswith(_slashed(folder)) for folder in folders if folder)


def _slashed(folder: str) -> str:
    return folder.lower().replace("\\", "/").rstrip("/") + "/"


def _workbook(machine: Machine, book: str) -> Check:
    """Excel tells a macro the web address of a workbook that is saved by itself."""
    what, needed = "Workbook", "a workbook in a folder of this computer"
    fix = "switch AutoSave off or keep the workbook in a folder that is not synchronised"
    if "://" in book:
        fix = "open it from the synchronised folder with AutoSave off, or save a copy locally"
        return Check(what, needed, book, Verdict.WRONG, fix)
    if _is_synchronised(machine, book):
        return Check(what, needed, f"{book}, synchronised", Verdict.DOUBT, fix)
    return Check(what, needed, book)
