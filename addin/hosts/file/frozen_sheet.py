"""A worksheet of a frozen pack: values and looks, nothing that acts or leads elsewhere."""

from collections.abc import Callable
from copy import deepcopy

from lxml import etree

from addin.hosts.file.frozen_references import KeptReferences
from addin.hosts.file.ooxml import (
    MAIN,
    RELATIONSHIP_ID,
    Element,
    drop_attributes,
    local_name,
    main,
    new_root,
    remove,
)
from addin.hosts.file.text import set_text, unescape

CELL, VALUE, INLINE, FORMULA = main("c"), main("v"), main("is"), main("f")
DROPPED = frozenset(
    (
        "AlternateContent",
        "autoFilter",
        "cellWatches",
        "controls",
        "customProperties",
        "customSheetViews",
        "dataConsolidate",
        "dataValidations",
        "legacyDrawing",
        "oleObjects",
        "protectedRanges",
        "scenarios",
        "sheetCalcPr",
        "sheetProtection",
        "smartTags",
        "webPublishItems",
    )
)
KEPT_EXTENSIONS = ("conditionalFormattings", "sparklineGroups")
DROPPED_TABLE_ATTRIBUTES = ("tableType", "connectionId", "insertRow", "published")
DROPPED_COLUMN_ATTRIBUTES = ("totalsRowFunction", "queryTableFieldId", "xmlColumnPr")


class FrozenStrings:
    """Shared strings of the pack: only those its cells use, in the order they are met.

    Args:
        item: Gives the shared string of the source by its place, as cells spell it.
    """

    def __init__(self, item: Callable[[str], Element]) -> None:
        self._item = item
        self._indexes: dict[bytes, int] = {}
        self.root = new_root(MAIN, "sst")

    def of_source(self, place: str) -> int:
        """Index in the pack of a shared string of the source."""
        return self._index(deepcopy(self._item(place)))

    def of_text(self, text: str) -> int:
        """Index in the pack of a plain text."""
        item = etree.Element(main("si"))
        set_text(etree.SubElement(item, main("t")), text)
        return self._index(item)

    def of_inline(self, inline: Element) -> int:
        """Index in the pack of an inline string with its formats."""
        item = etree.Element(main("si"))
        item.extend(deepcopy(child) for child in inline)
        return self._index(item)

    def _index(self, item: Element) -> int:
        item.tail = None
        key = etree.tostring(item, method="c14n")
        if key not in self._indexes:
            self._indexes[key] = len(self._indexes)
            self.root.append(item)
            self.root.set("uniqueCount", str(len(self._indexes)))
        return self._indexes[key]


def frozen_sheet(root: Element, strings: FrozenStrings, kept: KeptReferences) -> Element:
    """Copy of a worksheet with cached values only and references among kept sheets only."""
    root = deepcopy(root)
    for cell in root.iter(CELL):
        _freeze_cell(cell, strings)
    for element in list(root):
        if local_name(element) in DROPPED:
            remove(element)
    _freeze_settings(root)
    _freeze_rules(root, kept)
    _freeze_links(root, kept)
    _freeze_extensions(root, kept)
    return root


def frozen_table(root: Element) -> Element:
    """Copy of a table part without formulas and connections."""
    root = deepcopy(root)
    drop_attributes(root, *DROPPED_TABLE_ATTRIBUTES)
    for column in root.iter(main("tableColumn")):
        drop_attributes(column, *DROPPED_COLUMN_ATTRIBUTES)
    for tag in ("calculatedColumnFormula", "totalsRowFormula", "xmlColumnPr"):
        for element in list(root.iter(main(tag))):
            remove(element)
    return root


def _freeze_cell(cell: Element, strings: FrozenStrings) -> None:
    drop_attributes(cell, "cm", "vm", "ph")
    for formula in cell.findall(FORMULA):
        remove(formula)
    value, inline = cell.find(VALUE), cell.find(INLINE)
    kind = cell.get("t")
    if kind == "inlineStr" and inline is not None:
        remove(inline)
        _point_to(cell, etree.SubElement(cell, VALUE), strings.of_inline(inline))
    elif value is not None and value.text and kind == "s":
        _point_to(cell, value, strings.of_source(value.text))
    elif value is not None and value.text and kind == "str":
        _point_to(cell, value, strings.of_text(unescape(value.text)))


def _point_to(cell: Element, value: Element, index: int) -> None:
    cell.set("t", "s")
    value.text = str(index)


def _freeze_settings(root: Element) -> None:
    for properties in root.iter(main("sheetPr")):
        drop_attributes(properties, "codeName", "filterMode", "published")
    for page in root.iter(main("pageSetup")):
        drop_attributes(page, RELATIONSHIP_ID)  # settings of somebody's printer
    for view in root.iter(main("sheetView")):
        drop_attributes(view, "tabSelected", "showFormulas")
        view.set("workbookViewId", "0")


def _freeze_rules(root: Element, kept: KeptReferences) -> None:
    """Drop rules whose formulas need what the pack does not have."""
    for rules in list(root.iter(main("conditionalFormatting"))):
        for rule in rules.findall(main("cfRule")):
            if not all(kept.keeps_formula(text) for text in _rule_formulas(rule)):
                remove(rule)
        if rules.find(main("cfRule")) is None:
            remove(rules)


def _rule_formulas(rule: Element) -> list[str]:
    written = [e.text or "" for e in rule.iter() if local_name(e) in ("formula", "f")]
    thresholds = (e for e in rule.iter() if local_name(e) == "cfvo")
    return written + [e.get("val", "") for e in thresholds if e.get("type") == "formula"]


def _freeze_links(root: Element, kept: KeptReferences) -> None:
    """Keep only links to cells of kept sheets."""
    for links in root.findall(main("hyperlinks")):
        for link in list(links):
            sheet, mark, _ = link.get("location", "").rpartition("!")
            if link.get(RELATIONSHIP_ID) is not None or not mark or not kept.keeps_sheet(sheet):
                remove(link)
        if len(links) == 0:
            remove(links)


def _freeze_extensions(root: Element, kept: KeptReferences) -> None:
    for extensions in root.findall(main("extLst")):
        for extension in list(extensions):
            content = extension[0] if len(extension) else None
            if content is None or local_name(content) not in KEPT_EXTENSIONS:
                remove(extension)
            else:
                _drop_leading_away(content, kept)
                if len(content) == 0:
                    remove(extension)
        if len(extensions) == 0:
            remove(extensions)


def _drop_leading_away(content: Element, kept: KeptReferences) -> None:
    for group in list(content):
        formulas = [e.text or "" for e in group.iter() if local_name(e) == "f"]
        if not all(kept.keeps_formula(text) for text in formulas):
            remove(group)
