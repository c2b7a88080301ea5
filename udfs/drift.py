"""Drift and trades: how far holdings are from targets, and the orders that bring them back."""

from dataclasses import astuple
from typing import Annotated

from addin.domain.holdings import CASH
from addin.domain.options import Options as OptionValues
from addin.domain.policy import Rebalancing
from addin.domain.trade import Side
from addin.engine.drift import DriftRow, at_level_of, drift, portfolio_status
from addin.engine.trades import TradePlan, rebalance
from addin.errors import InputError
from addin.excel.grid import Cells, is_given
from addin.excel.options import read_options, read_settings, refuse_unsupported, typed
from addin.excel.read_market import known_market
from addin.excel.read_policy import read_classes, read_limits
from addin.excel.read_portfolio import read_bands, read_holdings
from addin.excel.read_universe import (
    BENCHMARK_WEIGHT,
    PRICE,
    read_universe,
    universe_numbers,
    universe_weights,
)
from addin.excel.read_weights import read_weights
from addin.excel.shape import block
from addin.excel.udf import cells, heavy, worksheet_function
from udfs.arguments import Bands, Classes, Holdings, Limits, Market, Options, Targets, Universe

DRIFT_HEADINGS = (
    "Asset",
    "Value",
    "Current",
    "Target",
    "Drift",
    "Relative",
    "Lower",
    "Upper",
    "Status",
    "Risk level",
)
TRADE_HEADINGS = (
    "Ticker",
    "Side",
    "Quantity",
    "Price",
    "Notional",
    "Cost",
    "Weight before",
    "Weight after",
    "Target",
    "Reason",
)


def _drift(holdings: Cells, targets: Cells, bands: Cells, universe: Cells) -> list[DriftRow]:
    wanted = read_weights(targets, "targets")
    assets = read_universe(universe) if is_given(universe) else None
    values = at_level_of(
        read_holdings(holdings).market_values, [str(label) for label in wanted.index], assets
    )
    return drift(values, wanted, read_bands(bands))


@worksheet_function
def IPS_DRIFT(
    holdings: Holdings, targets: Targets, bands: Bands = None, universe: Universe = None
) -> object:
    """Current weight less target of each asset or class; Normal, Watch or Rebalance.

    Normal (Stable) up to the watch band, Watch (Elevated) up to the flag band, Rebalance (High)
    beyond it or outside an own range; on the edge (1e-9) is inside. Relative is drift over
    target. Targets by asset class need the universe. A holding without a target has target 0.
    """
    return block(DRIFT_HEADINGS, map(astuple, _drift(holdings, targets, bands, universe)))


@worksheet_function
def IPS_DRIFT_STATUS(
    holdings: Holdings, targets: Targets, bands: Bands = None, universe: Universe = None
) -> object:
    """Normal, Watch or Rebalance: the worst row of IPS_DRIFT."""
    return portfolio_status(_drift(holdings, targets, bands, universe))


def _cash_row(plan: TradePlan) -> tuple[object, ...]:
    change = round(plan.cash_after - plan.cash_before, 2)
    return (
        CASH,
        Side.HOLD,
        abs(change),
        1.0,
        change,
        0.0,
        plan.cash_weight_before,
        plan.cash_weight_after,
        plan.cash_target,
        "; ".join(plan.notes),
    )


def _refuse_unsupported(given: OptionValues, lots: Cells) -> None:
    refuse_unsupported(given, "mode", "destination")
    if is_given(lots):
        raise InputError("lots: tax lots cannot be taken into account yet; leave the argument out")


@worksheet_function
@heavy
def IPS_REBALANCE(  # noqa: PLR0913 - the public interface
    holdings: Holdings,
    targets: Targets,
    options: Options = None,
    universe: Universe = None,
    lots: Annotated[Cells, cells("Tax lots; not supported yet, leave it blank.")] = None,
    bands: Bands = None,
    classes: Classes = None,
    limits: Limits = None,
    returns: Market = None,
) -> object:
    """Orders that bring holdings nearest to their targets: whole lots, cash exact to the cent.

    Never sells more than is held; keeps cash within cash_min and cash_max after costs; breaks no
    hard rule that was not broken, nor further. Weights before are after the external cash_flow.
    The last row is CASH: Notional is closing less opening cash, Reason what could not be done.
    Prices of assets not held come from the universe's Price. Options: min_trade,
    min_trade_weight, lot_size, whole_shares, cost_bps, ticket_cost, cash_min, cash_max,
    cash_flow, max_turnover, time_limit.
    """
    given = read_options(options)
    _refuse_unsupported(given, lots)
    assets = read_universe(universe) if is_given(universe) else None
    read_bands(bands, given.watch, given.flag)  # a full rebalancing needs them to be right only
    market = known_market(returns, assets)
    plan = rebalance(
        read_holdings(holdings),
        read_weights(targets, "targets"),
        typed(Rebalancing, read_settings(options)),
        prices=universe_numbers(assets, PRICE) if assets else None,
        universe=assets,
        classes=read_classes(classes) if is_given(classes) else (),
        limits=read_limits(limits),
        assumptions=market.assumptions if market else None,
        benchmark=universe_weights(assets, BENCHMARK_WEIGHT) if assets else None,
    )
    return block(TRADE_HEADINGS, [*map(astuple, plan.trades), _cash_row(plan)])
