"""The detail sheets: charts on top, the main table below, the data behind charts beside the page.

Nothing stands below a table that can grow on the same columns; a table above another one has a
number of rows that never changes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from addin.domain.table import Kind, TableSpec
from addin.report import schema
from addin.report.method import MOST_CORRELATED
from addin.report.proposal import RECOMMENDED
from addin.report.risk import TAIL_METHODS
from workbook_templates.report_frame import (
    CHART_ROWS,
    FIRST_ROW,
    SIDE_COLOURS,
    SIGN_COLOURS,
    TALL_CHART_ROWS,
    Page,
    Placed,
)
from workbook_templates.style import PAPER

BELOW_CHARTS = FIRST_ROW + CHART_ROWS
BELOW_TALL_CHARTS = FIRST_ROW + TALL_CHART_ROWS
HEAT = {
    "type": "3_color_scale",
    "min_type": "num",
    "mid_type": "num",
    "max_type": "num",
    "min_value": -1,
    "mid_value": 0,
    "max_value": 1,
    "min_color": "#D55E00",
    "mid_color": "#FFFFFF",
    "max_color": "#56B4E9",
}
CORRELATION_WIDTH = 6.5
RISK_ASSET_WIDTHS = (9, 12, 8.5, 9.5, 10.5, 8.5, 10, 9.5)
PLAIN_NUMBER = "0.00;(0.00);0.00"
CENTS = '#,##0.00;(#,##0.00);"–"'
TAIL_ROWS = 2 * len(TAIL_METHODS)  # VaR and CVaR


@dataclass(frozen=True)
class Detail:
    """A detail sheet: the widths of its printed columns and what draws its tables.

    Attributes:
        widths: Of the columns from B on.
        draw: Draws the tables and returns them by name.
        printed_whole: Whether every column is printed, because the table may grow to the right.
    """

    widths: tuple[float, ...]
    draw: Callable[[Page], Mapping[str, Placed]]
    printed_whole: bool = False


def _beside(page: Page) -> int:
    """First column beside the printed page."""
    return page.last + 2


def _data(page: Page, spec: TableSpec, left: int) -> Placed:
    """The data behind a chart: beside the page, where it may grow."""
    page.heading(f"Behind the chart: {spec.name}", FIRST_ROW, left, left + len(spec.columns) - 1)
    page.sheet.set_column(left, left, 18)
    page.sheet.set_column(left + 1, left + len(spec.columns) - 1, 18)
    return page.table(spec, FIRST_ROW + 1, left)


def _placed(*tables: tuple[TableSpec, Placed]) -> dict[str, Placed]:
    return {spec.name: placed for spec, placed in tables}


def _compliance(page: Page) -> dict[str, Placed]:
    page.heading("Every rule, today and after the trades", FIRST_ROW, 1, 10)
    rules = page.table(schema.RULES, FIRST_ROW + 1, 1)
    for heading in ("Status", "Status after"):
        page.colour_words(rules, heading, SIGN_COLOURS)
    page.when(rules, "Unit", "number", num_format=PLAIN_NUMBER)
    return _placed((schema.HEADROOM, _data(page, schema.HEADROOM, _beside(page))))


def _allocation(page: Page) -> dict[str, Placed]:
    page.heading("Classes and their assets", BELOW_CHARTS, 1, page.last)
    note = (
        "Class: target and range of the policy; distance to the rebalance level. "
        "Asset: target is the proposal, range is its own limits; distance to the nearest limit."
    )
    page.sheet.write_string(BELOW_CHARTS + 1, 1, note, page.style.note)
    positions = page.table(schema.POSITIONS, BELOW_CHARTS + 2, 1)
    page.colour_words(positions, "Status", SIGN_COLOURS)
    page.when(positions, "Level", "Class", bold=True, bg_color=PAPER)
    return _placed((schema.CLASSES, _data(page, schema.CLASSES, _beside(page))))


def _performance(page: Page) -> dict[str, Placed]:
    page.heading("Trailing returns, hypothetical backcast", BELOW_TALL_CHARTS, 1, 6)
    page.table(schema.TRAILING, BELOW_TALL_CHARTS + 1, 1)
    page.heading("Calendar years, hypothetical backcast", BELOW_TALL_CHARTS, 8, 12)
    page.table(schema.YEARS, BELOW_TALL_CHARTS + 1, 8)
    return _placed((schema.GROWTH, _data(page, schema.GROWTH, _beside(page))))


def _risk(page: Page) -> dict[str, Placed]:
    page.heading("Where the risk comes from", BELOW_TALL_CHARTS, 1, 8)
    assets = page.table(schema.RISK_ASSETS, BELOW_TALL_CHARTS + 1, 1)
    row = BELOW_TALL_CHARTS
    page.heading("Measures", row, 10, 14)
    metrics = page.table(schema.METRICS, row + 1, 10)
    page.when(metrics, "Unit", "ratio", num_format=PLAIN_NUMBER)
    page.heading("Losses in the tail", row, 16, 20)
    page.table(schema.TAIL, row + 1, 16)
    row += TAIL_ROWS + 3
    page.heading("Risk by class", row, 16, 20)
    classes = page.table(schema.RISK_CLASSES, row + 1, 16)
    return _placed((schema.RISK_ASSETS, assets), (schema.RISK_CLASSES, classes))


def _stress(page: Page) -> dict[str, Placed]:
    page.heading("Every scenario, nothing traded meanwhile", BELOW_TALL_CHARTS, 1, page.last)
    results = page.table(schema.STRESSES, BELOW_TALL_CHARTS + 1, 1)
    left = _beside(page)
    page.heading("Contribution of each class, current weights", FIRST_ROW, left, left + 4)
    page.sheet.set_column(left, left, 26)
    page.sheet.set_column(left + 1, left + 12, 13)
    page.table(schema.STRESS_CLASSES, FIRST_ROW + 1, left, further=Kind.RATE)
    return _placed((schema.STRESSES, results))


def _proposal(page: Page) -> dict[str, Placed]:
    page.table(schema.BINDING, FIRST_ROW, page.last)
    page.heading("Candidates, and why one of them", BELOW_CHARTS, 1, page.last)
    candidates = page.table(schema.CANDIDATES, BELOW_CHARTS + 1, 1, lines=2)
    page.colour_words(candidates, "Verdict", {"✓": SIGN_COLOURS["✓"], "●": SIGN_COLOURS["●"]})
    page.when(candidates, "Verdict", RECOMMENDED, bg_color=PAPER)
    left, found = _beside(page), {}
    for spec in (schema.BEFORE_AFTER, schema.FRONTIER, schema.POINTS):
        found[spec.name] = _data(page, spec, left)
        left += len(spec.columns) + 1
    return found


def _trades(page: Page) -> dict[str, Placed]:
    page.heading("Cash", FIRST_ROW, 10, 11)
    page.table(schema.CASH_LEDGER, FIRST_ROW + 1, 10, formats={"Amount": CENTS})
    page.heading("Orders, and what is held as it is", BELOW_CHARTS, 1, page.last)
    orders = page.table(schema.ORDERS, BELOW_CHARTS + 1, 1)
    page.colour_words(orders, "Side", SIDE_COLOURS)
    page.rule_on(orders, page.last)
    return _placed((schema.TRADE_BARS, _data(page, schema.TRADE_BARS, _beside(page))))


WINDOW_ROWS = 8


def _data_quality(page: Page) -> dict[str, Placed]:
    page.heading("The common window", FIRST_ROW, 1, page.last)
    page.rule_on(page.table(schema.WINDOW, FIRST_ROW + 1, 1), page.last, WINDOW_ROWS)
    row = FIRST_ROW + WINDOW_ROWS + 3
    page.heading("Findings", row, 1, page.last)
    findings = page.table(schema.FINDINGS, row + 1, 1, lines=2)
    page.colour_words(findings, "Severity", SIGN_COLOURS)
    left = _beside(page)
    page.heading("History of each asset", FIRST_ROW, left, left + 4)
    page.sheet.set_column(left, left + 4, 12)
    page.table(schema.COVERAGE, FIRST_ROW + 1, left)
    return {}


DEFINITION_ROWS = 11


def _method(page: Page) -> dict[str, Placed]:
    page.heading("How it was estimated", FIRST_ROW, 1, 4)
    page.rule_on(page.table(schema.ESTIMATION, FIRST_ROW + 1, 1), 4, DEFINITION_ROWS)
    page.heading("How it is measured", FIRST_ROW, 6, page.last)
    definitions = page.table(schema.DEFINITIONS, FIRST_ROW + 1, 6)
    page.rule_on(definitions, page.last, DEFINITION_ROWS)
    row = FIRST_ROW + DEFINITION_ROWS + 3
    page.heading("Assumptions, annual", row, 1, 4)
    page.table(schema.ASSUMED, row + 1, 1)
    page.heading("Correlation", row, 6, page.last)
    correlation = page.table(schema.CORRELATION, row + 1, 6)
    first, left = correlation.row + 1, correlation.left + 1
    area = (first, left, first + MOST_CORRELATED - 1, left + MOST_CORRELATED - 1)
    page.sheet.conditional_format(*area, HEAT)
    page.sheet.set_column(left, left + MOST_CORRELATED - 1, CORRELATION_WIDTH)
    return {}


def _checks(page: Page) -> dict[str, Placed]:
    page.heading("Each figure and the same figure found another way", FIRST_ROW, 1, page.last)
    formats = {"Difference": '0.0E+00;−0.0E+00;"0"', "Tolerance": '0.0E+00;;"0"'}
    found = page.table(schema.RECONCILIATIONS, FIRST_ROW + 1, 1, formats=formats)
    page.colour_words(found, "Result", SIGN_COLOURS)
    return {}


def _audit(page: Page) -> dict[str, Placed]:
    page.heading("What this report was made from", FIRST_ROW, 1, 2)
    page.table(schema.AUDIT_ITEMS, FIRST_ROW + 1, 1)
    page.heading("Run log", FIRST_ROW, 4, 5)
    page.table(schema.RUN_LOG, FIRST_ROW + 1, 4)
    return {}


DETAILS: dict[str, Detail] = {
    schema.COMPLIANCE: Detail((30, 9, 8.5, 10, 10, 10, 12, 10, 10.5, 12, 2, 60), _compliance),
    schema.ALLOCATION: Detail((20, 12, 19, 13, 13, 13, 13, 16, 14, 16, 18, 16), _allocation),
    schema.PERFORMANCE: Detail((20, 14, 14, 14, 15, 17, 3, 18, 16, 16, 16, 20), _performance),
    schema.RISK: Detail(
        (*RISK_ASSET_WIDTHS, 2, 18, 10.5, 8.5, 8.5, 9.5, 2, 17, 10.5, 9.5, 10, 11), _risk
    ),
    schema.STRESS: Detail((34, 15, 20, 20, 24, 14, 15, 22, 18), _stress),
    schema.PROPOSAL: Detail((22, *(9.5,) * 7, 9, 22, 66), _proposal),
    schema.TRADES: Detail((12, 10, 14, 15, 18, 13, 13, 13, 13, 42, 18), _trades),
    schema.DATA_QUALITY: Detail((28, 30, 62, 62), _data_quality),
    schema.METHOD: Detail(
        (18, 22, 16, 16, 3, 18, *(CORRELATION_WIDTH,) * 14), _method, printed_whole=True
    ),
    schema.CHECKS: Detail((44, 20, 20, 12, 11, 10, 66), _checks),
    schema.AUDIT: Detail((30, 84, 4, 22, 44), _audit),
}
