"""Covariance of returns: estimators that need no inverse and those that may be inverted."""

from dataclasses import dataclass

import numpy as np

from addin.domain.choice import Choice
from addin.domain.weights import Matrix, Vector
from addin.engine.factor_covariance import factor_model
from addin.engine.returns import recency_weights
from addin.errors import InputError


class CovarianceMethod(Choice):
    """How covariance is estimated."""

    SAMPLE = "sample"
    EWMA = "ewma"
    LEDOIT_WOLF = "ledoit-wolf"
    LEDOIT_WOLF_CC = "ledoit-wolf-cc"
    CONSTANT_CORRELATION = "constant-correlation"
    FACTOR = "factor"


ILL_CONDITIONED = 1e10  # condition number above which weights rest on rounding
_WITHOUT_SHRINKAGE = (CovarianceMethod.SAMPLE, CovarianceMethod.EWMA)


@dataclass(frozen=True, eq=False)
class Shrunk:
    """A sample covariance moved towards a target: by how much (0 to 1), and the result."""

    covariance: Matrix
    intensity: float


def covariance(
    values: Matrix,
    method: CovarianceMethod = CovarianceMethod.LEDOIT_WOLF,
    half_life: float | None = None,
) -> Matrix:
    """Covariance of returns, per period.

    Args:
        values: (T, N) returns, decimals, no gaps.
        method: ``sample`` (divisor T − 1), ``ewma`` (weighted mean removed, unbiased; equals
            ``sample`` for an endless half-life), ``ledoit-wolf`` and ``ledoit-wolf-cc`` (both
            with divisor T, as published), ``constant-correlation`` (sample variances, every
            pair at the average correlation), ``factor`` (sample variances, correlations by the
            principal components that stand out of noise).
        half_life: Rows in which the weight of the past halves, for ``ewma``; T/4 when not given.

    Returns:
        (N, N), symmetric, return² per period.

    Raises:
        InputError: If returns are missing, rows are too few, or a method that needs
            correlations meets an asset that never moves.
    """
    _require_complete(values)
    rows, assets = values.shape
    if method in _WITHOUT_SHRINKAGE and rows <= assets:
        raise InputError(
            f"covariance: {method} needs more rows than assets, found {rows} rows for {assets} "
            f"assets; use {CovarianceMethod.LEDOIT_WOLF}"
        )
    match method:
        case CovarianceMethod.SAMPLE:
            return sample_covariance(values)
        case CovarianceMethod.EWMA:
            return ewma_covariance(values, half_life)
        case CovarianceMethod.LEDOIT_WOLF:
            return ledoit_wolf(values).covariance
        case CovarianceMethod.LEDOIT_WOLF_CC:
            return ledoit_wolf_constant_correlation(values).covariance
        case CovarianceMethod.CONSTANT_CORRELATION:
            return at_average_correlation(sample_covariance(values))
        case CovarianceMethod.FACTOR:
            return by_factors(sample_covariance(values), rows)


def _require_complete(values: Matrix) -> None:
    if values.ndim != 2 or len(values) < 2:
        raise InputError(f"covariance: need at least two rows of returns, found {len(values)}")
    if missing := int((~np.isfinite(values)).sum()):
        raise InputError(f"covariance: need returns without gaps, found {missing} missing")


def _deviations(values: Matrix, mean: Vector) -> Matrix:
    moving = np.ptp(values, axis=0) > 0
    return np.where(moving, values - mean, 0.0)  # the mean of equal numbers is rounded


def sample_covariance(values: Matrix) -> Matrix:
    """Sample covariance, divisor T − 1."""
    centred = _deviations(values, values.mean(axis=0))
    return centred.T @ centred / (len(values) - 1)


def ewma_covariance(values: Matrix, half_life: float | None) -> Matrix:
    """Exponentially weighted covariance, unbiased: divided by 1 − Σ weight²."""
    weights = recency_weights(len(values), half_life)
    centred = _deviations(values, weights @ values)
    return (centred * weights[:, None]).T @ centred / (1 - weights @ weights)


