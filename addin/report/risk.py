"""How much risk there is, how it is measured, and which asset it comes from."""

import numpy as np
import pandas as pd

from addin.domain.table import Row
from addin.domain.weights import EDGE, Vector, aligned
from addin.engine.tail import TailMethod, expected_shortfall, value_at_risk
from addin.report.masthead import masthead
from addin.report.schema import (
    METRICS,
    RISK,
    RISK_ASSETS,
    RISK_CLASSES,
    TAIL,
    filled,
    title_name,
)
from addin.report.section import Section
from addin.report.study import Study
from addin.report.words import percent, round_money, short_percent, shown

RATIO = "ratio"
_RATIOS = ("sharpe", "sortino", "information ratio", "beta", "calmar", "omega")
_PER_PERIOD = ("var", "cvar")
_NAMES = {"var": "VaR", "cvar": "CVaR", "alpha": "Jensen's alpha"}
TAIL_METHODS = (TailMethod.HISTORICAL, TailMethod.GAUSSIAN)
PERIOD_NAMES = {252: "day", 52: "week", 12: "month", 4: "quarter", 1: "year"}


def period_name(study: Study) -> str:
    """``month``: how long one return of the study lasts."""
    return PERIOD_NAMES.get(round(study.per_year), "period")


def _unit(study: Study, metric: str) -> str:
    if metric in _RATIOS:
        return RATIO
    if metric in _PER_PERIOD:
        return f"% in a {period_name(study)}"
    return "% from peak" if metric == "max drawdown" else "% a year"


def expected_volatility(study: Study, weights: pd.Series) -> float:
    """Volatility ahead, by the assumptions; annual."""
    return float(study.contributions(weights).sum())


def _expected_return(study: Study, weights: pd.Series) -> float:
    assumed = study.assumptions
    held = weights.reindex(list(assumed.tickers), fill_value=0.0).to_numpy()
    return float(held @ assumed.expected_returns)


def _ahead(study: Study) -> list[Row]:
    """What the assumptions say, as against the backcast below it: two rows."""
    three = (study.investable_weights, study.proposed_weights, study.benchmark_weights)
    measures = (("Expected return", _expected_return), ("Expected volatility", expected_volatility))
    return [
        (label, "% a year", *(shown(None if w is None else measure(study, w)) for w in three))
        for label, measure in measures
    ]


def metric_rows(study: Study) -> list[Row]:
    """Every metric of the current and proposed weights and of the benchmark."""
    rows: list[Row] = _ahead(study)
    for name, (current, benchmark) in study.current.metrics.items():
        proposed = study.proposed.metrics[name][0]
        label = _NAMES.get(name, name[0].upper() + name[1:])
        figures = (shown(current), shown(proposed), shown(benchmark))
        rows.append((label, _unit(study, name), *figures))
    return rows


def tail_rows(study: Study) -> list[Row]:
    """VaR and CVaR by two methods over one period of the returns, and in money."""
    confidence, period = study.case.options.confidence, period_name(study)
    rows: list[Row] = []
    for label, measure in (("VaR", value_at_risk), ("CVaR", expected_shortfall)):
        for method in TAIL_METHODS:
            current = measure(study.current.track, confidence, method)
            proposed = measure(study.proposed.track, confidence, method)
            name = f"{label} {short_percent(confidence)}, 1 {period}"
            rows.append((name, str(method), current, proposed, current * study.value))
    return rows


def shares(study: Study, weights: pd.Series) -> Vector:
    """Share of volatility of each asset, in the order of the assumptions; zeros without risk."""
    contributions = study.contributions(weights).to_numpy()
    total = float(contributions.sum())
    return contributions / total if total > 0 else np.zeros_like(contributions)


def _marginal(study: Study, weights: Vector) -> Vector:
    covariance = study.assumptions.covariance
    volatility = float(np.sqrt(weights @ covariance @ weights))
    return covariance @ weights / volatility if volatility > 0 else np.zeros_like(weights)


def asset_rows(study: Study) -> list[Row]:
    """One row per asset that is held or proposed, largest share of risk first."""
    tickers = study.assumptions.tickers
    classes = dict(zip(study.all_assets.tickers, study.all_assets.asset_classes, strict=True))
    held = aligned(study.investable_weights, tickers)
    after = aligned(study.proposed_weights.reindex(list(tickers), fill_value=0.0), tickers)
    columns = (
        held,
        shares(study, study.investable_weights),
        study.contributions(study.investable_weights).to_numpy(),
        _marginal(study, held),
        after,
        shares(study, study.proposed_weights),
    )
    rows = [
        (ticker, classes[ticker], *row)
        for ticker, *row in zip(tickers, *map(np.ndarray.tolist, columns), strict=True)
        if abs(row[0]) > EDGE or abs(row[4]) > EDGE
    ]
    return sorted(rows, key=lambda row: -float(row[3]))


def class_rows(study: Study) -> list[Row]:
    """The same by class: weight and share of risk, today and proposed."""
    columns = (2, 3, 6, 7)
    frame = pd.DataFrame(
        [(row[1], *(row[i] for i in columns)) for row in asset_rows(study)],
        columns=["class", "weight", "share", "proposed", "proposed share"],
    )
    totals = frame.groupby("class", sort=False).sum()
    return [
        (str(name), *map(float, row))
        for name, row in zip(totals.index, totals.to_numpy(), strict=True)
    ]


def share_title(study: Study) -> str:
    """``SPY is 24.0% of the money and 38.2% of the risk``."""
    rows = asset_rows(study)
    if not rows:
        return "Nothing held carries risk"
    ticker, weight, share = rows[0][0], _number(rows[0][2]), _number(rows[0][3])
    return f"{ticker} is {percent(weight)} of the money and {percent(share)} of the risk"


def classes_title(study: Study) -> str:
    """``Equity carries 86.1% of the risk, 84.0% after the trades``."""
    rows = class_rows(study)
    if not rows:
        return "Nothing held carries risk"
    name, _, share, _, after = max(rows, key=lambda row: _number(row[2]))
    return (
        f"{name} carries {percent(_number(share))} of the risk, "
        f"{percent(_number(after))} after the trades"
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, float | int) else 0.0


def verdict(study: Study) -> str:
    """What the sheet says in one sentence."""
    weights = (study.investable_weights, study.proposed_weights)
    now, then = (percent(expected_volatility(study, each)) for each in weights)
    loss = study.current.expected_shortfall
    alpha, period = study.case.options.confidence, period_name(study)
    return (
        f"Expected volatility {now} today, {then} proposed; in the worst "
        f"{short_percent(1 - alpha)} of {period}s the average loss (CVaR "
        f"{short_percent(alpha)}) was {percent(loss)}, or {round_money(loss * study.value)}."
    )


def risk(study: Study) -> Section:
    """Metrics, VaR and CVaR, and contributions to risk by asset and by class."""
    tables = (
        filled(METRICS, metric_rows(study)),
        filled(TAIL, tail_rows(study)),
        filled(RISK_ASSETS, asset_rows(study)),
        filled(RISK_CLASSES, class_rows(study)),
    )
    return Section(
        RISK,
        tables,
        {
            **masthead(study, RISK, verdict(study)),
            title_name(RISK, "Share"): share_title(study),
            title_name(RISK, "Classes"): classes_title(study),
        },
    )
