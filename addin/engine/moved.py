"""A feasible set with one of its rules moved."""

from dataclasses import replace
from typing import TypeVar

import numpy as np

from addin.domain.weights import Vector
from addin.engine.feasible import (
    FeasibleSet,
    LinearRule,
    NormLimit,
    ShortLimit,
    TailLimit,
    TurnoverLimit,
)


def moved(feasible: FeasibleSet, words: str, step: float) -> FeasibleSet:
    """The set with the value of one rule higher by ``step``, wherever its words stand.

    Where another bound of the same asset is then the tighter one, that one holds.
    """

    def linear(rule: LinearRule) -> LinearRule:
        if rule.words != words:
            return rule
        return replace(rule, lower=rule.lower + step, upper=rule.upper + step)

    def bounds(values: Vector, names: tuple[str, ...]) -> Vector:
        return values + step * np.array([name == words for name in names])

    lower = bounds(feasible.lower, feasible.lower_words)
    upper = bounds(feasible.upper, feasible.upper_words)
    for bound in feasible.weaker:
        change = step if bound.words == words else 0.0
        lower[bound.place] = max(lower[bound.place], bound.lower + change)
        upper[bound.place] = min(upper[bound.place], bound.upper + change)
    return replace(
        feasible,
        lower=lower,
        upper=upper,
        rules=tuple(map(linear, feasible.rules)),
        norm_limits=tuple(_bounded(limit, words, step) for limit in feasible.norm_limits),
        tail_limits=tuple(_bounded(limit, words, step) for limit in feasible.tail_limits),
        turnover_limits=tuple(_bounded(limit, words, step) for limit in feasible.turnover_limits),
        short_limits=tuple(_bounded(limit, words, step) for limit in feasible.short_limits),
    )


L = TypeVar("L", NormLimit, TailLimit, TurnoverLimit, ShortLimit)


def _bounded(limit: L, words: str, step: float) -> L:
    return replace(limit, bound=limit.bound + step) if limit.words == words else limit
