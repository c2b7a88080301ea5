"""A workbook that is nothing but named tables and named cells, with the protocol's semantics."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from addin.domain.table import Row, Value
from addin.errors import InputError
from addin.excel.book import TableRows


@dataclass
class MemoryBook:
    """Keeps what is written, says what it was told, refuses what is protected."""

    tables: dict[str, tuple[tuple[str, ...], tuple[Row, ...]]] = field(default_factory=dict)
    cells: dict[str, Value] = field(default_factory=dict)
    protected: set[str] = field(default_factory=set)
    name: str = "memory.xlsx"
    told: list[str] = field(default_factory=list)
    steps: list[tuple[float, str]] = field(default_factory=list)

    def has_table(self, name: str) -> bool:
        return name in self.tables

    def table(self, name: str) -> TableRows:
        if name not in self.tables:
            raise InputError(f"no table {name}")
        header, rows = self.tables[name]
        return TableRows(name, name, header, rows)

    def cell(self, name: str) -> Value:
        if name not in self.cells:
            raise InputError(f"no cell {name}")
        return self.cells[name]

    def write_table(self, name: str, header: Sequence[str], rows: Sequence[Row]) -> None:
        self.table(name)
        if name in self.protected:
            raise InputError(f"{name}: protected")
        assert all(len(row) == len(header) for row in rows), f"{name}: ragged rows"
        blank = (None,) * len(header)
        self.tables[name] = (tuple(header), tuple(map(tuple, rows)) or (blank,))

    def write_cell(self, name: str, value: Value) -> None:
        self.cell(name)
        if name in self.protected:
            raise InputError(f"{name}: protected")
        self.cells[name] = value

    def progress(self, done: float, text: str) -> None:
        self.steps.append((done, text))

    def tell(self, text: str) -> None:
        self.told.append(text)
