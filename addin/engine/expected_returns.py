"""The assumptions an optimiser works on: what assets are expected to earn, and their risk."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.choice import Choice
from addin.domain.history import Returns
from addin.domain.stated_assumptions import StatedAssumptions
from addin.domain.views import Views
from addin.domain.weights import Vector, aligned
from addin.engine.black_litterman import black_litterman_assumptions
from addin.engine.capital_market import combined
from addin.engine.covariance import CovarianceMethod
from addin.engine.moments import Moments, RaggedHistory, moments
from addin.engine.return_estimators import (
    bayes_stein,
    capm,
    equilibrium,
    ewma,
    james_stein,
)
from addin.engine.returns import periods_per_year as inferred_periods_per_year
from addin.engine.view_uncertainty import ViewMethod
from addin.errors import InputError


class ExpectedReturnMethod(Choice):
    """How expected returns are estimated."""

    HISTORICAL = "historical"
    EWMA = "ewma"
    SHRUNK = "shrunk"
    JAMES_STEIN = "james-stein"
    EQUILIBRIUM = "equilibrium"
    CAPM = "capm"
    UNIVERSE = "universe"
    ASSUMPTIONS = "assumptions"
    BLACK_LITTERMAN = "black-litterman"


@dataclass(frozen=True, eq=False)
class Beliefs:
    """What is typed beside the returns.

    Attributes:
        market_weights: By ticker, for ``equilibrium``, ``capm`` and ``black-litterman``.
        market_premium: Annual return of the market above the risk-free rate, for ``capm``; the
            history's own when not given.
        risk_aversion: Of the market, for ``equilibrium`` and ``black-litterman``.
        universe_returns: (N,) annual, in the order of the tickers, for ``universe``.
        stated: By ticker, for ``assumptions``: of every asset wanted, also of those without
            returns.
        views: For ``black-litterman``.
        tau: Uncertainty of the equilibrium, for ``black-litterman``.
        view_method: For ``black-litterman``; chosen by the views when not given.
    """

    market_weights: pd.Series | None = None
    market_premium: float | None = None
    risk_aversion: float = 2.5
    universe_returns: Vector | None = None
    stated: StatedAssumptions | None = None
    views: Views | None = None
    tau: float = 0.05
    view_method: ViewMethod | None = None


NOTHING_TYPED = Beliefs()


def assumptions(  # noqa: PLR0913 - the settings of one table of options
    returns: Returns,
    *,
    method: ExpectedReturnMethod,
    covariance_method: CovarianceMethod,
    risk_free: float,
    half_life: float | None = None,
    periods_per_year: float | None = None,
    history: RaggedHistory = RaggedHistory.COMMON,
    beliefs: Beliefs = NOTHING_TYPED,
) -> Assumptions:
    """Annual expected returns and covariance.

    Per-period figures times periods per year: expected returns are arithmetic.

    Args:
        returns: Over the dates on which all have one, unless ``history`` says otherwise.
        method: Of the expected returns. With ``assumptions``, what is not typed is ``shrunk``.
        covariance_method: Of the covariance, which most methods of expected returns use too.
        risk_free: Annual.
        half_life: Rows, for the ``ewma`` methods.
        periods_per_year: Inferred from the dates when not given.
        history: What to do with histories of different length.
        beliefs: What was typed beside the returns.

    Returns:
        In the order of the returns; of the typed assumptions where these are the method.

    Raises:
        InputError: If what the method needs is missing, or the returns do not suffice.
    """
    known = moments(returns, covariance_method, half_life, history)
    ppy = periods_per_year or inferred_periods_per_year(known.returns.dates)
    annual = Assumptions(
        returns.tickers,
        known.means * ppy,
        known.covariance * ppy,
        risk_free,
        len(known.returns.dates) / ppy,
        known.notes,
    )
    if method is ExpectedReturnMethod.BLACK_LITTERMAN:
        return _with_views(annual, beliefs)
    if method is ExpectedReturnMethod.ASSUMPTIONS:
        return _completed(replace(annual, expected_returns=_shrunk(known) * ppy), beliefs)
    match method:
        case ExpectedReturnMethod.HISTORICAL:
            expected = annual.expected_returns
        case ExpectedReturnMethod.EWMA:
            expected = _recent(known, half_life) * ppy
        case ExpectedReturnMethod.SHRUNK:
            expected = _shrunk(known) * ppy
        case ExpectedReturnMethod.JAMES_STEIN:
            rows = len(known.returns.dates)
            expected = james_stein(known.means, known.covariance, rows) * ppy
        case _:
            expected = _typed(annual, method, beliefs)
    return replace(annual, expected_returns=expected)


def _typed(known: Assumptions, method: ExpectedReturnMethod, beliefs: Beliefs) -> Vector:
    """(N,) annual, by what was typed beside the returns."""
    if method is ExpectedReturnMethod.UNIVERSE:
        return _stated(beliefs.universe_returns, known.tickers)
    market = _market(beliefs, known.tickers, method)
    if method is ExpectedReturnMethod.EQUILIBRIUM:
        return equilibrium(known.covariance, market, beliefs.risk_aversion, known.risk_free)
    premium = beliefs.market_premium
    if premium is None:
        premium = float(market @ known.expected_returns) - known.risk_free
    return capm(known.covariance, market, premium, known.risk_free)


def _recent(known: Moments, half_life: float | None) -> Vector:
    if known.notes:
        raise InputError(
            f"history: {RaggedHistory.STAMBAUGH} gives every date the same weight and knows no "
            f"expected returns ewma; choose {RaggedHistory.COMMON}, or another method"
        )
    return ewma(known.returns.values, half_life)


def _shrunk(known: Moments) -> Vector:
    return bayes_stein(known.means, known.covariance, len(known.returns.dates))


def _with_views(known: Assumptions, beliefs: Beliefs) -> Assumptions:
    if beliefs.views is None:
        raise InputError(
            "expected returns: black-litterman needs views, found none; in cells put the "
            "Posterior of IPS_BLACK_LITTERMAN into the universe's column Expected return"
        )
    market = _market(beliefs, known.tickers, ExpectedReturnMethod.BLACK_LITTERMAN)
    return black_litterman_assumptions(
        known,
        pd.Series(market, index=list(known.tickers)),
        beliefs.views,
        risk_aversion=beliefs.risk_aversion,
        tau=beliefs.tau,
        method=beliefs.view_method,
    )


def _completed(known: Assumptions, beliefs: Beliefs) -> Assumptions:
    if beliefs.stated is None:
        raise InputError(
            "expected returns: assumptions needs typed assumptions, found none; in cells pass "
            "IPS_ASSUMPTIONS as the returns"
        )
    return combined(beliefs.stated, known, known.risk_free)


def _market(beliefs: Beliefs, tickers: tuple[str, ...], method: ExpectedReturnMethod) -> Vector:
    if beliefs.market_weights is None:
        raise InputError(f"expected returns: {method} needs market weights, found none")
    return aligned(beliefs.market_weights, tickers, "market weights")


def _stated(universe_returns: Vector | None, tickers: tuple[str, ...]) -> Vector:
    stated = np.full(len(tickers), np.nan) if universe_returns is None else universe_returns
    if missing := [t for t, r in zip(tickers, stated, strict=True) if not np.isfinite(r)]:
        raise InputError(f"universe, Expected return: need a number for {', '.join(missing)}")
    return np.asarray(stated, dtype=float)
