"""What a proposal may hold of an asset that is excluded, and whether it was bought regardless."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from addin.domain.labels import label_key
from addin.domain.policy import LegacyAction, Limit, Rule
from addin.domain.universe import Universe
from addin.domain.weights import EDGE, Vector, aligned
from addin.engine.selection import selected

UNTOUCHED = 0.01  # costs paid out of the rest raise a weight that nobody bought, by less than this


@dataclass(frozen=True)
class ExclusionBound:
    """Smallest and largest weight of one excluded asset, and the exclusion in words."""

    ticker: str
    lower: float
    upper: float
    words: str


def exclusion_bounds(
    universe: Universe, limits: Iterable[Limit], current: pd.Series | None
) -> list[ExclusionBound]:
    """The weights a proposal may give to excluded assets.

    ``sell now``: none. ``sell down``: anything up to today's weight. ``hold``: today's weight.
    An asset under several exclusions stands once for each; the narrowest decides.

    Args:
        universe: Assets and their columns.
        limits: Limits of a policy; those that are no exclusions are passed over.
        current: Decimals by ticker, what is held today; None means that nothing is.

    Raises:
        InputError: If a selector names no ticker and no column.
    """
    held = np.zeros(len(universe)) if current is None else _held(universe, current)
    bounds = []
    for limit in (limit for limit in limits if limit.rule is Rule.EXCLUDE and limit.hard):
        for i in np.flatnonzero(selected(universe, limit.selector)):
            upper = 0.0 if limit.legacy is LegacyAction.SELL_NOW else float(held[i])
            lower = upper if limit.legacy is LegacyAction.HOLD else 0.0
            bounds.append(ExclusionBound(universe.tickers[i], lower, upper, limit.words))
    return bounds


def _held(universe: Universe, current: pd.Series) -> Vector:
    """Today's weights of the universe; a short position counts as none."""
    names = set(map(label_key, universe.tickers))
    known = current[[label_key(str(ticker)) in names for ticker in current.index]]
    return np.maximum(aligned(known, universe.tickers, "current weights"), 0.0)


def bought(mask: Vector, weights: Vector, current: Vector) -> float:
    """Weight of the selected assets beyond what was held of each; zero where none was bought.

    A weight up to a hundredth above today's counts as untouched, since what the portfolio pays
    for its trades raises the weight of all that was not traded.

    Args:
        mask: (n,) 1.0 for each asset in question.
        weights: (n,) decimals.
        current: (n,) decimals.
    """
    before = np.maximum(current, 0.0)
    grown = weights - before
    return float(mask @ np.where(grown > UNTOUCHED * before + EDGE, grown, 0.0))
