"""Class ranges, limits, exclusions, the benchmark and the whole policy from cells."""

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from addin.domain.labels import label_key
from addin.domain.options import Options
from addin.domain.policy import (
    SIGNS,
    ClassRange,
    Limit,
    Policy,
    PolicyMeta,
    Rebalancing,
    Rule,
    ScoreWeights,
    check_classes,
)
from addin.errors import PolicyError
from addin.excel.grid import Cells, is_given
from addin.excel.options import Settings, merged, read_settings, typed
from addin.excel.policy_settings import check_policy_settings
from addin.excel.read_weights import read_weights
from addin.excel.records import (
    ANY_SIZE,
    AT_LEAST_ZERO,
    WEIGHT,
    Allowed,
    Headings,
    Mistakes,
    Records,
    records,
)
from addin.excel.scalars import member
from addin.excel.values import is_blank

CLASS_HEADINGS = Headings(
    required=("Asset class", "Min", "Max"),
    optional=(
        "Target",
        "Parent",
        "Inner min",
        "Inner max",
        "Benchmark",
        "Liquidity days",
    ),
    positional=("Asset class", "Min", "Target", "Max"),
)
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
_PLAIN_NUMBERS = (None, Rule.AVERAGE, Rule.BETA, Rule.HOLDINGS)

T = TypeVar("T")

_NEEDS_SELECTOR = (Rule.WEIGHT, Rule.AVERAGE, Rule.EXCLUDE)


def _class_range(table: Records, row: int) -> ClassRange | None:
    before = len(table.mistakes)
    name = table.text(row, "Asset class")
    lower, upper = (table.number_within(row, heading, WEIGHT) for heading in ("Min", "Max"))
    target, inner_lower, inner_upper = (
        table.number_within_or(row, heading, WEIGHT, None)
        for heading in ("Target", "Inner min", "Inner max")
    )
    liquidity_days = table.number_within_or(row, "Liquidity days", AT_LEAST_ZERO, None)
    parent = table.text_or(row, "Parent", None)
    benchmark = table.text_or(row, "Benchmark", None)
    if len(table.mistakes) > before:
        return None
    try:
        return ClassRange(
            name, lower, upper, target, inner_lower, inner_upper, parent, benchmark, liquidity_days
        )
    except PolicyError as error:
        table.mistakes.append(f"{table.grid.row_words(row)}, {error}")
        return None


def read_classes(cells: Cells, name: str = "classes") -> tuple[ClassRange, ...]:
    """Asset classes with their ranges and targets.

    Raises:
        InputError: Naming each cell that is wrong, and each row whose minimum, target and
            maximum do not ascend; a blank Min or Max is wrong.
        PolicyError: If the ranges contradict each other.
    """
    table = records(cells, name, CLASS_HEADINGS)
    table.unique("Asset class")
    read = [_class_range(table, row) for row in table]
    table.close()
    classes = tuple(c for c in read if c is not None)
    try:
        check_classes(classes)
    except PolicyError as error:
        raise PolicyError(f"{table.grid.prefix}{error}") from None
    return classes


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


def _allowed(rule: Rule | None) -> Allowed:
    return ANY_SIZE if rule in _PLAIN_NUMBERS else WEIGHT


def _limit(table: Records, row: int) -> Limit | None:
    before = len(table.mistakes)
    rule = table.keep(lambda: member(table.cell(row, "Rule"), table.where(row, "Rule"), Rule), None)
    selector = table.text_or(row, "Selector", "")
    if rule in _NEEDS_SELECTOR and not selector:
        table.refuse(row, "Selector", f"what the {rule} limit is about")
    operator = _operator(table, row, rule)
    value = 0.0 if rule is Rule.EXCLUDE else table.number_within(row, "Value", _allowed(rule))
    hard, note = _hard(table, row), table.text_or(row, "Note", "")
    if rule is None or len(table.mistakes) > before:
        return None
    return Limit(rule, selector, operator, value, hard, note)


