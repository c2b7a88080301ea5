"""Drift and trades: how far holdings are from targets, and the orders that bring them back."""

from addin.engine.drift import DriftRow, at_level_of, drift, portfolio_status
from addin.excel.grid import Cells, is_given
from addin.excel.read_portfolio import read_bands, read_holdings
from addin.excel.read_universe import read_universe
from addin.excel.read_weights import read_weights
from addin.excel.shape import block
from addin.excel.udf import worksheet_function
from udfs.arguments import Bands, Holdings, Targets, Universe

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
    rows = [
        (
            r.asset,
            r.value,
            r.current,
            r.target,
            r.drift,
            r.relative,
            r.lower,
            r.upper,
            r.status,
            r.risk_level,
        )
        for r in _drift(holdings, targets, bands, universe)
    ]
    return block(DRIFT_HEADINGS, rows)


@worksheet_function
def IPS_DRIFT_STATUS(
    holdings: Holdings, targets: Targets, bands: Bands = None, universe: Universe = None
) -> object:
    """Normal, Watch or Rebalance: the worst row of IPS_DRIFT."""
    return portfolio_status(_drift(holdings, targets, bands, universe))
