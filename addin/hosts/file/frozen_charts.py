"""Charts and drawings of a frozen pack: native, bound to kept sheets or to their own values."""

from copy import deepcopy

from lxml import etree

from addin.errors import InputError
from addin.hosts.file.charts import CACHES, chart_formulas
from addin.hosts.file.frozen_references import KeptReferences
from addin.hosts.file.ooxml import (
    CHART,
    DRAWING,
    Element,
    drop_attributes,
    local_name,
    remove,
)

DROPPED_FROM_CHART = ("externalData", "pivotSource", "pivotFmts")
LITERALS = {"numRef": "numLit", "strRef": "strLit"}
LINKS = ("hlinkClick", "hlinkHover", "hlinkMouseOver")
OFFICE_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def frozen_chart(root: Element, kept: KeptReferences, where: str) -> Element:
    """Copy of a chart; a series on a sheet that is left out keeps its values as literals.

    Raises:
        InputError: If a range outside the pack cannot be held as literals.
    """
    root = deepcopy(root)
    for element in list(root.iter()):
        if local_name(element) in DROPPED_FROM_CHART:
            remove(element)
    for formula in list(chart_formulas(root)):
        areas = kept.kept_areas(formula.text or "")
        if areas is not None:
            formula.text = areas
        else:
            _make_literal(formula, where)
    for extension in list(root.iter(f"{{{CHART}}}ext")):
        hidden = [e.text or "" for e in extension.iter() if local_name(e) == "sqref"]
        if not all(kept.kept_areas(text) for text in hidden):
            remove(extension)
    return root


def frozen_drawing(root: Element, kept: KeptReferences, present: frozenset[str]) -> Element:
    """Copy of a drawing without macros and links; objects of other parts than ``present`` go.

    Args:
        root: The drawing.
        kept: What may be referred to.
        present: Ids of the relationships whose parts the pack has.
    """
    root = deepcopy(root)
    for element in list(root.iter()):
        if local_name(element) in LINKS:
            remove(element)
        if element.get("macro"):
            element.set("macro", "")
        if element.get("textlink") and not kept.keeps_formula(element.get("textlink", "")):
            drop_attributes(element, "textlink")
    for anchor in list(root):
        if any(identifier not in present for identifier in relationship_ids(anchor)):
            root.remove(anchor)
    return root


def relationship_ids(root: Element) -> set[str]:
    """Ids of the relationships an element speaks of."""
    return {
        str(value)
        for element in root.iter()
        for key, value in element.attrib.items()
        if str(key).startswith(OFFICE_ID) and value
    }


def _make_literal(formula: Element, where: str) -> None:
    reference = formula.getparent()
    kind = "" if reference is None else local_name(reference)
    holder = None if reference is None else reference.getparent()
    if reference is None or holder is None or kind not in LITERALS:
        raise InputError(f"{where}: {formula.text} is not on a sheet of the pack")
    if local_name(holder) == "tx":
        _make_words(holder, reference)
        return
    cache = next((child for child in reference if local_name(child) == CACHES[kind]), None)
    literal = etree.Element(f"{{{CHART}}}{LITERALS[kind]}")
    literal.extend(list(cache) if cache is not None else [])
    holder.replace(reference, literal)


def _make_words(text: Element, reference: Element) -> None:
    """A series name becomes a value, a title becomes rich text in the same look."""
    words = "".join(v.text or "" for v in reference.iter(f"{{{CHART}}}v"))
    owner = text.getparent()
    text.remove(reference)
    if owner is not None and local_name(owner) == "ser":
        etree.SubElement(text, f"{{{CHART}}}v").text = words
        return
    look = None if owner is None else owner.find(f"{{{CHART}}}txPr")
    text.append(_rich(words, look))
    if look is not None:
        remove(look)


def _rich(words: str, look: Element | None) -> Element:
    rich = etree.Element(f"{{{CHART}}}rich")
    if look is None:
        etree.SubElement(rich, f"{{{DRAWING}}}bodyPr")
    else:
        rich.extend(deepcopy(child) for child in look)
    paragraph = rich.find(f"{{{DRAWING}}}p")
    if paragraph is None:
        paragraph = etree.SubElement(rich, f"{{{DRAWING}}}p")
    for end in paragraph.findall(f"{{{DRAWING}}}endParaRPr"):
        remove(end)
    run = etree.SubElement(paragraph, f"{{{DRAWING}}}r")
    default = paragraph.find(f"{{{DRAWING}}}pPr/{{{DRAWING}}}defRPr")
    if default is not None:
        properties = deepcopy(default)
        properties.tag = f"{{{DRAWING}}}rPr"
        run.append(properties)
    etree.SubElement(run, f"{{{DRAWING}}}t").text = words
    return rich
