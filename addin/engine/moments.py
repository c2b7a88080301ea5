"""Mean and covariance of returns, by the method and the history chosen."""

from dataclasses import dataclass

import numpy as np

from addin.domain.choice import Choice
from addin.domain.history import Returns
from addin.domain.weights import Matrix, Vector
from addin.engine.covariance import (
    CovarianceMethod,
    at_average_correlation,
    by_factors,
    covariance,
    ledoit_wolf,
    ledoit_wolf_constant_correlation,
)
from addin.engine.stambaugh import RaggedMoments, stambaugh
from addin.errors import InputError


class RaggedHistory(Choice):
    """Which returns count when histories begin at different dates."""

    COMMON = "common"
    STAMBAUGH = "stambaugh"


@dataclass(frozen=True, eq=False)
class Moments:
    """What returns say of the future.

    Attributes:
        returns: Over the dates on which every asset has one.
        means: (N,) per period.
        covariance: (N, N) per period.
        notes: What was done to histories of different length, in sentences.
    """

    returns: Returns
    means: Vector
    covariance: Matrix
    notes: tuple[str, ...] = ()


def moments(
    returns: Returns,
    method: CovarianceMethod = CovarianceMethod.LEDOIT_WOLF,
    half_life: float | None = None,
    history: RaggedHistory = RaggedHistory.COMMON,
) -> Moments:
    """Mean and covariance per period.

    With ``common`` over the dates on which every asset has a return. With ``stambaugh`` from
    every return, by maximum likelihood; ``ledoit-wolf`` and ``ledoit-wolf-cc`` then move that
    covariance to its own target by the share they find over the common dates.

    Args:
        returns: (T, N), ragged or not.
        method: Of the covariance.
        half_life: Rows, for ``ewma``.
        history: Makes no difference where all histories are of one length.

    Raises:
        InputError: If the returns do not suffice, or ``ewma`` meets ``stambaugh``.
    """
    common = returns.complete()
    try:
        if history is RaggedHistory.COMMON or len(common.dates) == len(returns.dates):
            sigma = covariance(common.values, method, half_life)
            return Moments(common, np.asarray(common.values.mean(axis=0)), sigma)
        every = stambaugh(returns)
        return Moments(common, every.mean, _structured(every, common, method), every.notes)
    except InputError:
        _name_what_stands_still(common)
        raise


def _structured(every: RaggedMoments, common: Returns, method: CovarianceMethod) -> Matrix:
    s = every.covariance
    match method:
        case CovarianceMethod.SAMPLE:
            return s
        case CovarianceMethod.CONSTANT_CORRELATION:
            return at_average_correlation(s)
        case CovarianceMethod.FACTOR:
            return by_factors(s, len(common.dates))
        case CovarianceMethod.LEDOIT_WOLF:
            share = ledoit_wolf(common.values).intensity
            return np.asarray(share * np.trace(s) / len(s) * np.eye(len(s)) + (1 - share) * s)
        case CovarianceMethod.LEDOIT_WOLF_CC:
            share = ledoit_wolf_constant_correlation(common.values).intensity
            return share * at_average_correlation(s) + (1 - share) * s
        case CovarianceMethod.EWMA:
            raise InputError(
                f"history: {RaggedHistory.STAMBAUGH} gives every date the same weight and knows no "
                f"{method}; choose {RaggedHistory.COMMON}, or another covariance"
            )


def _name_what_stands_still(returns: Returns) -> None:
    still = [t for t, own in zip(returns.tickers, returns.values.T, strict=True) if not own.any()]
    if still:
        raise InputError(
            f"returns, {', '.join(still)}: never moves, so it has no correlation with others; use "
            "the covariance ledoit-wolf, or leave it out"
        ) from None
