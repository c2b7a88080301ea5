"""Data: returns, covariance, expected returns, checks."""

from typing import Annotated

from addin.domain.finding import Finding, Severity
from addin.engine.covariance import CovarianceMethod, correlation, covariance
from addin.engine.data_check import check_prices
from addin.engine.expected_returns import ExpectedReturnMethod, assumptions
from addin.engine.returns import Frequency, period_ends, periods_per_year, simple_returns
from addin.excel.grid import Cells
from addin.excel.options import read_options
from addin.excel.read_history import (
    currency_columns,
    inspect_prices,
    read_prices,
    read_returns,
)
from addin.excel.scalars import flag_or, member, member_or, text_or
from addin.excel.shape import block, dated_block, labelled_matrix
from addin.excel.udf import cells, worksheet_function
from udfs.arguments import Options, Prices, Returns

CovarianceName = Annotated[
    Cells,
    cells("sample, ewma, ledoit-wolf (default), ledoit-wolf-cc or constant-correlation."),
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


@worksheet_function
def IPS_COVARIANCE(
    returns: Returns,
    method: CovarianceName = None,
    annualise: Annotated[Cells, cells("TRUE (default): times periods per year.")] = None,
) -> object:
    """Covariance matrix of returns over the dates on which all assets have one; annual.

    Ledoit–Wolf (2004) shrinks to the scaled identity, ledoit-wolf-cc to constant correlation;
    sample divides by T − 1 and needs more rows than assets.
    """
    common = read_returns(returns).complete()
    chosen = member_or(method, "method", CovarianceMethod.LEDOIT_WOLF)
    scale = periods_per_year(common.dates) if flag_or(annualise, "annualise", True) else 1
    return labelled_matrix(common.tickers, covariance(common.values, chosen) * scale)


@worksheet_function
def IPS_CORRELATION(returns: Returns, method: CovarianceName = None) -> object:
    """Correlation matrix of returns over the dates on which all assets have one."""
    common = read_returns(returns).complete()
    chosen = member_or(method, "method", CovarianceMethod.LEDOIT_WOLF)
    return labelled_matrix(common.tickers, correlation(covariance(common.values, chosen)))


@worksheet_function
def IPS_EXPECTED_RETURNS(
    returns: Returns,
    method: Annotated[Cells, cells("historical, ewma or shrunk (default).")] = None,
    options: Options = None,
) -> object:
    """Expected arithmetic return of each asset, annual: mean per period times periods per year.

    shrunk is Jorion's (1986) Bayes–Stein estimate with the option covariance; ewma halves the
    past every half_life rows. Options: expected_returns, covariance, half_life,
    periods_per_year.
    """
    given = read_options(options)
    default = given.expected_returns or ExpectedReturnMethod.SHRUNK
    known = assumptions(
        read_returns(returns),
        method=member(text_or(method, "method", default), "method", ExpectedReturnMethod),
        covariance_method=member(given.covariance, "options, covariance", CovarianceMethod),
        risk_free=given.risk_free,
        half_life=given.half_life,
        periods_per_year=given.periods_per_year,
    )
    return block(
        ("Ticker", "Expected return"), zip(known.tickers, known.expected_returns, strict=True)
    )


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
