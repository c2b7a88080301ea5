"""The tabs of a workbook and the parts behind them."""

from dataclasses import dataclass

from addin.hosts.file.ooxml import RELATIONSHIP_ID, child
from addin.hosts.file.package import Package


@dataclass(frozen=True)
class Tab:
    """One tab.

    Attributes:
        name: Sheet name.
        number: Sheet id, by which the calculation chain speaks of it.
        part: Part of a worksheet; empty for a chart sheet.
    """

    name: str
    number: str
    part: str


def read_tabs(package: Package) -> tuple[Tab, ...]:
    """All tabs in their order, chart sheets too: local names count them."""
    parts = {
        link.id: link.target
        for link in package.relationships(package.workbook_part)
        if link.kind == "worksheet" and link.target in package
    }
    listed = child(package.tree(package.workbook_part), "sheets")
    return tuple(
        Tab(
            tab.get("name", ""), tab.get("sheetId", ""), parts.get(tab.get(RELATIONSHIP_ID, ""), "")
        )
        for tab in listed
    )
