"""A portfolio's track: what its weights would have earned."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from addin.domain.history import Returns
from addin.domain.holdings import CASH
from addin.domain.labels import label_key
from addin.domain.options import Options
from addin.domain.weights import Vector
from addin.engine.metrics import common_returns, portfolio_returns
from addin.engine.returns import periods_per_year, rate_per_period
from addin.excel.grid import Cells, is_given
from addin.excel.read_history import read_returns
from addin.excel.read_weights import read_weights


def with_cash(returns: Returns, weights: pd.Series, risk_free: float, per_year: float) -> Returns:
    """Returns with a column for ``CASH``, if it has a weight and no column: the risk-free rate."""
    keys = {label_key(ticker) for ticker in returns.tickers}
    cash = [str(t) for t in weights.index if label_key(str(t)) == label_key(CASH)]
    if not cash or label_key(CASH) in keys:
        return returns
    column = np.full((len(returns.dates), 1), rate_per_period(risk_free, per_year))
    return Returns(returns.dates, (*returns.tickers, cash[0]), np.hstack([returns.values, column]))


@dataclass(frozen=True, eq=False)
class Track:
    """A portfolio through the past, rebalanced to its weights each period.

    Attributes:
        returns: (T, N) of what the portfolio and the benchmark hold; complete rows.
        weights: Of the portfolio.
        benchmark_weights: Of the benchmark; None when there is none.
        per_year: Periods per year.
    """

    returns: Returns
    weights: pd.Series
    benchmark_weights: pd.Series | None
    per_year: float

    @cached_property
    def portfolio(self) -> Vector:
        """(T,) returns of the portfolio."""
        return portfolio_returns(self.returns, self.weights)

    @cached_property
    def benchmark(self) -> Vector | None:
        """(T,) returns of the benchmark."""
        if self.benchmark_weights is None:
            return None
        return portfolio_returns(self.returns, self.benchmark_weights)


def read_track(
    returns: Cells, weights: Cells, benchmark: Cells = None, options: Options | None = None
) -> Track:
    """A portfolio and its benchmark over the dates on which all they hold has a return.

    Raises:
        InputError: Naming each cell that is wrong, or an asset without returns.
    """
    options = options or Options()
    history = read_returns(returns)
    held = read_weights(weights)
    other = read_weights(benchmark, "benchmark") if is_given(benchmark) else None
    both = [held] if other is None else [held, other]
    per_year = options.periods_per_year or periods_per_year(history.dates)
    for each in both:
        history = with_cash(history, each, options.risk_free, per_year)
    return Track(common_returns(history, *both), held, other, per_year)
