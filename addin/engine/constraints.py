"""The policy as constraints on weights: every row knows its rule in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.labels import label_key
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.domain.weights import Matrix, Vector, aligned
from addin.engine.selection import class_members, selected
from addin.errors import InputError, PolicyError

NORM_RULES = (Rule.VOLATILITY, Rule.TRACKING_ERROR)


@dataclass(frozen=True, eq=False)
class LinearRule:
    """``lower ≤ coefficients · weights ≤ upper``, with the policy's words for it.

    Attributes:
        words: E.g. ``Equity ≤ 65%``.
        coefficients: (n,).
        lower: -inf where there is none.
        upper: inf where there is none.
    """

    words: str
    coefficients: Vector
    lower: float
    upper: float


@dataclass(frozen=True)
class NormLimit:
    """A largest annual volatility or tracking error."""

    rule: Rule
    words: str
    bound: float


@dataclass(frozen=True, eq=False)
class FeasibleSet:
    """Portfolios that add up to one and obey every hard rule of a policy.

    Attributes:
        tickers: (n,).
        asset_classes: (n,).
        lower: (n,) smallest weights.
        upper: (n,) largest weights.
        lower_words: (n,) the rule behind each smallest weight.
        upper_words: (n,) the rule behind each largest weight.
        rules: Linear rules.
        norm_limits: Limits of volatility and tracking error.
    """

    tickers: tuple[str, ...]
    asset_classes: tuple[str, ...]
    lower: Vector
    upper: Vector
    lower_words: tuple[str, ...]
    upper_words: tuple[str, ...]
    rules: tuple[LinearRule, ...] = ()
    norm_limits: tuple[NormLimit, ...] = ()

    def __len__(self) -> int:
        return len(self.tickers)

    @cached_property
    def index(self) -> pd.Index:
        """The tickers as labels of a series of weights."""
        return pd.Index(self.tickers)

    @cached_property
    def matrix(self) -> Matrix:
        """(rules, n) coefficients of the linear rules."""
        rows = [rule.coefficients for rule in self.rules]
        return np.array(rows) if rows else np.zeros((0, len(self)))

    @cached_property
    def row_lower(self) -> Vector:
        """(rules,) lower limits of the linear rules."""
        return np.array([rule.lower for rule in self.rules])

    @cached_property
    def row_upper(self) -> Vector:
        """(rules,) upper limits of the linear rules."""
        return np.array([rule.upper for rule in self.rules])

    def also(self, *rules: LinearRule | NormLimit) -> "FeasibleSet":
        """The same set under further rules."""
        linear = tuple(rule for rule in rules if isinstance(rule, LinearRule))
        norms = tuple(rule for rule in rules if isinstance(rule, NormLimit))
        return replace(self, rules=self.rules + linear, norm_limits=self.norm_limits + norms)


def percent(value: float) -> str:
    """A weight or rate in words: 12.5%."""
    return f"{value * 100:.2f}".rstrip("0").rstrip(".") + "%"


def one_sided(words: str, coefficients: Vector, operator: str, value: float) -> LinearRule:
    """The rule ``coefficients · weights <operator> value``."""
    lower = -np.inf if operator == "<=" else value
    upper = np.inf if operator == ">=" else value
    return LinearRule(words, coefficients, lower, upper)


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


def places(tickers: Sequence[str], among: Sequence[str]) -> list[int]:
    """Position of each ticker in another list.

    Raises:
        InputError: Naming the tickers without expected return and covariance.
    """
    place = {label_key(ticker): i for i, ticker in enumerate(among)}
    if missing := [ticker for ticker in tickers if label_key(ticker) not in place]:
        raise InputError(f"assumptions: no expected return and covariance for {', '.join(missing)}")
    return [place[label_key(ticker)] for ticker in tickers]


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
