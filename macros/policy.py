"""Ribbon group Policy."""

from addin.excel.book import Book
from addin.excel.button import ribbon_button
from addin.report.compliance import compliance
from macros.sheet import redraw

GROUP = "Policy"


@ribbon_button(
    label="Check policy",
    group=GROUP,
    image="SheetProtect",
    supertip="Holds every rule of the policy against the portfolio, today and after the "
    "proposed trades: limit, actual value, headroom.",
)
def check_policy(book: Book) -> str:
    """Check the holdings against every rule of the policy."""
    return redraw(book, compliance)
