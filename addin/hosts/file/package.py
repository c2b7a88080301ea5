"""The parts of a workbook file, their relationships and content types."""

import io
import posixpath
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from addin.errors import InputError
from addin.hosts.file.container import Container, read_file
from addin.hosts.file.ooxml import (
    CONTENT_TYPES,
    OFFICE_TYPE,
    RELATIONSHIPS,
    Element,
    parse,
    remove,
    serialise,
)

TYPES_PART = "[Content_Types].xml"
ROOT_RELATIONSHIPS = "_rels/.rels"
NEW_PART_TIME = (1980, 1, 1, 0, 0, 0)  # fixed, so that the same content gives the same bytes
RELATIONSHIP = f"{{{RELATIONSHIPS}}}Relationship"
OVERRIDE = f"{{{CONTENT_TYPES}}}Override"
STRICT = "http://purl.oclc.org/ooxml/"
WORKBOOK_TYPES = ("sheet.main+xml", "template.main+xml", "sheet.macroEnabled.main+xml")
KINDS_OF_CELLS = ("worksheet", "table", "sharedStrings", "styles")


@dataclass(frozen=True)
class Relationship:
    """A link from one part to another; ``target`` is a part name unless external."""

    id: str
    type: str
    target: str
    external: bool

    @property
    def kind(self) -> str:
        """Last word of the type: ``table``, ``drawing``, ``chart`` and so on."""
        return self.type.rpartition("/")[2]


