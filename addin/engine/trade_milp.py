"""The nearest whole-lot portfolio to the targets, as a mixed-integer linear program."""

from dataclasses import dataclass

import numpy as np

from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.trade_problem import TradeProblem, TradeRule

BROKEN = 1.0  # for each rule still broken: mending one goes before nearness to the targets
BEYOND = 5.0  # of a unit beyond a rule that stays broken; a unit moved is two of distance
TICKET = 1e-6  # of the value per order: of two equal plans the one with fewer orders
GAP = 5e-6  # of the value: five dollars in a million
NODES = 2_000  # ends a long search at the same plan on every machine
SMALLEST_LOT = 1e-6  # a finer lot is solved as a continuous order and rounded


@dataclass(frozen=True, eq=False)
class LotPlan:
    """Orders found.

    Attributes:
        lots: (n,) sales negative.
        gap: No plan's objective is lower by more, a fraction of the value.
    """

    lots: Vector
    gap: float


class _Program:
    """The columns and rows of the program.

    Columns: bought, sold, buys?, sells?, distance (n each); |Δ cash|, cash distance; of each
    rule broken now how far it stays so, and whether; 1.
    The last column is fixed at one and costs one, which turns the solver's relative gap into an
    absolute one.
    """

    def __init__(self, problem: TradeProblem) -> None:
        self.problem = problem
        self.n, self.broken = len(problem), [r for r in problem.rules if _now(problem, r) > 0]
        self.slack, self.flag = 5 * self.n + 2, 5 * self.n + 2 + len(self.broken)
        self.width = self.flag + len(self.broken) + 1
        whole = problem.whole & (problem.lot >= SMALLEST_LOT)
        self.unit = np.where(whole, problem.lot, 1.0)
        self.integral = whole
        self.scale = problem.lot / self.unit  # of an order in lots to one in units
        self.rows: list[Matrix] = []
        self.lower: list[Vector] = []
        self.upper: list[Vector] = []

    def _block(self, *parts: tuple[int, Matrix]) -> Matrix:
        """Rows of the program from blocks by the number of their group of n columns."""
        rows = np.zeros((len(parts[0][1]), self.width))
        for group, block in parts:
            rows[:, group * self.n : group * self.n + block.shape[1]] = block
        return rows

    def _add(self, rows: Matrix, lower: Vector | float, upper: Vector | float) -> None:
        self.rows.append(rows)
        self.lower.append(np.broadcast_to(np.asarray(lower, dtype=float), len(rows)))
        self.upper.append(np.broadcast_to(np.asarray(upper, dtype=float), len(rows)))

    def _fees(self) -> Vector:
        """(width,) costs as a fraction of the value."""
        row, n = np.zeros(self.width), self.n
        row[:n] = row[n : 2 * n] = self.problem.cost * self.unit
        row[2 * n : 3 * n] = row[3 * n : 4 * n] = self.problem.ticket
        return row

    def _cash(self) -> Vector:
        """(width,) change of cash."""
        row = -self._fees()
        row[: self.n] -= self.unit
        row[self.n : 2 * self.n] += self.unit
        return row

    def orders(self) -> None:
        """An order is absent, or at least the minimum ticket and at most what there is."""
        one, p = np.eye(self.n), self.problem
        for group, most in ((0, p.most_bought), (1, p.most_sold)):
            largest = most * self.scale
            inverse = np.diag(1 / np.where(largest > 0, largest, 1.0))
            self._add(self._block((group, inverse), (group + 2, -one)), -np.inf, 0.0)
            least = p.least * self.scale
            inverse = np.diag(1 / np.where(least > 0, least, 1.0))
            wanted = np.diag((least > 0).astype(float))
            self._add(self._block((group, inverse), (group + 2, -wanted)), 0.0, np.inf)
        self._add(self._block((2, one), (3, one)), -np.inf, 1.0)

    def distances(self) -> None:
        """Distance of every asset and of cash from its target."""
        one, move, p = np.eye(self.n), np.diag(self.unit), self.problem
        gap = p.targets - p.position
        self._add(self._block((0, move), (1, -move), (4, -one)), -np.inf, gap)
        self._add(self._block((0, move), (1, -move), (4, one)), gap, np.inf)
        self._absolute(5 * self.n, 0.0)
        self._absolute(5 * self.n + 1, p.cash_target - p.cash)

    def _absolute(self, column: int, origin: float) -> None:
        """A column at least |change of cash − origin|."""
        row = self._cash()[None, :]
        above, below = row.copy(), row.copy()
        above[0, column], below[0, column] = -1.0, 1.0
        self._add(above, -np.inf, origin)
        self._add(below, origin, np.inf)

    def policy(self) -> None:
        """Each rule holds, or, broken now, says by how much it stays so; weights are after costs.

        A rule may stay as broken as it is: costs alone, which make every weight larger, do not
        count as worse.
        """
        for rule in self.problem.rules:
            row = self._change(rule) + rule.bound * self._fees()
            if rule in self.broken:
                row[self.slack + self.broken.index(rule)] = -1.0
            self._add(row[None, :], -np.inf, -_now(self.problem, rule))
        for number, rule in enumerate(self.broken):
            most = np.zeros((2, self.width))
            most[:, self.slack + number] = 1.0
            most[0] -= rule.bound * self._fees()
            most[1, self.flag + number] = -_now(self.problem, rule) - max(rule.bound, 0.0)
            self._add(most, -np.inf, np.array([_now(self.problem, rule), 0.0]))

    def _change(self, rule: TradeRule) -> Vector:
        """(width,) what orders do to the left side of a rule, in fractions of the value."""
        row: Vector = rule.coefficients[-1] * self._cash()
        row[: self.n] += rule.coefficients[:-1] * self.unit
        row[self.n : 2 * self.n] -= rule.coefficients[:-1] * self.unit
        return row

    def turnover(self) -> None:
        """One-way turnover with cash counted, and what costs do to the weights."""
        if self.problem.max_turnover is not None:
            row = self._fees()
            row[: 2 * self.n] += np.tile(self.unit, 2)
            row[5 * self.n] = 1.0
            self._add(row[None, :] / 2, -np.inf, self.problem.max_turnover)

    def objective(self) -> Vector:
        """(width,) what is made small."""
        row = self._fees()
        row[2 * self.n : 4 * self.n] += TICKET
        row[4 * self.n : 5 * self.n] = 1.0
        row[5 * self.n + 1] = 1.0
        row[self.slack : self.flag] = BEYOND
        row[self.flag : -1] = BROKEN
        row[-1] = 1.0
        return row

    def bounds(self) -> tuple[Vector, Vector]:
        """(width,) smallest and largest value of each column."""
        p = self.problem
        upper = np.concatenate(
            [
                p.most_bought * self.scale,
                p.most_sold * self.scale,
                p.most_bought > 0,
                p.most_sold > 0,
                np.full(self.n + 2, np.inf),
                np.full(len(self.broken), np.inf),
                np.ones(len(self.broken) + 1),
            ]
        )
        lower = np.zeros(self.width)
        lower[-1] = 1.0
        return lower, upper

    def integrality(self) -> Vector:
        """(width,) 1 where a column takes whole numbers."""
        tickets = (self.problem.least > 0) | (self.problem.ticket > 0) | self.problem.whole
        rest = np.zeros(self.width - 4 * self.n)
        rest[self.flag - 4 * self.n : -1] = 1.0
        return np.concatenate([np.tile(self.integral, 2), np.tile(tickets, 2), rest])

    def lots(self, columns: Vector) -> Vector:
        """(n,) orders in lots; one within the solver's tolerance of its minimum is the minimum."""
        p = self.problem
        orders = (columns[: self.n] - columns[self.n : 2 * self.n]) / self.scale
        if p.whole:  # fine lots are rounded so that cash is never short
            orders = np.where(self.integral, np.round(orders), np.floor(orders + EDGE))
        orders = np.where(np.abs(orders) > EDGE, orders, 0.0)
        size = np.where(orders != 0, np.maximum(np.abs(orders), p.least), 0.0)
        limited: Vector = np.clip(np.sign(orders) * size, -p.most_sold, p.most_bought)
        return limited


