"""The finished add-in, read by programs that others wrote."""

import io
import posixpath
import re
import zipfile
from importlib.metadata import version

import openpyxl
import pytest
from lxml import etree

from addin import __version__
from addin.errors import InputError
from addin.hosts.install.package import read_package
from addin.hosts.xlam.build import build_addin
from addin.hosts.xlam.package import ADDIN
from addin.hosts.xlam.vba_project import ModuleKind

MACRO_WORKBOOK = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
LINKS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


@pytest.fixture(scope="module")
def workbook(parts):
    """The add-in as openpyxl reads it: it knows add-ins only as workbooks."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data.replace(ADDIN.encode(), MACRO_WORKBOOK.encode()))
    return openpyxl.load_workbook(stream, keep_vba=True)


def test_the_same_build_gives_the_same_bytes(addin, tmp_path, functions, buttons):
    again = build_addin(tmp_path / "new folder" / "ips.xlam", functions, buttons)
    for name in ("ips.xlam", "ips.intellisense.xml", "ips-licences.txt"):
        assert again.with_name(name).read_bytes() == addin.with_name(name).read_bytes()


def test_every_module_reads_back_identical(addin, modules):
    olevba = pytest.importorskip("oletools.olevba", reason="oletools, a second reader, is missing")
    parser = olevba.VBA_Parser(str(addin))
    found = {name: code for _, _, name, code in parser.extract_macros()}
    parser.close()
    suffix = {ModuleKind.STANDARD: "bas", ModuleKind.CLASS: "cls", ModuleKind.DOCUMENT: "cls"}
    assert found.keys() == {f"{m.name}.{suffix[m.kind]}" for m in modules.values()}
    for name, code in found.items():
        assert code.encode("cp1252") == modules[name.rpartition(".")[0]].stored


def test_container_is_sound(parts, compound):
    olefile = pytest.importorskip("olefile", reason="olefile, a second reader, is missing")
    project = parts["xl/vbaProject.bin"]
    file = olefile.OleFileIO(io.BytesIO(project), raise_defects=olefile.DEFECT_UNSURE)
    assert not file.parsing_issues
    file.close()
    compound.assert_valid_trees(project)


def test_a_third_reader_finds_no_fault(addin):
    pyopenvba = pytest.importorskip("pyopenvba", reason="pyOpenVBA, a third reader, is missing")
    with pyopenvba.ExcelFile(str(addin)) as file:
        assert not file.validate()
        assert not file.vba_project().validate()
    report = pyopenvba.check_file(str(addin))
    assert report.complete and not report.issues


def test_every_part_has_a_type_and_every_link_a_part(parts):
    types = etree.fromstring(parts["[Content_Types].xml"])
    named = {e.get("PartName", "").lstrip("/") for e in types}
    suffixes = {e.get("Extension") for e in types}
    for part in parts:
        assert part in named or part.rpartition(".")[2] in suffixes, part
    for part in (p for p in parts if p.endswith(".rels")):
        folder = part.replace("_rels/", "").rpartition("/")[0]
        for link in etree.fromstring(parts[part]).iter(LINKS):
            target = posixpath.normpath(f"{folder}/{link.get('Target')}").lstrip("/")
            assert target in parts, target


def test_each_sheet_and_the_workbook_have_their_module(parts, modules):
    names = re.findall(
        r'codeName="(\w+)"',
        "".join(
            parts[p].decode() for p in sorted(parts) if p.startswith("xl/") and p.endswith(".xml")
        ),
    )
    documents = [m.name for m in modules.values() if m.kind is ModuleKind.DOCUMENT]
    assert sorted(names) == sorted(documents)


def test_settings_sheet_holds_texts_and_names_no_interpreter(workbook, addin):
    settings = dict(workbook["IPS.conf"].values)
    said = {"IPS_VERSION": __version__, "XLWINGS_VERSION": version("xlwings")}
    assert settings == {"USE UDF SERVER": "True", **said}
    package = read_package(addin)
    assert (package.version, package.library_version) == tuple(said.values())


def test_functions_sheet_lists_every_function_with_its_arguments(workbook, functions):
    listed = [row[0] for row in workbook["Functions"].iter_rows(min_row=2, values_only=True)]
    assert [name for name in listed if name] == sorted(functions)


def test_licences_are_shipped_in_the_file_and_beside_it(workbook, addin):
    inside = "\n".join(str(row[0] or "") for row in workbook["Licences"].values)
    beside = addin.with_name("ips-licences.txt").read_text()
    for text in (inside, beside):
        assert "Copyright (C) 2014 - present, Zoomer Analytics GmbH." in text
        assert "Redistributions in binary form must reproduce" in text
        assert "Copyright (c) 2017 Tim Hall" in text
        assert "The above copyright notice and this permission notice shall be included" in text


def test_dictionary_keeps_its_notice(modules):
    assert "(c) Tim Hall" in modules["Dictionary"].source
    assert "@license: MIT" in modules["Dictionary"].source


def test_nothing_says_who_built_it_or_when(parts, addin):
    properties = parts["docProps/core.xml"] + parts["docProps/app.xml"]
    for word in (b"creator", b"lastModifiedBy", b"created", b"modified", b"Company", b"Manager"):
        assert word not in properties
    with zipfile.ZipFile(addin) as package:
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_intellisense_describes_every_argument(addin, functions):
    root = etree.fromstring(addin.with_name("ips.intellisense.xml").read_bytes())
    space = {"i": "http://schemas.excel-dna.net/intellisense/1.0"}
    entries = root.xpath("/i:IntelliSense/i:FunctionInfo/i:Function", namespaces=space)
    assert [entry.get("Name") for entry in entries] == list(functions)
    assert all(
        e.get("Name") and e.get("Description") for e in root.iter("{*}Function", "{*}Argument")
    )


def test_intellisense_is_in_the_file_too(addin, parts):
    # the start-up folder is no place for a second file: Excel opens whatever lies there
    assert parts["customXml/item1.xml"] == addin.with_name("ips.intellisense.xml").read_bytes()


def test_another_file_name_is_refused(tmp_path, functions, buttons):
    with pytest.raises(InputError, match=r"must be called ips\.xlam"):
        build_addin(tmp_path / "other.xlam", functions, buttons)
