"""The sample portfolio: holdings that have drifted, their lots, their history; all input tables."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache

import numpy as np
from numpy.typing import NDArray

from addin.domain.history import Prices
from addin.domain.holdings import CASH
from addin.domain.table import Row, Table, TableSpec, Value
from addin.domain.weights import Vector
from addin.excel import layout
from workbook_templates import sample_policy as policy
from workbook_templates.sample_market import MONTHS, TICKERS
from workbook_templates.sample_prices import sample_prices

VALUE = 48_672_000.0  # US dollars, before rounding to whole shares

# SPY above its maximum, AGG below its anchor, HYG above its cap; equity past the watch line.
WEIGHTS = {
    "SPY": 0.240,
    "QQQ": 0.080,
    "IWM": 0.055,
    "EFA": 0.135,
    "EEM": 0.078,
    "AGG": 0.171,
    "TLT": 0.012,
    "SHY": 0.012,
    "LQD": 0.014,
    "HYG": 0.059,
    "VNQ": 0.040,
    "GLD": 0.036,
    "DBC": 0.014,
    "SGOV": 0.032,
}

# Ticker: purchases before the last, each a date and the share of the position bought then.
# The last purchase is the remainder; a fund not named here was bought at once.
LAST_PURCHASE = date(2024, 7, 2)
PURCHASES: dict[str, tuple[tuple[date, float], ...]] = {
    "SPY": ((date(2019, 1, 8), 0.55), (date(2022, 10, 4), 0.30)),
    "QQQ": ((date(2019, 1, 8), 0.60),),
    "IWM": ((date(2021, 11, 2), 0.70),),
    "EFA": ((date(2019, 1, 8), 0.40), (date(2021, 6, 8), 0.35)),
    "EEM": ((date(2021, 2, 9), 0.75),),
    "AGG": ((date(2019, 1, 8), 0.35), (date(2021, 8, 3), 0.40)),
    "TLT": ((date(2020, 8, 4), 0.80),),
    "LQD": ((date(2021, 1, 5), 0.65),),
    "HYG": ((date(2021, 12, 7), 0.50), (date(2025, 3, 4), 0.30)),
    "VNQ": ((date(2021, 12, 7), 0.65),),
    "GLD": ((date(2019, 1, 8), 0.70),),
}

HISTORY_FROM = np.datetime64("2019-01")
SPENDING = -0.01  # of the value, at the end of each quarter but the last
FEE = 0.002  # a year


def last_prices(prices: Prices) -> dict[str, float]:
    """The last known price of each ticker; one that never had a price is left out."""
    known = ~np.isnan(prices.values)
    return {
        ticker: float(prices.values[np.flatnonzero(known[:, i])[-1], i])
        for i, ticker in enumerate(prices.tickers)
        if known[:, i].any()
    }


def holding_rows(prices: Prices, weights: dict[str, float], value: float) -> tuple[Row, ...]:
    """Whole shares nearest below these weights of ``value`` at the last prices, and the cash left.

    Args:
        prices: History with a price for every ticker of ``weights``.
        weights: Decimals by ticker; what is missing to one is cash.
        value: Account currency.
    """
    as_of = prices.dates[-1].item()
    last = last_prices(prices)
    rows: list[Row] = []
    left = Decimal(str(value))
    for ticker, weight in weights.items():
        price = round(last[ticker], 4)
        quantity = int(value * weight / price)
        left -= Decimal(str(price)) * quantity
        rows.append((ticker, quantity, price, policy.MAIN_ACCOUNT, as_of))
    rows.append((CASH, round(float(left), 2), 1.0, policy.MAIN_ACCOUNT, as_of))
    return tuple(rows)


def _number(value: Value) -> float:
    assert isinstance(value, int | float)
    return value


def market_value(rows: tuple[Row, ...]) -> float:
    """Quantity times price, added up, of holdings rows."""
    return round(sum(_number(quantity) * _number(price) for _, quantity, price, *_ in rows), 2)


def _price_on(prices: Prices, ticker: str, day: date) -> tuple[date, float] | None:
    """The first price on or after a day, and its date; None if there is none."""
    column = prices.values[:, prices.tickers.index(ticker)]
    known = np.flatnonzero((prices.dates >= np.datetime64(day)) & ~np.isnan(column))
    if not len(known):
        return None
    return prices.dates[known[0]].item(), float(column[known[0]])


def lot_rows(prices: Prices, holdings: tuple[Row, ...]) -> tuple[Row, ...]:
    """Purchases that add up to the holdings, each at the price of its day."""
    rows: list[Row] = []
    for ticker, quantity, price, account, as_of in holdings:
        if ticker == CASH:
            continue
        whole = left = int(_number(quantity))
        planned = (*PURCHASES.get(str(ticker), ()), (LAST_PURCHASE, None))
        for number, (day, share) in enumerate(planned, start=1):
            bought = left if share is None else int(whole * share)
            acquired, cost = _price_on(prices, str(ticker), day) or (as_of, price)
            left -= bought
            rows.append((f"{ticker}-{number}", ticker, acquired, bought, cost, account))
    return tuple(rows)


def _weighted_returns(prices: Prices, rows: NDArray[np.intp]) -> Vector:
    """Returns of the sample weights between rows; an asset without both prices is left out."""
    held = [ticker for ticker in WEIGHTS if ticker in prices.tickers]
    level = prices.only(held).values[rows]
    returns = level[1:] / level[:-1] - 1
    known = ~np.isnan(returns)
    weights = known * np.array([WEIGHTS[ticker] for ticker in held])
    invested = weights.sum(axis=1)
    earned = (weights * np.where(known, returns, 0.0)).sum(axis=1)
    weighted: Vector = earned / np.where(invested > 0, invested, 1.0)
    return weighted


def valuation_rows(prices: Prices, final: float) -> tuple[Row, ...]:
    """Month-end values since 2019 that end at ``final``; spending leaves after the value.

    The path is that of the sample weights, rebalanced monthly, less the fee, scaled to the end.
    """
    months = prices.dates.astype("datetime64[M]")
    ends = np.append(np.flatnonzero(months[1:] != months[:-1]), len(months) - 1)
    ends = ends[months[ends] >= HISTORY_FROM - 1]
    growth = 1 + _weighted_returns(prices, ends) - FEE / MONTHS
    spent = (months[ends].astype(int) % 3 == 2) & (np.arange(len(ends)) < len(ends) - 1)
    kept = np.where(spent, 1 + SPENDING, 1.0)
    path = np.append(1.0, np.cumprod(kept[:-1] * growth))
    values = (path * final / path[-1]).round(2)
    flows = np.where(spent, values * SPENDING, 0.0).round(2)
    return tuple(
        (day.item(), float(value), float(flow))
        for day, value, flow in zip(prices.dates[ends], values, flows, strict=True)
    )


def price_rows(prices: Prices) -> tuple[Row, ...]:
    """One row per date; a missing price is blank."""
    blanked = prices.frame.astype(object).where(prices.frame.notna(), None).to_numpy()
    return tuple(
        (day, *row) for day, row in zip(prices.dates.tolist(), blanked.tolist(), strict=True)
    )


def input_table(spec: TableSpec, rows: Iterable[Row], *further: str) -> Table:
    """An input table with these rows; ``further`` headings follow the listed ones."""
    return Table(spec.name, (*spec.headings, *further), tuple(rows))


@cache
def sample_tables() -> dict[str, Table]:
    """Every input table by name, filled with the sample; the always-empty ones without rows."""
    prices = sample_prices()
    holdings = holding_rows(prices, WEIGHTS, VALUE)
    tables = (
        input_table(layout.POLICY_META, policy.META),
        input_table(layout.POLICY_OBJECTIVES, policy.OBJECTIVES),
        input_table(layout.POLICY_CLASSES, policy.CLASS_RANGES),
        input_table(layout.POLICY_LIMITS, policy.LIMITS),
        input_table(layout.POLICY_EXCLUSIONS, ()),
        input_table(layout.POLICY_REBALANCE, policy.REBALANCE),
        input_table(layout.POLICY_LIQUIDITY, policy.LIQUIDITY),
        input_table(layout.POLICY_TAX, policy.TAX),
        input_table(layout.POLICY_BENCHMARK, policy.BENCHMARK),
        input_table(layout.POLICY_SCORE, policy.SCORE),
        input_table(layout.UNIVERSE, policy.UNIVERSE),
        input_table(layout.PRICES, price_rows(prices), *prices.tickers),
        input_table(layout.ASSUMPTIONS, policy.ASSUMPTIONS, *policy.CLASSES),
        input_table(layout.HOLDINGS, holdings),
        input_table(layout.LOTS, lot_rows(prices, holdings)),
        input_table(layout.ACCOUNTS, policy.ACCOUNTS),
        input_table(layout.ACTIONS, ()),
        input_table(layout.SUBSTITUTES, policy.SUBSTITUTES),
        input_table(layout.VALUATIONS, valuation_rows(prices, market_value(holdings))),
        input_table(layout.SCENARIOS, policy.SCENARIOS, *policy.CLASSES),
        input_table(layout.VIEWS, policy.VIEWS, *TICKERS, "Return", "Confidence"),
        input_table(layout.OVERRIDES, ()),
    )
    return {table.name: table for table in tables}
