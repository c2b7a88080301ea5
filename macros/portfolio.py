"""Ribbon group Portfolio."""

from addin.excel.book import Book
from addin.excel.button import ribbon_button
from addin.report.proposal import proposal
from macros.sheet import redraw

GROUP = "Portfolio"


@ribbon_button(
    label="Optimize",
    group=GROUP,
    image="CalculateNow",
    supertip="Builds candidates inside the policy, recommends one and says why, with the rules "
    "that hold it back.",
)
def optimize(book: Book) -> str:
    """Propose the portfolio that serves the policy best."""
    return redraw(book, proposal)
