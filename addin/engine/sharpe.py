"""The portfolio of greatest Sharpe ratio."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from addin.domain.policy import Rule
from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.feasible import one_sided, percent
from addin.engine.lift import FREE, Charges, lifted, of_weights
from addin.engine.polish import from_scratch, polished
from addin.engine.problem import Problem
from addin.engine.program import Cone, Optimum, Program, UnprovedError
from addin.engine.programs import max_return, min_volatility
from addin.engine.solve import MANY, is_optimal, minimum
from addin.engine.solvers import cone_of, solve_cone, solve_qp
from addin.errors import InfeasibleError, InputError

Places = NDArray[np.int64]
Method = Callable[[Program], Optimum]

_ROUNDS = 12
_TILTS = 20
_FEW = 80  # assets whose upper bounds are cheaper written at once than found one by one
_CROSSED = 1e-10
_NEAR = 0.7  # of an upper bound: what will bind costs a row, what is found later a round
_TINY = 1e-30
_RISKLESS = 1e-5  # a volatility that is rounding error


@dataclass(frozen=True, eq=False)
class _Cone:
    """The feasible weights times any κ ≥ 0, as rows over x = (y, κ) with y = κ w.

    Upper bounds are rows y ≤ u κ and cost n² each, so only those in ``capped`` are written.
    """

    base: Program
    excess: Vector
    capped: Places

    @cached_property
    def above(self) -> Places:
        return np.isfinite(self.base.row_lower[:-1]).nonzero()[0]

    @cached_property
    def below(self) -> Places:
        return np.isfinite(self.base.row_upper[:-1]).nonzero()[0]

    @property
    def rows(self) -> Matrix:
        """Excess return, budget, rows above, rows below, lower bounds, upper bounds."""
        base, n, capped = self.base, len(self.excess), self.capped
        floors = base.lower.nonzero()[0]
        a = 2 + len(self.above)
        b = a + len(self.below)
        c = b + len(floors)
        rows = np.zeros((c + len(capped), n + 1))
        rows[0, :n] = self.excess
        rows[1, :n], rows[1, n] = base.rows[-1], -1.0
        rows[2:a, :n], rows[2:a, n] = base.rows[self.above], -base.row_lower[self.above]
        rows[a:b, :n], rows[a:b, n] = -base.rows[self.below], base.row_upper[self.below]
        rows[np.arange(b, c), floors], rows[b:c, n] = 1.0, -base.lower[floors]
        rows[np.arange(c, len(rows)), capped], rows[c:, n] = -1.0, base.upper[capped]
        return rows

    @cached_property
    def program(self) -> Program:
        """Least variance of y at an excess return of one."""
        rows, n = self.rows, len(self.excess)
        least, most = np.zeros(len(rows)), np.full(len(rows), np.inf)
        least[0] = most[0] = 1.0
        most[1] = 0.0
        curved = np.zeros((n + 1, n + 1))
        curved[:n, :n] = self.base.quadratic
        lower = np.zeros(n + 1)
        lower[:n][self.base.lower != 0] = -np.inf
        unbounded = np.full(n + 1, np.inf)
        return Program(curved, np.zeros(n + 1), rows, least, most, lower, unbounded)

    def weights(self, point: Optimum) -> Optimum:
        """The weights of a solution, with the prices of the base program's rows."""
        base, y, scale = self.base, point.x[:-1], float(point.x[-1])
        if scale <= 0:
            raise UnprovedError("no scale, no weights")
        factor = _tilt(base, self.excess, y / scale) / scale
        prices, m = np.zeros(len(base.rows)), len(self.above)
        prices[-1] = point.row_prices[1]
        prices[self.above] += point.row_prices[2 : 2 + m]
        prices[self.below] -= point.row_prices[2 + m : 2 + m + len(self.below)]
        balls = tuple(price * factor for price in point.ball_prices) or (0.0,) * len(base.balls)
        cones = tuple(charge * factor for charge in point.cone_prices) or tuple(
            np.zeros(len(cone.offset)) for cone in base.cones
        )
        weights = y / scale
        return Optimum(weights, prices * factor, balls, point.solver, point.iterations, cones)


def _tilt(base: Program, excess: Vector, weights: Vector) -> float:
    variance = float(weights @ (base.quadratic @ weights))
    return float(excess @ weights) / max(variance, _TINY)


def _tangent(base: Program, excess: Vector, weights: Vector) -> Program:
    """The mean–variance program whose solution is ``weights`` if their ratio is greatest.

    The ratio is pseudo-concave and its gradient is that of excess·w − θ/2 w'Σw with
    θ = excess·w / w'Σw, so weights solve this program if and only if no ratio is greater.
    """
    tilt = _tilt(base, excess, weights)
    return replace(base, quadratic=tilt * base.quadratic, linear=-excess)


def _with_rows(point: Optimum, rows: int) -> Optimum:
    """The point when rows without a price are added below."""
    if rows == len(point.row_prices):
        return point
    added = np.zeros(rows - len(point.row_prices))
    return replace(point, row_prices=np.concatenate([point.row_prices, added]))


def _by_rows(base: Program, excess: Vector) -> Optimum:
    cone = _Cone(base, excess, np.arange(len(excess)))
    return cone.weights(polished(cone.program, solve_qp(cone.program)))


