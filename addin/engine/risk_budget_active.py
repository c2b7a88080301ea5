"""Risk budgets under limits, when the limits that bind are nearly known."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.program import Mask
from addin.engine.risk_budget_case import Case, Point, binding_least

Places = NDArray[np.int64]

_ROUNDS = 40
_SMALL_STEP = 1e-8  # a Newton step of this size leaves its square
_UNDAMPED = 0.5
_NEARLY_ALL = 0.9  # of a weight, the most that one step takes away
_WRONG_SIGN = 1e-11
_CROSSED = 1e-13
_REGULARISATION = 1e-13
_DEPENDENT = 1e-9


@dataclass(frozen=True, eq=False)
class _Active:
    """Which limits of weights and rows are held as equations."""

    low: Mask
    high: Mask

    def same(self, other: "_Active") -> bool:
        return not ((self.low != other.low).any() or (self.high != other.high).any())


def _guess(case: Case, point: Point) -> _Active:
    """A limit binds when its price is larger than the room left to it."""
    program, image, prices = case.program, case.program.image(point.weights), point.prices(case)
    low = program.equation | (image - binding_least(program) < prices)
    return _Active(low, ~program.equation & (program.most - image < -prices))


def _revised(case: Case, active: _Active, point: Point) -> _Active:
    """Let go what pushes the wrong way, hold what was crossed."""
    program, image, prices = case.program, case.program.image(point.weights), point.prices(case)
    below = ~active.high & (image < binding_least(program) - _CROSSED)
    above = ~active.low & (image > program.most + _CROSSED)
    return _Active(
        program.equation | (active.low & (prices > -_WRONG_SIGN)) | below,
        ~program.equation & ((active.high & (prices < _WRONG_SIGN)) | above),
    )


def _held(case: Case, active: _Active, point: Point) -> Point:
    k, program = len(point.weights), case.program
    low, high = active.low[:k], active.high[:k]
    weights = np.where(low, program.lower, np.where(high, program.upper, point.weights))
    prices = point.row_prices * (active.low[k:] | active.high[k:])
    return replace(point, weights=weights, row_prices=prices)


@dataclass(frozen=True, eq=False)
class _Equations:
    """Stationarity of free weights, held rows, and what settles λ, in steps relative to weights."""

    case: Case
    point: Point
    free: Places
    held: Places
    targets: Vector

    @property
    def weights(self) -> Vector:
        return self.point.weights[self.free]

    @property
    def rows(self) -> Matrix:
        return np.asarray(self.case.program.rows[self.held][:, self.free] * self.weights)

    def _curvature(self) -> Matrix:
        weights, places = self.weights, self.free
        curvature = self.case.program.quadratic[places][:, places] * weights * weights[:, None]
        curvature.flat[:: len(weights) + 1] += self.point.rate * self.case.budgets[places]
        return np.asarray(curvature)

    def _spanned(self) -> bool:
        """Whether the rows held leave the sum of the weights no freedom."""
        if not len(self.free) or not len(self.held):
            return not len(self.free)
        found = np.linalg.lstsq(self.rows.T, self.weights, rcond=None)[0]
        left = np.abs(self.rows.T @ found - self.weights).max()
        return bool(left <= _DEPENDENT * self.weights.max())

    def _closing(self) -> tuple[Vector, float, float]:
        """What settles λ: coefficients of the steps and of λ, and what is missing.

        It is the sum of the weights. Where rows settle that for any λ, λ is the variance, so
        that what rows add to some contributions they take from others.
        """
        case, weights = self.case, self.point.weights
        if not self._spanned():
            return self.weights, 0.0, case.total - float(weights.sum())
        marginal = (case.program.quadratic @ weights + case.program.linear)[self.free]
        return 2 * self.weights * marginal, -1.0, self.point.rate - case.variance(weights)

    def solved(self) -> Vector:
        """Relative steps of free weights, steps of the prices of held rows, and of λ."""
        n, m = len(self.free), len(self.held)
        system, rows = np.zeros((n + m + 1, n + m + 1)), self.rows
        system[:n, :n], system[n:-1, :n], system[:n, n:-1] = self._curvature(), rows, -rows.T
        system[:n, -1] = -self.case.budgets[self.free]
        np.einsum("ii->i", system)[n:-1] = _REGULARISATION
        system[-1, :n], system[-1, -1], missing = self._closing()
        image = self.case.program.rows[self.held] @ self.point.weights
        unmet = -self.point.prices(self.case)[self.free]
        return np.linalg.solve(system, np.concatenate([unmet, self.targets - image, [missing]]))


def _newton(case: Case, active: _Active, point: Point) -> tuple[Point, float]:
    """One Newton step that leaves weights and λ above zero, and its largest relative change."""
    k, on = len(point.weights), active.low | active.high
    free, held = (~on[:k]).nonzero()[0], on[k:].nonzero()[0]
    limits = np.where(active.low, case.program.least, case.program.most)[k:][held]
    step = _Equations(case, point, free, held, limits).solved()
    relative = np.append(step[: len(free)], step[-1] / point.rate)
    part = min(1.0, _NEARLY_ALL / max(float(-relative.min()), _NEARLY_ALL))
    weights, prices = point.weights.copy(), point.row_prices.copy()
    weights[free] *= 1 + part * relative[:-1]
    prices[held] += part * step[len(free) : -1]
    moved = Point(weights, prices, point.rate * (1 + part * relative[-1]), point.iterations + 1)
    return moved, float(np.abs(relative).max())


def _released(case: Case, active: _Active, point: Point) -> _Active:
    """Without the cheapest of the rows that keep the weights from adding up."""
    k, short = len(point.weights), point.weights.sum() < case.total
    cost = np.abs(point.prices(case) * case.program.image(point.weights))
    holding = np.where(active.low if short else active.high, cost, np.inf)
    holding[case.program.equation] = np.inf
    holding[:k] = np.inf
    if not np.isfinite(holding).any():
        return active
    kept = np.arange(len(holding)) != int(np.argmin(holding))
    return _Active(active.low & kept, active.high & kept)


def settled(case: Case, point: Point) -> Point:
    """Where an active-set iteration leads from a point; its proof tells whether it is right.

    Each round takes a Newton step on the limits held, then lets go and takes up limits as their
    signs say. When rows held fix another sum than is wanted, one is let go.

    Source:
        Hintermüller, Ito and Kunisch (2002), "The primal-dual active set strategy as a
        semismooth Newton method".
    """
    active = _guess(case, point)
    for _ in range(_ROUNDS):
        try:
            point, change = _newton(case, active, _held(case, active, point))
        except np.linalg.LinAlgError:
            break
        revised = _revised(case, active, point)
        same = revised.same(active)
        if same and change < _UNDAMPED and abs(point.weights.sum() - case.total) > EDGE:
            revised = _released(case, active, point)
        elif same and change < _SMALL_STEP:
            break
        active = revised
    return point
