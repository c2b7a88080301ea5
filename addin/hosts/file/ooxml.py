"""Names and safe parsing of the XML inside a workbook file."""

from lxml import etree

from addin.errors import InputError

Element = etree._Element

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONSHIP_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
RELATIONSHIPS = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"

OFFICE_TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
MOST_DIGITS, SHOWN = 10, 40
PRESERVE_SPACE = "{http://www.w3.org/XML/1998/namespace}space"


def main(tag: str) -> str:
    """``tag`` in the spreadsheet namespace."""
    return f"{{{MAIN}}}{tag}"


def local_name(element: Element) -> str:
    """Tag without its namespace; empty for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def parse(data: bytes, where: str) -> Element:
    """Root of an XML part, without entities, document types or network access.

    Raises:
        InputError: If it is not well-formed or declares a document type.
    """
    if b"<!DOCTYPE" in data:
        raise InputError(f"{where}: an XML document type is not allowed in a workbook")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(data, parser, base_url=where)
    except etree.XMLSyntaxError as fault:
        reason = " ".join(fault.msg.split())
        raise InputError(f"{where}: damaged XML, {reason}") from None
    if (
        root.getroottree().docinfo.internalDTD is not None
    ):  # written in another encoding than the scan above
        raise InputError(f"{where}: an XML document type is not allowed in a workbook")
    return root


def child(parent: Element, path: str) -> Element:
    """A descendant the schema requires, by its path in the spreadsheet namespace.

    Raises:
        InputError: If it is missing.
    """
    found = parent.find("/".join(main(tag) for tag in path.split("/")))
    if found is None:
        raise damaged(parent, f"<{local_name(parent)}> has no <{path}>")
    return found


def whole(element: Element, key: str, default: int) -> int:
    """An attribute that is a whole number, not negative.

    Raises:
        InputError: If it is something else.
    """
    text = element.get(key)
    return default if text is None else whole_number(text, element, key)


def whole_number(text: str, element: Element, what: str) -> int:
    """The whole number a text of ``element`` says.

    Raises:
        InputError: If it is something else.
    """
    if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS:
        return int(text)
    raise damaged(element, f"<{local_name(element)}> says {what} {text[:SHOWN]!r}")


def damaged(element: Element, what: str) -> InputError:
    """What is wrong with an element, and in which part of which file."""
    where = element.getroottree().docinfo.URL or "the workbook"
    return InputError(f"{where} is damaged, {what}")


def new_root(namespace: str, tag: str) -> Element:
    """An empty part whose default namespace is ``namespace``."""
    office = RELATIONSHIP_ID[1:].partition("}")[0]
    return etree.fromstring(f'<{tag} xmlns="{namespace}" xmlns:r="{office}"/>')


def remove(element: Element) -> None:
    """Take an element out of its parent."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def drop_attributes(element: Element, *names: str) -> None:
    """Delete attributes that are there."""
    for name in names:
        if name in element.attrib:
            del element.attrib[name]


def serialise(root: Element) -> bytes:
    """The part as Excel writes it: UTF-8 with a standalone declaration."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
