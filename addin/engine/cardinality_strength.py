"""The diagonal of a covariance that bounds portfolios of few holdings best."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from addin.domain.weights import Matrix, Vector
from addin.engine.cardinality_branch import Branch, Relaxed
from addin.engine.cardinality_diagonal import conditional, separable, uniform
from addin.engine.cardinality_perspective import Perspective

_STEPS = 12
_SHARES = (0.8, 0.4, 0.2, 0.1, 0.05)  # of the way to another diagonal
_LARGE = 250  # assets from which a sweep over all of them takes too long
_MEDIUM = 120  # assets from which improving the diagonal costs more than it saves
_SMALLEST = 1e-3  # of the largest importance
_PART = 1e-6  # smallest share that is told from none


def _rated(relaxation: Perspective, root: Branch, diagonal: Vector) -> tuple[Perspective, Relaxed]:
    tried = replace(relaxation, diagonal=diagonal)
    none = np.zeros(len(diagonal))
    nothing = Relaxed(-np.inf, none, none, none, root)
    return tried, tried.relaxed(root, np.inf) or nothing


def _importance(relaxed: Relaxed) -> Vector:
    """(n,) twice the slope of the bound in each element: x²/z − x²."""
    squares = relaxed.weights**2
    slope = squares / np.maximum(relaxed.shares, _PART) - squares
    return np.asarray(slope / max(float(slope.max()), _PART**2) + _SMALLEST)


def _starts(quadratic: Matrix) -> Iterator[Vector]:
    yield uniform(quadratic)
    if len(quadratic) >= _LARGE:
        yield conditional(quadratic)
    else:
        yield separable(quadratic, np.ones(len(quadratic)))


def _own(quadratic: Matrix, n: int) -> Matrix:
    """(n, n) of the first variables when the others adapt: what may be charged to them alone."""
    own, beside, others = quadratic[:n, :n], quadratic[:n, n:], quadratic[n:, n:]
    if not beside.any():
        return own
    return np.asarray(own - beside @ np.linalg.pinv(others, hermitian=True) @ beside.T)


def strengthened(relaxation: Perspective, root: Branch) -> Perspective:
    """The relaxation with nearly the diagonal that gives the best bound on all portfolios.

    The bound is concave in the diagonal, and the best diagonal in the direction of its slope is
    ``separable``: the method of Frank and Wolfe.

    Source:
        Zheng, Sun and Li (2014), "Improving the performance of MIQP solvers for quadratic
        programs with cardinality and minimum threshold constraints: a semidefinite program
        approach", whose semidefinite program this ascends.
    """
    n = len(relaxation.least)
    quadratic = _own(relaxation.program.quadratic, n)
    rated = [_rated(relaxation, root, diagonal) for diagonal in _starts(quadratic)]
    best = max(rated, key=lambda each: each[1].bound)
    corners = [each[0].diagonal for each in rated if each is not best]
    for _ in range(_STEPS if n < _MEDIUM else 0):
        corners.append(separable(quadratic, _importance(best[1])))
        better = max(
            (_towards(best, corner, root) for corner in corners), key=lambda each: each[1].bound
        )
        if better[1].bound <= best[1].bound:
            break
        best, corners = better, []
    return best[0]


def _towards(
    best: tuple[Perspective, Relaxed], corner: Vector, root: Branch
) -> tuple[Perspective, Relaxed]:
    """The best diagonal that is tried on the way to a corner, shorter and shorter steps."""
    relaxation = best[0]
    found: tuple[Perspective, Relaxed] | None = None
    for share in _SHARES:
        mixed = (1 - share) * relaxation.diagonal + share * corner
        tried = _rated(relaxation, root, mixed)
        if found is not None and tried[1].bound < found[1].bound:
            break
        found = tried
    return found or best
