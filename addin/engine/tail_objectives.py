"""Objectives of the tail: each optimum with its value per row of the returns."""

import numpy as np

from addin.domain.weights import Matrix
from addin.engine import drawdown_program
from addin.engine.lift import Charges, lifted, of_weights
from addin.engine.program import Program
from addin.engine.shortfall import min_shortfall
from addin.engine.task import Answer, Task


def _program(task: Task) -> tuple[Program, Matrix]:
    """What is paid besides the tail, and the returns of each variable per row."""
    problem, n = task.problem, len(task.problem.feasible)
    base = problem.program(2 * task.settings.concentration * np.eye(n), np.zeros(n))
    program = lifted(problem, base, Charges(excess=task.settings.soft_price))
    beside = len(program.linear) - n
    return program, np.pad(problem.scenarios, ((0, 0), (0, beside)))


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
