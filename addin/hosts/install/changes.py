"""Changing several files as one: all of them, or none."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from addin.errors import InputError
from addin.hosts.file.save import make_folder, save_atomically


@dataclass(frozen=True)
class Change:
    """What a file is to hold; ``None``: it is to go."""

    name: str
    path: Path
    content: bytes | None


@dataclass(frozen=True)
class Step:
    """One line of what was done or found: which file, where, what."""

    name: str
    path: Path
    result: str


def content_of(path: Path) -> bytes | None:
    """What a file holds, ``None`` where there is none.

    Raises:
        InputError: If it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise InputError(f"{path}: cannot be read ({_reason(fault)})") from None


def digest(content: bytes) -> str:
    """Fingerprint of a file's content."""
    return hashlib.sha256(content).hexdigest()


def pending(changes: Iterable[Change]) -> list[Change]:
    """Changes whose files do not already hold what they should."""
    return [change for change in changes if content_of(change.path) != change.content]


def carry_out(changes: Iterable[Change]) -> tuple[Step, ...]:
    """Make the changes in their order; after a failure everything is as it was.

    Raises:
        InputError: If a file or folder may not be written.
    """
    undo: list[tuple[Path, bytes | None]] = []
    steps = []
    try:
        for change in changes:
            before = content_of(change.path)
            undo.append((change.path, before))
            if before != change.content:
                _put(change.path, change.content)
            steps.append(Step(change.name, change.path, _result(before, change.content)))
    except BaseException:  # also when the user interrupts
        for path, before in reversed(undo):
            if content_of(path) != before:
                _put(path, before)
        raise
    return tuple(steps)


def _put(path: Path, content: bytes | None) -> None:
    if content is not None:
        make_folder(path.parent)
        save_atomically(path, content)
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as fault:
        raise InputError(f"{path}: cannot be removed ({_reason(fault)})") from None


def _result(before: bytes | None, after: bytes | None) -> str:
    if before == after:
        return "unchanged" if after is not None else "not there"
    if after is None:
        return "removed"
    return "placed" if before is None else "replaced"


def _reason(fault: OSError) -> str:
    return (fault.strerror or str(fault)).lower()
