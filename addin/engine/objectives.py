"""The objectives a user may name, and how each is solved."""

from enum import StrEnum

from addin.domain.labels import did_you_mean, label_key
from addin.engine import balance, mean_variance, tail_objectives
from addin.engine.task import Method
from addin.errors import InputError


class Objective(StrEnum):
    """What "best" means."""

    MIN_VOLATILITY = "min volatility"
    MAX_SHARPE = "max sharpe"
    MAX_UTILITY = "max utility"
    MAX_RETURN = "max return"
    MIN_TRACKING_ERROR = "min tracking error"
    MIN_CVAR = "min cvar"
    MIN_DRAWDOWN = "min drawdown"
    RISK_PARITY = "risk parity"
    MAX_DIVERSIFICATION = "max diversification"
    EQUAL_WEIGHT = "equal weight"
    INVERSE_VOLATILITY = "inverse volatility"


_NAMED = {label_key(objective): objective for objective in Objective}


def objective_named(name: str) -> Objective:
    """The objective of this name.

    Raises:
        InputError: If there is none; the nearest is suggested.
    """
    if isinstance(name, Objective):
        return name
    if (chosen := _NAMED.get(label_key(name))) is None:
        raise InputError(
            f"objective: need one of {', '.join(Objective)}, found '{name}'"
            f"{did_you_mean(name, Objective)}"
        )
    return chosen


METHODS: dict[Objective, Method] = {
    Objective.MIN_VOLATILITY: Method(
        mean_variance.min_volatility, mean_variance.volatility_program
    ),
    Objective.MAX_SHARPE: Method(mean_variance.max_sharpe, greatest=True),
    Objective.MAX_UTILITY: Method(
        mean_variance.max_utility, mean_variance.utility_program, greatest=True
    ),
    Objective.MAX_RETURN: Method(
        mean_variance.max_return, mean_variance.return_program, greatest=True
    ),
    Objective.MIN_TRACKING_ERROR: Method(
        mean_variance.min_tracking_error, mean_variance.tracking_program
    ),
    Objective.MIN_CVAR: Method(tail_objectives.min_cvar),
    Objective.MIN_DRAWDOWN: Method(tail_objectives.min_drawdown),
    Objective.RISK_PARITY: Method(balance.risk_parity, everywhere=True),
    Objective.MAX_DIVERSIFICATION: Method(balance.max_diversification, greatest=True),
    Objective.EQUAL_WEIGHT: Method(balance.equal_weight),
    Objective.INVERSE_VOLATILITY: Method(balance.inverse_volatility),
}
