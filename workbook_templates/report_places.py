"""Where the charts of each report sheet stand, what they draw and what they show in words."""

from collections.abc import Callable
from dataclasses import dataclass

from xlsxwriter.chart import Chart

from addin.domain.table import TableSpec
from addin.report import schema
from workbook_templates import report_charts as draw
from workbook_templates.report_frame import CHART_ROWS, TALL_CHART_ROWS

RULE_ROWS = 30  # as many as the sample policy has rules


@dataclass(frozen=True)
class Place:
    """A chart on a detail sheet.

    Attributes:
        chart: Its name among ``schema.CHART_TITLES``.
        draw: Makes it, given the workbook, its tables and the cell of its title.
        tables: What it draws.
        left: First column it covers.
        right: Last column it covers.
        words: Alt text.
        rows: Rows of 20 pixels it covers.
    """

    chart: str
    draw: Callable[..., Chart]
    tables: tuple[TableSpec, ...]
    left: int
    right: int
    words: str
    rows: int = CHART_ROWS


CHARTS: dict[str, tuple[Place, ...]] = {
    schema.COMPLIANCE: (
        Place(
            "Headroom",
            draw.headroom,
            (schema.HEADROOM,),
            12,
            12,
            "Headroom of the tightest rules in percentage points; left of zero is a breach",
            RULE_ROWS,
        ),
    ),
    schema.ALLOCATION: (
        Place(
            "Allocation",
            draw.allocation,
            (schema.CLASSES,),
            1,
            6,
            "Actual and target weight of each asset class against its policy range",
        ),
        Place(
            "Drift",
            draw.drift,
            (schema.CLASSES,),
            7,
            12,
            "Drift of each asset class from target with watch and rebalance levels",
        ),
    ),
    schema.PERFORMANCE: (
        Place(
            "Growth",
            draw.growth,
            (schema.GROWTH,),
            1,
            6,
            "Growth of 100 at current and proposed weights and of the benchmark",
            TALL_CHART_ROWS,
        ),
        Place(
            "Drawdown",
            draw.drawdown,
            (schema.GROWTH,),
            8,
            12,
            "Deepest fall from a peak in each period, current, proposed and benchmark",
            TALL_CHART_ROWS,
        ),
    ),
    schema.RISK: (
        Place(
            "Share",
            draw.weight_and_risk,
            (schema.RISK_ASSETS,),
            1,
            9,
            "Weight and share of risk of each asset, current weights",
            TALL_CHART_ROWS,
        ),
        Place(
            "Classes",
            draw.weight_and_risk,
            (schema.RISK_CLASSES,),
            10,
            20,
            "Weight and share of risk of each asset class, current weights",
            TALL_CHART_ROWS,
        ),
    ),
    schema.STRESS: (
        Place(
            "Tornado",
            draw.tornado,
            (schema.STRESSES,),
            1,
            9,
            "Return in each scenario, worst first, current and proposed weights",
            TALL_CHART_ROWS,
        ),
    ),
    schema.PROPOSAL: (
        Place(
            "Frontier",
            draw.frontier,
            (schema.FRONTIER, schema.POINTS),
            1,
            6,
            "Efficient frontier inside the policy with every candidate",
        ),
        Place(
            "BeforeAfter",
            draw.before_after,
            (schema.BEFORE_AFTER,),
            7,
            10,
            "Weight of each asset class today, proposed and in the policy",
        ),
    ),
    schema.TRADES: (
        Place(
            "Trades",
            draw.buys_and_sells,
            (schema.TRADE_BARS,),
            1,
            9,
            "Money bought and sold of each asset",
        ),
    ),
}
