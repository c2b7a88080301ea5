"""The most diversified portfolio."""

from dataclasses import replace

import numpy as np

from addin.domain.weights import Matrix, Vector
from addin.engine.problem import Problem
from addin.engine.program import Optimum
from addin.engine.programs import max_return
from addin.engine.risk import volatility
from addin.engine.sharpe import max_sharpe
from addin.engine.solve import minimum
from addin.errors import InfeasibleError, InputError


def diversification_ratio(weights: Vector, covariance: Matrix) -> float:
    """Average volatility of the assets held over the volatility of the portfolio.

    At least one for long-only weights; infinite where a portfolio has no volatility.

    Args:
        weights: (n,) decimals.
        covariance: (n, n).
    """
    average, risk = float(weights @ np.sqrt(np.diag(covariance))), volatility(weights, covariance)
    return average / risk if risk else np.inf


def rewarded(problem: Problem) -> Problem:
    """The problem with volatilities for expected returns above a risk-free rate of nothing."""
    deviations = np.sqrt(np.diag(problem.assumptions.covariance))
    assumptions = replace(problem.assumptions, expected_returns=deviations, risk_free=0.0)
    return replace(problem, assumptions=assumptions)


def max_diversification(problem: Problem) -> Optimum:
    """Weights of greatest σ'w / √(w'Σw), the concentration penalty added to Σ.

    It is the portfolio of greatest Sharpe ratio when expected excess returns are volatilities.

    Raises:
        InfeasibleError: If no portfolio obeys the rules, or none that does has volatility in
            any asset.
        InputError: If the covariance is singular and assets with volatility cancel out.

    Source:
        Choueifaty and Coignard (2008), "Toward Maximum Diversification".
    """
    by_volatility = rewarded(problem)
    try:
        return max_sharpe(by_volatility)
    except InfeasibleError:
        minimum(max_return(by_volatility))  # says if no portfolio obeys the rules
        raise InfeasibleError(
            "max diversification: no asset that may be held has any volatility"
        ) from None
    except InputError:
        raise InputError(
            "max diversification: a portfolio of assets with volatility has none itself, so no "
            "ratio is greatest; need a covariance of full rank, e.g. ledoit-wolf"
        ) from None
