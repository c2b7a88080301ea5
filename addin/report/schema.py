"""Every table and named cell of the committee report, spelled once.

Report tables are Excel tables named ``Report_…``; single figures and sentences stand in named
cells ``<Sheet>_…``. A missing figure is the text ``n/a``; a cell that feeds a chart is blank
(None) instead, which a chart leaves out.
"""

from dataclasses import dataclass

from addin.domain.table import Column, Kind, Row, Table, TableSpec

TEXT, WEIGHT, MONEY = Kind.TEXT, Kind.WEIGHT, Kind.MONEY

NOT_AVAILABLE = "n/a"

SUMMARY = "Summary"
COMPLIANCE = "Compliance"
ALLOCATION = "Allocation"
PERFORMANCE = "Performance"
RISK = "Risk"
STRESS = "Stress"
PROPOSAL = "Proposal"
TRADES = "Trades"
DATA_QUALITY = "Data quality"
METHOD = "Assumptions & method"
CHECKS = "Checks"
AUDIT = "Audit"

REPORT_SHEETS = (
    SUMMARY,
    COMPLIANCE,
    ALLOCATION,
    PERFORMANCE,
    RISK,
    STRESS,
    PROPOSAL,
    TRADES,
    DATA_QUALITY,
    METHOD,
    CHECKS,
    AUDIT,
)


def _column(spelling: str) -> Column:
    heading, _, kind = spelling.partition(": ")
    return Column(heading, Kind(kind or TEXT))


def _table(sheet: str, name: str, columns: str, *, open_ended: bool = False) -> TableSpec:
    """A table whose columns are spelled ``heading: kind; …``; one without a kind holds words."""
    spelled = tuple(_column(spelling) for spelling in columns.split("; "))
    return TableSpec(f"Report_{name}", sheet, spelled, open_ended)


SUMMARY_TRADES = _table(
    SUMMARY,
    "SummaryTrades",
    "Ticker; Side; Quantity: quantity; Price: price; Notional: money; Cost: money; "
    "Before: weight; After: weight; Why",
)

RULES = _table(
    COMPLIANCE,
    "Compliance",
    "Rule; Severity; Unit; Limit: rate; Actual: rate; Headroom: rate; Status; "
    "After trades: rate; Headroom after: rate; Status after",
)
HEADROOM = _table(COMPLIANCE, "Headroom", "Rule; Breach: drift; Watch: drift; Inside: drift")

POSITIONS = _table(
    ALLOCATION,
    "Allocation",
    "Asset; Level; Value: money; Actual: weight; Target: weight; Min: weight; Max: weight; "
    "Drift: drift; Relative: weight; To trigger: drift; Status; Risk level",
)
CLASSES = _table(
    ALLOCATION,
    "Classes",
    "Asset class; Actual: weight; Target: weight; Min: weight; Policy range: weight; "
    "Drift, pp: drift; Watch: drift; Rebalance: drift; Watch, under: drift; "
    "Rebalance, under: drift",
)

TRAILING = _table(
    PERFORMANCE,
    "Trailing",
    "Period; Current: rate; Proposed: rate; Benchmark: rate; Difference: drift; Basis",
)
YEARS = _table(
    PERFORMANCE,
    "Years",
    "Year; Current: rate; Proposed: rate; Benchmark: rate; Difference: drift",
)
GROWTH = _table(
    PERFORMANCE,
    "Growth",
    "Date: date; Current: number; Proposed: number; Benchmark: number; "
    "Drawdown, current: rate; Drawdown, proposed: rate; Drawdown, benchmark: rate",
)

METRICS = _table(RISK, "Metrics", "Measure; Unit; Current: rate; Proposed: rate; Benchmark: rate")
TAIL = _table(RISK, "Tail", "Measure; Method; Current: rate; Proposed: rate; Loss, money: money")
RISK_ASSETS = _table(
    RISK,
    "RiskContribution",
    "Ticker; Asset class; Weight: weight; Risk share: weight; Contribution: rate; "
    "Marginal: rate; New weight: weight; New share: weight",
)
RISK_CLASSES = _table(
    RISK,
    "RiskClasses",
    "Asset class; Weight: weight; Risk share: weight; New weight: weight; New share: weight",
)

STRESSES = _table(
    STRESS,
    "Stress",
    "Scenario; Current: rate; Gain or loss: money; Value after: money; Worst contributor; "
    "Breaches after: count; Proposed: rate; Proposed, money: money; "
    "Breaches, proposed: count",
)
STRESS_CLASSES = _table(STRESS, "StressClasses", "Scenario", open_ended=True)

CANDIDATES = _table(
    PROPOSAL,
    "Candidates",
    "Candidate; Return: rate; Volatility: rate; Sharpe: number; CVaR: rate; "
    "Tracking error: rate; Turnover: weight; Breaches: count; Score: number; Verdict; Why",
)
BINDING = _table(PROPOSAL, "Binding", "Rules that bind the recommendation")
BEFORE_AFTER = _table(
    PROPOSAL,
    "BeforeAfter",
    "Asset class; Current: weight; Proposed: weight; Target: weight",
)
FRONTIER = _table(PROPOSAL, "Frontier", "Volatility: rate; Efficient frontier: rate")
POINTS = _table(
    PROPOSAL,
    "FrontierPoints",
    "Point; Volatility: rate; Candidates: rate; Current: rate; Proposed: rate; Policy target: rate",
)

