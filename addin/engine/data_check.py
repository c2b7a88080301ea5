"""What is odd in a price history: every finding, none of them fatal."""

from collections.abc import Iterator
from datetime import date

import numpy as np

from addin.domain.finding import Finding, Severity
from addin.domain.history import Dates, Prices
from addin.domain.weights import Matrix, Vector
from addin.engine.covariance import ill_condition
from addin.engine.price_jumps import JumpKind, jumps
from addin.engine.returns import (
    DAYS_PER_YEAR,
    Counts,
    common_window,
    periods_per_year,
    simple_returns,
)

STALE_ROWS = 5
STALE_DAYS = 5
CLOSED_DAYS = 7  # markets were shut for six days in September 2001
TIMES_FROM = 10.0  # a larger rise is said as a multiple


def check_prices(
    prices: Prices, *, as_of: date | None = None, holdings_date: date | None = None
) -> list[Finding]:
    """Everything odd in the prices dated ``as_of`` or earlier.

    Missing prices inside an asset's history, dates without any price, prices that stand still
    for five rows or end more than five days before ``as_of``, a move over 35 % near a whole
    ratio that nothing reverses (a split not applied), one that is reversed within five rows (a
    wrong price), other outliers, histories that begin late, and holdings dated after the prices.
    """
    used = prices if as_of is None else prices.until(np.datetime64(as_of, "D"))
    if len(used.dates) == 0:
        return [_error("Prices", f"no price dated {as_of} or earlier", "load older prices")]
    found = list(_dates(used, as_of, holdings_date))
    for ticker, column in zip(used.tickers, used.values.T, strict=True):
        found += _asset(f"Prices, {ticker}", column, used.dates)
    return found + list(_ends(used, as_of)) + list(_late_starts(used))


def check_covariance(covariance: Matrix) -> list[Finding]:
    """A warning when an optimiser would magnify rounding: condition number above 1e10."""
    still = not (np.diag(covariance) > 0).all()
    condition = np.inf if still else ill_condition(covariance)
    if condition is None:
        return []
    what = f"condition number {condition:.1e}: some assets are nearly a mix of others"
    return [_warning("Covariance", what, "use ledoit-wolf, or leave one of the assets out")]


def _error(where: str, what: str, suggestion: str) -> Finding:
    return Finding(Severity.ERROR, where, what, suggestion)


def _warning(where: str, what: str, suggestion: str) -> Finding:
    return Finding(Severity.WARNING, where, what, suggestion)


def _dates(prices: Prices, as_of: date | None, holdings_date: date | None) -> Iterator[Finding]:
    dates = prices.dates
    if len(dates) > 1:
        days = np.diff(dates.astype("datetime64[D]").astype(int))
        usual = max(CLOSED_DAYS, 2 * DAYS_PER_YEAR / periods_per_year(dates))
        for i in np.flatnonzero(days > usual):
            what = f"no prices between {dates[i]} and {dates[i + 1]}, {days[i]} days"
            yield _warning("Prices", what, "add the missing dates")
    if holdings_date is not None and np.datetime64(holdings_date, "D") > dates[-1]:
        yield _warning(
            "Holdings",
            f"dated {holdings_date}, after the last prices of {dates[-1]}",
            "load prices up to the date of the holdings",
        )


def _asset(where: str, column: Vector, dates: Dates) -> Iterator[Finding]:
    known = np.flatnonzero(~np.isnan(column))
    if len(known) == 0:
        yield _error(where, "no prices at all", "load prices, or leave the asset out")
        return
    own = column[known]
    yield from _gaps(where, column, known, dates)
    yield from _stale(where, own, dates[known])
    yield from _jumps(where, own, dates[known])


def _gaps(where: str, column: Vector, known: Counts, dates: Dates) -> Iterator[Finding]:
    inside = np.arange(int(known[0]), int(known[-1]))
    missing = inside[np.isnan(column[inside])]
    if len(missing):
        what = f"{_counted(len(missing), 'missing price')}, first on {dates[missing[0]]}"
        yield _warning(where, what, "fill them in: the returns around a gap are lost")


def _stale(where: str, own: Vector, dates: Dates) -> Iterator[Finding]:
    starts = np.flatnonzero(np.diff(own, prepend=np.nan) != 0)
    lengths = np.diff(starts, append=len(own))
    longest = int(np.argmax(lengths))
    if lengths[longest] >= STALE_ROWS:
        first = starts[longest]
        what = f"the same price {own[first]:g} on {lengths[longest]} rows from {dates[first]}"
        yield _warning(where, what, "check that the prices are real: stale ones hide risk")


def _jumps(where: str, own: Vector, dates: Dates) -> Iterator[Finding]:
    for jump in jumps(own):
        on = dates[jump.row]
        size = f"{jump.move:+.1%}" if jump.move < TIMES_FROM else f"times {1 + jump.move:.3g}"
        what = f"{size} on {on}"
        match jump.kind:
            case JumpKind.SPLIT:
                what += f": looks like a {jump.split} split that is not applied"
                remedy = f"adjust the prices before {on} by {jump.split}, or load adjusted prices"
            case JumpKind.REVERSED:
                what += " and back again: a wrong price, or a panic"
                remedy = f"check the price of {on}"
            case JumpKind.OUTLIER:
                what += " is far outside what this asset does"
                remedy = f"check the price of {on}"
        yield _warning(where, what, remedy)


def _ends(prices: Prices, as_of: date | None) -> Iterator[Finding]:
    """Histories that end early: all of them before ``as_of``, or some before the others."""
    last_date = prices.dates[-1]
    target = last_date if as_of is None else np.datetime64(as_of, "D")
    if (target - last_date).astype(int) > STALE_DAYS:
        what = f"the last prices are of {last_date}, {(target - last_date).astype(int)} days old"
        yield _warning("Prices", f"{what} on {target}", "load newer prices")
    known = ~np.isnan(prices.values)
    for ticker, column in zip(prices.tickers, known.T, strict=True):
        if column.any():
            end = prices.dates[np.flatnonzero(column)[-1]]
            if (last_date - end).astype(int) > STALE_DAYS:
                what = f"the last price is of {end}, the others' of {last_date}"
                yield _warning(f"Prices, {ticker}", what, "load newer prices, or leave it out")


def _late_starts(prices: Prices) -> Iterator[Finding]:
    known = ~np.isnan(prices.values)
    first = np.where(known.any(axis=0), known.argmax(axis=0), 0)
    earliest = prices.dates[first.min()]
    for ticker, row in zip(prices.tickers, first, strict=True):
        if row > first.min():
            yield Finding(
                Severity.NOTE,
                f"Prices, {ticker}",
                f"begins on {prices.dates[row]}, the longest history on {earliest}",
                _longer_window(prices, ticker) or "returns before that date are not known",
            )


def _longer_window(prices: Prices, ticker: str) -> str:
    returns = simple_returns(prices)
    if np.isnan(returns.values).any(axis=1).all():
        return ""
    window = common_window(returns)
    if ticker != window.shortened_by:
        return ""
    return (
        f"it shortens the common window to {window.rows} rows from {window.start}; without "
        f"{', '.join(window.without)}: {window.rows_without} rows from {window.start_without}"
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
