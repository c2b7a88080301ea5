"""What may be typed where: lists and ranges Excel checks while the analyst types."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from xlsxwriter.utility import xl_range_abs
from xlsxwriter.worksheet import Worksheet

from addin.domain.policy import SIGNS, Rule
from addin.domain.table import TableSpec
from addin.excel import layout

ROOM = 500  # rows below the headings that a rule covers, so that it holds while a table grows
MOST_CLASSES = 20

CHOICES: Mapping[tuple[TableSpec, str], tuple[str, ...]] = {
    (layout.POLICY_OBJECTIVES, "Type"): ("return", "real return", "spending", "funded ratio"),
    (layout.POLICY_LIMITS, "Rule"): tuple(Rule),
    (layout.POLICY_LIMITS, "Operator"): tuple(SIGNS),
    (layout.POLICY_LIMITS, "Severity"): ("hard", "soft"),
    (layout.POLICY_EXCLUSIONS, "Legacy action"): ("hold", "sell down", "sell now"),
    (layout.ACCOUNTS, "Type"): ("taxable", "IRA", "pension", "exempt"),
    (layout.ACTIONS, "Type"): (
        "dividend",
        "stock dividend",
        "split",
        "return of capital",
        "spin-off",
        "merger",
        "ticker change",
    ),
    (layout.ACTIONS, "Applied"): ("TRUE", "FALSE"),
}
SHARES: tuple[tuple[TableSpec, str], ...] = (
    *((layout.POLICY_CLASSES, h) for h in ("Min", "Inner min", "Target", "Inner max", "Max")),
    (layout.POLICY_BENCHMARK, "Weight"),
    (layout.UNIVERSE, "Min"),
    (layout.UNIVERSE, "Max"),
)
POSITIVE: tuple[tuple[TableSpec, str], ...] = ((layout.HOLDINGS, "Price"), (layout.LOTS, "Cost"))
DATES: tuple[tuple[TableSpec, str], ...] = (
    (layout.HOLDINGS, "As of"),
    (layout.LOTS, "Acquired"),
    (layout.VALUATIONS, "Date"),
)
CLASS_COLUMNS: tuple[tuple[TableSpec, str], ...] = (
    (layout.UNIVERSE, "Asset class"),
    (layout.POLICY_CLASSES, "Parent"),
)


class Standing(Protocol):
    """A table on its sheet."""

    @property
    def sheet(self) -> Worksheet:
        """Where it stands."""

    @property
    def row(self) -> int:
        """Row of its headings, from zero."""

    def place(self, heading: str) -> int:
        """Sheet column of a heading, from zero."""


def _share() -> dict[str, Any]:
    return {
        "validate": "decimal",
        "criteria": "between",
        "minimum": 0,
        "maximum": 1,
        "error_title": "Share",
        "error_message": "Need a share between 0% and 100%.",
    }


def _positive() -> dict[str, Any]:
    return {
        "validate": "decimal",
        "criteria": ">",
        "value": 0,
        "error_title": "Price",
        "error_message": "Need a price above zero.",
    }


def _dated() -> dict[str, Any]:
    return {
        "validate": "date",
        "criteria": ">",
        "value": "=DATE(1900,3,1)",
        "error_title": "Date",
        "error_message": "Need a date, as 2025-12-31.",
    }


def _class_names(classes: Standing) -> str:
    column = classes.place("Asset class")
    cells = xl_range_abs(classes.row + 1, column, classes.row + MOST_CLASSES, column)
    return f"={layout.POLICY_CLASSES.sheet}!{cells}"


def _rules(placed: Mapping[str, Standing]) -> Iterator[tuple[TableSpec, str, dict[str, Any]]]:
    for (spec, heading), choices in CHOICES.items():
        yield spec, heading, {"validate": "list", "source": list(choices)}
    for spec, heading in CLASS_COLUMNS:
        source = _class_names(placed[layout.POLICY_CLASSES.name])
        yield spec, heading, {"validate": "list", "source": source}
    for spec, heading in SHARES:
        yield spec, heading, _share()
    for spec, heading in POSITIVE:
        yield spec, heading, _positive()
    for spec, heading in DATES:
        yield spec, heading, _dated()


def add_rules(placed: Mapping[str, Standing]) -> None:
    """Attach every rule to its column, with room for the table to grow."""
    for spec, heading, rule in _rules(placed):
        table = placed[spec.name]
        column = table.place(heading)
        table.sheet.data_validation(table.row + 1, column, table.row + ROOM, column, rule)
