"""What several arguments say together: a portfolio's track, and the market's assumptions."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.holdings import CASH
from addin.domain.labels import did_you_mean, label_key
from addin.domain.options import Options
from addin.domain.universe import Universe
from addin.domain.weights import Matrix, Vector, require_sum_of_one
from addin.engine.covariance import CovarianceMethod
from addin.engine.expected_returns import ExpectedReturnMethod, assumptions
from addin.engine.metrics import common_returns, portfolio_returns
from addin.engine.returns import periods_per_year, rate_per_period
from addin.errors import InputError
from addin.excel.grid import Cells, as_key, grid, is_given
from addin.excel.read_history import is_labelled_matrix, read_covariance, read_returns
from addin.excel.read_weights import read_weights
from addin.excel.scalars import member

EXPECTED_RETURN = "Expected return"
CURRENT_WEIGHT = "Current weight"
BENCHMARK_WEIGHT = "Benchmark weight"
PRICE = "Price"


def _places(labels: tuple[str, ...], wanted: tuple[str, ...], name: str) -> list[int]:
    """Position of each wanted label, in any case.

    Raises:
        InputError: Naming every label that is missing.
    """
    place = {label_key(label): i for i, label in enumerate(labels)}
    missing = [ticker for ticker in wanted if label_key(ticker) not in place]
    if missing:
        near = did_you_mean(missing[0], labels) if len(missing) == 1 else ""
        raise InputError(f"{name}: expected a column for {', '.join(missing)}, found none{near}")
    return [place[label_key(ticker)] for ticker in wanted]


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


def universe_weights(universe: Universe, heading: str) -> pd.Series | None:
    """Weights from a column of the universe, a blank cell being zero; None without the column.

    Raises:
        InputError: If they do not add up to one.
    """
    if not universe.has(heading):
        return None
    weights = pd.Series(np.nan_to_num(universe.numbers(heading)), index=list(universe.tickers))
    require_sum_of_one(weights, f"universe, {heading}")
    return weights


def universe_numbers(universe: Universe, heading: str) -> pd.Series | None:
    """Numbers from a column of the universe by ticker, blanks left out; None without the column."""
    if not universe.has(heading):
        return None
    return pd.Series(universe.numbers(heading), index=list(universe.tickers)).dropna()


@dataclass(frozen=True, eq=False)
class Market:
    """What is known of assets.

    Attributes:
        assumptions: Annual, in the order of the tickers.
        returns: The history behind them; None if a covariance matrix was given instead.
    """

    assumptions: Assumptions
    returns: Returns | None


def _stated_returns(universe: Universe, tickers: tuple[str, ...]) -> Vector | None:
    """Expected returns of some tickers of the universe, NaN where blank; None without any."""
    if not universe.has(EXPECTED_RETURN):
        return None
    return universe.numbers(EXPECTED_RETURN)[_places(universe.tickers, tickers, "universe")]


def _of_matrix(
    cells: Cells, tickers: tuple[str, ...], stated: Vector | None, risk_free: float
) -> Market:
    labels, matrix = read_covariance(cells, "returns")
    places = _places(labels, tickers, "returns")
    expected = np.full(len(tickers), np.nan) if stated is None else stated
    covariance: Matrix = matrix[np.ix_(places, places)]
    return Market(Assumptions(tickers, expected, covariance, risk_free), None)


def _market(cells: Cells, universe: Universe, tickers: tuple[str, ...], options: Options) -> Market:
    stated = _stated_returns(universe, tickers)
    if is_labelled_matrix(cells):
        return _of_matrix(cells, tickers, stated, options.risk_free)
    returns = read_returns(cells).only(tickers)
    method = options.expected_returns or ("shrunk" if stated is None else "universe")
    known = assumptions(
        returns,
        method=member(method, "options, expected_returns", ExpectedReturnMethod),
        covariance_method=member(options.covariance, "options, covariance", CovarianceMethod),
        risk_free=options.risk_free,
        market_weights=universe_weights(universe, BENCHMARK_WEIGHT),
        universe_returns=stated,
        risk_aversion=options.risk_aversion,
        half_life=options.half_life,
        periods_per_year=options.periods_per_year,
    )
    return Market(known, returns)


def read_market(cells: Cells, universe: Universe, options: Options) -> Market:
    """Assumptions for every asset of a universe, from returns or from a covariance matrix.

    Expected returns are the universe's where that column is filled and no method is chosen.

    Raises:
        InputError: Naming each cell that is wrong, or an asset about which something is missing.
    """
    market = _market(cells, universe, universe.tickers, options)
    expected = market.assumptions.expected_returns
    if blank := [t for t, r in zip(universe.tickers, expected, strict=True) if np.isnan(r)]:
        raise InputError(
            f"universe, {EXPECTED_RETURN}: expected a number beside a covariance matrix, found "
            f"none for {', '.join(blank)}"
        )
    return market


def read_known(cells: Cells, universe: Universe, options: Options) -> Market:
    """As ``read_market``, for those assets of the universe about which the cells say something.

    Raises:
        InputError: Naming each cell that is wrong, or if no asset of the universe is there.
    """
    labels = {as_key(cell) for cell in grid(cells, "returns").cells[0]}
    tickers = tuple(t for t in universe.tickers if label_key(t) in labels)
    if not tickers:
        raise InputError("returns: expected a column for at least one asset of the universe")
    return _market(cells, universe, tickers, options)


def known_market(cells: Cells, universe: Universe | None) -> Market | None:
    """As ``read_known`` with default options; None where no returns are given.

    Raises:
        InputError: If there are returns and no universe.
    """
    if not is_given(cells):
        return None
    if universe is None:
        raise InputError("universe: expected the assets that the returns are of, found nothing")
    return read_known(cells, universe, Options())
