"""Objectives and targets of the tail: each optimum with its value per row of the returns."""

from dataclasses import replace

import numpy as np

from addin.domain.weights import Matrix
from addin.engine import drawdown_program, mean_variance
from addin.engine.lift import Charges, lifted, of_weights
from addin.engine.program import Optimum, Program
from addin.engine.shortfall import min_shortfall
from addin.engine.tail_search import SearchedOptimum, min_value_at_risk, within_value_at_risk
from addin.engine.task import Answer, Task


def _program(task: Task) -> tuple[Program, Matrix]:
    """What is paid besides the tail, and the returns of each variable per row."""
    problem, n = task.problem, len(task.problem.feasible)
    base = problem.program(2 * task.settings.concentration * np.eye(n), np.zeros(n))
    program = lifted(problem, base, Charges(excess=task.settings.soft_price))
    return program, problem.scenarios_over(len(program.linear))


def _found_locally(searched: SearchedOptimum) -> Optimum:
    starts = f"{searched.agreed} of {searched.starts} starts led there"
    return replace(searched.optimum, note=f"value at risk: a local search, {starts}")


def min_var(task: Task) -> Answer:
    """Least historical value at risk per row, as far as a local search finds it."""
    program, scenarios = _program(task)
    confidence, seed = task.problem.confidence, task.settings.seed
    found = min_value_at_risk(program, scenarios, confidence, seed=seed)
    return of_weights(task.problem, _found_locally(found)), found.value_at_risk


def max_return(task: Task) -> Answer:
    """Greatest expected return; within a target of value at risk by a local search."""
    bound = task.settings.target_var
    if bound is None:
        return mean_variance.max_return(task)
    _, scenarios = _program(task)
    found = within_value_at_risk(
        mean_variance.return_program(task),
        scenarios,
        task.problem.confidence,
        bound,
        seed=task.settings.seed,
    )
    weights = of_weights(task.problem, _found_locally(found))
    return weights, float(task.problem.expected_returns @ weights.x)


def min_cvar(task: Task) -> Answer:
    """Least CVaR per row of the returns."""
    program, scenarios = _program(task)
    found = min_shortfall(program, scenarios, task.problem.confidence)
    return of_weights(task.problem, found.optimum), found.shortfall


def min_drawdown(task: Task) -> Answer:
    """Least conditional drawdown at risk, of returns added up without compounding."""
    program, scenarios = _program(task)
    found = drawdown_program.min_drawdown(program, scenarios, task.problem.confidence)
    return of_weights(task.problem, found.optimum), found.drawdown
