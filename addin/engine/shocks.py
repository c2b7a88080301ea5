"""Markets a little different from the one assumed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from addin.domain.assumptions import Assumptions
from addin.domain.weights import Matrix
from addin.engine.covariance import correlation

_RETURN = 0.005  # 50 basis points a year
_VOLATILITY = 0.01  # one point a year
_CORRELATION = 0.1  # of itself, or of the way to none and to one
_STRONGER = (0.1, 0.05, 0.025)  # of itself: the first that some returns can have


@dataclass(frozen=True, eq=False)
class Shock:
    """Other assumptions, and how they differ in words."""

    quantity: str
    words: str
    assumptions: Assumptions


def _sign(size: float, words: str) -> str:
    return f"{'+' if size > 0 else '−'}{words}"


def _of_returns(base: Assumptions) -> Iterator[Shock]:
    for i, ticker in enumerate(base.tickers):
        for size in (_RETURN, -_RETURN):
            means = base.expected_returns.copy()
            means[i] += size
            shocked = replace(base, expected_returns=means)
            yield Shock(f"{ticker} expected return", _sign(size, "50 bp"), shocked)


def _of_volatilities(base: Assumptions) -> Iterator[Shock]:
    """Correlations are kept; a volatility that would fall below zero is not shocked."""
    volatilities, known = np.sqrt(np.diag(base.covariance)), _correlation(base.covariance)
    for i, ticker in enumerate(base.tickers):
        for size in (_VOLATILITY, -_VOLATILITY):
            moved = volatilities.copy()
            moved[i] += size
            if moved[i] > 0:
                shocked = replace(base, covariance=known * np.outer(moved, moved))
                yield Shock(f"{ticker} volatility", _sign(size, "1 pp"), shocked)


def _correlated(base: Assumptions, quantity: str, words: str, correlations: Matrix) -> Shock:
    volatilities = np.sqrt(np.diag(base.covariance))
    covariance = correlations * np.outer(volatilities, volatilities)
    return Shock(quantity, words, replace(base, covariance=covariance))


def _of_own_correlations(base: Assumptions) -> Iterator[Shock]:
    """Weaker ones are always possible; how much stronger is up to the other correlations."""
    known = _correlation(base.covariance)
    enough = _least(known) / 2
    for i, ticker in enumerate(base.tickers):
        quantity = f"{ticker} correlations"
        yield _correlated(base, quantity, "10% weaker", _scaled(known, i, 1 - _CORRELATION))
        for share in _STRONGER:
            stronger = _scaled(known, i, 1 + share)
            if _least(stronger) >= enough:
                yield _correlated(base, quantity, f"{share * 100:g}% stronger", stronger)
                break


def _of_all_correlations(base: Assumptions) -> Iterator[Shock]:
    known = _correlation(base.covariance)
    risky = np.diag(base.covariance) > 0
    for end, matrix in (
        ("0", np.eye(len(known))),
        ("1", np.where(np.outer(risky, risky), 1.0, known)),
    ):
        mixed = (1 - _CORRELATION) * known + _CORRELATION * matrix
        yield _correlated(base, "all correlations", f"10% nearer to {end}", mixed)


def _scaled(correlations: Matrix, i: int, factor: float) -> Matrix:
    result = correlations.copy()
    result[i] *= factor
    result[:, i] *= factor
    result[i, i] = 1.0
    return result


def _least(correlations: Matrix) -> float:
    return float(np.linalg.eigvalsh(correlations)[0])


def _correlation(covariance: Matrix) -> Matrix:
    """An asset that never moves is correlated with none."""
    return np.nan_to_num(correlation(covariance))


def shocks(base: Assumptions) -> Iterator[Shock]:
    """One assumption at a time, both ways.

    Each expected return ±50 bp, each volatility ±1 percentage point at the same correlations,
    each asset's correlations with all others a tenth weaker and stronger (less where no returns
    can be so correlated), and all correlations a tenth of the way to none and to one.
    """
    yield from _of_returns(base)
    yield from _of_volatilities(base)
    yield from _of_own_correlations(base)
    yield from _of_all_correlations(base)
