"""Thousands of random policies: each optimum against what other solvers can prove."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import nnls

from addin.domain.history import Returns
from addin.engine.constraints import feasible_set
from addin.engine.optimize import Settings, optimize
from addin.engine.tail import expected_shortfall
from addin.errors import InfeasibleError, IpsError
from tests.independent_optimum import by_excess, by_norm, gap, quadratic
from tests.random_contradictions import KINDS, contradicted
from tests.random_policies import Policy

RELATIVE, ABSOLUTE, VIOLATION, SUM = 1e-8, 1e-12, 1e-9, 1e-12
AVERSION = 2.5
RISKLESS = 1e-5  # a ratio to less volatility than this is refused, and says so
NONE = 1e-300  # of risk: its gradient is zero


def best(policy, objective):
    """Weights by the code under test."""
    days = np.arange(len(policy.scenarios)).astype("datetime64[D]")
    feasible = feasible_set(policy.universe, policy.classes, policy.limits)
    return optimize(
        policy.market,
        feasible,
        objective,
        Settings(risk_aversion=AVERSION, **policy.settings),
        benchmark=policy.against,
        returns=Returns(days, policy.tickers, policy.scenarios),
    ).weights.to_numpy()


@dataclass
class Claim:
    """That no portfolio of a policy has a lower value.

    ``bound`` is what Clarabel proves no value to be below, ``gradient`` that of a convex
    function which is lower wherever the value is, and ``size`` what 1e-8 is relative to.
    """

    value: float
    bound: float
    gradient: np.ndarray | None
    size: float


def min_volatility(policy, weights):
    least = quadratic(policy, policy.covariance, np.zeros(policy.n)).bound()
    volatility = policy.deviation(weights)
    slope = policy.covariance @ weights / max(volatility, NONE)
    return Claim(volatility, np.sqrt(max(2 * least, 0.0)), slope, volatility)


def min_tracking_error(policy, weights):
    active = weights - policy.benchmark
    least = by_norm(policy, 1.0, policy.benchmark, np.zeros(policy.n)).bound()
    error = policy.deviation(active)
    return Claim(error, max(least, 0.0), policy.covariance @ active / max(error, NONE), error)


def max_utility(policy, weights):
    expected, curved = policy.market.expected_returns, AVERSION * policy.covariance
    utility = expected @ weights - weights @ curved @ weights / 2
    bound = quadratic(policy, curved, -expected).bound()
    return Claim(-utility, bound, curved @ weights - expected, utility)


def max_return(policy, weights):
    expected = policy.market.expected_returns
    bound = quadratic(policy, np.zeros((policy.n, policy.n)), -expected).bound()
    return Claim(-expected @ weights, bound, -expected, expected @ weights)


def max_sharpe(policy, weights):
    """No portfolio earns more than the ratio times its volatility (Dinkelbach 1967)."""
    excess = policy.market.expected_returns - policy.market.risk_free
    volatility = policy.deviation(weights)
    ratio = excess @ weights / volatility
    bound = by_norm(policy, ratio, np.zeros(policy.n), -excess).bound()
    slope = ratio * policy.covariance @ weights / volatility - excess
    return Claim(0.0, bound, slope, excess @ weights)


def min_cvar(policy, weights):
    shortfall = expected_shortfall(policy.scenarios @ weights, 0.95)
    return Claim(shortfall, by_excess(policy, 0.95, weights).bound(), None, shortfall)


def uneven(policy, weights):
    """By how much of the variance risk contributions miss what the limits ask of them.

    They are λ/n plus what limits that bind add or take, with prices that are not negative.
    """
    matrix, most = policy.inequalities
    above_zero = np.append(np.ones(len(matrix) - policy.n, dtype=bool), policy.lower > 0)
    near = (most - matrix @ weights <= 1e-9) & above_zero
    held = policy.upper > 0
    columns = np.hstack([np.ones((policy.n, 1)), -(matrix[near] * weights).T])[held]
    parts = (weights * (policy.covariance @ weights))[held]
    return nnls(columns, parts)[1] / parts.sum()


CLAIMS = {
    "min cvar": min_cvar,
    "min volatility": min_volatility,
    "max sharpe": max_sharpe,
    "max utility": max_utility,
    "max return": max_return,
    "min tracking error": min_tracking_error,
}


OBJECTIVES = list(CLAIMS)
RISKS = ("min volatility", "min tracking error")


def worse(policy, objective, weights):
    """Of the tolerance, how much better than ``weights`` another portfolio could still be."""
    claim = CLAIMS[objective](policy, weights)
    tolerance = RELATIVE * abs(claim.size) + ABSOLUTE
    if objective in RISKS:
        # a variance is known to some 1e-17 only: below a volatility of 1e-6 variances count
        tolerance = max(tolerance, claim.size - np.sqrt(max(claim.size**2 - ABSOLUTE, 0.0)))
    by_clarabel = claim.value - claim.bound
    if by_clarabel <= tolerance or claim.gradient is None:
        return by_clarabel / tolerance
    return min(by_clarabel, gap(policy, weights, claim.gradient)) / tolerance


def least_volatility(policy):
    least = quadratic(policy, policy.covariance, np.zeros(policy.n)).bound()
    return np.sqrt(max(2 * least, 0.0))


def faults(policy, objective):
    """What is wrong with an answer, in words; nothing if all is well."""
    try:
        weights = best(policy, objective)
    except IpsError as error:
        if objective == "max sharpe" and "without volatility" in str(error):
            return [] if least_volatility(policy) <= RISKLESS else [f"not riskless: {error}"]
        return [f"{type(error).__name__}: {error}"]
    found = {
        "sum": abs(weights.sum() - 1) / SUM,
        "outside": policy.outside(weights) / VIOLATION,
        "worse": worse(policy, objective, weights),
    }
    return [
        f"{name} by {share:.3g} of what is allowed" for name, share in found.items() if share > 1
    ]


def unbalanced(policy):
    """Whether contributions were equal where they could be; None if no weights can do that."""
    try:
        weights = best(policy, "risk parity")
    except InfeasibleError as error:
        assert "risk budgets" in str(error)
        return None
    assert policy.outside(weights) <= VIOLATION
    return uneven(policy, weights) > 1e-10


@pytest.mark.parametrize("objective", CLAIMS)
@pytest.mark.parametrize("seed", range(12))
def test_a_policy_that_can_be_obeyed_is_and_nothing_is_better(seed, objective):
    assert faults(Policy(seed, most=60), objective) == []


def test_contributions_are_equal_where_the_limits_let_them_be():
    policies = (Policy(seed, most=40) for seed in range(30))
    found = [unbalanced(policy) for policy in policies if not policy.norms]
    assert found.count(False) > len(found) / 2
    assert True not in found


@pytest.mark.parametrize("seed", range(18))
def test_a_policy_that_nothing_obeys_is_refused(seed):
    with pytest.raises(InfeasibleError):
        best(contradicted(seed, most=20), OBJECTIVES[seed % len(OBJECTIVES)])


@pytest.mark.parametrize("objective", CLAIMS)
@pytest.mark.parametrize("first", range(0, 2000, 50))
@pytest.mark.soak
def test_two_thousand_policies_are_obeyed_and_nothing_is_better(first, objective):
    policies = {seed: Policy(seed) for seed in range(first, first + 50)}
    found = {seed: faults(policy, objective) for seed, policy in policies.items()}
    assert {seed: each for seed, each in found.items() if each} == {}


@pytest.mark.parametrize("first", range(0, 500, 10))
@pytest.mark.soak
def test_five_hundred_contradictions_are_found(first):
    for seed in range(first, first + 10):
        with pytest.raises(InfeasibleError):
            best(contradicted(seed), OBJECTIVES[seed // len(KINDS) % len(OBJECTIVES)])


@pytest.mark.parametrize("objective", CLAIMS)
def test_weights_that_are_not_best_are_noticed(objective):
    """The proof itself: a hundredth of the way to another portfolio is too far."""
    policy = Policy(4, most=60)
    weights = best(policy, objective)
    moved = 0.99 * weights + 0.01 * policy.inside
    assert worse(policy, objective, weights) <= 1 < worse(policy, objective, moved)
