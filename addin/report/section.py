"""A part of the report: values for one sheet, ready to be written."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from addin.domain.table import Table, Value


@dataclass(frozen=True)
class Section:
    """What one sheet of the report shows.

    Attributes:
        sheet: Its name.
        tables: Named tables with their rows.
        cells: Named cells and their values.
    """

    sheet: str
    tables: tuple[Table, ...] = ()
    cells: Mapping[str, Value] = field(default_factory=dict)
