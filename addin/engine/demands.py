"""Every rule of a policy as what it demands of the weights, so that it may give way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from addin.domain.weights import Matrix, Vector
from addin.engine.feasible import (
    FeasibleSet,
    LinearRule,
    ShortLimit,
    TailLimit,
    TurnoverLimit,
)
from addin.engine.problem import Problem
from addin.engine.tail import tail_weights

Measure = Callable[[Vector], tuple[float, Vector]]
_Bounded = TailLimit | TurnoverLimit | ShortLimit

_FAR = -10.0  # no short position is ever this large


@dataclass(frozen=True, eq=False)
class Row:
    """``coefficients · w ≤ most``; a rule may own several.

    Attributes:
        words: Of the rule.
        coefficients: (n,).
        most: In the rule's own unit, negative for a least value.
        unit: A change of the rule that counts as much as 100 % of weight.
        sign: 1 for a largest value, −1 for a least one.
    """

    words: str
    coefficients: Vector
    most: float
    unit: float = 1.0
    sign: int = 1


@dataclass(frozen=True, eq=False)
class Round:
    """``‖factor · w − centre‖ ≤ radius``."""

    words: str
    factor: Matrix
    centre: Vector
    radius: float


@dataclass(frozen=True, eq=False)
class Curve:
    """``measure(w) ≤ most`` for a convex measure, given with a subgradient."""

    words: str
    most: float
    measure: Measure

    def cut(self, weights: Vector) -> Row:
        """The tangent at some weights: all that obey the rule are below it."""
        value, slope = self.measure(weights)
        return Row(self.words, slope, self.most - value + float(slope @ weights))


@dataclass(frozen=True, eq=False)
class Demands:
    """All rules of a policy over weights that add up to one.

    Attributes:
        rows: Linear rules and bounds.
        rounds: Limits of volatility and tracking error.
        curves: Limits of CVaR, turnover and short positions.
        floor: (n,) zero where weights may not be negative, which is never named as a rule.
    """

    rows: tuple[Row, ...]
    rounds: tuple[Round, ...]
    curves: tuple[Curve, ...]
    floor: Vector

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Each rule once, in the order of the policy."""
        rules: tuple[Row | Round | Curve, ...] = (*self.rows, *self.rounds, *self.curves)
        return tuple(dict.fromkeys(rule.words for rule in rules))

    def limit(self, words: str, weights: Vector) -> tuple[float, int]:
        """Value of a rule and its sign; of a rule with two sides the one nearer to being broken."""
        sides = [row for row in self.rows if row.words == words]
        if sides:
            worst = max(sides, key=lambda row: float(row.coefficients @ weights) - row.most)
            return worst.sign * worst.most, worst.sign
        values = {r.words: r.radius for r in self.rounds} | {c.words: c.most for c in self.curves}
        return values[words], 1


def _of_linear(rule: LinearRule) -> list[Row]:
    unit = float(np.abs(rule.coefficients).max(initial=1.0))
    found = []
    if np.isfinite(rule.lower):
        found.append(Row(rule.words, -rule.coefficients, -rule.lower, unit, -1))
    if np.isfinite(rule.upper):
        found.append(Row(rule.words, rule.coefficients, rule.upper, unit))
    return found


def _of_bounds(feasible: FeasibleSet) -> list[Row]:
    found = []
    for i, row in enumerate(np.eye(len(feasible))):
        if feasible.lower[i]:
            found.append(Row(feasible.lower_words[i], -row, -float(feasible.lower[i]), sign=-1))
        if feasible.upper[i] < 1:
            found.append(Row(feasible.upper_words[i], row, float(feasible.upper[i])))
    return found


def _of_weaker(feasible: FeasibleSet) -> list[Row]:
    """Bounds behind tighter ones, which count once those give way."""
    found = []
    for bound in feasible.weaker:
        own = np.zeros(len(feasible))
        own[bound.place] = 1.0
        found += _of_linear(LinearRule(bound.words, own, bound.lower, bound.upper))
    return found


def _turnover(problem: Problem, weights: Vector) -> tuple[float, Vector]:
    """One-way: what is sold, as all of it is bought elsewhere."""
    less = problem.held - weights
    sold = problem.held_elsewhere + float(np.maximum(less, 0.0).sum())
    return sold, -(less > 0).astype(float)


def _short(weights: Vector) -> tuple[float, Vector]:
    return float(np.maximum(-weights, 0.0).sum()), -(weights < 0).astype(float)


def _tail(problem: Problem, weights: Vector) -> tuple[float, Vector]:
    """CVaR per row: the mean of the rows in the tail, which are its subgradient."""
    earned = problem.scenarios @ weights
    shares = tail_weights(earned, problem.confidence)
    return -float(shares @ earned), -(shares @ problem.scenarios)


def _curves(problem: Problem) -> list[Curve]:
    feasible = problem.feasible
    limited: list[tuple[Sequence[_Bounded], Measure]] = [
        (feasible.tail_limits, partial(_tail, problem)),
        (feasible.turnover_limits, partial(_turnover, problem)),
        (feasible.short_limits, _short),
    ]
    return [Curve(one.words, one.bound, how) for limits, how in limited for one in limits]


def _rounds(problem: Problem) -> list[Round]:
    limits = zip(problem.feasible.norm_limits, problem.balls, strict=True)
    return [Round(limit.words, b.factor, b.centre, b.radius) for limit, b in limits]


def demands_of(problem: Problem) -> Demands:
    """What the hard rules of a problem demand; the number of holdings is left aside."""
    feasible = problem.feasible
    rules = [row for rule in feasible.rules for row in _of_linear(rule)]
    return Demands(
        (*rules, *_of_bounds(feasible), *_of_weaker(feasible)),
        tuple(_rounds(problem)),
        tuple(_curves(problem)),
        np.where(feasible.lower < 0, _FAR, 0.0),
    )
