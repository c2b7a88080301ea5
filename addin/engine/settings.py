"""How to optimise, beyond what the policy says."""

from dataclasses import dataclass

from addin.domain.assumptions import Assumptions
from addin.domain.policy import Rule
from addin.engine.feasible import FeasibleSet, LinearRule, NormLimit, one_sided, percent
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
        target_return: Least expected return, annual.
        target_volatility: As ``max_volatility``; with ``max return`` the portfolio lies on it
            where the rules let it.
        cost_bps: Cost of buying or selling in ``max utility``, needs current weights.
    """

    risk_aversion: float = 2.5
    concentration: float = 0.0
    max_volatility: float | None = None
    max_tracking_error: float | None = None
    target_return: float | None = None
    target_volatility: float | None = None
    cost_bps: float = 0.0

    def __post_init__(self) -> None:
        for name in ("risk_aversion", "concentration", "cost_bps"):
            if not getattr(self, name) >= 0:
                raise InputError(
                    f"{name}: need a number of at least zero, found {getattr(self, name)}"
                )


AS_STATED = Settings()


def _norms(settings: Settings) -> list[NormLimit]:
    wanted = [
        (Rule.VOLATILITY, "volatility", settings.max_volatility),
        (Rule.VOLATILITY, "target volatility", settings.target_volatility),
        (Rule.TRACKING_ERROR, "tracking error", settings.max_tracking_error),
    ]
    return [
        NormLimit(rule, f"{words} ≤ {percent(bound)}", bound)
        for rule, words, bound in wanted
        if bound is not None
    ]


def under(feasible: FeasibleSet, assumptions: Assumptions, settings: Settings) -> FeasibleSet:
    """The feasible set with the limits of the settings.

    Raises:
        InputError: If a limit of volatility or tracking error is not above zero.
    """
    limits: list[LinearRule | NormLimit] = list(_norms(settings))
    if settings.target_return is not None:
        words = f"return ≥ {percent(settings.target_return)}"
        returns = assumptions.expected_returns[places(feasible.tickers, assumptions.tickers)]
        limits.append(one_sided(words, returns, ">=", settings.target_return))
    result = feasible.also(*limits) if limits else feasible
    for limit in result.norm_limits:
        if not limit.bound > 0:
            raise InputError(f"{limit.words}: need a limit above zero")
    return result
