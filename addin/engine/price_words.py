"""Rates of change of an objective, from several sources, and in words."""

import math
from dataclasses import dataclass

from addin.engine.objectives import Objective
from addin.engine.rule_words import has_value, is_percentage

_POINT = 0.01
_NOTHING = 1e-8  # of change in the objective
_KINK = 0.05  # of the price: sides that differ by more are told apart
_AGREED = 1e-3  # of the price: a multiplier this near is confirmed
_NOISE = 1e-6  # per unit of the rule: what re-solving cannot tell from zero


def step_of(words: str, value: float) -> float:
    """A percentage point; for a plain number the power of ten about a hundredth of it."""
    if is_percentage(words) or not has_value(words):
        return _POINT
    return 10.0 ** (math.floor(math.log10(abs(value))) - 2) if value else _POINT


@dataclass(frozen=True)
class Rates:
    """Change of the objective per unit of a rule: by its multiplier, as it rises, as it falls."""

    dual: float | None
    rising: float | None
    falling: float | None

    @property
    def sides(self) -> list[float]:
        """What optimising again found, a rise first."""
        return [rate for rate in (self.rising, self.falling) if rate is not None]

    @property
    def one_sided(self) -> bool:
        """Whether a rise and a fall do not change the objective at the same rate."""
        sides = self.sides
        size = max(map(abs, sides), default=0.0)
        return len(sides) == 2 and max(sides) - min(sides) > _KINK * size + _NOISE

    @property
    def resolved(self) -> float | None:
        """The rate of a rise where the sides differ or only that is known, else the mean."""
        sides = self.sides
        if not sides:
            return None
        return sides[0] if self.one_sided else sum(sides) / len(sides)

    @property
    def best_known(self) -> float | None:
        """The multiplier where optimising again agrees: it may be one of many at a corner."""
        again, dual = self.resolved, self.dual
        if again is None or dual is None:
            return again
        return dual if abs(dual - again) <= _AGREED * abs(again) + _NOISE else again


_WHOLE = 100  # of which digits behind the point say nothing
_UNITS: dict[str, tuple[float, str]] = {
    Objective.MIN_VOLATILITY: (1e4, " bp of volatility"),
    Objective.MAX_RETURN: (1e4, " bp of expected return"),
    Objective.MIN_TRACKING_ERROR: (1e4, " bp of tracking error"),
    Objective.MAX_UTILITY: (1e4, " bp of utility"),
    Objective.MAX_SHARPE: (1.0, " of Sharpe ratio"),
    Objective.MIN_CVAR: (1e4, " bp of CVaR"),
    Objective.MIN_VAR: (1e4, " bp of VaR"),
    Objective.MIN_DRAWDOWN: (1e4, " bp of drawdown"),
    Objective.MAX_DIVERSIFICATION: (1.0, " of diversification ratio"),
}


def _effect(objective: Objective, change: float) -> str:
    """``adds 0.9 bp of expected return``."""
    scale, unit = _UNITS.get(objective, (1.0, f" of the objective, {objective}"))
    size = abs(change) * scale
    amount = f"{size:.0f}" if size >= _WHOLE else f"{size:.2g}"
    if abs(change) < _NOTHING:
        return "changes nothing"
    return f"{'adds' if change > 0 else 'takes away'} {amount}{unit}"


def in_words(objective: Objective, words: str, step: float, rates: Rates) -> str:
    """``+1 pp on Equity ≤ 65% adds 0.9 bp of expected return``."""
    if rates.best_known is None:
        return f"{words} can neither rise nor fall"
    size = "1 pp" if is_percentage(words) or not has_value(words) else f"{step:g}"
    if not rates.one_sided or rates.rising is None:
        return f"+{size} on {words} {_effect(objective, rates.best_known * step)}"
    rise = f"+{size} on {words} {_effect(objective, rates.rising * step)}"
    if rates.falling is None:
        return rise
    return f"{rise}, −{size} {_effect(objective, -rates.falling * step)} (by optimising again)"
