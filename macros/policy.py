"""Ribbon group Policy."""

from addin.excel.book import Book
from addin.excel.button import ribbon_button
from addin.excel.case import read_case
from addin.report.compliance import compliance
from addin.report.diagnosis import diagnosis_words
from addin.report.study import Study
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


@ribbon_button(
    label="Diagnose policy",
    group=GROUP,
    image="ErrorChecking",
    supertip="When no portfolio obeys the policy: which rules contradict each other, and the "
    "smallest change of one rule that would do.",
)
def diagnose_policy(book: Book) -> str:
    """Say whether the policy can be met, and if not, why."""
    return diagnosis_words(Study(read_case(book)))
