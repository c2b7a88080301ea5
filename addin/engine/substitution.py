"""A stand-in's history before an asset's own begins."""

from collections.abc import Mapping

import numpy as np

from addin.domain.history import Prices
from addin.domain.weights import Vector
from addin.errors import InputError


def _spliced(own: Vector, proxy: Vector) -> Vector:
    both = ~np.isnan(own) & ~np.isnan(proxy)
    if not both.any():
        raise InputError("no date on which both have a price")
    join, start = int(np.argmax(both)), int(np.argmax(~np.isnan(own)))
    if np.isnan(proxy[:start]).all():
        raise InputError("the stand-in has no earlier prices")
    result = own.copy()
    result[:start] = proxy[:start] * own[join] / proxy[join]
    return result


def substituted(prices: Prices, substitutes: Mapping[str, str]) -> Prices:
    """Prices in which each asset's missing early history is its substitute's.

    The substitute's prices are scaled to meet the asset's own on the first date both have one,
    so that returns before that date are the substitute's and later ones the asset's.

    Args:
        prices: With a column for every asset and substitute.
        substitutes: Asset to substitute, e.g. ``{"SGOV": "BIL"}``.

    Raises:
        InputError: If a ticker has no prices, the two never have a price on one date, or the
            substitute begins no earlier than the asset.
    """
    place = {ticker: i for i, ticker in enumerate(prices.tickers)}
    values = prices.values.copy()
    for asset, proxy in substitutes.items():
        if missing := [ticker for ticker in (asset, proxy) if ticker not in place]:
            raise InputError(f"substitute {proxy} for {asset}: no prices for {missing[0]}")
        try:
            values[:, place[asset]] = _spliced(values[:, place[asset]], values[:, place[proxy]])
        except InputError as error:
            raise InputError(f"substitute {proxy} for {asset}: {error}") from None
    return Prices(prices.dates, prices.tickers, values)
