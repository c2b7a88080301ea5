"""Objectives of balance: weights or risk spread evenly, as far as the hard rules allow.

What is balanced has no price in return, so soft limits have no say here.
"""

from contextlib import suppress
from dataclasses import replace

import numpy as np

from addin.domain.policy import Rule
from addin.domain.weights import Matrix, Vector
from addin.engine import programs
from addin.engine.diversification import diversification_ratio, rewarded
from addin.engine.diversification import max_diversification as most_diversified
from addin.engine.lift import lifted
from addin.engine.problem import Problem
from addin.engine.program import Optimum, Program
from addin.engine.risk_budget import risk_budget
from addin.engine.risk_budget_limits import constrained_risk_budget
from addin.engine.sharpe import as_ratio
from addin.engine.task import Answer, Method, Task, solved
from addin.errors import InputError

_ROUNDING = 1e-12


def _under_hard_rules(problem: Problem) -> Problem:
    if not problem.feasible.soft:
        return problem
    return replace(problem, feasible=replace(problem.feasible, soft=()))


def towards(problem: Problem, wanted: Vector) -> Answer:
    """The nearest feasible weights to (n,) weights wanted, and their distance."""
    found = solved(_under_hard_rules(problem), programs.nearest(problem, wanted))
    return found, float(np.linalg.norm(found.x - wanted))


def to_nearest(wanted: Vector) -> Method:
    """The method that goes to the nearest feasible weights."""

    def program(task: Task) -> Program:
        problem = _under_hard_rules(task.problem)
        return lifted(problem, programs.nearest(problem, wanted))

    return Method(
        lambda task: towards(task.problem, wanted),
        program,
        half_square=lambda task: float(wanted @ wanted) / 2,
        hard=True,
    )


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


def equal_weight(task: Task) -> Answer:
    """The weights nearest to equal ones, and how far they are."""
    return towards(task.problem, _equal(task.problem))


def inverse_volatility(task: Task) -> Answer:
    """The weights nearest to those in inverse proportion to volatility, and how far they are."""
    return towards(task.problem, _inverse_volatility(task.problem))


def _require_rows_alone(problem: Problem) -> None:
    feasible = problem.feasible
    words = [limit.words for limit in feasible.turnover_limits]
    if (feasible.lower < 0).any():
        words += [limit.words for limit in feasible.short_limits]
    if words:
        raise InputError(
            f"risk parity: cannot be traded off against {'; '.join(words)}; leave that out, or "
            "use min volatility or max diversification"
        )


def risk_parity(task: Task) -> Answer:
    """Equal contributions to volatility where the rules let them be; the volatility."""
    problem = task.problem
    _require_rows_alone(problem)
    n = len(problem.feasible)
    program = problem.program(problem.covariance, np.zeros(n))
    found = _within_limits(program, problem.covariance, np.full(n, 1 / n))
    return found, problem.norm(Rule.VOLATILITY, found.x)


def _within_limits(program: Program, covariance: Matrix, budgets: Vector) -> Optimum:
    """Without limits it costs a tenth, and where it obeys them they make no difference."""
    if (program.upper > 0).all():
        with suppress(InputError):
            free = risk_budget(covariance, budgets)
            if program.violation(free.weights) <= _ROUNDING:
                nothing = np.zeros(len(program.rows)), (0.0,) * len(program.balls)
                return Optimum(free.weights, *nothing, "Newton", free.iterations)
    return constrained_risk_budget(program, covariance, budgets)


def diversification(task: Task) -> tuple[Program, Vector]:
    """Half the variance, and the volatilities of the assets."""
    return as_ratio(rewarded(_under_hard_rules(task.problem)))


def max_diversification(task: Task) -> Answer:
    """Greatest average volatility of the assets over that of the portfolio; that ratio."""
    found = most_diversified(_under_hard_rules(task.problem))
    return found, diversification_ratio(found.x, task.problem.covariance)
