"""Writing files so that no moment of failure leaves half of one."""

import os
import stat
import sys
import tempfile
from pathlib import Path

from addin.errors import InputError

STALE_SUFFIX = ".ips-tmp"


def save_atomically(path: Path, content: bytes) -> None:
    """Put ``content`` into a file: the old content or the new one, never a mixture.

    A temporary file in the same folder is written through to the disk and then takes the
    place of the old file, whose permissions it keeps. What an interrupted save left behind is
    removed.

    Raises:
        InputError: If the file is open elsewhere, read-only, or may not be written.
    """
    path = path.resolve()  # a link keeps pointing at the file
    refuse_open_elsewhere(path)
    try:
        _remove_abandoned(path)
        temporary = _written(path, content)
        try:
            os.replace(temporary, path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        _flush_folder(path.parent)
    except FileNotFoundError:
        raise InputError(f"{path.name}: the folder {path.parent} does not exist") from None
    except OSError as fault:
        reason = (fault.strerror or str(fault)).lower()
        raise InputError(f"{path.name}: could not be written ({reason})") from None


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, unless it is there.

    Raises:
        InputError: If that cannot be done.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as fault:
        reason = (fault.strerror or str(fault)).lower()
        raise InputError(f"{folder}: no folder could be made ({reason})") from None


def refuse_open_elsewhere(path: Path) -> None:
    """Raise if another program has the file open or it is read-only.

    Raises:
        InputError: Naming the program's lock file.
    """
    for program, lock in (("Excel", f"~${path.name}"), ("LibreOffice", f".~lock.{path.name}#")):
        if path.with_name(lock).exists():
            raise InputError(
                f"{path.name}: is open in {program}; close it there first "
                f"(if it is not, delete the left-over {lock})"
            )
    if path.exists() and not path.stat().st_mode & stat.S_IWUSR:
        raise InputError(f"{path.name}: is read-only")
    if path.is_dir():
        raise InputError(f"{path.name}: is a folder")


def _written(path: Path, content: bytes) -> Path:
    handle, name = tempfile.mkstemp(STALE_SUFFIX, _prefix(path), path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            _hold(stream.fileno())
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(_mode(path))
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _prefix(path: Path) -> str:
    return f".{path.name}-"


def _mode(path: Path) -> int:
    """Permissions of the existing file, else those a new file gets here."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _remove_abandoned(path: Path) -> None:
    for candidate in path.parent.iterdir():
        own = candidate.name.startswith(_prefix(path)) and candidate.name.endswith(STALE_SUFFIX)
        if own and _abandoned(candidate):
            candidate.unlink(missing_ok=True)


if sys.platform == "win32":

    def _hold(handle: int) -> None:
        """Windows keeps an open file from being removed by itself."""

    def _abandoned(candidate: Path) -> bool:
        """Whether no save is using the file: one in use cannot be renamed to itself."""
        try:
            candidate.rename(candidate)
        except OSError:
            return False
        return True

    def _flush_folder(folder: Path) -> None:
        """Windows has no such call; the replacement is in its journal."""

else:
    import fcntl

    def _hold(handle: int) -> None:
        """Mark the temporary file as in use; the mark goes with the process."""
        fcntl.flock(handle, fcntl.LOCK_EX)

    def _abandoned(candidate: Path) -> bool:
        """Whether no save is using the file."""
        with candidate.open("rb") as stream:
            try:
                fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return False
        return True

    def _flush_folder(folder: Path) -> None:
        """Make the new name itself survive a power cut."""
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
