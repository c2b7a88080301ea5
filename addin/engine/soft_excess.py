"""What a portfolio exceeds soft limits by, and what that costs an objective."""

import math

import numpy as np

from addin.domain.policy import Rule
from addin.domain.weights import Vector
from addin.engine.feasible import FurtherRule, LinearRule, NormLimit, TailLimit, TurnoverLimit
from addin.engine.problem import Problem
from addin.engine.tail import expected_shortfall
from addin.engine.task import Method, Task


def _beyond(problem: Problem, limit: FurtherRule, weights: Vector) -> float:
    """How far weights are beyond a limit, in its unit; negative if within."""
    if isinstance(limit, LinearRule):
        value = float(limit.coefficients @ weights)
        return max(value - limit.upper, limit.lower - value) / limit.unit
    if isinstance(limit, NormLimit):
        return problem.norm(limit.rule, weights) - limit.bound
    if isinstance(limit, TailLimit):
        shortfall = expected_shortfall(problem.scenarios @ weights, problem.confidence)
        return float(shortfall) - limit.bound
    if isinstance(limit, TurnoverLimit):
        sold = float(np.maximum(problem.held - weights, 0.0).sum())
        return sold + problem.held_elsewhere - limit.bound
    return float(np.maximum(-weights, 0.0).sum()) - limit.bound


def soft_excess(problem: Problem, weights: Vector) -> float:
    """How far (n,) weights are beyond soft limits, added up over limits.

    Weights and rates count in decimals, scores and betas in sizes of their limit; a limit of
    several rows counts once, by the row that is exceeded most. Zero if all are kept.
    """
    beyond: dict[str, float] = {}
    for limit in problem.feasible.soft:
        most = beyond.get(limit.words, 0.0)
        beyond[limit.words] = max(most, _beyond(problem, limit, weights))
    return sum(beyond.values())


def _price(task: Task, method: Method, weights: Vector) -> float:
    if method.hard:
        return 0.0
    charges = task.of_return if method.half_square is None else task.of_risk
    return charges.excess * soft_excess(task.problem, weights)


def _ratio(problem: Problem, reward: float, weights: Vector) -> float:
    """Reward by the risk that is minimised beside it, the concentration penalty included."""
    risk = math.sqrt(max(float(weights @ problem.penalised @ weights), 0.0))
    return reward / risk if risk else math.inf


def cost(task: Task, method: Method, weights: Vector, value: float) -> float:
    """What an objective minimises, the price of excess over soft limits included.

    Args:
        task: Its soft limits have no say in a method of hard ones.
        method: Of the objective.
        weights: (n,) optimal.
        value: Of the objective there, in its own unit.

    Returns:
        Minus the value where a greater one is better, and half its square where that is what
        is minimised: plus the price.
    """
    problem, price = task.problem, _price(task, method, weights)
    if method.ratio is not None:
        reward = value * problem.norm(Rule.VOLATILITY, weights) - price
        return -_ratio(problem, reward, weights)
    if method.greatest:
        return price - value
    if method.hard:
        return value
    spread = problem.concentration * float(weights @ weights)
    if method.half_square is not None:
        return (value**2 + spread) / 2 + price
    return value + spread + price
