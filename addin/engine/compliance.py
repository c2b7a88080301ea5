"""Is a portfolio inside its policy: every rule, its limit, and how far it is away."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.policy import PLAIN_RULES, ClassRange, LegacyAction, Limit, Rule
from addin.domain.universe import Universe
from addin.domain.weights import EDGE
from addin.engine.exclusions import bought
from addin.engine.measured import Measured, measured
from addin.engine.portfolio import Portfolio
from addin.engine.selection import class_members, is_cash, selected

WATCH_SHARE = 0.05  # headroom of at most this share of the limit is worth watching
_OPPOSITE = {"<=": ">", ">=": "<", "=": "≠"}
_MAY_STAY = {
    LegacyAction.HOLD: "may be held, not bought",
    LegacyAction.SELL_DOWN: "to be sold down, not bought",
}


class Status(StrEnum):
    """Where a portfolio stands against one rule."""

    INSIDE = "Inside"
    WATCH = "Watch"
    BREACH = "Breach"
    UNKNOWN = "n/a"


@dataclass(frozen=True)
class RuleCheck:
    """One rule of the policy and one portfolio's standing.

    Attributes:
        rule: The rule in words, e.g. ``Equity ≤ 65%``.
        limit: The rule's number.
        actual: The portfolio's; None when it cannot be known.
        headroom: Distance to the limit, negative outside; None when it cannot be known.
        status: Inside, Watch, Breach or n/a.
        hard: Whether a breach is forbidden rather than undesired.
        words: The finding, e.g. ``AGG 17.1% < 18%``, or what is missing to know it.
        subject: The ticker or class the rule is about; blank for the whole portfolio.
    """

    rule: str
    limit: float
    actual: float | None
    headroom: float | None
    status: Status
    hard: bool
    words: str
    subject: str = ""


def _headroom(operator: str, limit: float, actual: float) -> float:
    if operator == "=":
        return -abs(actual - limit)
    return limit - actual if operator == "<=" else actual - limit


def _status(operator: str, limit: float, headroom: float) -> Status:
    if headroom < -EDGE:
        return Status.BREACH
    near = operator != "=" and limit != 0 and headroom <= WATCH_SHARE * abs(limit) + EDGE
    return Status.WATCH if near else Status.INSIDE


def _shown(limit: Limit, actual: float) -> str:
    """The portfolio's number, with as many digits as tell it from the limit's."""
    if limit.rule in PLAIN_RULES:
        return f"{actual:.4g}" if f"{actual:.4g}" != limit.shown(limit.value) else f"{actual:.9g}"
    digits = 1
    while digits < 8 and round(actual * 100, digits) == round(limit.value * 100, digits):
        digits += 1
    return f"{actual:.{1 if abs(actual - limit.value) <= EDGE else digits}%}"


def _standing(limit: Limit, found: Measured, operator: str, rule: str) -> RuleCheck:
    if found.value is None:
        return RuleCheck(
            rule, limit.value, None, None, Status.UNKNOWN, limit.hard, found.needs, found.subject
        )
    headroom = _headroom(operator, limit.value, found.value)
    status = _status(operator, limit.value, headroom)
    sign = _OPPOSITE[operator] if status is Status.BREACH else {"<=": "≤", ">=": "≥"}.get(operator)
    words = f"{found.name} {_shown(limit, found.value)} {sign or '='} {limit.shown(limit.value)}"
    return RuleCheck(
        rule, limit.value, found.value, headroom, status, limit.hard, words, found.subject
    )


def _telling(check: RuleCheck) -> bool:
    """Whether a range's edge is worth a row: 0 % and 100 % say nothing until they are broken."""
    return check.status is Status.BREACH or check.limit not in (0.0, 1.0)


def _range(subject: str, weight: float, lower: float, upper: float) -> Iterator[RuleCheck]:
    found = Measured(weight, subject, subject)
    for operator, value in ((">=", lower), ("<=", upper)):
        limit = Limit(Rule.WEIGHT, subject, operator, value)
        yield _standing(limit, found, operator, limit.words)


def _classes(portfolio: Portfolio, classes: Sequence[ClassRange]) -> Iterator[RuleCheck]:
    for each in classes:
        weight = class_members(portfolio.universe, classes, each.name) @ portfolio.weights
        yield from _range(each.name, float(weight), each.lower, each.upper)


