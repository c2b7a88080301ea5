"""The same problems in other libraries, each written the way that suits it best.

What a peer can be given ready, such as a covariance, is given ready and not timed.
"""

import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np

from addin.domain.views import Views
from addin.domain.weights import Matrix, Vector
from addin.engine.black_litterman import Prior
from benchmarks._market import CLASSES, CONFIDENCE, RISK_FREE, Market

Peer = Callable[[Market], Vector]


def has(name: str) -> bool:
    """Whether a library is installed; it is named when it is not."""
    return find_spec(name) is not None


# --- PyPortfolioOpt ----------------------------------------------------------------------------


def _with_classes(model: Any, market: Market) -> Any:
    model.add_sector_constraints(
        dict(enumerate(market.asset_classes)),
        {c.name: c.lower for c in CLASSES},
        {c.name: c.upper for c in CLASSES},
    )
    return model


def frontier_model(market: Market, solver: str | None) -> Any:
    from pypfopt import EfficientFrontier

    known = market.assumptions
    bounds = [(0.0, market.cap)] * market.n
    return _with_classes(
        EfficientFrontier(
            known.expected_returns, known.covariance, weight_bounds=bounds, solver=solver
        ),
        market,
    )


def _values(weights: Any) -> Vector:
    return np.array(list(weights.values()))


def pypfopt_min_volatility(market: Market, solver: str | None) -> Vector:
    return _values(frontier_model(market, solver).min_volatility())


def pypfopt_max_sharpe(market: Market, solver: str | None) -> Vector:
    return _values(frontier_model(market, solver).max_sharpe(risk_free_rate=RISK_FREE))


def pypfopt_max_return(market: Market, solver: str | None, volatility: float) -> Vector:
    return _values(frontier_model(market, solver).efficient_risk(volatility))


def pypfopt_frontier(market: Market, solver: str | None, targets: Vector) -> Matrix:
    model = frontier_model(market, solver)  # one model: later points only change a parameter
    return np.array([_values(model.efficient_return(float(each))) for each in targets])


def pypfopt_min_cvar(market: Market, solver: str | None) -> Vector:
    from pypfopt import EfficientCVaR

    model = EfficientCVaR(
        market.assumptions.expected_returns,
        market.days,
        beta=CONFIDENCE,
        weight_bounds=[(0.0, market.cap)] * market.n,
        solver=solver,
    )
    return _values(_with_classes(model, market).min_cvar())


def pypfopt_black_litterman(prior: Prior, views: Views, tau: float) -> Vector:
    from pypfopt import BlackLittermanModel

    model = BlackLittermanModel(
        prior.covariance,
        pi=prior.equilibrium,
        P=views.picks,
        Q=views.returns,
        omega="default",
        tau=tau,
        risk_aversion=prior.risk_aversion,
    )
    model.bl_cov()
    model.bl_weights()
    return np.asarray(model.bl_returns())


# --- Riskfolio-Lib -----------------------------------------------------------------------------


def _riskfolio(market: Market, solver: str) -> Any:
    import pandas as pd
    import riskfolio

    names = list(market.tickers)
    model = riskfolio.Portfolio(returns=market.frame, alpha=1 - CONFIDENCE)
    known = market.assumptions
    model.mu = pd.DataFrame(known.expected_returns[None, :], columns=names)
    model.cov = pd.DataFrame(known.covariance, index=names, columns=names)
    model.solvers = [solver]
    return model


def riskfolio_min_cvar(market: Market, solver: str) -> Vector:
    model = _riskfolio(market, solver)
    model.upperlng = market.cap
    matrix, most = market.limits
    model.ainequality, model.binequality = matrix, most[:, None]
    found = model.optimization(model="Classic", rm="CVaR", obj="MinRisk", rf=0, l=0, hist=True)
    return np.asarray(found["weights"])


def riskfolio_risk_parity(market: Market, solver: str) -> Vector:
    found = _riskfolio(market, solver).rp_optimization(model="Classic", rm="MV", rf=0)
    return np.asarray(found["weights"])


# --- skfolio -----------------------------------------------------------------------------------


def _known(market: Market) -> Any:
    """A prior that is known and not estimated again."""
    from skfolio.prior import BasePrior, ReturnDistribution

    class Known(BasePrior):
        def __init__(self) -> None:
            pass

        def fit(self, X: Any, y: Any = None, **_: Any) -> "Known":  # noqa: N803
            known = market.assumptions
            self.return_distribution_ = ReturnDistribution(
                known.expected_returns, known.covariance, market.days
            )
            return self

    return Known()


def _skfolio(market: Market, **given: Any) -> Any:
    from skfolio.optimization import MeanRisk

    matrix, most = market.limits
    return MeanRisk(
        prior_estimator=_known(market),
        max_weights=market.cap,
        left_inequality=matrix,
        right_inequality=most,
        **given,
    )


def skfolio_min_cvar(market: Market, solver: str) -> Vector:
    from skfolio import RiskMeasure

    model = _skfolio(market, risk_measure=RiskMeasure.CVAR, cvar_beta=CONFIDENCE, solver=solver)
    return np.asarray(model.fit(market.days).weights_)


def skfolio_frontier(market: Market, solver: str, points: int) -> Matrix:
    model = _skfolio(market, efficient_frontier_size=points, solver=solver)
    return np.asarray(model.fit(market.days).weights_)


def skfolio_risk_parity(market: Market, solver: str) -> Vector:
    from skfolio.optimization import RiskBudgeting

    model = RiskBudgeting(prior_estimator=_known(market), solver=solver)
    return np.asarray(model.fit(market.days).weights_)


# --- cvxpy, as these libraries call it ---------------------------------------------------------


def cvxpy_max_return(
    market: Market, solver: str, volatility: float, tracking_error: float | None
) -> Vector:
    import cvxpy

    known, weights = market.assumptions, cvxpy.Variable(market.n)
    matrix, most = market.limits
    factor = np.linalg.cholesky(known.covariance).T
    rules = [
        cvxpy.sum(weights) == 1,
        weights >= 0,
        weights <= market.cap,
        matrix @ weights <= most,
        cvxpy.norm(factor @ weights) <= volatility,
    ]
    if tracking_error is not None:
        active = weights - market.benchmark.to_numpy()
        rules.append(cvxpy.norm(factor @ active) <= tracking_error)
    cvxpy.Problem(cvxpy.Maximize(known.expected_returns @ weights), rules).solve(solver=solver)
    return np.asarray(weights.value)


def silent() -> None:
    """Peers warn of inaccurate solutions and of what they will change one day."""
    warnings.simplefilter("ignore")
