"""What each binding rule costs: the change of the objective when the rule moves."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Unpack

import numpy as np

from addin.domain.assumptions import Assumptions
from addin.engine.demands import Demands, demands_of
from addin.engine.duals import prices_of_rules
from addin.engine.feasible import FeasibleSet
from addin.engine.moved import moved
from addin.engine.objectives import Objective
from addin.engine.optimised import Given, Optimised, optimised
from addin.engine.rule_words import has_value, is_percentage
from addin.engine.settings import AS_STATED, Settings

_POINT = 0.01
_NOTHING = 1e-8  # of change in the objective
_TOUCHING = 1e-7  # of a rule's unit: what has no price is dropped
_SMALL = 0.01  # of a step: by how much a rule moves in the re-solve
_KINK = 0.05  # of the price: sides that differ by more are told apart
_AGREED = 1e-3
_NOISE = 1e-6  # per unit of the rule: what re-solving cannot tell from zero


@dataclass(frozen=True)
class ShadowPrice:
    """What moving one rule is worth.

    Attributes:
        rule: The rule, e.g. ``Equity ≤ 65%``.
        value: Its limit.
        step: What ``per_point`` is about: 0.01 for weights and rates; for averages and beta the
            power of ten that is about a hundredth of the limit.
        per_point: Change of the objective, in its own unit, as the limit rises by one step, at
            the rate at which it begins to change; None if the limit can neither rise nor fall.
        resolved: The same by optimising again with the limit moved by a hundredth of a step.
        words: E.g. ``+1 pp on Equity ≤ 65% adds 0.9 bp of expected return``.
    """

    rule: str
    value: float
    step: float
    per_point: float | None
    resolved: float | None
    words: str


def step_of(words: str, value: float) -> float:
    """A percentage point; for a plain number the power of ten about a hundredth of it."""
    if is_percentage(words) or not has_value(words):
        return _POINT
    return 10.0 ** (math.floor(math.log10(abs(value))) - 2) if value else _POINT


@dataclass(frozen=True)
class _Rates:
    """Change of the objective per unit of a rule: by its multiplier, as it rises, as it falls."""

    dual: float | None
    rising: float | None
    falling: float | None

    @property
    def sides(self) -> list[float]:
        return [rate for rate in (self.rising, self.falling) if rate is not None]

    @property
    def one_sided(self) -> bool:
        """Whether a rise and a fall do not change the objective at the same rate."""
        sides = self.sides
        size = max(map(abs, sides), default=0.0)
        return len(sides) == 2 and max(sides) - min(sides) > _KINK * size + _NOISE

    @property
    def resolved(self) -> float | None:
        """The rate of a rise where the sides differ or only that is known, else the mean."""
        sides = self.sides
        if not sides:
            return None
        return sides[0] if self.one_sided else sum(sides) / len(sides)

    @property
    def best_known(self) -> float | None:
        """The multiplier where optimising again agrees: it may be one of many at a corner."""
        again, dual = self.resolved, self.dual
        if again is None or dual is None:
            return again
        return dual if abs(dual - again) <= _AGREED * abs(again) + _NOISE else again


_UNITS: dict[str, tuple[float, str]] = {
    Objective.MIN_VOLATILITY: (1e4, " bp of volatility"),
    Objective.MAX_RETURN: (1e4, " bp of expected return"),
    Objective.MIN_TRACKING_ERROR: (1e4, " bp of tracking error"),
    Objective.MAX_UTILITY: (1e4, " bp of utility"),
    Objective.MAX_SHARPE: (1.0, " of Sharpe ratio"),
}


def _effect(objective: Objective, change: float) -> str:
    """``adds 0.9 bp of expected return``."""
    scale, unit = _UNITS.get(objective, (1.0, f" of the objective, {objective}"))
    amount = f"{abs(change) * scale:.2g}"
    if abs(change) < _NOTHING:
        return "changes nothing"
    return f"{'adds' if change > 0 else 'takes away'} {amount}{unit}"


def _sentence(objective: Objective, words: str, step: float, rates: _Rates) -> str:
    if rates.best_known is None:
        return f"{words} can neither rise nor fall"
    size = "1 pp" if is_percentage(words) or not has_value(words) else f"{step:g}"
    if not rates.one_sided or rates.rising is None:
        return f"+{size} on {words} {_effect(objective, rates.best_known * step)}"
    rise = f"+{size} on {words} {_effect(objective, rates.rising * step)}"
    if rates.falling is None:
        return rise
    return f"{rise}, −{size} {_effect(objective, -rates.falling * step)} (by optimising again)"


@dataclass(frozen=True, eq=False)
class _Pricing:
    solved: Optimised
    demands: Demands
    duals: dict[str, float] | None

    def touched(self) -> Iterator[str]:
        """Rules the weights are at the limit of."""
        weights = self.solved.weights
        for row in self.demands.rows:
            if row.coefficients @ weights >= row.most - _TOUCHING * row.unit:
                yield row.words
        for limit in self.demands.rounds:
            distance = float(np.linalg.norm(limit.factor @ weights - limit.centre))
            if distance >= limit.radius - _TOUCHING:
                yield limit.words
        for curve in self.demands.curves:
            if curve.measure(weights)[0] >= curve.most - _TOUCHING:
                yield curve.words

    def _at(self, rule: str, step: float) -> float | None:
        """Change of the objective per unit when a rule has moved; None if nothing obeys it then."""
        solved = self.solved
        problem = replace(solved.problem, feasible=moved(solved.problem.feasible, rule, step))
        found = solved.instead(problem)
        return None if found is None else (found.value - solved.value) / step

    def price(self, rule: str) -> ShadowPrice:
        value, _ = self.demands.limit(rule, self.solved.weights)
        step = step_of(rule, value)
        small = _SMALL * step
        dual = None if self.duals is None else self.duals.get(rule, 0.0)
        rates = _Rates(dual, self._at(rule, small), self._at(rule, -small))
        known, again = rates.best_known, rates.resolved
        return ShadowPrice(
            rule,
            value,
            step,
            None if known is None else known * step,
            None if again is None else again * step,
            _sentence(self.solved.objective, rule, step, rates),
        )


def prices_at(solved: Optimised) -> tuple[ShadowPrice, ...]:
    """The price of each rule an optimum is at the limit of.

    Multipliers of the optimum are compared with a second optimisation. Where they disagree, a
    rise and a fall of the limit do not count the same, and the second optimisation is reported.

    Returns:
        In the order of the policy: classes and limits, assets, volatility and tracking error,
        CVaR and turnover.
    """
    pricing = _Pricing(solved, demands_of(solved.problem), prices_of_rules(solved))
    return tuple(pricing.price(rule) for rule in dict.fromkeys(pricing.touched()))


def shadow_prices(
    assumptions: Assumptions,
    feasible: FeasibleSet,
    objective: Objective | str,
    settings: Settings = AS_STATED,
    **given: Unpack[Given],
) -> tuple[ShadowPrice, ...]:
    """The price of each rule the best portfolio is at the limit of; see ``prices_at``.

    Args:
        assumptions: As for ``optimize``, like all others.
        feasible: Portfolios allowed.
        objective: One of ``Objective``, or its name.
        settings: Aversions, costs and further limits.
        given: Benchmark, current weights, returns and confidence.

    Raises:
        InfeasibleError: If no portfolio obeys the rules.
        InputError: As ``optimize``.
    """
    return prices_at(optimised(assumptions, feasible, objective, settings, **given))
