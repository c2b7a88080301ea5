"""Black–Litterman: what the market implies, moved by what the investor believes."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.views import Views
from addin.domain.weights import Matrix, Vector, aligned
from addin.engine.return_estimators import equilibrium
from addin.engine.view_uncertainty import ViewMethod, method_for, uncertainty
from addin.errors import InputError

_DEPENDENT = 1e-12  # eigenvalue of views scaled to unit variance
_LEAST_SUM = 1e-6
_CONSISTENT = 1e-6  # standard deviations of a view


@dataclass(frozen=True, eq=False)
class Prior:
    """What the market says before any view.

    Attributes:
        covariance: (n, n) annual.
        market_weights: (n,) decimals.
        risk_aversion: δ of the market, above zero.
        risk_free: Annual; part of every return here.
    """

    covariance: Matrix
    market_weights: Vector
    risk_aversion: float = 2.5
    risk_free: float = 0.0

    def __post_init__(self) -> None:
        if not self.risk_aversion > 0:
            raise InputError(f"risk_aversion: need a number above zero, found {self.risk_aversion}")

    @cached_property
    def equilibrium(self) -> Vector:
        """(n,) returns at which everybody holds the market."""
        return equilibrium(self.covariance, self.market_weights, self.risk_aversion, self.risk_free)


@dataclass(frozen=True, eq=False)
class Posterior:
    """What to expect after the views.

    Attributes:
        equilibrium: (n,) annual returns before the views.
        expected_returns: (n,) annual returns after them.
        covariance: (n, n) annual: Σ plus the uncertainty of the mean, or Σ (idzorek).
        weights: (n,) of the best portfolio without any limit; they need not add up to one.
        uncertainty: (k,) variance of each view, the diagonal of Ω.
    """

    equilibrium: Vector
    expected_returns: Vector
    covariance: Matrix
    weights: Vector
    uncertainty: Vector


@dataclass(frozen=True, eq=False)
class _Mix:
    """Equilibrium and views mixed, in the letters of the paper.

    No inverse of Σ is needed: weights move from the market's along the picks of the views alone.

    Source:
        Black and Litterman (1992); He and Litterman (1999), "The intuition behind
        Black–Litterman model portfolios".
    """

    prior: Prior
    views: Views
    omega: Vector
    tau: float

    @cached_property
    def _spread(self) -> Matrix:
        return np.asarray(self.tau * (self.prior.covariance @ self.views.picks.T))  # τΣP'

    @cached_property
    def _system(self) -> Matrix:
        return np.asarray(self.views.picks @ self._spread + np.diag(self.omega))  # PτΣP' + Ω

    @cached_property
    def _pull(self) -> Vector:
        surprise = self.views.returns - self.views.picks @ self.prior.equilibrium  # q − Pπ
        return _solved(self._system, surprise[:, None], self.views)[:, 0]

    @cached_property
    def expected_returns(self) -> Vector:
        """π + τΣP'(PτΣP' + Ω)⁻¹(q − Pπ), which survives Ω = 0."""
        return np.asarray(self.prior.equilibrium + self._spread @ self._pull)

    @cached_property
    def covariance(self) -> Matrix:
        """Σ + M with M = τΣ − τΣP'(PτΣP' + Ω)⁻¹PτΣ."""
        learned = self._spread @ _solved(self._system, self._spread.T, self.views)
        return np.asarray((1 + self.tau) * self.prior.covariance - (learned + learned.T) / 2)

    @cached_property
    def held_at_sigma(self) -> Vector:
        """(δΣ)⁻¹(μ − r)."""
        tilt = self.tau / self.prior.risk_aversion * (self.views.picks.T @ self._pull)
        return np.asarray(self.prior.market_weights + tilt)

    @cached_property
    def held(self) -> Vector:
        """(δ(Σ + M))⁻¹(μ − r), by the formula of Sherman, Morrison and Woodbury."""
        system = self._system + self.tau * np.diag(self.omega)
        exposure = self._spread.T @ self.held_at_sigma
        back = _solved(system, exposure[:, None], self.views)[:, 0]
        tilt = self.tau * (self.views.picks.T @ back)
        return np.asarray((self.held_at_sigma + tilt) / (1 + self.tau))


def updated(prior: Prior, views: Views, omega: Vector, tau: float) -> Posterior:
    """Expected returns, covariance Σ + M and weights for views of any uncertainty.

    Args:
        prior: Of n assets.
        views: With picks in the order of those assets; there may be none.
        omega: (k,) variance of each view; zero where it is certain.
        tau: Uncertainty of the equilibrium, as a multiple of Σ.

    Raises:
        InputError: If views that are certain contradict each other.
    """
    mix = _Mix(prior, views, omega, tau)
    return Posterior(prior.equilibrium, mix.expected_returns, mix.covariance, mix.held, omega)


def _solved(system: Matrix, right: Matrix, views: Views) -> Matrix:
    """Solution of the k equations of the views; the shortest where some are redundant."""
    scale = np.sqrt(np.diag(system))
    values, vectors = np.linalg.eigh(system / np.outer(scale, scale))
    along = vectors.T @ (right / scale[:, None])
    free = values <= _DEPENDENT
    if np.abs(along[free]).max(initial=0.0) > _CONSISTENT:
        worst = int(np.argmax(np.abs(along).max(axis=1) * free))
        involved = np.flatnonzero(np.abs(vectors[:, worst]) > _CONSISTENT)
        names = " and ".join(views.names[i] for i in involved)
        raise InputError(
            f"views, {names}: cannot all be certain, their returns contradict each other; lower "
            "a confidence, or leave one out"
        )
    along[free] = 0.0
    values[free] = 1.0
    return np.asarray((vectors @ (along / values[:, None])) / scale[:, None])


def black_litterman(prior: Prior, views: Views, method: ViewMethod, tau: float) -> Posterior:
    """Expected returns, covariance and weights after the views.

    ``he-litterman`` keeps the uncertainty of the mean: its covariance is Σ + M and without
    views its weights are the market's divided by 1 + τ. ``idzorek`` uses Σ for both, so that
    without views its weights are the market's.

    Args:
        prior: Of n assets.
        views: With picks in the order of those assets; there may be none.
        method: How uncertain the views are.
        tau: Uncertainty of the equilibrium, as a multiple of Σ.

    Raises:
        InputError: As ``uncertainty`` and ``updated``.
    """
    mix = _Mix(prior, views, uncertainty(prior.covariance, views, method, tau), tau)
    if method is ViewMethod.HE_LITTERMAN:
        covariance, weights = mix.covariance, mix.held
    else:
        covariance, weights = prior.covariance, mix.held_at_sigma
    return Posterior(prior.equilibrium, mix.expected_returns, covariance, weights, mix.omega)


def normalised(weights: Vector) -> Vector:
    """Weights divided by their sum.

    Raises:
        InputError: If they add up to almost nothing.
    """
    total = float(weights.sum())
    if not total > _LEAST_SUM:
        raise InputError(f"normalise: weights add up to {total:.2%} and cannot be scaled to 100%")
    return np.asarray(weights / total)


def black_litterman_assumptions(
    known: Assumptions,
    market_weights: pd.Series,
    views: Views,
    *,
    risk_aversion: float = 2.5,
    tau: float = 0.05,
    method: ViewMethod | None = None,
) -> Assumptions:
    """Assumptions with the expected returns and the covariance after the views.

    Args:
        known: Whose covariance, tickers and risk-free rate are used.
        market_weights: By ticker.
        views: On any of the tickers.
        risk_aversion: δ of the market.
        tau: Uncertainty of the equilibrium, as a multiple of the covariance.
        method: Chosen by ``method_for`` when not given.

    Raises:
        InputError: If a weight or a view is on another asset; as ``black_litterman``.
    """
    market = aligned(market_weights, known.tickers, "market weights")
    prior = Prior(known.covariance, market, risk_aversion, known.risk_free)
    chosen = method or method_for(views)
    after = black_litterman(prior, views.over(known.tickers), chosen, tau)
    wider = "; volatilities include the uncertainty of the means"
    note = (
        f"Black–Litterman by {chosen}, tau {tau:g}, {len(views.names)} views: "
        f"{', '.join(views.names)}{wider if chosen is ViewMethod.HE_LITTERMAN else ''}"
    )
    return replace(
        known,
        expected_returns=after.expected_returns,
        covariance=after.covariance,
        notes=(*known.notes, note),
    )
