"""The analysis sheets: live ``=IPS_…`` formulas beside ordinary ones, inputs to results.

Consumers of another sheet's result read a fixed block, blank at the end: readers leave out blank
rows and columns, and not every host knows a reference to a spilled range.
"""

from collections.abc import Callable

import xlsxwriter

from workbook_templates import analysis_inputs, analysis_policy, analysis_results
from workbook_templates.analysis_sheet import AnalysisSheet
from workbook_templates.style import Style

SETTINGS, UNIVERSE, RETURNS, ALLOCATION = (
    "Settings calc",
    "Universe calc",
    "Returns calc",
    "Allocation calc",
)
POLICY, ESTIMATES, VIEWS, EXPLAIN = "Policy calc", "Estimates calc", "Views calc", "Explain calc"
RISK, STRESS, DRIFT, OPTIMISATION, FRONTIER, TRADES = (
    "Risk calc",
    "Stress calc",
    "Drift calc",
    "Optimisation calc",
    "Frontier calc",
    "Trades calc",
)
ANALYSIS_HELP = {
    SETTINGS: "Every setting of the policy in one block, for the functions on the next sheets.",
    UNIVERSE: "The universe with benchmark weight, current weight and last price beside it.",
    RETURNS: "Returns at the policy's frequency.",
    POLICY: "Profiles side by side, and which rules of this policy contradict each other.",
    ESTIMATES: "Expected returns, covariance and correlation, as the optimiser sees them.",
    VIEWS: "Black–Litterman: expected returns before and after the sheet Views; risk budgets.",
    ALLOCATION: "What is held by asset and class, and every policy rule against it.",
    RISK: "The portfolio through the past (a hypothetical backcast), and who contributes to risk.",
    STRESS: "Each scenario by IPS_STRESS, and a second way from class weights.",
    DRIFT: "Asset classes against their targets.",
    OPTIMISATION: "Optimal weights inside the policy, and portfolios to choose from.",
    EXPLAIN: "What each binding rule costs, what moves the answer, how sure its weights are.",
    FRONTIER: "Least volatility for each expected return inside the policy.",
    TRADES: "Orders in whole shares from what is held to the optimal weights.",
}
SHEETS: tuple[tuple[str, Callable[[AnalysisSheet], None]], ...] = (
    (SETTINGS, analysis_inputs.draw_settings),
    (UNIVERSE, analysis_inputs.draw_universe),
    (RETURNS, analysis_inputs.draw_returns),
    (POLICY, analysis_policy.draw_policy),
    (ESTIMATES, analysis_policy.draw_estimates),
    (VIEWS, analysis_policy.draw_views),
    (ALLOCATION, analysis_inputs.draw_allocation),
    (RISK, analysis_results.draw_risk),
    (STRESS, analysis_results.draw_stress),
    (DRIFT, analysis_results.draw_drift),
    (OPTIMISATION, analysis_results.draw_optimisation),
    (EXPLAIN, analysis_policy.draw_explain),
    (FRONTIER, analysis_results.draw_frontier),
    (TRADES, analysis_results.draw_trades),
)


def draw_analysis_sheets(book: xlsxwriter.Workbook, style: Style) -> None:
    """Add every analysis sheet, formulas not yet calculated."""
    for name, draw in SHEETS:
        draw(AnalysisSheet.add(book, style, name, ANALYSIS_HELP[name]))
