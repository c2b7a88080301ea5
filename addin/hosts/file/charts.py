"""What native charts point at, and the values they keep for viewers that do not calculate."""

from collections.abc import Callable, Iterator
from datetime import date

from lxml import etree

from addin.domain.table import Row, Value
from addin.hosts.file.cells import number_text
from addin.hosts.file.ooxml import CHART, Element, local_name
from addin.hosts.file.package import Package
from addin.hosts.file.serials import to_serial
from addin.hosts.file.text import ERRORS, escape

CHART_TYPES = ("drawingml.chart+xml", "ms-office.chartex+xml")
CACHES = {
    "numRef": "numCache",
    "strRef": "strCache",
    "multiLvlStrRef": "multiLvlStrCache",
    "datalabelsRange": "dlblRangeCache",
}
LABELS = ("cat", "xVal")  # may turn from numbers to text and back
TITLES = ("tx",)

Lookup = Callable[[str], tuple[Row, ...] | None]


def chart_parts(package: Package) -> tuple[str, ...]:
    """Parts that hold a chart."""
    return tuple(part for ending in CHART_TYPES for part in package.parts_of_type(ending))


def chart_formulas(root: Element) -> Iterator[Element]:
    """Every element of a chart that holds a range or a name."""
    return (element for element in root.iter() if local_name(element) == "f" and element.text)


def is_title(formula: Element) -> bool:
    """Whether a formula gives words (a title, the name of a series), not points."""
    holder = formula.getparent()
    above = None if holder is None else holder.getparent()
    return above is not None and local_name(above) in TITLES


def refresh_caches(root: Element, lookup: Lookup, date1904: bool) -> bool:
    """Bring the kept values of a chart up to date; whether any of them was.

    Args:
        root: The chart.
        lookup: Present values of a formula; None if it is not among those to be refreshed.
        date1904: Date system of the workbook.
    """
    refreshed = False
    for formula in list(chart_formulas(root)):
        reference = formula.getparent()
        if reference is None or local_name(reference) not in CACHES:
            continue
        values = lookup(formula.text or "")
        if values is not None:
            _refresh(reference, values, date1904)
            refreshed = True
    return refreshed


def _refresh(reference: Element, values: tuple[Row, ...], date1904: bool) -> None:
    _fit_kind(reference, values)
    kind = local_name(reference)
    old = next((child for child in reference if local_name(child) == CACHES[kind]), None)
    code = None if old is None else old.find(f"{{{CHART}}}formatCode")
    namespace = reference.tag.rpartition("}")[0] + "}"
    cache = etree.Element(namespace + CACHES[kind])
    if kind == "numRef":
        etree.SubElement(cache, f"{{{CHART}}}formatCode").text = (
            code.text if code is not None else "General"
        )
    if kind == "multiLvlStrRef":
        _fill_levels(cache, values)
    else:
        _fill_points(cache, [v for row in values for v in row], kind == "numRef", date1904)
    if old is not None:
        reference.replace(old, cache)
    else:
        reference.insert(1, cache)


def _fit_kind(reference: Element, values: tuple[Row, ...]) -> None:
    """Labels kept as numbers may be text by now, and the other way round."""
    holder = reference.getparent()
    if holder is None or local_name(holder) not in LABELS:
        return
    if local_name(reference) not in ("numRef", "strRef"):
        return
    filled = [v for row in values for v in row if v is not None]
    if filled:
        text = any(isinstance(v, str) for v in filled)
        reference.tag = f"{{{CHART}}}{'strRef' if text else 'numRef'}"
        for child in reference:
            if local_name(child) in ("numCache", "strCache"):
                child.tag = f"{{{CHART}}}{'strCache' if text else 'numCache'}"


def _fill_points(cache: Element, values: list[Value], numeric: bool, date1904: bool) -> None:
    etree.SubElement(cache, f"{{{CHART}}}ptCount", val=str(len(values)))
    for index, value in enumerate(values):
        text = _point(value, numeric, date1904)
        if text is not None:
            point = etree.SubElement(cache, f"{{{CHART}}}pt", idx=str(index))
            etree.SubElement(point, f"{{{CHART}}}v").text = text


def _fill_levels(cache: Element, values: tuple[Row, ...]) -> None:
    """Levels from the inside out: the last column is the innermost."""
    etree.SubElement(cache, f"{{{CHART}}}ptCount", val=str(len(values)))
    for column in reversed(range(len(values[0]))):
        level = etree.SubElement(cache, f"{{{CHART}}}lvl")
        for index, row in enumerate(values):
            text = _point(row[column], False, False)
            if text is not None:
                point = etree.SubElement(level, f"{{{CHART}}}pt", idx=str(index))
                etree.SubElement(point, f"{{{CHART}}}v").text = text


def _point(value: Value, numeric: bool, date1904: bool) -> str | None:
    """A point as the cache stores it; None for a gap."""
    if value is None or (isinstance(value, str) and (numeric or value in ERRORS)):
        return None
    if isinstance(value, str):
        return escape(value)
    if isinstance(value, date):
        return number_text(to_serial(value, date1904), "chart") if numeric else value.isoformat()
    return number_text(value, "chart")


def areas_of(text: str) -> tuple[str, ...]:
    """The areas a chart formula joins: ``(A!$B$1,A!$B$3)`` names two."""
    inner = text[1:-1] if text.startswith("(") and text.endswith(")") else text
    parts, quoted, start = [], False, 0
    for place, letter in enumerate(inner):
        quoted ^= letter == "'"
        if letter == "," and not quoted:
            parts.append(inner[start:place])
            start = place + 1
    return (*parts, inner[start:])


def repoint(formula: Element, move: Callable[[str], str | None]) -> bool:
    """Rewrite the areas of a formula that follow a table; whether any did."""
    areas = areas_of(formula.text or "")
    moved = [move(area) for area in areas]
    if not any(moved):
        return False
    joined = ",".join(new or old for new, old in zip(moved, areas, strict=True))
    formula.text = f"({joined})" if len(areas) > 1 else joined
    return True
