"""The values-only pack made from a workbook's report sheets."""

import posixpath
import re
from collections.abc import Sequence

from lxml import etree

from addin.errors import InputError
from addin.hosts.file.charts import areas_of
from addin.hosts.file.filebook import FileBook
from addin.hosts.file.frozen_charts import frozen_chart, frozen_drawing, relationship_ids
from addin.hosts.file.frozen_references import KeptReferences
from addin.hosts.file.frozen_sheet import FrozenStrings, frozen_sheet, frozen_table
from addin.hosts.file.names import PRINT_AREA, PRINT_TITLES
from addin.hosts.file.ooxml import (
    CONTENT_TYPES,
    MAIN,
    OFFICE_TYPE,
    RELATIONSHIP_ID,
    RELATIONSHIPS,
    Element,
    main,
    new_root,
    serialise,
)
from addin.hosts.file.package import (
    ROOT_RELATIONSHIPS,
    TYPES_PART,
    Relationship,
    relationships_part,
    zipped,
)

WORKBOOK, STRINGS, APP = "xl/workbook.xml", "xl/sharedStrings.xml", "docProps/app.xml"
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml."
APP_TYPE = "application/vnd.openxmlformats-officedocument.extended-properties+xml"
APP_NAMESPACE = "http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"
APPLICATION, APP_VERSION = f"{{{APP_NAMESPACE}}}Application", f"{{{APP_NAMESPACE}}}AppVersion"
VERSION = re.compile(r"\d{1,2}\.\d{4}")
XML_TYPE = "application/xml"
RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"

KEPT_LINKS = frozenset(("table", "drawing", "image", "chart", "chartEx", "chartUserShapes"))
HEADER_PICTURES = "vmlDrawing"
UNNAMED_LINKS = frozenset(("chartStyle", "chartColorStyle", "themeOverride"))  # found by kind
CHARTS, DRAWINGS = ("chart", "chartEx"), ("drawing", "chartUserShapes")


def frozen_pack(book: FileBook, sheets: Sequence[str]) -> bytes:
    """The given sheets as a workbook of values, looks, tables and native charts.

    No formulas, names (but print areas and titles), links to elsewhere, macros, comments,
    validations, connections or personal data; shared strings only of these sheets. A chart on
    a sheet that is left out keeps its values as literals. The same workbook gives the same
    bytes.

    Args:
        book: The workbook; formulas contribute their cached values.
        sheets: Names of the sheets to keep, in the order of the pack.

    Raises:
        InputError: If a sheet is missing, or something can neither stay nor become values.
    """
    if not sheets:
        raise InputError(f"{book.name}: a pack needs at least one sheet")
    book.settle()
    return zipped(_Pack(book, sheets).parts())


