"""Opening the zip file of a workbook without trusting it."""

import io
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path

from addin.errors import InputError

MEGABYTE = 1024 * 1024
MAX_FILE = 200 * MEGABYTE
MAX_TOTAL = 400 * MEGABYTE
MAX_PART = 200 * MEGABYTE
MAX_ENTRIES = 10_000
MAX_RATIO = 200  # repetitive sheets reach about 100; deflate itself ends near 1,030
RATIO_MATTERS_FROM = 10 * MEGABYTE

OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_MAGIC = b"PK"
ENCRYPTED = 0x1


def read_file(path: Path) -> bytes:
    """Content of a workbook file.

    Raises:
        InputError: If there is no such file, it cannot be read or is too large.
    """
    try:
        if path.stat().st_size > MAX_FILE:
            raise InputError(f"{path.name}: larger than {MAX_FILE // MEGABYTE} MB")
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path.name}: there is no such file in {path.parent}") from None
    except IsADirectoryError:
        raise InputError(f"{path.name}: is a folder, not a workbook") from None
    except PermissionError:
        raise InputError(f"{path.name}: may not be read (permission denied)") from None


class Container:
    """Entries of a zip file whose directory has been checked.

    Raises:
        InputError: If the content is not a zip file, is encrypted, truncated or a bomb.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        _check_magic(data, name)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError):
            raise InputError(
                f"{name}: is damaged or truncated (no readable zip directory)"
            ) from None
        self.entries = {entry.filename: entry for entry in self._zip.infolist()}
        _check_directory(self._zip.infolist(), name)

    def read(self, part: str) -> bytes:
        """Content of one entry, never more than its directory entry declares.

        Raises:
            InputError: If it is damaged or holds more than declared.
        """
        entry = self.entries[part]
        try:
            with self._zip.open(entry) as stream:
                data = stream.read(entry.file_size + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
            raise InputError(f"{self.name}: is damaged or truncated ({part})") from None
        if len(data) != entry.file_size:
            raise InputError(f"{self.name}: is damaged, {part} has not its declared size")
        return data


def _check_magic(data: bytes, name: str) -> None:
    if data.startswith(OLE_MAGIC):
        raise InputError(
            f"{name}: is password-protected or an old .xls; save it as .xlsx without a password"
        )
    if not data.startswith(ZIP_MAGIC):
        raise InputError(f"{name}: is not an Excel workbook (.xlsx)")


def _check_directory(entries: list[zipfile.ZipInfo], name: str) -> None:
    if len(entries) > MAX_ENTRIES:
        raise InputError(f"{name}: holds {len(entries):,} entries, at most {MAX_ENTRIES:,} allowed")
    total = sum(entry.file_size for entry in entries)
    if total > MAX_TOTAL:
        raise InputError(
            f"{name}: would unpack to {total // MEGABYTE:,} MB, "
            f"at most {MAX_TOTAL // MEGABYTE} MB allowed"
        )
    _check_names([entry.filename for entry in entries], name)
    for entry in entries:
        _check_entry(entry, name)


def _check_entry(entry: zipfile.ZipInfo, name: str) -> None:
    where = f"{name}: {entry.filename}"
    if entry.flag_bits & ENCRYPTED:
        raise InputError(f"{where} is password-protected")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise InputError(f"{where} is packed in a way workbooks do not use")
    if entry.file_size > MAX_PART:
        raise InputError(f"{where} would unpack to more than {MAX_PART // MEGABYTE} MB")
    if entry.file_size > RATIO_MATTERS_FROM:
        ratio = entry.file_size / max(entry.compress_size, 1)
        if ratio > MAX_RATIO:
            raise InputError(f"{where} unpacks {ratio:,.0f} times its size, at most {MAX_RATIO}")


def _check_names(names: Iterable[str], name: str) -> None:
    seen: set[str] = set()
    for part in names:
        steps = part.split("/")
        if "\\" in part or ":" in part or ".." in steps or part.startswith("/") or not part:
            raise InputError(f"{name}: entry name {part!r} is not allowed")
        if part.lower() in seen:
            raise InputError(f"{name}: holds {part!r} twice")
        seen.add(part.lower())
