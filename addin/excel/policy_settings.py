"""What the key/value tables of a policy may say, judged cell by cell."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from enum import StrEnum

from addin.domain.labels import label_key
from addin.domain.options import Options
from addin.domain.policy import SpendingRule
from addin.engine.covariance import CovarianceMethod
from addin.engine.expected_returns import ExpectedReturnMethod
from addin.engine.moments import RaggedHistory
from addin.engine.returns import Frequency
from addin.errors import InputError
from addin.excel.options import Setting, Settings
from addin.excel.records import raise_mistakes
from addin.excel.scalars import member
from addin.excel.values import found, number


class Calendar(StrEnum):
    """How often a portfolio is looked at for rebalancing."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half-yearly"
    YEARLY = "yearly"


class LotRelief(StrEnum):
    """Which lots a sale takes first."""

    FIFO = "FIFO"
    LIFO = "LIFO"
    HIFO = "HIFO"
    LOFO = "LOFO"
    AVERAGE = "average"
    SPECIFIC = "specific"
    MIN_TAX = "min tax"


_CHOICES: dict[str, type[StrEnum]] = {
    "frequency": Frequency,
    "covariance": CovarianceMethod,
    "history": RaggedHistory,
    "expected_returns": ExpectedReturnMethod,
    "spending_rule": SpendingRule,
    "lot_method": LotRelief,
}
_RANGES: dict[str, tuple[str, Callable[[float], bool]]] = {
    "confidence": ("a number between 0 and 1 (as 0.95)", lambda x: 0 < x < 1),
    "risk_free": ("an annual rate as a decimal (as 0.02)", lambda x: -1 < x < 1),
    "risk_aversion": ("a number above zero", lambda x: x > 0),
    "market_premium": ("an annual rate as a decimal (as 0.045)", lambda x: -1 < x < 1),
    "tau": ("a number above zero (as 0.05)", lambda x: x > 0),
    "concentration": ("a number of at least zero", lambda x: x >= 0),
    "half_life": ("a number of rows above zero", lambda x: x > 0),
    "periods_per_year": ("a number above zero", lambda x: x > 0),
    "points": ("a whole number of at least two", lambda x: x >= 2),
    "cost_bps": ("a number of at least zero", lambda x: x >= 0),
    "ticket_cost": ("an amount of at least zero", lambda x: x >= 0),
    "min_trade": ("an amount of at least zero", lambda x: x >= 0),
    "min_trade_weight": ("a weight of at least zero", lambda x: x >= 0),
    "lot_size": ("a number above zero", lambda x: x > 0),
    "cash_min": ("a weight from 0 to 1", lambda x: 0 <= x <= 1),
    "cash_max": ("a weight from 0 to 1", lambda x: 0 <= x <= 1),
    "max_turnover": ("a weight of at least zero", lambda x: x >= 0),
    "time_limit": ("a number of seconds above zero", lambda x: x > 0),
    "max_volatility": ("an annual volatility above zero (as 0.12)", lambda x: 0 < x <= 5),
    "max_tracking_error": ("an annual tracking error above zero (as 0.05)", lambda x: 0 < x <= 5),
    "max_cvar": ("a loss per period above zero (as 0.08)", lambda x: 0 < x <= 1),
    "max_short": ("a weight of at least zero", lambda x: x >= 0),
    "max_holdings": ("a whole number of at least one", lambda x: x >= 1),
    "min_holding": ("a weight from 0 to 1", lambda x: 0 <= x <= 1),
    "target_return": ("an annual rate as a decimal (as 0.06)", lambda x: -1 < x < 1),
    "soft_price": ("a return a year of at least zero (as 1)", lambda x: x >= 0),
    "impact_bps": ("a number of at least zero", lambda x: x >= 0),
    "uncertainty": ("a number of standard errors of at least zero", lambda x: x >= 0),
    "watch": ("a weight from 0 to 1", lambda x: 0 <= x <= 1),
    "flag": ("a weight from 0 to 1", lambda x: 0 <= x <= 1),
    "risk_threshold": ("a share of at least zero", lambda x: x >= 0),
    "spending_rate": ("a yearly share from 0 to 1", lambda x: 0 <= x <= 1),
    "inflation": ("an annual rate as a decimal (as 0.025)", lambda x: -1 < x < 1),
    "horizon_years": ("a number of years above zero", lambda x: x > 0),
    "short_rate": ("a tax rate from 0 to 1", lambda x: 0 <= x <= 1),
    "long_rate": ("a tax rate from 0 to 1", lambda x: 0 <= x <= 1),
    "wash_days": ("a whole number of days of at least zero", lambda x: x >= 0),
    "harvest_threshold": ("a loss as a decimal from -1 to 0 (as -0.10)", lambda x: -1 <= x <= 0),
    "carried_loss": ("an amount of at least zero", lambda x: x >= 0),
}
_NOT_YET = (
    "horizon",
    "target_volatility",
    "target_var",
    "target_cvar",
    "resamples",
    "observations",
    "destination",
    "mode",
)
_NEVER_SET = ("absolute_band", "relative_band")


def check_policy_settings(settings: Settings) -> None:
    """Refuse values no report can be made with, and keys that would silently change nothing.

    Raises:
        InputError: Naming each cell that is wrong.
    """
    raise_mistakes([*_wrong_choices(settings), *_out_of_range(settings), *_not_honoured(settings)])


def check_calendar(settings: Settings) -> None:
    """Refuse a frequency of ``Policy_Rebalance`` that is no calendar.

    Raises:
        InputError: Naming the cell.
    """
    if setting := settings.get("frequency"):
        member(setting.cell, setting.where, Calendar)


def _wrong_choices(settings: Settings) -> Iterator[str]:
    for key, kind in _CHOICES.items():
        if setting := settings.get(key):
            try:
                member(setting.cell, setting.where, kind)
            except InputError as error:
                yield str(error)


def _out_of_range(settings: Settings) -> Iterator[str]:
    for key, (what, is_allowed) in _RANGES.items():
        if setting := settings.get(key):
            try:
                inside = is_allowed(number(setting.cell, setting.where))
            except InputError:
                continue  # said by whoever reads the value
            if not inside:
                yield f"{setting.where}: expected {what}, found {found(setting.cell)}"


def _not_honoured(settings: Settings) -> Iterator[str]:
    defaults = {field.name: field.default for field in fields(Options)}
    for key in (*_NOT_YET, *_NEVER_SET):
        setting = settings.get(key)
        default = defaults.get(key)
        if setting and not _says(setting, default):
            usual = "" if default is None else f" or {found(default)}"
            yield (
                f"{setting.where}: a report cannot honour this key yet; expected a blank cell"
                f"{usual}, found {found(setting.cell)}"
            )


def _says(setting: Setting, default: object) -> bool:
    if isinstance(default, str) and isinstance(setting.cell, str):
        return label_key(setting.cell) == default
    return default is not None and setting.cell == default
