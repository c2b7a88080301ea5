"""Capital-market assumptions: typed ones for each asset, completed by history."""

from collections.abc import Sequence

import numpy as np

from addin.domain.assumptions import Assumptions
from addin.domain.labels import label_key
from addin.domain.stated_assumptions import StatedAssumptions
from addin.domain.universe import Universe
from addin.domain.weights import Matrix, Vector
from addin.engine.covariance import correlation
from addin.engine.psd import repaired
from addin.errors import InputError


def _positions(labels: Sequence[str], among: Sequence[str]) -> list[int]:
    """Place of each label in a list, or the place just after its end."""
    place = {label_key(name): i for i, name in enumerate(among)}
    return [place.get(label_key(label), len(among)) for label in labels]


def _with_blank(values: Matrix | Vector) -> Matrix:
    """One more entry along every axis, for what the list does not have."""
    return np.pad(values, (0, 1), constant_values=np.nan)


def _first_known(*sources: Matrix | Vector) -> Matrix:
    result = sources[0]
    for source in sources[1:]:
        result = np.where(np.isnan(result), source, result)
    return np.asarray(result)


def by_asset(stated: StatedAssumptions, universe: Universe) -> StatedAssumptions:
    """For every asset of the universe, its own row, else the row of its asset class.

    Two assets take the correlation of their own names, else of one's name with the other's
    class, else of their classes. Two assets of one class have none from their class: a class is
    perfectly correlated with itself, its assets are not.

    Returns:
        In the order of the universe; NaN where neither asset nor class says anything.
    """
    own = _positions(universe.tickers, stated.assets)
    general = _positions(universe.asset_classes, stated.assets)
    returns, risks = _with_blank(stated.expected_returns), _with_blank(stated.volatilities)
    known = _with_blank(stated.correlation)
    mixed = np.stack([known[np.ix_(own, general)], known[np.ix_(general, own)]])
    count = (~np.isnan(mixed)).sum(axis=0)
    half_way = np.where(count > 0, np.nansum(mixed, axis=0) / np.maximum(count, 1), np.nan)
    classes = known[np.ix_(general, general)]
    classes[np.equal.outer(general, general)] = np.nan
    matrix = _first_known(known[np.ix_(own, own)], half_way, classes)
    np.fill_diagonal(matrix, 1.0)
    return StatedAssumptions(
        universe.tickers,
        _first_known(returns[own], returns[general]),
        _first_known(risks[own], risks[general]),
        matrix,
    )


def combined(
    stated: StatedAssumptions, known: Assumptions | None, risk_free: float = 0.0
) -> Assumptions:
    """Typed assumptions, completed by what history says of the same assets.

    A typed number stands against history; so does a typed correlation. Correlations that no
    returns can have are repaired, and the notes say by how much.

    Args:
        stated: By ticker, NaN where nothing was typed.
        known: From history, of any assets; None where there is no history.
        risk_free: Annual.

    Raises:
        InputError: Naming an asset without an expected return or volatility, or two without a
            correlation.
    """
    tickers = stated.assets
    expected, risk, matrix = _from_history(known, tickers)
    expected = _first_known(stated.expected_returns, expected)
    risk = _first_known(stated.volatilities, risk)
    _require("an expected return", expected, tickers)
    _require("a volatility", risk, tickers)
    together = _first_known(stated.correlation, matrix)
    together[risk == 0, :] = together[:, risk == 0] = 0.0
    np.fill_diagonal(together, 1.0)
    _require_pairs(together, tickers)
    possible = repaired(together)
    notes = known.notes if known else ()
    if possible.change:
        notes = (*notes, _repair_in_words(possible.change))
    covariance = possible.matrix * np.outer(risk, risk)
    years = known.years if known else None
    return Assumptions(tickers, expected, covariance, risk_free, years, notes)


def _from_history(
    known: Assumptions | None, tickers: tuple[str, ...]
) -> tuple[Vector, Vector, Matrix]:
    n = len(tickers)
    if known is None:
        return np.full(n, np.nan), np.full(n, np.nan), np.full((n, n), np.nan)
    here = _positions(tickers, known.tickers)
    risk = np.sqrt(np.diag(known.covariance))
    return (
        _with_blank(known.expected_returns)[here],
        _with_blank(risk)[here],
        _with_blank(correlation(known.covariance))[np.ix_(here, here)],
    )


def _repair_in_words(change: float) -> str:
    return (
        f"correlations changed by up to {change:.3f}: as typed, some portfolio would have a "
        "negative variance"
    )


def _require(what: str, values: Vector, tickers: tuple[str, ...]) -> None:
    if missing := [t for t, value in zip(tickers, values, strict=True) if np.isnan(value)]:
        raise InputError(
            f"assumptions: need {what} for {', '.join(missing)}, found none in a row of the asset "
            "or its class, and no returns"
        )


def _require_pairs(matrix: Matrix, tickers: tuple[str, ...]) -> None:
    pairs = np.argwhere(np.triu(np.isnan(matrix)))
    if len(pairs):
        one, other = (tickers[int(i)] for i in pairs[0])
        more = f", and of {len(pairs) - 1} more pairs" if len(pairs) > 1 else ""
        raise InputError(
            f"assumptions: need the correlation of {one} and {other}{more}: give one of them a row "
            "and a column of its own, or returns of both (their class says nothing of two of its "
            "assets)"
        )
