"""Covariances no returns can have, and the nearest ones they can."""

from dataclasses import dataclass

import numpy as np

from addin.domain.weights import Matrix

FLOOR = 1e-6  # of the average variance
TOLERANCE = 1e-8  # of the average variance: below it a negative eigenvalue is rounding


@dataclass(frozen=True, eq=False)
class Repaired:
    """A covariance or correlation without negative eigenvalues.

    Attributes:
        matrix: (n, n).
        change: Largest change of a correlation; zero where nothing was wrong.
    """

    matrix: Matrix
    change: float


def is_semidefinite(matrix: Matrix) -> bool:
    """Whether no portfolio has a negative variance, but for rounding."""
    try:
        np.linalg.cholesky(matrix + TOLERANCE * _average(matrix) * np.eye(len(matrix)))
    except np.linalg.LinAlgError:
        return not matrix.any()
    return True


def repaired(matrix: Matrix) -> Repaired:
    """The same variances with correlations that some returns can have.

    Eigenvalues below 1e-6 of the average variance are raised to it, then rows and columns are
    scaled back to the variances given. A matrix that needs no repair is returned as it is.

    Args:
        matrix: (n, n) symmetric, variances of at least zero on the diagonal.

    Source:
        Rebonato and Jäckel (1999), "The most general methodology to create a valid correlation
        matrix", spectral decomposition.
    """
    if is_semidefinite(matrix):
        return Repaired(matrix, 0.0)
    values, vectors = np.linalg.eigh(matrix)
    raised = (vectors * np.maximum(values, FLOOR * _average(matrix))) @ vectors.T
    scale = np.sqrt(np.diag(matrix) / np.diag(raised))
    result = raised * np.outer(scale, scale)
    result = (result + result.T) / 2
    np.fill_diagonal(result, np.diag(matrix))
    return Repaired(result, _largest_change(matrix, result))


def _average(matrix: Matrix) -> float:
    return float(np.trace(matrix)) / len(matrix)


def _largest_change(before: Matrix, after: Matrix) -> float:
    deviation = np.sqrt(np.diag(before))
    moves = np.outer(deviation, deviation)
    gap = np.divide(after - before, moves, out=np.zeros_like(moves), where=moves > 0)
    return float(np.abs(gap).max())
