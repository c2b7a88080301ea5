"""The words of a rule with another value in them."""

import math

_WHOLE = 1e-3  # of a step: rounding error is not rounded away from the value


def is_percentage(words: str) -> bool:
    """Whether the value in the words of a rule is a weight or a rate."""
    return words.endswith("%")


def has_value(words: str) -> bool:
    """Whether the words end with a value; those of an exclusion do not."""
    last = words.rpartition(" ")[2].removesuffix("%")
    try:
        return math.isfinite(float(last))
    except ValueError:
        return False


def shown(words: str, value: float) -> str:
    """A value in the unit of a rule."""
    if is_percentage(words) or not has_value(words):
        return f"{value * 100:.2f}".rstrip("0").rstrip(".") + "%"
    return f"{value:.6g}"


def _step(words: str, value: float) -> float:
    """What the value is rounded to: a hundredth of a percentage point, or five digits."""
    if is_percentage(words) or not has_value(words):
        return 1e-4
    return 10.0 ** (math.floor(math.log10(abs(value))) - 4) if value else 1e-4


def given_way(words: str, value: float, upwards: bool) -> str:
    """A rule that has given way, in words: ``Equity ≤ 67% instead of 65%``.

    Args:
        words: E.g. ``Equity ≤ 65%``.
        value: That would do; it is rounded to the side on which there is room.
        upwards: Whether the rule gives way to a larger value.
    """
    step = _step(words, value)
    steps = math.ceil(value / step - _WHOLE) if upwards else math.floor(value / step + _WHOLE)
    if not has_value(words):
        return f"{words}, up to {shown(words, steps * step)} allowed"
    head, _, old = words.rpartition(" ")
    return f"{head} {shown(words, steps * step)} instead of {old}"
