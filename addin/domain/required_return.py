"""What the portfolio must earn: the objectives of a policy, and the return they require."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from addin.domain.limit import Limit, Rule
from addin.errors import PolicyError


class ObjectiveType(StrEnum):
    """What an objective of the policy is about."""

    RETURN = "return"
    REAL_RETURN = "real return"
    SPENDING = "spending"
    FUNDED_RATIO = "funded ratio"


class SpendingRule(StrEnum):
    """How the money that is spent each year is worked out."""

    FIXED = "fixed"
    PERCENT = "percent"
    SMOOTHED = "smoothed"
    HYBRID = "hybrid"


@dataclass(frozen=True)
class ReturnObjective:
    """One objective of the policy.

    Attributes:
        type: What it is about.
        value: Annual rate; a ratio of assets to liabilities for a funded ratio.
        window_years: The period it is judged over; None where the policy does not say.
    """

    type: ObjectiveType
    value: float
    window_years: float | None = None


@dataclass(frozen=True)
class Liquidity:
    """What is taken out of the portfolio, and for how long it is meant to last.

    Attributes:
        spending_rule: How spending is worked out.
        spending_rate: Spent per year, as a share of the portfolio.
        inflation: Expected, annual.
        horizon_years: Until the money is needed.
    """

    spending_rule: SpendingRule | None = None
    spending_rate: float | None = None
    inflation: float | None = None
    horizon_years: float | None = None


def required_return(objectives: Iterable[ReturnObjective], liquidity: Liquidity) -> float | None:
    """The annual return the objectives ask for, the largest of them; None if none asks for one.

    A real return asks for itself and inflation; spending for the rate spent and inflation, so
    that what is left keeps its purchasing power; where inflation is not stated, for the rate
    spent alone. A funded ratio asks for no return that could be known without liabilities.

    Raises:
        PolicyError: If a real return is wanted and no inflation stated, or the rate spent is
            stated twice with different numbers.
    """
    required = [rate for each in objectives if (rate := _asked(each, liquidity)) is not None]
    return max(required, default=None)


def _asked(objective: ReturnObjective, liquidity: Liquidity) -> float | None:
    value, inflation = objective.value, liquidity.inflation
    match objective.type:
        case ObjectiveType.FUNDED_RATIO:
            return None
        case ObjectiveType.RETURN:
            return value
        case ObjectiveType.REAL_RETURN if inflation is None:
            raise PolicyError(
                f"objective real return {value:.2%}: needs inflation (Policy_Liquidity), found none"
            )
        case ObjectiveType.SPENDING if liquidity.spending_rate not in (None, value):
            raise PolicyError(
                f"objective spending {value:.2%}: disagrees with the spending_rate of "
                f"{liquidity.spending_rate:.2%}"
            )
    # rounded so that 4 % and 2.5 % are the 6.5 % a person adds up
    return round(value + (inflation or 0.0), 12)


def required_return_limit(
    objectives: Iterable[ReturnObjective], liquidity: Liquidity
) -> Limit | None:
    """The required return as a soft limit, which no portfolio is forbidden to miss.

    Raises:
        PolicyError: As ``required_return``.
    """
    given = tuple(objectives)
    required = required_return(given, liquidity)
    if required is None:
        return None
    source = next(each for each in given if _asked(each, liquidity) == required)
    with_inflation = source.type is not ObjectiveType.RETURN and liquidity.inflation
    words = f"{source.type} {source.value:.2%}"
    note = f"{words} + inflation {liquidity.inflation:.2%}" if with_inflation else words
    return Limit(Rule.RETURN, "", ">=", required, hard=False, note=f"objective: {note}")
