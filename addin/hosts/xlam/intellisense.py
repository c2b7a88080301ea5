"""Help while a formula is typed, for those who have Excel-DNA's IntelliSense add-in.

Source:
    Excel-DNA IntelliSense: a file ``NAME.intellisense.xml`` beside ``NAME.xlam``.
"""

from collections.abc import Callable, Mapping
from typing import Any

from lxml import etree

from addin.hosts.xlam.wrappers import described

NAMESPACE = "http://schemas.excel-dna.net/intellisense/1.0"
DEFAULT: dict[Any, str] = {None: NAMESPACE}  # the namespace of names without prefix


def intellisense(functions: Mapping[str, Callable[..., Any]]) -> bytes:
    """Descriptions of every function and argument.

    Args:
        functions: Worksheet functions by name.
    """
    root = etree.Element(f"{{{NAMESPACE}}}IntelliSense", nsmap=DEFAULT)
    info = etree.SubElement(root, f"{{{NAMESPACE}}}FunctionInfo")
    for name, function in functions.items():
        about = described(name, function)
        entry = etree.SubElement(
            info, f"{{{NAMESPACE}}}Function", Name=name, Description=about.description
        )
        for each in about.arguments:
            shown = f"[{each.name}]" if each.optional else each.name
            etree.SubElement(entry, f"{{{NAMESPACE}}}Argument", Name=shown, Description=each.help)
    return etree.tostring(
        root, xml_declaration=True, encoding="UTF-8", standalone=True, pretty_print=True
    )
