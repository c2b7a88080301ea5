"""The tabs of a workbook and the parts behind them."""

from collections.abc import Mapping
from dataclasses import dataclass

from addin.hosts.file.ooxml import RELATIONSHIP_ID, Element, child, damaged, main
from addin.hosts.file.package import Package, Relationship


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
    links = {
        link.id: link for link in package.relationships(package.workbook_part) if not link.external
    }
    listed = child(package.tree(package.workbook_part), "sheets")
    return tuple(
        Tab(tab.get("name", ""), tab.get("sheetId", ""), _worksheet(package, tab, links))
        for tab in listed.iterchildren(main("sheet"))
    )


def _worksheet(package: Package, tab: Element, links: Mapping[str, Relationship]) -> str:
    link = links.get(tab.get(RELATIONSHIP_ID, ""))
    if link is None or link.target not in package:
        raise damaged(tab, f"sheet '{tab.get('name')}' is missing")
    return link.target if link.kind == "worksheet" else ""
