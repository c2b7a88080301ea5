"""Numbers as a committee reads them: one spelling for every sentence, title and cell."""

import math
from collections.abc import Iterable, Sequence
from datetime import date

from addin.engine.compliance import Status
from addin.report.schema import NOT_AVAILABLE

SIGNS = {
    Status.INSIDE: "✓ Inside",
    Status.WATCH: "▲ Watch",
    Status.BREACH: "● Breach",
    Status.UNKNOWN: NOT_AVAILABLE,
}
DRIFT_SIGNS = {"Normal": "✓ Normal", "Watch": "▲ Watch", "Rebalance": "● Rebalance"}


def known(value: float | None) -> bool:
    """Whether this is a finite number."""
    return value is not None and math.isfinite(value)


def shown(value: float | None) -> float | str:
    """A figure for a cell; ``n/a`` when there is none."""
    return float(value) if value is not None and math.isfinite(value) else NOT_AVAILABLE


def drawn(value: float | None) -> float | None:
    """A figure for a chart, which leaves a blank cell out."""
    return float(value) if value is not None and math.isfinite(value) else None


def difference(first: float | None, second: float | None, scale: float = 1.0) -> float | None:
    """``first`` less ``second`` times ``scale``; None when either is missing."""
    if first is None or second is None:
        return None
    result = (first - second) * scale
    return result if math.isfinite(result) else None


def percent(value: float | None, digits: int = 1) -> str:
    """``24.0%``."""
    return f"{value:.{digits}%}".replace("-", "−") if known(value) else NOT_AVAILABLE


def short_percent(value: float) -> str:
    """``60%``, ``2.5%``: as many digits as the value has, two at most."""
    return f"{value * 100:.2f}".rstrip("0").rstrip(".") + "%"


def points(value: float | None, digits: int = 1) -> str:
    """``+3.2 pp`` of a decimal."""
    if value is None or not math.isfinite(value):
        return NOT_AVAILABLE
    return f"{value * 100:+.{digits}f} pp".replace("-", "−")


def distance(value: float, digits: int = 1) -> str:
    """``3.2 pp`` of a decimal, without a sign."""
    return f"{abs(value) * 100:.{digits}f} pp"


def money(value: float) -> str:
    """``1,940,898``; a minus sign in front of less than zero."""
    return f"{value:,.0f}".replace("-", "−")


def round_money(value: float) -> str:
    """``1.94 m``, ``412 k``, ``350``: money in a sentence."""
    size = abs(value)
    if size >= 999_500:
        return f"{value / 1e6:,.2f} m".replace("-", "−")
    return f"{value / 1e3:,.0f} k".replace("-", "−") if size >= 10_000 else money(value)


def plural(count: int, noun: str, nouns: str | None = None) -> str:
    """``1 breach``, ``3 breaches``, ``no trades``."""
    word = noun if count == 1 else nouns or f"{noun}s"
    return f"{count or 'no'} {word}"


def listed(items: Sequence[str], most: int = 3) -> str:
    """``SPY, AGG and HYG``; more than ``most`` end in ``and 2 more``."""
    if len(items) <= 1:
        return "".join(items)
    kept = list(items[:most])
    if more := len(items) - most:
        if more > 0:
            return f"{', '.join(kept)} and {more} more"
        kept = list(items)
    return f"{', '.join(kept[:-1])} and {kept[-1]}"


def day(value: date) -> str:
    """``31 December 2025``."""
    return f"{value.day} {value:%B %Y}"


def sentence(parts: Iterable[str]) -> str:
    """Parts that say something, as one sentence each."""
    kept = [part.strip().rstrip(".") for part in parts if part.strip()]
    return " ".join(f"{part[0].upper()}{part[1:]}." for part in kept)
