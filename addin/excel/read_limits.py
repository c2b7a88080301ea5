"""Limits and exclusions of a policy from cells."""

from collections.abc import Iterable

from addin.domain.labels import label_key
from addin.domain.policy import PLAIN_RULES, SIGNS, LegacyAction, Limit, Rule
from addin.excel.grid import Cells, is_given
from addin.excel.records import (
    ANY_SIZE,
    AT_LEAST_ZERO,
    WEIGHT,
    Allowed,
    Headings,
    Records,
    records,
)
from addin.excel.scalars import member
from addin.excel.values import found, is_blank

LIMIT_HEADINGS = Headings(
    required=("Rule", "Operator", "Value"),
    optional=("Selector", "Severity", "Note"),
    positional=("Rule", "Selector", "Operator", "Value", "Severity", "Note"),
)
EXCLUSION_HEADINGS = Headings(
    required=("Selector",),
    optional=("Reason", "Legacy action"),
)
_OPERATORS = {**{sign: sign for sign in SIGNS}, "≤": "<=", "≥": ">=", "=<": "<=", "=>": ">="}
_SEVERITIES = {"hard": True, "soft": False}
_NEEDS_SELECTOR = (Rule.WEIGHT, Rule.AVERAGE, Rule.EXCLUDE)
_MAY_SELECT = (*_NEEDS_SELECTOR, Rule.EACH, None)
_NEVER_NEGATIVE = (Rule.VOLATILITY, Rule.TRACKING_ERROR, Rule.TURNOVER)
_SHARE = Allowed("a share of at least zero (as 0.12 or 12%)", 0.0, 5.0)
_NOTHING = Allowed("a blank cell, since an exclusion has no value", 0.0, 0.0)


def _operator(table: Records, row: int, rule: Rule | None) -> str:
    if rule is Rule.EXCLUDE:
        return ""
    cell = table.cell(row, "Operator")
    sign = _OPERATORS.get(str(cell).strip()) if isinstance(cell, str) else None
    if sign is None:
        table.refuse(row, "Operator", "<=, >= or =")
    return sign or ""


def _hard(table: Records, row: int) -> bool:
    cell = table.cell(row, "Severity")
    if is_blank(cell):
        return True
    word = label_key(cell) if isinstance(cell, str) else ""
    if word not in _SEVERITIES:
        table.refuse(row, "Severity", "hard or soft")
    return _SEVERITIES.get(word, True)


def _value(table: Records, row: int, rule: Rule | None) -> float:
    if rule is Rule.EXCLUDE:
        return table.number_within_or(row, "Value", _NOTHING, 0.0)
    if rule is Rule.HOLDINGS:
        value = table.number_within(row, "Value", AT_LEAST_ZERO)
        if value % 1 > 0:
            table.refuse(row, "Value", "a whole number of holdings")
        return value
    if rule in _NEVER_NEGATIVE:
        return table.number_within(row, "Value", _SHARE)
    plain = rule is None or rule in PLAIN_RULES
    return table.number_within(row, "Value", ANY_SIZE if plain else WEIGHT)


def _selector(table: Records, row: int, rule: Rule | None) -> str:
    selector = table.text_or(row, "Selector", "")
    if rule in _NEEDS_SELECTOR and not selector:
        table.refuse(row, "Selector", f"what the {rule} limit is about")
    if selector and rule not in _MAY_SELECT:
        table.refuse(row, "Selector", f"a blank cell, since {rule} is of the whole portfolio")
    return selector


def _limit(table: Records, row: int) -> Limit | None:
    before = len(table.mistakes)
    rule = table.keep(lambda: member(table.cell(row, "Rule"), table.where(row, "Rule"), Rule), None)
    selector, operator = _selector(table, row, rule), _operator(table, row, rule)
    value = _value(table, row, rule)
    hard, note = _hard(table, row), table.text_or(row, "Note", "")
    if rule is None or len(table.mistakes) > before:
        return None
    return Limit(rule, selector, operator, value, hard, note)


def _what(limit: Limit) -> tuple[object, ...]:
    """What a limit is about: two that are about the same must say the same."""
    return limit.rule, label_key(limit.selector), limit.operator, limit.hard


def disagreement(limits: Iterable[Limit]) -> tuple[Limit, Limit] | None:
    """The first two limits that are about the same and say something else; None if none do."""
    first: dict[tuple[object, ...], Limit] = {}
    for limit in limits:
        other = first.setdefault(_what(limit), limit)
        if (other.value, other.legacy) != (limit.value, limit.legacy):
            return other, limit
    return None


def _require_agreement(table: Records, read: list[Limit | None], heading: str) -> None:
    rows = {id(limit): row for row, limit in zip(table, read, strict=True)}
    given = [limit for limit in read if limit is not None]
    if two := disagreement(given):
        first, second = (rows[id(limit)] for limit in two)
        table.mistakes.append(
            f"{table.where(second, heading)}: {found(table.cell(second, heading))} disagrees with "
            f"{found(table.cell(first, heading))} in row {table.grid.first_row + first}"
        )


def read_limits(cells: Cells, name: str = "limits") -> tuple[Limit, ...]:
    """Limits of a policy; none if nothing is given. An ``exclude`` here means sell now.

    Raises:
        InputError: Naming each cell that is wrong; a blank value is wrong, never "no limit", and
            so is a second value for the same rule, selector, operator and severity.
    """
    if not is_given(cells):
        return ()
    table = records(cells, name, LIMIT_HEADINGS)
    read = [_limit(table, row) for row in table]
    _require_agreement(table, read, "Value")
    table.close()
    return tuple(limit for limit in read if limit is not None)


def _legacy(table: Records, row: int) -> LegacyAction:
    cell, where = table.cell(row, "Legacy action"), table.where(row, "Legacy action")
    if is_blank(cell):
        return LegacyAction.SELL_NOW
    return table.keep(lambda: member(cell, where, LegacyAction), LegacyAction.SELL_NOW)


def read_exclusions(cells: Cells, name: str = "exclusions") -> tuple[Limit, ...]:
    """What must not be bought, as limits of the kind ``exclude``; the note gives the reason.

    Without a legacy action what is held of it is to be sold now.

    Raises:
        InputError: Naming each cell that is wrong, and a selector that stands twice with
            different legacy actions.
    """
    if not is_given(cells):
        return ()
    table = records(cells, name, EXCLUSION_HEADINGS)
    read: list[Limit | None] = []
    for row in table:
        selector, legacy = table.text(row, "Selector"), _legacy(table, row)
        note = table.text_or(row, "Reason", "")
        read.append(Limit(Rule.EXCLUDE, selector, "", 0.0, note=note, legacy=legacy))
    _require_agreement(table, read, "Legacy action")
    table.close()
    return tuple(limit for limit in read if limit is not None)
