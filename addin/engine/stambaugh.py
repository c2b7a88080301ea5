"""Mean and covariance of assets whose histories begin at different dates."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from addin.domain.history import Returns
from addin.domain.weights import Matrix, Vector
from addin.engine.returns import Counts
from addin.errors import InputError

LEAST_ROWS_PER_COEFFICIENT = 2


@dataclass(frozen=True)
class LateStart:
    """A history that begins after others, and how those explain it.

    Attributes:
        ticker: The asset.
        rows: Returns it has.
        start: Date of the first.
        longer: Number of longer histories it was regressed on.
        r_squared: Share of its variance that they explain.
    """

    ticker: str
    rows: int
    start: np.datetime64
    longer: int
    r_squared: float

    @property
    def words(self) -> str:
        """What was done, in a sentence."""
        histories = "longer history" if self.longer == 1 else f"{self.longer} longer histories"
        return (
            f"{self.ticker}: {self.rows} returns from {self.start}, its moments before that by "
            f"regression on the {histories}, R² {self.r_squared:.2f}"
        )


@dataclass(frozen=True, eq=False)
class RaggedMoments:
    """Moments by maximum likelihood, from every return there is.

    Attributes:
        mean: (n,) per period.
        covariance: (n, n) per period, divisor T.
        late: Histories that begin after the longest.
        dropped: Rows left out since a history that had begun has a gap there.
    """

    mean: Vector
    covariance: Matrix
    late: tuple[LateStart, ...]
    dropped: int

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done, in sentences."""
        gaps = (f"{self.dropped} dates with gaps left out",) if self.dropped else ()
        return (*(start.words for start in self.late), *gaps)


@dataclass(frozen=True, eq=False)
class _Monotone:
    """Returns without gaps once an asset has begun."""

    returns: Returns
    dropped: int

    @cached_property
    def first(self) -> Counts:
        """(n,) row of each asset's first return."""
        return np.asarray((~np.isnan(self.returns.values)).argmax(axis=0))

    @cached_property
    def groups(self) -> list[list[int]]:
        """Assets that begin together, longest histories first."""
        return [np.flatnonzero(self.first == row).tolist() for row in np.unique(self.first)]


def _monotone(returns: Returns) -> _Monotone:
    known = ~np.isnan(returns.values)
    if missing := [t for t, own in zip(returns.tickers, known.T, strict=True) if not own.any()]:
        raise InputError(f"returns, {', '.join(missing)}: need at least one return, found none")
    begun = np.maximum.accumulate(known, axis=0)
    keep = (known == begun).all(axis=1) & known.any(axis=1)
    kept = Returns(returns.dates[keep], returns.tickers, returns.values[keep])
    if np.isnan(kept.values).all(axis=0).any() or len(kept.dates) == 0:
        kept.complete()  # says which history leaves no date to the others
    return _Monotone(kept, int((~keep).sum()))


def stambaugh(returns: Returns) -> RaggedMoments:
    """Mean and covariance by maximum likelihood for histories of different length.

    The longest histories have their own moments. Each later group is regressed on all longer
    ones over its own dates; its mean and covariances follow from theirs through the
    coefficients, so that what happened before it began counts as far as it is related. Returns
    are taken as normal and independent; none are made up, so tails and backtests know no more
    than before.

    Args:
        returns: (T, n), NaN before an asset's first return.

    Raises:
        InputError: If a history is too short: it needs two returns for each coefficient.

    Source:
        Stambaugh (1997), "Analyzing investments whose histories differ in length", Journal of
        Financial Economics 45; Anderson (1957), whose maximum likelihood it is.
    """
    data = _monotone(returns)
    n = len(returns.tickers)
    mean, covariance = np.zeros(n), np.zeros((n, n))
    longer: list[int] = []
    late: list[LateStart] = []
    for group in data.groups:
        values = data.returns.values[data.first[group[0]] :]
        _require_rows(returns.tickers[group[0]], len(values), len(longer))
        x, y = values[:, longer], values[:, group]
        slope, rest = _regression(x, y)
        mean[group] = y.mean(axis=0) + (mean[longer] - x.mean(axis=0)) @ slope
        across = covariance[np.ix_(longer, longer)] @ slope
        covariance[np.ix_(longer, group)] = across
        covariance[np.ix_(group, longer)] = across.T
        covariance[np.ix_(group, group)] = rest + slope.T @ across
        late += _late_starts(data, group, len(longer), np.diag(rest)) if longer else []
        longer += group
    return RaggedMoments(mean, (covariance + covariance.T) / 2, tuple(late), data.dropped)


def _require_rows(ticker: str, rows: int, longer: int) -> None:
    least = max(2, LEAST_ROWS_PER_COEFFICIENT * (longer + 1)) if longer else 2
    if rows < least:
        raise InputError(
            f"returns, {ticker}: history stambaugh needs at least {least} returns for a regression "
            f"on {longer} longer histories, found {rows}; leave it out, or let a longer history "
            "stand in for it"
        )


def _regression(x: Matrix, y: Matrix) -> tuple[Matrix, Matrix]:
    """Slopes (k, m) of y on x with an intercept, and the covariance of what is left (m, m)."""
    from_mean = x - x.mean(axis=0)
    own = y - y.mean(axis=0)
    slope = np.linalg.lstsq(from_mean, own, rcond=None)[0]
    rest = own - from_mean @ slope
    return slope, rest.T @ rest / len(y)


def _late_starts(
    data: _Monotone, group: list[int], longer: int, specific: Vector
) -> list[LateStart]:
    first = int(data.first[group[0]])
    values = data.returns.values[first:, group]
    explained = 1 - specific / np.maximum(values.var(axis=0), np.finfo(float).tiny)
    start = data.returns.dates[first]
    return [
        LateStart(data.returns.tickers[asset], len(values), start, longer, float(share))
        for asset, share in zip(group, explained, strict=True)
    ]
