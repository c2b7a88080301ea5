"""Damaged and hostile files: one sentence that names the file, or success; nothing else."""

import io
import random
import re
import warnings
import zipfile
from copy import deepcopy

import pytest
from lxml import etree

from addin.errors import InputError
from addin.hosts.file.area import LAST_ROW
from addin.hosts.file.filebook import FileBook
from addin.hosts.file.formulas import recalculate
from addin.hosts.file.freeze import frozen_pack

SEEDS = 12  # of each kind of damage
HUGE = ("A1:XFD1048576", "A1:A1048576", "A1:XFD1", "B2:XFD1048576")
TARGETS = (
    "../../../etc/passwd",
    "/etc/passwd",
    "file:///etc/passwd",
    "..\\workbook.xml",
    "http://example.com/x.xml",
    "",
    "/",
    "nothing.xml",
    "/xl/workbook.xml",
    "/xl/worksheets/sheet1.xml",
    "/xl/styles.xml",
)
ODD = ("", "-1", "9" * 30, "x", "NaN", "1e400", "é", "²", "0", "1.5", *HUGE, "XFD1048577", None)
INDEXES = (b"999999", b"-1", b"x", b"1.5", "²".encode(), "٣".encode(), b"9" * 5000)


def truncated(parts, rng):
    data = packed(parts)
    return data[: rng.randrange(len(data))]


def flipped(parts, rng):
    data = bytearray(packed(parts))
    for _ in range(rng.choice((1, 5, 50))):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return bytes(data)


def without_a_part(parts, rng):
    del parts[rng.choice(list(parts))]


def swapped(parts, rng):
    one, other = rng.sample(xml(parts), 2)
    parts[one], parts[other] = parts[other], parts[one]


def cut_or_smeared(parts, rng):
    name = rng.choice(xml(parts))
    data = bytearray(parts[name])
    if rng.random() < 0.5:
        del data[rng.randrange(len(data)) :]
    for _ in range(3 if data else 0):
        data[rng.randrange(len(data))] = rng.choice(b'<>"&/ a0\x00\xff')
    parts[name] = bytes(data)


def led_astray(parts, rng):
    name = rng.choice([part for part in parts if part.endswith(".rels")])
    replace_one(parts, name, rb'Target="([^"]*)"', rng.choice(TARGETS).encode(), rng)


def listed_twice(parts, rng):
    return packed(parts, twice=rng.choice(list(parts)))


def huge(parts, rng):
    pattern = rb' (?:ref|sqref)="([^"]*)"'
    name = rng.choice([part for part in xml(parts) if re.search(pattern, parts[part])])
    replace_one(parts, name, pattern, rng.choice(HUGE).encode(), rng)


def renamed(parts, rng):
    formulas = ("Holdings!$A$1:$XFD$1048576", "Nowhere!A1", "#REF!", "((((", "Rate", "'Hold")
    pattern = rb"<definedName[^>]*>([^<]*)"
    replace_one(parts, "xl/workbook.xml", pattern, rng.choice(formulas).encode(), rng)


def missing_string(parts, rng):
    name = rng.choice([part for part in parts if b't="s"><v>' in parts[part]])
    replace_one(parts, name, rb't="s"><v>(\d+)', rng.choice(INDEXES), rng)


def nested_or_bomb(parts, rng):
    name = rng.choice(xml(parts))
    data = parts[name]
    if rng.random() < 0.5:
        depth, end = rng.choice((300, 50_000)), data.rfind(b"</")
        parts[name] = data[:end] + b"<a>" * depth + b"</a>" * depth + data[end:]
    else:
        laughs = b"".join(
            b'<!ENTITY %c "%s">' % (c, b"&%c;" % (c - 1) * 10) for c in range(98, 110)
        )
        start = data.find(b"?>") + 2
        body = data[start:].replace(b">", b">&m;", 1)
        parts[name] = data[:start] + b'<!DOCTYPE x [<!ENTITY a "ha">' + laughs + b"]>" + body


def rearranged(parts, rng):
    """An odd attribute, an odd text, an element too few or too many."""
    name = rng.choice(xml(parts))
    root = etree.fromstring(parts[name])
    elements = [element for element in root.iter() if element.getparent() is not None]
    if elements:
        element = rng.choice(elements)
        rng.choice((odd_attribute, odd_attribute, odd_text, removed, doubled))(element, rng)
    parts[name] = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def odd_attribute(element, rng):
    if element.attrib:
        key, value = rng.choice(list(element.attrib)), rng.choice(ODD)
        if value is None:
            del element.attrib[key]
        else:
            element.set(key, value)


def odd_text(element, rng):
    element.text = rng.choice(ODD)


def removed(element, rng):
    element.getparent().remove(element)


def doubled(element, rng):
    element.addnext(deepcopy(element))


DAMAGES = (
    truncated,
    flipped,
    without_a_part,
    swapped,
    cut_or_smeared,
    led_astray,
    listed_twice,
    huge,
    renamed,
    missing_string,
    nested_or_bomb,
    rearranged,
)


def xml(parts):
    return [part for part in parts if part.endswith((".xml", ".rels"))]