def relationships_part(part: str) -> str:
    """Where the relationships of ``part`` are kept."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def zipped(parts: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip file of the given parts, always the same bytes for the same parts."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as target:
        for part, data in parts.items():
            entry = zipfile.ZipInfo(part, NEW_PART_TIME)
            entry.compress_type = compression
            entry.create_system = 0
            target.writestr(entry, data)
    return stream.getvalue()


class Package:
    """Parts by name; what is not changed is written back byte for byte.

    Attributes:
        name: File name, for messages.
        workbook_part: Name of the main part.

    Raises:
        InputError: If the content is not a readable workbook.
    """

    def __init__(self, data: bytes, name: str) -> None:
        self.name = name
        self._container = Container(data, name)
        self._trees: dict[str, Element] = {}
        self._changed: set[str] = set()
        self._new: dict[str, bytes] = {}
        self._dropped: set[str] = set()
        self.workbook_part = self._find_workbook()

    @classmethod
    def open(cls, path: Path) -> "Package":
        """The package in a file.

        Raises:
            InputError: If it cannot be read or is not a workbook.
        """
        return cls(read_file(path), path.name)

    def __contains__(self, part: str) -> bool:
        return part in self._new or (part in self._container.entries and part not in self._dropped)

    def __iter__(self) -> Iterator[str]:
        """Part names: those of the source in their order, then new ones."""
        yield from (part for part in self._container.entries if part in self)
        yield from (part for part in self._new if part not in self._container.entries)

    def read(self, part: str) -> bytes:
        """Present content of a part, edits included."""
        if part in self._changed:
            return serialise(self._trees[part])
        return self._new[part] if part in self._new else self._source(part)

    def tree(self, part: str) -> Element:
        """Parsed part, kept; call :meth:`edit` instead to change it."""
        if part not in self._trees:
            self._trees[part] = parse(self.read(part), f"{self.name}: {part}")
        return self._trees[part]

    def edit(self, part: str) -> Element:
        """Parsed part that will be written anew."""
        root = self.tree(part)
        self._changed.add(part)
        return root

    def changed(self, part: str) -> bool:
        """Whether the part is to be written anew."""
        return part in self._changed or part in self._new

    def add(self, part: str, data: bytes, content_type: str) -> None:
        """Add a new part and declare its type."""
        self._new[part] = data
        etree.SubElement(
            self.edit(TYPES_PART), OVERRIDE, PartName=f"/{part}", ContentType=content_type
        )

    def drop(self, part: str) -> None:
        """Remove a part, its type and every relationship of the workbook to it."""
        if part not in self:
            return
        self._new.pop(part, None)
        self._trees.pop(part, None)
        self._changed.discard(part)
        self._dropped.add(part)
        for override in self.edit(TYPES_PART).findall(OVERRIDE):
            if override.get("PartName") == f"/{part}":
                remove(override)
        gone = {link.id for link in self.relationships(self.workbook_part) if link.target == part}
        for link in self.edit(relationships_part(self.workbook_part)).findall(RELATIONSHIP):
            if link.get("Id") in gone:
                remove(link)

    def relate(self, source: str, kind: str, target: str) -> str:
        """Link ``source`` to ``target``; the id of the new relationship."""
        links = self.edit(relationships_part(source))
        used = {link.get("Id") for link in links}
        number = next(n for n in range(1, len(used) + 2) if f"rId{n}" not in used)
        relative = posixpath.relpath(target, posixpath.dirname(source) or ".")
        etree.SubElement(
            links, RELATIONSHIP, Id=f"rId{number}", Type=OFFICE_TYPE + kind, Target=relative
        )
        return f"rId{number}"

    def relationships(self, part: str) -> tuple[Relationship, ...]:
        """Links from ``part``; none when it has no relationships part."""
        links = relationships_part(part) if part else ROOT_RELATIONSHIPS
        if links not in self:
            return ()
        folder = posixpath.dirname(part)
        return tuple(_relationship(e, folder) for e in self.tree(links).findall(RELATIONSHIP))

    def related(self, part: str, kind: str) -> tuple[str, ...]:
        """Parts of the package that ``part`` links to by a relationship of this kind."""
        return tuple(
            link.target
            for link in self.relationships(part)
            if link.kind == kind and not link.external and link.target in self
        )

    def content_type(self, part: str) -> str:
        """Declared type of a part, by its name or its extension; empty if none."""
        types = self.tree(TYPES_PART)
        for entry in types:
            if entry.get("PartName", "").lower() == f"/{part}".lower():
                return str(entry.get("ContentType"))
        extension = part.rpartition(".")[2].lower()
        for entry in types:
            if entry.get("Extension", "").lower() == extension:
                return str(entry.get("ContentType"))
        return ""

    def parts_of_type(self, ending: str) -> tuple[str, ...]:
        """Parts whose declared type ends with ``ending``."""
        return tuple(
            part
            for entry in self.tree(TYPES_PART).findall(OVERRIDE)
            if entry.get("ContentType", "").endswith(ending)
            and (part := entry.get("PartName", "").lstrip("/")) in self
        )

    def to_bytes(self, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
        """The whole file: order and times of the source, edits applied."""
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", compression) as target:
            for part in self:
                target.writestr(self._entry(part, compression), self.read(part))
        return stream.getvalue()

    def cells_with(self, roots: Mapping[str, Element]) -> bytes:
        """The file without pictures and charts, uncompressed, with other content in some parts."""
        kept = {TYPES_PART, ROOT_RELATIONSHIPS}
        waiting = [self.workbook_part]
        while waiting:
            part = waiting.pop()
            kept |= {part, relationships_part(part)}
            linked = (link for link in self.relationships(part) if link.kind in KINDS_OF_CELLS)
            waiting += [link.target for link in linked if link.target not in kept]
        parts = {p: serialise(roots[p]) if p in roots else self.read(p) for p in self if p in kept}
        return zipped(parts, zipfile.ZIP_STORED)

    def _entry(self, part: str, compression: int) -> zipfile.ZipInfo:
        source = self._container.entries.get(part)
        entry = zipfile.ZipInfo(part, source.date_time if source else NEW_PART_TIME)
        entry.compress_type = compression
        entry.create_system = source.create_system if source else 0
        entry.external_attr = source.external_attr if source else 0
        return entry

    def _source(self, part: str) -> bytes:
        if part not in self._container.entries or part in self._dropped:
            raise InputError(f"{self.name}: is damaged, {part} is missing")
        return self._container.read(part)

    def _find_workbook(self) -> str:
        if TYPES_PART not in self or ROOT_RELATIONSHIPS not in self:
            raise InputError(f"{self.name}: is a zip file but not an Excel workbook (.xlsx)")
        main = [link for link in self.relationships("") if link.kind == "officeDocument"]
        if not main or main[0].target not in self:
            raise InputError(f"{self.name}: is not an Excel workbook (it has no workbook part)")
        if main[0].type.startswith(STRICT):
            raise InputError(f"{self.name}: is Strict Open XML; save it as Excel Workbook (.xlsx)")
        declared = self.content_type(main[0].target)
        if declared.endswith("binary.macroEnabled.main"):
            raise InputError(f"{self.name}: is a binary workbook; save it as .xlsx")
        if not declared.endswith(WORKBOOK_TYPES):
            raise InputError(f"{self.name}: is not an Excel workbook (.xlsx)")
        return main[0].target


def _relationship(element: Element, folder: str) -> Relationship:
    external = element.get("TargetMode") == "External"
    target = element.get("Target", "")
    if not external:
        absolute = target.startswith("/")
        target = posixpath.normpath(target.lstrip("/") if absolute else f"{folder}/{target}")
    return Relationship(
        element.get("Id", ""), element.get("Type", ""), target.lstrip("/"), external
    )
