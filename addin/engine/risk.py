"""Portfolio risk and what each asset contributes to it."""

from math import sqrt

import numpy as np

from addin.domain.weights import Matrix, Vector
from addin.engine.tail import boundary_weights, tail_weights


def volatility(weights: Vector, covariance: Matrix) -> float:
    """Volatility of a portfolio, in the period of the covariance.

    Args:
        weights: (N,) decimals.
        covariance: (N, N).
    """
    return sqrt(max(float(weights @ covariance @ weights), 0.0))


def tracking_error(weights: Vector, benchmark_weights: Vector, covariance: Matrix) -> float:
    """Volatility of the active weights, in the period of the covariance."""
    return volatility(weights - benchmark_weights, covariance)


def marginal_volatility(weights: Vector, covariance: Matrix) -> Vector:
    """Change of volatility per unit of each weight: Σw / σ; zeros for a riskless portfolio."""
    sigma = volatility(weights, covariance)
    if sigma == 0.0:
        return np.zeros_like(weights)
    return np.asarray(covariance @ weights / sigma)


def risk_contributions(weights: Vector, covariance: Matrix) -> Vector:
    """Contribution of each asset to volatility; they add up to ``volatility``.

    Euler decomposition: w_i (Σw)_i / σ(w).

    Args:
        weights: (N,) decimals.
        covariance: (N, N).

    Returns:
        (N,) in the unit of ``volatility``; zeros for a riskless portfolio.

    Source:
        Tasche (1999), "Risk contributions and performance measurement".
    """
    return weights * marginal_volatility(weights, covariance)


def tracking_error_contributions(
    weights: Vector, benchmark_weights: Vector, covariance: Matrix
) -> Vector:
    """Contribution of each active weight to ``tracking_error``; they add up to it."""
    return risk_contributions(weights - benchmark_weights, covariance)


def marginal_shortfall(weights: Vector, values: Matrix, confidence: float = 0.95) -> Vector:
    """Each asset's mean loss in the tail of the portfolio: (N,), positive for a loss.

    Args:
        weights: (N,) decimals.
        values: (T, N) returns.
        confidence: Between 0 and 1.
    """
    return np.asarray(-(tail_weights(values @ weights, confidence) @ values))


def shortfall_contributions(weights: Vector, values: Matrix, confidence: float = 0.95) -> Vector:
    """Contribution of each asset to historical expected shortfall; they add up to it.

    Args:
        weights: (N,) decimals.
        values: (T, N) returns.
        confidence: Between 0 and 1.

    Returns:
        (N,) decimals per row of the returns, positive for a loss.

    Source:
        Tasche (2002), "Expected shortfall and beyond", with the fraction of the boundary
        scenario shared by tied rows.
    """
    return weights * marginal_shortfall(weights, values, confidence)


def value_at_risk_contributions(
    weights: Vector, values: Matrix, confidence: float = 0.95
) -> Vector:
    """Each asset's loss in the scenario that is the historical value at risk; they add up to it.

    One row of the past, not smoothed (tied rows are averaged): it may jump from month to month.
    """
    scenario = boundary_weights(values @ weights, confidence) @ values
    return np.asarray(-weights * scenario)
