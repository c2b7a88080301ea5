"""Synthetic daily prices of 14 exchange-traded funds, 2014 to 2025: a regime model.

The model in four steps:

1. Each month belongs to a regime, which scales how far monthly returns scatter. Two regimes are
   episodes with prescribed returns: a fall and partial rebound in February and March 2020, and
   bonds and equity falling together through 2022.
2. The other months are drawn at random and then corrected (an affine map) so that mean, volatility
   and correlation of *all* monthly returns, episodes included, are those of the funds.
3. Days lie on Brownian bridges between month ends (and the peak and trough of 2020), as volatile as
   their regime; so volatility within a month and between months agree.
4. The cash fund earns the interest rate of the year, evenly: its price never falls.

The figures stand in ``sample_market``; the prices are invented.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.tseries.holiday import (
    AbstractHolidayCalendar,
    GoodFriday,
    Holiday,
    USLaborDay,
    USMartinLutherKingJr,
    USMemorialDay,
    USPresidentsDay,
    USThanksgivingDay,
    nearest_workday,
    sunday_to_monday,
)

from addin.domain.history import Prices
from addin.domain.weights import Matrix, Vector
from workbook_templates.sample_market import (
    CASH_FUND,
    CORRELATION,
    CRASH,
    DAYS,
    END,
    EPISODES,
    INFLATION,
    INTEREST,
    MARKET,
    MONTHS,
    PEAK,
    RECOVERY,
    REGIMES,
    SEED,
    START,
    TICKERS,
    TROUGH,
)


@dataclass(frozen=True)
class Moments:
    """Mean (N,) and covariance (N, N) of monthly returns."""

    mean: Vector
    covariance: Matrix


class ExchangeHolidays(AbstractHolidayCalendar):
    """Days the New York exchanges are closed, by rule; one-off closures are left out."""

    rules = [  # noqa: RUF012 - the base class declares a list
        Holiday("New Year", month=1, day=1, observance=sunday_to_monday),
        USMartinLutherKingJr,
        USPresidentsDay,
        GoodFriday,
        USMemorialDay,
        Holiday("Juneteenth", month=6, day=19, start_date="2022-01-01", observance=nearest_workday),
        Holiday("Independence Day", month=7, day=4, observance=nearest_workday),
        USLaborDay,
        USThanksgivingDay,
        Holiday("Christmas", month=12, day=25, observance=nearest_workday),
    ]


def trading_days() -> pd.DatetimeIndex:
    """Weekdays that are no exchange holiday, ``START`` to ``END``."""
    closed = ExchangeHolidays().holidays(START, END)
    return pd.bdate_range(START, END).difference(closed)


def correlation() -> Matrix:
    """(N, N), in the order of ``TICKERS``."""
    below = np.zeros((len(TICKERS), len(TICKERS)))
    for i, line in enumerate(CORRELATION.strip().splitlines(), start=1):
        below[i, :i] = [int(figure) / 100 for figure in line.split()]
    return below + below.T + np.eye(len(TICKERS))


def target_moments() -> Moments:
    """What the monthly returns of the sample must have, per month."""
    table = np.array(list(MARKET.values()))
    volatility = table[:, 2] / np.sqrt(MONTHS)
    return Moments(table[:, 1] / MONTHS, correlation() * np.outer(volatility, volatility))


def _scales(months: pd.PeriodIndex) -> Vector:
    starts = pd.PeriodIndex([first for _, first, _ in REGIMES], freq="M")
    place = np.asarray(starts.searchsorted(months, side="right")) - 1
    scales: Vector = np.array([scale for _, _, scale in REGIMES])[place]
    return scales


def _within(months: pd.PeriodIndex, first: str, last: str) -> NDArray[np.bool_]:
    """Which months lie from ``first`` to ``last``, both included."""
    inside = np.zeros(len(months), dtype=np.bool_)
    inside[months.get_indexer(pd.period_range(first, last, freq="M"))] = True
    return inside


def _interest(months: pd.PeriodIndex, target: Moments) -> Vector:
    """Monthly return of the cash fund: the table, moved to the exact mean and volatility."""
    raw = np.array([INTEREST[year] for year in months.year]) / MONTHS
    cash = TICKERS.index(CASH_FUND)
    stretch = np.sqrt(target.covariance[cash, cash]) / raw.std(ddof=1)
    rates: Vector = target.mean[cash] + (raw - raw.mean()) * stretch
    return rates


def _spread(total: Vector, noise: Matrix) -> Matrix:
    """Monthly simple returns that compound to ``total``, scattered like ``noise``."""
    even = np.log1p(total) / len(noise)
    scattered: Matrix = np.expm1(even + noise - noise.mean(axis=0))
    return scattered


def _peak_to_february(days: pd.DatetimeIndex) -> float:
    """Share of the trading days of the fall that lie in February."""
    fall = days[days.slice_indexer(PEAK, TROUGH)][1:]
    return float((fall.month == 2).mean())


def _crash(days: pd.DatetimeIndex) -> Matrix:
    """(2, N−1) simple returns of February and March 2020."""
    peak, fall, both = np.array(list(EPISODES.values())).T[:3]
    february = (1 + peak) * (1 + fall) ** _peak_to_february(days) - 1
    return np.array([february, (1 + both) / (1 + february) - 1])


def _corrected(
    draws: Matrix, given: Matrix, interest: tuple[Vector, Vector], to: Moments
) -> Matrix:
    """Free months moved affinely so that all months together have the moments ``to``.

    Args:
        draws: (F, N−1) random returns of the free months.
        given: (E, N−1) prescribed returns of the episodes.
        interest: Return of the cash fund in the free months (F,) and in the episodes (E,).
        to: Moments over F + E months; the cash fund is last and has its own already.

    Returns:
        (F, N−1); regimes keep their relative scatter.
    """
    ours = given - to.mean[:-1]
    free, fixed = (part - to.mean[-1] for part in interest)
    scatter = (len(draws) + len(given) - 1) * to.covariance
    design = np.column_stack([np.ones(len(draws)), free])
    moments = np.array([-ours.sum(axis=0), scatter[-1, :-1] - fixed @ ours])
    loadings = np.linalg.solve(design.T @ design, moments)
    wanted = scatter[:-1, :-1] - ours.T @ ours - moments.T @ loadings
    noise = draws - design @ np.linalg.lstsq(design, draws, rcond=None)[0]
    whiten = np.linalg.solve(np.linalg.cholesky(noise.T @ noise), noise.T).T
    corrected: Matrix = to.mean[:-1] + design @ loadings + whiten @ np.linalg.cholesky(wanted).T
    return corrected


def _monthly_returns(
    rng: np.random.Generator, months: pd.PeriodIndex, days: pd.DatetimeIndex
) -> Matrix:
    """(T, N) simple returns with the moments of ``target_moments``."""
    target = target_moments()
    funds = len(TICKERS) - 1
    root = np.linalg.cholesky(target.covariance[:funds, :funds])
    noise = rng.standard_normal((len(months), funds)) @ root.T * _scales(months)[:, None]
    returns = target.mean[:funds] + noise
    crash, recovery, inflation = (_within(months, *span) for span in (CRASH, RECOVERY, INFLATION))
    *_, rebound, year = np.array(list(EPISODES.values())).T
    returns[crash] = _crash(days)
    returns[recovery] = _spread(rebound, noise[recovery] / 2)
    returns[inflation] = _spread(year, noise[inflation] / 2)
    episode = crash | recovery | inflation
    interest = _interest(months, target)
    known = (interest[~episode], interest[episode])
    returns[~episode] = _corrected(returns[~episode], returns[episode], known, target)
    return np.column_stack([returns, interest])


def _waypoints(days: pd.DatetimeIndex, monthly: Matrix) -> pd.DataFrame:
    """Logarithm of each price at the first day, the month ends, and the peak and trough of 2020."""
    ends = days.to_series().groupby(days.to_period("M")).last()
    first = pd.DataFrame([np.zeros(len(TICKERS))], index=[days[0]])
    path = np.log1p(np.vstack([target_moments().mean, monthly])).cumsum(axis=0)
    points = pd.concat([first, pd.DataFrame(path, index=ends.to_numpy())])
    peak, fall = np.log1p(np.array(list(EPISODES.values())).T[:2])
    january = points.loc["2020-01"].iloc[-1].to_numpy()
    monthly_rate = (points.loc["2020-02"].iloc[-1].to_numpy() - january)[-1]
    for day, change in ((PEAK, peak), (TROUGH, peak + fall)):
        months_since = (pd.Timestamp(day) - pd.Timestamp("2020-01-31")).days / 29
        points.loc[pd.Timestamp(day)] = january + np.append(change, monthly_rate * months_since)
    return points.sort_index()


def _bridges(rng: np.random.Generator, days: pd.DatetimeIndex, points: pd.DataFrame) -> Matrix:
    """(D, N) logarithms of prices that pass through the waypoints."""
    at = days.get_indexer(points.index)
    daily = target_moments().covariance * MONTHS / DAYS
    root = np.linalg.cholesky(daily)
    root[-1] = 0.0  # the cash fund moves evenly
    noise = rng.standard_normal((len(days), len(TICKERS))) @ root.T
    noise *= _scales(days.to_period("M"))[:, None]
    path = np.zeros((len(days), len(TICKERS)))
    for begin, end, low, high in zip(
        at[:-1], at[1:], points.to_numpy()[:-1], points.to_numpy()[1:], strict=True
    ):
        steps = noise[begin + 1 : end + 1]
        steps = steps - steps.mean(axis=0) + (high - low) / (end - begin)
        path[begin + 1 : end + 1] = low + steps.cumsum(axis=0)
    return path


@cache
def sample_prices() -> Prices:
    """Daily prices of the 14 funds to four decimals, always the same."""
    rng = np.random.default_rng(SEED)
    days = trading_days()
    months = pd.period_range(START, END, freq="M")[1:]  # the first month only sets the level
    points = _waypoints(days, _monthly_returns(rng, months, days))
    first = np.array([level for level, _, _ in MARKET.values()])
    prices = first * np.exp(_bridges(rng, days, points))
    return Prices(days.to_numpy().astype("datetime64[D]"), TICKERS, prices.round(4))
