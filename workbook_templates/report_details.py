"""The detail sheets: charts on top, the main table below, the data behind charts beside the page.

Nothing stands below a table that can grow on the same columns; a table above another one has a
number of rows that never changes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from xlsxwriter.chart import Chart

from addin.domain.table import Kind, TableSpec
from addin.engine.metrics import METRICS as METRIC_NAMES
from addin.report import schema
from addin.report.risk import TAIL_METHODS
from workbook_templates import report_charts as charts
from workbook_templates.report_frame import (
    CHART_ROWS,
    FIRST_ROW,
    SIDE_COLOURS,
    SIGN_COLOURS,
    Page,
    Placed,
)
from workbook_templates.style import PAPER

BELOW_CHARTS = FIRST_ROW + CHART_ROWS
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
MOST_CORRELATED = 30
TAIL_ROWS = 2 * len(TAIL_METHODS)  # VaR and CVaR


@dataclass(frozen=True)
class Detail:
    """A detail sheet: the widths of its printed columns and what draws its tables.

    Attributes:
        widths: Of the columns from B on.
        draw: Draws the tables and returns them by name.
        charts: Alt text by chart name of the sheet, in the order of ``CHART_TITLES``.
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
    page.sheet.set_column(left + 1, left + len(spec.columns) - 1, 12)
    return page.table(spec, FIRST_ROW + 1, left)


def _placed(*tables: tuple[TableSpec, Placed]) -> dict[str, Placed]:
    return {spec.name: placed for spec, placed in tables}


def _compliance(page: Page) -> dict[str, Placed]:
    page.heading("Every rule, today and after the trades", BELOW_CHARTS, 1, page.last)
    rules = page.table(schema.RULES, BELOW_CHARTS + 1, 1)
    for heading in ("Status", "Status after"):
        page.colour_words(rules, heading, SIGN_COLOURS)
    page.when(rules, "Unit", "number", num_format="0.00")
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
    page.heading("Trailing returns, hypothetical backcast", BELOW_CHARTS, 1, 6)
    page.table(schema.TRAILING, BELOW_CHARTS + 1, 1)
    page.heading("Calendar years, hypothetical backcast", BELOW_CHARTS, 8, 12)
    page.table(schema.YEARS, BELOW_CHARTS + 1, 8)
    return _placed((schema.GROWTH, _data(page, schema.GROWTH, _beside(page))))


def _risk(page: Page) -> dict[str, Placed]:
    page.heading("Where the risk comes from", BELOW_CHARTS, 1, 8)
    assets = page.table(schema.RISK_ASSETS, BELOW_CHARTS + 1, 1)
    row = BELOW_CHARTS
    page.heading("Measures", row, 10, 14)
    metrics = page.table(schema.METRICS, row + 1, 10)
    page.when(metrics, "Unit", "ratio", num_format="0.00")
    row += len(METRIC_NAMES) + 3
    page.heading("Losses in the tail", row, 10, 14)
    page.table(schema.TAIL, row + 1, 10)
    row += TAIL_ROWS + 3
    page.heading("Risk by class", row, 10, 14)
    classes = page.table(schema.RISK_CLASSES, row + 1, 10)
    return _placed((schema.RISK_ASSETS, assets), (schema.RISK_CLASSES, classes))


def _stress(page: Page) -> dict[str, Placed]:
    page.heading("Every scenario, nothing traded meanwhile", BELOW_CHARTS, 1, page.last)
    results = page.table(schema.STRESSES, BELOW_CHARTS + 1, 1)
    left = _beside(page)
    page.heading("Contribution of each class, current weights", FIRST_ROW, left, left + 4)
    page.sheet.set_column(left, left, 26)
    page.sheet.set_column(left + 1, left + 12, 13)
    page.table(schema.STRESS_CLASSES, FIRST_ROW + 1, left, further=Kind.RATE)
    return _placed((schema.STRESSES, results))


def _proposal(page: Page) -> dict[str, Placed]:
    row = BELOW_CHARTS
    page.heading("Rules that bind the recommended weights", row, 1, page.last)
    page.table(schema.BINDING, row + 1, 1)
    row += schema.BINDING_ROWS + 3
    page.heading("Candidates, and why one of them", row, 1, page.last)
    candidates = page.table(schema.CANDIDATES, row + 1, 1, wrapped=("Why",))
    page.colour_words(candidates, "Verdict", {"✓": SIGN_COLOURS["✓"], "●": SIGN_COLOURS["●"]})
    page.when(candidates, "Verdict", "✓ Recommended", bg_color=PAPER)
    left, found = _beside(page), {}
    for spec in (schema.BEFORE_AFTER, schema.FRONTIER, schema.POINTS):
        found[spec.name] = _data(page, spec, left)
        left += len(spec.columns) + 1
    return found


def _trades(page: Page) -> dict[str, Placed]:
    page.heading("Cash", FIRST_ROW, 10, 11)
    page.table(schema.CASH_LEDGER, FIRST_ROW + 1, 10)
    page.heading("Orders, and what is held as it is", BELOW_CHARTS, 1, page.last)
    orders = page.table(schema.ORDERS, BELOW_CHARTS + 1, 1)
    page.colour_words(orders, "Side", SIDE_COLOURS)
    return _placed((schema.TRADE_BARS, _data(page, schema.TRADE_BARS, _beside(page))))


WINDOW_ROWS = 8


