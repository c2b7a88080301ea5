"""Weights, targets and benchmarks from cells: a label and a decimal each."""

import pandas as pd

from addin.domain.labels import label_key
from addin.domain.weights import require_sum_of_one
from addin.errors import InputError
from addin.excel.grid import Cells, Grid, as_key, grid, is_blank_row
from addin.excel.number_text import parsed_number
from addin.excel.records import raise_mistakes
from addin.excel.values import is_blank, is_number, label

_LABEL_HEADINGS = ("ticker", "asset", "asset class", "label", "name")
_WEIGHT_HEADINGS = ("weight", "target", "weights", "targets")


def _numeric(cell: object) -> bool:
    return is_number(cell) or (isinstance(cell, str) and parsed_number(cell) is not None)


def _standing(table: Grid) -> Grid:
    """The block with labels down; two rows of labels and numbers are turned."""
    if table.width == 2 or len(table.cells) != 2 or table.is_table:
        sideways = (
            len(table.cells) == 2
            and table.width == 2
            and _numeric(table.cells[1][0])
            and not _numeric(table.cells[0][1])
        )
        return table.turned() if sideways else table
    headings = {as_key(cell) for cell in table.cells[0]}
    return table if headings & {*_WEIGHT_HEADINGS} else table.turned()


def _columns(table: Grid, name: str) -> tuple[int, int, int]:
    """Position of labels, of weights, and of the first row below the headings."""
    first = [as_key(cell) for cell in table.cells[0]]
    if table.width == 2:
        headed = table.is_table or not (_numeric(table.cells[0][1]) or is_blank(table.cells[0][1]))
        return 0, 1, int(headed)
    labels = [i for key in _LABEL_HEADINGS for i, cell in enumerate(first) if cell == key]
    weights = [i for key in _WEIGHT_HEADINGS for i, cell in enumerate(first) if cell == key]
    if not labels or not weights:
        raise InputError(
            f"{name}: expected two columns, label and weight, found {table.width} columns"
        )
    return labels[0], weights[0], 1


def read_labelled_numbers(cells: Cells, name: str) -> pd.Series:
    """Numbers by label from two columns, the same as two rows, or a table with such headings.

    Raises:
        InputError: Naming each cell that is no number and each label that stands twice.
    """
    table = _standing(grid(cells, name))
    labels, numbers, first = _columns(table, name)
    mistakes: list[str] = []
    found: dict[str, tuple[str, float]] = {}
    for i in range(first, len(table.cells)):
        if is_blank_row(table.cells[i]):
            continue
        try:
            ticker = label(table.cells[i][labels], table.where(i, "label"))
            if label_key(ticker) in found:
                raise InputError(f"{table.where(i, 'label')}: '{ticker}' is listed more than once")
            found[label_key(ticker)] = ticker, table.number(i, numbers, "weight")
        except InputError as error:
            mistakes.append(str(error))
    raise_mistakes(mistakes)
    return pd.Series(dict(found.values()), dtype=float)


def read_weights(cells: Cells, name: str = "weights") -> pd.Series:
    """Weights by ticker or class that add up to one; cash may be among them.

    Raises:
        InputError: As ``read_labelled_numbers``, and if the sum is not 1 ± 1e-6.
    """
    weights = read_labelled_numbers(cells, name)
    require_sum_of_one(weights, name)
    return weights
