"""What today's and the proposed weights would have returned: a hypothetical backcast.

Actual performance comes only from valuations and flows; a track built from weights held today is
labelled as what it is.
"""

from datetime import date

import numpy as np

from addin.domain.history import Dates
from addin.domain.table import Row
from addin.domain.weights import Vector
from addin.engine.performance import TRAILING_PERIODS, calendar_years, trailing_returns
from addin.report.masthead import masthead
from addin.report.schema import GROWTH, PERFORMANCE, TRAILING, YEARS, filled, title_name
from addin.report.section import Section
from addin.report.study import Study
from addin.report.words import difference, drawn, known, percent, shown

ANNUALISED = "a year"
_NAMES = {
    "QTD": "Quarter to date",
    "YTD": "Year to date",
    "1y": "1 year",
    "3y": "3 years",
    "5y": "5 years",
    "since start": "Since start",
}


def _or_missing(track: Vector | None, like: Vector) -> Vector:
    return np.full_like(like, np.nan) if track is None else track


def tracks(study: Study) -> tuple[Vector, Vector, Vector]:
    """Returns per period of the current weights, the proposed weights and the benchmark.

    NaN throughout for a policy without a benchmark.
    """
    current, proposed = study.current.track, study.proposed.track
    return current, proposed, _or_missing(study.benchmark_track, current)


def daily_tracks(study: Study) -> tuple[Vector, Vector, Vector]:
    """The same as often as there are prices, for drawdowns."""
    current, proposed = study.current.daily_track, study.proposed.daily_track
    return current, proposed, _or_missing(study.benchmark_daily_track, current)


def trailing(study: Study, track: Vector) -> dict[str, float]:
    """Return of a track over each trailing period that it covers."""
    found = trailing_returns(study.returns.dates, track, study.case.as_of, study.per_year)
    return {name: value for name, value in found.items() if np.isfinite(value)}


def _basis(study: Study, period: str) -> str:
    years = (study.returns.dates[-1] - start_of(study.returns.dates)).astype(int) / 365.25
    whole = {"3y": True, "5y": True, "since start": years > 1}
    return ANNUALISED if whole.get(period, False) else "not annualised"


def trailing_rows(study: Study) -> list[Row]:
    """One row per trailing period; n/a where the track is too short."""
    current, proposed, benchmark = (trailing(study, track) for track in tracks(study))
    return [
        (
            _NAMES[period],
            *(shown(found.get(period)) for found in (current, proposed, benchmark)),
            shown(difference(current.get(period), benchmark.get(period), scale=100)),
            _basis(study, period),
        )
        for period in TRAILING_PERIODS
    ]


def year_rows(study: Study) -> list[Row]:
    """One row per calendar year, latest first; a year that is not whole says so."""
    dates = study.returns.dates
    found = [calendar_years(dates, track) for track in tracks(study)]
    start, end = start_of(dates), dates[-1]
    rows: list[Row] = []
    for year in sorted(found[0], reverse=True):
        begins, ends = np.datetime64(f"{year - 1}-12-25"), np.datetime64(f"{year}-12-25")
        part = "" if start <= begins + 10 and end >= ends else ", part"
        values = [by_year[year] for by_year in found]
        gap = difference(values[0], values[2], scale=100)
        rows.append((f"{year}{part}", *map(shown, values), shown(gap)))
    return rows


def start_of(dates: Dates) -> np.datetime64:
    """The day on which the first return begins, taken one usual step before its end."""
    step = float(np.median(np.diff(dates).astype(int))) if len(dates) > 1 else 0.0
    first: np.datetime64 = dates[0] - np.timedelta64(round(step), "D")
    return first


def growth(track: Vector) -> Vector:
    """Value of 100 invested at the start, (T + 1,)."""
    start = 1.0 + 0.0 * track[:1]  # a missing track is missing from the start
    return 100 * np.concatenate([start, np.cumprod(1 + track)])


def underwater(study: Study, daily: Vector) -> Vector:
    """Deepest daily fall from a peak within each period, zero or negative, (T + 1,).

    Days before the first period belong to its start, days after the last one to its end.
    """
    if np.isnan(daily).any():
        return np.full(len(study.returns.dates) + 1, np.nan)
    values = growth(daily)
    fall = (values / np.maximum.accumulate(values) - 1)[1:]
    ends = study.returns.dates
    period = np.minimum(np.searchsorted(ends, study.daily_returns.dates), len(ends) - 1) + 1
    row = np.where(study.daily_returns.dates <= start_of(ends), 0, period)
    deepest = np.zeros(len(ends) + 1)
    np.minimum.at(deepest, row, fall)
    return deepest


def growth_rows(study: Study) -> list[Row]:
    """Growth of 100 and deepest fall of each period, from the day before the first return."""
    dates = [start_of(study.returns.dates), *study.returns.dates]
    grown = [growth(track) for track in tracks(study)]
    columns = [*grown, *(underwater(study, daily) for daily in daily_tracks(study))]
    days: list[date] = [when.astype("datetime64[D]").item() for when in dates]
    figures = zip(*map(np.ndarray.tolist, columns), strict=True)
    return [(when, *map(drawn, row)) for when, row in zip(days, figures, strict=True)]


def growth_title(study: Study) -> str:
    """``100 became 214 at current weights, 221 proposed, 208 benchmark``."""
    current, proposed, benchmark = (growth(track)[-1] for track in tracks(study))
    against = f", {benchmark:.0f} benchmark" if known(benchmark) else ""
    return f"100 became {current:.0f} at current weights, {proposed:.0f} proposed{against}"


def drawdown_title(study: Study) -> str:
    """``Deepest fall: current 19.8%, proposed 18.1%, benchmark 20.2%``."""
    now, benchmark = study.current.metrics["max drawdown"]
    then, _ = study.proposed.metrics["max drawdown"]
    against = f", benchmark {percent(benchmark)}" if known(benchmark) else ""
    return f"Deepest fall: current {percent(now)}, proposed {percent(then)}{against}"


def verdict(study: Study) -> str:
    """What the sheet says in one sentence."""
    found = [trailing(study, track).get("since start") for track in tracks(study)]
    basis = _basis(study, "since start")
    against = f", {percent(found[2])} benchmark" if known(found[2]) else ""
    ended = "a year" if basis == ANNUALISED else "in all"
    return (
        f"Hypothetical backcast: {percent(found[0])} {ended} at current weights, "
        f"{percent(found[1])} proposed{against}, over {len(study.returns.dates)} returns."
    )


def performance(study: Study) -> Section:
    """Trailing and calendar-year returns, growth of 100 and drawdown."""
    tables = (
        filled(TRAILING, trailing_rows(study)),
        filled(YEARS, year_rows(study)),
        filled(GROWTH, growth_rows(study)),
    )
    return Section(
        PERFORMANCE,
        tables,
        {
            **masthead(study, PERFORMANCE, verdict(study)),
            title_name(PERFORMANCE, "Growth"): growth_title(study),
            title_name(PERFORMANCE, "Drawdown"): drawdown_title(study),
        },
    )
