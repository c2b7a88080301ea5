"""What was read from the workbook: everything a report depends on, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from addin.domain.history import Prices
from addin.domain.holdings import Holdings, Position
from addin.domain.options import Options
from addin.domain.policy import Policy
from addin.domain.scenario import Scenario
from addin.domain.stated_assumptions import StatedAssumptions
from addin.domain.universe import Universe
from addin.domain.views import Views


@dataclass(frozen=True)
class Origin:
    """Where a case came from, for the audit sheet.

    Attributes:
        workbook: File name.
        policy_hash: SHA-256 of the policy tables' contents.
        data_hash: SHA-256 of the other inputs' contents.
        versions: Program to version.
    """

    workbook: str = ""
    policy_hash: str = ""
    data_hash: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """Inputs of a committee report.

    Attributes:
        policy: What the client says.
        universe: What may be bought.
        prices: Of every priced asset, dates up to ``as_of``.
        holdings: What the client owns, valued on ``holdings_date``, or on ``as_of`` where that
            is earlier.
        scenarios: What might happen.
        options: Settings of the policy tables.
        as_of: Valuation date.
        holdings_date: Date of the holdings; None when they do not say.
        priced_until: Date of the last prices there are, which may be after ``as_of``; None when
            that is the last of ``prices``.
        substitutes: Asset to the asset whose earlier history stands in for it.
        views: What the investor believes beyond the market; None unless the policy's expected
            returns are made of them.
        stated: Typed assumptions, likewise.
        without: Assets left out of this run's portfolio, by request.
        origin: Where all this came from.
    """

    policy: Policy
    universe: Universe
    prices: Prices
    holdings: Holdings
    as_of: date
    scenarios: tuple[Scenario, ...] = ()
    options: Options = field(default_factory=Options)
    holdings_date: date | None = None
    priced_until: date | None = None
    substitutes: Mapping[str, str] = field(default_factory=dict)
    views: Views | None = None
    stated: StatedAssumptions | None = None
    without: tuple[str, ...] = ()
    origin: Origin = field(default_factory=Origin)


def last_price(prices: Prices, ticker: str, on: date) -> float | None:
    """The last price of an asset dated ``on`` or earlier; None when there is none."""
    if ticker not in prices.tickers:
        return None
    column = prices.values[prices.dates <= np.datetime64(on), prices.tickers.index(ticker)]
    known = column[~np.isnan(column)]
    return float(known[-1]) if len(known) else None


def revalued(holdings: Holdings, prices: Prices, held_on: date, as_of: date) -> Holdings:
    """Holdings of one date at the prices of another.

    A position's price moves by the ratio of the asset's prices on the two dates, so that a
    history of adjusted prices serves as well as one of market prices. A position without
    prices on both dates, cash among them, keeps its own.
    """

    def moved(position: Position) -> Position:
        then = last_price(prices, position.ticker, held_on)
        now = last_price(prices, position.ticker, as_of)
        if position.is_cash or then is None or now is None:
            return position
        return Position(
            position.ticker,
            position.quantity,
            position.price * now / then,
            position.asset_class,
            position.account,
        )

    return Holdings(tuple(moved(position) for position in holdings.positions))