def replace_one(parts, name, pattern, text, rng):
    found = list(re.finditer(pattern, parts[name]))
    if found:
        start, end = rng.choice(found).span(1)
        parts[name] = parts[name][:start] + text + parts[name][end:]


def packed(parts, twice=None):
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.filterwarnings("ignore", "Duplicate name")
        for name, data in parts.items():
            archive.writestr(name, data)
        if twice:
            archive.writestr(twice, parts[twice])
    return stream.getvalue()


def uses(path):
    """What is done with a workbook, one after the other."""
    book = FileBook(path)
    yield lambda: [book.table(table.name) for table in book.tables.all()]
    yield lambda: book.cell("Title")
    yield lambda: book.write_table("Holdings", ("Ticker", "Quantity"), [("A", 1.0)] * 9)
    yield lambda: book.write_cell("Rate", 0.5)
    yield lambda: recalculate(book, {"IPS_BLOCK": lambda *_: [[1.0, 2.0], [3.0, "#N/A"]]})
    yield lambda: frozen_pack(book, book.sheet_names)
    yield book.to_bytes


def said_about(path):
    """Every complaint about a file."""
    found = []
    try:
        for use in uses(path):
            try:
                use()
            except InputError as error:
                found.append(str(error))
    except InputError as error:
        found.append(str(error))
    return found


@pytest.fixture
def sound(maker):
    make = maker()
    sheet = make.sheet("Holdings")
    make.holdings(sheet)
    chart = make.book.add_chart({"type": "column"})
    chart.add_series({"name": "=Holdings!$C$5", "values": "=Holdings!$C$6:$C$8"})
    sheet.insert_chart("H10", chart)
    sheet.conditional_format("D6:D8", {"type": "data_bar", "data_bar_2010": True})
    other = make.sheet("Summary")
    other.merge_range("F1:G1", "merged")
    other.write("A1", "Equity 3.2 pp over target")
    other.write("A2", 0.25)
    other.write_formula("A3", "=SUM(Holdings[Quantity])*Rate", None, 465)
    other.write_dynamic_array_formula("C3:C3", "=IPS_BLOCK(Holdings[#All])")
    other.write_array_formula("H1:H3", "{=A1:A3}")
    make.book.define_name("Title", "=Summary!$A$1")
    make.book.define_name("Rate", "=Summary!$A$2")
    path = make.close()
    with zipfile.ZipFile(path) as archive:
        return path, {name: archive.read(name) for name in archive.namelist()}


def check_damaged(sound, damage, seed):
    path, parts = sound
    parts = dict(parts)
    content = damage(parts, random.Random(f"{damage.__name__} {seed}"))
    path.write_bytes(packed(parts) if content is None else content)
    for complaint in said_about(path):
        assert "\n" not in complaint and len(complaint) < 400
        assert path.name in complaint or re.match(r"Holdings: |Summary!|.*\bname", complaint)


def test_sound_file_gives_no_complaint(sound):
    assert said_about(sound[0]) == []


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_file_is_one_sentence_or_works(sound, damage):
    for seed in range(SEEDS):
        check_damaged(sound, damage, seed)


@pytest.mark.soak
@pytest.mark.parametrize("damage", DAMAGES)
def test_many_damaged_files(sound, damage):
    for seed in range(SEEDS, 30 * SEEDS):
        check_damaged(sound, damage, seed)


@pytest.mark.parametrize(
    ("part", "pattern", "text", "complaint"),
    [
        ("worksheets/sheet1.xml", rb'"B6" t="s"><v>(\d+)', b"77", "there is no shared string 77"),
        ("worksheets/sheet1.xml", rb'<row r="(\d+)"', b"1048577", "there is a row 1048577"),
        ("worksheets/sheet1.xml", rb'<c r="(B)5"', b"XFE", "there is a cell 'XFE5' in row 5"),
        ("worksheets/sheet1.xml", rb'<c r="[A-Z]+\d+" s="(\d+)', b"99", "there is no format 99"),
        ("tables/table1.xml", rb' ref="([^"]*)"', b"B5:XFD8", "it names 4 columns for B5:XFD8"),
        ("tables/table1.xml", rb' totalsRowShown="(\d)"', b'0" headerRowCount="x', "'x'"),
        ("_rels/workbook.xml.rels", rb'Target="(worksheets/s[^"]*)"', b"no.xml", "is missing"),
    ],
)
def test_damage_is_said_in_words(sound, part, pattern, text, complaint):
    path, parts = sound
    replace_one(parts, f"xl/{part}", pattern, text, random.Random(1))
    path.write_bytes(packed(parts))
    assert any("book.xlsx" in said and complaint in said for said in said_about(path))


def test_table_that_claims_the_whole_sheet_ends_with_its_last_row(sound):
    path, parts = sound
    replace_one(parts, "xl/tables/table1.xml", rb' ref="([^"]*)"', b"B5:E1048576", random.Random(1))
    path.write_bytes(packed(parts))
    book = FileBook(path)
    assert book.tables["Holdings"].area.bottom == LAST_ROW
    assert [row[0] for row in book.table("Holdings").rows] == ["SPY", "AGG", "GLD"]
