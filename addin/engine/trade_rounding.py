"""Whole lots near a relaxation: rounded, then mended and improved lot by lot."""

from itertools import product

import numpy as np

from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.trade_choices import TICKET, Choices
from addin.engine.trade_problem import MARGIN, TradeProblem
from addin.engine.trade_relaxation import BEYOND, BROKEN, Relaxed, now

FORBIDDEN = 100.0  # for a rule made worse, more than anything else adds up to
WORSE = 1e3  # of a unit by which it is made worse: the way back
BOTH_WAYS = 6  # assets tried rounded up and down; the others are rounded to the nearest
ACTIVE = 12  # assets whose lots are changed one by one
PAIRED = 8  # of them, those whose lots are changed two at a time
STEPS = (1, 2, 4, 8, 16, 32, 64)  # lots
IMPROVEMENTS = 40  # at most; each is an improvement of more than EDGE


class Rounding:
    """Plans in possible orders, judged as the search judges them."""

    def __init__(self, problem: TradeProblem) -> None:
        self.problem = problem
        rules, n = problem.rules, len(problem)
        self.rows = np.array([rule.coefficients for rule in rules]).reshape(len(rules), n + 1)
        self.bounds = np.array([rule.bound for rule in rules])
        self.margins = np.array([rule.margin for rule in rules])
        self.before = np.array([rule.excess(problem.now) for rule in rules])
        self.broken = np.array([now(problem, rule) > 0 for rule in rules], dtype=bool)

    def merits(self, plans: Matrix) -> Vector:
        """(b,) what is made small, for plans (b, n) in lots; from ``FORBIDDEN`` on, not allowed."""
        p = self.problem
        moves = plans * p.lot
        orders = (plans != 0).astype(float)
        fees = np.abs(moves) @ p.cost + orders @ p.ticket
        cash = p.cash - moves.sum(axis=1) - fees
        distance = np.abs(p.position + moves - p.targets).sum(axis=1)
        distance += np.abs(cash - p.cash_target) + fees + TICKET * orders.sum(axis=1)
        after = np.column_stack([p.position + moves, cash])
        merits: Vector = distance + self._penalties(after, fees)
        return merits + self._turnover(moves, cash, fees)

    def _penalties(self, after: Matrix, fees: Vector) -> Vector:
        # plans of one search differ in a few assets: only these are multiplied out
        changed = np.flatnonzero((after != after[0]).any(axis=0))
        moved = (after - after[0])[:, changed] @ self.rows[:, changed].T
        raw = after[0] @ self.rows.T - self.bounds + moved
        excess = raw + np.outer(fees, self.bounds) + self.margins
        beyond = np.maximum(excess * self.broken, 0.0)
        worse = np.where(self.broken, raw - self.before - MARGIN / 10, excess - EDGE)
        worse = np.maximum(worse, 0.0).sum(axis=1)
        stays = BEYOND * beyond.sum(axis=1) + BROKEN * (beyond > EDGE).sum(axis=1)
        penalty: Vector = stays + FORBIDDEN * (worse > 0) + WORSE * worse
        return penalty

    def _turnover(self, moves: Matrix, cash: Vector, fees: Vector) -> Vector:
        cap = self.problem.max_turnover
        if cap is None:
            return np.zeros(len(moves))
        twice = np.abs(moves).sum(axis=1) + np.abs(cash - self.problem.cash) + fees
        worse = np.maximum(twice / 2 - cap - EDGE, 0.0)
        penalty: Vector = FORBIDDEN * (worse > 0) + WORSE * worse
        return penalty

    def rounded(self, choices: Choices, relaxed: Relaxed) -> tuple[Vector, float]:
        """The best rounding found of a relaxation, and its merit."""
        below, above = choices.neighbours(relaxed.lots)
        open_ended = np.flatnonzero(below != above)
        nearest = choices.nearest(relaxed.lots)
        doubt = np.minimum(np.abs(relaxed.lots - below), np.abs(above - relaxed.lots))
        weight = (doubt * self.problem.lot)[open_ended]
        tried = open_ended[np.argsort(-weight, kind="stable")][:BOTH_WAYS]
        plans = np.array(list(product((0.0, 1.0), repeat=len(tried))))
        grid = np.tile(nearest, (len(plans), 1))
        grid[:, tried] = np.where(plans > 0, above[tried], below[tried])
        merits = self.merits(grid)
        best = int(np.argmin(merits))
        return grid[best], float(merits[best])

    def improved(
        self, choices: Choices, mixed: Vector, lots: Vector, merit: float
    ) -> tuple[Vector, float]:
        """A plan no lot or pair of lots of which can be moved to advantage, and its merit."""
        if not self.problem.whole:
            return lots, merit
        active = self._active(choices, mixed)
        for _ in range(IMPROVEMENTS):
            plans = self._changed(choices, lots, active)
            merits = self.merits(plans) if len(plans) else np.array([np.inf])
            best = int(np.argmin(merits))
            if merits[best] >= merit - EDGE:
                break
            lots, merit = plans[best], float(merits[best])
        return lots, merit

    def _active(self, choices: Choices, mixed: Vector) -> list[int]:
        """Assets between two orders first, then those with the finest lots."""
        below, above = choices.neighbours(mixed)
        order = np.lexsort((self.problem.lot, below == above))
        free = order[(choices.low < choices.high)[order]]
        return [int(i) for i in free[:ACTIVE]]

    def _changed(self, choices: Choices, lots: Vector, active: list[int]) -> Matrix:
        """(b, n) plans one change away from this one."""
        singles = [(i, s) for i in active for s in self._sizes(choices, i, lots[i], STEPS)]
        ones = [(i, s) for i in active[:PAIRED] for s in self._sizes(choices, i, lots[i], (1,))]
        pairs = [(a, b) for k, a in enumerate(ones) for b in ones[k + 1 :] if a[0] != b[0]]
        plans = np.tile(lots, (len(singles) + len(pairs), 1))
        for row, (i, size) in enumerate(singles):
            plans[row, i] = size
        for row, (a, b) in enumerate(pairs, start=len(singles)):
            plans[row, a[0]], plans[row, b[0]] = a[1], b[1]
        return plans

    def _sizes(self, choices: Choices, i: int, size: float, steps: tuple[int, ...]) -> list[float]:
        """Possible orders near one of this size, and none, and the smallest."""
        least = float(self.problem.least[i])
        near = [size + step for step in steps] + [size - step for step in steps]
        low, high = float(choices.low[i]), float(choices.high[i])
        sizes = {0.0, least, -least, *near} - {size}
        return sorted(s for s in sizes if low <= s <= high and (s == 0 or abs(s) >= least))
