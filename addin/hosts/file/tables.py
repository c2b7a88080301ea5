"""Excel tables (ListObjects): where they stand and what their columns are called."""

from collections.abc import Mapping
from dataclasses import dataclass

from addin.domain.labels import did_you_mean
from addin.errors import InputError
from addin.hosts.file.area import Area
from addin.hosts.file.ooxml import Element, damaged, main, whole
from addin.hosts.file.package import Package
from addin.hosts.file.text import unescape


@dataclass(frozen=True)
class ListObject:
    """One table as its part describes it.

    Attributes:
        name: Display name.
        sheet: Sheet it stands on.
        part: Table part.
        area: Headings, body and totals row.
        headings: Column names, left to right.
        header_rows: 1, or 0 when the headings are not shown.
        totals_rows: 1 when there is a totals row.
        filtered: Whether a filter hides rows.
    """

    name: str
    sheet: str
    part: str
    area: Area
    headings: tuple[str, ...]
    header_rows: int
    totals_rows: int
    filtered: bool

    @property
    def body(self) -> Area:
        """The rows between headings and totals."""
        top, bottom = self.area.top + self.header_rows, self.area.bottom - self.totals_rows
        return Area(top, self.area.left, max(top, bottom), self.area.right)


class Tables:
    """The tables of a workbook by name, whatever the case."""

    def __init__(self, package: Package, sheets: Mapping[str, str]) -> None:
        self._package = package
        self._sheets = sheets
        self._tables = {table.name.casefold(): table for table in self._read()}

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._tables

    def __getitem__(self, name: str) -> ListObject:
        if name not in self:
            known = [table.name for table in self._tables.values()]
            raise InputError(
                f"{self._package.name}: there is no table '{name}'{did_you_mean(name, known)}"
            )
        return self._tables[name.casefold()]

    def on(self, sheet: str) -> tuple[ListObject, ...]:
        """Tables of one sheet."""
        return tuple(table for table in self._tables.values() if table.sheet == sheet)

    def all(self) -> tuple[ListObject, ...]:
        """Every table, sheet by sheet."""
        return tuple(self._tables.values())

    def reread(self, name: str) -> ListObject:
        """The table after its part was changed."""
        old = self[name]
        self._tables[name.casefold()] = self._table(old.sheet, old.part)
        return self[name]

    def _read(self) -> list[ListObject]:
        return [
            self._table(sheet, table)
            for sheet, part in self._sheets.items()
            for table in self._package.related(part, "table")
        ]

    def _table(self, sheet: str, part: str) -> ListObject:
        root = self._package.tree(part)
        area = Area.parse(root.get("ref", ""))
        if area is None:
            raise damaged(root, "it says no range")
        columns = root.findall(f"{main('tableColumns')}/{main('tableColumn')}")
        if len(columns) != area.right - area.left + 1:
            raise damaged(root, f"it names {len(columns)} columns for {area}")
        return ListObject(
            name=root.get("displayName", root.get("name", "")),
            sheet=sheet,
            part=part,
            area=area,
            headings=tuple(unescape(column.get("name", "")) for column in columns),
            header_rows=whole(root, "headerRowCount", 1),
            totals_rows=whole(root, "totalsRowCount", 0),
            filtered=_filtered(root),
        )


def _filtered(root: Element) -> bool:
    return root.find(f"{main('autoFilter')}/{main('filterColumn')}") is not None
