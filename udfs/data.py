"""Data: returns, covariance, expected returns, checks."""

from typing import Annotated

from addin.domain.finding import Finding, Severity
from addin.engine.covariance import CovarianceMethod, correlation
from addin.engine.data_check import check_prices
from addin.engine.expected_returns import Beliefs, ExpectedReturnMethod, assumptions
from addin.engine.moments import Moments, RaggedHistory, moments
from addin.engine.returns import Frequency, period_ends, periods_per_year, simple_returns
from addin.excel.grid import Cells, is_given
from addin.excel.options import read_options
from addin.excel.read_history import (
    currency_columns,
    inspect_prices,
    read_prices,
    read_returns,
)
from addin.excel.read_weights import read_weights
from addin.excel.scalars import flag_or, member, member_or, text_or
from addin.excel.shape import block, dated_block, labelled_matrix, noted_block
from addin.excel.udf import cells, worksheet_function
from udfs.arguments import Options, Prices, Returns

CovarianceName = Annotated[
    Cells,
    cells("sample, ewma, ledoit-wolf (default), ledoit-wolf-cc, constant-correlation or factor."),
]
HistoryName = Annotated[
    Cells,
    cells(
        "common (default): dates on which all assets have a return; stambaugh: every return, "
        "young histories by regression on longer ones."
    ),
]


@worksheet_function
def IPS_RETURNS(
    prices: Prices,
    frequency: Annotated[
        Cells, cells("as given (default), daily, weekly, monthly, quarterly or yearly.")
    ] = None,
) -> object:
    """Simple returns per period, decimals; blank where an asset has no price yet.

    Periods end with their last price; an unfinished last period is left out.
    """
    every = member_or(frequency, "frequency", Frequency.AS_GIVEN)
    returns = simple_returns(period_ends(read_prices(prices), every))
    return dated_block(returns.dates, returns.tickers, returns.values)


def _moments(returns: Cells, method: Cells, history: Cells) -> Moments:
    return moments(
        read_returns(returns),
        member_or(method, "method", CovarianceMethod.LEDOIT_WOLF),
        history=member_or(history, "history", RaggedHistory.COMMON),
    )


@worksheet_function
def IPS_COVARIANCE(
    returns: Returns,
    method: CovarianceName = None,
    annualise: Annotated[Cells, cells("TRUE (default): times periods per year.")] = None,
    history: HistoryName = None,
) -> object:
    """Covariance matrix of returns over the dates on which all assets have one; annual.

    Ledoit–Wolf (2004) shrinks to the scaled identity, ledoit-wolf-cc to constant correlation;
    sample divides by T − 1 and needs more rows than assets; factor keeps the sample variances
    and explains correlations by the principal components above the Marchenko–Pastur edge.
    history stambaugh (1997) uses every return by maximum likelihood, divisor T: a young history
    is regressed on the longer ones; shrinkage is then by the share the common dates show. It
    makes up no returns: tails and backtests stay those of the common dates.
    """
    known = _moments(returns, method, history)
    per_year = flag_or(annualise, "annualise", True)
    scale = periods_per_year(known.returns.dates) if per_year else 1
    return labelled_matrix(known.returns.tickers, known.covariance * scale)


@worksheet_function
def IPS_CORRELATION(
    returns: Returns, method: CovarianceName = None, history: HistoryName = None
) -> object:
    """Correlation matrix of returns over the dates on which all assets have one.

    Methods and history as in IPS_COVARIANCE.
    """
    known = _moments(returns, method, history)
    return labelled_matrix(known.returns.tickers, correlation(known.covariance))


@worksheet_function
def IPS_EXPECTED_RETURNS(
    returns: Returns,
    method: Annotated[
        Cells, cells("historical, ewma, shrunk (default), james-stein, equilibrium or capm.")
    ] = None,
    options: Options = None,
    market_weights: Annotated[
        Cells, cells("For equilibrium and capm: ticker and decimal, adding up to 1.")
    ] = None,
) -> object:
    """Expected arithmetic return of each asset, annual: mean per period times periods per year.

    shrunk is Jorion's (1986) Bayes–Stein estimate, towards the least volatile portfolio's mean;
    james-stein moves means to their average; both use the option covariance. ewma halves the
    past every half_life rows. equilibrium is risk_free + risk_aversion·Σ·market weights; capm is
    risk_free + β·market_premium, the history's own premium when not given. history=stambaugh
    uses every return, see IPS_COVARIANCE; the first Note then says what was done. Options:
    expected_returns, covariance, history, half_life, periods_per_year, risk_free, risk_aversion,
    market_premium.
    """
    given = read_options(options)
    default = given.expected_returns or ExpectedReturnMethod.SHRUNK
    weights = read_weights(market_weights, "market_weights") if is_given(market_weights) else None
    known = assumptions(
        read_returns(returns),
        method=member(text_or(method, "method", default), "method", ExpectedReturnMethod),
        covariance_method=member(given.covariance, "options, covariance", CovarianceMethod),
        risk_free=given.risk_free,
        half_life=given.half_life,
        periods_per_year=given.periods_per_year,
        history=member(given.history, "options, history", RaggedHistory),
        beliefs=Beliefs(
            market_weights=weights,
            market_premium=given.market_premium,
            risk_aversion=given.risk_aversion,
        ),
    )
    rows = zip(known.tickers, known.expected_returns, strict=True)
    return noted_block(("Ticker", "Expected return"), rows, "; ".join(known.notes))


def _truncated(tickers: list[str]) -> list[Finding]:
    if not tickers:
        return []
    what = "formatted as Currency: Excel passes four decimals on and drops the rest"
    where = f"prices, {', '.join(tickers)}"
    return [Finding(Severity.WARNING, where, what, "format the cells as Number")]


@worksheet_function
def IPS_DATA_CHECK(prices: Prices, options: Options = None) -> object:
    """Everything odd in a prices table: wrong cells, gaps, stale prices, jumps, late starts.

    Options: as_of (prices after it are not looked at, prices that end long before it are stale).
    """
    given = read_options(options)
    read, findings = inspect_prices(prices)
    findings += _truncated(currency_columns(prices))
    if read.dates.size:
        findings += check_prices(read, as_of=given.as_of)
    rows = [(f.severity, f.where, f.what, f.suggestion) for f in findings]
    return block(("Severity", "Where", "What", "Suggestion"), rows)
