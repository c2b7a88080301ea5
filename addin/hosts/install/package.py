"""What a built add-in says about itself on its sheet ``IPS.conf``."""

from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from addin.errors import InputError
from addin.hosts.file.container import Container, read_file
from addin.hosts.install.changes import digest

VERSION_KEY, LIBRARY_KEY = "IPS_VERSION", "XLWINGS_VERSION"
SHEET = "xl/worksheets/sheet1.xml"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@dataclass(frozen=True)
class Package:
    """A built add-in: fingerprint, its version and that of the xlwings whose VBA it holds.

    A version is ``""`` where the sheet does not say it.
    """

    digest: str
    version: str
    library_version: str


def read_package(path: Path) -> Package:
    """What the file of an add-in says about itself.

    Raises:
        InputError: If it is missing, damaged or no add-in.
    """
    content = read_file(path)
    container = Container(content, path.name)
    sheet = container.read(SHEET) if SHEET in container.entries else b"<worksheet/>"
    try:
        settings = _settings(sheet)
    except etree.XMLSyntaxError:
        raise InputError(f"{path.name}: is damaged ({SHEET})") from None
    return Package(digest(content), settings.get(VERSION_KEY, ""), settings.get(LIBRARY_KEY, ""))


def _settings(sheet: bytes) -> dict[str, str]:
    """Texts of columns A and B; the sheet holds its texts in the cells."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    rows = [_texts(row) for row in etree.fromstring(sheet, parser).iter(f"{MAIN}row")]
    return {row[0].upper(): row[1] for row in rows if len(row) >= 2}


def _texts(row: etree._Element) -> list[str]:
    return ["".join(text.text or "" for text in c.iter(f"{MAIN}t")) for c in row.iter(f"{MAIN}c")]
