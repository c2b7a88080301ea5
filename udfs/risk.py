"""Risk: value at risk, expected shortfall, and what each asset contributes."""

from enum import StrEnum
from typing import Annotated

import numpy as np

from addin.domain.weights import Vector, aligned
from addin.engine.covariance import sample_covariance
from addin.engine.risk import marginal_shortfall, marginal_volatility
from addin.engine.tail import TailMethod, boundary_weights, expected_shortfall, value_at_risk
from addin.errors import InputError
from addin.excel.grid import Cells
from addin.excel.read_track import Track, read_track
from addin.excel.scalars import member_or, number_or, whole_number_or
from addin.excel.shape import block
from addin.excel.udf import cells, worksheet_function
from udfs import arguments
from udfs.arguments import Benchmark, Confidence, Horizon, Returns, Weights

CONFIDENCE = 0.95


class Measure(StrEnum):
    """Risk that is divided among assets."""

    VOLATILITY = "volatility"
    TRACKING_ERROR = "tracking error"
    VALUE_AT_RISK = "var"
    EXPECTED_SHORTFALL = "cvar"


@worksheet_function
def IPS_VAR(
    returns: Returns,
    weights: Weights,
    confidence: Confidence = None,
    method: arguments.TailMethod = None,
    horizon: Horizon = None,
) -> object:
    """Value at risk: the loss not exceeded with the given confidence; positive is a loss.

    Of a portfolio rebalanced to its weights each period, over horizon rows, not annualised.
    historical: the smallest loss l of the sample with P(L ≤ l) ≥ confidence, over several rows
    of overlapping compounded returns. gaussian: −hμ + zσ√h, divisor T − 1.
    """
    return value_at_risk(
        read_track(returns, weights).portfolio,
        number_or(confidence, "confidence", CONFIDENCE),
        member_or(method, "method", TailMethod.HISTORICAL),
        whole_number_or(horizon, "horizon", 1),
    )


@worksheet_function
def IPS_CVAR(
    returns: Returns,
    weights: Weights,
    confidence: Confidence = None,
    method: arguments.TailMethod = None,
    horizon: Horizon = None,
) -> object:
    """Expected shortfall: the mean loss beyond the value at risk; positive is a loss.

    Rockafellar and Uryasev (2002): the scenario on the boundary counts with the fraction of it
    that belongs to the tail. Otherwise as IPS_VAR.
    """
    return expected_shortfall(
        read_track(returns, weights).portfolio,
        number_or(confidence, "confidence", CONFIDENCE),
        member_or(method, "method", TailMethod.HISTORICAL),
        whole_number_or(horizon, "horizon", 1),
    )


def _marginals(track: Track, held: Vector, measure: Measure, confidence: float) -> Vector:
    values = track.returns.values
    if measure is Measure.VALUE_AT_RISK:
        return np.asarray(-(boundary_weights(values @ held, confidence) @ values))
    if measure is Measure.EXPECTED_SHORTFALL:
        return marginal_shortfall(held, values, confidence)
    return marginal_volatility(held, sample_covariance(values) * track.per_year)


@worksheet_function
def IPS_RISK_CONTRIBUTION(
    returns: Returns,
    weights: Weights,
    measure: Annotated[Cells, cells("volatility (default), tracking error, var or cvar.")] = None,
    benchmark: Benchmark = None,
    confidence: Confidence = None,
) -> object:
    """What each asset contributes to a portfolio's risk; contributions add up to the risk.

    Euler: weight times marginal risk. volatility and tracking error are annual, by the sample
    covariance (divisor T − 1); tracking error divides the active weights and needs a benchmark.
    cvar is historical per row with the fractional boundary scenario, tied scenarios sharing it;
    var is the loss in that single scenario and may jump. Share is the contribution over the sum.
    """
    chosen = member_or(measure, "measure", Measure.VOLATILITY)
    track = read_track(returns, weights, benchmark)
    tickers = track.returns.tickers
    held = own = aligned(track.weights, tickers)
    if chosen is Measure.TRACKING_ERROR:
        if track.benchmark_weights is None:
            raise InputError("benchmark: expected weights for the tracking error, found nothing")
        held = own - aligned(track.benchmark_weights, tickers)
    marginal = _marginals(track, held, chosen, number_or(confidence, "confidence", CONFIDENCE))
    contributions = held * marginal
    total = float(contributions.sum())
    shares = contributions / total if total else np.full(len(tickers), np.nan)
    return block(
        ("Ticker", "Weight", "Marginal", "Contribution", "Share"),
        zip(tickers, own, marginal, contributions, shares, strict=True),
    )
