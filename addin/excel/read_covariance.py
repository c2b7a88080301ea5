"""Covariance matrices from cells, labelled on both sides."""

import numpy as np

from addin.domain.labels import label_key
from addin.domain.weights import Matrix
from addin.engine.psd import is_semidefinite
from addin.errors import InputError
from addin.excel.grid import Cells, Grid, as_key, grid
from addin.excel.read_history import quick_values, tickers_of
from addin.excel.records import raise_mistakes


def is_labelled_matrix(cells: Cells, name: str = "returns") -> bool:
    """Whether the labels across equal the labels down: a covariance matrix, not returns."""
    table = grid(cells, name)
    across = [as_key(cell) for cell in table.cells[0][1:]]
    down = [as_key(row[0]) for row in table.cells[1:]]
    return bool(across) and all(down) and sorted(across) == sorted(down)


def read_covariance(cells: Cells, name: str = "covariance") -> tuple[tuple[str, ...], Matrix]:
    """Tickers and covariance matrix (N, N) from a block labelled on both sides.

    Rows may stand in another order than columns.

    Raises:
        InputError: If the labels differ, a cell is no number, a variance is negative, the
            matrix is not symmetric, or some portfolio would have a negative variance.
    """
    table = grid(cells, name)
    if not is_labelled_matrix(cells, name):
        raise InputError(f"{name}: expected the same tickers in the heading row and first column")
    tickers = tickers_of(table)
    row_of = {as_key(row[0]): i for i, row in enumerate(table.cells) if i}
    rows = [row_of[label_key(ticker)] for ticker in tickers]
    matrix = quick_values([table.cells[row] for row in rows])
    if matrix is None or np.isnan(matrix).any():
        matrix = _cell_by_cell(table, tickers, rows)
    _check_covariance(name, tickers, matrix)
    return tickers, matrix


def _cell_by_cell(table: Grid, tickers: tuple[str, ...], rows: list[int]) -> Matrix:
    mistakes: list[str] = []
    matrix = np.full((len(tickers), len(tickers)), np.nan)
    for i, row in enumerate(rows):
        for j, other in enumerate(tickers):
            try:
                matrix[i, j] = table.number(row, j + 1, other)
            except InputError as error:
                mistakes.append(str(error))
    raise_mistakes(mistakes)
    return matrix


def _check_covariance(name: str, tickers: tuple[str, ...], matrix: Matrix) -> None:
    variances = np.diag(matrix)
    if (variances < 0).any():
        i = int(np.argmin(variances))
        raise InputError(
            f"{name}, {tickers[i]}: expected a variance of at least zero, found {variances[i]:g}"
        )
    gap = np.abs(matrix - matrix.T)
    if gap.max() > 1e-9 * max(1.0, float(np.abs(matrix).max())):
        i, j = (int(k) for k in np.unravel_index(np.argmax(gap), gap.shape))
        raise InputError(
            f"{name}: expected the same number on both sides of the diagonal, found "
            f"{matrix[i, j]:g} for {tickers[i]}, {tickers[j]} and {matrix[j, i]:g} for "
            f"{tickers[j]}, {tickers[i]}"
        )
    if not is_semidefinite(matrix):
        raise InputError(
            f"{name}: expected correlations that returns can have, found a portfolio of negative "
            "variance; IPS_ASSUMPTIONS repairs such a table"
        )
