"""Random policies that no portfolio obeys, by a margin that is known."""

import numpy as np
from scipy.optimize import linprog

from addin.domain.policy import ClassRange, Limit, Rule
from tests.independent_optimum import by_excess, by_norm, quadratic
from tests.random_policies import Policy

LEAST = 1e-6  # margin: a thousand times what is taken for rounding


def _margin(policy):
    return float(10 ** policy.rng.uniform(-6, -1))


def _most(policy, coefficients):
    """The greatest value of a linear function under the linear rules."""
    matrix, most = policy.inequalities
    total = np.ones((1, policy.n))
    found = linprog(-coefficients, matrix, most, total, [1.0], (None, None), method="highs")
    return -found.fun


def class_minimum_against_asset_maxima(policy):
    c = int(policy.rng.integers(len(policy.classes)))
    own, least = policy.member == c, float(policy.class_weights[c])
    policy.classes[c] = ClassRange(f"Class {c}", least, max(least, policy.classes[c].upper))
    reach = policy.rng.dirichlet(np.ones(own.sum())) * max(least - _margin(policy), 0.0)
    policy.upper[own], policy.lower[own] = reach, np.minimum(policy.lower[own], reach)


def anchors_against_a_class_maximum(policy):
    c = int(policy.rng.integers(len(policy.classes)))
    most = float(policy.class_weights[c])
    policy.classes[c] = ClassRange(f"Class {c}", min(most, policy.classes[c].lower), most)
    own = policy.rng.permutation(np.flatnonzero(policy.member == c))[:3]
    for i, part in zip(own, policy.rng.dirichlet(np.ones(len(own))), strict=True):
        anchor = float(part * (most + _margin(policy))) + 1e-6
        policy.limits.append(Limit(Rule.WEIGHT, policy.tickers[i], ">=", anchor))


def caps_that_leave_some_over(policy):
    cap = (1 - _margin(policy)) / policy.n
    policy.limits.append(Limit(Rule.EACH, "", "<=", cap))


def a_return_beyond_the_highest(policy):
    best = _most(policy, policy.market.expected_returns)
    policy.target_return = float(best + _margin(policy))


def an_average_beyond_the_highest(policy):
    best = _most(policy, policy.scores)
    policy.limits.append(Limit(Rule.AVERAGE, "Score", ">=", float(best + 10 * _margin(policy))))


def _below(policy, least):
    return float(least - max(least * _margin(policy), LEAST))


def a_volatility_below_the_least(policy):
    policy.norms.clear()
    bound = quadratic(policy, policy.covariance, np.zeros(policy.n)).bound()
    policy.norms["max_volatility"] = _below(policy, np.sqrt(max(2 * bound, 0.0)))


def a_tracking_error_below_the_least(policy):
    policy.norms.clear()
    least = by_norm(policy, 1.0, policy.benchmark, np.zeros(policy.n)).bound()
    policy.norms["max_tracking_error"] = _below(policy, least)


def a_return_that_takes_more_volatility(policy):
    here = float(policy.market.expected_returns @ policy.inside)
    share = policy.rng.uniform(0.2, 0.9)
    target = here + share * (_most(policy, policy.market.expected_returns) - here)
    policy.target_return = float(target)
    policy.rows.append((-policy.market.expected_returns, -policy.target_return))
    a_volatility_below_the_least(policy)


def a_cvar_below_the_least(policy):
    policy.norms.clear()
    policy.tail["max_cvar"] = _below(policy, by_excess(policy, 0.95).bound())


KINDS = (
    class_minimum_against_asset_maxima,
    anchors_against_a_class_maximum,
    caps_that_leave_some_over,
    a_return_beyond_the_highest,
    an_average_beyond_the_highest,
    a_volatility_below_the_least,
    a_tracking_error_below_the_least,
    a_return_that_takes_more_volatility,
    a_cvar_below_the_least,
)


def contradicted(seed, most=200):
    """A policy of one kind or another that nothing obeys; the kind turns with the seed."""
    kind = KINDS[seed % len(KINDS)]
    policy = Policy(seed, most=most)
    kind(policy)
    limits = (*policy.norms.values(), *policy.tail.values())
    if any(limit <= 0 for limit in limits):  # a portfolio without risk: nothing is below it
        policy = Policy(seed, most=most)
        a_return_beyond_the_highest(policy)
    return policy
