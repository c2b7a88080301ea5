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
    RISK_PARITY = "risk parity"
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
    Objective.MIN_VOLATILITY: mean_variance.min_volatility,
    Objective.MAX_SHARPE: mean_variance.max_sharpe,
    Objective.MAX_UTILITY: mean_variance.max_utility,
    Objective.MAX_RETURN: mean_variance.max_return,
    Objective.MIN_TRACKING_ERROR: mean_variance.min_tracking_error,
    Objective.MIN_CVAR: tail_objectives.min_cvar,
    Objective.RISK_PARITY: balance.risk_parity,
    Objective.EQUAL_WEIGHT: balance.equal_weight,
    Objective.INVERSE_VOLATILITY: balance.inverse_volatility,
}
