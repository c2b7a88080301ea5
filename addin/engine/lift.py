"""Programs over weights and what is linear only beside them: sales, shorts, excess, doubt.

Where a rule or a charge bends at a point, as |w − current| does at what is held, it is straight
in further variables: sales s ≥ current − w, shorts h ≥ −w, excess e over a soft limit, and doubt
t, the norm of the errors of expected returns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from addin.domain.weights import Matrix, Vector
from addin.engine.feasible import LinearRule, NormLimit, TurnoverLimit
from addin.engine.problem import Problem
from addin.engine.program import Ball, Cone, Optimum, Program

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Charges:
    """What further variables cost, in the unit of the program's objective.

    Attributes:
        trade: Of buying or selling a unit of weight.
        excess: Of a unit beyond a soft limit.
        doubt: Of a unit of standard error of the expected return.
    """

    trade: float = 0.0
    excess: float = 0.0
    doubt: float = 0.0


FREE = Charges()


@dataclass(eq=False)
class _Growing:
    """A program that gains columns and rows; entries of a row are (places, coefficients)."""

    base: Program
    linear: list[Vector] = field(default_factory=list)
    upper: list[Vector] = field(default_factory=list)
    rows: list[tuple[Sequence[tuple[Places, Vector]], float, float]] = field(default_factory=list)
    floors: list[tuple[Places, Places, Vector]] = field(default_factory=list)
    cones: list[tuple[Matrix, Vector, Places, Vector]] = field(default_factory=list)

    @property
    def width(self) -> int:
        return len(self.base.linear) + sum(map(len, self.linear))

    def columns(self, charge: float | Vector, upper: Vector) -> Places:
        """Add variables from zero up; their places come back."""
        places = self.width + np.arange(len(upper))
        self.linear.append(np.broadcast_to(charge, len(upper)).astype(float))
        self.upper.append(upper)
        return places

    def row(self, lower: float, upper: float, *entries: tuple[Places, Vector]) -> None:
        """Add a row of coefficients at places."""
        self.rows.append((entries, lower, upper))

    def sums(self, one: Places, other: Places, least: Vector) -> None:
        """Add rows: each variable of one list and that of the other are no less together."""
        self.floors.append((one, other, least))

    def cone(self, head: Places, radius: float, factor: Matrix, centre: Vector) -> None:
        """‖factor · w − centre‖ ≤ radius + the variable at ``head``."""
        self.cones.append((factor, np.concatenate([[radius], -centre]), head, np.ones(1)))

    def _block(self, width: int) -> tuple[Matrix, Vector, Vector]:
        """The rows added, with their limits."""
        count = sum(len(least) for _, _, least in self.floors)
        matrix = np.zeros((count + len(self.rows), width))
        lower, upper = np.full(len(matrix), -np.inf), np.full(len(matrix), np.inf)
        first = 0
        for one, other, least in self.floors:
            places = first + np.arange(len(least))
            matrix[places, one] = matrix[places, other] = 1.0
            lower[places], first = least, first + len(least)
        for i, (entries, low, high) in enumerate(self.rows, first):
            lower[i], upper[i] = low, high
            for places, coefficients in entries:
                matrix[i, places] += coefficients
        return matrix, lower, upper

    def _lifted_cones(self, width: int) -> tuple[Cone, ...]:
        found = []
        for factor, offset, head, one in self.cones:
            matrix = np.zeros((len(offset), width))
            matrix[1:, : factor.shape[1]] = factor
            matrix[0, head] = one
            found.append(Cone(matrix, offset))
        return tuple(found)

    def program(self) -> Program:
        """The program; the budget stays the last row."""
        base, width = self.base, self.width
        n = len(base.linear)
        beside = width - n
        rows = np.pad(base.rows, ((0, 0), (0, beside)))
        added, lower, upper = self._block(width)
        return Program(
            np.pad(base.quadratic, (0, beside)),
            np.concatenate([base.linear, *self.linear]),
            np.vstack([rows[:-1], added, rows[-1:]]),
            np.concatenate([base.row_lower[:-1], lower, base.row_lower[-1:]]),
            np.concatenate([base.row_upper[:-1], upper, base.row_upper[-1:]]),
            np.concatenate([base.lower, np.zeros(beside)]),
            np.concatenate([base.upper, *self.upper]),
            tuple(_padded(ball, beside) for ball in base.balls),
            self._lifted_cones(width),
            base.constant,
        )


class _Excess:
    """One variable for the excess over each soft limit, whatever number of rows it has."""

    def __init__(self, growing: _Growing, charge: float) -> None:
        self._growing, self._charge = growing, charge
        self._places: dict[str, Places] = {}

    def place(self, words: str, reach: float) -> Places:
        if words not in self._places:
            self._places[words] = self._growing.columns(self._charge, np.array([reach]))
        return self._places[words]


def _padded(ball: Ball, beside: int) -> Ball:
    return replace(ball, factor=np.pad(ball.factor, ((0, 0), (0, beside))))


def _with_sales(growing: _Growing, problem: Problem, charge: float) -> Places:
    """Sales of every asset that can be sold; buying is w − current + sales."""
    room = problem.held - problem.feasible.lower
    sold = np.flatnonzero(room > 0)
    sales = growing.columns(2 * charge, room[sold])
    growing.sums(sold, sales, problem.held[sold])
    if charge:
        n = len(problem.feasible)
        linear = growing.base.linear.copy()
        linear[:n] += charge
        growing.base = replace(growing.base, linear=linear)
    return sales


def _with_turnover(growing: _Growing, problem: Problem, charge: float, excess: _Excess) -> None:
    """One-way turnover is the sum of the sales, as what is sold is bought elsewhere."""
    soft = [limit for limit in problem.feasible.soft if isinstance(limit, TurnoverLimit)]
    limits = (*problem.feasible.turnover_limits, *soft)
    if not limits and not charge:
        return
    sales = _with_sales(growing, problem, charge)
    for limit in limits:
        most = limit.bound - problem.held_elsewhere
        entries = [(sales, np.ones(len(sales)))]
        if limit.soft:
            entries.append((excess.place(limit.words, 1.0), -np.ones(1)))
        growing.row(-np.inf, most, *entries)


def _with_shorts(growing: _Growing, problem: Problem) -> None:
    limits = problem.feasible.short_limits
    if not limits:
        return
    able = np.flatnonzero(problem.feasible.lower < 0)
    shorts = growing.columns(0.0, -problem.feasible.lower[able])
    growing.sums(able, shorts, np.zeros(len(able)))
    for limit in limits:
        growing.row(-np.inf, limit.bound, (shorts, np.ones(len(shorts))))


def _reach(problem: Problem, rule: LinearRule) -> float:
    """More than any weights within bounds can exceed the rule."""
    ends = rule.coefficients * np.array([problem.feasible.lower, problem.feasible.upper])
    low, high = float(ends.min(axis=0).sum()), float(ends.max(axis=0).sum())
    return max(high - rule.upper, rule.lower - low, 0.0) / rule.unit + 1.0


def _with_soft_rows(growing: _Growing, problem: Problem, excess: _Excess) -> None:
    for rule in problem.feasible.soft:
        if not isinstance(rule, LinearRule):
            continue
        place = excess.place(rule.words, _reach(problem, rule))
        weights = np.arange(len(problem.feasible)), rule.coefficients
        unit = np.full(1, rule.unit)
        if np.isfinite(rule.lower):
            growing.row(rule.lower, np.inf, weights, (place, unit))
        if np.isfinite(rule.upper):
            growing.row(-np.inf, rule.upper, weights, (place, -unit))


def _with_soft_norms(growing: _Growing, problem: Problem, excess: _Excess) -> None:
    largest = np.maximum(np.abs(problem.feasible.lower), np.abs(problem.feasible.upper))
    for limit in problem.feasible.soft:
        if isinstance(limit, NormLimit):
            ball = problem.ball(limit.rule, limit.bound)
            far = float(np.linalg.norm(ball.factor, axis=0) @ largest + np.linalg.norm(ball.centre))
            place = excess.place(limit.words, far)
            growing.cone(place, ball.radius, ball.factor, ball.centre)


def _with_doubt(growing: _Growing, problem: Problem, charge: float) -> None:
    """A variable no less than the standard error of the portfolio's expected return."""
    if not charge:
        return
    errors = problem.standard_errors
    largest = np.maximum(np.abs(problem.feasible.lower), np.abs(problem.feasible.upper))
    place = growing.columns(charge, np.array([float(errors @ largest) + 1.0]))
    growing.cone(place, 0.0, np.diag(errors), np.zeros(len(errors)))


