"""Limits of a policy: what each is about, its number, and how it reads in words."""

from dataclasses import dataclass
from enum import StrEnum

from addin.errors import PolicyError


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


class LegacyAction(StrEnum):
    """What becomes of an excluded asset that is held already; it is never bought."""

    HOLD = "hold"
    SELL_DOWN = "sell down"
    SELL_NOW = "sell now"


SIGNS = {"<=": "≤", ">=": "≥", "=": "="}
PLAIN_RULES = (Rule.AVERAGE, Rule.BETA, Rule.HOLDINGS)  # numbers, not percentages
_EXCLUDED = {
    LegacyAction.HOLD: "{} as held",
    LegacyAction.SELL_DOWN: "no more {}",
    LegacyAction.SELL_NOW: "no {}",
}


@dataclass(frozen=True)
class Limit:
    """One limit of the policy, e.g. ``weight, SPY, >=, 0.10``.

    ``legacy`` matters to an exclusion only: what becomes of what is held already.
    """

    rule: Rule
    selector: str
    operator: str
    value: float
    hard: bool = True
    note: str = ""
    legacy: LegacyAction = LegacyAction.SELL_NOW

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
            return _EXCLUDED[self.legacy].format(self.selector)
        subject = {
            Rule.WEIGHT: self.selector,
            Rule.AVERAGE: f"average {self.selector}",
            Rule.EACH: f"each {self.selector}".strip() if self.selector else "each asset",
        }.get(self.rule, str(self.rule))
        return f"{subject} {SIGNS[self.operator]} {self.shown(self.value)}"

    def shown(self, value: float) -> str:
        """A value in the unit of this limit: percent, or a plain number."""
        if self.rule in PLAIN_RULES:
            return f"{value:.4g}"
        return f"{value * 100:.2f}".rstrip("0").rstrip(".") + "%"
