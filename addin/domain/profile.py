"""Named risk profiles: ready-made class ranges of an investment policy, and what else they ask."""

from dataclasses import dataclass, field

from addin.domain.labels import did_you_mean, label_key
from addin.domain.policy import (
    ClassRange,
    Limit,
    Liquidity,
    ObjectiveType,
    ReturnObjective,
    Rule,
    SpendingRule,
)
from addin.domain.required_return import required_return
from addin.errors import InputError

CLASSES = ("Equity", "Fixed income", "Alternatives", "Cash")
LONG_HORIZON_YEARS = 20
SHORT_HORIZON_YEARS = 5

_TARGETS = {
    "Conservative": (0.30, 0.50, 0.15, 0.05),
    "Moderate": (0.50, 0.30, 0.15, 0.05),
    "Balanced Growth": (0.55, 0.30, 0.10, 0.05),
    "Aggressive": (0.70, 0.15, 0.13, 0.02),
    "Endowment": (0.50, 0.20, 0.30, 0.00),
}
_HALF_WIDTHS = (0.10, 0.10, 0.05, 0.05)
_STATED_RANGES = {
    "Balanced Growth": ((0.45, 0.65), (0.25, 0.40), (0.05, 0.15), (0.02, 0.10)),
}
_STATED_MAXIMA = {"Endowment": {"Equity": 0.70, "Alternatives": 0.30}}
LIQUID = "Liquidity days<=5"
_LEAST_LIQUID = {"Endowment": 0.20}
_SPENDING = {"Endowment": (0.04, 0.025)}  # rate spent and inflation, a year
_LONGER = (0.10, -0.08, 0.0, -0.02)
_SHORTER = (-0.15, 0.105, 0.0, 0.045)
PROFILES = tuple(_TARGETS)


def _range(name: str, asset_class: str, target: float) -> tuple[float, float]:
    place = CLASSES.index(asset_class)
    if name in _STATED_RANGES:
        return _STATED_RANGES[name][place]
    half = _HALF_WIDTHS[place]
    upper = _STATED_MAXIMA.get(name, {}).get(asset_class, target + half)
    return max(0.0, round(target - half, 12)), min(1.0, round(upper, 12))


def _tilt(horizon_years: float | None) -> tuple[float, ...]:
    if horizon_years is None:
        return (0.0,) * len(CLASSES)
    if horizon_years > LONG_HORIZON_YEARS:
        return _LONGER
    return _SHORTER if horizon_years < SHORT_HORIZON_YEARS else (0.0,) * len(CLASSES)


def _name(profile: str) -> str:
    known = {label_key(name): name for name in PROFILES}
    if label_key(profile) not in known:
        raise InputError(
            f"profile: need one of {', '.join(PROFILES)}, found '{profile}'"
            f"{did_you_mean(profile, PROFILES)}"
        )
    return known[label_key(profile)]


def _moved(name: str, asset_class: str, target: float, shift: float) -> ClassRange:
    """The range of a class when its target has moved; a maximum the profile states stays."""
    lower, upper = _range(name, asset_class, target)
    most = _STATED_MAXIMA.get(name, {}).get(asset_class, 1.0)
    return ClassRange(
        asset_class,
        lower=max(0.0, round(lower + shift, 12)),
        upper=min(most, round(upper + shift, 12)),
        target=round(target + shift, 12),
    )


def profile_classes(name: str, horizon_years: float | None = None) -> tuple[ClassRange, ...]:
    """Class ranges of a named profile.

    A horizon over 20 years moves the targets by equity +10, fixed income −8, cash −2 points;
    under 5 years by equity −15, fixed income +10.5, cash +4.5. A target that would be negative
    becomes zero and the targets are divided by their sum; a range moves with its target, but
    never beyond a maximum that the profile states.

    Raises:
        InputError: If no profile has this name (the nearest is suggested), or the horizon is
            not above zero.
    """
    profile = _name(name)
    if horizon_years is not None and not horizon_years > 0:
        raise InputError(f"horizon_years: need a number above zero, found {horizon_years:g}")
    base = _TARGETS[profile]
    moved = [
        max(0.0, target + tilt) for target, tilt in zip(base, _tilt(horizon_years), strict=True)
    ]
    return tuple(
        _moved(profile, asset_class, old, target / sum(moved) - old)
        for asset_class, old, target in zip(CLASSES, base, moved, strict=True)
    )


@dataclass(frozen=True)
class Profile:
    """A ready-made policy.

    Attributes:
        name: As the list of profiles writes it.
        classes: Ranges and targets.
        limits: Further limits.
        objectives: What must be earned.
        liquidity: What is spent.
    """

    name: str
    classes: tuple[ClassRange, ...]
    limits: tuple[Limit, ...] = ()
    objectives: tuple[ReturnObjective, ...] = ()
    liquidity: Liquidity = field(default_factory=Liquidity)

    @property
    def required_return(self) -> float | None:
        """What the portfolio must earn, annual; None if the profile asks for nothing."""
        return required_return(self.objectives, self.liquidity)


def profile_limits(name: str) -> tuple[Limit, ...]:
    """Limits of a named profile besides its ranges; an asset is liquid that is sold in 5 days.

    Raises:
        InputError: If no profile has this name; the nearest is suggested.
    """
    least = _LEAST_LIQUID.get(_name(name))
    if least is None:
        return ()
    return (Limit(Rule.WEIGHT, LIQUID, ">=", least, note="liquid within five days"),)


def profile(name: str, horizon_years: float | None = None) -> Profile:
    """A named profile with all it asks.

    Raises:
        InputError: As ``profile_classes``.
    """
    known, classes, limits = _name(name), profile_classes(name, horizon_years), profile_limits(name)
    if known not in _SPENDING:
        return Profile(known, classes, limits, liquidity=Liquidity(horizon_years=horizon_years))
    rate, inflation = _SPENDING[known]
    spending = ReturnObjective(ObjectiveType.SPENDING, rate)
    liquidity = Liquidity(SpendingRule.PERCENT, rate, inflation, horizon_years)
    return Profile(known, classes, limits, (spending,), liquidity)