class _Pack:
    """Parts of the pack as they are collected from the workbook."""

    def __init__(self, book: FileBook, sheets: Sequence[str]) -> None:
        self._package = book.package
        self._book = book
        self._sheets = [book.sheet(name) for name in sheets]
        self._kept = KeptReferences(sheets, book.names)
        self._strings = FrozenStrings(book.strings.item)
        self._parts: dict[str, bytes] = {}
        self._types: dict[str, str] = {}

    def parts(self) -> dict[str, bytes]:
        """Every part by name, content types first."""
        for sheet in self._sheets:
            self._take(sheet.part, "worksheet")
        looks = [
            (kind, part)
            for kind in ("styles", "theme")
            for part in self._package.related(self._package.workbook_part, kind)
        ]
        for kind, part in looks:
            self._take(part, kind)
        self._put(STRINGS, serialise(self._strings.root), f"{SPREADSHEET}sharedStrings+xml")
        self._put(WORKBOOK, serialise(self._workbook()), f"{SPREADSHEET}sheet.main+xml")
        targets = [("worksheet", sheet.part) for sheet in self._sheets]
        self._links(WORKBOOK, [*targets, *looks, ("sharedStrings", STRINGS)])
        self._put(APP, serialise(self._properties()), APP_TYPE)
        self._links("", [("officeDocument", WORKBOOK), ("extended-properties", APP)])
        return {TYPES_PART: serialise(self._content_types()), **self._parts}

    def _properties(self) -> Element:
        """The program, and its version in the source: readers judge charts by it.

        LibreOffice reads what a chart leaves unsaid as Excel 2007 did when the version is 12.
        """
        root = new_root(APP_NAMESPACE, "Properties")
        etree.SubElement(root, APPLICATION).text = "Microsoft Excel"
        for part in self._package.related("", "extended-properties"):
            version = self._package.tree(part).findtext(APP_VERSION, "")
            if VERSION.fullmatch(version):
                etree.SubElement(root, APP_VERSION).text = version
        return root

    def _take(self, part: str, kind: str) -> None:
        """Copy a part, made harmless, and the parts it needs."""
        if part in self._parts:
            return
        self._parts[part] = b""  # in its place in the order, and no circle
        links = [link for link in self._package.relationships(part) if self._wanted(link)]
        content, used = self._content(part, kind, frozenset(link.id for link in links))
        links = [link for link in links if link.kind in UNNAMED_LINKS or link.id in used]
        self._put(part, content, self._package.content_type(part))
        if links:
            self._parts[relationships_part(part)] = serialise(_relationships(part, links))
        for link in links:
            self._take(link.target, link.kind)

    def _content(self, part: str, kind: str, present: frozenset[str]) -> tuple[bytes, set[str]]:
        """Content of a part in the pack and the ids of the relationships it uses."""
        if kind == "worksheet":
            root = frozen_sheet(self._package.tree(part), self._strings, self._kept)
        elif kind == "table":
            root = frozen_table(self._package.tree(part))
        elif kind in CHARTS:
            where = f"{self._book.name}, {posixpath.basename(part)}"
            root = frozen_chart(self._package.tree(part), self._kept, where)
        elif kind in DRAWINGS:
            root = frozen_drawing(self._package.tree(part), self._kept, present)
        else:
            return self._package.read(part), set(present)
        return serialise(root), relationship_ids(root)

    def _wanted(self, link: Relationship) -> bool:
        known = link.kind in KEPT_LINKS | UNNAMED_LINKS or link.kind == HEADER_PICTURES
        return known and not link.external and link.target in self._package

    def _put(self, part: str, content: bytes, content_type: str) -> None:
        self._parts[part] = content
        self._types[part] = content_type

    def _links(self, part: str, targets: Sequence[tuple[str, str]]) -> None:
        links = [
            Relationship(f"rId{n}", OFFICE_TYPE + kind, target, False)
            for n, (kind, target) in enumerate(targets, 1)
        ]
        name = relationships_part(part) if part else ROOT_RELATIONSHIPS
        self._parts[name] = serialise(_relationships(part, links))

    def _workbook(self) -> Element:
        root = new_root(MAIN, "workbook")
        properties = etree.SubElement(root, main("workbookPr"))
        if self._book.date1904:
            properties.set("date1904", "1")
        views = etree.SubElement(root, main("bookViews"))
        etree.SubElement(views, main("workbookView"), activeTab="0")
        tabs = etree.SubElement(root, main("sheets"))
        for number, sheet in enumerate(self._sheets, 1):
            tab = etree.SubElement(tabs, main("sheet"), name=sheet.name, sheetId=str(number))
            tab.set(RELATIONSHIP_ID, f"rId{number}")
        self._add_print_names(root)
        return root

    def _add_print_names(self, root: Element) -> None:
        order = {sheet.name: str(number) for number, sheet in enumerate(self._sheets)}
        names = [
            name
            for name in self._book.names
            if name.name in (PRINT_AREA, PRINT_TITLES)
            and name.scope in order
            and all(self._on_kept_sheet(area) for area in areas_of(name.formula))
        ]
        if not names:
            return
        holder = etree.SubElement(root, main("definedNames"))
        for name in names:
            entry = etree.SubElement(holder, main("definedName"), name=name.name)
            entry.set("localSheetId", order[name.scope or ""])
            entry.text = name.formula

    def _on_kept_sheet(self, area: str) -> bool:
        sheet, mark, _ = area.rpartition("!")
        return bool(mark) and self._kept.keeps_sheet(sheet) and self._kept.keeps_formula(area)

    def _content_types(self) -> Element:
        root = new_root(CONTENT_TYPES, "Types")
        for extension, kind in (("rels", RELATIONSHIPS_TYPE), ("xml", XML_TYPE)):
            default = etree.SubElement(root, f"{{{CONTENT_TYPES}}}Default", Extension=extension)
            default.set("ContentType", kind)
        for part, kind in self._types.items():
            entry = etree.SubElement(root, f"{{{CONTENT_TYPES}}}Override", PartName=f"/{part}")
            entry.set("ContentType", kind)
        return root


def _relationships(part: str, links: Sequence[Relationship]) -> Element:
    root = new_root(RELATIONSHIPS, "Relationships")
    folder = posixpath.dirname(part) or "."
    for link in links:
        target = posixpath.relpath(link.target, folder)
        etree.SubElement(
            root,
            f"{{{RELATIONSHIPS}}}Relationship",
            {"Id": link.id, "Type": link.type, "Target": target},
        )
    return root
