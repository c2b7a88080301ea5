"""The add-in as a file: sheets, VBA project and ribbon in one package, always the same bytes."""

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

from addin.hosts.file.ooxml import CONTENT_TYPES, MAIN, OFFICE_TYPE, RELATIONSHIPS
from addin.hosts.file.package import zipped
from addin.hosts.xlam.sheets import AddinSheet

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SHEET_ML = "application/vnd.openxmlformats-officedocument.spreadsheetml."
PACKAGE_ML = "application/vnd.openxmlformats-package."
ADDIN = "application/vnd.ms-excel.addin.macroEnabled.main+xml"
OFFICE_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/"
RIBBON_LINK = "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
PROJECT_LINK = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
PROJECT, RIBBON = "xl/vbaProject.bin", "customUI/customUI14.xml"
WORKBOOK, STYLES = "xl/workbook.xml", "xl/styles.xml"
CORE, APP = "docProps/core.xml", "docProps/app.xml"
HELP, HELP_IDENTITY = "customXml/item1.xml", "customXml/itemProps1.xml"
IDENTITY = "{1F0B7E52-5C2B-4D0E-9A53-6A3C1B9D4E77}"
CUSTOM_XML = "http://schemas.openxmlformats.org/officeDocument/2006/customXml"
TITLE = "IPS"
SUBJECT = "Asset allocation and rebalancing under an Investment Policy Statement"
BOLD = ' s="1"'
PLAIN_STYLES = (
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
)


def addin_package(
    project: bytes,
    sheets: Sequence[AddinSheet],
    ribbon: bytes,
    intellisense: bytes,
    kind: str = ADDIN,
) -> bytes:
    """The add-in's file.

    Args:
        project: The VBA project.
        sheets: At least one; each has its module in the project.
        ribbon: The ribbon's part.
        intellisense: Help while a formula is typed. In the file itself, because Excel opens
            whatever else lies in its start-up folder.
        kind: Content type of the workbook; another one makes a workbook of it.
    """
    parts = {
        "[Content_Types].xml": _content_types(len(sheets), kind),
        "_rels/.rels": _links(
            (f"{OFFICE_TYPE}officeDocument", WORKBOOK),
            (f"{OFFICE_LINKS}core-properties", CORE),
            (f"{OFFICE_TYPE}extended-properties", APP),
            (RIBBON_LINK, RIBBON),
        ),
        WORKBOOK: _workbook(sheets),
        "xl/_rels/workbook.xml.rels": _links(
            *((f"{OFFICE_TYPE}worksheet", f"worksheets/{_file(n)}") for n in _numbers(sheets)),
            (f"{OFFICE_TYPE}styles", "styles.xml"),
            (PROJECT_LINK, "vbaProject.bin"),
            (f"{OFFICE_TYPE}customXml", f"../{HELP}"),
        ),
        STYLES: f'<styleSheet xmlns="{MAIN}">{PLAIN_STYLES}</styleSheet>',
        **{
            f"xl/worksheets/{_file(n)}": _worksheet(sheet)
            for n, sheet in zip(_numbers(sheets), sheets, strict=True)
        },
        "customXml/_rels/item1.xml.rels": _links(
            (f"{OFFICE_TYPE}customXmlProps", "itemProps1.xml")
        ),
        HELP_IDENTITY: f'<ds:datastoreItem ds:itemID="{IDENTITY}" xmlns:ds="{CUSTOM_XML}"/>',
        **_properties(),
    }
    encoded = {name: (XML + text).encode() for name, text in parts.items()}
    return zipped({**encoded, PROJECT: project, RIBBON: ribbon, HELP: intellisense})


def _numbers(sheets: Sequence[AddinSheet]) -> range:
    return range(1, len(sheets) + 1)


def _file(number: int) -> str:
    return f"sheet{number}.xml"


def _content_types(sheets: int, kind: str) -> str:
    defaults = {
        "rels": f"{PACKAGE_ML}relationships+xml",
        "xml": "application/xml",
        "bin": "application/vnd.ms-office.vbaProject",
    }
    overrides = {
        WORKBOOK: kind,
        **{f"xl/worksheets/{_file(n)}": f"{SHEET_ML}worksheet+xml" for n in range(1, sheets + 1)},
        STYLES: f"{SHEET_ML}styles+xml",
        HELP_IDENTITY: "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
        CORE: f"{PACKAGE_ML}core-properties+xml",
        APP: "application/vnd.openxmlformats-officedocument.extended-properties+xml",
    }
    lines = (
        *(f'<Default Extension="{e}" ContentType="{t}"/>' for e, t in defaults.items()),
        *(f'<Override PartName="/{p}" ContentType="{t}"/>' for p, t in overrides.items()),
    )
    return f'<Types xmlns="{CONTENT_TYPES}">{"".join(lines)}</Types>'


def _links(*links: tuple[str, str]) -> str:
    lines = (
        f'<Relationship Id="rId{n}" Type="{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(links, 1)
    )
    return f'<Relationships xmlns="{RELATIONSHIPS}">{"".join(lines)}</Relationships>'


def _workbook(sheets: Sequence[AddinSheet]) -> str:
    entries = "".join(
        f'<sheet name="{escape(sheet.name)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, sheet in zip(_numbers(sheets), sheets, strict=True)
    )
    return (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE_TYPE.rstrip("/")}">'
        '<workbookPr codeName="ThisWorkbook"/>'
        '<bookViews><workbookView windowWidth="16000" windowHeight="9000"/></bookViews>'
        f"<sheets>{entries}</sheets></workbook>"
    )


def _worksheet(sheet: AddinSheet) -> str:
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width}" customWidth="1"/>'
        for n, width in enumerate(sheet.widths, 1)
    )
    rows = "".join(
        _row(n, values, bold=sheet.has_heading and n == 1) for n, values in enumerate(sheet.rows, 1)
    )
    return (
        f'<worksheet xmlns="{MAIN}"><sheetPr codeName="{sheet.code_name}"/>'
        f"<cols>{columns}</cols><sheetData>{rows}</sheetData></worksheet>"
    )


def _row(number: int, values: Sequence[str], bold: bool) -> str:
    cells = "".join(
        f'<c r="{letter}{number}"{BOLD if bold else ""} t="inlineStr">'
        f'<is><t xml:space="preserve">{escape(value)}</t></is></c>'
        for letter, value in zip("ABC", values, strict=False)
        if value
    )
    return f'<row r="{number}">{cells}</row>'


def _properties() -> Mapping[str, str]:
    """What the file says of itself: no person, no date."""
    core = (
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{TITLE}</dc:title><dc:description>{SUBJECT}</dc:description>"
        "</cp:coreProperties>"
    )
    app = (
        '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
        'extended-properties"><Application>Microsoft Excel</Application></Properties>'
    )
    return {CORE: core, APP: app}
