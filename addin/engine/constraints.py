"""From the rules of a policy to the set of portfolios it allows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.labels import label_key
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.domain.weights import EDGE, Vector, aligned
from addin.engine.exclusions import ExclusionBound, exclusion_bounds
from addin.engine.feasible import (
    FeasibleSet,
    FurtherRule,
    HoldingsLimit,
    LinearRule,
    NormLimit,
    TailLimit,
    TurnoverLimit,
    WeakerBound,
    one_sided,
    percent,
)
from addin.engine.problem import places
from addin.engine.selection import average_row, class_members, groups, selected
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
        self._tickers = universe.tickers
        pairs = list(zip(universe.tickers, universe.lower, universe.upper, strict=True))
        self.lower_words = [f"{ticker} ≥ {percent(low)}" for ticker, low, _ in pairs]
        self.upper_words = [f"{ticker} ≤ {percent(high)}" for ticker, _, high in pairs]

        self.weaker: list[WeakerBound] = []

    def _narrow(self, i: int, lower: float, upper: float, words: str) -> None:
        looser, behind = lower, words
        if lower > self.lower[i]:
            looser, behind = float(self.lower[i]), self.lower_words[i]
            self.lower[i], self.lower_words[i] = lower, words
        if looser != 0 and np.isfinite(looser):
            self.weaker.append(WeakerBound(i, behind, looser, np.inf))
        looser, behind = upper, words
        if upper < self.upper[i]:
            looser, behind = float(self.upper[i]), self.upper_words[i]
            self.upper[i], self.upper_words[i] = upper, words
        if looser < 1:
            self.weaker.append(WeakerBound(i, behind, -np.inf, looser))

    def tighten(self, mask: Vector, limit: Limit) -> None:
        lower = -np.inf if limit.operator == "<=" else limit.value
        upper = np.inf if limit.operator == ">=" else limit.value
        for i in np.flatnonzero(mask):
            self._narrow(int(i), lower, upper, limit.words)

    def exclude(self, exclusions: Sequence[ExclusionBound]) -> None:
        """What may be held of excluded assets."""
        place = {ticker: i for i, ticker in enumerate(self._tickers)}
        for each in exclusions:
            self._narrow(place[each.ticker], each.lower, each.upper, each.words)


def _lacking(noun: str, limit: Limit) -> InputError:
    return InputError(f"limit '{limit.words}': needs {noun}, found none")


def _coefficients(
    universe: Universe, limit: Limit, assumptions: Assumptions | None, benchmark: pd.Series | None
) -> Vector:
    if limit.rule is Rule.WEIGHT:
        return selected(universe, limit.selector)
    if limit.rule is Rule.AVERAGE:
        return average_row(universe, limit)
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


def _require_at_most(limit: Limit) -> None:
    if limit.operator != "<=":
        raise PolicyError(
            f"limit '{limit.words}': the optimiser can impose {limit.rule} only as <=, "
            f"found {limit.operator}; make it soft to have it checked only"
        )


def _bounded_one_by_one(universe: Universe, limit: Limit) -> bool:
    key = label_key(limit.selector)
    on_one = limit.rule is Rule.WEIGHT and key in map(label_key, universe.tickers)
    return on_one or limit.rule in (Rule.EACH, Rule.EXCLUDE)


def _further(limit: Limit) -> FurtherRule:
    """A limit of a whole portfolio that no row of weights can say."""
    _require_at_most(limit)
    soft = not limit.hard
    if limit.rule in NORM_RULES:
        return NormLimit(limit.rule, limit.words, limit.value, soft)
    kind = TailLimit if limit.rule is Rule.CVAR else TurnoverLimit
    return kind(limit.words, limit.value, soft)


def _row(
    universe: Universe, limit: Limit, assumptions: Assumptions | None, benchmark: pd.Series | None
) -> LinearRule:
    coefficients = _coefficients(universe, limit, assumptions, benchmark)
    rule = one_sided(limit.words, coefficients, limit.operator, limit.value)
    if limit.hard:
        return rule
    in_weights = limit.rule not in (Rule.AVERAGE, Rule.BETA)
    return replace(rule, soft=True, unit=1.0 if in_weights else abs(limit.value) or 1.0)


def _soft_bounds(universe: Universe, limit: Limit) -> Iterator[LinearRule]:
    """A soft limit on each of some assets: one row an asset, priced one by one."""
    mask = selected(universe, limit.selector)
    value, operator = (0.0, "<=") if limit.rule is Rule.EXCLUDE else (limit.value, limit.operator)
    for i in np.flatnonzero(mask):
        words = limit.words if mask.sum() == 1 else f"{limit.words} ({universe.tickers[i]})"
        own = np.zeros(len(universe))
        own[i] = 1.0
        yield replace(one_sided(words, own, operator, value), soft=True)


def _group_rows(limit: Limit, totals: Sequence[tuple[str, Vector]]) -> Iterator[LinearRule]:
    """One row for each total a limit of each is about, such as every issuer's."""
    for words, members in totals:
        rule = one_sided(words, members, limit.operator, limit.value)
        yield rule if limit.hard else replace(rule, soft=True)


