"""Ribbon group Data."""

from addin.excel.book import Book
from addin.excel.button import ribbon_button
from addin.report.data_quality import data_quality
from macros.sheet import redraw

GROUP = "Data"


@ribbon_button(
    label="Check data",
    group=GROUP,
    image="DataValidation",
    supertip="Looks for gaps, stale prices, unapplied splits and dates that do not match, and "
    "says which asset shortens the common history.",
)
def check_data(book: Book) -> str:
    """Check prices and holdings, and list what was found on the sheet Data quality."""
    return redraw(book, data_quality)