def _now(problem: TradeProblem, rule: TradeRule) -> float:
    """How far the portfolio is beyond a rule now, its margin counted."""
    return rule.excess(problem.now) + rule.margin


def solve(problem: TradeProblem, time_limit: float) -> LotPlan | None:
    """Orders that bring a portfolio nearest to its targets; None when none was found in time.

    Small are Σ|weight − target| and costs; of equal plans the one with fewer orders is taken. A
    rule that is broken now may stay broken, never further than now, and is cured before anything
    else. The search is that of HiGHS, with its fixed seed.

    Args:
        problem: In fractions of the value.
        time_limit: Seconds.

    Source:
        Mansini, Ogryczak and Speranza (2015), "Linear and Mixed Integer Programming for
        Portfolio Optimization", ch. 5 (transaction lots and minimum orders).
    """
    from scipy.optimize import Bounds, LinearConstraint, milp  # a third of a second to import
    from scipy.sparse import csr_array

    program = _Program(problem)
    for part in (program.orders, program.distances, program.policy, program.turnover):
        part()
    result = milp(
        program.objective(),
        constraints=LinearConstraint(
            csr_array(np.vstack(program.rows)),
            np.concatenate(program.lower),
            np.concatenate(program.upper),
        ),
        bounds=Bounds(*program.bounds()),
        integrality=program.integrality(),
        options={"time_limit": time_limit, "mip_rel_gap": GAP, "node_limit": NODES},
    )
    if result.x is None:
        return None
    proven = result.fun if result.mip_dual_bound is None else result.mip_dual_bound
    return LotPlan(program.lots(result.x), max(0.0, float(result.fun - proven)))
