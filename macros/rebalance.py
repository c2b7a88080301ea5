"""Ribbon group Rebalance."""

from addin.excel.book import Book
from addin.excel.button import ribbon_button
from addin.report.allocation import allocation
from addin.report.trades import trades as orders
from macros.sheet import redraw

GROUP = "Rebalance"


@ribbon_button(
    label="Drift",
    group=GROUP,
    image="ChartTypeColumnInsertGallery",
    supertip="How far each asset class has moved from its target, and whether to watch or "
    "rebalance it.",
)
def drift(book: Book) -> str:
    """Compare the holdings with their targets."""
    return redraw(book, allocation)


@ribbon_button(
    label="Trades",
    group=GROUP,
    image="RefreshAll",
    supertip="Whole-lot orders that lead to the recommended portfolio, exact to the cent, with "
    "costs and remaining cash.",
)
def trades(book: Book) -> str:
    """List the orders that lead to the recommended portfolio."""
    return redraw(book, orders)
