"""What each binding rule costs: the change of the objective when the rule moves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from addin.engine.demands import Demands, demands_of
from addin.engine.duals import prices_of_rules
from addin.engine.moved import moved
from addin.engine.optimised import Optimised
from addin.engine.price_words import Rates, in_words, step_of

_TOUCHING = 1e-7  # of a rule's unit: what has no price is dropped
_CERTAIN = ".6g"  # digits of a difference of two optima
_SMALL = 0.01  # of a step: by how much a rule moves in the re-solve


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
        rates = Rates(dual, self._at(rule, small), self._at(rule, -small))
        known, again = rates.best_known, rates.resolved
        return ShadowPrice(
            rule,
            value,
            step,
            None if known is None else known * step,
            None if again is None else float(f"{again * step:{_CERTAIN}}"),
            in_words(self.solved.objective, rule, step, rates),
        )


def prices_at(solved: Optimised) -> tuple[ShadowPrice, ...]:
    """The price of each rule an optimum is at the limit of.

    Multipliers of the optimum are compared with a second optimisation. Where they disagree, a
    rise and a fall of the limit do not count the same, and the second optimisation is reported.

    Returns:
        In the order of the policy: classes and limits, assets, volatility and tracking error,
        CVaR and turnover.
    """
    pricing = _Pricing(solved, demands_of(solved.whole), prices_of_rules(solved))
    return tuple(pricing.price(rule) for rule in dict.fromkeys(pricing.touched()))
