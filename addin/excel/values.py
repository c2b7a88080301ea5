"""One cell to one value: numbers, dates, flags and labels as hosts deliver them.

Every function takes the cell and ``where`` it stands, and either returns the value or raises
``InputError`` in the form "where: expected what, found what".
"""

import math
import numbers
import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np

from addin.errors import InputError
from addin.excel.number_text import parsed_number

_EXCEL_ERRORS = {
    2000: "#NULL!",
    2007: "#DIV/0!",
    2015: "#VALUE!",
    2023: "#REF!",
    2029: "#NAME?",
    2036: "#NUM!",
    2042: "#N/A",
    2043: "#GETTING_DATA",
    2045: "#SPILL!",
    2046: "#CONNECT!",
    2047: "#BLOCKED!",
    2048: "#UNKNOWN!",
    2049: "#FIELD!",
    2050: "#CALC!",
}
_COM_ZERO = -2146828288  # COM hands error number n over as the integer 0x800A0000 + n
COM_ERRORS = {_COM_ZERO + number: text for number, text in _EXCEL_ERRORS.items()}
ERROR_TEXTS = frozenset(_EXCEL_ERRORS.values())

_EPOCH = date(1899, 12, 30)
FIRST_SERIAL = 61  # 1900-03-01: earlier serials count a 29 February 1900 that never was
LAST_SERIAL = 2958465  # 9999-12-31

_TRUE = {"true", "yes", "y"}
_FALSE = {"false", "no", "n"}


def error_text(cell: object) -> str | None:
    """``#N/A`` for a cell that holds this error, as text or as COM's integer; else None."""
    if isinstance(cell, int):
        return COM_ERRORS.get(cell)
    if isinstance(cell, str) and cell[:1] == "#":
        text = cell.strip().upper()
        return text if text in ERROR_TEXTS else None
    return None


def is_blank(cell: object) -> bool:
    """Nothing, empty text, white space, or NaN."""
    if cell is None:
        return True
    if isinstance(cell, str):
        return not cell.strip()
    return isinstance(cell, float) and math.isnan(cell)


def is_number(cell: object) -> bool:
    """A numeric cell: no flag, no error, no text."""
    return (
        isinstance(cell, (numbers.Real, Decimal))
        and not isinstance(cell, (bool, np.bool_))
        and error_text(cell) is None
        and not is_blank(cell)
    )


def found(cell: object) -> str:
    """A cell as a message shows it."""
    if is_blank(cell):
        return "an empty cell"
    if error := error_text(cell):
        return error
    if isinstance(cell, (bool, np.bool_)):
        return str(bool(cell)).upper()
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, (numbers.Real, Decimal)):
        return f"{float(cell):.10g}"
    text = " ".join(str(cell).split())
    return f"'{text[:37]}…'" if len(text) > 40 else f"'{text}'"


def expected(what: str, cell: object, where: str) -> InputError:
    """The error for a cell that is not what it must be."""
    return InputError(f"{where}: expected {what}, found {found(cell)}")


def number(cell: object, where: str, *, decimal_comma: bool = False) -> float:
    """A finite number.

    Raises:
        InputError: If the cell is blank, an error, a flag, a date or other text.
    """
    value: float | None = None
    if isinstance(cell, str):
        value = parsed_number(cell, decimal_comma)
    elif is_number(cell):
        value = float(cell)  # type: ignore[arg-type]  # Real or Decimal, says is_number
    if value is None or not math.isfinite(value):
        raise expected("a number", cell, where)
    return value


def whole_number(cell: object, where: str) -> int:
    """A number without decimals.

    Raises:
        InputError: If there are decimals, or no number.
    """
    value = number(cell, where)
    if value != int(value):
        raise expected("a whole number", cell, where)
    return int(value)


def day(cell: object, where: str) -> date:
    """A calendar date from a date cell, an Excel serial number or ISO text.

    Raises:
        InputError: If it is neither; 3/4/2025 as text is refused, not guessed.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if is_number(cell):
        serial = float(cell)  # type: ignore[arg-type]
        if FIRST_SERIAL <= serial < LAST_SERIAL + 1:
            return _EPOCH + timedelta(days=math.floor(serial))
    if isinstance(cell, str) and re.match(r"\d{4}-\d{2}-\d{2}", cell.strip()):
        try:
            return datetime.fromisoformat(cell.strip()).date()
        except ValueError:
            pass  # 2025-02-30 has the form of a date and is none
    raise expected("a date (as 2025-12-31)", cell, where)


def flag(cell: object, where: str) -> bool:
    """TRUE or FALSE, also as yes/no and 1/0.

    Raises:
        InputError: If it is neither.
    """
    if isinstance(cell, (bool, np.bool_)):
        return bool(cell)
    word = cell.strip().casefold() if isinstance(cell, str) else cell
    if word in _TRUE or word == 1:
        return True
    if word in _FALSE or word == 0:
        return False
    raise expected("TRUE or FALSE", cell, where)


def label(cell: object, where: str, what: str = "a name") -> str:
    """A name, trimmed; a number stands for its digits, since some tickers are numbers.

    Raises:
        InputError: If the cell is blank, an error, a flag or a date.
    """
    if is_blank(cell) or error_text(cell) is not None:
        raise expected(what, cell, where)
    if isinstance(cell, str):
        return " ".join(cell.split())
    if is_number(cell):
        return f"{float(cell):.15g}"  # type: ignore[arg-type]
    raise expected(what, cell, where)
