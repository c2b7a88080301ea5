"""Weights in the order of a universe, and the data a policy's limits may need."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.labels import label_key
from addin.domain.universe import Universe
from addin.domain.weights import Matrix, Vector, aligned
from addin.engine.selection import is_cash, widened


@dataclass(frozen=True, eq=False)
class Portfolio:
    """Weights in the order of a universe, and the data its limits may need.

    Attributes:
        universe: N assets: its own, settlement cash, and any other that has a weight.
        weights: (N,) decimals.
        expected_returns: (N,) annual, NaN where unknown; cash earns the risk-free rate.
        covariance: (N, N) annual, NaN where unknown; cash has no risk.
        history: (T, N) returns per row, NaN where unknown; cash returns nothing.
        benchmark: (N,) decimals.
        current: (N,) decimals.
        confidence: Of cvar.
    """

    universe: Universe
    weights: Vector
    expected_returns: Vector | None
    covariance: Matrix | None
    history: Matrix | None
    benchmark: Vector | None
    current: Vector | None
    confidence: float

    @classmethod
    def of(  # noqa: PLR0913 (the data a limit may need)
        cls,
        weights: pd.Series,
        universe: Universe,
        assumptions: Assumptions | None,
        returns: Returns | None,
        benchmark: pd.Series | None,
        current: pd.Series | None,
        confidence: float,
    ) -> Self:
        """The same data put into one order, universe first, then every other ticker met."""
        series = [each for each in (weights, benchmark, current) if each is not None]
        wide = widened(universe, [str(t) for each in series for t in each.index[each != 0]])
        tickers = wide.tickers
        means, covariance = _market(assumptions, tickers) if assumptions else (None, None)
        return cls(
            wide,
            aligned(weights, tickers),
            means,
            covariance,
            _history(returns, tickers) if returns else None,
            None if benchmark is None else aligned(benchmark, tickers),
            None if current is None else aligned(current, tickers),
            confidence,
        )

    @property
    def cash(self) -> list[int]:
        """Where settlement cash stands."""
        return _cash(self.universe.tickers)


def _cash(tickers: tuple[str, ...]) -> list[int]:
    return [i for i, ticker in enumerate(tickers) if is_cash(ticker)]


def _places(known: tuple[str, ...], tickers: tuple[str, ...]) -> tuple[list[int], list[int]]:
    """Where each ticker that is known stands in ``known`` and in ``tickers``."""
    place = {label_key(ticker): i for i, ticker in enumerate(known)}
    here = [i for i, ticker in enumerate(tickers) if label_key(ticker) in place]
    return [place[label_key(tickers[i])] for i in here], here


def _market(assumptions: Assumptions, tickers: tuple[str, ...]) -> tuple[Vector, Matrix]:
    there, here = _places(assumptions.tickers, tickers)
    means = np.full(len(tickers), np.nan)
    covariance = np.full((len(tickers), len(tickers)), np.nan)
    cash = _cash(tickers)
    means[cash], covariance[cash, :], covariance[:, cash] = assumptions.risk_free, 0.0, 0.0
    means[here] = assumptions.expected_returns[there]
    covariance[np.ix_(here, here)] = assumptions.covariance[np.ix_(there, there)]
    return means, covariance


def _history(returns: Returns, tickers: tuple[str, ...]) -> Matrix:
    there, here = _places(returns.tickers, tickers)
    history = np.full((len(returns.dates), len(tickers)), np.nan)
    history[:, _cash(tickers)] = 0.0
    history[:, here] = returns.values[:, there]
    return history
