"""The least by which rules must give way, and the proof that they must."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.demands import Demands, Row
from addin.engine.program import Cone, Optimum, Program, UnprovedError
from addin.engine.solvers import solve_cone
from addin.errors import InfeasibleError

_PRICED = 1e-9
_SEEN = 1e-8  # a change smaller than this is rounding error of the solver
_ROUNDS = 500  # tangents of a limit of CVaR or turnover; most need ten
_TOLERANCES = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
UNCOMPUTABLE = (
    "no portfolio could be found: a number in the rules is too large or too small to compute with"
)


@dataclass(frozen=True, eq=False)
class Relaxation:
    """The least change of some rules that leaves a portfolio.

    Attributes:
        weights: (n,) a portfolio that obeys the rules as changed.
        amounts: By words, in each rule's own unit; rules that need not change are left out.
        proved: A lower bound of the total change, in units of 100 % of weight; the rules cannot
            be met together if it is above zero.
        needed: Words of the rules that the proof makes use of, in the order of the policy.
    """

    weights: Vector
    amounts: dict[str, float]
    proved: float
    needed: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Elastic:
    """min Σ excess / unit over the rules that may give way, the others being kept."""

    demands: Demands
    rows: tuple[Row, ...]
    kept: tuple[str, ...]
    soft: tuple[str, ...]

    @cached_property
    def place(self) -> dict[str, int]:
        return {words: k for k, words in enumerate(self.soft)}

    @cached_property
    def matrix(self) -> Matrix:
        return np.array([row.coefficients for row in self.rows]).reshape(
            -1, len(self.demands.floor)
        )

    @cached_property
    def most(self) -> Vector:
        return np.array([row.most for row in self.rows])

    @cached_property
    def units(self) -> Vector:
        units = np.ones(len(self.soft))
        for row in self.rows:
            if row.words in self.place:
                units[self.place[row.words]] = row.unit
        return units

    def excess(self, words: str) -> Vector:
        """(soft,) one where the excess over this rule stands."""
        result = np.zeros(len(self.soft))
        if words in self.place:
            result[self.place[words]] = 1.0
        return result

    @cached_property
    def cones(self) -> tuple[Cone, ...]:
        found = []
        for limit in self.demands.rounds:
            if limit.words in self.kept:
                n = len(self.demands.floor)
                head = np.concatenate([np.zeros(n), self.excess(limit.words)])
                tail = np.pad(limit.factor, ((0, 0), (0, len(self.soft))))
                offset = np.concatenate([[limit.radius], -limit.centre])
                found.append(Cone(np.vstack([head, tail]), offset))
        return tuple(found)

    @cached_property
    def program(self) -> Program:
        """Over weights and excesses; the last row is the budget."""
        n, k = len(self.demands.floor), len(self.soft)
        excesses = np.array([self.excess(row.words) for row in self.rows]).reshape(
            len(self.rows), k
        )
        budget = np.concatenate([np.ones(n), np.zeros(k)])
        return Program(
            np.zeros((n + k, n + k)),
            np.concatenate([np.zeros(n), 1 / self.units]),
            np.vstack([np.hstack([self.matrix, -excesses]), budget]),
            np.append(np.full(len(self.rows), -np.inf), 1.0),
            np.append(self.most, 1.0),
            np.concatenate([self.demands.floor, np.zeros(k)]),
            np.full(n + k, np.inf),
            cones=self.cones,
        )

    def proof(self, point: Optimum) -> tuple[float, tuple[str, ...]]:
        """A lower bound of the total change by weak duality, and the rules it makes use of.

        Any prices of the rules bound the total from below, if those of a rule add up to no more
        than its excess costs: the least of their sum over all weights that add up to one and are
        not below the floor, where the rules' excess is weighed by the prices.
        """
        prices = np.maximum(-point.row_prices[:-1], 0.0)
        prices[prices <= _PRICED] = 0.0
        slope, level = prices @ self.matrix, -float(prices @ self.most)
        charged = {row.words for row, price in zip(self.rows, prices, strict=True) if price}
        total = self._per_rule(prices, point)
        rounds = [limit for limit in self.demands.rounds if limit.words in self.kept]
        for limit, price in zip(rounds, point.cone_prices, strict=True):
            pull = -price[1:]
            if (head := float(np.linalg.norm(pull))) > _PRICED:
                slope = slope + pull @ limit.factor
                level -= float(pull @ limit.centre) + head * limit.radius
                charged.add(limit.words)
        floor = self.demands.floor
        least = float(slope @ floor + (1 - floor.sum()) * slope.min()) + level
        return least / total, tuple(words for words in self.kept if words in charged)

    def _per_rule(self, prices: Vector, point: Optimum) -> float:
        """By how much the dearest rule is charged more than its excess costs; at least one."""
        total = np.zeros(len(self.soft))
        for row, price in zip(self.rows, prices, strict=True):
            total += price * self.excess(row.words)
        rounds = [limit for limit in self.demands.rounds if limit.words in self.kept]
        for limit, price in zip(rounds, point.cone_prices, strict=True):
            total += float(np.linalg.norm(price[1:])) * self.excess(limit.words)
        return float((total * self.units).max(initial=1.0))


def _vertex(program: Program) -> Optimum:
    """HiGHS' solution to the tightest tolerances it has."""
    from scipy.optimize import linprog  # 0.3 s that only a contradiction should pay

    found = linprog(
        program.linear,
        A_ub=program.rows[:-1],
        b_ub=program.row_upper[:-1],
        A_eq=program.rows[-1:],
        b_eq=program.row_upper[-1:],
        bounds=np.column_stack([program.lower, program.upper]),
        method="highs",
        options=_TOLERANCES,
    )
    if found.x is None:
        raise InfeasibleError(UNCOMPUTABLE)
    prices = np.append(found.ineqlin.marginals, found.eqlin.marginals)
    return Optimum(found.x, prices, (), "HiGHS", int(found.nit))


