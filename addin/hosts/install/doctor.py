"""What keeps the add-in from working on a computer, and the remedy for each."""

from codecs import BOM_UTF8
from pathlib import Path, PureWindowsPath

from addin.errors import InputError
from addin.hosts.install.changes import content_of
from addin.hosts.install.check_excel import excel_checks
from addin.hosts.install.check_paths import path_checks
from addin.hosts.install.check_python import python_checks
from addin.hosts.install.checkup import Check, Facts, Verdict
from addin.hosts.install.conf import PYTHONPATH, interpreter_key, read_conf, read_path
from addin.hosts.install.machine import Machine, places
from addin.hosts.install.package import Package, read_package
from addin.hosts.install.probe import Probe, ask


def doctor(
    machine: Machine,
    *,
    probe: Probe = ask,
    xlam: Path | None = None,
    workbooks: tuple[str, ...] = (),
) -> tuple[Check, ...]:
    """Every check of the add-in on a computer; changes nothing.

    Args:
        machine: The computer.
        probe: Runs a Python program and says what it is.
        xlam: The add-in that should be installed.
        workbooks: Paths or addresses of workbooks on which the add-in is to work.

    Raises:
        InputError: If ``xlam`` cannot be read.
    """
    built = read_package(xlam) if xlam else None
    facts = _facts(machine, probe, built, workbooks)
    return (*excel_checks(facts), *python_checks(facts), *path_checks(facts))


def is_well(checks: tuple[Check, ...]) -> bool:
    """Whether nothing was found to be wrong; doubts are none."""
    return all(check.verdict is not Verdict.WRONG for check in checks)


def _facts(
    machine: Machine, probe: Probe, built: Package | None, workbooks: tuple[str, ...]
) -> Facts:
    at = places(machine)
    settings, fault = _settings(at.conf)
    named = (settings or {}).get(interpreter_key(machine))
    path = read_path(machine, named or "")
    is_full = path.is_absolute() or PureWindowsPath(str(path)).is_absolute()
    interpreter = path if is_full else None
    folders = [read_path(machine, f) for f in (settings or {}).get(PYTHONPATH, "").split(";") if f]
    return Facts(
        machine,
        at,
        settings,
        fault,
        interpreter,
        probe(interpreter, [str(folder) for folder in folders]) if interpreter else None,
        _installed(at.addin),
        built,
        workbooks,
    )


def _settings(conf: Path) -> tuple[dict[str, str] | None, str]:
    try:
        content = content_of(conf)
        if content and content.startswith(BOM_UTF8):
            return None, f"{conf}: begins with a byte-order mark, which hides its first line"
        return (None if content is None else read_conf(content, conf).settings), ""
    except InputError as fault:
        return None, str(fault)


def _installed(addin: Path) -> Package | None:
    try:
        return read_package(addin)
    except InputError:
        return None
