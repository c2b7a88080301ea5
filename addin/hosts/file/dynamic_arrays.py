"""The mark that makes an array formula a spilling one."""

from lxml import etree

from addin.hosts.file.ooxml import MAIN, Element, main
from addin.hosts.file.package import Package

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"
TYPE_NAME = "XLDAPR"
EMPTY = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><metadata xmlns="{MAIN}"/>'
ARRAY_URI = "{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}"
ARRAY_NAMESPACE = "http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray"
TRAITS = (
    "copy",
    "pasteAll",
    "pasteValues",
    "merge",
    "splitFirst",
    "rowColShift",
    "clearFormats",
    "clearComments",
    "assign",
    "coerce",
    "cellMeta",
)
ORDER = ("metadataTypes", "futureMetadata", "cellMetadata", "valueMetadata")


def dynamic_mark(package: Package) -> str:
    """Value of the ``cm`` attribute that marks a spilling formula, declared if need be."""
    root = package.tree(_metadata_part(package))
    return _present(root) or _declare(package.edit(_metadata_part(package)))


def _metadata_part(package: Package) -> str:
    found = package.related(package.workbook_part, "sheetMetadata")
    if found:
        return found[0]
    part = package.workbook_part.rpartition("/")[0] + "/metadata.xml"
    package.add(part, EMPTY.encode(), CONTENT_TYPE)
    package.relate(package.workbook_part, "sheetMetadata", part)
    return part


def _present(root: Element) -> str | None:
    names = [entry.get("name") for entry in root.iterfind(f"{main('metadataTypes')}/*")]
    if TYPE_NAME not in names:
        return None
    number = str(names.index(TYPE_NAME) + 1)
    blocks = root.iterfind(f"{main('cellMetadata')}/{main('bk')}")
    marks = (str(n) for n, block in enumerate(blocks, 1) if block[0].get("t") == number)
    return next(marks, None)


def _declare(root: Element) -> str:
    types = _section(root, "metadataTypes")
    traits = {"name": TYPE_NAME, "minSupportedVersion": "120000", **dict.fromkeys(TRAITS, "1")}
    etree.SubElement(types, main("metadataType"), traits)
    future = etree.Element(main("futureMetadata"), name=TYPE_NAME, count="1")
    types.addnext(future)
    extensions = etree.SubElement(etree.SubElement(future, main("bk")), main("extLst"))
    extension = etree.SubElement(extensions, main("ext"), uri=ARRAY_URI)
    etree.SubElement(
        extension,
        f"{{{ARRAY_NAMESPACE}}}dynamicArrayProperties",
        {"fDynamic": "1", "fCollapsed": "0"},
        nsmap={"xda": ARRAY_NAMESPACE},
    )
    cells = _section(root, "cellMetadata")
    etree.SubElement(etree.SubElement(cells, main("bk")), main("rc"), t=str(len(types)), v="0")
    for section in (types, cells):
        section.set("count", str(len(section)))
    return str(len(cells))


def _section(root: Element, name: str) -> Element:
    found = root.find(main(name))
    if found is None:
        found = etree.Element(main(name))
        later = [main(tag) for tag in ORDER[ORDER.index(name) + 1 :]]
        after = next((child for child in root if child.tag in later), None)
        if after is not None:
            after.addprevious(found)
        else:
            root.append(found)
    return found
