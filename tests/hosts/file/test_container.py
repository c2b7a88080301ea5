import io
import struct
import zipfile

import pytest

from addin.errors import InputError
from addin.hosts.file import container
from addin.hosts.file.container import Container
from addin.hosts.file.filebook import FileBook
from addin.hosts.file.package import Package


def zipped(entries, compression=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return stream.getvalue()


def rezipped(path, changes):
    """The workbook with some parts replaced (None: left out)."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | changes
    return zipped([(name, data) for name, data in parts.items() if data is not None])


def refused(data, words):
    with pytest.raises(InputError, match=words) as caught:
        Package(data, "book.xlsx")
    assert str(caught.value).startswith("book.xlsx") and "\n" not in str(caught.value)


def test_text_file_is_not_a_workbook():
    refused(b"Date,SPY\n2025-01-02,500\n", "is not an Excel workbook")


def test_empty_file_is_not_a_workbook():
    refused(b"", "is not an Excel workbook")


def test_compound_file_is_password_protected_or_old():
    refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password-protected or an old .xls")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_truncated_file_is_said_to_be_damaged(rich_book, share):
    data = rich_book.read_bytes()
    refused(data[: int(len(data) * share)], "damaged or truncated")


def test_zip_without_workbook_part_is_not_a_workbook(rich_book):
    refused(zipped([("a.txt", b"x")]), "zip file but not an Excel workbook")
    refused(rezipped(rich_book, {"xl/workbook.xml": None}), "no workbook part")


def test_word_document_is_not_a_workbook(rich_book):
    with zipfile.ZipFile(rich_book) as archive:
        types = archive.read("[Content_Types].xml")
    word = types.replace(b"spreadsheetml.sheet.main", b"wordprocessingml.document.main")
    refused(rezipped(rich_book, {"[Content_Types].xml": word}), "is not an Excel workbook")


def test_too_large_in_total_is_refused_before_unpacking(monkeypatch):
    monkeypatch.setattr(container, "MAX_TOTAL", 1000)
    refused(zipped([("a", bytes(600)), ("b", bytes(600))]), "would unpack to")


def test_single_large_part_is_refused(monkeypatch):
    monkeypatch.setattr(container, "MAX_PART", 1000)
    refused(zipped([("a", bytes(1001))]), "a would unpack to more than")


def test_hundred_megabytes_of_zeros_are_refused_by_their_ratio():
    refused(zipped([("xl/worksheets/sheet1.xml", bytes(100 * 2**20))]), "times its size")


def test_too_many_entries_are_refused(monkeypatch):
    monkeypatch.setattr(container, "MAX_ENTRIES", 3)
    refused(zipped([(f"p{i}", b"") for i in range(4)]), "holds 4 entries")


@pytest.mark.parametrize("name", ["../evil", "/etc/passwd", "a/../../b", "C:/x", "a\\..\\b"])
def test_entry_names_that_leave_the_file_are_refused(name):
    info = zipfile.ZipInfo("x")
    info.filename = name
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(info, b"x")
    refused(stream.getvalue(), "entry name .* is not allowed")


def test_same_part_twice_is_refused():
    with pytest.warns(UserWarning, match="Duplicate"):
        data = zipped([("a", b"1"), ("a", b"2")])
    refused(data, "holds 'a' twice")
    refused(zipped([("a", b"1"), ("A", b"2")]), "holds 'A' twice")


def test_declared_size_that_lies_is_noticed_while_reading():
    data = bytearray(zipped([("a", bytes(5_000_000))]))
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(magic) + offset
        data[at : at + 4] = struct.pack("<I", 100)
    lying = Container(bytes(data), "book.xlsx")
    with pytest.raises(InputError, match="damaged"):
        lying.read("a")


@pytest.mark.parametrize("declared", [999, 1001])
def test_declared_size_must_be_the_true_one(declared):
    data = bytearray(zipped([("a", b"x" * 1000)]))
    for magic, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = data.index(magic) + offset
        data[at : at + 4] = struct.pack("<I", declared)
    with pytest.raises(InputError, match="damaged"):
        Container(bytes(data), "book.xlsx").read("a")


def test_flipped_byte_is_noticed_while_reading():
    data = bytearray(zipped([("a", b"0123456789" * 100)], zipfile.ZIP_STORED))
    data[100] ^= 1
    with pytest.raises(InputError, match="damaged or truncated"):
        Container(bytes(data), "book.xlsx").read("a")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_type_is_refused(rich_book, tmp_path, encoding):
    bomb = (
        '<?xml version="1.0" encoding="%s"?><!DOCTYPE l [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    )
    sheet = (bomb % encoding + "<worksheet>&b;</worksheet>").encode(encoding)
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(rezipped(rich_book, {"xl/worksheets/sheet1.xml": sheet}))
    with pytest.raises(InputError, match="document type is not allowed"):
        FileBook(path).table("Holdings")


def test_external_entity_is_never_read(rich_book, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("swordfish")
    text = f'<!DOCTYPE l [<!ENTITY a SYSTEM "file://{secret}">]><sst>&a;</sst>'
    with pytest.raises(InputError, match="document type"):
        FileBook(_written(tmp_path, rezipped(rich_book, {"xl/sharedStrings.xml": text}))).cell(
            "Title"
        )


def _written(folder, data):
    path = folder / "other.xlsx"
    path.write_bytes(data)
    return path


def test_missing_file_and_folder_are_named(tmp_path):
    with pytest.raises(InputError, match=r"none.xlsx: there is no such file"):
        FileBook(tmp_path / "none.xlsx")
    with pytest.raises(InputError, match="is a folder"):
        FileBook(tmp_path)


def test_damaged_sheet_xml_is_named(rich_book, tmp_path):
    path = _written(tmp_path, rezipped(rich_book, {"xl/worksheets/sheet1.xml": b"<worksheet><a>"}))
    with pytest.raises(InputError, match=r"sheet1.xml: damaged XML"):
        FileBook(path).table("Holdings")


def test_sheet_without_data_is_damaged_not_a_crash(rich_book, tmp_path):
    empty = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    path = _written(tmp_path, rezipped(rich_book, {"xl/worksheets/sheet2.xml": empty}))
    with pytest.raises(InputError, match="no <sheetData>"):
        FileBook(path).cell("Title")
