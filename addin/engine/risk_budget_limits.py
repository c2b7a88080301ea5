"""Risk budgets inside the limits of a policy."""

from dataclasses import dataclass, replace

import numpy as np

from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.program import Mask, Optimum, Program, UnprovedError
from addin.engine.risk_budget import checked_budgets, require_semidefinite, risk_budget
from addin.engine.risk_budget_active import settled
from addin.engine.risk_budget_case import Case, Point, is_proved
from addin.engine.risk_budget_search import NowhereError, searched
from addin.engine.solve import minimum
from addin.errors import InfeasibleError, InputError

_FIXED = 1e-12  # bounds this close leave a weight no room
_POSITIVE = 1e-8


@dataclass(frozen=True, eq=False)
class _Budgeting:
    """A program, its covariance, and the budgets of those that can be held."""

    program: Program
    covariance: Matrix
    budgets: Vector

    @property
    def lower(self) -> Vector:
        return np.maximum(self.program.lower, 0.0)

    @property
    def upper(self) -> Vector:
        """Without a budget an asset has its least weight."""
        return np.where(self.budgets > 0, self.program.upper, self.lower)

    @property
    def free(self) -> Mask:
        return np.asarray(self.upper - self.lower > _FIXED)

    def wanted(self) -> Vector:
        """(k,) weights of the free assets without limits, adding up to their sum."""
        free = self.free
        budgets = self.budgets[free] / self.budgets[free].sum()
        try:
            weights = risk_budget(self.covariance[np.ix_(free, free)], budgets).weights
        except (InputError, UnprovedError):  # no risk to divide: limits will have to
            weights = budgets
        return np.asarray(weights * self.total)

    @property
    def total(self) -> float:
        return float(1 - self.lower[~self.free].sum())

    def unit(self, wanted: Vector) -> float:
        """A variance to count in."""
        weights = self.lower.copy()
        weights[self.free] = wanted
        return float(weights @ self.covariance @ weights) or 1.0

    def case(self, unit: float) -> Case:
        free, p = self.free, self.program
        fixed = np.where(free, 0.0, self.lower)
        shift, inner = p.rows[:-1] @ fixed, self.covariance[free]
        program = Program(
            inner[:, free] / unit,
            inner @ fixed / unit,
            p.rows[:-1, free],
            p.row_lower[:-1] - shift,
            p.row_upper[:-1] - shift,
            self.lower[free],
            self.upper[free],
        )
        budgets = self.budgets[free] / self.budgets[free].sum()
        return Case(program, budgets, self.total, float(fixed @ self.covariance @ fixed) / unit)

    def optimum(self, point: Point, unit: float, solver: str) -> Optimum:
        x = self.lower.copy()
        x[self.free] = point.weights
        prices = np.append(point.row_prices * unit, 0.0)
        balls = (0.0,) * len(self.program.balls)
        charges = tuple(np.zeros(len(cone.offset)) for cone in self.program.cones)
        return Optimum(x, prices, balls, solver, point.iterations, charges)


def _among(budgets: Vector, allowed: Mask) -> Vector:
    """Budgets of the assets allowed, in the same proportions."""
    kept = np.where(allowed, budgets, 0.0)
    if not kept.any():
        raise InfeasibleError("risk budgets: no asset with a budget may be held")
    return np.asarray(kept / kept.sum())


def _solved(budgeting: _Budgeting) -> Optimum:
    wanted = budgeting.wanted()
    unit = budgeting.unit(wanted)
    case = budgeting.case(unit)
    start = Point(np.maximum(wanted, _FIXED), np.zeros(len(case.program.rows)), 1.0, 0)
    found = settled(case, start)
    if is_proved(case, found):
        return budgeting.optimum(found, unit, "active set")
    found = searched(case, start.weights)
    return budgeting.optimum(found, unit, "search for λ")


