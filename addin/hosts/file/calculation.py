"""When Excel is to calculate a workbook anew, and in which order it remembers to."""

from lxml import etree

from addin.hosts.file.ooxml import Element, drop_attributes, main
from addin.hosts.file.package import Package
from addin.hosts.file.sheet import Sheet

ENGINE_OF_EXCEL = "191029"  # an older number makes Excel calculate everything on opening
AFTER_CALC_PR = (
    "oleSize",
    "customWorkbookViews",
    "pivotCaches",
    "webPublishing",
    "fileRecoveryPr",
    "webPublishObjects",
    "extLst",
)


def ask_for_calculation(package: Package) -> None:
    """Have Excel calculate on opening: cells changed and cached results may be stale."""
    _properties(package).set("fullCalcOnLoad", "1")


def calculation_done(package: Package) -> None:
    """Have Excel keep the cached results, which without the add-in would become #NAME?."""
    present = package.tree(package.workbook_part).find(main("calcPr"))
    settled = present is not None and "fullCalcOnLoad" not in present.attrib
    if settled and present is not None and present.get("calcId") == ENGINE_OF_EXCEL:
        return
    properties = _properties(package)
    drop_attributes(properties, "fullCalcOnLoad")
    properties.set("calcId", ENGINE_OF_EXCEL)


def drop_stale_chain(package: Package, sheets: dict[str, Sheet]) -> None:
    """Drop the calculation chain if it misses a formula or names a cell that has none.

    Excel makes a new one without a word; it repairs a file whose chain is wrong.

    Args:
        package: The workbook.
        sheets: Changed sheets by their sheet id.
    """
    for part in package.related(package.workbook_part, "calcChain"):
        chained = _chained(package.tree(part))
        if any(chained.get(number, set()) != _formulas(sheet) for number, sheet in sheets.items()):
            package.drop(part)


def _formulas(sheet: Sheet) -> set[str]:
    return {cell.get("r", "") for _, _, cell in sheet.formula_cells()}


def _chained(chain: Element) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    number = ""
    for entry in chain:
        number = entry.get("i", number)  # left out when it is the one before
        found.setdefault(number, set()).add(entry.get("r", ""))
    return found


def _properties(package: Package) -> Element:
    root = package.edit(package.workbook_part)
    present = root.find(main("calcPr"))
    if present is not None:
        return present
    made = etree.Element(main("calcPr"), calcId=ENGINE_OF_EXCEL)
    later = {main(tag) for tag in AFTER_CALC_PR}
    place = next((n for n, child in enumerate(root) if child.tag in later), len(root))
    root.insert(place, made)
    return made
