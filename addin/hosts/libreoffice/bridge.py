"""Values as Calc and our functions know them."""

import inspect
import math
import struct
from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from addin.errors import IpsError
from addin.excel.grid import IPS_MARK
from addin.excel.shape import cut
from addin.hosts.configuration import UDF_MODULES, Functions, load_functions
from addin.hosts.file.serials import to_serial

# Calc keeps an error as a number that is none, its code in the lowest bits
ERROR_CODES = {
    "#NULL!": 521,
    "#DIV/0!": 532,
    "#VALUE!": 519,
    "#REF!": 524,
    "#NAME?": 525,
    "#NUM!": 503,
    "#N/A": 32767,
}
_ERROR_TEXTS = {code: text for text, code in ERROR_CODES.items()} | {502: "#VALUE!", 504: "#REF!"}
_NOT_A_NUMBER = 0x7FF8_0000_0000_0000
_CODE = 0xFFFF
RETURNED = frozenset(("#VALUE!", "#NUM!", "#N/A"))  # errors by which a function answers

Rows = tuple[tuple[Any, ...], ...]


def answer(name: str, arguments: tuple[Any, ...]) -> Rows:
    """What a function of the user's modules gives, as Calc takes it.

    Args:
        name: Worksheet function.
        arguments: As Calc has them: numbers, texts, rows, None for what was left out.
    """
    try:
        functions = _functions()
    except IpsError as error:
        return _result(cut(f"{IPS_MARK}{error}"))
    if name not in functions:
        return _result(cut(f"{IPS_MARK}{name}: is in no module that {UDF_MODULES} names"))
    return call(functions[name], arguments)


def call(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Rows:
    """Result of a function as Calc takes it: rows of numbers and texts.

    Args:
        function: Worksheet function.
        arguments: As Calc has them: numbers, texts, rows, None for what was left out.
    """
    given = [_argument(value) for value in arguments]
    needed = sum(p.default is p.empty for p in inspect.signature(function).parameters.values())
    while len(given) > needed and given[-1] is None:
        given.pop()
    try:
        return _result(function(*given))
    except IpsError as error:  # of a function that is not marked as one for cells
        return _result(cut(f"{IPS_MARK}{error}"))


@cache
def _functions() -> Functions:
    return load_functions()


def _argument(value: Any) -> Any:
    """An argument as other hosts hand it over: lists of rows, errors as their text."""
    if isinstance(value, tuple):
        return [[_cell(cell) for cell in row] for row in value]
    return _cell(value)


def _cell(value: Any) -> Any:
    if not isinstance(value, float) or not math.isnan(value):
        return value
    code = struct.unpack("<Q", struct.pack("<d", value))[0] & _CODE
    return _ERROR_TEXTS.get(code, "#VALUE!")


def _result(value: Any) -> Rows:
    if hasattr(value, "tolist"):  # numpy, of a function that is not marked
        value = value.tolist()
    if isinstance(value, list | tuple):
        rows = (row if isinstance(row, list | tuple) else [row] for row in value)
        return tuple(tuple(map(_shown, row)) for row in rows)
    return ((_shown(value),),)


def _shown(value: Any) -> Any:
    if isinstance(value, str) and value in RETURNED:
        return struct.unpack("<d", struct.pack("<Q", _NOT_A_NUMBER | ERROR_CODES[value]))[0]
    if isinstance(value, date):
        return float(to_serial(value, date1904=False))
    if isinstance(value, int):
        return float(value)  # UNO's integers end at 64 bits; Calc misreads FALSE within rows
    return "" if value is None else value