def _holdable(budgeting: _Budgeting) -> Mask:
    """(n,) which assets with a budget can have a weight above zero inside the limits.

    Raises:
        InfeasibleError: If no portfolio obeys the limits.
    """
    n, p = len(budgeting.budgets), budgeting.program
    linear = replace(p, quadratic=np.zeros((n, n)), linear=np.zeros(n), balls=(), cones=())
    near = replace(linear, quadratic=np.eye(n), linear=-budgeting.budgets)
    doubtful = (minimum(near).x <= _POSITIVE) & (budgeting.budgets > 0)
    holdable = np.ones(n, dtype=bool)
    for i in doubtful.nonzero()[0]:
        most = minimum(replace(linear, linear=-np.eye(n)[i]))
        holdable[i] = most.x[i] > _POSITIVE
    return holdable


def _nowhere(budgeting: _Budgeting) -> InfeasibleError:
    return InfeasibleError(
        "risk budgets: inside the limits no weights that add up to 100% contribute to risk in "
        "proportion to the budgets; widen the limits"
        + ("" if (budgeting.budgets > 0).all() else ", or give every asset a budget")
    )


def constrained_risk_budget(program: Program, covariance: Matrix, budgets: Vector) -> Optimum:
    """Weights inside limits that contribute to volatility in proportion to budgets where they can.

    They minimise ½ w'Σw − λ Σ b ln w over the limits without the budget Σw = 1, which λ meets.
    So contributions over budgets are equal (λ) for all assets that are at no limit of their own
    and in no row that binds; an upper limit lowers a contribution, a lower limit raises it.
    A lower limit of zero never binds. An asset that cannot be held (a largest weight of zero)
    shares its budget out among the others; one without a budget has its least weight.

    Where rows fix the sum of the weights whatever λ is, as when every class has a fixed
    weight, λ is as near to the variance as it can be: what rows add to some contributions they
    take from others. There may be no λ, e.g. when a hedge is worth more than the budget allows;
    and a sum that falls while λ rises, which takes a strong hedge, would allow more than one.

    Args:
        program: Rows and bounds of (n,) weights, the last row their sum; its objective is not
            used, and its balls and cones must be met by the answer.
        covariance: (n, n) positive semidefinite.
        budgets: (n,) shares of risk, at least zero, adding up to one.

    Returns:
        Weights, and the prices of the rows for the objective above; the budget's price is zero.

    Raises:
        InputError: If budgets or covariance are refused as by ``risk_budget``.
        InfeasibleError: If no portfolio obeys the limits, or none that does has contributions
            in proportion to the budgets.

    Source:
        Richard and Roncalli (2019), "Constrained Risk Budgeting Portfolios: Theory,
        Algorithms, Applications & Puzzles".
    """
    shares = _among(checked_budgets(budgets), program.upper > _FIXED)
    require_semidefinite(covariance)
    budgeting = _Budgeting(program, covariance, shares)
    found = _found(budgeting)
    outside = program.violation(found.x)
    if outside > EDGE:
        raise InfeasibleError(
            "risk budgets: the weights in proportion to the budgets break a limit of volatility "
            f"or tracking error, by {outside:.3%}; such a limit cannot hold together with budgets"
        )
    return found


def _found(budgeting: _Budgeting) -> Optimum:
    if not budgeting.free.any():
        return _pinned(budgeting)
    try:
        return _solved(budgeting)
    except NowhereError:
        allowed = _holdable(budgeting)
    if allowed.all():
        raise _nowhere(budgeting)
    return _found(replace(budgeting, budgets=_among(budgeting.budgets, allowed)))


def _pinned(budgeting: _Budgeting) -> Optimum:
    p, x = budgeting.program, budgeting.lower
    if p.violation(x) > EDGE:
        raise _nowhere(budgeting)
    fixed = Point(np.zeros(0), np.zeros(len(p.rows) - 1), 1.0, 0)
    return budgeting.optimum(fixed, 1.0, "none needed")
