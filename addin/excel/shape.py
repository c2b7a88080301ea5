"""Results as cells: the one way out of a worksheet function."""

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any

import numpy as np

NOT_AVAILABLE = "n/a"
TEXT_LIMIT = 255
KEPT_END = 100

Cell = str | float | int | bool | date | datetime
Rows = list[list[Cell]]
Result = Cell | Rows


def cut(text: str) -> str:
    """Text no longer than Excel passes on; what was found stands at its end and is kept."""
    if len(text) <= TEXT_LIMIT:
        return text
    begin, end = text[: TEXT_LIMIT - KEPT_END - 3], text[-KEPT_END:]
    return f"{begin.rpartition(' ')[0] or begin} … {end.partition(' ')[2] or end}"


def _cell(value: Any, undefined: str) -> Cell:
    if isinstance(value, np.datetime64):
        value = value.astype("datetime64[D]").item()
    elif isinstance(value, np.generic):
        value = value.item()
    elif isinstance(value, Enum):
        value = value.value
    match value:
        case None:
            return undefined
        case str():
            return cut(str(value))
        case float():
            return value + 0.0 if math.isfinite(value) else undefined  # −0.0 would show as -0
        case bool() | int() | date():
            return value
    raise TypeError(f"no cell can hold {type(value).__name__}")


def shown(result: object, undefined: str = NOT_AVAILABLE) -> Result:
    """A result as a host may show it: plain numbers, texts and dates, alone or in rows.

    Args:
        result: A value, or rows of values with their headings first.
        undefined: What stands for NaN, infinity and None, and for rows without any cell.

    Raises:
        TypeError: If a value is of a kind that no cell can hold.
    """
    if isinstance(result, list):
        if not any(result):
            return undefined  # no host can show a block of no cells
        return [[_cell(value, undefined) for value in row] for row in result]
    return _cell(result, undefined)


def block(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> list[Sequence[object]]:
    """A table: headings, then rows."""
    return [headings, *rows]


def noted_block(
    headings: Sequence[str], rows: Iterable[Sequence[object]], note: str
) -> list[Sequence[object]]:
    """A table with one more column, Note: a sentence about the whole of it in the first row."""
    noted = [[*row, "" if i else note] for i, row in enumerate(rows)]
    return [(*headings, "Note"), *noted]


def dated_block(
    dates: np.ndarray[Any, np.dtype[np.datetime64]], headings: Sequence[str], values: Any
) -> list[Sequence[object]]:
    """A table by date; blank where there is no number, so that it may be read again."""
    days = dates.astype("datetime64[D]").tolist()
    rows = [
        [day, *("" if value != value else value for value in row)]  # NaN differs from itself
        for day, row in zip(days, values.tolist(), strict=True)
    ]
    return [["Date", *headings], *rows]


def labelled_matrix(labels: Sequence[str], values: Any) -> list[Sequence[object]]:
    """A square table with the same labels across and down."""
    rows = [[label, *row] for label, row in zip(labels, values.tolist(), strict=True)]
    return [["Ticker", *labels], *rows]
