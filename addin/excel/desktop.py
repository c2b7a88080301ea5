"""What xlwings leaves to each system's Excel: exact numbers, errors, locks, copies, patience."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import xlwings as xw

from addin.errors import InputError

T = TypeVar("T")

ON_MAC = sys.platform == "darwin"

CALL_REJECTED = -2147418111  # RPC_E_CALL_REJECTED: Excel is busy with something else
RETRY_LATER = -2147417846  # RPC_E_SERVERCALL_RETRYLATER
CELL_IN_EDIT = -2146777998  # VBA_E_IGNORE: a cell is being edited
PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2)  # seconds


def is_busy(error: BaseException) -> bool:
    """Whether a COM error says that Excel may answer later: its codes, outside or inside."""
    code, *rest = error.args or (None,)
    inner = rest[1] if len(rest) > 1 and isinstance(rest[1], tuple) else ()
    return bool({CALL_REJECTED, RETRY_LATER, CELL_IN_EDIT} & {code, *inner[-1:]})


def _com_errors() -> tuple[type[BaseException], ...]:
    if sys.platform != "win32":
        return ()
    import pywintypes  # type: ignore[import-untyped]

    return (pywintypes.com_error,)


@dataclass(frozen=True)
class Patience:
    """Asks again, later and later, while Excel is busy.

    Attributes:
        errors: Exceptions that may mean so.
        busy: Whether one of them does.
        wait: Lets seconds pass.
    """

    errors: tuple[type[BaseException], ...] = ()
    busy: Callable[[BaseException], bool] = is_busy
    wait: Callable[[float], None] = time.sleep

    def __call__(self, action: Callable[[], T]) -> T:
        """What ``action``, which may safely be repeated, returns.

        Raises:
            InputError: If Excel stays busy.
        """
        for pause in PAUSES:
            try:
                return action()
            except self.errors as error:
                if not self.busy(error):
                    raise
            self.wait(pause)
        raise InputError(
            "Excel is busy: finish editing the cell, close open dialogs and press the button again"
        )


def patience() -> Patience:
    """Patience with the Excel of this system."""
    return Patience(_com_errors())


def values(cells: xw.Range) -> list[list[Any]]:
    """Cell values as xlwings hands them over, error cells as text."""
    if ON_MAC:
        return _values_on_mac(cells)
    return list(cells.options(ndim=2, err_to_str=True).value)


def _values_on_mac(cells: xw.Range) -> list[list[Any]]:
    """There xlwings 0.37 reads errors as blank, and fails on blocks when asked for their text."""
    found = cells.options(ndim=2).value
    shown = _rows(cells.api.string_value.get())
    return [
        [text if value is None and text.startswith("#") else value for value, text in pairs]
        for pairs in map(zip, found, shown)
    ]


def exact_numbers(cells: xw.Range) -> list[list[Any]]:
    """Numbers of cells formatted as currency, which ``Range.Value`` cuts to four decimals."""
    return _rows(cells.api.Value2)


def _rows(block: Any) -> list[list[Any]]:
    """A native block as rows; one cell comes bare."""
    return [list(row) for row in block] if isinstance(block, (list, tuple)) else [[block]]


def is_protected(sheet: xw.Sheet) -> bool:
    """Whether the cells of a sheet are locked."""
    native = sheet.api
    return bool(native.protect_contents.get() if ON_MAC else native.ProtectContents)


def save_copy(book: xw.Book, path: Path) -> Path:
    """A file with the workbook's present contents: a copy, or on the Mac the workbook, saved."""
    if ON_MAC:  # its Excel cannot save a copy without moving on to it
        book.save()
        return Path(book.fullname)
    book.api.SaveCopyAs(str(path))
    return path
