"""Risk, past and stress of the current weights, recounted return by return and asset by asset."""

from math import fsum, prod

from addin.report import recount
from addin.report.performance import growth_rows
from addin.report.reconciled_weights import by_ticker, lineages
from addin.report.reconciliation import ROUNDING, Reconciliation, number
from addin.report.study import Study


def risk(study: Study) -> Reconciliation:
    """Risk contributions of the current weights."""
    weights = study.investable_weights
    return Reconciliation(
        "Risk contributions add up to volatility",
        fsum(study.contributions(weights)),
        recount.volatility(weights.tolist(), study.assumptions.covariance.tolist()),
        ROUNDING,
        "root of the double sum of weights and covariances",
    )


def shortfall(study: Study) -> Reconciliation:
    """CVaR of the current weights."""
    return Reconciliation(
        "CVaR, current",
        study.current.expected_shortfall,
        recount.expected_shortfall(study.current.track.tolist(), study.case.options.confidence),
        ROUNDING,
        "least of z + mean excess over z / (1 − confidence), Rockafellar and Uryasev",
    )


def value_at_risk(study: Study) -> Reconciliation:
    """VaR of the current weights."""
    track = study.current.track.tolist()
    above = recount.losses_above(track, study.current.value_at_risk)
    allowed = int((1 - study.case.options.confidence) * len(track) + ROUNDING)
    return Reconciliation(
        "Losses above VaR, current",
        float(max(above - allowed, 0)),
        0.0,
        0.0,
        f"counted: {above} of {len(track)} returns, at most {allowed} allowed",
    )


def growth(study: Study) -> Reconciliation:
    """Growth of 100 at the current weights."""
    from_table = number(growth_rows(study)[-1][1])
    return Reconciliation(
        "Growth of 100 ends at the product of returns",
        from_table,
        100 * prod(1 + r for r in study.current.track.tolist()),
        1e-7,
        "returns multiplied one by one",
    )


def drawdown(study: Study) -> Reconciliation:
    """The drawdown chart."""
    return Reconciliation(
        "Deepest fall, current",
        study.current.metrics["max drawdown"][0],
        -min(number(row[4]) for row in growth_rows(study)),
        ROUNDING,
        "lowest point of the drawdown chart",
    )


def stress(study: Study) -> Reconciliation:
    """Stress results of the current weights."""
    classes = lineages(study)
    second = [
        recount.stressed(by_ticker(study.current_weights), classes, each)
        for each in study.case.scenarios
    ]
    pairs = zip(study.stress_current, second, strict=True)
    return Reconciliation(
        "Stress, current, all scenarios",
        max((abs(result.portfolio_return - again) for result, again in pairs), default=0.0),
        0.0,
        ROUNDING,
        "largest gap; weight × shock re-added asset by asset",
    )
