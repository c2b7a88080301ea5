"""What the data check found, and how much history there is."""

from datetime import date

import numpy as np

from addin.domain.finding import Severity
from addin.domain.history import Prices
from addin.domain.table import Row
from addin.report.masthead import masthead
from addin.report.schema import COVERAGE, DATA_QUALITY, FINDINGS, NOT_AVAILABLE, WINDOW, filled
from addin.report.section import Section
from addin.report.study import Study
from addin.report.words import plural

SEVERITY_SIGNS = {
    Severity.ERROR: "● Error",
    Severity.WARNING: "▲ Warning",
    Severity.NOTE: "○ Note",
}


def counted(study: Study, severity: Severity) -> int:
    """Number of findings of a severity."""
    return sum(finding.severity is severity for finding in study.findings)


def finding_rows(study: Study) -> list[Row]:
    """Every finding, errors first; one row says so when there is none."""
    order = list(Severity)
    found = sorted(study.findings, key=lambda finding: order.index(finding.severity))
    rows: list[Row] = [(SEVERITY_SIGNS[f.severity], f.where, f.what, f.suggestion) for f in found]
    return rows or [("✓ None", "all inputs", "nothing was found", "")]


def window_rows(study: Study) -> list[Row]:
    """The dates on which every asset has a return, and what shortens them."""
    window, case = study.window, study.case
    substitutes = [f"{proxy} for {asset}" for asset, proxy in case.substitutes.items()]
    alone = window.shortened_by is None
    return [
        ("Returns used", str(window.rows)),
        ("From", str(window.start)),
        ("To", str(window.end)),
        ("Frequency", case.options.frequency or "monthly"),
        ("Shortened by", window.shortened_by or "no asset"),
        (
            "Longest window without it",
            NOT_AVAILABLE
            if alone
            else f"{window.rows_without} returns from {window.start_without} "
            f"without {', '.join(window.without)}",
        ),
        ("Stand-ins", ", ".join(substitutes) or "none"),
        ("Left out", ", ".join(case.without) or "none"),
    ]


def _coverage(prices: Prices, place: int) -> Row:
    column = ~np.isnan(prices.values[:, place])
    if not column.any():
        return (prices.tickers[place], None, None, 0, 0)
    known = np.flatnonzero(column)
    first, last = int(known[0]), int(known[-1])
    days: tuple[date, date] = (prices.dates[first].item(), prices.dates[last].item())
    return (prices.tickers[place], *days, len(known), last - first + 1 - len(known))


def coverage_rows(study: Study) -> list[Row]:
    """First and last price of each asset, and how many are missing between them."""
    prices = study.case.prices
    return [_coverage(prices, place) for place in range(len(prices.tickers))]


def verdict(study: Study) -> str:
    """What the sheet says in one sentence."""
    counts = ", ".join(plural(counted(study, severity), severity.lower()) for severity in Severity)
    window = study.window
    shortened = f", shortened by {window.shortened_by}" if window.shortened_by else ""
    return (
        f"{counts[0].upper()}{counts[1:]}. {window.rows} returns from {window.start} "
        f"to {window.end}{shortened}."
    )


def data_quality(study: Study) -> Section:
    """Findings by severity, the common window, and the history of each asset."""
    return Section(
        DATA_QUALITY,
        (
            filled(FINDINGS, finding_rows(study)),
            filled(WINDOW, window_rows(study)),
            filled(COVERAGE, coverage_rows(study)),
        ),
        masthead(study, DATA_QUALITY, verdict(study)),
    )
