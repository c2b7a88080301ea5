"""Named risk profiles: ready-made class ranges of an investment policy."""

from addin.domain.labels import did_you_mean, label_key
from addin.domain.policy import ClassRange
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


def profile_classes(name: str, horizon_years: float | None = None) -> tuple[ClassRange, ...]:
    """Class ranges of a named profile.

    A horizon over 20 years moves the targets by equity +10, fixed income −8, cash −2 points;
    under 5 years by equity −15, fixed income +10.5, cash +4.5. A target that would be negative
    becomes zero and the targets are divided by their sum; a range moves with its target.

    Raises:
        InputError: If no profile has this name; the nearest is suggested.
    """
    known = {label_key(profile): profile for profile in PROFILES}
    profile = known.get(label_key(name))
    if profile is None:
        raise InputError(
            f"profile: need one of {', '.join(PROFILES)}, found '{name}'"
            f"{did_you_mean(name, PROFILES)}"
        )
    base = _TARGETS[profile]
    moved = [
        max(0.0, target + tilt) for target, tilt in zip(base, _tilt(horizon_years), strict=True)
    ]
    targets = [round(target / sum(moved), 12) for target in moved]
    ranges = []
    for asset_class, old, target in zip(CLASSES, base, targets, strict=True):
        lower, upper = _range(profile, asset_class, old)
        shift = target - old
        ranges.append(
            ClassRange(
                asset_class,
                lower=max(0.0, round(lower + shift, 12)),
                upper=min(1.0, round(upper + shift, 12)),
                target=target,
            )
        )
    return tuple(ranges)
