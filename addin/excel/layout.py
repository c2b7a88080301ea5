"""Every input sheet, table, heading and number format, spelled once.

Report tables are spelled in ``addin/report/schema.py`` in the same terms.
"""

from addin.domain.table import Column, Kind, TableSpec

TEXT, DATE, WEIGHT, RATE = Kind.TEXT, Kind.DATE, Kind.WEIGHT, Kind.RATE
MONEY, PRICE, QUANTITY, NUMBER = Kind.MONEY, Kind.PRICE, Kind.QUANTITY, Kind.NUMBER

NUMBER_FORMATS = {
    Kind.TEXT: "@",
    Kind.DATE: "yyyy-mm-dd",
    Kind.WEIGHT: '0.0%;(0.0%);"–"',
    Kind.RATE: '0.00%;(0.00%);"–"',
    Kind.DRIFT: '+0.0" pp";−0.0" pp";"–"',  # of a decimal times 100
    Kind.MONEY: '#,##0;(#,##0);"–"',
    Kind.PRICE: "#,##0.0000",
    Kind.QUANTITY: '#,##0;(#,##0);"–"',
    Kind.NUMBER: "0.00;(0.00);0.00",
    Kind.COUNT: "0",
    Kind.FLAG: "General",
    Kind.ANY: "General",
}


def _columns(*pairs: tuple[str, Kind]) -> tuple[Column, ...]:
    return tuple(Column(heading, kind) for heading, kind in pairs)


KEY_VALUE = _columns(("Key", TEXT), ("Value", Kind.ANY))

POLICY_META = TableSpec("Policy_Meta", "Policy", KEY_VALUE)
POLICY_OBJECTIVES = TableSpec(
    "Policy_Objectives",
    "Policy",
    _columns(("Type", TEXT), ("Value", RATE), ("Window", TEXT)),
)
POLICY_CLASSES = TableSpec(
    "Policy_Classes",
    "Policy",
    _columns(
        ("Asset class", TEXT),
        ("Parent", TEXT),
        ("Min", WEIGHT),
        ("Inner min", WEIGHT),
        ("Target", WEIGHT),
        ("Inner max", WEIGHT),
        ("Max", WEIGHT),
        ("Benchmark", TEXT),
        ("Liquidity days", Kind.COUNT),
    ),
)
POLICY_LIMITS = TableSpec(
    "Policy_Limits",
    "Policy",
    _columns(
        ("Rule", TEXT),
        ("Selector", TEXT),
        ("Operator", TEXT),
        ("Value", RATE),
        ("Severity", TEXT),
        ("Note", TEXT),
    ),
)
POLICY_EXCLUSIONS = TableSpec(
    "Policy_Exclusions",
    "Policy",
    _columns(("Selector", TEXT), ("Reason", TEXT), ("Legacy action", TEXT)),
)
POLICY_REBALANCE = TableSpec("Policy_Rebalance", "Policy", KEY_VALUE)
POLICY_LIQUIDITY = TableSpec("Policy_Liquidity", "Policy", KEY_VALUE)
POLICY_TAX = TableSpec("Policy_Tax", "Policy", KEY_VALUE)
POLICY_BENCHMARK = TableSpec(
    "Policy_Benchmark", "Policy", _columns(("Ticker", TEXT), ("Weight", WEIGHT))
)
POLICY_SCORE = TableSpec("Policy_Score", "Policy", KEY_VALUE)

UNIVERSE = TableSpec(
    "Universe",
    "Universe",
    _columns(
        ("Ticker", TEXT),
        ("Name", TEXT),
        ("Asset class", TEXT),
        ("Min", WEIGHT),
        ("Max", WEIGHT),
        ("Lot size", Kind.COUNT),
        ("Cost bps", NUMBER),
        ("Liquidity days", Kind.COUNT),
    ),
    open_ended=True,
)
PRICES = TableSpec("Prices", "Prices", _columns(("Date", DATE)), open_ended=True)
ASSUMPTIONS = TableSpec(
    "Assumptions",
    "Assumptions",
    _columns(("Asset", TEXT), ("Expected return", RATE), ("Volatility", RATE), ("Source", TEXT)),
    open_ended=True,
)
HOLDINGS = TableSpec(
    "Holdings",
    "Holdings",
    _columns(
        ("Ticker", TEXT),
        ("Quantity", QUANTITY),
        ("Price", PRICE),
        ("Account", TEXT),
        ("As of", DATE),
    ),
    open_ended=True,
)
LOTS = TableSpec(
    "Lots",
    "Lots",
    _columns(
        ("Lot", TEXT),
        ("Ticker", TEXT),
        ("Acquired", DATE),
        ("Quantity", QUANTITY),
        ("Cost", PRICE),
        ("Account", TEXT),
    ),
)
ACCOUNTS = TableSpec(
    "Accounts", "Accounts", _columns(("Account", TEXT), ("Type", TEXT), ("Owner", TEXT))
)
ACTIONS = TableSpec(
    "Actions",
    "Actions",
    _columns(
        ("Id", TEXT),
        ("Ticker", TEXT),
        ("Type", TEXT),
        ("Effective", DATE),
        ("Ratio", NUMBER),
        ("Amount", PRICE),
        ("New ticker", TEXT),
        ("New price", PRICE),
        ("Parent price", PRICE),
        ("Applied", Kind.FLAG),
    ),
)
SUBSTITUTES = TableSpec(
    "Substitutes",
    "Substitutes",
    _columns(("Ticker", TEXT), ("Identical", TEXT), ("Similar", TEXT)),
)
VALUATIONS = TableSpec(
    "Valuations", "Valuations", _columns(("Date", DATE), ("Value", MONEY), ("Flow", MONEY))
)
SCENARIOS = TableSpec("Scenarios", "Scenarios", _columns(("Scenario", TEXT)), open_ended=True)
VIEWS = TableSpec("Views", "Views", _columns(("View", TEXT)), open_ended=True)
OVERRIDES = TableSpec(
    "Overrides",
    "Overrides",
    _columns(("Item", TEXT), ("Field", TEXT), ("Value", Kind.ANY), ("Note", TEXT)),
)
UNDO = TableSpec(
    "Undo_Snapshot",
    "Undo",
    _columns(("Target", TEXT), ("Part", Kind.COUNT), ("Content", TEXT)),
)

INPUT_TABLES: tuple[TableSpec, ...] = (
    POLICY_META,
    POLICY_OBJECTIVES,
    POLICY_CLASSES,
    POLICY_LIMITS,
    POLICY_EXCLUSIONS,
    POLICY_REBALANCE,
    POLICY_LIQUIDITY,
    POLICY_TAX,
    POLICY_BENCHMARK,
    POLICY_SCORE,
    UNIVERSE,
    PRICES,
    ASSUMPTIONS,
    HOLDINGS,
    LOTS,
    ACCOUNTS,
    ACTIONS,
    SUBSTITUTES,
    VALUATIONS,
    SCENARIOS,
    VIEWS,
    OVERRIDES,
)
SCHEMA_VERSION = 1
SCHEMA_VERSION_CELL = "Schema_version"
