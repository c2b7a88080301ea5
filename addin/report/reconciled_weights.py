"""Value and weights, recounted asset by asset."""

from math import fsum

import pandas as pd

from addin.domain.labels import label_key
from addin.report import recount
from addin.report.proposal import before_after_rows
from addin.report.reconciliation import ROUNDING, Reconciliation, number
from addin.report.study import Study


def by_ticker(weights: pd.Series) -> dict[str, float]:
    """Weights as plain numbers."""
    return {str(ticker): float(weight) for ticker, weight in weights.items()}


def lineages(study: Study) -> dict[str, tuple[str, ...]]:
    """Class of each asset and the classes above it, settlement cash among them."""
    classes, universe = study.case.policy.classes, study.all_assets
    spelled = {label_key(c.name): c.name for c in classes}
    above = {label_key(c.name): label_key(c.parent) for c in classes if c.parent is not None}
    keys = {
        t: [label_key(n)] for t, n in zip(universe.tickers, universe.asset_classes, strict=True)
    }
    for line in keys.values():
        while line[-1] in above:
            line.append(above[line[-1]])
    return {ticker: tuple(spelled.get(key, key) for key in line) for ticker, line in keys.items()}


def of_class(study: Study) -> dict[str, str]:
    """Top class of each asset, settlement cash among them."""
    return {ticker: line[-1] for ticker, line in lineages(study).items()}


def portfolio_value(study: Study) -> Reconciliation:
    """Market value of the holdings."""
    return Reconciliation(
        "Portfolio value",
        study.value,
        recount.value_of(study.holdings.positions),
        1e-6,
        "quantity × price of every holding, decimal arithmetic",
    )


def current_weights(study: Study) -> Reconciliation:
    """Weights held."""
    return Reconciliation(
        "Current weights add up to 100 %",
        fsum(study.current_weights),
        1.0,
        ROUNDING,
        "sum of the weights by asset",
    )


def recommended_weights(study: Study) -> Reconciliation:
    """Weights recommended."""
    return Reconciliation(
        "Recommended weights add up to 100 %",
        fsum(study.recommended.weights),
        1.0,
        ROUNDING,
        "sum of the weights by asset",
    )


def class_weights(study: Study) -> Reconciliation:
    """Class weights held."""
    totals = recount.class_totals(by_ticker(study.current_weights), of_class(study))
    found = before_after_rows(study)
    gaps = [abs(number(row[1]) - totals.get(str(row[0]), 0.0)) for row in found]
    return Reconciliation(
        "Class weights against their assets",
        max(gaps, default=0.0),
        0.0,
        ROUNDING,
        "largest gap; assets re-added class by class",
    )


def drift(study: Study) -> Reconciliation:
    """Drifts of the classes."""
    return Reconciliation(
        "Drifts of the classes cancel",
        fsum(row.drift for row in study.drift),
        0.0,
        ROUNDING,
        "what one class is over, others are under",
    )
