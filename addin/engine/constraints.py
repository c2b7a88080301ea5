"""From the rules of a policy to the set of portfolios it allows."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.labels import label_key
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.domain.weights import Vector, aligned
from addin.engine.feasible import FeasibleSet, LinearRule, NormLimit, one_sided, percent
from addin.engine.problem import places
from addin.engine.selection import class_members, selected
from addin.errors import InputError, PolicyError

__all__ = ["FeasibleSet", "LinearRule", "NormLimit", "feasible_set"]

NORM_RULES = (Rule.VOLATILITY, Rule.TRACKING_ERROR)


def _class_rules(universe: Universe, classes: Sequence[ClassRange]) -> list[LinearRule]:
    rules = []
    for item in classes:
        members = class_members(universe, classes, item.name)
        if item.lower > 0:
            words = f"{item.name} ≥ {percent(item.lower)}"
            rules.append(one_sided(words, members, ">=", item.lower))
        if item.upper < 1:
            words = f"{item.name} ≤ {percent(item.upper)}"
            rules.append(one_sided(words, members, "<=", item.upper))
    return rules


class _Bounds:
    """Smallest and largest weights, each with the words of the tightest rule behind it."""

    def __init__(self, universe: Universe) -> None:
        self.lower, self.upper = np.array(universe.lower), np.array(universe.upper)
        pairs = list(zip(universe.tickers, universe.lower, universe.upper, strict=True))
        self.lower_words = [f"{ticker} ≥ {percent(low)}" for ticker, low, _ in pairs]
        self.upper_words = [f"{ticker} ≤ {percent(high)}" for ticker, _, high in pairs]

    def tighten(self, mask: Vector, limit: Limit) -> None:
        exclude = limit.rule is Rule.EXCLUDE
        value = 0.0 if exclude else limit.value
        for i in np.flatnonzero(mask):
            if not exclude and limit.operator != "<=" and value > self.lower[i]:
                self.lower[i], self.lower_words[i] = value, limit.words
            if (exclude or limit.operator != ">=") and value < self.upper[i]:
                self.upper[i], self.upper_words[i] = value, limit.words


def _average(universe: Universe, limit: Limit) -> Vector:
    values = universe.numbers(limit.selector)
    if np.isnan(values).any():
        ticker = universe.tickers[int(np.argmax(np.isnan(values)))]
        raise InputError(
            f"universe, {ticker}, {limit.selector}: need a number for the limit "
            f"'{limit.words}', found an empty cell"
        )
    return values


def _lacking(noun: str, limit: Limit) -> InputError:
    return InputError(f"limit '{limit.words}': needs {noun}, found none")


def _coefficients(
    universe: Universe, limit: Limit, assumptions: Assumptions | None, benchmark: pd.Series | None
) -> Vector:
    if limit.rule is Rule.WEIGHT:
        return selected(universe, limit.selector)
    if limit.rule is Rule.AVERAGE:
        return _average(universe, limit)
    if assumptions is None:
        raise _lacking("expected returns and a covariance", limit)
    here = places(universe.tickers, assumptions.tickers)
    if limit.rule is Rule.RETURN:
        return assumptions.expected_returns[here]
    if benchmark is None:
        raise _lacking("a benchmark", limit)
    against = aligned(benchmark, assumptions.tickers, "benchmark")
    covariances = assumptions.covariance @ against
    return covariances[here] / (against @ covariances)


def _require_imposable(limit: Limit) -> None:
    if limit.rule in (Rule.CVAR, Rule.TURNOVER, Rule.HOLDINGS):
        raise PolicyError(
            f"limit '{limit.words}': the optimiser cannot impose a limit of {limit.rule} yet, "
            "it is checked only; make it soft or leave it out to optimise"
        )
    if limit.rule in NORM_RULES and limit.operator != "<=":
        raise PolicyError(
            f"limit '{limit.words}': the optimiser can impose {limit.rule} only as <=, "
            f"found {limit.operator}"
        )


def _bounded_one_by_one(universe: Universe, limit: Limit) -> bool:
    key = label_key(limit.selector)
    on_one = limit.rule is Rule.WEIGHT and key in map(label_key, universe.tickers)
    return on_one or limit.rule in (Rule.EACH, Rule.EXCLUDE)


def feasible_set(
    universe: Universe,
    classes: Sequence[ClassRange],
    limits: Sequence[Limit] = (),
    *,
    assumptions: Assumptions | None = None,
    benchmark: pd.Series | None = None,
) -> FeasibleSet:
    """The hard rules of a policy as bounds, linear rules and norm limits.

    The range of a class holds for its own assets and those of the classes below it. Soft
    limits are not imposed; compliance checks them.

    Args:
        universe: N assets with their smallest and largest weights.
        classes: Class ranges; none means no class rules.
        limits: Limits of the policy.
        assumptions: Needed by limits of return and beta.
        benchmark: Decimals by ticker, needed by limits of beta.

    Raises:
        InputError: If a limit needs what was not given, or a selector names nothing known.
        PolicyError: If a hard limit is of a kind the optimiser cannot impose.
    """
    bounds, rules, norms = _Bounds(universe), _class_rules(universe, classes), []
    for limit in (limit for limit in limits if limit.hard):
        _require_imposable(limit)
        if limit.rule in NORM_RULES:
            norms.append(NormLimit(limit.rule, limit.words, limit.value))
        elif _bounded_one_by_one(universe, limit):
            bounds.tighten(selected(universe, limit.selector), limit)
        else:
            row = _coefficients(universe, limit, assumptions, benchmark)
            rules.append(one_sided(limit.words, row, limit.operator, limit.value))
    return FeasibleSet(
        universe.tickers,
        universe.asset_classes,
        bounds.lower,
        bounds.upper,
        tuple(bounds.lower_words),
        tuple(bounds.upper_words),
        tuple(rules),
        tuple(norms),
    )
