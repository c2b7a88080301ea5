"""How much of a quadratic can be charged to each variable alone."""

import numpy as np

from addin.domain.weights import Matrix, Vector

_SWEEPS = 12
_SHRINK = 0.4  # of the barrier at each sweep
_SAFE = 1 - 1e-7
_SINGULAR = 1e-10  # smallest eigenvalue, relative to the largest, that leaves something to take


def _room(matrix: Matrix) -> float:
    """The smallest eigenvalue, if it is more than rounding."""
    values = np.linalg.eigvalsh(matrix)
    return float(values[0]) if values[0] > _SINGULAR * values[-1] else 0.0


def uniform(quadratic: Matrix) -> Vector:
    """(n,) the same for each variable."""
    return np.full(len(quadratic), _SAFE * _room(quadratic))


def conditional(quadratic: Matrix) -> Vector:
    """(n,) in proportion to the curvature of each variable when the others adapt."""
    if not _room(quadratic):
        return np.zeros(len(quadratic))
    own = 1 / np.sqrt(np.diag(np.linalg.inv(quadratic)))
    return np.asarray(_SAFE * _room(quadratic / np.outer(own, own)) * own**2)


def separable(quadratic: Matrix, importance: Vector) -> Vector:
    """(n,) a diagonal d ≥ 0 that leaves P − diag(d) positive semidefinite.

    Nearly the greatest Σ importance · d there is, by coordinate ascent on it and a barrier
    log det(P − diag(d)), which each step solves exactly.

    Args:
        quadratic: P, (n, n), positive semidefinite.
        importance: (n,) positive.

    Source:
        Frangioni and Gentile (2007), "SDP diagonalizations and perspective cuts for a class of
        nonseparable MIQP", without the semidefinite solver.
    """
    diagonal = np.zeros(len(quadratic))
    if not _room(quadratic):
        return diagonal
    inverse = np.asarray(np.linalg.inv(quadratic), dtype=np.float64)
    barrier = float(np.median(importance / np.diag(inverse)))
    for _ in range(_SWEEPS):
        _ascend(inverse, diagonal, barrier / importance)
        barrier *= _SHRINK
        inverse = np.asarray(np.linalg.inv(quadratic - np.diag(diagonal)), dtype=np.float64)
    rest = np.linalg.eigvalsh(quadratic - np.diag(diagonal))[0]
    return np.asarray(_SAFE * diagonal) if rest >= 0 else uniform(quadratic)


def _ascend(inverse: Matrix, diagonal: Vector, keep: Vector) -> None:
    """One sweep in place: each element is raised until only ``keep`` of its room is left."""
    for i in range(len(diagonal)):
        room = 1 / inverse[i, i]
        step = max(room - keep[i], -diagonal[i])
        column = inverse[:, i].copy()
        inverse += np.outer(column, column * (step / (1 - step * inverse[i, i])))
        diagonal[i] += step
