"""Estimators of what assets are expected to earn."""

import numpy as np

from addin.domain.weights import Matrix, Vector
from addin.engine.covariance import CovarianceMethod
from addin.engine.returns import recency_weights
from addin.errors import InputError

_EXPLAINED = 1e-12  # share of a variance that may be rounding


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
    return bayes_stein(historical(values), covariance, len(values))


def bayes_stein(means: Vector, covariance: Matrix, rows: int) -> Vector:
    """As ``shrunk``, of (N,) means that ``rows`` returns are behind."""
    assets = len(means)
    inverse = _inverse_applied(covariance, means, "shrunk")
    base = inverse[:, 1] @ means / inverse[:, 1].sum()
    distance = (means - base) @ (inverse[:, 0] - base * inverse[:, 1])
    weight = (assets + 2) / (assets + 2 + rows * max(float(distance), 0.0))
    return np.asarray((1 - weight) * means + weight * base)


def james_stein(means: Vector, covariance: Matrix, rows: int) -> Vector:
    """Means moved towards their plain average, all the way if they differ by chance alone.

    The share is (N − 2)/(T·d) and at most one, d the squared distance of the means from their
    average in units of the covariance; fewer than three means stay where they are.

    Args:
        means: (N,) per period.
        covariance: (N, N) per period, used as it is given.
        rows: T, returns behind the means.

    Raises:
        InputError: If the covariance cannot be inverted.

    Source:
        James and Stein (1961); Efron and Morris (1973); Jorion (1986).
    """
    average = float(means.mean())
    inverse = _inverse_applied(covariance, means, "james-stein")
    distance = float((means - average) @ (inverse[:, 0] - average * inverse[:, 1]))
    least = max(len(means) - 2, 0)
    share = 1.0 if rows * distance <= least else least / (rows * distance)
    return np.asarray((1 - share) * means + share * average) if least else means


def _inverse_applied(covariance: Matrix, means: Vector, method: str) -> Matrix:
    """Σ⁻¹ times the means and times ones, (N, 2)."""
    if not _has_inverse(covariance):
        raise InputError(
            f"expected returns: {method} needs a covariance that can be inverted; use covariance "
            f"{CovarianceMethod.LEDOIT_WOLF}, or expected returns historical"
        )
    columns = np.column_stack([means, np.ones(len(means))])
    return np.asarray(np.linalg.solve(covariance, columns), dtype=float)


def _has_inverse(covariance: Matrix) -> bool:
    """Whether every asset keeps some variance that the assets before it do not explain."""
    try:
        unexplained = np.diag(np.linalg.cholesky(covariance)) ** 2
    except np.linalg.LinAlgError:
        return False
    return bool((unexplained > _EXPLAINED * np.diag(covariance)).all())


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


def capm(
    covariance: Matrix, market_weights: Vector, market_premium: float, risk_free: float
) -> Vector:
    """Returns that pay for each asset's share in the market's risk: r + β·premium.

    Args:
        covariance: (N, N).
        market_weights: (N,) decimals.
        market_premium: Return of the market above the risk-free rate.
        risk_free: In the same period.

    Returns:
        (N,) in that period.

    Raises:
        InputError: If the market has no risk.

    Source:
        Sharpe (1964), "Capital asset prices".
    """
    with_market = covariance @ market_weights
    variance = float(market_weights @ with_market)
    if not variance > 0:
        raise InputError("expected returns: capm needs market weights with risk, found none")
    return np.asarray(risk_free + with_market / variance * market_premium)
