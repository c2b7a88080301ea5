"""A workbook as LibreOffice is to calculate it: no stored results, formulas it can read."""

import re
from collections.abc import Mapping
from copy import deepcopy

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token

from addin.hosts.file.area import Area
from addin.hosts.file.cells import INLINE, VALUE
from addin.hosts.file.filebook import FileBook
from addin.hosts.file.normalize import function_name
from addin.hosts.file.ooxml import Element, drop_attributes, main, remove
from addin.hosts.file.sheet import CELL, FORMULA, ROW, placed

_WHOLE_TABLE = re.compile(r"\[(#[^\[\]]*)\]$")
_NAMES = main("definedName")


def without_results(book: FileBook, spelled: Mapping[str, str]) -> bytes:
    """The workbook without pictures and charts, in which no formula has a result.

    Array formulas keep the cells they fill: LibreOffice does not spill.

    Args:
        book: Workbook as Excel has it, calculated.
        spelled: Our functions by upper-case name, as LibreOffice is to find them in the file.
    """
    roots = {}
    for name in book.sheet_names:
        sheet = book.sheet(name)
        roots[sheet.part] = _without_results(deepcopy(sheet.root), spelled)
    workbook = deepcopy(book.package.tree(book.package.workbook_part))
    for element in workbook.iter(_NAMES):
        element.text = respelled(element.text or "", spelled)
    roots[book.package.workbook_part] = workbook
    return book.package.cells_with(roots)


def respelled(formula: str, spelled: Mapping[str, str]) -> str:
    """A formula without equals sign, for a LibreOffice that does not know Excel's spelling.

    Versions before 25.2 want the long name of an add-in's function, and ``Prices[[#All]]`` for
    ``Prices[#All]``.
    """
    tokens = Tokenizer(f"={formula}").items
    return "".join(_respelled(token, spelled) for token in tokens)


def _respelled(token: Token, spelled: Mapping[str, str]) -> str:
    text = str(token.value)
    if token.type == Token.FUNC and token.subtype == Token.OPEN:
        own = spelled.get(function_name(text).upper())
        return text if own is None else f"{own}("
    if token.type == Token.OPERAND and token.subtype == Token.RANGE:
        return _WHOLE_TABLE.sub(r"[[\1]]", text)
    return text


def _without_results(root: Element, spelled: Mapping[str, str]) -> Element:
    arrays = []
    for formula in root.iter(FORMULA):
        formula.text = respelled(formula.text, spelled) if formula.text else None
        if formula.get("t") == "array" and (area := Area.parse(formula.get("ref", ""))):
            arrays.append(area)
        _empty(formula.getparent())
    for row in root.iter(ROW) if arrays else ():
        number = int(row.get("r", "0"))
        for column, cell in placed(row):
            if any((number, column) in area for area in arrays):
                _empty(cell)
    return root


def _empty(cell: Element | None) -> None:
    """Take the value from a cell, not its formula."""
    assert cell is not None and cell.tag == CELL
    drop_attributes(cell, "t")
    for tag in (VALUE, INLINE):
        if (value := cell.find(tag)) is not None:
            remove(value)