def ledoit_wolf(values: Matrix) -> Shrunk:
    """Sample covariance (divisor T) shrunk to the identity times the average variance.

    Source:
        Ledoit and Wolf (2004), "A well-conditioned estimator for large-dimensional covariance
        matrices", Journal of Multivariate Analysis 88. Norms are ‖A‖² = tr(AA')/N.
    """
    rows, assets = values.shape
    x = _deviations(values, values.mean(axis=0))
    s = x.T @ x / rows
    target = np.trace(s) / assets * np.eye(assets)
    d2 = np.sum((s - target) ** 2)
    b2 = (np.sum(np.sum(x**2, axis=1) ** 2) / rows - np.sum(s**2)) / rows
    intensity = float(min(b2, d2) / d2) if d2 > 0 else 0.0
    return Shrunk(intensity * target + (1 - intensity) * s, intensity)


def ledoit_wolf_constant_correlation(values: Matrix) -> Shrunk:
    """Sample covariance (divisor T) shrunk to its own average correlation.

    Raises:
        InputError: If an asset never moves.

    Source:
        Ledoit and Wolf (2004), "Honey, I shrunk the sample covariance matrix", Journal of
        Portfolio Management 30, appendices A and B.
    """
    rows = len(values)
    x = _deviations(values, values.mean(axis=0))
    s = x.T @ x / rows
    target, average = _constant_correlation(s)
    pi = (x**2).T @ x**2 / rows - s**2
    theta = (x**3).T @ x / rows - np.diag(s)[:, None] * s
    deviation = np.sqrt(np.diag(s))
    crossed = theta * deviation / deviation[:, None]
    rho = np.trace(pi) + average * (crossed.sum() - np.trace(crossed))
    gamma = np.sum((target - s) ** 2)
    kappa = (pi.sum() - rho) / gamma if gamma > 0 else 0.0
    intensity = float(np.clip(kappa / rows, 0.0, 1.0))
    return Shrunk(intensity * target + (1 - intensity) * s, intensity)


def _constant_correlation(s: Matrix) -> tuple[Matrix, float]:
    n = len(s)
    _require_moving(s)
    known = correlation(s)
    average = float((known.sum() - n) / (n * (n - 1))) if n > 1 else 0.0
    deviation = np.sqrt(np.diag(s))
    target = average * np.outer(deviation, deviation)
    np.fill_diagonal(target, np.diag(s))
    return target, average


def _require_moving(s: Matrix) -> None:
    if not (np.diag(s) > 0).all():
        raise InputError(
            f"covariance: asset {int(np.argmin(np.diag(s))) + 1} of {len(s)} never moves and has "
            f"no correlation; use {CovarianceMethod.LEDOIT_WOLF}"
        )


def at_average_correlation(s: Matrix) -> Matrix:
    """The same variances, every pair at the average correlation.

    Raises:
        InputError: If an asset never moves.
    """
    return _constant_correlation(s)[0]


def by_factors(s: Matrix, rows: int) -> Matrix:
    """The same variances, correlations by a statistical factor model of ``rows`` returns.

    Raises:
        InputError: If an asset never moves.
    """
    _require_moving(s)
    deviation = np.sqrt(np.diag(s))
    result = factor_model(correlation(s), rows).correlation * np.outer(deviation, deviation)
    np.fill_diagonal(result, np.diag(s))
    return np.asarray(result)


def correlation(covariance: Matrix) -> Matrix:
    """Correlation of a covariance: ones on the diagonal; NaN with an asset that never moves."""
    deviation = np.sqrt(np.diag(covariance))
    with np.errstate(divide="ignore", invalid="ignore"):
        result = covariance / np.outer(deviation, deviation)
    np.fill_diagonal(result, 1.0)
    return np.asarray(np.clip(result, -1.0, 1.0))


def condition_number(covariance: Matrix) -> float:
    """Largest over least eigenvalue, of the assets that move at all; infinite if singular."""
    moving = np.diag(covariance) > 0
    values = np.linalg.eigvalsh(covariance[np.ix_(moving, moving)])
    if not len(values):
        return 1.0
    return float(values[-1] / values[0]) if values[0] > 0 else float("inf")


def ill_condition(covariance: Matrix) -> float | None:
    """The condition number where it is above ``ILL_CONDITIONED``, else None.

    No eigenvalue is above the largest sum of a row; if the matrix is positive definite without
    the share of it that would be too little, none is too small: a tenth of the work.
    """
    moving = np.diag(covariance) > 0
    part = covariance if moving.all() else covariance[np.ix_(moving, moving)]
    if not len(part):
        return None
    least = np.abs(part).sum(axis=0).max() / ILL_CONDITIONED
    try:
        np.linalg.cholesky(part - least * np.eye(len(part)))
    except np.linalg.LinAlgError:
        condition = condition_number(covariance)
        return condition if condition > ILL_CONDITIONED else None
    return None
