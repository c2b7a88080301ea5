"""How to optimise, beyond what the policy says."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from addin.domain.assumptions import Assumptions
from addin.domain.policy import Rule
from addin.engine.feasible import (
    FeasibleSet,
    FurtherRule,
    HoldingsLimit,
    LinearRule,
    NormLimit,
    ShortLimit,
    TailLimit,
    TurnoverLimit,
    one_sided,
    percent,
)
from addin.engine.problem import places
from addin.errors import InputError


@dataclass(frozen=True)
class Settings:
    """How to optimise; every limit here holds whatever the objective.

    Attributes:
        risk_aversion: λ of the utility μ'w − λ/2 w'Σw.
        concentration: c of the penalty c·Σw²: added to the variance where risk is minimised
            or divided by, subtracted from utility and return; nearest-weight objectives have
            no use for it.
        max_volatility: Annual.
        max_tracking_error: Annual, needs a benchmark.
        max_cvar: Per row of the returns, needs them.
        max_turnover: One-way, needs current weights.
        max_short: Total of short positions, as a positive weight.
        max_holdings: Number of assets with a weight.
        min_holding: Least weight of an asset that is held at all.
        target_return: Least expected return, annual.
        target_volatility: As ``max_volatility``; with ``max return`` the portfolio lies on it
            where the rules let it.
        target_cvar: The same of CVaR.
        target_var: The same of historical value at risk, with ``max return`` alone.
        cost_bps: Cost of buying or selling in ``max utility``, needs current weights.
        impact_bps: Cost of trading everything in ``max utility``, growing with the square of
            what is traded: impact_bps/10⁴ · Σ(w − current)².
        soft_price: Expected return a year that must be gained for each unit beyond a soft limit;
            where risk alone is minimised, in units of λ/2 times the variance.
        uncertainty: Standard errors of the portfolio's expected return that are subtracted from
            it in ``max utility``, ``max return`` and ``max sharpe``.
        time_limit: Seconds for the choice of few holdings.
        seed: Of random starts.
    """

    risk_aversion: float = 2.5
    concentration: float = 0.0
    max_volatility: float | None = None
    max_tracking_error: float | None = None
    max_cvar: float | None = None
    max_turnover: float | None = None
    max_short: float | None = None
    max_holdings: int | None = None
    min_holding: float | None = None
    target_return: float | None = None
    target_volatility: float | None = None
    target_cvar: float | None = None
    target_var: float | None = None
    cost_bps: float = 0.0
    impact_bps: float = 0.0
    soft_price: float = 1.0
    uncertainty: float = 0.0
    time_limit: float = 5.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name in _NOT_NEGATIVE:
            value = getattr(self, name)
            if value is not None and not value >= 0:
                raise InputError(f"{name}: need a number of at least zero, found {value}")
        for name in ("max_cvar", "target_cvar", "target_var", "max_holdings", "time_limit"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise InputError(f"{name}: need a number above zero, found {value}")


_NOT_NEGATIVE = (
    "risk_aversion",
    "concentration",
    "cost_bps",
    "impact_bps",
    "soft_price",
    "uncertainty",
    "max_turnover",
    "max_short",
    "min_holding",
)
AS_STATED = Settings()


def _norms(settings: Settings) -> Iterator[NormLimit]:
    wanted = [
        (Rule.VOLATILITY, "volatility", settings.max_volatility),
        (Rule.VOLATILITY, "target volatility", settings.target_volatility),
        (Rule.TRACKING_ERROR, "tracking error", settings.max_tracking_error),
    ]
    for rule, words, bound in wanted:
        if bound is not None:
            yield NormLimit(rule, f"{words} ≤ {percent(bound)}", bound)


def _others(settings: Settings) -> Iterator[FurtherRule]:
    if settings.max_cvar is not None:
        yield TailLimit(f"cvar ≤ {percent(settings.max_cvar)}", settings.max_cvar)
    if settings.target_cvar is not None:
        yield TailLimit(f"target cvar ≤ {percent(settings.target_cvar)}", settings.target_cvar)
    if settings.max_turnover is not None:
        yield TurnoverLimit(f"turnover ≤ {percent(settings.max_turnover)}", settings.max_turnover)
    if settings.max_short is not None:
        yield ShortLimit(f"short positions ≤ {percent(settings.max_short)}", settings.max_short)


def _returns(
    feasible: FeasibleSet, assumptions: Assumptions, settings: Settings
) -> Iterator[LinearRule]:
    if settings.target_return is not None:
        words = f"return ≥ {percent(settings.target_return)}"
        returns = assumptions.expected_returns[places(feasible.tickers, assumptions.tickers)]
        yield one_sided(words, returns, ">=", settings.target_return)


def _holdings(known: HoldingsLimit | None, settings: Settings) -> HoldingsLimit | None:
    """The tighter of what the policy and the settings say."""
    words = list(known.words) if known else []
    most = known.most if known else None
    least = known.least_weight if known else 0.0
    if settings.max_holdings is not None and (most is None or settings.max_holdings < most):
        most = settings.max_holdings
        words.append(f"holdings ≤ {most}")
    if settings.min_holding and settings.min_holding > least:
        least = settings.min_holding
        words.append(f"each holding ≥ {percent(least)}")
    return HoldingsLimit(tuple(words), most, least) if words else None


def under(feasible: FeasibleSet, assumptions: Assumptions, settings: Settings) -> FeasibleSet:
    """The feasible set with the limits of the settings.

    Raises:
        InputError: If a limit of volatility or tracking error is not above zero.
    """
    limits = (
        *_norms(settings),
        *_returns(feasible, assumptions, settings),
        *_others(settings),
    )
    result = feasible.also(*limits) if limits else feasible
    holdings = _holdings(feasible.holdings, settings)
    if holdings != result.holdings:
        result = replace(result, holdings=holdings)
    for limit in result.norm_limits:
        if not limit.bound > 0:
            raise InputError(f"{limit.words}: need a limit above zero")
    return result