def _by_rows_reached(base: Program, excess: Vector, start: Method) -> Optimum:
    """Solve without upper bounds, then write those that are reached."""
    cone = _Cone(base, excess, np.zeros(0, dtype=np.int64))
    written = np.zeros(len(excess), dtype=bool)
    scaled = start(cone.program)
    for _ in range(_ROUNDS):
        reached = (scaled.x[:-1] >= _NEAR * scaled.x[-1] * base.upper) & ~written
        if reached.any():
            written |= reached
            cone = _Cone(base, excess, np.append(cone.capped, reached.nonzero()[0]))
        scaled = polished(cone.program, _with_rows(scaled, len(cone.program.rows)))
        point = cone.weights(scaled)
        if not (point.x > base.upper + _CROSSED).any():
            break
    return point


def _by_cones(base: Program, excess: Vector) -> Optimum:
    """Solve with all bounds and the balls scaled by κ, then take the last digits in weights."""
    cone = _Cone(base, excess, np.arange(len(excess)))
    cones = []
    for ball in base.balls:
        matrix, offset = cone_of(ball)
        cones.append((np.column_stack([matrix, offset]), np.zeros(len(offset))))
    curved = tuple(
        Cone(np.column_stack([each.matrix, each.offset]), np.zeros(len(each.offset)))
        for each in base.cones
    )
    scaled = replace(cone.program, balls=base.balls, cones=curved)
    point = cone.weights(solve_cone(scaled, cones))
    for _ in range(0 if base.cones else _ROUNDS):  # polishing knows no cones
        tangent = _tangent(base, excess, point.x)
        if is_optimal(tangent, point):
            break
        point = polished(tangent, point)
    return point


def _by_tilts(base: Program, excess: Vector) -> Optimum:
    """Mean–variance optima until the tilt that one asks for is the tilt it was found with.

    Both are numbers, so that their difference is brought to zero by secants.

    Source:
        Dinkelbach (1967), "On nonlinear fractional programming".
    """
    start = minimum(replace(base, linear=-excess))
    tilt, before = _tilt(base, excess, start.x), (0.0, 0.0)
    for _ in range(_TILTS):
        point = minimum(replace(base, quadratic=tilt * base.quadratic, linear=-excess))
        if is_optimal(_tangent(base, excess, point.x), point):
            break
        missing = _tilt(base, excess, point.x) - tilt
        if tilt == before[0]:
            break
        slope = (missing - before[1]) / (tilt - before[0]) if before[0] else 0.0
        before = tilt, missing
        tilt += -missing / slope if slope < 0 else missing
    return point


def _candidates(base: Program, excess: Vector) -> Iterator[Callable[[], Optimum]]:
    """Ways to a point that may have the greatest ratio, the cheapest first."""
    if len(excess) >= MANY:
        yield lambda: _by_rows_reached(base, excess, from_scratch)
    if len(excess) > _FEW:
        yield lambda: _by_rows_reached(base, excess, solve_qp)
    yield lambda: _by_rows(base, excess)
    yield lambda: _by_cones(base, excess)
    yield lambda: _by_tilts(base, excess)


def _require_excess(problem: Problem) -> float:
    best = minimum(max_return(replace(problem, concentration=0.0)))
    highest = float(problem.expected_returns @ best.x)
    free = problem.assumptions.risk_free
    if highest - free <= EDGE:
        raise InfeasibleError(
            f"no feasible portfolio earns more than the risk-free rate of {percent(free)}: the "
            f"best expected return is {percent(highest)}, an excess of {percent(highest - free)}"
        )
    return highest - free


def _require_risk(problem: Problem) -> None:
    """Refuse a covariance under which some portfolio earns an excess return without risk."""
    least = problem.assumptions.risk_free + _require_excess(problem) / 100
    rule = one_sided("", problem.expected_returns, ">=", least)
    earning = replace(problem, feasible=problem.feasible.also(rule), concentration=0.0)
    weights = minimum(min_volatility(earning)).x
    if problem.norm(Rule.VOLATILITY, weights) <= _RISKLESS:
        raise InputError(
            "max sharpe: a portfolio without volatility is expected to earn "
            f"{percent(float(problem.expected_returns @ weights))}, more than the risk-free rate, "
            "so no ratio is greatest; need a covariance of full rank, e.g. ledoit-wolf"
        )


def as_ratio(problem: Problem, charges: Charges = FREE) -> tuple[Program, Vector]:
    """Half the variance as a program, and excess returns, less what further variables cost."""
    wanted = problem.assumptions.risk_free - problem.expected_returns
    charged = lifted(problem, problem.program(problem.penalised, wanted), charges)
    return replace(charged, linear=np.zeros_like(charged.linear)), -charged.linear


def max_sharpe(problem: Problem, charges: Charges = FREE) -> Optimum:
    """Weights of greatest excess·w / √(w'Σw), the concentration penalty added to Σ.

    What further variables cost is taken from the excess return.

    The ratio does not change with scale, so it is greatest where a portfolio scaled to an
    excess return of one has least variance: a quadratic program over the cone of scaled
    weights. The answer is proved in weights, where bounds are finite.

    Raises:
        InfeasibleError: If no portfolio obeys the rules, or none that does earns more than
            the risk-free rate; the best excess return is named.
        InputError: If the covariance is singular and a portfolio without risk earns an excess.

    Source:
        Cornuejols and Tütüncü (2006), "Optimization Methods in Finance", §8.2.
    """
    base, excess = as_ratio(problem, charges)
    for candidate in _candidates(base, excess):
        try:
            point = candidate()
        except (InfeasibleError, UnprovedError):
            _require_excess(problem)
            continue
        weights = of_weights(problem, point)
        risky = problem.norm(Rule.VOLATILITY, weights.x) > _RISKLESS
        if risky and is_optimal(_tangent(base, excess, point.x), point):
            return weights
    _require_risk(problem)
    raise UnprovedError("the greatest Sharpe ratio could not be proved")
