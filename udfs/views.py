"""Views: what the investor believes, beside what history and the market say."""

from enum import StrEnum
from typing import Annotated

import numpy as np

from addin.domain import options as catalogue
from addin.domain.assumptions import Assumptions
from addin.domain.labels import label_key
from addin.domain.weights import aligned
from addin.engine.black_litterman import Prior, black_litterman, normalised
from addin.engine.capital_market import combined
from addin.engine.covariance import CovarianceMethod, correlation
from addin.engine.expected_returns import ExpectedReturnMethod
from addin.engine.expected_returns import assumptions as assumed
from addin.engine.moments import RaggedHistory
from addin.engine.view_uncertainty import ViewMethod, method_for
from addin.excel.grid import Cells, is_given
from addin.excel.options import read_options
from addin.excel.read_assumptions import read_assumptions
from addin.excel.read_covariance import read_covariance
from addin.excel.read_history import read_returns
from addin.excel.read_universe import read_universe
from addin.excel.read_views import read_views
from addin.excel.read_weights import read_weights
from addin.excel.scalars import member, member_or
from addin.excel.shape import labelled_matrix, noted_block
from addin.excel.udf import cells, worksheet_function
from udfs.arguments import Options

_FROM_RETURNS = (
    ExpectedReturnMethod.HISTORICAL,
    ExpectedReturnMethod.EWMA,
    ExpectedReturnMethod.SHRUNK,
    ExpectedReturnMethod.JAMES_STEIN,
)


class Assumed(StrEnum):
    """What IPS_ASSUMPTIONS gives."""

    COVARIANCE = "covariance"
    CORRELATION = "correlation"
    EXPECTED_RETURNS = "expected returns"


Covariance = Annotated[
    Cells, cells("Annual covariance matrix, labelled on both sides, as IPS_COVARIANCE gives it.")
]
MarketWeights = Annotated[
    Cells, cells("Market (or benchmark) weights: two columns, ticker and decimal, adding up to 1.")
]


@worksheet_function
def IPS_ASSUMPTIONS(
    assumptions: Annotated[
        Cells,
        cells(
            "Assumptions: headings Asset (ticker or asset class), Expected return, Volatility, "
            "Source, then correlations headed by assets or classes; half of them may be blank."
        ),
    ],
    what: Annotated[
        Cells, cells("covariance (default), correlation or expected returns; annual.")
    ] = None,
    universe: Annotated[
        Cells, cells("Universe: Ticker, Asset class. Left out: each row is an asset.")
    ] = None,
    returns: Annotated[
        Cells, cells("Returns that say what is not typed; assets without any may be missing.")
    ] = None,
    options: Options = None,
) -> object:
    """Capital-market assumptions as typed, for every asset: the covariance an optimiser takes.

    An asset takes its own row, else its class's. Two assets take the correlation typed of
    themselves, else of one and the other's class, else of their classes. Assets of one class are
    not perfectly correlated: type theirs, or give returns. What is blank comes from the returns
    (options covariance, history, expected_returns, else shrunk). Correlations that no returns
    can have are repaired: eigenvalues of at least 1e-6, same volatilities; the first Note beside
    the expected returns says by how much.
    """
    given = read_options(options)
    assets = read_universe(universe) if is_given(universe) else None
    stated = read_assumptions(assumptions, assets)
    known = _history(returns, stated.assets, given) if is_given(returns) else None
    found = combined(stated, known, given.risk_free)
    match member_or(what, "what", Assumed.COVARIANCE):
        case Assumed.COVARIANCE:
            return labelled_matrix(found.tickers, found.covariance)
        case Assumed.CORRELATION:
            return labelled_matrix(found.tickers, correlation(found.covariance))
        case Assumed.EXPECTED_RETURNS:
            risk = np.sqrt(np.diag(found.covariance))
            rows = zip(found.tickers, found.expected_returns, risk, strict=True)
            headings = ("Ticker", "Expected return", "Volatility")
            return noted_block(headings, rows, "; ".join(found.notes))


def _history(returns: Cells, assets: tuple[str, ...], options: catalogue.Options) -> Assumptions:
    """What returns say of those assets that have some."""
    table = read_returns(returns)
    wanted = {label_key(asset) for asset in assets}
    method = options.expected_returns or ExpectedReturnMethod.SHRUNK
    return assumed(
        table.only(ticker for ticker in table.tickers if label_key(ticker) in wanted),
        method=member(method, "options, expected_returns", ExpectedReturnMethod, _FROM_RETURNS),
        covariance_method=member(options.covariance, "options, covariance", CovarianceMethod),
        risk_free=options.risk_free,
        half_life=options.half_life,
        periods_per_year=options.periods_per_year,
        history=member(options.history, "options, history", RaggedHistory),
    )


@worksheet_function
def IPS_BLACK_LITTERMAN(
    covariance: Covariance,
    market_weights: MarketWeights,
    views: Annotated[
        Cells,
        cells(
            "Views: headings View, ticker …, Return, Confidence; a row per view: picks (1 and −1 "
            "for one over the other), annual return, confidence blank or up to 1."
        ),
    ],
    options: Options = None,
) -> object:
    """Expected returns the market implies, after the views, and the best weights then; annual.

    Returns hold risk_free: Equilibrium is risk_free + risk_aversion·Σ·market weights, the return
    of a view on one asset is its whole return. method he-litterman (1999): a view is as uncertain
    as the equilibrium of its assets (tau·pΣp'), weights follow from Σ plus the uncertainty of the
    mean and add up to 1/(1 + tau) plus the views. method idzorek (2005): uncertainty
    (1 − confidence)/confidence·tau·pΣp', blank 50 %, weights from Σ. Without a method: idzorek
    where a confidence stands. Weights know no limits and are scaled to 100 % only with
    normalise=TRUE; the Note beside the first says their sum. To optimise inside the policy, put
    Posterior into the universe's Expected return. Options: method, tau, risk_aversion,
    risk_free, normalise.
    """
    given = read_options(options)
    tickers, sigma = read_covariance(covariance)
    market = aligned(read_weights(market_weights, "market_weights"), tickers, "market_weights")
    beliefs = read_views(views, tickers)
    method = (
        member(given.method, "options, method", ViewMethod) if given.method else method_for(beliefs)
    )
    prior = Prior(sigma, market, given.risk_aversion, given.risk_free)
    after = black_litterman(prior, beliefs, method, given.tau)
    weights = normalised(after.weights) if given.normalise else after.weights
    rows = zip(tickers, after.equilibrium, after.expected_returns, weights, market, strict=True)
    return noted_block(
        ("Ticker", "Equilibrium", "Posterior", "Weight", "Market weight"),
        rows,
        _sum_in_words(float(after.weights.sum()), method, given.normalise),
    )


def _sum_in_words(total: float, method: ViewMethod, scaled: bool) -> str:
    if scaled:
        return f"{method}: weights scaled from {total:.2%} to 100%"
    return f"{method}: weights add up to {total:.2%}, without limits and not scaled"
