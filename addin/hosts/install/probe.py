"""Asking a Python program what it is, by running it."""

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

SECONDS = 30
QUESTION = """
import json, struct, sys
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

sys.path[:0] = sys.argv[1:]

def version_of(name):
    try:
        return version(name)
    except PackageNotFoundError:
        return ""

print(json.dumps({
    "version": "%d.%d.%d" % sys.version_info[:3],
    "bits": 8 * struct.calcsize("P"),
    "library": version_of("xlwings"),
    "addin": version_of("ips-addin"),
    "has_com": find_spec("win32com") is not None,
    "has_functions": find_spec("udfs") is not None,
}))
"""


@dataclass(frozen=True)
class Answer:
    """What a Python program said: versions, ``""`` for what is not installed in it."""

    version: str
    bits: int
    library: str
    addin: str
    has_com: bool
    has_functions: bool


Probe = Callable[[Path, Sequence[str]], Answer | None]


def ask(interpreter: Path, folders: Sequence[str] = ()) -> Answer | None:
    """Run a Python program and let it say what it is; ``None`` if it does not answer.

    Args:
        interpreter: The program.
        folders: Put at the head of its path, as the add-in does.
    """
    command = [str(interpreter), "-P", "-c", QUESTION, *folders]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=SECONDS, check=True, cwd=os.path.expanduser("~")
        )
        return Answer(**json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError):
        return None
