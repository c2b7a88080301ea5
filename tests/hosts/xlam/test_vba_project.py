"""The project, read back by oletools."""

import io

import pytest

from addin.hosts.xlam.vba_project import ModuleKind, VbaModule, vba_project

olevba = pytest.importorskip("oletools.olevba", reason="oletools, a second reader, is missing")
olefile = pytest.importorskip("olefile", reason="olefile, a second reader, is missing")

MODULES = (
    VbaModule("ThisWorkbook", ModuleKind.DOCUMENT, 'Attribute VB_Name = "ThisWorkbook"\n'),
    VbaModule("Things", ModuleKind.CLASS, 'Attribute VB_Name = "Things"\nPublic A\n'),
    VbaModule(
        "Code", ModuleKind.STANDARD, 'Attribute VB_Name = "Code"\nSub Hello()\nEnd Sub\n' * 300
    ),
)


def read_back(data):
    parser = olevba.VBA_Parser("vbaProject.bin", data=data)
    found = {name: code for _, _, name, code in parser.extract_macros()}
    parser.close()
    return found


def test_every_module_reads_back_as_it_was_written():
    found = read_back(vba_project("Sample", MODULES))
    assert {
        f"{m.name}.{'bas' if m.kind is ModuleKind.STANDARD else 'cls'}" for m in MODULES
    } == set(found)
    for name, code in found.items():
        source = next(m.source for m in MODULES if m.name == name.rpartition(".")[0])
        assert code.replace("\r\n", "\n") == source


def test_project_lists_its_modules_by_kind():
    file = olefile.OleFileIO(io.BytesIO(vba_project("Sample", MODULES)))
    text = file.openstream("PROJECT").read().decode()
    assert [
        line
        for line in text.splitlines()
        if line.split("=")[0] in ("Document", "Class", "Module", "Name")
    ] == [
        "Document=ThisWorkbook/&H00000000",
        "Class=Things",
        "Module=Code",
        'Name="Sample"',
    ]
    assert file.openstream("VBA/_VBA_PROJECT").read() == bytes.fromhex("CC61FFFF000000")
    file.close()


def unscrambled(text):
    """[MS-OVBA] 2.4.3.3, from the other side."""
    seed, version, key, *rest = bytes.fromhex(text)
    assert seed ^ version == 2
    plain, earlier, before = seed ^ key, version, key
    out = []
    for byte in rest:
        plain = byte ^ ((earlier + plain) & 0xFF)
        earlier, before = before, byte
        out.append(plain)
    data = out[(seed & 6) // 2 :]
    assert int.from_bytes(bytes(data[:4]), "little") == len(data) - 4
    return bytes(data[4:]), seed ^ key


def test_what_excel_wrote_for_another_project_can_be_read():
    identity = b"{318BEE36-5BE1-492A-826D-473DB19B0F30}"
    assert unscrambled("5D5F8AADDAA8DEA8DEA8DEA8DE") == (bytes(4), sum(identity) & 0xFF)


def test_the_project_is_not_protected_and_visible():
    file = olefile.OleFileIO(io.BytesIO(vba_project("Sample", MODULES)))
    lines = file.openstream("PROJECT").read().decode().splitlines()
    values = {key: value.strip('"') for key, _, value in (line.partition("=") for line in lines)}
    key = sum(values["ID"].encode()) & 0xFF
    assert unscrambled(values["CMG"]) == (bytes(4), key)
    assert unscrambled(values["DPB"]) == (bytes(1), key)
    assert unscrambled(values["GC"]) == (b"\xff", key)
    file.close()


def test_same_modules_same_bytes():
    assert vba_project("Sample", MODULES) == vba_project("Sample", MODULES)


def test_a_character_that_vba_cannot_hold_is_refused():
    module = VbaModule("Code", ModuleKind.STANDARD, "'Σ\n")
    with pytest.raises(UnicodeEncodeError):
        vba_project("Sample", [module])
