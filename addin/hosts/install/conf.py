"""The user's configuration file: lines ``"KEY","value"``, the first of a key counts."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath, PureWindowsPath

from addin.errors import InputError
from addin.hosts.install.machine import Machine

PYTHONPATH = "PYTHONPATH"
BREAKS_LINES = '"\r\n'


@dataclass(frozen=True)
class Conf:
    """Lines of a configuration file, as they stand."""

    lines: tuple[str, ...] = ()

    @property
    def settings(self) -> dict[str, str]:
        """Values by key, in upper case."""
        return dict(reversed([_setting(line) for line in self.lines if line.strip()]))

    @property
    def content(self) -> bytes:
        """The file. Without a byte-order mark: VBA would read it as part of the first key."""
        return "".join(f"{line}\r\n" for line in self.lines).encode()

    def line(self, key: str) -> str | None:
        """The line that counts for a key."""
        return next((line for line in self.lines if _key(line) == key), None)

    def with_line(self, key: str, line: str | None) -> "Conf":
        """Another line in place of the one that counts for a key, or none; new ones come last."""
        keys = [_key(each) for each in self.lines]
        place = keys.index(key) if key in keys else len(keys)
        added = [] if line is None else [line]
        return Conf((*self.lines[:place], *added, *self.lines[place + 1 :]))

    def with_settings(self, settings: Mapping[str, str]) -> "Conf":
        """The same file with these values; lines of other keys stay as they are."""
        conf = self
        for key, value in settings.items():
            conf = conf.with_line(key, f'"{key}","{value}"')
        return conf


def read_conf(content: bytes | None, path: Path) -> Conf:
    """A configuration file; an empty one where there is none.

    Raises:
        InputError: If it is not UTF-8 or a line is not of the form ``"KEY","value"``.
    """
    try:
        conf = Conf(tuple((content or b"").decode("utf-8-sig").splitlines()))
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8; save it as UTF-8 and try again") from None
    for number, line in enumerate(conf.lines, 1):
        if line.strip() and len(next(csv.reader([line]))) != 2:
            raise InputError(f'{path} line {number}: need "KEY","value", found {line}')
    return conf


def without_settings(conf: Conf, placed: Mapping[str, str], before: Conf) -> Conf:
    """The file with lines we placed as they were before; what was changed since stays.

    Args:
        conf: The file as it is.
        placed: What the installation wrote.
        before: The file as it was before the installation.
    """
    for key, value in placed.items():
        if conf.settings.get(key) == value:
            conf = conf.with_line(key, before.line(key))
    return conf


def interpreter_key(machine: Machine) -> str:
    """Key under which the VBA code looks for Python."""
    return "INTERPRETER_WIN" if machine.on_windows else "INTERPRETER_MAC"


def wanted_settings(machine: Machine, conf: Conf, placed: Mapping[str, str]) -> dict[str, str]:
    """What the configuration has to say on this computer.

    ``PYTHONPATH`` begins with the folder of our code and keeps the user's folders: an empty one
    would let Python look first in whatever folder Excel happens to be in. What is the same on
    every computer stands on the add-in's own sheet.

    Args:
        machine: The computer.
        conf: The user's file as it is.
        placed: What an earlier installation wrote.

    Raises:
        InputError: If VBA could not read the path of Python or of the code.
    """
    return {
        interpreter_key(machine): written_path(machine, machine.interpreter),
        PYTHONPATH: _folders(written_path(machine, machine.code), conf, placed),
    }


def written_path(machine: Machine, path: PurePath) -> str:
    """A path as the VBA code can read it: plain letters, folders of the user as variables.

    VBA reads the file in the code page of the system, so that ``Müller`` in the name of a home
    folder must not stand in it; VBA itself replaces ``%USERPROFILE%`` and ``$HOME``.

    Raises:
        InputError: If letters beyond ASCII or quotes remain.
    """
    text = str(path)
    for variable, folder in _variables(machine):
        if folder and path.is_relative_to(folder):
            separator = "\\" if machine.on_windows else "/"
            text = separator.join([variable, *path.relative_to(folder).parts])
            break
    if not text.isascii() or any(mark in text for mark in BREAKS_LINES):
        raise InputError(
            f"{path}: Excel's macros read only plain letters in a path (no accents, no quotes); "
            f"install Python and the add-in in a folder below your home folder or with a plain name"
        )
    return text


def read_path(machine: Machine, text: str) -> Path:
    """A path of the configuration with its variables replaced, as the VBA code replaces them."""
    for variable, folder in _variables(machine):
        if folder and text.upper().startswith(variable):
            text = folder + text[len(variable) :]
    return Path(PureWindowsPath(text).as_posix() if machine.on_windows else text)


def _variables(machine: Machine) -> list[tuple[str, str]]:
    if not machine.on_windows:
        return [("$HOME", str(machine.home))]
    names = ("LOCALAPPDATA", "APPDATA", "USERPROFILE")
    known = {"USERPROFILE": str(machine.home), **machine.environment}
    return [(f"%{name}%", known.get(name, "")) for name in names]


def _folders(ours: str, conf: Conf, placed: Mapping[str, str]) -> str:
    before = {ours, placed.get(PYTHONPATH, "").split(";")[0]}
    theirs = conf.settings.get(PYTHONPATH, "").split(";")
    return ";".join([ours, *(folder for folder in theirs if folder and folder not in before)])


def _key(line: str) -> str:
    return _setting(line)[0] if line.strip() else ""


def _setting(line: str) -> tuple[str, str]:
    key, value = next(csv.reader([line]))
    return key.strip().upper(), value.strip()
