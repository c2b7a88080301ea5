"""The Investment Policy Statement: what the client says."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from addin.domain.class_range import ClassRange, check_classes
from addin.domain.limit import PLAIN_RULES, SIGNS, LegacyAction, Limit, Rule
from addin.domain.required_return import (
    Liquidity,
    ObjectiveType,
    ReturnObjective,
    SpendingRule,
    required_return,
    required_return_limit,
)
from addin.errors import PolicyError

__all__ = [
    "PLAIN_RULES",
    "SIGNS",
    "ClassRange",
    "Destination",
    "LegacyAction",
    "Limit",
    "Liquidity",
    "ObjectiveType",
    "Policy",
    "PolicyMeta",
    "Rebalancing",
    "ReturnObjective",
    "Rule",
    "ScoreWeights",
    "SpendingRule",
    "check_classes",
]


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

    def __post_init__(self) -> None:
        if self.effective_from and self.next_review and self.next_review < self.effective_from:
            raise PolicyError(
                f"policy: next_review {self.next_review} is before effective_from "
                f"{self.effective_from}"
            )


@dataclass(frozen=True)
class Policy:
    """Class ranges, limits and rules for trading; contradictions cannot be built.

    ``limits`` holds the exclusions too, each with what becomes of an asset held already.
    """

    classes: tuple[ClassRange, ...]
    limits: tuple[Limit, ...] = ()
    benchmark: tuple[tuple[str, float], ...] = ()
    rebalancing: Rebalancing = field(default_factory=Rebalancing)
    score: ScoreWeights = field(default_factory=ScoreWeights)
    meta: PolicyMeta = field(default_factory=PolicyMeta)
    objectives: tuple[ReturnObjective, ...] = ()
    liquidity: Liquidity = field(default_factory=Liquidity)

    def __post_init__(self) -> None:
        check_classes(self.classes)
        required_return(self.objectives, self.liquidity)

    @property
    def exclusions(self) -> tuple[Limit, ...]:
        """The limits that say what may not be bought."""
        return tuple(limit for limit in self.limits if limit.rule is Rule.EXCLUDE)

    @property
    def required_return(self) -> float | None:
        """What the portfolio must earn, annual; None if no objective asks for a return."""
        return required_return(self.objectives, self.liquidity)

    @property
    def required_return_limit(self) -> Limit | None:
        """The required return as a soft limit; its note says where it comes from."""
        return required_return_limit(self.objectives, self.liquidity)
