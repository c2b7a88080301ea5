"""Value at risk and expected shortfall: positive is a loss."""

from math import ceil, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

from addin.domain.choice import Choice
from addin.domain.weights import Matrix, Vector
from addin.errors import InputError

_ROUNDING = 1e-9  # 0.95 · 60 is 57, whatever floating point makes of it
TIED = 1e-13  # losses this near are one loss: the order of the tickers must not break a tie


class TailMethod(Choice):
    """How the tail of the losses is described."""

    HISTORICAL = "historical"
    GAUSSIAN = "gaussian"
    CORNISH_FISHER = "cornish-fisher"
    EWMA = "ewma"
    MONTE_CARLO = "monte-carlo"


_SUPPORTED = (TailMethod.HISTORICAL, TailMethod.GAUSSIAN)


def value_at_risk(
    returns: Matrix,
    confidence: float = 0.95,
    method: TailMethod = TailMethod.HISTORICAL,
    horizon: int = 1,
) -> Any:
    """The loss that is not exceeded with probability ``confidence``.

    ``historical``: the smallest loss ℓ of the sample with P(L ≤ ℓ) ≥ confidence; over several
    rows, of overlapping compounded returns. ``gaussian``: −hμ + zσ√h with sample moments
    (divisor T − 1).

    Args:
        returns: (T,) per row, or (T, N) for N tracks at once.
        confidence: Between 0 and 1.
        method: ``historical`` or ``gaussian``.
        horizon: h, rows of the returns.

    Returns:
        Decimal, positive for a loss, over ``horizon`` rows, not annualised; (N,) for N tracks.

    Raises:
        InputError: If an argument is outside its range or the rows do not suffice.
    """
    _require(returns, confidence, method, horizon)
    if method is TailMethod.GAUSSIAN:
        mean, deviation = _moments(returns, horizon)
        return _figure(-mean + NormalDist().inv_cdf(confidence) * deviation)
    losses = np.sort(_losses(returns, horizon), axis=0)
    return _figure(losses[_place(len(losses), confidence)])


def expected_shortfall(
    returns: Matrix,
    confidence: float = 0.95,
    method: TailMethod = TailMethod.HISTORICAL,
    horizon: int = 1,
) -> Any:
    """The mean of the losses beyond the value at risk (CVaR).

    ``historical``: VaR + E(L − VaR)⁺ / (1 − confidence), so that the scenario on the boundary
    counts with the fraction of it that belongs to the tail. ``gaussian``:
    −hμ + σ√h φ(z) / (1 − confidence).

    Args:
        returns: (T,) per row, or (T, N) for N tracks at once.
        confidence: Between 0 and 1.
        method: ``historical`` or ``gaussian``.
        horizon: h, rows of the returns.

    Returns:
        Decimal, positive for a loss, over ``horizon`` rows, not annualised; (N,) for N tracks.

    Raises:
        InputError: If an argument is outside its range or the rows do not suffice.

    Source:
        Rockafellar and Uryasev (2002), "Conditional value-at-risk for general loss
        distributions", Journal of Banking & Finance 26, proposition 8.
    """
    _require(returns, confidence, method, horizon)
    if method is TailMethod.GAUSSIAN:
        mean, deviation = _moments(returns, horizon)
        normal = NormalDist()
        density = normal.pdf(normal.inv_cdf(confidence))
        return _figure(-mean + deviation * density / (1 - confidence))
    losses = np.sort(_losses(returns, horizon), axis=0)
    place = _place(len(losses), confidence)
    beyond = losses[place + 1 :] - losses[place]
    return _figure(losses[place] + beyond.sum(axis=0) / ((1 - confidence) * len(losses)))


def largest_share(rows: int, confidence: float) -> float:
    """Share of a row beyond the value at risk in the expected shortfall: 1 / ((1 − c)·T)."""
    return 1 / ((1 - confidence) * rows)


def tail_weights(returns: Vector, confidence: float = 0.95) -> Vector:
    """Share of each row in the historical expected shortfall.

    Rows beyond the value at risk weigh 1 / ((1 − confidence)·T) each; what is left to one is
    shared equally by the rows on it.

    Args:
        returns: (T,) per row.
        confidence: Between 0 and 1.

    Returns:
        (T,), at least zero, adding up to one.

    Raises:
        InputError: If the confidence is not between 0 and 1 or there are no rows.
    """
    beyond, on = _tail(returns, confidence)
    each = largest_share(len(returns), confidence)
    left = max(1 - each * beyond.sum(), 0.0)
    return np.asarray(each * beyond + left / on.sum() * on)


def boundary_weights(returns: Vector, confidence: float = 0.95) -> Vector:
    """Share of each row in the historical value at risk: (T,), one divided among tied rows.

    Raises:
        InputError: If the confidence is not between 0 and 1 or there are no rows.
    """
    _, on = _tail(returns, confidence)
    return np.asarray(on / on.sum())


def _tail(returns: Vector, confidence: float) -> tuple[Vector, Vector]:
    excess = -returns - value_at_risk(returns, confidence)
    return (excess > TIED).astype(float), (np.abs(excess) <= TIED).astype(float)


def _place(rows: int, confidence: float) -> int:
    return max(ceil(confidence * rows - _ROUNDING), 1) - 1


def _losses(returns: Matrix, horizon: int) -> Matrix:
    if horizon == 1:
        return -returns
    if len(returns) < horizon:
        raise InputError(f"horizon: need at least {horizon} rows of returns, found {len(returns)}")
    windows = np.lib.stride_tricks.sliding_window_view(1 + returns, horizon, axis=0)
    return np.asarray(1 - windows.prod(axis=-1))


def _moments(returns: Matrix, horizon: int) -> tuple[Vector, Vector]:
    if len(returns) < 2:
        raise InputError(f"gaussian: need at least two rows of returns, found {len(returns)}")
    deviation = returns.std(axis=0, ddof=1) * sqrt(horizon)
    return returns.mean(axis=0) * horizon, deviation


def _figure(value: Any) -> Any:
    return value if np.ndim(value) else float(value)


def _require(returns: Matrix, confidence: float, method: TailMethod, horizon: int) -> None:
    if not 0 < confidence < 1:
        raise InputError(
            f"confidence: need a number between 0 and 1, such as 0.95, found {confidence:g}"
        )
    if horizon < 1 or horizon != int(horizon):
        raise InputError(f"horizon: need a whole number of rows from 1, found {horizon:g}")
    if method not in _SUPPORTED:
        raise InputError(f"method: need one of {', '.join(_SUPPORTED)}, found '{method}'")
    if len(returns) == 0:
        raise InputError("returns: need at least one row, found none")
    if not np.isfinite(returns).all():
        raise InputError("returns: need a number in every row, found some missing")
