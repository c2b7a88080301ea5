"""Charts mean the same to every reader."""

import zipfile

import pytest
import xlsxwriter
from lxml import etree

from workbook_templates.chart_defaults import CHART, LABEL_PARTS, explicit, state_chart_defaults

C = f"{{{CHART}}}"


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "chart.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_column("A1", [1, 2, 3])
        chart = book.add_chart({"type": "line"})
        labels = {"value": True, "num_format": "0.0", "position": "above"}
        chart.add_series({"values": "=Sheet1!$A$1:$A$3", "data_labels": labels})
        sheet.insert_chart("C1", chart)
    return path


def chart_of(path):
    with zipfile.ZipFile(path) as package:
        return package.read("xl/charts/chart1.xml")


def test_labels_show_the_value_and_nothing_else(path):
    state_chart_defaults(path)
    labels = next(etree.fromstring(chart_of(path)).iter(f"{C}dLbls"))
    said = [(e.tag.removeprefix(C), e.get("val")) for e in labels][-len(LABEL_PARTS) :]
    assert said == [(name, "1" if name == "showVal" else "0") for name in LABEL_PARTS]


def test_lines_are_straight_and_blanks_are_gaps(path):
    state_chart_defaults(path)
    root = etree.fromstring(chart_of(path))
    series = next(root.iter(f"{C}ser"))
    assert series[-1].tag == f"{C}smooth" and series[-1].get("val") == "0"
    chart = root.find(f"{C}chart")
    assert [e.tag.removeprefix(C) for e in chart][-2:] == ["plotVisOnly", "dispBlanksAs"]


def test_said_once_is_enough(path):
    once = explicit(chart_of(path))
    assert explicit(once) == once


def test_other_parts_stay_as_they_are(path):
    with zipfile.ZipFile(path) as package:
        before = {name: package.read(name) for name in package.namelist()}
    state_chart_defaults(path)
    with zipfile.ZipFile(path) as package:
        after = {name: package.read(name) for name in package.namelist()}
    assert list(after) == list(before)
    assert [name for name in after if after[name] != before[name]] == ["xl/charts/chart1.xml"]
