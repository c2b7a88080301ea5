"""LibreOffice run without a window, with a profile of its own and our extension."""

import os
import re
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from addin.errors import InputError
from addin.hosts.file.filebook import FileBook
from addin.hosts.libreoffice.declaration import Functions, declarations
from addin.hosts.libreoffice.workbook import without_results

KNOWS_SHORT_NAMES = (25, 2)  # versions before need the long name of a function in a file
TRIES = 3  # a start fails now and then, when the process before still closes
PATIENCE = 120  # seconds for one start
PLACES = (
    "/Applications/LibreOffice.app/Contents/MacOS/soffice",
    "C:/Program Files/LibreOffice/program/soffice.com",
)
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def find_office() -> Path:
    """The program that starts LibreOffice.

    Raises:
        InputError: If it is not installed.
    """
    found = shutil.which("soffice") or next((p for p in PLACES if Path(p).is_file()), None)
    if found is None:
        raise InputError("LibreOffice: need its program soffice on the path, found none")
    return Path(found)


class Office:
    """LibreOffice with its own profile in a folder, apart from that of the user.

    Nothing listens on a socket: each call starts the program, converts one file and ends.

    Args:
        folder: Where the profile and the extension are laid.
        extension: The ``.oxt`` to use, unpacked as an extension that came with the program:
            the extension manager would refuse to install one for the root of a container.
        environment: Variables of the process; default: those of this one.

    Raises:
        InputError: If LibreOffice is not installed.
    """

    def __init__(
        self, folder: Path, extension: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self.program = find_office()
        self._environment = environment
        folder = folder.resolve()  # LibreOffice is given addresses
        self._profile, self._extensions = folder / "profile", folder / "extensions"
        settings = self._profile / "user" / "registrymodifications.xcu"
        settings.parent.mkdir(parents=True)
        settings.write_text(ALWAYS_RECALCULATE, encoding="utf-8")
        with zipfile.ZipFile(extension) as archive:
            archive.extractall(self._extensions / extension.stem)

    @cached_property
    def version(self) -> tuple[int, int]:
        """Version of the program: ``(7, 4)``."""
        _, text, _ = _run([str(self.program), "--version"], self._environment)
        numbers = re.search(r"(\d+)\.(\d+)", text)
        if numbers is None:
            raise RuntimeError(f"{self.program} --version: no number in {text!r}")
        return int(numbers[1]), int(numbers[2])

    def convert(self, source: Path, kind: str, folder: Path) -> Path:
        """The file calculated and saved as another kind, ``xlsx`` or ``pdf``.

        Raises:
            RuntimeError: If LibreOffice gives no file, or one of our functions failed by a
                fault of ours.
        """
        target = folder / f"{source.stem}.{kind}"
        command = [
            str(self.program),
            "--headless",
            "--norestore",
            f"-env:UserInstallation={self._profile.as_uri()}",
            f"-env:BUNDLED_EXTENSIONS={self._extensions.as_uri()}",
            *("--convert-to", kind, "--outdir", str(folder), str(source)),
        ]
        target.unlink(missing_ok=True)
        for _ in range(TRIES):
            code, said, complaints = _run(command, self._environment)
            if "Traceback" in complaints:
                raise RuntimeError(f"a function failed in LibreOffice:\n{complaints}")
            if target.is_file():
                return target
        raise RuntimeError(f"LibreOffice ended with {code} and no {kind}: {said}{complaints}")

    def recalculated(self, book: FileBook, functions: Functions, folder: Path) -> FileBook:
        """The workbook with every result wiped and calculated anew by LibreOffice.

        Args:
            book: Calculated workbook: its arrays have their size. It is not changed.
            functions: Worksheet functions by name, those of the extension.
            folder: Where both files are written.

        Raises:
            RuntimeError: If LibreOffice cannot, or a function failed by a fault of ours.
        """
        short = self.version >= KNOWS_SHORT_NAMES
        spelled = {
            d.name: d.name if short else d.programmatic_name for d in declarations(functions)
        }
        source = folder / "wiped.xlsx"
        source.write_bytes(without_results(book, spelled))
        calculated = folder / "calculated"
        calculated.mkdir(exist_ok=True)
        return FileBook(self.convert(source, "xlsx", calculated))


def _run(command: Sequence[str], environment: Mapping[str, str] | None) -> tuple[int, str, str]:
    """Exit code, output and complaints of a process, which is ended when it takes too long."""
    process = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    )
    try:
        said, complaints = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        _end(process)
        said, complaints = process.communicate()
    return process.returncode, said, complaints


def _end(process: "subprocess.Popen[str]") -> None:
    """End a process and those it started."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)