def read_limits(cells: Cells, name: str = "limits") -> tuple[Limit, ...]:
    """Limits of a policy; none if nothing is given.

    Raises:
        InputError: Naming each cell that is wrong; a blank value is wrong, never "no limit".
    """
    if not is_given(cells):
        return ()
    table = records(cells, name, LIMIT_HEADINGS)
    read = [_limit(table, row) for row in table]
    table.close()
    return tuple(limit for limit in read if limit is not None)


def read_exclusions(cells: Cells, name: str = "exclusions") -> tuple[Limit, ...]:
    """What must not be held, as limits of the kind ``exclude``; the note gives the reason.

    Raises:
        InputError: Naming each cell that is wrong.
    """
    if not is_given(cells):
        return ()
    table = records(cells, name, EXCLUSION_HEADINGS)
    given = [(table.text(row, "Selector"), table.text_or(row, "Reason", "")) for row in table]
    table.close()
    return tuple(Limit(Rule.EXCLUDE, selector, "", 0.0, note=note) for selector, note in given)


def read_benchmark(cells: Cells, name: str = "benchmark") -> tuple[tuple[str, float], ...]:
    """Benchmark weights that add up to one; none if nothing is given."""
    if not is_given(cells):
        return ()
    weights = read_weights(cells, name)
    return tuple((str(ticker), float(weight)) for ticker, weight in weights.items())


@dataclass(frozen=True)
class PolicyTables:
    """The tables of the sheet Policy, as they come from the workbook; None where absent."""

    classes: Cells
    limits: Cells = None
    exclusions: Cells = None
    benchmark: Cells = None
    meta: Cells = None
    rebalance: Cells = None
    liquidity: Cells = None
    tax: Cells = None
    score: Cells = None

    @cached_property
    def settings(self) -> Settings:
        """Entries of all key/value tables together; two that disagree are an error.

        The frequency of ``Policy_Rebalance`` is that of its calendar, not of the returns.
        """
        rebalance = {k: s for k, s in self.of(self.rebalance).items() if k != "frequency"}
        others = (self.of(cells) for cells in (self.meta, self.liquidity, self.tax, self.score))
        return merged(rebalance, *others)

    def read(self, kind: type[T]) -> T:
        """A dataclass filled from the entries that are its fields.

        Raises:
            InputError: Naming each entry that has the wrong kind of value.
            PolicyError: If the entries contradict each other.
        """
        try:
            return typed(kind, self.settings)
        except PolicyError as error:
            raise PolicyError(f"Policy, {error}") from None

    @staticmethod
    def of(cells: Cells) -> Settings:
        """Entries of one key/value table."""
        return read_settings(cells, "policy")


def read_policy(tables: PolicyTables) -> Policy:
    """The Investment Policy Statement.

    Raises:
        InputError: Naming each cell of each table that is wrong.
        PolicyError: If the policy contradicts itself.
    """
    mistakes = Mistakes()
    classes = mistakes.keep(lambda: read_classes(tables.classes))
    limits = mistakes.keep(lambda: read_limits(tables.limits))
    exclusions = mistakes.keep(lambda: read_exclusions(tables.exclusions))
    benchmark = mistakes.keep(lambda: read_benchmark(tables.benchmark, "Policy_Benchmark"))
    rebalancing = mistakes.keep(lambda: tables.read(Rebalancing))
    score = mistakes.keep(lambda: tables.read(ScoreWeights))
    meta = mistakes.keep(lambda: tables.read(PolicyMeta))
    mistakes.close()
    assert classes and limits is not None and exclusions is not None and benchmark is not None
    assert rebalancing and score and meta
    return Policy(classes, limits + exclusions, benchmark, rebalancing, score, meta)


def read_policy_options(tables: PolicyTables) -> Options:
    """What the policy's key/value tables say about how figures are computed.

    Raises:
        InputError: Naming each cell that is wrong, or asks for what a report cannot do yet.
    """
    options = tables.read(Options)
    check_policy_settings(tables.settings)
    return options
