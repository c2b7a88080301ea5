"""Weights by ticker: decimals that add up to one, aligned by name and never by position."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from addin.domain.labels import did_you_mean, label_key
from addin.errors import InputError

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]

EDGE = 1e-9  # a value this near a limit is on it, and on the limit is inside
WEIGHT_SUM_TOLERANCE = 1e-6


def aligned(weights: pd.Series, tickers: Sequence[str], where: str = "weights") -> Vector:
    """Weights in the order of ``tickers``; a ticker without a weight has weight zero.

    Args:
        weights: Decimals indexed by ticker.
        tickers: The order wanted.
        where: What to call the weights in a message.

    Raises:
        InputError: If a non-zero weight belongs to a ticker that is not in ``tickers``.
    """
    if tuple(weights.index) == tuple(tickers):  # spelled alike, as they mostly are
        return np.array(weights, dtype=float)
    place = {label_key(ticker): i for i, ticker in enumerate(tickers)}
    result = np.zeros(len(tickers))
    for ticker, weight in zip(weights.index, weights.to_numpy(), strict=True):
        position = place.get(label_key(str(ticker)))
        if position is not None:
            result[position] = weight
        elif weight != 0:
            raise InputError(
                f"{where}: {ticker} has weight {weight:.2%} but is not among the "
                f"{len(tickers)} tickers of the other table{did_you_mean(str(ticker), tickers)}"
            )
    return result


def require_sum_of_one(weights: pd.Series, where: str = "weights") -> None:
    """Refuse weights that do not add up to one.

    Raises:
        InputError: Naming the sum found.
    """
    total = float(weights.sum())
    if not abs(total - 1) <= WEIGHT_SUM_TOLERANCE:
        raise InputError(f"{where}: must add up to 100%, found {total:.4%}")