def _data_quality(page: Page) -> dict[str, Placed]:
    page.heading("The common window", FIRST_ROW, 1, page.last)
    page.table(schema.WINDOW, FIRST_ROW + 1, 1)
    row = FIRST_ROW + WINDOW_ROWS + 3
    page.heading("Findings", row, 1, page.last)
    findings = page.table(schema.FINDINGS, row + 1, 1, wrapped=("Where", "What", "Suggestion"))
    page.colour_words(findings, "Severity", SIGN_COLOURS)
    left = _beside(page)
    page.heading("History of each asset", FIRST_ROW, left, left + 4)
    page.sheet.set_column(left, left + 4, 12)
    page.table(schema.COVERAGE, FIRST_ROW + 1, left)
    return {}


DEFINITION_ROWS = 21


def _method(page: Page) -> dict[str, Placed]:
    page.heading("Definitions", FIRST_ROW, 1, page.last)
    page.table(schema.DEFINITIONS, FIRST_ROW + 1, 1)
    row = FIRST_ROW + DEFINITION_ROWS + 3
    page.heading("Assumptions, annual", row, 1, 4)
    page.table(schema.ASSUMED, row + 1, 1)
    page.heading("Correlation", row, 6, page.last)
    correlation = page.table(schema.CORRELATION, row + 1, 6)
    first, left = correlation.row + 1, correlation.left + 1
    area = (first, left, first + MOST_CORRELATED - 1, left + MOST_CORRELATED - 1)
    page.sheet.conditional_format(*area, HEAT)
    page.sheet.set_column(left, left + MOST_CORRELATED - 1, 6.3)
    return {}


def _checks(page: Page) -> dict[str, Placed]:
    page.heading("Each figure and the same figure found another way", FIRST_ROW, 1, page.last)
    found = page.table(schema.RECONCILIATIONS, FIRST_ROW + 1, 1, wrapped=("How",))
    page.colour_words(found, "Result", SIGN_COLOURS)
    return {}


def _audit(page: Page) -> dict[str, Placed]:
    page.heading("What this report was made from", FIRST_ROW, 1, 2)
    page.table(schema.AUDIT_ITEMS, FIRST_ROW + 1, 1)
    page.heading("Run log", FIRST_ROW, 4, 5)
    page.table(schema.RUN_LOG, FIRST_ROW + 1, 4)
    return {}


DETAILS: dict[str, Detail] = {
    schema.COMPLIANCE: Detail((32, 10, 9, 12, 12, 12, 13, 13, 15, 14), _compliance),
    schema.ALLOCATION: Detail((16, 9, 15, 10, 10, 9, 9, 12, 10, 12, 14, 13), _allocation),
    schema.PERFORMANCE: Detail((17, 11, 11, 11, 12, 15, 3, 13, 11, 11, 11, 14), _performance),
    schema.RISK: Detail((10, 14, 9, 10, 11, 10, 10, 10, 3, 22, 13, 10, 10, 12), _risk),
    schema.STRESS: Detail((26, 11, 15, 15, 18, 11, 11, 16, 14), _stress),
    schema.PROPOSAL: Detail((26, 9, 10, 8, 9, 10, 10, 9, 8, 20, 56), _proposal),
    schema.TRADES: Detail((10, 8, 13, 13, 15, 11, 11, 11, 11, 30, 16), _trades),
    schema.DATA_QUALITY: Detail((25, 26, 54, 54), _data_quality),
    schema.METHOD: Detail((19, 14, 11, 11, 3, 8, *(6.3,) * 14), _method, printed_whole=True),
    schema.CHECKS: Detail((40, 18, 18, 12, 12, 10, 54), _checks),
    schema.AUDIT: Detail((28, 70, 3, 18, 40), _audit),
}

Draw = Callable[..., Chart]
CHARTS: dict[str, tuple[tuple[str, Draw, tuple[TableSpec, ...], str], ...]] = {
    schema.COMPLIANCE: (
        ("Headroom", charts.headroom, (schema.HEADROOM,), "Headroom of the tightest rules, in pp"),
    ),
    schema.ALLOCATION: (
        (
            "Allocation",
            charts.allocation,
            (schema.CLASSES,),
            "Actual and target weight of each asset class against its policy range",
        ),
        (
            "Drift",
            charts.drift,
            (schema.CLASSES,),
            "Drift of each asset class from target with watch and rebalance levels",
        ),
    ),
    schema.PERFORMANCE: (
        (
            "Growth",
            charts.growth,
            (schema.GROWTH,),
            "Growth of 100 with current and proposed weights and benchmark",
        ),
        ("Drawdown", charts.drawdown, (schema.GROWTH,), "Fall from the highest value so far"),
    ),
    schema.RISK: (
        (
            "Share",
            charts.weight_and_risk,
            (schema.RISK_ASSETS,),
            "Weight and share of risk by asset",
        ),
        (
            "Classes",
            charts.weight_and_risk,
            (schema.RISK_CLASSES,),
            "Weight and share of risk by class",
        ),
    ),
    schema.STRESS: (
        ("Tornado", charts.tornado, (schema.STRESSES,), "Return in each scenario, worst first"),
    ),
    schema.PROPOSAL: (
        (
            "Frontier",
            charts.frontier,
            (schema.FRONTIER, schema.POINTS),
            "Efficient frontier inside the policy with every candidate",
        ),
        (
            "BeforeAfter",
            charts.before_after,
            (schema.BEFORE_AFTER,),
            "Class weights today, proposed and target",
        ),
    ),
    schema.TRADES: (
        ("Trades", charts.buys_and_sells, (schema.TRADE_BARS,), "Money bought and sold by asset"),
    ),
}
