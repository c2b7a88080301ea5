"""The catalogue of worksheet functions: every name here is a function in cells."""

from udfs.about import IPS_HELP, IPS_VERSION
from udfs.budgets import IPS_RISK_BUDGET
from udfs.data import (
    IPS_CORRELATION,
    IPS_COVARIANCE,
    IPS_DATA_CHECK,
    IPS_EXPECTED_RETURNS,
    IPS_RETURNS,
)
from udfs.drift import IPS_DRIFT, IPS_DRIFT_STATUS, IPS_REBALANCE
from udfs.explain import (
    IPS_DIAGNOSE,
    IPS_SENSITIVITY,
    IPS_SHADOW_PRICES,
    IPS_WEIGHT_RANGES,
)
from udfs.optimization import IPS_CANDIDATES, IPS_FRONTIER, IPS_OPTIMIZE
from udfs.performance import IPS_DRAWDOWN, IPS_METRIC, IPS_METRICS, IPS_TRACKING_ERROR
from udfs.policy import IPS_CHECK, IPS_CHECK_STATUS, IPS_PROFILE, IPS_PROFILES
from udfs.risk import IPS_CVAR, IPS_RISK_CONTRIBUTION, IPS_VAR
from udfs.stress import IPS_STRESS
from udfs.views import IPS_ASSUMPTIONS, IPS_BLACK_LITTERMAN

__all__ = [
    "IPS_ASSUMPTIONS",
    "IPS_BLACK_LITTERMAN",
    "IPS_CANDIDATES",
    "IPS_CHECK",
    "IPS_CHECK_STATUS",
    "IPS_CORRELATION",
    "IPS_COVARIANCE",
    "IPS_CVAR",
    "IPS_DATA_CHECK",
    "IPS_DIAGNOSE",
    "IPS_DRAWDOWN",
    "IPS_DRIFT",
    "IPS_DRIFT_STATUS",
    "IPS_EXPECTED_RETURNS",
    "IPS_FRONTIER",
    "IPS_HELP",
    "IPS_METRIC",
    "IPS_METRICS",
    "IPS_OPTIMIZE",
    "IPS_PROFILE",
    "IPS_PROFILES",
    "IPS_REBALANCE",
    "IPS_RETURNS",
    "IPS_RISK_BUDGET",
    "IPS_RISK_CONTRIBUTION",
    "IPS_SENSITIVITY",
    "IPS_SHADOW_PRICES",
    "IPS_STRESS",
    "IPS_TRACKING_ERROR",
    "IPS_VAR",
    "IPS_VERSION",
    "IPS_WEIGHT_RANGES",
]
