"""The set of portfolios a policy allows; every row knows its rule in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd

from addin.domain.policy import Rule
from addin.domain.weights import Matrix, Vector


def percent(value: float) -> str:
    """A weight or rate in words: 12.5%."""
    return f"{value * 100:.2f}".rstrip("0").rstrip(".") + "%"


@dataclass(frozen=True, eq=False)
class LinearRule:
    """``lower ≤ coefficients · weights ≤ upper``, with the policy's words for it.

    Attributes:
        words: E.g. ``Equity ≤ 65%``.
        coefficients: (n,).
        lower: -inf where there is none.
        upper: inf where there is none.
        soft: Whether it may be exceeded at a price.
        unit: Excess that is priced as one; the size of the limit where that is no weight.
    """

    words: str
    coefficients: Vector
    lower: float
    upper: float
    soft: bool = False
    unit: float = 1.0


@dataclass(frozen=True)
class PortfolioLimit:
    """A largest amount of something that a whole portfolio has.

    Attributes:
        words: E.g. ``turnover ≤ 10%``.
        bound: In the unit of the amount.
        soft: Whether it may be exceeded at a price.
    """

    words: str
    bound: float
    soft: bool = False


@dataclass(frozen=True)
class NormLimit:
    """A largest annual volatility or tracking error."""

    rule: Rule
    words: str
    bound: float
    soft: bool = False


class TailLimit(PortfolioLimit):
    """A largest CVaR, per row of the returns."""


class TurnoverLimit(PortfolioLimit):
    """A largest one-way turnover from the current weights."""


class ShortLimit(PortfolioLimit):
    """A largest total of short positions, as a positive weight."""


@dataclass(frozen=True)
class HoldingsLimit:
    """A largest number of holdings, each of at least a weight; either may be missing.

    Attributes:
        words: The rules in words, those that hold.
        most: Number of assets with a weight; None where any number may have one.
        least_weight: Of an asset that is held at all; 0 where any weight will do.
    """

    words: tuple[str, ...]
    most: int | None = None
    least_weight: float = 0.0


@dataclass(frozen=True)
class WeakerBound:
    """A smallest or largest weight behind a tighter one, which counts once that gives way.

    Attributes:
        place: Of the asset.
        words: Of the rule.
        lower: -inf where there is none.
        upper: inf where there is none.
    """

    place: int
    words: str
    lower: float
    upper: float


FurtherRule = LinearRule | NormLimit | PortfolioLimit


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
        tail_limits: Limits of CVaR.
        turnover_limits: Limits of turnover.
        short_limits: Limits of the total of short positions.
        soft: Rules that may be exceeded at a price.
        weaker: Bounds behind tighter ones.
        holdings: Number and least weight of holdings, which make the set one of many pieces.
    """

    tickers: tuple[str, ...]
    asset_classes: tuple[str, ...]
    lower: Vector
    upper: Vector
    lower_words: tuple[str, ...]
    upper_words: tuple[str, ...]
    rules: tuple[LinearRule, ...] = ()
    norm_limits: tuple[NormLimit, ...] = ()
    tail_limits: tuple[TailLimit, ...] = ()
    turnover_limits: tuple[TurnoverLimit, ...] = ()
    short_limits: tuple[ShortLimit, ...] = ()
    soft: tuple[FurtherRule, ...] = ()
    weaker: tuple[WeakerBound, ...] = ()
    holdings: HoldingsLimit | None = None

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

    @cached_property
    def row_size(self) -> Vector:
        """(rules,) largest coefficient of each linear rule, at least one."""
        return np.asarray(np.abs(self.matrix).max(axis=1, initial=1.0))

    @cached_property
    def rows(self) -> tuple[Matrix, Vector, Vector]:
        """Coefficients, lower and upper limits of the linear rules and, last, of the budget."""
        return (
            np.vstack([self.matrix, np.ones(len(self))]),
            np.append(self.row_lower, 1.0),
            np.append(self.row_upper, 1.0),
        )

    def also(self, *rules: FurtherRule) -> "FeasibleSet":
        """The same set under further rules."""
        hard = [rule for rule in rules if not rule.soft]
        return replace(
            self,
            rules=self.rules + _of_kind(LinearRule, hard),
            norm_limits=self.norm_limits + _of_kind(NormLimit, hard),
            tail_limits=self.tail_limits + _of_kind(TailLimit, hard),
            turnover_limits=self.turnover_limits + _of_kind(TurnoverLimit, hard),
            short_limits=self.short_limits + _of_kind(ShortLimit, hard),
            soft=self.soft + tuple(rule for rule in rules if rule.soft),
        )


K = TypeVar("K")


def _of_kind(kind: type[K], rules: Sequence[object]) -> tuple[K, ...]:
    return tuple(rule for rule in rules if isinstance(rule, kind))


def one_sided(words: str, coefficients: Vector, operator: str, value: float) -> LinearRule:
    """The rule ``coefficients · weights <operator> value``."""
    lower = -np.inf if operator == "<=" else value
    upper = np.inf if operator == ">=" else value
    return LinearRule(words, coefficients, lower, upper)
