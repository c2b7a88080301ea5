"""The sample policy, *Balanced Growth*, with its universe and scenarios: what the analyst types.

Rows stand in the order of the columns in ``addin.excel.layout``. The client is invented.
"""

from datetime import date

from addin.domain.table import Row
from workbook_templates.sample_market import TICKERS

AS_OF = date(2025, 12, 31)
EQUITY, FIXED_INCOME, ALTERNATIVES, CASH_CLASS = "Equity", "Fixed income", "Alternatives", "Cash"
CLASSES = (EQUITY, FIXED_INCOME, ALTERNATIVES, CASH_CLASS)
MAIN_ACCOUNT, RETIREMENT_ACCOUNT = "TRUST-01", "IRA-01"

META: tuple[Row, ...] = (
    ("policy_id", "RT-IPS"),
    ("client", "Riverside Trust"),
    ("profile", "Balanced Growth"),
    ("version", "3"),
    ("effective_from", date(2024, 7, 1)),
    ("base_currency", "USD"),
    ("approved_by", "Investment committee"),
    ("approved_on", date(2024, 6, 18)),
    ("next_review", date(2026, 6, 30)),
    ("author", "Portfolio desk"),
    ("risk_free", 0.013),
    ("confidence", 0.95),
    ("frequency", "monthly"),
    ("expected_returns", "shrunk"),
    ("covariance", "ledoit-wolf-cc"),  # keeps variances: cash stays cash
    ("risk_aversion", 2.5),
    ("seed", 1),
)
OBJECTIVES: tuple[Row, ...] = (
    ("return", 0.06, "10 years"),
    ("spending", 0.04, "1 year"),
)
# Asset class, Parent, Min, Inner min, Target, Inner max, Max, Benchmark, Liquidity days
CLASS_RANGES: tuple[Row, ...] = (
    (EQUITY, None, 0.45, 0.50, 0.55, 0.60, 0.65, "SPY", 1),
    (FIXED_INCOME, None, 0.25, 0.275, 0.30, 0.35, 0.40, "AGG", 2),
    (ALTERNATIVES, None, 0.05, 0.075, 0.10, 0.125, 0.15, "VNQ", 3),
    (CASH_CLASS, None, 0.02, 0.035, 0.05, 0.075, 0.10, "SGOV", 1),
)
LIMITS: tuple[Row, ...] = (
    ("each", None, "<=", 0.25, "hard", "no asset above a quarter"),
    ("weight", "SPY", ">=", 0.10, "hard", "core holding"),
    ("weight", "AGG", ">=", 0.18, "hard", "anchor"),
    ("weight", "HYG", "<=", 0.05, "hard", "cap on high yield"),
    ("volatility", None, "<=", 0.12, "hard", "annual"),
    ("tracking error", None, "<=", 0.05, "hard", "annual, against the benchmark"),
)
REBALANCE: tuple[Row, ...] = (
    ("mode", "full"),
    ("destination", "target"),
    ("watch", 0.03),
    ("flag", 0.05),
    ("risk_threshold", 0.10),
    ("min_trade", 1000),
    ("min_trade_weight", 0.001),
    ("cost_bps", 5),
    ("ticket_cost", 10),
    ("lot_size", 1),
    ("whole_shares", True),
    ("last_rebalance", date(2025, 1, 15)),
)
LIQUIDITY: tuple[Row, ...] = (
    ("cash_min", 0.01),
    ("cash_max", 0.05),
    ("spending_rule", "percent"),
    ("spending_rate", 0.04),
    ("inflation", 0.02),
    ("horizon_years", 15),
)
TAX: tuple[Row, ...] = (
    ("short_rate", 0.37),
    ("long_rate", 0.20),
    ("lot_method", "min tax"),
    ("wash_days", 30),
    ("harvest_threshold", -0.10),
    ("carried_loss", 0),
)
BENCHMARK: tuple[Row, ...] = (("SPY", 0.60), ("AGG", 0.40))
SCORE: tuple[Row, ...] = (
    ("policy_fit", 0.30),
    ("risk", 0.20),
    ("expected_return", 0.20),
    ("benchmark_tracking", 0.15),
    ("diversification", 0.15),
)

