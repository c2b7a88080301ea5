"""Each objective: its program, and the value of its optimum in the objective's own unit."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from addin.domain.labels import did_you_mean, label_key
from addin.domain.policy import Rule
from addin.domain.weights import Vector
from addin.engine import programs
from addin.engine.lift import FREE, Charges, lifted, of_weights
from addin.engine.problem import Problem
from addin.engine.program import Optimum, Program
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
    """A problem and how to optimise it."""

    problem: Problem
    settings: Settings

    @property
    def of_risk(self) -> Charges:
        """What excess over soft limits costs where half the variance is minimised."""
        settings = self.settings
        return Charges(excess=settings.soft_price / (settings.risk_aversion or 1.0))

    @property
    def of_return(self) -> Charges:
        """What excess over soft limits and doubt cost where return counts."""
        return Charges(excess=self.settings.soft_price, doubt=self.settings.uncertainty)


Answer = tuple[Optimum, float]
Method = Callable[[Task], Answer]


def solved(problem: Problem, program: Program, charges: Charges = FREE) -> Optimum:
    """The optimum of a program of weights under everything the problem says."""
    return of_weights(problem, minimum(lifted(problem, program, charges)))


def _min_volatility(task: Task) -> Answer:
    found = solved(task.problem, programs.min_volatility(task.problem), task.of_risk)
    return found, task.problem.norm(Rule.VOLATILITY, found.x)


def _min_tracking_error(task: Task) -> Answer:
    found = solved(task.problem, programs.min_tracking_error(task.problem), task.of_risk)
    return found, task.problem.norm(Rule.TRACKING_ERROR, found.x)


def _max_sharpe(task: Task) -> Answer:
    found, problem = max_sharpe(task.problem, task.of_return), task.problem
    excess = float(problem.expected_returns @ found.x) - problem.assumptions.risk_free
    excess -= _doubted(task, found.x)
    return found, excess / problem.norm(Rule.VOLATILITY, found.x)


def _doubted(task: Task, weights: Vector) -> float:
    """What uncertainty takes from the expected return."""
    rate = task.settings.uncertainty
    return rate * float(np.linalg.norm(task.problem.standard_errors * weights)) if rate else 0.0


def _max_utility(task: Task) -> Answer:
    problem, settings = task.problem, task.settings
    program = programs.max_utility(problem, settings.risk_aversion)
    rate, impact = settings.cost_bps / 1e4, settings.impact_bps / 1e4
    charged = programs.with_impact(program, problem.held, impact) if impact else program
    found = solved(problem, charged, replace(task.of_return, trade=rate))
    utility = -program.value(found.x) - _doubted(task, found.x)
    if rate or impact:
        traded = np.abs(found.x - problem.held)
        utility -= rate * float(traded.sum()) + impact * float(traded @ traded)
    return found, utility


def _max_return(task: Task) -> Answer:
    problem = task.problem
    program = lifted(problem, programs.max_return(problem), task.of_return)
    found = minimum(program)
    if not (program.quadratic.any() or any(found.ball_prices) or program.cones):
        found = minimum(programs.least_volatile_optimum(problem, program, found))
    weights = of_weights(problem, found)
    expected = float(problem.expected_returns @ weights.x)
    return weights, expected - _doubted(task, weights.x)


def towards(problem: Problem, wanted: Vector) -> Answer:
    """The nearest feasible weights to (n,) weights wanted, and their distance."""
    found = solved(problem, programs.nearest(problem, wanted), Charges(excess=1.0))
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


METHODS: dict[Objective, Method] = {
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
