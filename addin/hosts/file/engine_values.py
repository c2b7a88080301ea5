"""Values as the formula engine, our functions and the cells know them."""

from datetime import date
from typing import Any

from addin.domain.table import Value
from addin.hosts.file.serials import to_serial
from addin.hosts.file.text import CellError

SPILL, CIRCULAR = "#SPILL!", "#CIRC!"
UNKNOWN_NAME = "#NAME?"
UNREAD = "Error"
ERROR_TEXTS = {
    "Name": UNKNOWN_NAME,
    "Na": "#N/A",
    "Value": "#VALUE!",
    "Ref": "#REF!",
    "Div": "#DIV/0!",
    "Num": "#NUM!",
    "Null": "#NULL!",
    "Spill": SPILL,
    "Calc": "#CALC!",
    "Circ": CIRCULAR,
    "NImpl": UNKNOWN_NAME,
}
RETURNED_ERRORS = {"#VALUE!": "Value", "#NUM!": "Num", "#N/A": "Na"}


def cell_value(value: Any) -> Value:
    """A value of the engine as a cell stores it: dates as serial numbers, blank as 0."""
    if isinstance(value, dict):
        return CellError(_error(value))
    if isinstance(value, date):
        return to_serial(value, date1904=False)
    return 0.0 if value is None else value


def is_unread(value: Any) -> bool:
    """Whether a value may be that of a formula the engine cannot read."""
    return isinstance(value, dict) and value.get("kind") == UNREAD


def argument(value: Any) -> Any:
    """An argument of the engine as Excel hands it over: errors as their text."""
    if isinstance(value, list):
        return [[_error(c) if isinstance(c, dict) else c for c in row] for row in value]
    return _error(value) if isinstance(value, dict) else value


def result(value: Any) -> Any:
    """A result of a function as the engine takes it: lists of rows, blanks as empty text.

    A text that is exactly an error by which a function answers, such as ``#N/A``, is that error.
    """
    if hasattr(value, "tolist"):  # numpy
        value = value.tolist()
    if isinstance(value, list | tuple):
        rows = [row if isinstance(row, list | tuple) else [row] for row in value]
        return [[_single(cell) for cell in row] for row in rows]
    return _single(value)


def _single(value: Any) -> Any:
    if isinstance(value, str):
        kind = RETURNED_ERRORS.get(value)
        return value if kind is None else {"type": "Error", "kind": kind}
    if isinstance(value, date):
        return to_serial(value, date1904=False)
    return "" if value is None else value


def _error(value: dict[str, Any]) -> str:
    return ERROR_TEXTS.get(value.get("kind", ""), "#VALUE!")