ORDERS = _table(
    TRADES,
    "Trades",
    "Ticker; Side; Quantity: quantity; Price: price; Notional: money; Cost: money; "
    "Weight before: weight; Weight after: weight; Target: weight; Reason",
)
TRADE_BARS = _table(TRADES, "TradeBars", "Ticker; Buy: money; Sell: money")
CASH_LEDGER = _table(TRADES, "Cash", "Item; Amount: money")

FINDINGS = _table(DATA_QUALITY, "DataQuality", "Severity; Where; What; Suggestion")
WINDOW = _table(DATA_QUALITY, "Window", "Common window; Value")
COVERAGE = _table(
    DATA_QUALITY,
    "Coverage",
    "Ticker; First price: date; Last price: date; Prices: count; Missing: count",
)

ASSUMED = _table(
    METHOD,
    "Assumptions",
    "Ticker; Asset class; Expected return: rate; Volatility: rate",
)
CORRELATION = _table(METHOD, "Correlation", "Ticker", open_ended=True)
ESTIMATION = _table(METHOD, "Estimation", "Step; Convention")
DEFINITIONS = _table(METHOD, "Method", "Measure; Convention")

RECONCILIATIONS = _table(
    CHECKS,
    "Checks",
    "Check; Reported: price; Second way: price; Difference: number; Tolerance: number; Result; How",
)

AUDIT_ITEMS = _table(AUDIT, "Audit", "Item; Value")
RUN_LOG = _table(AUDIT, "RunLog", "Step; Outcome")

REPORT_TABLES: tuple[TableSpec, ...] = tuple(
    spec for spec in tuple(globals().values()) if isinstance(spec, TableSpec)
)


@dataclass(frozen=True)
class NamedCell:
    """A named cell: the sheet it stands on and what it holds."""

    name: str
    sheet: str
    kind: Kind = TEXT


PREFIXES = {sheet: sheet for sheet in REPORT_SHEETS} | {
    DATA_QUALITY: "DataQuality",
    METHOD: "Method",
}
"""Named cells of a sheet begin with this."""

SUBJECT, AS_OF, STATE, FINDING = "Subject", "AsOf", "State", "Finding"
MASTHEAD = (SUBJECT, AS_OF, STATE, FINDING)
"""Cells at the head of every sheet: whose policy, date, DRAFT or FINAL, what the sheet says."""

TILE_KINDS = (MONEY, WEIGHT, WEIGHT, WEIGHT, WEIGHT, TEXT)
"""Portfolio value, return, volatility, expected shortfall, tracking error, policy."""
DECISIONS = 4
STATUS_LINES = 7
SUMMARY_TRADE_ROWS = 8
BINDING_ROWS = 8
HEADROOM_BARS = 12

CHART_TITLES = {
    COMPLIANCE: ("Headroom",),
    ALLOCATION: ("Allocation", "Drift"),
    PERFORMANCE: ("Growth", "Drawdown"),
    RISK: ("Share", "Classes"),
    STRESS: ("Tornado",),
    PROPOSAL: ("Frontier", "BeforeAfter"),
    TRADES: ("Trades",),
}
"""Charts of each sheet; the words of a title stand in the cell ``<Sheet>_<chart>Title``."""


def cell_name(sheet: str, what: str) -> str:
    """``Risk_AsOf``: the name of a cell of a report sheet."""
    return f"{PREFIXES[sheet]}_{what}"


def title_name(sheet: str, chart: str) -> str:
    """The named cell that holds a chart's title."""
    return cell_name(sheet, f"{chart}Title")


def tile_names(number: int) -> tuple[str, str, str]:
    """Named cells of a figure on the Summary: its label, value and note; numbered from one."""
    return (
        cell_name(SUMMARY, f"Tile{number}Label"),
        cell_name(SUMMARY, f"Tile{number}Value"),
        cell_name(SUMMARY, f"Tile{number}Note"),
    )


def decision_name(number: int) -> str:
    """Named cell of a decision the committee is asked for; numbered from one."""
    return cell_name(SUMMARY, f"Decision{number}")


def status_names(number: int) -> tuple[str, str]:
    """Named cells of a line of the policy status: its sign and its words; numbered from one."""
    return cell_name(SUMMARY, f"Status{number}Sign"), cell_name(SUMMARY, f"Status{number}")


CASH_LINE = cell_name(SUMMARY, "Cash")


def _summary_cells() -> tuple[NamedCell, ...]:
    tiles = [
        NamedCell(name, SUMMARY, kind)
        for number, value_kind in enumerate(TILE_KINDS, start=1)
        for name, kind in zip(tile_names(number), (TEXT, value_kind, TEXT), strict=True)
    ]
    lines = [decision_name(i + 1) for i in range(DECISIONS)]
    lines += [name for i in range(STATUS_LINES) for name in status_names(i + 1)]
    return (*tiles, *(NamedCell(name, SUMMARY) for name in (*lines, CASH_LINE)))


REPORT_CELLS: tuple[NamedCell, ...] = (
    *(NamedCell(cell_name(sheet, what), sheet) for sheet in REPORT_SHEETS for what in MASTHEAD),
    *(
        NamedCell(title_name(sheet, chart), sheet)
        for sheet, charts in CHART_TITLES.items()
        for chart in charts
    ),
    *_summary_cells(),
)


def filled(spec: TableSpec, rows: list[Row], *further: str) -> Table:
    """A report table with these rows; ``further`` headings follow those of an open-ended one."""
    return Table(spec.name, (*spec.headings, *further), tuple(rows))
