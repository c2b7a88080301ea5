"""One call of every function of the catalogue that gives an answer."""

import datetime as dt
from itertools import pairwise

D = [dt.date(2024, m, d) for m, d in ((1, 31), (2, 29), (3, 29), (4, 30), (5, 31), (6, 28))]
PRICES = [
    ["Date", "SPY", "AGG", "SGOV"],
    *([d, *row] for d, row in zip(
        D,
        [(100, 50, 10), (110, 50.5, 10.04), (104.5, 49, 10.08), (115, 51, 10.12),
         (112, 52, 10.16), (120, 51.5, 10.2)],
        strict=True,
    )),
]  # fmt: skip
RETURNS = [
    PRICES[0],
    *(
        [b[0], *(q / p - 1 for p, q in zip(a[1:], b[1:], strict=True))]
        for a, b in pairwise(PRICES[1:])
    ),
]
WEIGHTS = [["Ticker", "Weight"], ["SPY", 0.5], ["AGG", 0.4], ["SGOV", 0.1]]
BENCHMARK = [["Ticker", "Weight"], ["SPY", 0.6], ["AGG", 0.4]]
UNIVERSE = [
    ["Ticker", "Asset class", "Min", "Max", "Price"],
    ["SPY", "Equity", 0, 0.7, 120],
    ["AGG", "Fixed income", 0, 1, 51.5],
    ["SGOV", "Cash", 0, 1, 10.2],
]
CLASSES = [
    ["Asset class", "Min", "Target", "Max"],
    ["Equity", 0.4, 0.55, 0.65],
    ["Fixed income", 0.2, 0.35, 0.5],
    ["Cash", 0.02, 0.1, 0.2],
]
LIMITS = [["Rule", "Selector", "Operator", "Value"], ["weight", "AGG", ">=", 0.25]]
HOLDINGS = [
    ["Ticker", "Quantity", "Price"],
    ["SPY", 500, 120],
    ["AGG", 600, 51.5],
    ["CASH", 9100, 1],
]
TARGETS = [["Ticker", "Weight"], ["SPY", 0.55], ["AGG", 0.40], ["CASH", 0.05]]
SCENARIOS = [["Scenario", "Equity", "Fixed income"], ["Bear", -0.3, 0.05], ["Rates", None, -0.1]]
COVARIANCE = [
    ["Ticker", "SPY", "AGG", "SGOV"],
    ["SPY", 0.0225, 0.0015, 0.0],
    ["AGG", 0.0015, 0.0025, 0.0],
    ["SGOV", 0.0, 0.0, 0.0001],
]
VIEWS = [["View", "SPY", "AGG", "Return"], ["SPY over AGG", 1, -1, 0.04], ["AGG", None, 1, 0.01]]
ASSUMPTIONS = [
    ["Asset", "Expected return", "Volatility", "Source", "Equity", "Fixed income", "Cash"],
    ["Equity", 0.07, 0.16, "desk", 1, None, None],
    ["Fixed income", 0.04, 0.05, "desk", 0.2, 1, None],
    ["Cash", 0.03, 0.005, "desk", 0, 0.1, 1],
]

EXAMPLES = {
    "IPS_RETURNS": (PRICES,),
    "IPS_COVARIANCE": (RETURNS,),
    "IPS_CORRELATION": (RETURNS,),
    "IPS_EXPECTED_RETURNS": (RETURNS,),
    "IPS_DATA_CHECK": (PRICES,),
    "IPS_PROFILE": ("Balanced Growth",),
    "IPS_PROFILES": (25,),
    "IPS_CHECK": (WEIGHTS, UNIVERSE, CLASSES, LIMITS),
    "IPS_CHECK_STATUS": (WEIGHTS, UNIVERSE, CLASSES, LIMITS),
    "IPS_OPTIMIZE": (RETURNS, UNIVERSE, CLASSES, "min volatility", LIMITS),
    "IPS_FRONTIER": (RETURNS, UNIVERSE, CLASSES, 5, LIMITS),
    "IPS_CANDIDATES": (RETURNS, UNIVERSE, CLASSES, LIMITS),
    "IPS_ASSUMPTIONS": (ASSUMPTIONS, "covariance", UNIVERSE),
    "IPS_BLACK_LITTERMAN": (COVARIANCE, WEIGHTS, VIEWS),
    "IPS_SHADOW_PRICES": (RETURNS, UNIVERSE, CLASSES, "max utility", LIMITS),
    "IPS_DIAGNOSE": (UNIVERSE, CLASSES, LIMITS, RETURNS),
    "IPS_SENSITIVITY": (RETURNS, UNIVERSE, CLASSES, "min volatility", LIMITS),
    "IPS_WEIGHT_RANGES": (RETURNS, UNIVERSE, CLASSES, "max utility", LIMITS),
    "IPS_METRICS": (RETURNS, WEIGHTS, BENCHMARK),
    "IPS_METRIC": (RETURNS, WEIGHTS, "volatility"),
    "IPS_VAR": (RETURNS, WEIGHTS),
    "IPS_CVAR": (RETURNS, WEIGHTS),
    "IPS_RISK_BUDGET": (COVARIANCE, WEIGHTS, UNIVERSE, CLASSES),
    "IPS_RISK_CONTRIBUTION": (RETURNS, WEIGHTS),
    "IPS_TRACKING_ERROR": (RETURNS, WEIGHTS, BENCHMARK),
    "IPS_DRAWDOWN": (RETURNS, WEIGHTS),
    "IPS_STRESS": (WEIGHTS, UNIVERSE, SCENARIOS, 1_000_000, LIMITS),
    "IPS_DRIFT": (HOLDINGS, TARGETS),
    "IPS_DRIFT_STATUS": (HOLDINGS, TARGETS),
    "IPS_REBALANCE": (HOLDINGS, TARGETS, "min_trade=0; min_trade_weight=0", UNIVERSE),
    "IPS_VERSION": (),
    "IPS_HELP": (),
}
