"""The objectives a user may name, and how each is solved."""

from enum import StrEnum

from addin.domain.labels import did_you_mean, label_key
from addin.engine import balance, mean_variance, tail_objectives
from addin.engine.settings import Settings
from addin.engine.task import Method
from addin.errors import InputError


class Objective(StrEnum):
    """What "best" means."""

    MIN_VOLATILITY = "min volatility"
    MAX_SHARPE = "max sharpe"
    MAX_UTILITY = "max utility"
    MAX_RETURN = "max return"
    MIN_TRACKING_ERROR = "min tracking error"
    MIN_VAR = "min var"
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


def require_honoured(objective: Objective, settings: Settings) -> None:
    """Refuse a target that an objective has no use for.

    Raises:
        InputError: Naming the target and the objective that serves it.
    """
    if settings.target_var is not None and objective is not Objective.MAX_RETURN:
        raise InputError(
            f"target_var: needs the objective {Objective.MAX_RETURN}, found {objective}"
        )


METHODS: dict[Objective, Method] = {
    Objective.MIN_VOLATILITY: Method(
        mean_variance.min_volatility,
        mean_variance.volatility_program,
        half_square=lambda task: 0.0,
    ),
    Objective.MAX_SHARPE: Method(
        mean_variance.max_sharpe, ratio=mean_variance.sharpe_ratio, greatest=True
    ),
    Objective.MAX_UTILITY: Method(
        mean_variance.max_utility, mean_variance.utility_program, greatest=True
    ),
    Objective.MAX_RETURN: Method(
        tail_objectives.max_return, mean_variance.return_program, greatest=True
    ),
    Objective.MIN_TRACKING_ERROR: Method(
        mean_variance.min_tracking_error,
        mean_variance.tracking_program,
        half_square=mean_variance.half_benchmark_variance,
    ),
    Objective.MIN_VAR: Method(tail_objectives.min_var),
    Objective.MIN_CVAR: Method(tail_objectives.min_cvar),
    Objective.MIN_DRAWDOWN: Method(tail_objectives.min_drawdown),
    Objective.RISK_PARITY: Method(balance.risk_parity, everywhere=True),
    Objective.MAX_DIVERSIFICATION: Method(
        balance.max_diversification, ratio=balance.diversification, greatest=True, hard=True
    ),
    Objective.EQUAL_WEIGHT: Method(balance.equal_weight, hard=True),
    Objective.INVERSE_VOLATILITY: Method(balance.inverse_volatility, hard=True),
}
