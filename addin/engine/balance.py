"""Objectives of balance: weights or risk spread evenly, as far as the rules allow."""

import numpy as np

from addin.domain.policy import Rule
from addin.domain.weights import Vector
from addin.engine import programs
from addin.engine.diversification import diversification_ratio
from addin.engine.diversification import max_diversification as most_diversified
from addin.engine.lift import Charges
from addin.engine.problem import Problem
from addin.engine.risk_budget_limits import constrained_risk_budget
from addin.engine.task import Answer, Task, solved
from addin.errors import InputError


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


def equal_weight(task: Task) -> Answer:
    """The weights nearest to equal ones, and how far they are."""
    return towards(task.problem, _equal(task.problem))


def inverse_volatility(task: Task) -> Answer:
    """The weights nearest to those in inverse proportion to volatility, and how far they are."""
    return towards(task.problem, _inverse_volatility(task.problem))


def _require_rows_alone(problem: Problem) -> None:
    feasible = problem.feasible
    words = [limit.words for limit in feasible.turnover_limits]
    words += [limit.words for limit in feasible.short_limits]
    words += [rule.words for rule in feasible.soft]
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
    found = constrained_risk_budget(program, problem.covariance, np.full(n, 1 / n))
    return found, problem.norm(Rule.VOLATILITY, found.x)


def max_diversification(task: Task) -> Answer:
    """Greatest average volatility of the assets over that of the portfolio; that ratio."""
    found = most_diversified(task.problem)
    return found, diversification_ratio(found.x, task.problem.covariance)
