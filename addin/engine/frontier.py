"""The efficient frontier of a policy."""

from dataclasses import dataclass, replace
from typing import Unpack

import numpy as np

from addin.domain.assumptions import Assumptions
from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.feasible import FeasibleSet, TailLimit
from addin.engine.lift import Charges, lifted
from addin.engine.objectives import Objective
from addin.engine.optimised import Given, Optimised, explaining, optimised
from addin.engine.polish import continued, polished
from addin.engine.problem import Problem
from addin.engine.program import Mask, Optimum, Program
from addin.engine.programs import min_volatility
from addin.engine.settings import AS_STATED, Settings
from addin.engine.solve import OPTIMALITY, is_optimal, minimum
from addin.errors import InputError


@dataclass(frozen=True, eq=False)
class Frontier:
    """Portfolios of least volatility at returns from the lowest worth having to the highest.

    Attributes:
        tickers: (N,).
        returns: (points,) annual, evenly spaced.
        volatilities: (points,) annual.
        weights: (points, N).
    """

    tickers: tuple[str, ...]
    returns: Vector
    volatilities: Vector
    weights: Matrix


def _at(program: Program, expected: float) -> Program:
    """The program whose last row, the expected return, is fixed."""
    lower, upper = program.row_lower.copy(), program.row_upper.copy()
    lower[-1] = upper[-1] = expected
    return replace(program, row_lower=lower, row_upper=upper)


def _next(program: Program, near: Optimum | None) -> Optimum:
    """The optimum, first sought where the last one's binding limits lead."""
    if near is not None:
        found = polished(program, near)
        if is_optimal(program, found):
            return found
    return minimum(program)


def _along(program: Program, found: Optimum, expected: Vector) -> tuple[Matrix, Optimum]:
    """The points at further returns that the limits binding at the first lead to.

    Between two turning points the frontier is linear in its return, and so are its prices: one
    step of equations leads to all points up to the next turn.

    Returns:
        (k, n) points that are proved, and the first that is not, from which to go on.

    Source:
        Markowitz (1959), "Portfolio Selection", appendix A, the critical line.
    """
    if program.balls or program.cones or not expected[-1] > expected[0]:
        return np.empty((0, len(found.x))), found
    last = continued(program, found, _at(program, float(expected[-1])))
    share = ((expected - expected[0]) / (expected[-1] - expected[0]))[1:, None]
    x = found.x + share * (last.x - found.x)
    prices = found.row_prices + share * (last.row_prices - found.row_prices)
    proved = _proved(program, x, prices, expected[1:])
    k = len(x) if proved.all() else int(proved.argmin())
    turn = min(k, len(x) - 1)
    return x[:k], replace(found, x=x[turn], row_prices=prices[turn])


def _proved(program: Program, x: Matrix, prices: Matrix, expected: Vector) -> Mask:
    """(k,) whether each point is optimal at its return; see ``gap`` of a single one."""
    image = np.hstack([x, x @ program.rows.T])
    least, most = np.tile(program.least, (len(x), 1)), np.tile(program.most, (len(x), 1))
    least[:, -1] = most[:, -1] = expected
    curved: Matrix = x @ program.quadratic
    charges = np.hstack([curved - prices @ program.rows, prices])
    room = image - np.where(charges > 0, least, most)
    room[charges == 0] = 0.0
    gaps = np.maximum(charges * room, 0.0).sum(axis=1)
    size = (curved * x).sum(axis=1) / 2
    beyond = np.maximum(least - image, image - most).max(axis=1)
    return np.asarray((beyond <= EDGE) & (gaps <= OPTIMALITY * size))


def _between(problem: Problem, inner: Vector, charges: Charges) -> list[Vector]:
    base = lifted(problem, min_volatility(problem), charges)
    n = len(problem.feasible)
    beside = len(base.linear) - n
    program = replace(
        base,
        rows=np.vstack([base.rows, np.pad(problem.expected_returns, (0, beside))]),
        row_lower=np.append(base.row_lower, 0.0),
        row_upper=np.append(base.row_upper, 0.0),
    )
    near: Optimum | None = None
    path: list[Vector] = []
    while len(path) < len(inner):
        rest = inner[len(path) :]
        here = _at(program, float(rest[0]))
        found = _next(here, near)
        further, near = _along(here, found, rest)
        path += [found.x, *further]
    return [x[:n] for x in path]


def _in_pieces(feasible: FeasibleSet) -> bool:
    """Whether rules outside programs make every point a search of its own."""
    soft = any(isinstance(limit, TailLimit) for limit in feasible.soft)
    return bool(feasible.tail_limits or soft or feasible.holdings)


def frontier(
    assumptions: Assumptions,
    feasible: FeasibleSet,
    points: int = 20,
    settings: Settings = AS_STATED,
    risk: Objective = Objective.MIN_VOLATILITY,
    **given: Unpack[Given],
) -> Frontier:
    """Efficient portfolios, from the least risky to that of the highest return.

    Args:
        assumptions: Annual, of every ticker of ``feasible``.
        feasible: Portfolios allowed.
        points: At least two; the first and the last are the two ends themselves.
        settings: Limits and the concentration penalty.
        risk: What is least at each return: ``min volatility``, ``min cvar`` or another risk.
        given: Benchmark, current weights, returns and confidence, as for ``optimize``.

    Raises:
        InfeasibleError: If no portfolio obeys the rules.
        InputError: If there are fewer than two points, or as ``optimize``.

    Source:
        Markowitz (1952), "Portfolio Selection"; of CVaR Rockafellar and Uryasev (2000),
        "Optimization of conditional value-at-risk".
    """
    if points < 2:
        raise InputError(f"points: need at least two, found {points}")

    def best(objective: Objective, wanted: Settings = settings) -> Optimised:
        return optimised(assumptions, feasible, objective, wanted, **given)

    first, last = best(risk), best(Objective.MAX_RETURN)
    problem = first.whole
    low, high = (float(problem.expected_returns @ end.weights) for end in (first, last))
    expected = np.linspace(low, high, points)[1:-1]
    if risk is Objective.MIN_VOLATILITY and not _in_pieces(problem.feasible):
        with explaining(problem):
            inner = _between(problem, expected, first.task.of_risk)
    else:
        wanted = (replace(settings, target_return=float(each)) for each in expected)
        inner = [best(risk, each).weights for each in wanted]
    weights = np.array([first.weights, *inner, last.weights])
    variances = np.einsum("ij,jk,ik->i", weights, problem.covariance, weights)
    return Frontier(
        feasible.tickers,
        weights @ problem.expected_returns,
        np.sqrt(np.maximum(variances, 0.0)),
        weights,
    )
