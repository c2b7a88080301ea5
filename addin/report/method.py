"""What was assumed, and the definition of every measure shown."""

import numpy as np

from addin.domain.table import Row
from addin.engine.covariance import correlation
from addin.engine.expected_returns import ExpectedReturnMethod
from addin.engine.moments import RaggedHistory
from addin.report.masthead import masthead
from addin.report.risk import period_name
from addin.report.schema import ASSUMED, CORRELATION, DEFINITIONS, ESTIMATION, METHOD, filled
from addin.report.section import Section
from addin.report.study import Study
from addin.report.words import percent, short_percent

_ESTIMATION = (
    ("Returns", "simple, per {period}, never zero-filled"),
    ("Annualising", "{per_year} periods a year; under a year not annualised"),
    ("Annual return", "geometric: product of 1 + r, to the power 1 / years"),
    ("Expected return", "arithmetic, annual; {expected}"),
    ("Covariance", "annual, {risk}"),
    ("Risk-free rate", "{risk_free} a year"),
    ("Benchmark", "rebalanced each {period}"),
    ("Backcast", "hypothetical: weights held throughout, no costs or taxes"),
    ("Stress", "weight × shock; a ticker's shock replaces its class's"),
    ("Trades", "whole lots; cash to the cent; costs paid from cash"),
    ("Turnover", "one way: half the sum of |changes of weight|, with cash"),
)
_DEFINITIONS = (
    ("Expected risk", "policy check and candidates: from the covariance; Risk sheet: backcast"),
    ("Volatility", "standard deviation with n − 1, times the root of periods a year"),
    ("Sharpe, Sortino", "mean excess over volatility, over downside deviation of all observations"),
    ("Max drawdown", "largest fall from a peak, daily; wealth is 1 before the first return"),
    ("Tracking error", "standard deviation of arithmetic active returns, annualised"),
    ("VaR {confidence}", "loss in one {period}: the smallest with P(loss ≤ it) ≥ {confidence}"),
    ("CVaR {confidence}", "Rockafellar–Uryasev: mean tail loss, boundary weighted fractionally"),
    ("Gaussian", "VaR and CVaR from the sample mean and standard deviation with n − 1"),
    ("Risk contribution", "Euler: weight × (covariance × weights) / volatility; they add up"),
    ("Drift", "current less target; watch above {watch}, rebalance above {flag}"),
    ("Score", "weights of Policy_Score; each criterion scaled from worst 0 to best 1"),
)
MOST_CORRELATED = 30  # a heat map of more assets cannot be read on a page


def _volatilities(study: Study) -> list[float]:
    return [float(v) for v in np.sqrt(np.diag(study.assumptions.covariance))]


def assumption_rows(study: Study) -> list[Row]:
    """Expected return and volatility of each asset, annual."""
    known = study.assumptions
    classes = dict(zip(study.all_assets.tickers, study.all_assets.asset_classes, strict=True))
    return [
        (ticker, classes[ticker], expected, volatility)
        for ticker, expected, volatility in zip(
            known.tickers, known.expected_returns.tolist(), _volatilities(study), strict=True
        )
    ]


def correlated(study: Study) -> tuple[str, ...]:
    """Tickers of the heat map: every asset with risk, the largest weights when there are many."""
    weights = study.recommended.weights
    risky = [
        ticker
        for ticker, volatility in zip(study.assumptions.tickers, _volatilities(study), strict=True)
        if volatility > 0
    ]
    kept = set(sorted(risky, key=lambda t: -float(weights.get(t, 0.0)))[:MOST_CORRELATED])
    return tuple(ticker for ticker in risky if ticker in kept)


def correlation_rows(study: Study) -> list[Row]:
    """Correlation of annual returns implied by the covariance."""
    tickers = correlated(study)
    places = [study.assumptions.tickers.index(ticker) for ticker in tickers]
    matrix = correlation(study.assumptions.covariance[np.ix_(places, places)])
    return [(ticker, *row) for ticker, row in zip(tickers, matrix.tolist(), strict=True)]


def _said(study: Study, conventions: tuple[tuple[str, str], ...]) -> list[Row]:
    """Conventions with the study's own settings in them."""
    options, rules = study.case.options, study.case.policy.rebalancing
    said = {
        "period": period_name(study),
        "per_year": f"{study.per_year:g}",
        "confidence": short_percent(options.confidence),
        "risk_free": percent(options.risk_free, 2),
        "risk": risk_words(study),
        "expected": expected_words(study),
        "watch": f"{rules.watch * 100:g} pp",
        "flag": f"{rules.flag * 100:g} pp",
    }
    return [(name.format(**said), words.format(**said)) for name, words in conventions]


def estimation_rows(study: Study) -> list[Row]:
    """How returns, assumptions and trades came about, step by step."""
    return _said(study, _ESTIMATION)


def definition_rows(study: Study) -> list[Row]:
    """One row per measure: how it is computed, in which unit."""
    return _said(study, _DEFINITIONS)


_SOURCES = {
    ExpectedReturnMethod.ASSUMPTIONS: "as typed on the sheet Assumptions, else shrunk",
    ExpectedReturnMethod.BLACK_LITTERMAN: "equilibrium of the benchmark with the sheet Views",
    ExpectedReturnMethod.UNIVERSE: "as typed in the universe",
    ExpectedReturnMethod.EQUILIBRIUM: "equilibrium of the benchmark",
    ExpectedReturnMethod.SHRUNK: "shrunk (Jorion 1986)",
}


def expected_words(study: Study) -> str:
    """How expected returns were found."""
    typed = study.investable.has("Expected return")
    usual = ExpectedReturnMethod.UNIVERSE if typed else ExpectedReturnMethod.SHRUNK
    chosen = ExpectedReturnMethod(study.case.options.expected_returns or usual)
    return _SOURCES.get(chosen, str(chosen))


def risk_words(study: Study) -> str:
    """How the covariance was found."""
    options, window = study.case.options, study.window
    if options.history == RaggedHistory.STAMBAUGH:
        rows = f"every return, short histories completed by regression ({options.history})"
    else:
        rows = f"{window.rows} returns ({window.start} to {window.end})"
    found = f"{options.covariance} from {rows}"
    if options.expected_returns == ExpectedReturnMethod.ASSUMPTIONS:
        return f"as typed on the sheet Assumptions, else {found}"
    return found


def verdict(study: Study) -> str:
    """What the sheet says in one sentence."""
    return (
        f"{len(study.assumptions.tickers)} assets; expected returns {expected_words(study)}; "
        f"covariance {risk_words(study)}."
    )


def method(study: Study) -> Section:
    """Expected returns, volatilities, correlation and definitions."""
    return Section(
        METHOD,
        (
            filled(ASSUMED, assumption_rows(study)),
            filled(CORRELATION, correlation_rows(study), *correlated(study)),
            filled(ESTIMATION, estimation_rows(study)),
            filled(DEFINITIONS, definition_rows(study)),
        ),
        masthead(study, METHOD, verdict(study)),
    )
