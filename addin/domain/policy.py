"""The Investment Policy Statement: what the client says."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from addin.domain.labels import repeated
from addin.domain.weights import EDGE
from addin.errors import PolicyError


@dataclass(frozen=True)
class ClassRange:
    """Strategic weight of an asset class and the range it may move in.

    ``target`` is None where the policy gives a range alone; the inner range is None where
    rebalancing has no inner band. A ``parent`` makes this a sub-class of another class.
    """

    name: str
    lower: float
    upper: float
    target: float | None = None
    inner_lower: float | None = None
    inner_upper: float | None = None
    parent: str | None = None
    benchmark: str | None = None
    liquidity_days: float | None = None

    def __post_init__(self) -> None:
        steps = [
            ("min", self.lower),
            ("inner min", self.inner_lower),
            ("target", self.target),
            ("inner max", self.inner_upper),
            ("max", self.upper),
        ]
        given = [(name, value) for name, value in steps if value is not None]
        for (low_name, low), (high_name, high) in itertools.pairwise(given):
            if low > high + EDGE:
                raise PolicyError(
                    f"asset class {self.name}: {low_name} {low:.2%} is above {high_name} {high:.2%}"
                )


class Rule(StrEnum):
    """What a limit is about."""

    WEIGHT = "weight"
    AVERAGE = "average"
    EACH = "each"
    RETURN = "return"
    VOLATILITY = "volatility"
    TRACKING_ERROR = "tracking error"
    CVAR = "cvar"
    BETA = "beta"
    TURNOVER = "turnover"
    HOLDINGS = "holdings"
    EXCLUDE = "exclude"


SIGNS = {"<=": "≤", ">=": "≥", "=": "="}


@dataclass(frozen=True)
class Limit:
    """One limit of the policy, e.g. ``weight, SPY, >=, 0.10``."""

    rule: Rule
    selector: str
    operator: str
    value: float
    hard: bool = True
    note: str = ""

    def __post_init__(self) -> None:
        if self.rule is not Rule.EXCLUDE and self.operator not in SIGNS:
            raise PolicyError(
                f"limit {self.rule} {self.selector}: need operator <=, >= or =, "
                f"found '{self.operator}'"
            )

    @property
    def words(self) -> str:
        """The limit as a person would say it: ``SPY ≥ 10%``."""
        if self.rule is Rule.EXCLUDE:
            return f"no {self.selector}"
        subject = {
            Rule.WEIGHT: self.selector,
            Rule.AVERAGE: f"average {self.selector}",
            Rule.EACH: f"each {self.selector}".strip() if self.selector else "each asset",
        }.get(self.rule, str(self.rule))
        return f"{subject} {SIGNS[self.operator]} {self.shown(self.value)}"

    def shown(self, value: float) -> str:
        """A value in the unit of this limit: percent, or a plain number."""
        if self.rule in (Rule.AVERAGE, Rule.BETA, Rule.HOLDINGS):
            return f"{value:.4g}"
        return f"{value * 100:.2f}".rstrip("0").rstrip(".") + "%"


class Destination(StrEnum):
    """How far a rebalancing goes."""

    TARGET = "target"
    INNER = "inner"
    EDGE = "edge"
    HALF_WAY = "half-way"


@dataclass(frozen=True)
class Rebalancing:
    """When drift is flagged and how trades are made (money in account currency)."""

    watch: float = 0.03
    flag: float = 0.05
    min_trade: float = 1000.0
    min_trade_weight: float = 0.001
    cost_bps: float = 0.0
    ticket_cost: float = 0.0
    cash_min: float = 0.0
    cash_max: float = 1.0
    cash_flow: float = 0.0
    lot_size: float = 1.0
    whole_shares: bool = True
    max_turnover: float | None = None
    time_limit: float = 5.0

    def __post_init__(self) -> None:
        if not 0 <= self.watch <= self.flag:
            raise PolicyError(
                f"rebalancing: need 0 ≤ watch ≤ flag, got {self.watch:.2%} and {self.flag:.2%}"
            )
        if not self.cash_min <= self.cash_max:
            raise PolicyError(
                f"rebalancing: cash_min {self.cash_min:.2%} is above cash_max {self.cash_max:.2%}"
            )


@dataclass(frozen=True)
class ScoreWeights:
    """How much each criterion counts when candidates are ranked; non-negative, not all zero."""

    policy_fit: float = 0.30
    risk: float = 0.20
    expected_return: float = 0.20
    benchmark_tracking: float = 0.15
    diversification: float = 0.15

    def __post_init__(self) -> None:
        values = vars(self).values()
        if min(values) < 0 or sum(values) <= 0:
            raise PolicyError(
                "score weights: need numbers of at least zero, not all zero, found "
                + ", ".join(f"{name} {value:g}" for name, value in vars(self).items())
            )


@dataclass(frozen=True)
class PolicyMeta:
    """Who and what the policy is."""

    policy_id: str = ""
    client: str = ""
    profile: str = ""
    version: str = ""
    effective_from: date | None = None
    base_currency: str = "USD"
    approved_by: str = ""
    approved_on: date | None = None
    next_review: date | None = None
    author: str = ""


@dataclass(frozen=True)
class Policy:
    """Class ranges, limits and rules for trading; contradictions cannot be built."""

    classes: tuple[ClassRange, ...]
    limits: tuple[Limit, ...] = ()
    benchmark: tuple[tuple[str, float], ...] = ()
    rebalancing: Rebalancing = field(default_factory=Rebalancing)
    score: ScoreWeights = field(default_factory=ScoreWeights)
    meta: PolicyMeta = field(default_factory=PolicyMeta)

    def __post_init__(self) -> None:
        check_classes(self.classes)


def _levels(classes: tuple[ClassRange, ...]) -> Iterator[tuple[str, float, list[ClassRange]]]:
    """Each set of classes that divide one whole: its name, the whole's target, its parts."""
    yield "asset classes", 1.0, [c for c in classes if c.parent is None]
    for whole in classes:
        parts = [c for c in classes if c.parent == whole.name]
        if parts and whole.target is not None:
            yield f"parts of {whole.name}", whole.target, parts


def _check_targets(classes: tuple[ClassRange, ...]) -> None:
    for level, whole, parts in _levels(classes):
        if all(c.target is not None for c in parts):
            total = sum(c.target or 0.0 for c in parts)
            if abs(total - whole) > EDGE:
                raise PolicyError(f"{level}: targets must add up to {whole:.2%}, found {total:.2%}")


def check_classes(classes: tuple[ClassRange, ...]) -> None:
    """Refuse class ranges that contradict each other.

    Raises:
        PolicyError: If a class is listed twice, a parent is unknown, targets do not add up to
            their whole (100 % at the top), or minima and maxima leave no room for 100 %.
    """
    if not classes:
        raise PolicyError("asset classes: need at least one, found none")
    if twice := repeated(c.name for c in classes):
        raise PolicyError(f"asset class listed more than once: {', '.join(twice)}")
    names = {c.name for c in classes}
    if lost := [c for c in classes if c.parent is not None and c.parent not in names]:
        raise PolicyError(f"asset class {lost[0].name}: parent '{lost[0].parent}' is not listed")
    _check_targets(classes)
    top = [c for c in classes if c.parent is None]
    least, most = sum(c.lower for c in top), sum(c.upper for c in top)
    if least > 1 + EDGE:
        raise PolicyError(f"asset classes: minima add up to {least:.2%}, more than 100%")
    if most < 1 - EDGE:
        raise PolicyError(f"asset classes: maxima add up to {most:.2%}, less than 100%")
