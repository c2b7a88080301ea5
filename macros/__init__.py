"""The catalogue of buttons, in the order of the ribbon."""

from macros.data import check_data
from macros.policy import check_policy, diagnose_policy
from macros.portfolio import optimize
from macros.rebalance import drift, trades
from macros.report import build_report, freeze_pack, undo_last_run
from macros.risk import risk, stress

__all__ = [  # noqa: RUF022  the order of the ribbon
    "check_data",
    "check_policy",
    "diagnose_policy",
    "optimize",
    "risk",
    "stress",
    "drift",
    "trades",
    "build_report",
    "freeze_pack",
    "undo_last_run",
]
