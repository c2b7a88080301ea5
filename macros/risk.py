"""Ribbon group Risk."""

from addin.excel.book import Book
from addin.excel.button import ribbon_button
from addin.report import risk as measures
from addin.report import stress as scenarios
from macros.sheet import redraw

GROUP = "Risk"


@ribbon_button(
    label="Risk",
    group=GROUP,
    image="FunctionsFinancialInsertGallery",
    supertip="Volatility, VaR, CVaR, drawdown and tracking error, and what each asset and "
    "class contributes.",
)
def risk(book: Book) -> str:
    """Measure risk and show where it comes from."""
    return redraw(book, measures.risk)


@ribbon_button(
    label="Stress",
    group=GROUP,
    image="WhatIfAnalysisMenu",
    supertip="What each scenario would cost, today and after the proposed trades, and which "
    "rules it would break.",
)
def stress(book: Book) -> str:
    """Apply every scenario to the portfolio."""
    return redraw(book, scenarios.stress)
