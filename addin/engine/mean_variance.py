"""Objectives of mean and variance: each optimum with its value in the objective's own unit."""

from dataclasses import replace

import numpy as np

from addin.domain.policy import Rule
from addin.domain.weights import Vector
from addin.engine import programs, sharpe
from addin.engine.lift import lifted, of_weights
from addin.engine.program import Program
from addin.engine.solve import minimum
from addin.engine.task import Answer, Task


def volatility_program(task: Task) -> Program:
    """Half the variance, least."""
    return lifted(task.problem, programs.min_volatility(task.problem), task.of_risk)


def tracking_program(task: Task) -> Program:
    """Half the active variance less that of the benchmark, least."""
    return lifted(task.problem, programs.min_tracking_error(task.problem), task.of_risk)


def half_benchmark_variance(task: Task) -> float:
    """What ``tracking_program`` leaves out of half the active variance."""
    benchmark = task.problem.required_benchmark()
    return float(benchmark @ task.problem.assumptions.covariance @ benchmark) / 2


def utility_program(task: Task) -> Program:
    """Utility less costs, with its sign changed."""
    problem, settings = task.problem, task.settings
    program = programs.max_utility(problem, settings.risk_aversion)
    if impact := settings.impact_bps / 1e4:
        program = programs.with_impact(program, problem.held, impact)
    return lifted(problem, program, replace(task.of_return, trade=settings.cost_bps / 1e4))


def return_program(task: Task) -> Program:
    """Expected return with its sign changed."""
    return lifted(task.problem, programs.max_return(task.problem), task.of_return)


def min_volatility(task: Task) -> Answer:
    """Least annual volatility."""
    found = of_weights(task.problem, minimum(volatility_program(task)))
    return found, task.problem.norm(Rule.VOLATILITY, found.x)


def min_tracking_error(task: Task) -> Answer:
    """Least annual tracking error."""
    found = of_weights(task.problem, minimum(tracking_program(task)))
    return found, task.problem.norm(Rule.TRACKING_ERROR, found.x)


def max_sharpe(task: Task) -> Answer:
    """Greatest excess return per unit of volatility, both annual."""
    found, problem = sharpe.max_sharpe(task.problem, task.of_return), task.problem
    excess = float(problem.expected_returns @ found.x) - problem.assumptions.risk_free
    excess -= _doubted(task, found.x)
    return found, excess / problem.norm(Rule.VOLATILITY, found.x)


def sharpe_ratio(task: Task) -> tuple[Program, Vector]:
    """Half the variance, and expected returns above the risk-free rate less what is charged."""
    return sharpe.as_ratio(task.problem, task.of_return)


def _doubted(task: Task, weights: Vector) -> float:
    """What uncertainty takes from the expected return."""
    rate = task.settings.uncertainty
    return rate * float(np.linalg.norm(task.problem.standard_errors * weights)) if rate else 0.0


def max_utility(task: Task) -> Answer:
    """Greatest μ'w − λ/2 w'Σw less what trading costs, annual."""
    problem, settings = task.problem, task.settings
    found = of_weights(problem, minimum(utility_program(task)))
    program = programs.max_utility(problem, settings.risk_aversion)
    utility = -program.value(found.x) - _doubted(task, found.x)
    rate, impact = settings.cost_bps / 1e4, settings.impact_bps / 1e4
    if rate or impact:
        traded = np.abs(found.x - problem.held)
        utility -= rate * float(traded.sum()) + impact * float(traded @ traded)
    return found, utility


def max_return(task: Task) -> Answer:
    """Greatest expected return, annual; the least volatile of several such portfolios."""
    problem = task.problem
    program = return_program(task)
    found = minimum(program)
    if not (program.quadratic.any() or any(found.ball_prices) or program.cones):
        found = minimum(programs.least_volatile_optimum(problem, program, found))
    weights = of_weights(problem, found)
    expected = float(problem.expected_returns @ weights.x)
    return weights, expected - _doubted(task, weights.x)
