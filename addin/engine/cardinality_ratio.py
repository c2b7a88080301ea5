"""The greatest ratio of excess return to risk among portfolios of few holdings."""

import math
from dataclasses import dataclass, replace

import numpy as np

from addin.domain.weights import EDGE, Vector
from addin.engine.cardinality import few_holdings
from addin.engine.cardinality_branch import Holding
from addin.engine.cardinality_limits import HoldingLimits
from addin.engine.cardinality_perspective import Perspective
from addin.engine.cardinality_search import AS_USUAL, Effort, FewHoldings, affordable, searched
from addin.engine.cardinality_strength import strengthened
from addin.engine.feasible import percent
from addin.engine.program import Mask, Program, UnprovedError
from addin.engine.solve import minimum
from addin.errors import InfeasibleError

_RISKLESS = 1e-5  # a volatility below leaves the scale without bound
_WIDER = 1.01  # than the largest scale there can be


@dataclass(frozen=True, eq=False)
class _Scaled(Perspective):
    """The perspective of weights times a scale, the last variable."""

    @property
    def _low(self) -> Vector:
        return np.zeros(len(self.least))

    def _weights(self, x: Vector) -> Vector:
        return np.asarray(x[: len(self.least)] / x[-1])

    def _restricted(self, out: Mask, firm: Mask) -> Program:
        base, upper = self.program, self.program.upper.copy()
        upper[: len(out)][out] = 0.0
        firmly = np.flatnonzero(firm & (self.least > 0))
        rows = np.zeros((len(firmly), len(upper)))
        rows[np.arange(len(firmly)), firmly], rows[:, -1] = 1.0, -self.least[firmly]
        return replace(
            base,
            upper=upper,
            rows=np.vstack([base.rows, rows]),
            row_lower=np.append(base.row_lower, np.zeros(len(rows))),
            row_upper=np.append(base.row_upper, np.full(len(rows), np.inf)),
        )

    def best(self, held: Mask, firm: Mask) -> Holding | None:
        """The best portfolio of some assets, some of them firmly at their least weight or more."""
        found = super().best(held, firm)
        return found and Holding(found.weights[:-1] / found.weights[-1], found.value)


def _scaled(base: Program, excess: Vector, assets: int, scale: float) -> Program:
    """Least ½ y'Σy at an excess return of one, y = κ w, for scales κ up to the largest."""
    n = len(excess)
    above, below = (np.isfinite(limit[:-1]) for limit in (base.row_lower, base.row_upper))
    rows = np.vstack(
        [
            np.append(excess, 0.0),
            np.append(base.rows[-1], -base.row_lower[-1]),
            np.column_stack([base.rows[:-1][above], -base.row_lower[:-1][above]]),
            np.column_stack([-base.rows[:-1][below], base.row_upper[:-1][below]]),
            np.column_stack([-np.eye(n), base.upper]),
            np.column_stack([np.eye(n), -base.lower])[assets:],
        ]
    )
    low, high = np.zeros(len(rows)), np.full(len(rows), np.inf)
    low[0], high[0], high[1] = 1.0, 1.0, 0.0
    top = scale * np.append(base.upper, 1.0)
    quadratic = np.pad(base.quadratic, (0, 1))
    return Program(quadratic, np.zeros(n + 1), rows, low, high, np.zeros(n + 1), top)


def _largest_scale(base: Program, excess: Vector, earning: Vector) -> float:
    """1/excess return of the best portfolio at most: its ratio is no less than another one's."""
    least = minimum(base).x
    calm = math.sqrt(max(float(least @ base.quadratic @ least), 0.0))
    if calm <= _RISKLESS:
        raise UnprovedError("a portfolio without risk has no ratio")
    ratio = float(excess @ earning) / math.sqrt(float(earning @ base.quadratic @ earning))
    return _WIDER / (ratio * calm)


def highest_ratio(
    base: Program,
    excess: Vector,
    assets: int,
    most: int | None,
    least_weight: float = 0.0,
    effort: Effort = AS_USUAL,
) -> FewHoldings:
    """The portfolio of few holdings of greatest excess·w / √(w'Σw); values are minus the ratio.

    Args:
        base: ½ w'Σw over weights that are not negative, those of n assets first, under bounds
            and rows, the budget last; without balls and cones.
        excess: Expected returns above the risk-free rate, one per weight.
        assets: n, those the limit is about.
        most: Largest number of holdings; None for any.
        least_weight: Of an asset that is held at all.
        effort: How long to search.

    Raises:
        InfeasibleError: If no portfolio of few holdings obeys the rules, or none earns more
            than the risk-free rate.
        UnprovedError: If none is found, or a portfolio without risk leaves no ratio.

    Source:
        Cornuejols and Tütüncü (2006), "Optimization Methods in Finance", §8.2, for the scale.
    """
    linear = replace(base, quadratic=np.zeros_like(base.quadratic), linear=-excess)
    earning = few_holdings(linear, assets, most, least_weight, effort)
    limits = HoldingLimits(base, assets, most, least_weight)
    if earning.value >= -EDGE:
        raise InfeasibleError(
            f"{limits.words}: no such portfolio earns more than the risk-free rate; the best "
            f"excess return is {percent(-earning.value)}"
        )
    scale = _largest_scale(base, excess, earning.weights)
    program = _scaled(base, excess, assets, scale)
    relaxation = _Scaled(program, limits.most, limits.least, np.zeros(assets))
    usual = affordable(assets) // 2
    found = searched(limits, strengthened(relaxation, limits.root), effort, usual)
    return replace(found, value=_ratio(found.value), bound=_ratio(found.bound))


def _ratio(value: float) -> float:
    """Minus the ratio of weights whose scaled half variance is ``value``."""
    return -1 / math.sqrt(2 * value) if value > 0 else -np.inf
