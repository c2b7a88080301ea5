"""Views: what the market implies, moved by what the investor believes."""

from typing import Annotated

from addin.domain.weights import aligned
from addin.engine.black_litterman import Prior, black_litterman, normalised
from addin.engine.view_uncertainty import ViewMethod, method_for
from addin.excel.grid import Cells
from addin.excel.options import read_options
from addin.excel.read_covariance import read_covariance
from addin.excel.read_views import read_views
from addin.excel.read_weights import read_weights
from addin.excel.scalars import member
from addin.excel.shape import block
from addin.excel.udf import cells, worksheet_function
from udfs.arguments import Options

Covariance = Annotated[
    Cells, cells("Annual covariance matrix, labelled on both sides, as IPS_COVARIANCE gives it.")
]
MarketWeights = Annotated[
    Cells, cells("Market (or benchmark) weights: two columns, ticker and decimal, adding up to 1.")
]


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
    note = _sum_in_words(float(after.weights.sum()), method, given.normalise)
    notes = (note, *[""] * (len(tickers) - 1))
    return block(
        ("Ticker", "Equilibrium", "Posterior", "Weight", "Market weight", "Note"),
        zip(
            tickers,
            after.equilibrium,
            after.expected_returns,
            weights,
            market,
            notes,
            strict=True,
        ),
    )


def _sum_in_words(total: float, method: ViewMethod, scaled: bool) -> str:
    if scaled:
        return f"{method}: weights scaled from {total:.2%} to 100%"
    return f"{method}: weights add up to {total:.2%}, without limits and not scaled"
