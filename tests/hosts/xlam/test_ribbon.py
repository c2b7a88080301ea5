"""The ribbon's part against the catalogue and the callbacks in the project."""

import re
from types import SimpleNamespace

import pytest
from lxml import etree

from addin.excel.button import Button
from addin.hosts.configuration import BUTTON_MARK
from addin.hosts.xlam.ribbon import NAMESPACE, ribbon

NS = {"r": NAMESPACE}
CALLBACK = re.compile(r"^Public Sub (\w+)\(control As IRibbonControl\)$", re.MULTILINE)


@pytest.fixture(scope="module")
def root(buttons):
    return etree.fromstring(ribbon(buttons))


def test_tab_has_the_groups_in_order(root):
    assert root.xpath("//r:tab/@label", namespaces=NS) == ["IPS"]
    assert root.xpath("//r:group/@label", namespaces=NS) == [
        *("Data", "Policy", "Portfolio", "Risk", "Rebalance", "Report", "Help")
    ]


def test_every_button_of_the_catalogue_is_in_its_group(root, buttons):
    shown = {
        b.get("tag"): (b.getparent().get("label"), b.get("label"), b.get("supertip"))
        for b in root.iterfind(".//r:button", NS)
        if b.get("tag")
    }
    marks = {name: getattr(button, BUTTON_MARK) for name, button in buttons.items()}
    assert shown == {n: (m.group, m.label, m.supertip) for n, m in marks.items()}


def test_every_action_has_its_sub(root, modules):
    actions = set(root.xpath("//@onAction", namespaces=NS))
    assert actions == set(CALLBACK.findall(modules["IpsRibbon"].source))


def test_callbacks_are_found_by_name_alone(modules):
    every = [n for m in modules.values() for n in re.findall(r"Sub (\w+)\(", m.source)]
    for name in CALLBACK.findall(modules["IpsRibbon"].source):
        assert every.count(name) == 1


def test_identifiers_are_unique_and_texts_fit(root):
    identities = root.xpath("//@id")
    assert len(identities) == len(set(identities))
    assert all(re.fullmatch(r"[A-Za-z_]\w*", identity) for identity in identities)
    for button in root.iterfind(".//r:button", NS):
        assert set(button.attrib) >= {"label", "screentip", "supertip", "imageMso", "onAction"}
        assert all(0 < len(value) <= 1024 for value in button.attrib.values())


def test_a_firms_group_stands_before_help(buttons):
    mark = Button("acme", "Acme & co <1>", "Acme", "Undo", "Does it.", lambda book: "")
    root = etree.fromstring(ribbon({**buttons, "acme": SimpleNamespace(**{BUTTON_MARK: mark})}))
    assert root.xpath("//r:group/@label", namespaces=NS)[-2:] == ["Acme", "Help"]
    assert root.xpath("//r:button[@tag='acme']/@label", namespaces=NS) == ["Acme & co <1>"]
