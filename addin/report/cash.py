"""Money as one more asset: of class Cash, liquid at once, earning the risk-free rate."""

from dataclasses import replace

import numpy as np

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.holdings import CASH
from addin.domain.labels import label_key
from addin.domain.universe import Universe
from addin.engine.returns import rate_per_period

CASH_CLASS = "Cash"


def with_cash(universe: Universe, lower: float, upper: float) -> Universe:
    """The universe with money as one more asset, of class Cash and liquid at once."""
    liquid = {label_key("Liquidity days"): 0.0}
    return Universe(
        (*universe.tickers, CASH),
        (*universe.asset_classes, CASH_CLASS),
        (*universe.lower, lower),
        (*universe.upper, upper),
        {
            heading: (*values, liquid.get(label_key(heading)))
            for heading, values in universe.attributes.items()
        },
    )


def cash_returns(returns: Returns, risk_free: float, per_year: float) -> Returns:
    """Returns with a column for money, which earns the risk-free rate."""
    rate = rate_per_period(risk_free, per_year)
    column = np.full((len(returns.dates), 1), rate)
    return Returns(returns.dates, (*returns.tickers, CASH), np.hstack([returns.values, column]))


def cash_assumptions(known: Assumptions) -> Assumptions:
    """Assumptions with money as one more asset: the risk-free rate, without risk."""
    n = len(known.tickers)
    covariance = np.zeros((n + 1, n + 1))
    covariance[:n, :n] = known.covariance
    expected = np.append(known.expected_returns, known.risk_free)
    tickers = (*known.tickers, CASH)
    return replace(known, tickers=tickers, expected_returns=expected, covariance=covariance)
