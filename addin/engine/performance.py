"""Returns over the periods a report speaks of: calendar years and trailing periods."""

from datetime import date

import numpy as np

from addin.domain.history import Dates
from addin.domain.weights import Vector
from addin.engine.metrics import annual_return
from addin.engine.returns import DAYS_PER_YEAR, periods_per_year
from addin.errors import InputError

_QTD, _YTD, _SINCE_START = "QTD", "YTD", "since start"
_YEARS = {"1y": 1, "3y": 3, "5y": 5}
TRAILING_PERIODS = (_QTD, _YTD, *_YEARS, _SINCE_START)

_SHUT_DAYS = 4  # no run of holidays at the turn of a period is longer


def calendar_years(dates: Dates, returns: Vector) -> dict[int, float]:
    """Return of each calendar year that has returns, the first and last perhaps in part.

    A return belongs to the year of its date, the end of its period. Not annualised.

    Args:
        dates: (T,) ascending.
        returns: (T,) decimals.
    """
    _require_same_length(dates, returns)
    years = dates.astype("datetime64[Y]").astype(int) + 1970
    return {int(year): _growth(returns[years == year]) for year in np.unique(years)}


def trailing_returns(
    dates: Dates, returns: Vector, as_of: date, ppy: float | None = None
) -> dict[str, float]:
    """Return of each of ``TRAILING_PERIODS`` up to the last date not after ``as_of``.

    ``QTD`` and ``YTD`` begin with the quarter and year of ``as_of``; ``1y`` to ``5y`` on the
    same day so many years before, a month-end staying a month-end. Periods over one year are
    annualised, shorter ones are not (GIPS).

    Args:
        dates: (T,) ascending, the end of each return's period.
        returns: (T,) decimals.
        as_of: Valuation date.
        ppy: Periods per year; inferred from the dates when not given.

    Returns:
        Decimals by period; NaN for a period that the history does not cover.

    Raises:
        InputError: If dates and returns differ in number or none is dated by ``as_of``.
    """
    _require_same_length(dates, returns)
    per_year = ppy or periods_per_year(dates)
    past = dates <= np.datetime64(as_of, "D")
    if not past.any():
        raise InputError(f"performance: no return dated {as_of} or earlier")
    dates, returns = dates[past], returns[past]
    began = dates[0] - np.timedelta64(round(DAYS_PER_YEAR / per_year), "D")

    def since(start: np.datetime64, years: int = 1) -> float:
        inside = dates > start
        if began > start + np.timedelta64(_SHUT_DAYS, "D") or not inside.any():
            return float("nan")
        return float((1 + _growth(returns[inside])) ** (1 / years) - 1)

    whole = len(returns) > per_year
    return {
        _QTD: since(_day_before_start(3, as_of)),
        _YTD: since(_day_before_start(12, as_of)),
        **{name: since(_years_before(as_of, n), n) for name, n in _YEARS.items()},
        _SINCE_START: float(annual_return(returns, per_year)) if whole else _growth(returns),
    }


def _require_same_length(dates: Dates, returns: Vector) -> None:
    if len(dates) != len(returns):
        raise InputError(
            f"performance: need one return per date, found {len(returns)} for {len(dates)} dates"
        )


def _growth(returns: Vector) -> float:
    return float(np.prod(1 + returns) - 1)


def _day_before_start(months: int, as_of: date) -> np.datetime64:
    first = (as_of.month - 1) // months * months + 1
    return np.datetime64(as_of.replace(month=first, day=1), "D") - np.timedelta64(1, "D")


def _years_before(as_of: date, years: int) -> np.datetime64:
    month = np.datetime64(as_of, "M")
    then = month - np.timedelta64(12 * years, "M")
    last_day, last_day_then = _last_day(month), _last_day(then)
    day = np.datetime64(as_of, "D")
    if day == last_day:
        return last_day_then
    return min(then.astype("datetime64[D]") + (day - month.astype("datetime64[D]")), last_day_then)


def _last_day(month: np.datetime64) -> np.datetime64:
    following = month + np.timedelta64(1, "M")
    return np.datetime64(following.astype("datetime64[D]") - np.timedelta64(1, "D"))
