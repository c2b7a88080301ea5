"""One line of the doctor's list, and the facts all lines are drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from addin.hosts.install.machine import Machine, Places
from addin.hosts.install.package import Package
from addin.hosts.install.probe import Answer


class Verdict(StrEnum):
    """How a check came out."""

    RIGHT = "Right"
    DOUBT = "Doubt"
    WRONG = "Wrong"
    UNKNOWN = "Not known"


@dataclass(frozen=True)
class Check:
    """What is needed, what was found, and what to do about it (``""`` when it is right)."""

    what: str
    needed: str
    found: str
    verdict: Verdict = Verdict.RIGHT
    fix: str = ""


@dataclass(frozen=True)
class Facts:
    """What was found before anything is judged.

    Attributes:
        settings: Of the user's configuration; ``None`` if the file is missing or unreadable.
        fault: Why it could not be read.
        interpreter: The Python the configuration names.
        answer: What that Python says about itself.
        installed: The add-in in Excel's folder.
        built: The add-in it should be, where one was given.
        workbooks: Paths or addresses of workbooks in question.
    """

    machine: Machine
    at: Places
    settings: Mapping[str, str] | None
    fault: str
    interpreter: Path | None
    answer: Answer | None
    installed: Package | None
    built: Package | None
    workbooks: tuple[str, ...]
