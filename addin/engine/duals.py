"""Prices of a policy's rules as an optimum's multipliers say them, in the objective's own unit."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from addin.domain.policy import Rule
from addin.engine import programs
from addin.engine.lift import is_needed
from addin.engine.objectives import Objective
from addin.engine.optimised import Optimised
from addin.engine.problem import Problem
from addin.engine.program import Optimum, Program, reduced_gradient
from addin.engine.solve import minimum

_RISKLESS = 1e-6  # a risk whose square is rounding error has no rate of change


Priced = tuple[Program, float]  # a program, and the objective per unit of its optimum


def _least_volatility(solved: Optimised) -> Priced:
    """Half the variance is minimised: a change of it over the risk is a change of the risk."""
    return programs.min_volatility(solved.problem), 1 / solved.value


def _least_tracking_error(solved: Optimised) -> Priced:
    return programs.min_tracking_error(solved.problem), 1 / solved.value


def _utility(solved: Optimised) -> Priced:
    return programs.max_utility(solved.problem, solved.task.settings.risk_aversion), -1.0


def _return(solved: Optimised) -> Priced:
    return programs.max_return(solved.problem), -1.0


def _ratio(solved: Optimised) -> Priced:
    """The mean–variance program whose gradient at the optimum is the ratio's but for its scale."""
    problem, volatility = solved.problem, solved.problem.norm(Rule.VOLATILITY, solved.weights)
    excess = problem.expected_returns - problem.assumptions.risk_free
    tilt = solved.value / volatility
    return problem.program(tilt * problem.covariance, -excess), -1 / volatility


_PRICED: dict[Objective, Callable[[Optimised], Priced]] = {
    Objective.MIN_VOLATILITY: _least_volatility,
    Objective.MIN_TRACKING_ERROR: _least_tracking_error,
    Objective.MAX_UTILITY: _utility,
    Objective.MAX_RETURN: _return,
    Objective.MAX_SHARPE: _ratio,
}
_RISKS = (Objective.MIN_VOLATILITY, Objective.MIN_TRACKING_ERROR)


def _is_plain(solved: Optimised) -> bool:
    """Whether one program says what is optimised, and its optimum what is reported."""
    problem, settings = solved.problem, solved.task.settings
    if problem.feasible.tail_limits or problem.feasible.holdings or is_needed(problem):
        return False
    if settings.target_var is not None or settings.uncertainty:
        return False
    if solved.objective is Objective.MAX_UTILITY:
        return not (settings.cost_bps or settings.impact_bps)
    return not problem.concentration


def _norm_prices(problem: Problem, found: Optimum) -> Iterator[tuple[str, float]]:
    limits = zip(problem.feasible.norm_limits, found.ball_prices, strict=True)
    for limit, price in limits:
        yield limit.words, -price * limit.bound


def _prices(problem: Problem, program: Program) -> dict[str, float]:
    found, feasible = minimum(program), problem.feasible
    own = reduced_gradient(program, found)
    result: defaultdict[str, float] = defaultdict(float)
    for rule, price in zip(feasible.rules, found.row_prices[:-1], strict=True):
        result[rule.words] += float(price)
    for low, high, price in zip(feasible.lower_words, feasible.upper_words, own, strict=True):
        result[low] += max(float(price), 0.0)
        result[high] += min(float(price), 0.0)
    for words, rate in _norm_prices(problem, found):
        result[words] += rate
    return result


def priced_program(solved: Optimised) -> Priced | None:
    """The one program that says what was optimised, and the objective per unit of its optimum.

    Returns:
        None where there is none: turnover, CVaR, soft limits, costs, numbers of holdings, a
        concentration penalty, or an objective that is no such program.
    """
    if solved.objective not in _PRICED or not _is_plain(solved):
        return None
    if solved.objective in _RISKS and solved.value <= _RISKLESS:
        return None
    return _PRICED[solved.objective](solved)


def prices_of_rules(solved: Optimised) -> dict[str, float] | None:
    """Change of the objective per unit by which the value of each rule rises, by its words.

    A rule on many assets adds up the prices of all its bounds. Where the optimum has several
    sets of multipliers this is one of them.

    Returns:
        None where there is no program of the kind of ``priced_program``.

    Source:
        Boyd and Vandenberghe (2004), "Convex Optimization", §5.6.
    """
    priced = priced_program(solved)
    if priced is None:
        return None
    program, scale = priced
    return {words: scale * price for words, price in _prices(solved.problem, program).items()}
