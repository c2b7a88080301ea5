"""Which assumptions move the best portfolio most."""

from dataclasses import dataclass, replace

import numpy as np

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.weights import Matrix, Vector
from addin.engine.feasible import LinearRule
from addin.engine.optimised import Optimised
from addin.engine.problem import Problem
from addin.engine.returns import periods_per_year
from addin.engine.shocks import Shock, shocks
from addin.errors import InputError

_DIGITS = 9  # of a turnover
_DIGITS_OF_VALUE = 12
_RIDGE = 1e-12  # of the mean variance: what never moves has a root too
NO_ANSWER = "no portfolio is best then, or none obeys the policy"


@dataclass(frozen=True)
class Sensitivity:
    """What one other assumption would change.

    Attributes:
        quantity: E.g. ``SPY expected return``.
        shock: In words, e.g. ``+50 bp``.
        turnover: One-way, from the best portfolio to the one best under the other assumption;
            None if there is none.
        change: Of the objective, in its own unit.
        note: Why there is no answer.
    """

    quantity: str
    shock: str
    turnover: float | None
    change: float | None
    note: str = ""


def _market_rows(problem: Problem) -> list[Vector]:
    """Coefficients of rules that are about the market: expected return and beta."""
    rows = [problem.expected_returns]
    if problem.benchmark is not None:
        covariances = problem.assumptions.covariance @ problem.benchmark
        rows.append(covariances[problem.here] / (problem.benchmark @ covariances))
    return rows


def _restated(problem: Problem, assumptions: Assumptions) -> Returns | None:
    """Returns, where there are any, moved so that they change as the assumptions do.

    Deviations from the mean are made white by a root of the old covariance and coloured by one
    of the new: an asset whose volatility alone is new has its deviations scaled.
    """
    old = problem.assumptions
    if problem.returns is None:
        return None
    try:
        known = problem.returns.only(old.tickers).complete()
    except InputError:  # without a common window nothing uses them
        return problem.returns
    mean = known.values.mean(axis=0)
    step = (assumptions.expected_returns - old.expected_returns) / periods_per_year(known.dates)
    moved = known.values + step
    if assumptions.covariance is not old.covariance:
        change = np.linalg.pinv(_root(old.covariance)) @ _root(assumptions.covariance)
        moved = (known.values - mean) @ change + mean + step
    return replace(known, values=moved)


def _root(covariance: Matrix) -> Matrix:
    """Upper triangular: its transpose times itself is the covariance, but for 1e-12 of it."""
    ridge = _RIDGE * float(np.trace(covariance)) / len(covariance)
    return np.asarray(np.linalg.cholesky(covariance + ridge * np.eye(len(covariance))).T)


def under_assumptions(problem: Problem, assumptions: Assumptions) -> Problem:
    """The same problem in another market, in which its rules of return, beta and CVaR hold."""
    returns = _restated(problem, assumptions)
    elsewhere = replace(problem, assumptions=assumptions, returns=returns)
    rows = list(zip(_market_rows(problem), _market_rows(elsewhere), strict=True))

    def restated(rule: LinearRule) -> LinearRule:
        for old, new in rows:
            if np.array_equal(rule.coefficients, old):
                return replace(rule, coefficients=new)
        return rule

    rules = tuple(map(restated, problem.feasible.rules))
    return replace(elsewhere, feasible=replace(problem.feasible, rules=rules))


def _measured(solved: Optimised, shock: Shock) -> Sensitivity:
    found = solved.instead(under_assumptions(solved.problem, shock.assumptions))
    if found is None:
        return Sensitivity(shock.quantity, shock.words, None, None, NO_ANSWER)
    # further digits are rounding of two optima, which differs from run to run
    turnover = round(float(np.abs(found.weights - solved.weights).sum()) / 2, _DIGITS)
    change = round(found.value - solved.value, _DIGITS_OF_VALUE) + 0.0
    return Sensitivity(shock.quantity, shock.words, turnover, change)


def sensitivities(solved: Optimised) -> tuple[Sensitivity, ...]:
    """What other assumptions would change, the largest turnover first.

    The shocks are those of ``shocks``; one without an answer comes first.
    """
    base = solved.problem.assumptions
    found = [_measured(solved, shock) for shock in shocks(base)]
    largest = [np.inf if each.turnover is None else each.turnover for each in found]
    return tuple(found[i] for i in np.argsort(-np.array(largest), kind="stable"))
