"""What the macros ask of xlwings exists on Windows and on the Mac.

Nothing here can open Excel. A job is run on the memory engine, which notes what xlwings asked of
its objects; the sources of xlwings' two desktop engines must define every one of these names.
"""

import ast
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest
import xlwings as xw

from addin.errors import InputError
from addin.excel import desktop
from addin.excel.xlwings_book import XlwingsBook
from tests.excel import memory_engine
from tests.excel.memory_engine import BookData, opened, put_table

XLWINGS = Path(find_spec("xlwings").origin).parent
NATIVE_ON_WINDOWS = {  # of Excel's own object model, documented by Microsoft
    "NativeBook": {"SaveCopyAs"},
    "NativeSheet": {"ProtectContents"},
    "NativeRange": {"Value2"},
}
NATIVE_ON_MAC = {"NativeSheet": {"protect_contents"}, "NativeRange": {"string_value"}}


def a_whole_job(book_data, monkeypatch):
    """Every path of XlwingsBook, as Windows and as the Mac take it."""
    put_table(book_data, "Trades", [("A", "B"), ("x", 1.5), ("y", date(2025, 1, 2))], ("@", "$0"))
    book_data.names["As_of"] = "=Trades!$H$1"
    book_data.fullname = "/somewhere/book.xlsx"
    book = XlwingsBook(opened(book_data), freeze=lambda *_: None)
    for on_mac in (False, True):
        monkeypatch.setattr(desktop, "ON_MAC", on_mac)
        book_data.sheets["Trades"].at(4, 3).number_format = "0" if on_mac else "$0"
        with book.unattended():
            book.progress(0.5, "…")
            book.table("Trades")
            book.write_table("Trades", ("A", "C", "D"), [(1.0, "z", None)] * 4)
            book.write_table("Trades", ("A", "C"), [(1.0, "z")])
            book.write_cell("As_of", book.cell("As_of"))
        book.freeze(["Trades"])
        book.tell("Done.")
    with pytest.raises(InputError, match="did you mean"):
        book.cell("Asof")


def defined(source):
    """Class to the names it and its bases define: methods, properties, attributes."""
    tree = ast.parse((XLWINGS / source).read_text(encoding="utf-8"))
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}

    def names(node):
        own = {n.name for n in node.body if isinstance(n, ast.FunctionDef)}
        own |= {
            target.id
            for n in node.body
            if isinstance(n, ast.Assign)
            for target in n.targets
            if isinstance(target, ast.Name)
        }
        own |= {
            n.attr
            for n in ast.walk(node)
            if isinstance(n, ast.Attribute)
            and isinstance(n.ctx, ast.Store)
            and getattr(n.value, "id", "") == "self"
        }
        for base in node.bases:
            if isinstance(base, ast.Name) and base.id in classes:
                own |= names(classes[base.id])
        return own

    return {name: names(node) for name, node in classes.items()}


GIVEN_BY_XLWINGS = {  # of base_classes.py, which both engines inherit
    ("Names", "snapshot"),
    ("Range", "max_cells_per_read"),
    ("Range", "max_cells_per_write"),
    ("Range", "options"),  # set from outside on every range
}


@pytest.fixture
def used(monkeypatch):
    monkeypatch.setattr(xw.engines, "active", None)
    monkeypatch.setattr(xw.engines, "engines", list(xw.engines.engines))
    memory_engine.USED.clear()
    a_whole_job(BookData(), monkeypatch)
    return set(memory_engine.USED)


@pytest.mark.parametrize("source", ["_xlwindows.py", "_xlmac.py"])
def test_both_desktop_engines_define_what_is_asked_of_them(used, source):
    there = defined(source)
    asked = {(of, name) for of, name in used if not of.startswith("Native") and of != "Answer"}
    assert ("Table", "resize") in asked and ("Range", "copy") in asked  # the job did run
    missing = {
        (of, name) for of, name in asked - GIVEN_BY_XLWINGS if name not in there.get(of, set())
    }
    assert not missing


@pytest.mark.parametrize("source", ["_xlwindows.py", "_xlmac.py"])
@pytest.mark.parametrize(
    ("of", "name"),
    [
        ("Sheets", "__iter__"),
        ("Tables", "__iter__"),
        ("Names", "__call__"),
        ("Names", "__len__"),
        ("Range", "__call__"),
        ("Range", "__len__"),
        ("Apps", "__iter__"),
    ],
)
def test_collections_can_be_walked_and_asked(source, of, name):
    assert name in defined(source)[of]


def test_the_check_would_notice_a_call_that_desktop_excel_lacks():
    assert "copy_from" not in defined("_xlwindows.py")["Range"]


def test_what_base_classes_give_is_there():
    there = defined("base_classes.py")
    assert {of for of, name in GIVEN_BY_XLWINGS - {("Range", "options")} if name in there[of]} == {
        "Names",
        "Range",
    }


def test_native_calls_are_few_and_known(used):
    asked = {(of, name) for of, name in used if of.startswith("Native")}
    known = {
        (of, name)
        for natives in (NATIVE_ON_WINDOWS, NATIVE_ON_MAC)
        for of, names in natives.items()
        for name in names
    }
    assert asked == known


def test_native_names_of_the_mac_are_in_excels_dictionary():
    dictionary = (XLWINGS / "mac_dict.py").read_text(encoding="utf-8")
    for names in NATIVE_ON_MAC.values():
        assert all(f'("{name}", ' in dictionary for name in names)