@dataclass(eq=False)
class Relaxer:
    """Asks again and again by how much rules must give way, and keeps the tangents it has found."""

    demands: Demands
    _tangents: list[Row] = field(default_factory=list)

    def __call__(self, kept: Collection[str], soft: Collection[str] | None = None) -> Relaxation:
        """The least total change of rules.

        Args:
            kept: Words of the rules to look at; all others are left aside.
            soft: Those of them that may give way; all if None.

        Raises:
            InfeasibleError: If rules that may not give way cannot be met, or numbers of the
                rules are so far apart that nothing can be said.
        """
        known = tuple(words for words in self.demands.words if words in kept)
        giving = known if soft is None else tuple(words for words in known if words in soft)
        for _ in range(_ROUNDS):
            found, cuts = self._once(known, giving)
            if not cuts:
                return found
            self._tangents.extend(cuts)
        raise UnprovedError("tangents do not come to an end")

    def _once(self, kept: tuple[str, ...], soft: tuple[str, ...]) -> tuple[Relaxation, list[Row]]:
        rows = (row for row in (*self.demands.rows, *self._tangents) if row.words in kept)
        elastic = _Elastic(self.demands, tuple(rows), kept, soft)
        program = elastic.program
        point = solve_cone(program, []) if program.cones else _vertex(program)
        proved, needed = elastic.proof(point)
        weights, excess = np.split(point.x, [len(self.demands.floor)])
        given = dict(zip(soft, excess.tolist(), strict=True))
        amounts = {words: amount for words, amount in given.items() if amount > _SEEN}
        return Relaxation(weights, amounts, proved, needed), self._cuts(kept, weights, given)

    def _cuts(self, kept: Sequence[str], weights: Vector, given: dict[str, float]) -> list[Row]:
        found = []
        for curve in self.demands.curves:
            if curve.words in kept:
                over = curve.measure(weights)[0] - curve.most - given.get(curve.words, 0.0)
                if over > EDGE:
                    found.append(curve.cut(weights))
        return found
