"""The best portfolio a policy allows."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.labels import did_you_mean, label_key
from addin.domain.policy import Rule
from addin.domain.weights import EDGE, Vector
from addin.engine import objectives
from addin.engine.binding import binding
from addin.engine.conflict import explained
from addin.engine.constraints import (
    FeasibleSet,
    LinearRule,
    NormLimit,
    one_sided,
    percent,
    places,
)
from addin.engine.objectives import Problem, problem_of
from addin.engine.program import Optimum
from addin.engine.sharpe import max_sharpe
from addin.engine.solve import minimum
from addin.errors import InfeasibleError, InputError

_SUM = 1e-12


class Objective(StrEnum):
    """What "best" means."""

    MIN_VOLATILITY = "min volatility"
    MAX_SHARPE = "max sharpe"
    MAX_UTILITY = "max utility"
    MAX_RETURN = "max return"
    MIN_TRACKING_ERROR = "min tracking error"
    EQUAL_WEIGHT = "equal weight"
    INVERSE_VOLATILITY = "inverse volatility"


@dataclass(frozen=True)
class Settings:
    """How to optimise; every limit here holds whatever the objective.

    Attributes:
        risk_aversion: λ of the utility μ'w − λ/2 w'Σw.
        concentration: c of the penalty c·Σw²: added to the variance where risk is minimised
            or divided by, subtracted from utility and return; nearest-weight objectives have
            no use for it.
        max_volatility: Annual.
        max_tracking_error: Annual, needs a benchmark.
        target_return: Least expected return, annual.
        target_volatility: As ``max_volatility``; with ``max return`` the portfolio lies on it
            where the rules let it.
        cost_bps: Cost of buying or selling in ``max utility``, needs current weights.
    """

    risk_aversion: float = 2.5
    concentration: float = 0.0
    max_volatility: float | None = None
    max_tracking_error: float | None = None
    target_return: float | None = None
    target_volatility: float | None = None
    cost_bps: float = 0.0

    def __post_init__(self) -> None:
        for name in ("risk_aversion", "concentration", "cost_bps"):
            if not getattr(self, name) >= 0:
                raise InputError(
                    f"{name}: need a number of at least zero, found {getattr(self, name)}"
                )


AS_STATED = Settings()


@dataclass(frozen=True, eq=False)
class Solution:
    """An optimal portfolio and the rules that hold it.

    Attributes:
        weights: Decimals by ticker, in the order of the feasible set.
        objective_value: In the objective's own unit: annual volatility, Sharpe ratio, utility,
            annual return, annual tracking error, or distance from the weights wanted.
        solver: Who solved it.
        iterations: Of that solver.
        binding: Words of every rule the portfolio is at the limit of.
        asset_binding: Per asset, the words of its own limit and of the rules it belongs to
            that bind, or nothing. A weight of zero that may not be negative is not listed.
    """

    weights: pd.Series
    objective_value: float
    solver: str
    iterations: int
    binding: tuple[str, ...] = field(default=())
    asset_binding: tuple[str, ...] = field(default=())


@dataclass(frozen=True, eq=False)
class _Task:
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


def _min_volatility(task: _Task) -> Answer:
    found = minimum(objectives.min_volatility(task.problem))
    return found, task.problem.norm(Rule.VOLATILITY, found.x)


def _min_tracking_error(task: _Task) -> Answer:
    found = minimum(objectives.min_tracking_error(task.problem))
    return found, task.problem.norm(Rule.TRACKING_ERROR, found.x)


def _max_sharpe(task: _Task) -> Answer:
    found, problem = max_sharpe(task.problem), task.problem
    excess = float(problem.expected_returns @ found.x) - problem.assumptions.risk_free
    return found, excess / problem.norm(Rule.VOLATILITY, found.x)


def _max_utility(task: _Task) -> Answer:
    program = objectives.max_utility(task.problem, task.settings.risk_aversion)
    rate, n = task.settings.cost_bps / 1e4, len(task.problem.feasible)
    if not rate:
        found = minimum(program)
        return found, -program.value(found.x)
    held = task.held()
    found = minimum(objectives.with_costs(program, held, rate))
    weights = found.x[:n]
    cost = rate * float(np.abs(weights - held).sum())
    return replace(found, x=weights), -program.value(weights) - cost


def _max_return(task: _Task) -> Answer:
    program = objectives.max_return(task.problem)
    found = minimum(program)
    if not program.quadratic.any() and not any(found.ball_prices):
        found = minimum(objectives.least_volatile_optimum(task.problem, program, found))
    return found, float(task.problem.expected_returns @ found.x)


def _towards(wanted: Callable[[Problem], Vector]) -> Callable[[_Task], Answer]:
    def nearest(task: _Task) -> Answer:
        goal = wanted(task.problem)
        found = minimum(objectives.nearest(task.problem, goal))
        return found, float(np.linalg.norm(found.x - goal))

    return nearest


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


_METHODS: dict[Objective, Callable[[_Task], Answer]] = {
    Objective.MIN_VOLATILITY: _min_volatility,
    Objective.MAX_SHARPE: _max_sharpe,
    Objective.MAX_UTILITY: _max_utility,
    Objective.MAX_RETURN: _max_return,
    Objective.MIN_TRACKING_ERROR: _min_tracking_error,
    Objective.EQUAL_WEIGHT: _towards(_equal),
    Objective.INVERSE_VOLATILITY: _towards(_inverse_volatility),
}


def objective_named(name: str) -> Objective:
    """The objective of this name.

    Raises:
        InputError: If there is none; the nearest is suggested.
    """
    if isinstance(name, Objective):
        return name
    known = {label_key(objective): objective for objective in Objective}
    if label_key(name) not in known:
        raise InputError(
            f"objective: need one of {', '.join(Objective)}, found '{name}'"
            f"{did_you_mean(name, Objective)}"
        )
    return known[label_key(name)]


def _norms(settings: Settings) -> list[NormLimit]:
    wanted = [
        (Rule.VOLATILITY, "volatility", settings.max_volatility),
        (Rule.VOLATILITY, "target volatility", settings.target_volatility),
        (Rule.TRACKING_ERROR, "tracking error", settings.max_tracking_error),
    ]
    return [
        NormLimit(rule, f"{words} ≤ {percent(bound)}", bound)
        for rule, words, bound in wanted
        if bound is not None
    ]


def under(feasible: FeasibleSet, assumptions: Assumptions, settings: Settings) -> FeasibleSet:
    """The feasible set with the limits of the settings.

    Raises:
        InputError: If a limit of volatility or tracking error is not above zero.
    """
    limits: list[LinearRule | NormLimit] = list(_norms(settings))
    if settings.target_return is not None:
        words = f"return ≥ {percent(settings.target_return)}"
        returns = assumptions.expected_returns[places(feasible.tickers, assumptions.tickers)]
        limits.append(one_sided(words, returns, ">=", settings.target_return))
    result = feasible.also(*limits) if limits else feasible
    for limit in result.norm_limits:
        if not limit.bound > 0:
            raise InputError(f"{limit.words}: need a limit above zero")
    return result


def _tidy(feasible: FeasibleSet, weights: Vector) -> Vector:
    """Weights below ``EDGE`` made zero, their sum given to the weight with most room."""
    dust = (np.abs(weights) < EDGE) & (weights != 0) & (feasible.lower <= 0)
    if not dust.any() and abs(weights.sum() - 1) <= _SUM:
        return weights
    swept = np.where(dust, 0.0, weights)
    room = np.minimum(swept - feasible.lower, feasible.upper - swept)
    swept[int(np.argmax(room))] += 1 - swept.sum()
    return swept


def _solution(problem: Problem, answer: Answer) -> Solution:
    found, value = answer
    weights = _tidy(problem.feasible, found.x)
    rules, per_asset = binding(problem, weights)
    series = pd.Series(weights, index=problem.feasible.index, name="weight", copy=False)
    return Solution(series, value, found.solver, found.iterations, rules, per_asset)


def optimize(
    assumptions: Assumptions,
    feasible: FeasibleSet,
    objective: Objective | str,
    settings: Settings = AS_STATED,
    *,
    benchmark: pd.Series | None = None,
    current: pd.Series | None = None,
) -> Solution:
    """The portfolio that is best in one sense among those that obey every rule.

    Quadratic programs go to PIQP, linear ones to HiGHS, and Clarabel takes over where a limit
    of volatility or tracking error binds. What comes back obeys bounds and rules to 1e-9, adds
    up to one to 1e-12, and no other portfolio is better by more than 1e-8 of the objective:
    that is proved for each answer by duality.

    Args:
        assumptions: Annual expected returns and covariance of every ticker of ``feasible``.
        feasible: Portfolios allowed.
        objective: One of ``Objective``, or its name.
        settings: Aversions, costs and further limits.
        benchmark: Decimals by ticker, for tracking error; may hold assets that cannot be bought.
        current: Weights before trading, for costs.

    Raises:
        InfeasibleError: If no portfolio obeys the rules, naming those that contradict each other.
        InputError: If the objective is unknown or lacks an input.
    """
    chosen = objective_named(objective)
    limited = under(feasible, assumptions, settings)
    problem = problem_of(assumptions, limited, benchmark, settings.concentration)
    try:
        answer = _METHODS[chosen](_Task(problem, settings, current))
    except InfeasibleError as error:
        raise InfeasibleError(explained(problem) or str(error)) from None
    return _solution(problem, answer)