def is_needed(problem: Problem, charges: Charges = FREE) -> bool:
    """Whether a program of weights alone cannot say it all."""
    feasible = problem.feasible
    limited = feasible.soft or feasible.turnover_limits or feasible.short_limits
    return bool(limited or charges.trade or charges.doubt)


def lifted(problem: Problem, base: Program, charges: Charges = FREE) -> Program:
    """A program of weights with turnover, shorts, soft limits and charges.

    Args:
        problem: Its feasible set says what has to be added.
        base: Of n weights; its last row is the budget.
        charges: In the unit of its objective.

    Returns:
        A program whose first n variables are the weights and whose last row is the budget; the
        base itself if there is nothing to add.

    Raises:
        InputError: If a limit or charge needs current weights or errors that are not given.
    """
    if not is_needed(problem, charges):
        return base
    growing = _Growing(base)
    excess = _Excess(growing, charges.excess)
    _with_turnover(growing, problem, charges.trade, excess)
    _with_shorts(growing, problem)
    _with_soft_rows(growing, problem, excess)
    _with_soft_norms(growing, problem, excess)
    _with_doubt(growing, problem, charges.doubt)
    return growing.program()


def of_weights(problem: Problem, found: Optimum) -> Optimum:
    """The optimum without the variables and rows that were added beside the weights."""
    n, rules = len(problem.feasible), len(problem.feasible.rules)
    if len(found.x) == n:
        return found
    prices = np.append(found.row_prices[:rules], found.row_prices[-1])
    return replace(found, x=found.x[:n], row_prices=prices, cone_prices=())
