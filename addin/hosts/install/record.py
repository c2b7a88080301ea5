"""What an installation placed, so that exactly that can be taken away again."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from addin.errors import InputError
from addin.hosts.install.changes import content_of


@dataclass(frozen=True)
class Record:
    """Fingerprints of the files placed, by path, and the settings written."""

    files: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """As it stands in its file."""
        return (json.dumps(asdict(self), indent=1, sort_keys=True) + "\n").encode()


def read_record(path: Path) -> Record | None:
    """The record of the last installation; ``None`` where there was none.

    Raises:
        InputError: If the file is not one.
    """
    content = content_of(path)
    if content is None:
        return None
    try:
        record = Record(**json.loads(content))
        texts = [*record.files.items(), *record.settings.items()]
    except (ValueError, TypeError, AttributeError):
        raise InputError(f"{path}: is no record of an installation; delete it") from None
    if not all(isinstance(text, str) for pair in texts for text in pair):
        raise InputError(f"{path}: is no record of an installation; delete it")
    return record


def set_aside(record: Path, path: Path) -> Path:
    """Where a file is kept that was there before the installation."""
    return record.with_name(f"before-{path.name}")
