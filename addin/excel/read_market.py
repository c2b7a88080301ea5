"""What the market is expected to do: from returns, or from a covariance matrix."""

from dataclasses import dataclass

import numpy as np

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.labels import did_you_mean, label_key
from addin.domain.options import Options
from addin.domain.universe import Universe
from addin.domain.weights import Matrix, Vector
from addin.engine.covariance import CovarianceMethod
from addin.engine.expected_returns import Beliefs, ExpectedReturnMethod, assumptions
from addin.engine.moments import RaggedHistory
from addin.errors import InputError
from addin.excel.grid import Cells, as_key, grid, is_given
from addin.excel.read_covariance import is_labelled_matrix, read_covariance
from addin.excel.read_history import read_returns
from addin.excel.read_universe import BENCHMARK_WEIGHT, EXPECTED_RETURN, universe_weights
from addin.excel.scalars import member


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
        half_life=options.half_life,
        periods_per_year=options.periods_per_year,
        history=member(options.history, "options, history", RaggedHistory),
        beliefs=Beliefs(
            market_weights=universe_weights(universe, BENCHMARK_WEIGHT),
            market_premium=options.market_premium,
            risk_aversion=options.risk_aversion,
            universe_returns=stated,
        ),
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
