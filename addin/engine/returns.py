"""From prices to returns: periods, gaps and the window all assets share."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from addin.domain.choice import Choice
from addin.domain.history import Dates, Prices, Returns
from addin.domain.weights import Matrix, Vector
from addin.errors import InputError

Counts = NDArray[np.int64]

DAYS_PER_YEAR = 365.25
USUAL_PERIODS_PER_YEAR = (252, 52, 12, 4, 1)


class Frequency(Choice):
    """How often a return is taken."""

    AS_GIVEN = "as given"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


_PER_YEAR = dict(zip(list(Frequency)[1:], USUAL_PERIODS_PER_YEAR, strict=True))
_MONTHS = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.YEARLY: 12}
_MONDAY = 4  # day 4 after 1970-01-01, a Thursday
# Days a market may be shut at the end of a period: a week is finished from Thursday on.
_SHUT_DAYS = {Frequency.WEEKLY: 3}
_SHUT_DAYS_OTHERWISE = 4


def _period_of(dates: Dates, frequency: Frequency) -> Counts:
    if frequency is Frequency.WEEKLY:
        return (dates.astype("datetime64[D]").astype(np.int64) - _MONDAY) // 7
    return dates.astype("datetime64[M]").astype(np.int64) // _MONTHS[frequency]


def _last_day(period: int, frequency: Frequency) -> int:
    if frequency is Frequency.WEEKLY:
        return (period + 1) * 7 + _MONDAY - 1
    following = np.datetime64((period + 1) * _MONTHS[frequency], "M")
    return _day_number(following) - 1


def _day_number(date: np.datetime64) -> int:
    return int(date.astype("datetime64[D]").astype(np.int64))


def period_ends(prices: Prices, frequency: Frequency) -> Prices:
    """The last price of each period, dated by the last row in it.

    Weeks end on Sunday. An unfinished last period is left out: one whose last row is more than
    four days before the period's calendar end (a week: more than three), which no run of
    holidays explains.

    Args:
        prices: (T, N), ragged or not.
        frequency: ``as given`` and ``daily`` return the prices as they are.

    Returns:
        One row per period that has rows; NaN for an asset without a price in the period.

    Raises:
        InputError: If the prices come less often than ``frequency`` asks, or no period is
            finished.
    """
    if frequency is Frequency.AS_GIVEN or len(prices.dates) == 0:
        return prices
    if len(prices.dates) > 1 and (given := periods_per_year(prices.dates)) < _PER_YEAR[frequency]:
        raise InputError(
            f"prices: {frequency} returns need {frequency} prices, found about {given} a year"
        )
    if frequency is Frequency.DAILY:
        return prices
    period = _period_of(prices.dates, frequency)
    first = np.flatnonzero(np.diff(period, prepend=period[0] - 1))
    last = np.append(first[1:], len(period)) - 1
    shut = _SHUT_DAYS.get(frequency, _SHUT_DAYS_OTHERWISE)
    finished = _day_number(prices.dates[-1]) >= _last_day(int(period[-1]), frequency) - shut
    kept = len(last) if finished else len(last) - 1
    if kept == 0:
        raise InputError(f"prices: no finished period to take a {frequency} price from")
    values = _last_known(prices.values, first)[:kept]
    return Prices(prices.dates[last[:kept]], prices.tickers, values)


def _last_known(values: Matrix, first: Counts) -> Matrix:
    row = np.where(np.isnan(values), -1, np.arange(len(values))[:, None])
    latest = np.maximum.reduceat(row, first, axis=0)
    known = np.take_along_axis(values, np.maximum(latest, 0), axis=0)
    return np.where(latest < 0, np.nan, known)


def simple_returns(prices: Prices) -> Returns:
    """Return from each row to the next.

    Returns:
        T − 1 rows, dated by the later price; NaN where either price is missing.

    Raises:
        InputError: If there are fewer than two rows.
    """
    if len(prices.dates) < 2:
        raise InputError(f"prices: need at least two dates, found {len(prices.dates)}")
    values = prices.values[1:] / prices.values[:-1] - 1
    return Returns(prices.dates[1:], prices.tickers, values)


def periods_per_year(dates: Dates) -> int:
    """252, 52, 12, 4 or 1: the usual number nearest to the median step between dates.

    Raises:
        InputError: If there are fewer than two dates.
    """
    if len(dates) < 2:
        raise InputError(
            f"periods per year: need two dates to tell, found {len(dates)}; "
            "give the option periods_per_year"
        )
    step = float(np.median(np.diff(dates.astype("datetime64[D]").astype(np.int64))))
    distance = np.abs(np.log(DAYS_PER_YEAR / step / np.array(USUAL_PERIODS_PER_YEAR)))
    return USUAL_PERIODS_PER_YEAR[int(np.argmin(distance))]


def rate_per_period(annual: float, ppy: float) -> float:
    """The rate per period that compounds to an annual one: (1 + r)^(1/ppy) − 1."""
    return float((1 + annual) ** (1 / ppy) - 1)


def recency_weights(rows: int, half_life: float | None = None) -> Vector:
    """Weights that halve every ``half_life`` rows into the past; the last row weighs most.

    Args:
        rows: How many.
        half_life: In rows; a quarter of the rows when not given.

    Returns:
        (rows,) adding up to one.

    Raises:
        InputError: If the half-life is not above zero.
    """
    life = rows / 4 if half_life is None else half_life
    if not life > 0:
        raise InputError(f"half_life: need a number of rows above zero, found {life:g}")
    weights = 0.5 ** (np.arange(rows - 1, -1, -1) / life)
    return np.asarray(weights / weights.sum())


@dataclass(frozen=True)
class CommonWindow:
    """The dates on which every asset has a return, and what shortens them.

    Attributes:
        rows: Complete rows.
        start: First complete row.
        end: Last complete row.
        shortened_by: The asset with the shortest history; None when all span the same dates.
        without: Assets to leave out for a longer window, ``shortened_by`` among them.
        rows_without: Complete rows when they are left out.
        start_without: First complete row then.
    """

    rows: int
    start: np.datetime64
    end: np.datetime64
    shortened_by: str | None
    without: tuple[str, ...]
    rows_without: int
    start_without: np.datetime64


def common_window(returns: Returns) -> CommonWindow:
    """Which dates all assets share, and the longest window when the shortest history is left out.

    An asset shortens the window when its history begins later or ends earlier than another's;
    a gap inside does not. Assets that share the shortest history are left out together.

    Raises:
        InputError: If no row is complete.
    """
    known = ~np.isnan(returns.values)
    dates = returns.complete().dates
    rows, start, end = len(dates), dates[0], dates[-1]
    without: list[str] = []
    for ticker in _shortest_first(returns, known):
        without.append(ticker)
        kept = [i for i, name in enumerate(returns.tickers) if name not in without]
        complete = known[:, kept].all(axis=1)
        if kept and complete.sum() > rows:
            first = returns.dates[np.argmax(complete)]
            out = tuple(without)
            return CommonWindow(rows, start, end, out[0], out, int(complete.sum()), first)
    return CommonWindow(rows, start, end, None, (), rows, start)


def _shortest_first(returns: Returns, known: Matrix) -> list[str]:
    first = known.argmax(axis=0)
    last = len(known) - 1 - known[::-1].argmax(axis=0)
    partial = (first > first.min()) | (last < last.max())
    order = sorted(np.flatnonzero(partial), key=lambda i: (last[i] - first[i], returns.tickers[i]))
    return [returns.tickers[i] for i in order]
