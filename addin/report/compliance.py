"""Every policy rule: where the portfolio stands today and where the trades lead."""

from collections.abc import Sequence

from addin.domain.policy import Rule
from addin.domain.table import Row
from addin.engine.compliance import RuleCheck, Status
from addin.report.masthead import masthead
from addin.report.schema import (
    COMPLIANCE,
    HEADROOM,
    HEADROOM_BARS,
    RULES,
    filled,
    title_name,
)
from addin.report.section import Section
from addin.report.study import Study
from addin.report.words import SIGNS, listed, plural, points, shown

PERCENT, PLAIN = "%", "number"
_ORDER = {Status.BREACH: 0, Status.WATCH: 1, Status.INSIDE: 2, Status.UNKNOWN: 3}
_PLAIN_RULES = (Rule.AVERAGE, Rule.BETA, Rule.HOLDINGS)


def counted(checks: Sequence[RuleCheck], status: Status) -> int:
    """Number of rules with this status."""
    return sum(check.status is status for check in checks)


def plain_rules(study: Study) -> frozenset[str]:
    """Rules whose limit is a plain number rather than a percentage, in words."""
    limits = study.case.policy.limits
    return frozenset(limit.words for limit in limits if limit.rule in _PLAIN_RULES)


def by_urgency(checks: Sequence[RuleCheck]) -> list[RuleCheck]:
    """Breaches first, then what is watched; within each the least headroom first."""
    return sorted(
        checks,
        key=lambda c: (_ORDER[c.status], c.headroom if c.headroom is not None else 0.0),
    )


def tightest(study: Study, checks: Sequence[RuleCheck]) -> list[RuleCheck]:
    """Rules in percent from the least headroom to the most; rules that cannot be known are out."""
    plain = plain_rules(study)
    measured = [c for c in checks if c.headroom is not None and c.rule not in plain]
    return sorted(measured, key=lambda c: c.headroom or 0.0)


def _row(check: RuleCheck, after: RuleCheck | None, plain: frozenset[str]) -> Row:
    return (
        check.rule,
        "Hard" if check.hard else "Soft",
        PLAIN if check.rule in plain else PERCENT,
        check.limit,
        shown(check.actual),
        shown(check.headroom),
        SIGNS[check.status],
        shown(after.actual if after else None),
        shown(after.headroom if after else None),
        SIGNS[after.status if after else Status.UNKNOWN],
    )


def compliance_rows(study: Study) -> list[Row]:
    """One row per rule, those broken today first; a rule broken only afterwards comes last."""
    after = {check.rule: check for check in study.checks_proposed}
    today = {check.rule: check for check in study.checks_current}
    plain = plain_rules(study)
    rows = [_row(check, after.get(check.rule), plain) for check in by_urgency([*today.values()])]
    for check in (check for rule, check in after.items() if rule not in today):
        unknown = (shown(None), shown(None), SIGNS[Status.UNKNOWN])
        first = _row(check, check, plain)
        rows.append((*first[:4], *unknown, *first[7:]))
    return rows


def _bar(check: RuleCheck) -> Row:
    room = (check.headroom or 0.0) * 100
    statuses = (Status.BREACH, Status.WATCH, Status.INSIDE)
    return (check.rule, *(room if check.status is status else None for status in statuses))


def headroom_title(study: Study) -> str:
    """``SPY ≤ 22% broken by 2.0 pp, widest of 3 breaches``."""
    order = tightest(study, study.checks_current)
    if not order:
        return "No rule can be measured"
    least, room = order[0], points(abs(order[0].headroom or 0.0)).lstrip("+")
    if least.status is Status.BREACH:
        count = counted(order, Status.BREACH)
        widest = f", widest of {count} breaches" if count > 1 else ""
        return f"{least.rule} broken by {room}{widest}"
    return f"No rule is broken; the tightest, {least.rule}, has {room} of room"


def verdict(study: Study) -> str:
    """What the sheet says in one sentence."""
    today, after = study.checks_current, study.checks_proposed
    broken = [check.rule for check in today if check.status is Status.BREACH]
    left = counted(after, Status.BREACH)
    watched = counted(today, Status.WATCH)
    state = f"{plural(len(broken), 'breach', 'breaches')} among {len(today)} rules"
    which = f" ({listed(broken)})" if broken else ""
    remain = {0: "none is", 1: "1 is"}.get(left, f"{left} are")
    then = f"after the trades {remain} left"
    follows = f"; {then}" if broken or left else ""
    return f"{state[0].upper()}{state[1:]}{which}, {watched} watched{follows}."


def compliance(study: Study) -> Section:
    """Rules, limits, headroom and status, today and after the trades."""
    bars = [_bar(check) for check in tightest(study, study.checks_current)[:HEADROOM_BARS]]
    return Section(
        COMPLIANCE,
        (filled(RULES, compliance_rows(study)), filled(HEADROOM, bars)),
        {
            **masthead(study, COMPLIANCE, verdict(study)),
            title_name(COMPLIANCE, "Headroom"): headroom_title(study),
        },
    )
