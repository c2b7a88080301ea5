"""Weights seen through the past: what a portfolio held at these weights would have done."""

from dataclasses import dataclass

import pandas as pd

from addin.domain.history import Returns
from addin.domain.options import Options
from addin.domain.weights import Vector
from addin.engine.metrics import all_metrics, max_drawdown, portfolio_returns
from addin.engine.tail import expected_shortfall, value_at_risk


@dataclass(frozen=True, eq=False)
class Backcast:
    """The hypothetical track of constant weights and what follows from it.

    Attributes:
        weights: By ticker.
        track: Return per period, rebalanced each period.
        daily_track: Return as often as there are prices, rebalanced as often.
        value_at_risk: Historical, of one period; positive is a loss.
        expected_shortfall: Historical, of one period; positive is a loss.
        metrics: Name to the portfolio's and the benchmark's figure; NaN where there is none.
            The drawdown is of the daily track, everything else of the periodic one.
    """

    weights: pd.Series
    track: Vector
    daily_track: Vector
    value_at_risk: float
    expected_shortfall: float
    metrics: dict[str, tuple[float, float]]


@dataclass(frozen=True, eq=False)
class Past:
    """The years a backcast runs over.

    Attributes:
        returns: Per period of the policy.
        daily_returns: As often as there are prices.
        benchmark: Weights by ticker, if there is a benchmark.
        per_year: Periods per year of ``returns``.
    """

    returns: Returns
    daily_returns: Returns
    benchmark: pd.Series | None
    per_year: float

    def of_benchmark(self, returns: Returns) -> Vector | None:
        """Returns of the benchmark, rebalanced each period, if there is one."""
        return None if self.benchmark is None else portfolio_returns(returns, self.benchmark)


def backcast(weights: pd.Series, past: Past, options: Options) -> Backcast:
    """What weights would have done over the past, beside the benchmark."""
    held = weights.reindex(past.returns.tickers, fill_value=0.0)
    held = held / held.sum()
    track, daily = (portfolio_returns(r, held) for r in (past.returns, past.daily_returns))
    beside, beside_daily = past.of_benchmark(past.returns), past.of_benchmark(past.daily_returns)
    figures = all_metrics(
        track,
        benchmark=beside,
        ppy=past.per_year,
        risk_free=options.risk_free,
        mar=options.mar,
        confidence=options.confidence,
    )
    deepest = float("nan") if beside_daily is None else float(max_drawdown(beside_daily))
    figures["max drawdown"] = (float(max_drawdown(daily)), deepest)
    return Backcast(
        weights=weights,
        track=track,
        daily_track=daily,
        value_at_risk=value_at_risk(track, options.confidence),
        expected_shortfall=expected_shortfall(track, options.confidence),
        metrics=figures,
    )
