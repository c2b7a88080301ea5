"""The report's tables as CSV: full precision, plain words, one file per table."""

import csv
import io
from collections.abc import Sequence
from itertools import chain

from addin.domain.table import Row, TableSpec, Value
from addin.report import schema
from addin.report.allocation import asset_bounds
from addin.report.compliance import compliance_rows
from addin.report.data_quality import finding_rows
from addin.report.proposal import candidate_rows
from addin.report.risk import asset_rows, metric_rows, tail_rows
from addin.report.stress import stress_rows
from addin.report.study import Study
from addin.report.trades import order_rows
from addin.report.words import shown

_SIGNS = ("● ", "▲ ", "✓ ", "○ ")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def _plain(value: Value) -> Value:
    """A value without its sign, and with nothing a spreadsheet would take for a formula."""
    if not isinstance(value, str):
        return value
    for sign in _SIGNS:
        value = value.removeprefix(sign)
    return f"'{value}" if value.startswith(_FORMULA_STARTS) else value


def csv_text(header: Sequence[str], rows: Sequence[Row]) -> str:
    """Header and rows as comma-separated text, lines ended by CR LF (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out).writerows(
        [_plain(value) for value in row] for row in chain([tuple(header)], rows)
    )
    return out.getvalue()


def _of(spec: TableSpec, rows: Sequence[Row]) -> str:
    return csv_text(spec.headings, rows)


def _allocation(study: Study) -> str:
    universe, bounds = study.all_assets, asset_bounds(study)
    header = (
        "Ticker", "Asset class", "Current", "Recommended", "After trades", "Benchmark", "Min", "Max"
    )  # fmt: skip
    rows: list[Row] = []
    for place, ticker in enumerate(universe.tickers):
        own = (universe.lower[place], universe.upper[place])
        held = (study.current_weights, study.recommended.weights, study.proposed_weights)
        series = (*held, study.benchmark_weights)
        weights = [shown(None if s is None else s.get(ticker, 0.0)) for s in series]
        rows.append((ticker, universe.asset_classes[place], *weights, *bounds.get(ticker, own)))
    return csv_text(header, rows)


def _risk_summary(study: Study) -> str:
    header = ("Measure", "Unit or method", "Current", "Proposed", "Benchmark")
    tail: list[Row] = [(*row[:4], None) for row in tail_rows(study)]
    return csv_text(header, [*metric_rows(study), *tail])


def csv_tables(study: Study) -> dict[str, str]:
    """File name to CSV text."""
    return {
        "recommended_allocation.csv": _allocation(study),
        "portfolio_risk_summary.csv": _risk_summary(study),
        "risk_contribution_summary.csv": _of(schema.RISK_ASSETS, asset_rows(study)),
        "stress_test_results.csv": _of(schema.STRESSES, stress_rows(study)),
        "rebalancing_trades.csv": _of(schema.ORDERS, order_rows(study)),
        "constraints_validation.csv": _of(schema.RULES, compliance_rows(study)),
        "candidates.csv": _of(schema.CANDIDATES, candidate_rows(study)),
        "data_quality.csv": _of(schema.FINDINGS, finding_rows(study)),
    }
