"""Objectives of the tail: each optimum with its value per row of the returns."""

import numpy as np

from addin.engine.lift import Charges, lifted, of_weights
from addin.engine.shortfall import min_shortfall
from addin.engine.task import Answer, Task


def min_cvar(task: Task) -> Answer:
    """Least CVaR per row of the returns."""
    problem, settings = task.problem, task.settings
    n = len(problem.feasible)
    curved = 2 * settings.concentration * np.eye(n)
    base = problem.program(curved, np.zeros(n))
    program = lifted(problem, base, Charges(excess=settings.soft_price))
    beside = len(program.linear) - n
    scenarios = np.pad(problem.scenarios, ((0, 0), (0, beside)))
    found = min_shortfall(program, scenarios, problem.confidence)
    return of_weights(problem, found.optimum), found.shortfall
