"""Defined names of a workbook."""

from collections.abc import Sequence
from dataclasses import dataclass

from addin.domain.labels import did_you_mean
from addin.errors import InputError
from addin.hosts.file.area import Area, parse_reference
from addin.hosts.file.ooxml import Element, damaged, main, whole
from addin.hosts.file.package import Package

PRINT_AREA = "_xlnm.Print_Area"
PRINT_TITLES = "_xlnm.Print_Titles"


@dataclass(frozen=True)
class DefinedName:
    """A name, the sheet it is local to (None for the whole workbook) and its formula."""

    name: str
    scope: str | None
    formula: str
    element: Element


def defined_names(package: Package, sheets: Sequence[str]) -> tuple[DefinedName, ...]:
    """Every defined name in the order of the file."""
    found = package.tree(package.workbook_part).iterfind(
        f"{main('definedNames')}/{main('definedName')}"
    )
    return tuple(
        DefinedName(
            element.get("name", ""), _scope(element, sheets), (element.text or "").strip(), element
        )
        for element in found
    )


def named_cell(names: Sequence[DefinedName], wanted: str) -> tuple[str, Area]:
    """Sheet and place of a workbook-level name.

    Raises:
        InputError: If there is none, or it is not a single cell.
    """
    here = {name.name.casefold(): name for name in names if name.scope is None}
    if wanted.casefold() not in here:
        known = [name.name for name in here.values()]
        raise InputError(f"there is no cell named '{wanted}'{did_you_mean(wanted, known)}")
    found = here[wanted.casefold()]
    place = parse_reference(found.formula.lstrip("="))
    if place is None or (place[1].top, place[1].left) != (place[1].bottom, place[1].right):
        raise InputError(f"the name '{found.name}' is not one cell but {found.formula}")
    return place


def _scope(element: Element, sheets: Sequence[str]) -> str | None:
    if element.get("localSheetId") is None:
        return None
    index = whole(element, "localSheetId", 0)
    if index >= len(sheets):
        raise damaged(element, f"a name is local to sheet {index + 1} of {len(sheets)}")
    return sheets[index]
