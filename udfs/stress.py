"""Stress: what imagined events do to a portfolio."""

from typing import Annotated

from addin.engine.compliance import breaches, check
from addin.engine.stress import shocked_weights, stress
from addin.excel.grid import Cells
from addin.excel.read_policy import read_limits
from addin.excel.read_portfolio import read_scenarios
from addin.excel.read_universe import read_universe
from addin.excel.read_weights import read_weights
from addin.excel.scalars import number_or
from addin.excel.shape import block
from addin.excel.udf import cells, worksheet_function
from udfs.arguments import Limits, Universe, Weights

HEADINGS = ("Scenario", "Return", "P&L", "Value after", "Worst contributor", "Breaches after")


@worksheet_function
def IPS_STRESS(
    weights: Weights,
    universe: Universe,
    scenarios: Annotated[
        Cells,
        cells(
            "Scenarios: headings Scenario, asset class or ticker …; each cell a return, blank "
            "is 0. A ticker's replaces its class's."
        ),
    ],
    value: Annotated[Cells, cells("Portfolio value in money; default 1.")] = None,
    limits: Limits = None,
) -> object:
    """Return of a portfolio in each scenario, its profit or loss in money, and breaches after it.

    Return and P&L are signed. Breaches after: hard limits, and the universe's Min and Max,
    broken by the weights that the shock leaves when nothing is traded.
    """
    held, assets, money = (
        read_weights(weights),
        read_universe(universe),
        number_or(value, "value", 1.0),
    )
    rules = read_limits(limits)
    rows = []
    for result in stress(held, assets, read_scenarios(scenarios)):
        after = check(shocked_weights(held, result.asset_returns), assets, (), rules)
        gain = result.portfolio_return * money
        rows.append(
            (
                result.scenario,
                result.portfolio_return,
                gain,
                money + gain,
                result.worst or "",
                len(breaches(after)),
            )
        )
    return block(HEADINGS, rows)
