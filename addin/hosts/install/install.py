"""Install, uninstall, status: everything is read and checked before the first file changes."""

from collections.abc import Mapping
from pathlib import Path

from addin.errors import InputError
from addin.hosts.file.container import read_file
from addin.hosts.install.changes import (
    Change,
    Step,
    carry_out,
    content_of,
    digest,
    pending,
)
from addin.hosts.install.conf import Conf, read_conf, wanted_settings, without_settings
from addin.hosts.install.machine import (
    FROM_STORE,
    Machine,
    Places,
    dll_folders,
    dll_name,
    is_of_store,
    places,
    script_name,
)
from addin.hosts.install.record import Record, read_record, set_aside

NAMES = {".xlam": "add-in", ".applescript": "script", ".conf": "configuration"}
RECORD, ASIDE = "record", "set aside"


def install(machine: Machine, xlam: Path) -> tuple[Step, ...]:
    """Put the add-in where Excel finds it and tell it which Python to run.

    Files that were there before are set aside. A second installation changes only what differs.

    Args:
        machine: The computer; its interpreter is the one Excel will run.
        xlam: The add-in as it was built.

    Returns:
        What was done to each file.

    Raises:
        InputError: If Excel is running, a file is missing, may not be written, or a path is of
            the kind Excel's macros cannot read. Then everything is as it was.
    """
    at = places(machine)
    old = read_record(at.record) or Record()
    files = _files(machine, at, xlam)
    _require_reach(machine)
    conf = read_conf(content_of(at.conf), at.conf)
    settings = wanted_settings(machine, conf, old.settings)
    record = Record({str(path): digest(content) for path, content in files.items()}, settings)
    return _carried_out(
        machine,
        [
            *_set_aside(at, old, [*files, at.conf]),
            Change(RECORD, at.record, record.content),
            *_superseded(old, at, files),
            *(Change(_name(path), path, content) for path, content in files.items()),
            Change(_name(at.conf), at.conf, conf.with_settings(settings).content),
        ],
    )


def uninstall(machine: Machine) -> tuple[Step, ...]:
    """Take away what ``install`` placed and put back what was there before.

    A file changed since it was placed stays, and so do lines of the configuration that the
    user wrote or changed.

    Raises:
        InputError: If the add-in is not installed, Excel is running or a file may not be written.
    """
    at = places(machine)
    record = read_record(at.record)
    if record is None:
        raise InputError(f"the add-in is not installed (there is no {at.record})")
    files = [Path(path) for path in record.files]
    ours = [path for path in files if _is_as_placed(path, record)]
    kept = [Step(_name(path), path, "kept: changed since") for path in files if path not in ours]
    changes = [
        _conf_as_before(at, record),
        *(_as_before(at.record, path) for path in ours),
        *(Change(ASIDE, set_aside(at.record, p), None) for p in [*ours, at.conf]),
        Change(RECORD, at.record, None),
    ]
    return (*_carried_out(machine, changes), *kept)


def status(machine: Machine, xlam: Path | None = None) -> tuple[Step, ...]:
    """What is installed, file by file; compared with a built add-in if one is given.

    Raises:
        InputError: If a file cannot be read.
    """
    at = places(machine)
    record = read_record(at.record) or Record()
    current = digest(read_file(xlam)) if xlam else None
    paths = [path for path in (at.addin, at.script) if path]
    return (
        *(Step(_name(path), path, _state(path, record, current)) for path in paths),
        Step(_name(at.conf), at.conf, _conf_state(at, record)),
    )


def _files(machine: Machine, at: Places, xlam: Path) -> dict[Path, bytes]:
    files = {at.addin: read_file(xlam)}
    if at.script:
        files[at.script] = read_file(machine.library.folder / script_name(machine))
    return files


def _require_reach(machine: Machine) -> None:
    """Refuse a Python that Excel would not find the way to."""
    if not machine.on_windows:
        return
    if is_of_store(machine.interpreter):
        raise InputError(f"{machine.interpreter}: is Python of the Microsoft Store; {FROM_STORE}")
    folders = dll_folders(machine.interpreter)
    name = dll_name(machine)
    if not any((folder / name).is_file() for folder in folders):
        raise InputError(
            f"{name}: need it in {folders[0]} or {folders[1]}, found it in neither; install the "
            f"add-in into a virtual environment (py -m venv .venv), not with pip --user"
        )


def _carried_out(machine: Machine, changes: list[Change]) -> tuple[Step, ...]:
    if machine.excel.running and pending(changes):
        raise InputError("Excel is running; close all its windows and try again")
    done = carry_out(changes)
    return tuple(step for step in done if step.name not in (RECORD, ASIDE))


def _set_aside(at: Places, old: Record, paths: list[Path]) -> list[Change]:
    """Copies of files that are not ours, unless an earlier installation kept them already."""
    ours = {*old.files, *([str(at.conf)] if old.settings else [])}
    found = {path: content_of(path) for path in paths if str(path) not in ours}
    return [
        Change(ASIDE, set_aside(at.record, path), content)
        for path, content in found.items()
        if content is not None
    ]


def _superseded(old: Record, at: Places, files: Mapping[Path, bytes]) -> list[Change]:
    """Files of an earlier installation that this one places elsewhere or not at all."""
    gone = [Path(path) for path in old.files if Path(path) not in files]
    return [_as_before(at.record, path) for path in gone if _is_as_placed(path, old)]


def _as_before(record: Path, path: Path) -> Change:
    return Change(_name(path), path, content_of(set_aside(record, path)))


def _conf_as_before(at: Places, record: Record) -> Change:
    aside = content_of(set_aside(at.record, at.conf))
    before = read_conf(aside, at.conf)
    conf = without_settings(read_conf(content_of(at.conf), at.conf), record.settings, before)
    return Change(_name(at.conf), at.conf, _written(conf, before, aside))


def _written(conf: Conf, before: Conf, aside: bytes | None) -> bytes | None:
    """The file as before to the byte where nothing else has changed."""
    return aside if conf == before else conf.content


def _is_as_placed(path: Path, record: Record) -> bool:
    content = content_of(path)
    return content is None or digest(content) == record.files[str(path)]


def _state(path: Path, record: Record, current: str | None) -> str:
    content = content_of(path)
    if content is None:
        return "not installed"
    if str(path) not in record.files:
        return "there, but not placed by ips addin install"
    if digest(content) != record.files[str(path)]:
        return "changed since it was placed"
    is_old = current and path.suffix == ".xlam" and digest(content) != current
    return "installed, but not the current build" if is_old else "installed"


def _conf_state(at: Places, record: Record) -> str:
    settings = read_conf(content_of(at.conf), at.conf).settings
    if not record.settings:
        return "not installed"
    changed = [key for key, value in record.settings.items() if settings.get(key) != value]
    return f"changed since: {', '.join(changed)}" if changed else "installed"


def _name(path: Path) -> str:
    return NAMES[path.suffix]
