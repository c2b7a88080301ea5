"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters."""

    ERROR = "Error"
    WARNING = "Warning"
    NOTE = "Note"


@dataclass(frozen=True)
class Finding:
    """One thing found in the data: where, what, and what to do about it."""

    severity: Severity
    where: str
    what: str
    suggestion: str
