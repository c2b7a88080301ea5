"""Performance: metrics of a portfolio rebalanced to its weights each period."""

from typing import Annotated

import numpy as np

from addin.engine import metrics
from addin.errors import InputError
from addin.excel.grid import Cells
from addin.excel.options import read_options
from addin.excel.read_track import read_track
from addin.excel.scalars import required_text
from addin.excel.shape import block, dated_block
from addin.excel.udf import cells, worksheet_function
from udfs.arguments import Benchmark, Options, Returns, Weights


@worksheet_function
def IPS_METRICS(
    returns: Returns, weights: Weights, benchmark: Benchmark = None, options: Options = None
) -> object:
    """Metrics of a portfolio rebalanced to its weights each period, and of its benchmark.

    A hypothetical backcast over the dates on which all that is held has a return. Annual return
    is geometric, arithmetic return the mean per period times periods per year; volatility and
    tracking error have divisor T − 1 times √periods; Sharpe is the arithmetic mean excess over
    volatility; Sortino divides by the downside deviation over all periods against mar (default
    risk_free); drawdown is positive, wealth starting at 1; var and cvar are historical, positive
    for a loss, per row and not annualised; information ratio is the mean active return over
    tracking error; alpha is Jensen's, annual. Options: risk_free, mar, confidence,
    periods_per_year.
    """
    given = read_options(options)
    track = read_track(returns, weights, benchmark, given)
    figures = metrics.all_metrics(
        track.portfolio,
        ppy=track.per_year,
        benchmark=track.benchmark,
        risk_free=given.risk_free,
        mar=given.mar,
        confidence=given.confidence,
    )
    rows = [(name, own, other) for name, (own, other) in figures.items()]
    return block(("Metric", "Portfolio", "Benchmark"), rows)


@worksheet_function
def IPS_METRIC(
    returns: Returns,
    weights: Weights,
    metric: Annotated[
        Cells,
        cells(
            "annual return, arithmetic return, volatility, sharpe, sortino, max drawdown, var, "
            "cvar, tracking error, information ratio, beta or alpha."
        ),
    ],
    benchmark: Benchmark = None,
    options: Options = None,
) -> object:
    """One metric of a portfolio rebalanced to its weights each period; defined as in IPS_METRICS.

    tracking error, information ratio, beta and alpha need a benchmark.
    """
    given = read_options(options)
    track = read_track(returns, weights, benchmark, given)
    return metrics.metric(
        required_text(metric, "metric"),
        track.portfolio,
        ppy=track.per_year,
        benchmark=track.benchmark,
        risk_free=given.risk_free,
        mar=given.mar,
        confidence=given.confidence,
    )


@worksheet_function
def IPS_TRACKING_ERROR(returns: Returns, weights: Weights, benchmark: Benchmark) -> object:
    """Annual volatility of the portfolio's return less the benchmark's; divisor T − 1."""
    track = read_track(returns, weights, benchmark)
    if track.benchmark is None:
        raise InputError("benchmark: expected weights, found nothing")
    return metrics.tracking_error_of(track.portfolio, track.benchmark, track.per_year)


@worksheet_function
def IPS_DRAWDOWN(returns: Returns, weights: Weights) -> object:
    """Growth of 1 invested before the first return, and the fraction lost since its peak.

    Drawdown is positive; the starting 1 counts as a peak.
    """
    track = read_track(returns, weights)
    values = np.column_stack([metrics.wealth(track.portfolio), metrics.drawdown(track.portfolio)])
    return dated_block(track.returns.dates, ("Wealth", "Drawdown"), values)
