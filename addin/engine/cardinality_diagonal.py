"""How much of a quadratic can be charged to each variable alone."""

import numpy as np

from addin.domain.weights import Matrix, Vector

_SWEEPS = 12
_SHRINK = 0.4  # of the barrier at each sweep
_SAFE = 1 - 1e-7
_SINGULAR = 1e-10  # smallest eigenvalue, relative to the largest, that leaves something to take


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
    values = np.linalg.eigvalsh(quadratic)
    if values[0] <= _SINGULAR * values[-1]:
        return np.zeros(len(quadratic))
    diagonal = np.zeros(len(quadratic))
    inverse = np.asarray(np.linalg.inv(quadratic), dtype=np.float64)
    barrier = float(np.median(importance / np.diag(inverse)))
    for _ in range(_SWEEPS):
        _ascend(inverse, diagonal, barrier / importance)
        barrier *= _SHRINK
        inverse = np.asarray(np.linalg.inv(quadratic - np.diag(diagonal)), dtype=np.float64)
    rest = np.linalg.eigvalsh(quadratic - np.diag(diagonal))[0]
    return np.asarray(diagonal * _SAFE if rest >= 0 else np.full(len(diagonal), values[0] * _SAFE))


def _ascend(inverse: Matrix, diagonal: Vector, keep: Vector) -> None:
    """One sweep in place: each element is raised until only ``keep`` of its room is left."""
    for i in range(len(diagonal)):
        room = 1 / inverse[i, i]
        step = max(room - keep[i], -diagonal[i])
        column = inverse[:, i].copy()
        inverse += np.outer(column, column * (step / (1 - step * inverse[i, i])))
        diagonal[i] += step
