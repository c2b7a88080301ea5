"""What assets are expected to earn, and the assumptions an optimiser works on."""

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.choice import Choice
from addin.domain.history import Returns
from addin.domain.weights import Matrix, Vector, aligned
from addin.engine.covariance import CovarianceMethod, covariance
from addin.engine.returns import periods_per_year as inferred_periods_per_year
from addin.engine.returns import recency_weights
from addin.errors import InputError


class ExpectedReturnMethod(Choice):
    """How expected returns are estimated."""

    HISTORICAL = "historical"
    EWMA = "ewma"
    SHRUNK = "shrunk"
    EQUILIBRIUM = "equilibrium"
    UNIVERSE = "universe"


def historical(values: Matrix) -> Vector:
    """Arithmetic mean of (T, N) returns: (N,) per period."""
    return np.asarray(values.mean(axis=0))


def ewma(values: Matrix, half_life: float | None = None) -> Vector:
    """Mean of (T, N) returns, the past halved every ``half_life`` rows (T/4): (N,) per period."""
    return np.asarray(recency_weights(len(values), half_life) @ values)


def shrunk(values: Matrix, covariance: Matrix) -> Vector:
    """Means moved towards the mean of the least volatile portfolio (Bayes–Stein).

    Args:
        values: (T, N) returns.
        covariance: (N, N) per period, used as it is given.

    Returns:
        (N,) per period.

    Raises:
        InputError: If the covariance cannot be inverted.

    Source:
        Jorion (1986), "Bayes–Stein estimation for portfolio analysis", Journal of Financial
        and Quantitative Analysis 21, equations (14) and (17).
    """
    rows, assets = values.shape
    means = historical(values)
    ones = np.ones(assets)
    try:
        inverse_means, inverse_ones = np.linalg.solve(covariance, np.column_stack([means, ones])).T
    except np.linalg.LinAlgError:
        raise InputError(
            "expected returns: shrunk needs a covariance that can be inverted; use covariance "
            f"{CovarianceMethod.LEDOIT_WOLF}, or expected returns historical"
        ) from None
    base = (inverse_ones @ means) / (inverse_ones @ ones)
    distance = (means - base) @ (inverse_means - base * inverse_ones)
    weight = (assets + 2) / (assets + 2 + rows * max(float(distance), 0.0))
    return np.asarray((1 - weight) * means + weight * base)


def equilibrium(
    covariance: Matrix, market_weights: Vector, risk_aversion: float, risk_free: float
) -> Vector:
    """Returns at which ``market_weights`` are what everybody wants to hold: r + λΣw.

    Args:
        covariance: (N, N).
        market_weights: (N,) decimals; what is missing to one is held without risk.
        risk_aversion: λ, above zero.
        risk_free: In the period of the covariance.

    Returns:
        (N,) in the period of the covariance.

    Source:
        Black and Litterman (1992), "Global portfolio optimization".
    """
    return np.asarray(risk_free + risk_aversion * covariance @ market_weights)


def assumptions(  # noqa: PLR0913 - the settings of one table of options
    returns: Returns,
    *,
    method: ExpectedReturnMethod,
    covariance_method: CovarianceMethod,
    risk_free: float,
    market_weights: pd.Series | None = None,
    universe_returns: Vector | None = None,
    risk_aversion: float = 2.5,
    half_life: float | None = None,
    periods_per_year: float | None = None,
) -> Assumptions:
    """Annual expected returns and covariance from the common window of ``returns``.

    Per-period figures times periods per year: expected returns are arithmetic.

    Args:
        returns: Rows with a missing return are left out.
        method: Of the expected returns.
        covariance_method: Of the covariance, which ``shrunk`` and ``equilibrium`` use too.
        risk_free: Annual.
        market_weights: By ticker, for ``equilibrium``.
        universe_returns: (N,) annual, in the order of the tickers, for ``universe``.
        risk_aversion: For ``equilibrium``.
        half_life: Rows, for the ``ewma`` methods.
        periods_per_year: Inferred from the dates when not given.

    Raises:
        InputError: If what the method needs is missing, or the returns do not suffice.
    """
    complete = returns.complete()
    ppy = periods_per_year or inferred_periods_per_year(complete.dates)
    try:
        per_period = covariance(complete.values, covariance_method, half_life)
    except InputError:
        _name_what_stands_still(complete)
        raise
    match method:
        case ExpectedReturnMethod.HISTORICAL:
            expected = historical(complete.values) * ppy
        case ExpectedReturnMethod.EWMA:
            expected = ewma(complete.values, half_life) * ppy
        case ExpectedReturnMethod.SHRUNK:
            expected = shrunk(complete.values, per_period) * ppy
        case ExpectedReturnMethod.EQUILIBRIUM:
            market = _market(market_weights, returns.tickers)
            expected = equilibrium(per_period * ppy, market, risk_aversion, risk_free)
        case ExpectedReturnMethod.UNIVERSE:
            expected = _stated(universe_returns, returns.tickers)
    years = len(complete.dates) / ppy
    return Assumptions(returns.tickers, expected, per_period * ppy, risk_free, years)


def _name_what_stands_still(returns: Returns) -> None:
    still = [t for t, own in zip(returns.tickers, returns.values.T, strict=True) if not own.any()]
    if still:
        raise InputError(
            f"returns, {', '.join(still)}: never moves, so it has no correlation with others; use "
            "the covariance ledoit-wolf, or leave it out"
        ) from None


def _market(market_weights: pd.Series | None, tickers: tuple[str, ...]) -> Vector:
    if market_weights is None:
        raise InputError("expected returns: equilibrium needs market weights, found none")
    return aligned(market_weights, tickers, "market weights")


def _stated(universe_returns: Vector | None, tickers: tuple[str, ...]) -> Vector:
    stated = np.full(len(tickers), np.nan) if universe_returns is None else universe_returns
    if missing := [t for t, r in zip(tickers, stated, strict=True) if not np.isfinite(r)]:
        raise InputError(f"universe, Expected return: need a number for {', '.join(missing)}")
    return np.asarray(stated, dtype=float)
