"""Risk budgets: portfolios by what each asset contributes to risk."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np

from addin.domain.assumptions import Assumptions
from addin.domain.universe import Universe
from addin.domain.weights import Matrix, Vector, aligned
from addin.engine.constraints import feasible_set
from addin.engine.optimised import explaining
from addin.engine.problem import problem_of
from addin.engine.risk import risk_contributions
from addin.engine.risk_budget import risk_budget
from addin.engine.risk_budget_limits import constrained_risk_budget
from addin.errors import InputError
from addin.excel.grid import Cells, is_given
from addin.excel.read_covariance import read_covariance
from addin.excel.read_policy import read_classes
from addin.excel.read_universe import read_universe
from addin.excel.read_weights import read_weights
from addin.excel.shape import block
from addin.excel.udf import cells, heavy, worksheet_function

Covariance = Annotated[
    Cells, cells("Covariance: annual, the same tickers in the heading row and first column.")
]
Budgets = Annotated[
    Cells,
    cells(
        "Risk budgets: two columns, ticker and share of risk, adding up to 1; blank is equal "
        "shares, a ticker not listed has none."
    ),
]
OptionalUniverse = Annotated[
    Cells,
    cells("Universe: headings Ticker, Asset class, Min, Max; blank is no limit on any asset."),
]
OptionalClasses = Annotated[
    Cells, cells("Asset classes: headings Asset class, Min, Max; needs the universe.")
]


def _budgets(given: Cells, tickers: Sequence[str]) -> Vector:
    if not is_given(given):
        return np.full(len(tickers), 1 / len(tickers))
    budgets = read_weights(given, "budgets")
    for ticker, share in budgets.items():
        if share < 0:
            raise InputError(f"budgets, {ticker}: need a share of at least zero, found {share:g}")
    return aligned(budgets, tickers, "budgets")


def _require_volatility(tickers: Sequence[str], covariance: Matrix, budgets: Vector) -> None:
    still = [
        ticker
        for ticker, variance, share in zip(tickers, np.diag(covariance), budgets, strict=True)
        if share > 0 and variance == 0
    ]
    if still:
        raise InputError(
            f"covariance: {', '.join(still)} has no volatility and cannot contribute to risk; "
            "give it no budget, or limit its weight in the universe"
        )


def _limited(assumptions: Assumptions, universe: Universe, classes: Cells, given: Cells) -> object:
    ranges = read_classes(classes) if is_given(classes) else ()
    feasible = feasible_set(universe, ranges, assumptions=assumptions)
    problem = problem_of(assumptions, feasible, None, 0.0)
    budgets = _budgets(given, universe.tickers)
    program = problem.program(problem.covariance, np.zeros(len(universe)))
    with explaining(problem):
        weights = constrained_risk_budget(program, problem.covariance, budgets).x
    contributions = risk_contributions(weights, problem.covariance)
    total = float(contributions.sum())
    shares = contributions / total if total else np.full(len(weights), np.nan)
    return _table(universe.tickers, weights, shares)


def _table(tickers: Sequence[str], weights: Vector, shares: Vector) -> object:
    return block(("Ticker", "Weight", "Risk share"), zip(tickers, weights, shares, strict=True))


@worksheet_function
@heavy
def IPS_RISK_BUDGET(
    covariance: Covariance,
    budgets: Budgets = None,
    universe: OptionalUniverse = None,
    classes: OptionalClasses = None,
) -> object:
    """Long-only weights whose shares of volatility are the budgets; blank budgets: risk parity.

    An asset without budget has its least weight. With a universe, only its assets are held:
    contributions stay proportional to the budgets for every asset that is at no limit of its
    own or of a class that binds, all limits but the sum of weights being imposed (Richard and
    Roncalli 2019); a Max of 0 shares the asset's budget out. Where classes alone fix the sum,
    what they add to some contributions they take from others.
    """
    tickers, matrix = read_covariance(covariance)
    if is_given(universe):
        market = Assumptions(tickers, np.zeros(len(tickers)), matrix)
        return _limited(market, read_universe(universe), classes, budgets)
    if is_given(classes):
        raise InputError("classes: need a universe that says each asset's class, found none")
    shares = _budgets(budgets, tickers)
    _require_volatility(tickers, matrix, shares)
    found = risk_budget(matrix, shares)
    return _table(tickers, found.weights, found.risk_shares)