def _assets(portfolio: Portfolio) -> Iterator[RuleCheck]:
    universe = portfolio.universe
    for row in zip(
        universe.tickers, portfolio.weights.tolist(), universe.lower, universe.upper, strict=True
    ):
        yield from _range(*row)


def _limits(portfolio: Portfolio, limits: Iterable[Limit]) -> Iterator[RuleCheck]:
    for limit in limits:
        if limit.rule is Rule.EXCLUDE and limit.legacy in _MAY_STAY:
            yield _kept(portfolio, limit)
            continue
        operator = "<=" if limit.rule is Rule.EXCLUDE else limit.operator
        yield _standing(limit, measured(portfolio, limit), operator, limit.words)


def _kept(portfolio: Portfolio, limit: Limit) -> RuleCheck:
    """An exclusion that lets what is held today stay: a breach only where more was bought."""
    mask, name = selected(portfolio.universe, limit.selector), limit.selector
    actual, before = float(mask @ portfolio.weights), portfolio.current
    if before is None and mask @ np.abs(portfolio.weights) > EDGE:
        unknown, words = Status.UNKNOWN, "needs current weights"
        return RuleCheck(limit.words, 0.0, None, None, unknown, limit.hard, words, name)
    today = np.zeros(len(mask)) if before is None else np.maximum(before, 0.0)
    held, more = float(mask @ today), bought(mask, portfolio.weights, today)
    words = f"{name} {actual:.1%}, {_MAY_STAY[limit.legacy]}" if actual else f"{name} not held"
    room, status = max(0.0, held - actual), Status.INSIDE
    if more > 0:
        room, status = -more, Status.BREACH
        words = f"{name} {actual:.1%}, {more:.2%} more than held today"
    return RuleCheck(limit.words, held, actual, room, status, limit.hard, words, name)


def _strangers(portfolio: Portfolio, universe: Universe) -> Iterator[RuleCheck]:
    """A holding the policy does not know is a breach: it may not be held at all."""
    n = len(universe)
    held = zip(portfolio.universe.tickers[n:], portfolio.weights[n:].tolist(), strict=True)
    for ticker, weight in held:
        if abs(weight) > EDGE and not is_cash(ticker):
            rule, words = f"no {ticker}", f"{ticker} {weight:.1%} is not in the universe"
            yield RuleCheck(rule, 0.0, weight, -abs(weight), Status.BREACH, True, words, ticker)


def check(  # noqa: PLR0913 (the data a limit may need)
    weights: pd.Series,
    universe: Universe,
    classes: Sequence[ClassRange],
    limits: Sequence[Limit] = (),
    *,
    assumptions: Assumptions | None = None,
    returns: Returns | None = None,
    benchmark: pd.Series | None = None,
    current: pd.Series | None = None,
    confidence: float = 0.95,
) -> list[RuleCheck]:
    """Every rule of a policy against one portfolio: class ranges, asset ranges, limits.

    ``CASH`` in the weights counts as class Cash. A value on the edge (1e-9) is inside; Watch
    means inside with a headroom of at most 5 % of the limit. The edges 0 % and 100 % of a range
    are listed only when broken. ``each`` gives one row, the asset that stands worst. A rule whose
    data are missing is n/a and says what it needs; a holding outside the universe is a breach.

    Args:
        weights: Decimals by ticker.
        universe: Assets, their classes, their smallest and largest weights.
        classes: Ranges by asset class; a class includes the classes below it.
        limits: Further rules, hard and soft.
        assumptions: For return, volatility, tracking error and beta, annual.
        returns: For cvar, per row.
        benchmark: Decimals by ticker, for tracking error and beta.
        current: Decimals by ticker, for turnover.
        confidence: Of cvar.

    Raises:
        InputError: If a selector names no ticker and no column.
    """
    portfolio = Portfolio.of(
        weights, universe, assumptions, returns, benchmark, current, confidence
    )
    ranges = [*_classes(portfolio, classes), *_assets(portfolio)]
    return [
        *filter(_telling, ranges),
        *_limits(portfolio, limits),
        *_strangers(portfolio, universe),
    ]


def breaches(checks: Iterable[RuleCheck]) -> list[RuleCheck]:
    """Hard rules that are broken, in the order given."""
    return [each for each in checks if each.hard and each.status is Status.BREACH]
