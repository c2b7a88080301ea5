"""Each objective: its program, and the value of its optimum in the objective's own unit."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from addin.domain.labels import did_you_mean, label_key
from addin.domain.policy import Rule
from addin.domain.weights import Vector
from addin.engine import programs
from addin.engine.problem import Problem
from addin.engine.program import Optimum
from addin.engine.settings import Settings
from addin.engine.sharpe import max_sharpe
from addin.engine.solve import minimum
from addin.errors import InputError


class Objective(StrEnum):
    """What "best" means."""

    MIN_VOLATILITY = "min volatility"
    MAX_SHARPE = "max sharpe"
    MAX_UTILITY = "max utility"
    MAX_RETURN = "max return"
    MIN_TRACKING_ERROR = "min tracking error"
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


@dataclass(frozen=True, eq=False)
class Task:
    """A problem, how to optimise it, and the weights before trading."""

    problem: Problem
    settings: Settings
    current: pd.Series | None

    def held(self) -> Vector:
        """(n,) current weights; what is held outside the universe costs the same anyhow."""
        if self.current is None:
            raise InputError("cost_bps: needs current weights, found none")
        place = {label_key(t): i for i, t in enumerate(self.problem.feasible.tickers)}
        held = np.zeros(len(place))
        for ticker, weight in self.current.items():
            if (i := place.get(label_key(str(ticker)))) is not None:
                held[i] = weight
        return held


Answer = tuple[Optimum, float]


def _min_volatility(task: Task) -> Answer:
    found = minimum(programs.min_volatility(task.problem))
    return found, task.problem.norm(Rule.VOLATILITY, found.x)


def _min_tracking_error(task: Task) -> Answer:
    found = minimum(programs.min_tracking_error(task.problem))
    return found, task.problem.norm(Rule.TRACKING_ERROR, found.x)


def _max_sharpe(task: Task) -> Answer:
    found, problem = max_sharpe(task.problem), task.problem
    excess = float(problem.expected_returns @ found.x) - problem.assumptions.risk_free
    return found, excess / problem.norm(Rule.VOLATILITY, found.x)


def _max_utility(task: Task) -> Answer:
    program = programs.max_utility(task.problem, task.settings.risk_aversion)
    rate, n = task.settings.cost_bps / 1e4, len(task.problem.feasible)
    if not rate:
        found = minimum(program)
        return found, -program.value(found.x)
    held = task.held()
    found = minimum(programs.with_costs(program, held, rate))
    weights = found.x[:n]
    cost = rate * float(np.abs(weights - held).sum())
    return replace(found, x=weights), -program.value(weights) - cost


def _max_return(task: Task) -> Answer:
    program = programs.max_return(task.problem)
    found = minimum(program)
    if not program.quadratic.any() and not any(found.ball_prices):
        found = minimum(programs.least_volatile_optimum(task.problem, program, found))
    return found, float(task.problem.expected_returns @ found.x)


def towards(problem: Problem, wanted: Vector) -> Answer:
    """The nearest feasible weights to (n,) weights wanted, and their distance."""
    found = minimum(programs.nearest(problem, wanted))
    return found, float(np.linalg.norm(found.x - wanted))


def _equal(problem: Problem) -> Vector:
    allowed = (problem.feasible.upper > 0).astype(float)
    return np.asarray(allowed / allowed.sum())


def _inverse_volatility(problem: Problem) -> Vector:
    volatilities = np.sqrt(np.diag(problem.covariance))
    if (volatilities <= 0).any():
        ticker = problem.feasible.tickers[int(np.argmin(volatilities))]
        raise InputError(f"inverse volatility: need a volatility above zero, {ticker} has none")
    wanted = (problem.feasible.upper > 0) / volatilities
    return np.asarray(wanted / wanted.sum())


METHODS: dict[Objective, Callable[[Task], Answer]] = {
    Objective.MIN_VOLATILITY: _min_volatility,
    Objective.MAX_SHARPE: _max_sharpe,
    Objective.MAX_UTILITY: _max_utility,
    Objective.MAX_RETURN: _max_return,
    Objective.MIN_TRACKING_ERROR: _min_tracking_error,
    Objective.EQUAL_WEIGHT: lambda task: towards(task.problem, _equal(task.problem)),
    Objective.INVERSE_VOLATILITY: lambda task: towards(
        task.problem, _inverse_volatility(task.problem)
    ),
}
