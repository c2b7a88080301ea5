"""Charts that say what XlsxWriter leaves to the reader's defaults.

XlsxWriter writes charts as Excel 2007 did and leaves out what was the default then; the schema of
today has other defaults, and a reader that follows it would label bars with their series, smooth
lines and draw blanks as zero.
"""

import zipfile
from pathlib import Path

from lxml import etree

CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
LABEL_PARTS = (
    "showLegendKey",
    "showVal",
    "showCatName",
    "showSerName",
    "showPercent",
    "showBubbleSize",
)


def _named(name: str) -> str:
    return f"{{{CHART}}}{name}"


def _element(name: str, value: str) -> etree._Element:
    return etree.Element(_named(name), {"val": value}, nsmap={"c": CHART})


def _say_labels(labels: etree._Element) -> None:
    """What a data label shows and what it does not, in the order of the schema."""
    if labels.find(_named("delete")) is not None:
        return
    said = {name: labels.find(_named(name)) for name in LABEL_PARTS}
    for name, found in said.items():
        part = _element(name, "0") if found is None else found
        labels.append(part)  # moved to the end, so that all come out in order


def _say_straight(series: etree._Element) -> None:
    if series.find(_named("smooth")) is None:
        series.append(_element("smooth", "0"))


def explicit(chart_xml: bytes) -> bytes:
    """A chart part with labels, lines and blanks stated in full."""
    root = etree.fromstring(chart_xml)
    for labels in root.iter(_named("dLbls")):
        _say_labels(labels)
    for kind in ("lineChart", "scatterChart"):
        for series in root.iterfind(f".//{_named(kind)}/{_named('ser')}"):
            _say_straight(series)
    chart = root.find(_named("chart"))
    if chart is not None and chart.find(_named("dispBlanksAs")) is None:
        only = chart.find(_named("plotVisOnly"))
        at = len(chart) if only is None else chart.index(only) + 1
        chart.insert(at, _element("dispBlanksAs", "gap"))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def state_chart_defaults(path: Path) -> None:
    """Rewrite a workbook made by XlsxWriter so that its charts say everything."""
    with zipfile.ZipFile(path) as package:
        parts = [(entry, package.read(entry)) for entry in package.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for entry, content in parts:
            is_chart = entry.filename.startswith("xl/charts/chart")
            package.writestr(entry, explicit(content) if is_chart else content)