def _holdings(limits: Sequence[Limit]) -> HoldingsLimit | None:
    """The smallest number of holdings asked for; a soft one is checked only."""
    found = [limit for limit in limits if limit.rule is Rule.HOLDINGS and limit.hard]
    if not found:
        return None
    for limit in found:
        _require_at_most(limit)
    tightest = min(found, key=lambda limit: limit.value)
    return HoldingsLimit((tightest.words,), int(tightest.value + EDGE))


FURTHER_RULES = (*NORM_RULES, Rule.CVAR, Rule.TURNOVER)


def _require_no_shorts(universe: Universe) -> None:
    short = [t for t, low in zip(universe.tickers, universe.lower, strict=True) if low < 0]
    if short:
        raise PolicyError(
            f"universe, Min: below zero for {', '.join(short)}, which needs the option "
            "shorting=TRUE; found FALSE"
        )


def feasible_set(  # noqa: PLR0913 (the data a limit may need)
    universe: Universe,
    classes: Sequence[ClassRange],
    limits: Sequence[Limit] = (),
    *,
    assumptions: Assumptions | None = None,
    benchmark: pd.Series | None = None,
    current: pd.Series | None = None,
    shorting: bool = False,
) -> FeasibleSet:
    """The rules of a policy as bounds, linear rules and limits of whole portfolios.

    The range of a class holds for its own assets and those of the classes below it. A soft
    limit may be exceeded at a price; one on the number of holdings is checked only.

    Args:
        universe: N assets with their smallest and largest weights.
        classes: Class ranges; none means no class rules.
        limits: Limits of the policy.
        assumptions: Needed by limits of return and beta.
        benchmark: Decimals by ticker, needed by limits of beta.
        current: Decimals by ticker, what is held of excluded assets that need not be sold now.
        shorting: Whether a smallest weight may be negative.

    Raises:
        InputError: If a limit needs what was not given, or a selector names nothing known.
        PolicyError: If a limit is of a kind the optimiser cannot impose, or an asset may be
            sold short without ``shorting``.
    """
    if not shorting:
        _require_no_shorts(universe)
    bounds, rules = _Bounds(universe), list[FurtherRule](_class_rules(universe, classes))
    for limit in limits:
        if limit.rule is Rule.HOLDINGS or (limit.rule is Rule.EXCLUDE and limit.hard):
            continue
        if limit.rule in FURTHER_RULES:
            rules.append(_further(limit))
        elif totals := groups(universe, limit):
            rules.extend(_group_rows(limit, totals))
        elif not _bounded_one_by_one(universe, limit):
            rules.append(_row(universe, limit, assumptions, benchmark))
        elif limit.hard:
            bounds.tighten(selected(universe, limit.selector), limit)
        else:
            rules.extend(_soft_bounds(universe, limit))
    bounds.exclude(exclusion_bounds(universe, limits, current))
    bounded = FeasibleSet(
        universe.tickers,
        universe.asset_classes,
        bounds.lower,
        bounds.upper,
        tuple(bounds.lower_words),
        tuple(bounds.upper_words),
        weaker=tuple(bounds.weaker),
        holdings=_holdings(limits),
    )
    return bounded.also(*rules)
