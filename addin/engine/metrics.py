"""Risk and return of a track of returns.

Every function takes returns of shape (T,) and gives a number, or (T, N) and gives (N,). NaN
means undefined, as the Sharpe ratio of what never moves is. ``ppy`` is periods per year; rates
are annual and become (1 + r)^(1/ppy) − 1 per period.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from addin.domain.history import Returns
from addin.domain.labels import did_you_mean, label_key
from addin.domain.weights import Matrix, Vector, aligned
from addin.engine.returns import rate_per_period
from addin.engine.tail import expected_shortfall, value_at_risk
from addin.errors import InputError

_NO_RISK = 1e-12  # annual volatility below this is rounding


def annual_return(returns: Matrix, ppy: float) -> Any:
    """Geometric: the constant annual return with the same growth over the T periods."""
    return np.prod(1 + returns, axis=0) ** (ppy / len(returns)) - 1


def arithmetic_return(returns: Matrix, ppy: float) -> Any:
    """Mean per period times periods per year."""
    return returns.mean(axis=0) * ppy


def volatility_of(returns: Matrix, ppy: float) -> Any:
    """Standard deviation (divisor T − 1) times √ppy; NaN for one period."""
    if len(returns) < 2:
        return returns.sum(axis=0) * np.nan
    centred = returns - returns.mean(axis=0)
    squares = np.einsum("t...,t...->...", centred, centred)
    return np.sqrt(squares / (len(returns) - 1) * ppy)


def _ratio(figure: Any, risk: Any) -> Any:
    some = np.where(risk > _NO_RISK, risk, np.nan)
    return (figure / some)[()]


def sharpe(returns: Matrix, ppy: float, risk_free: float = 0.0) -> Any:
    """Mean excess return over volatility, annualised by √ppy."""
    excess = arithmetic_return(returns, ppy) - rate_per_period(risk_free, ppy) * ppy
    return _ratio(excess, volatility_of(returns, ppy))


def sortino(returns: Matrix, ppy: float, mar: float = 0.0) -> Any:
    """Mean return over the target ``mar`` per downside deviation, annualised by √ppy.

    The downside deviation divides by all T periods, not by those below the target.
    """
    excess = returns - rate_per_period(mar, ppy)
    below = np.minimum(excess, 0.0)
    squares = np.einsum("t...,t...->...", below, below)
    return _ratio(excess.mean(axis=0) * ppy, np.sqrt(squares / len(returns) * ppy))


def wealth(returns: Matrix) -> Matrix:
    """Growth of 1 invested before the first return: same shape as ``returns``."""
    return np.asarray(np.cumprod(1 + returns, axis=0), dtype=float)


def drawdown(returns: Matrix) -> Matrix:
    """Fraction lost since the highest wealth so far, the starting 1 included; positive."""
    growth = wealth(returns)
    peak = np.maximum(np.maximum.accumulate(growth, axis=0), 1.0)
    return np.asarray(1 - growth / peak)


def max_drawdown(returns: Matrix) -> Any:
    """The largest ``drawdown``; positive, zero for a track that never falls."""
    return drawdown(returns).max(axis=0)


def _active(returns: Matrix, benchmark: Vector) -> Matrix:
    return returns - (benchmark if returns.ndim == 1 else benchmark[:, None])


def tracking_error_of(returns: Matrix, benchmark: Vector, ppy: float) -> Any:
    """Volatility of arithmetic active returns against a (T,) benchmark, annual."""
    return volatility_of(_active(returns, benchmark), ppy)


def information_ratio(returns: Matrix, benchmark: Vector, ppy: float) -> Any:
    """Annual mean of arithmetic active returns over tracking error."""
    active = _active(returns, benchmark)
    return _ratio(arithmetic_return(active, ppy), volatility_of(active, ppy))


def beta(returns: Matrix, benchmark: Vector) -> Any:
    """Covariance with the benchmark over its variance; NaN for a benchmark that never moves."""
    centred = benchmark - benchmark.mean()
    variance = centred @ centred
    return centred @ returns / (variance if variance > _NO_RISK**2 else np.nan)


def alpha(returns: Matrix, benchmark: Vector, ppy: float, risk_free: float = 0.0) -> Any:
    """Jensen's alpha, annual: annual return less r + β (annual return of the benchmark − r).

    Source:
        Bacon (2008), "Practical Portfolio Performance Measurement and Attribution": geometric
        annual returns, β of the returns per period.
    """
    market = annual_return(benchmark, ppy) - risk_free
    return annual_return(returns, ppy) - risk_free - beta(returns, benchmark) * market


@dataclass(frozen=True)
class _Terms:
    ppy: float
    risk_free: float
    mar: float
    confidence: float


_ABSOLUTE: Mapping[str, Callable[[Vector, _Terms], float]] = {
    "annual return": lambda r, by: annual_return(r, by.ppy),
    "arithmetic return": lambda r, by: arithmetic_return(r, by.ppy),
    "volatility": lambda r, by: volatility_of(r, by.ppy),
    "sharpe": lambda r, by: sharpe(r, by.ppy, by.risk_free),
    "sortino": lambda r, by: sortino(r, by.ppy, by.mar),
    "max drawdown": lambda r, by: max_drawdown(r),
    "var": lambda r, by: value_at_risk(r, by.confidence),
    "cvar": lambda r, by: expected_shortfall(r, by.confidence),
}
_RELATIVE: Mapping[str, Callable[[Vector, Vector, _Terms], float]] = {
    "tracking error": lambda r, b, by: tracking_error_of(r, b, by.ppy),
    "information ratio": lambda r, b, by: information_ratio(r, b, by.ppy),
    "beta": lambda r, b, by: beta(r, b),
    "alpha": lambda r, b, by: alpha(r, b, by.ppy, by.risk_free),
}
METRICS: tuple[str, ...] = (*_ABSOLUTE, *_RELATIVE)


def metric(  # noqa: PLR0913 - the settings of one table of options
    name: str,
    returns: Vector,
    *,
    ppy: float,
    benchmark: Vector | None = None,
    risk_free: float = 0.0,
    mar: float | None = None,
    confidence: float = 0.95,
) -> float:
    """One of ``METRICS`` by its name.

    Args:
        name: In any case.
        returns: (T,) of the portfolio.
        ppy: Periods per year.
        benchmark: (T,) on the same dates.
        risk_free: Annual.
        mar: Annual target of the Sortino ratio; the risk-free rate when not given.
        confidence: Of var and cvar, which are per row and not annualised.

    Returns:
        The figure; NaN when it is undefined.

    Raises:
        InputError: If there is no such metric, it needs a benchmark and there is none, or the
            returns are not fit for it.
    """
    key = label_key(name)
    terms = _Terms(ppy, risk_free, risk_free if mar is None else mar, confidence)
    if key in _ABSOLUTE:
        return float(_ABSOLUTE[key](_track(returns, "returns"), terms))
    if key not in _RELATIVE:
        raise InputError(
            f"metric: need one of {', '.join(METRICS)}, found '{name}'{did_you_mean(name, METRICS)}"
        )
    if benchmark is None:
        raise InputError(f"metric: {key} needs a benchmark, found none")
    if len(benchmark) != len(returns):
        raise InputError(
            f"benchmark: need {len(returns)} returns as the portfolio has, found {len(benchmark)}"
        )
    tracks = _track(returns, "returns"), _track(benchmark, "benchmark")
    return float(_RELATIVE[key](*tracks, terms))


def all_metrics(
    returns: Vector,
    *,
    ppy: float,
    benchmark: Vector | None = None,
    risk_free: float = 0.0,
    mar: float | None = None,
    confidence: float = 0.95,
) -> dict[str, tuple[float, float]]:
    """Every metric by name: of the portfolio and of the benchmark; arguments as for ``metric``.

    NaN where there is no benchmark, and for the benchmark against itself.
    """

    def figure(name: str, track: Vector | None) -> float:
        if track is None or (name in _RELATIVE and (benchmark is None or track is benchmark)):
            return float("nan")
        return metric(
            name,
            track,
            ppy=ppy,
            benchmark=benchmark,
            risk_free=risk_free,
            mar=mar,
            confidence=confidence,
        )

    return {name: (figure(name, returns), figure(name, benchmark)) for name in METRICS}


def _track(returns: Vector, where: str) -> Vector:
    if len(returns) == 0:
        raise InputError(f"{where}: need at least one row, found none")
    if not np.isfinite(returns).all():
        raise InputError(f"{where}: need a number in every row, found some missing")
    if (worst := returns.min()) < -1:
        raise InputError(f"{where}: no return may be below -100%, found {worst:.2%}")
    return returns


def common_returns(returns: Returns, *weights: pd.Series) -> Returns:
    """Complete rows of the assets that have weight in any of ``weights``.

    A young asset that nobody holds does not shorten anybody's history.

    Raises:
        InputError: If a weight belongs to no column, or no row is complete.
    """
    held = sum(np.abs(aligned(each, returns.tickers)) for each in weights)
    kept = tuple(t for t, w in zip(returns.tickers, np.atleast_1d(held), strict=True) if w > 0)
    return returns.only(kept).complete()


def portfolio_returns(returns: Returns, weights: pd.Series) -> Vector:
    """Returns of a portfolio rebalanced to ``weights`` at the start of each period.

    Args:
        returns: Rows in which any asset lacks a return are left out.
        weights: Decimals by ticker.

    Returns:
        (rows,) one per complete row.

    Raises:
        InputError: If a weight belongs to no column, or no row is complete.
    """
    complete = returns.complete()
    return np.asarray(complete.values @ aligned(weights, complete.tickers))