# Ticker, Name, Asset class, Min, Max, Lot size, Cost bps, Liquidity days
UNIVERSE: tuple[Row, ...] = (
    ("SPY", "US large companies", EQUITY, 0.0, 0.22, 1, 2, 1),
    ("QQQ", "US growth companies", EQUITY, 0.0, 0.15, 1, 2, 1),
    ("IWM", "US small companies", EQUITY, 0.0, 0.12, 1, 3, 1),
    ("EFA", "Developed markets abroad", EQUITY, 0.0, 0.20, 1, 4, 1),
    ("EEM", "Emerging markets", EQUITY, 0.0, 0.12, 1, 5, 1),
    ("AGG", "US bonds, all", FIXED_INCOME, 0.0, 0.25, 1, 2, 1),
    ("TLT", "US Treasuries, over 20 years", FIXED_INCOME, 0.0, 0.10, 1, 2, 1),
    ("SHY", "US Treasuries, 1 to 3 years", FIXED_INCOME, 0.0, 0.15, 1, 2, 1),
    ("LQD", "Corporate bonds", FIXED_INCOME, 0.0, 0.15, 1, 3, 1),
    ("HYG", "High-yield bonds", FIXED_INCOME, 0.0, 0.10, 1, 5, 1),
    ("VNQ", "US real estate", ALTERNATIVES, 0.0, 0.12, 1, 4, 1),
    ("GLD", "Gold", ALTERNATIVES, 0.0, 0.12, 1, 3, 1),
    ("DBC", "Commodities", ALTERNATIVES, 0.0, 0.08, 1, 8, 2),
    ("SGOV", "Treasury bills, under 3 months", CASH_CLASS, 0.0, 0.10, 1, 1, 1),
)

# Scenario, then the return of each asset class
SCENARIOS: tuple[Row, ...] = (
    ("Equity bear market", -0.30, 0.04, -0.15, 0.0),
    ("Rate shock", -0.08, -0.12, -0.06, 0.0),
    ("Inflation shock", -0.12, -0.10, 0.08, 0.0),
    ("Credit-spread widening", -0.12, -0.06, -0.05, 0.0),
    ("Risk-on", 0.15, -0.02, 0.06, 0.0),
    ("2008 crisis", -0.35, 0.05, -0.20, 0.0),
    ("Tech bubble", -0.25, 0.08, -0.10, 0.0),
    ("Inflation spike", -0.15, -0.10, 0.05, 0.0),
)
# Asset, Expected return, Volatility, Source, then correlation with each asset class
ASSUMPTIONS: tuple[Row, ...] = (
    (EQUITY, 0.070, 0.160, "Desk estimate, 10 years", 1.0, 0.15, 0.55, 0.0),
    (FIXED_INCOME, 0.042, 0.055, "Desk estimate, 10 years", 0.15, 1.0, 0.15, 0.05),
    (ALTERNATIVES, 0.055, 0.130, "Desk estimate, 10 years", 0.55, 0.15, 1.0, 0.0),
    (CASH_CLASS, 0.030, 0.006, "Desk estimate, 10 years", 0.0, 0.05, 0.0, 1.0),
)
# View, then the weight of each ticker in it, Return, Confidence
VIEWS: tuple[Row, ...] = (
    (
        "Emerging over developed markets",
        *({"EEM": 1.0, "EFA": -1.0}.get(ticker) for ticker in TICKERS),
        0.02,
        0.5,
    ),
)
ACCOUNTS: tuple[Row, ...] = (
    (MAIN_ACCOUNT, "taxable", "Riverside Trust"),
    (RETIREMENT_ACCOUNT, "IRA", "Settlor"),
)
SUBSTITUTES: tuple[Row, ...] = (
    ("SPY", "VOO", "SCHX"),
    ("QQQ", "QQQM", "VUG"),
    ("IWM", "VTWO", "IJR"),
    ("EFA", None, "VEA"),
    ("EEM", None, "VWO"),
    ("AGG", None, "BND"),
    ("TLT", None, "VGLT"),
    ("SHY", None, "VGSH"),
    ("LQD", None, "VCIT"),
    ("HYG", None, "JNK"),
    ("VNQ", None, "SCHH"),
    ("GLD", "IAU", "SGOL"),
    ("DBC", None, "GSG"),
    ("SGOV", None, "BIL"),
)
