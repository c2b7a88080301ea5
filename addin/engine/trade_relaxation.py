"""The trade problem with orders of any size between the possible ones: a bound on every plan."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from addin.domain.weights import Matrix, Vector
from addin.engine.trade_choices import Choices
from addin.engine.trade_problem import TradeProblem, TradeRule

BROKEN = 1.0  # for each rule still broken: mending one goes before nearness to the targets
LOST = 20.0  # seconds: a linear program of milliseconds that takes longer has lost its way
INFEASIBLE = 2  # as scipy numbers what became of a program
BEYOND = 5.0  # of a unit beyond a rule that stays broken; a unit moved is two of distance


def now(problem: TradeProblem, rule: TradeRule) -> float:
    """How far the portfolio is beyond a rule before the trades, its margin counted."""
    return rule.excess(problem.now) + rule.margin


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The best mixture of possible orders.

    Attributes:
        bound: No plan among these choices is better; −∞ when the program was not solved.
        lots: (n,) orders of any size, sales negative.
        values: (n,) what each asset adds to the bound.
        flags: Of each rule broken now the share of its penalty that is paid.
    """

    bound: float
    lots: Vector
    values: Vector
    flags: Vector


class Relaxation:
    """The rows of the linear program that every set of choices shares.

    Columns: shares of the corners of every asset; moved (n); costs; change of cash, its size and
    its distance; of each rule broken now how far it stays so, and whether.
    """

    def __init__(self, problem: TradeProblem, corners: int) -> None:
        self.problem, self.corners, self.n = problem, corners, len(problem)
        self.broken = [rule for rule in problem.rules if now(problem, rule) > 0]
        self.moved = self.n * corners
        self.paid = self.moved + self.n
        self.cash, self.size, self.distance = self.paid + 1, self.paid + 2, self.paid + 3
        self.slack = self.paid + 4
        self.flag = self.slack + len(self.broken)
        self.width = self.flag + len(self.broken)

    def solved(
        self, choices: Choices, mended: Iterable[int], left: Iterable[int]
    ) -> Relaxed | None:
        """The best mixture; None when no mixture obeys the rules, unsolved when it is not found.

        Args:
            choices: The sizes an order may have.
            mended: Numbers of rules, among those broken now, that must be obeyed.
            left: Numbers of those whose penalty is paid in full.
        """
        lower, upper = self._bounds(choices)
        upper[[self.slack + k for k in mended] + [self.flag + k for k in mended]] = 0.0
        lower[[self.flag + k for k in left]] = 1.0
        for presolve in (False, True):  # slower, but it recognises what has no solution
            result = self._run(choices, lower, upper, presolve)
            if result.status == INFEASIBLE:
                return None
            if result.status == 0:
                return self._relaxed(choices, result)
        return self._unsolved()

    def _run(self, choices: Choices, lower: Vector, upper: Vector, presolve: bool) -> Any:
        # milp without whole numbers is HiGHS's simplex, at half the cost of calling linprog
        from scipy.optimize import Bounds, LinearConstraint, milp  # a third of a second to import

        return milp(
            self._costs(choices),
            constraints=LinearConstraint(self._matrix(choices), *self._sides),
            bounds=Bounds(lower, upper),
            options={"presolve": presolve, "time_limit": LOST},
        )

    def _unsolved(self) -> Relaxed:
        return Relaxed(-np.inf, np.zeros(self.n), np.zeros(self.n), np.zeros(len(self.broken)))

    def _relaxed(self, choices: Choices, result: Any) -> Relaxed:
        shares = result.x[: self.moved].reshape(self.n, self.corners)
        return Relaxed(
            float(result.fun),
            (shares * np.nan_to_num(choices.sizes)).sum(axis=1),
            (shares * choices.values).sum(axis=1),
            result.x[self.flag :],
        )

    def _bounds(self, choices: Choices) -> tuple[Vector, Vector]:
        lower, upper = np.zeros(self.width), np.full(self.width, np.inf)
        upper[: self.moved] = np.where(choices.missing.ravel(), 0.0, np.inf)
        lower[self.moved : self.paid] = -np.inf
        lower[self.cash] = -np.inf
        upper[self.flag :] = 1.0
        return lower, upper

    def _costs(self, choices: Choices) -> Vector:
        """(width,) what is made small."""
        row = np.zeros(self.width)
        row[: self.moved] = choices.values.ravel()
        row[self.distance] = 1.0
        row[self.slack : self.flag] = BEYOND
        row[self.flag :] = BROKEN
        return row

    def _matrix(self, choices: Choices) -> Any:
        """Every row: what is moved, paid and turned over by the corners, then the fixed part."""
        from scipy.sparse import csc_array

        moves, fees = choices.moves.ravel(), choices.fees.ravel()
        turned = [np.abs(moves)] if self.problem.max_turnover is not None else []
        data = np.concatenate([moves, fees, *turned, self._fixed[0]])
        order, indices, starts = self._pattern
        return csc_array((data[order], indices, starts), shape=(len(self._sides[0]), self.width))

    @cached_property
    def _pattern(self) -> tuple[Any, Any, Any]:
        """Where each entry of the matrix stands in it, column by column."""
        from scipy.sparse import csc_array

        n, k, columns = self.n, self.corners, np.arange(self.moved)
        _, fixed_rows, fixed_columns = self._fixed
        rows, at = [np.repeat(np.arange(n), k), np.full(n * k, n)], [columns, columns]
        if self.problem.max_turnover is not None:
            rows, at = [*rows, np.full(n * k, 2 * n + 2)], [*at, columns]
        where = np.concatenate([*rows, fixed_rows]), np.concatenate([*at, fixed_columns])
        number = np.arange(1.0, len(where[0]) + 1)
        numbered = csc_array((number, where), shape=(len(self._sides[0]), self.width))
        return numbered.data.astype(int) - 1, numbered.indices, numbered.indptr

    @cached_property
    def _sides(self) -> tuple[Vector, Vector]:
        """Lower and upper side of every row."""
        p = self.problem
        wanted = p.cash_target - p.cash
        cap = np.inf if p.max_turnover is None else 2 * p.max_turnover
        equal = np.concatenate([np.zeros(self.n + 2), np.ones(self.n)])
        most = [bound for rule in self.broken for bound in (now(p, rule), 0.0)]
        upper = [cap, 0.0, 0.0, wanted, -wanted, *(-now(p, rule) for rule in p.rules), *most]
        return (
            np.concatenate([equal, np.full(len(upper), -np.inf)]),
            np.concatenate([equal, np.array(upper)]),
        )

    @cached_property
    def _fixed(self) -> tuple[Vector, Any, Any]:
        """The entries that no choice changes, their rows and columns."""
        from scipy.sparse import coo_array, vstack

        parts = (self._equations(), self._cash(), self._rules(), self._stays_broken())
        whole = vstack([coo_array(part) for part in parts], format="coo")
        return whole.data, whole.coords[0], whole.coords[1]

    def _equations(self) -> Any:
        """What is moved; what it costs; what is left in cash; shares add up to one."""
        from scipy.sparse import coo_array

        n, each, corners = self.n, np.arange(self.n), np.arange(self.moved)
        shares = n + 2 + np.repeat(each, self.corners)
        cash = np.arange(self.moved, self.cash + 1)
        rows = np.concatenate([each, [n], np.full(n + 2, n + 1), shares])
        columns = np.concatenate([self.moved + each, [self.paid], cash, corners])
        data = np.concatenate([np.full(n + 1, -1.0), np.ones(n + 2 + len(corners))])
        return coo_array((data, (rows, columns)), shape=(2 * n + 2, self.width))

    def _cash(self) -> Matrix:
        """Turnover, whose other part the choices fill in; size and distance of cash's change."""
        rows = np.zeros((5, self.width))
        rows[0, [self.paid, self.size]] = 1.0
        rows[1:, self.cash] = [1.0, -1.0, 1.0, -1.0]
        rows[1:3, self.size] = rows[3:, self.distance] = -1.0
        return rows

    def _rules(self) -> Any:
        """Each rule holds, or, broken now, says by how much it stays so; weights after costs."""
        from scipy.sparse import coo_array, hstack

        rules = self.problem.rules
        rows = np.array([rule.coefficients for rule in rules]).reshape(len(rules), self.n + 1)
        rest = np.zeros((len(rules), self.width - self.paid))
        rest[:, 0] = [rule.bound for rule in rules]
        rest[:, self.cash - self.paid] = rows[:, -1]
        for number, rule in enumerate(self.broken):
            rest[rules.index(rule), self.slack + number - self.paid] = -1.0
        none = coo_array((len(rules), self.moved))
        return hstack([none, coo_array(rows[:, :-1]), coo_array(rest)], format="coo")

    def _stays_broken(self) -> Matrix:
        """A rule may stay as broken as it is, costs alone not counted, and then pays for it."""
        rows = np.zeros((2 * len(self.broken), self.width))
        for number, rule in enumerate(self.broken):
            rows[2 * number : 2 * number + 2, self.slack + number] = 1.0
            rows[2 * number, self.paid] = -rule.bound
            most = now(self.problem, rule) + max(rule.bound, 0.0)
            rows[2 * number + 1, self.flag + number] = -most
        return rows
