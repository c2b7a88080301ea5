"""The ribbon tab, from the catalogue of buttons."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from lxml import etree

from addin.excel.button import Button
from addin.hosts.configuration import BUTTON_MARK

NAMESPACE = "http://schemas.microsoft.com/office/2009/07/customui"
DEFAULT: dict[Any, str] = {None: NAMESPACE}  # the namespace of names without prefix
TAB = "IPS"
GROUPS = ("Data", "Policy", "Portfolio", "Risk", "Rebalance", "Report")
HELP = "Help"
PRESS, SHOW_FUNCTIONS, REPAIR = "IpsPress", "IpsShowFunctions", "IpsRepair"
HELP_BUTTONS = (
    {
        "id": "help_functions",
        "label": "Functions",
        "screentip": "Functions",
        "supertip": "Lists every IPS function with its arguments in a new workbook.",
        "imageMso": "FunctionWizard",
        "onAction": SHOW_FUNCTIONS,
    },
    {
        "id": "help_repair",
        "label": "Repair formulas",
        "screentip": "Repair formulas",
        "supertip": "Enters again the IPS formulas of another computer, which show #NAME?.",
        "imageMso": "ErrorChecking",
        "onAction": REPAIR,
    },
)


def ribbon(buttons: Mapping[str, Callable[..., Any]]) -> bytes:
    """The part ``customUI14.xml``: a tab with a group for each group of buttons, then help.

    Args:
        buttons: Buttons by the name of their macro; groups other than the add-in's own follow
            these in the order in which they first occur.
    """
    marks: list[Button] = [getattr(button, BUTTON_MARK) for button in buttons.values()]
    root = etree.Element(f"{{{NAMESPACE}}}customUI", nsmap=DEFAULT)
    tabs = etree.SubElement(etree.SubElement(root, _tag("ribbon")), _tag("tabs"))
    tab = etree.SubElement(tabs, _tag("tab"), id="tab_ips", label=TAB, insertAfterMso="TabData")
    own = [group for group in GROUPS if any(mark.group == group for mark in marks)]
    for group in dict.fromkeys([*own, *(mark.group for mark in marks)]):
        _add_group(tab, group, (_attributes(mark) for mark in marks if mark.group == group))
    _add_group(tab, HELP, HELP_BUTTONS)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def _add_group(tab: etree._Element, label: str, buttons: Iterable[Mapping[str, str]]) -> None:
    identity = "".join(c if c.isalnum() else "_" for c in label.lower())
    group = etree.SubElement(tab, _tag("group"), id=f"group_{identity}", label=label)
    for attributes in buttons:
        etree.SubElement(group, _tag("button"), {**attributes, "size": "large"})


def _attributes(button: Button) -> dict[str, str]:
    return {
        "id": f"button_{button.name}",
        "tag": button.name,
        "label": button.label,
        "screentip": button.label,
        "supertip": button.supertip,
        "imageMso": button.image,
        "onAction": PRESS,
    }
