"""The most diversified portfolio: closed forms, its published properties, and rules obeyed."""

import numpy as np
import pytest

from addin.domain.assumptions import Assumptions
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.engine.constraints import feasible_set
from addin.engine.diversification import diversification_ratio, max_diversification
from addin.engine.problem import Problem
from addin.errors import InfeasibleError, InputError


def problem(volatilities, correlation, *, lower=(), upper=(), classes=(), limits=()):
    n = len(volatilities)
    tickers = tuple(f"A{i}" for i in range(n))
    covariance = np.asarray(correlation) * np.outer(volatilities, volatilities)
    market = Assumptions(tickers, np.linspace(0.01, 0.1, n), covariance, 0.02)
    names = tuple("XY"[i % 2] for i in range(n))
    universe = Universe(tickers, names, tuple(lower), tuple(upper))
    return Problem(market, feasible_set(universe, classes, limits, assumptions=market))


def pair(rho):
    return np.array([[1, rho], [rho, 1]])


@pytest.mark.parametrize("rho", [-0.5, 0.0, 0.8])
def test_two_assets_weigh_by_inverse_volatility(rho):
    # both then have the same share in σ'w = 2/15, and the ratio is √(2 / (1 + ρ))
    case = problem([0.1, 0.2], pair(rho))
    found = max_diversification(case)
    assert found.x == pytest.approx([2 / 3, 1 / 3], abs=1e-9)
    ratio = diversification_ratio(found.x, case.covariance)
    assert ratio == pytest.approx((2 / (1 + rho)) ** 0.5, rel=1e-12)


def test_what_is_correlated_shares_its_place():
    # C x = 1 with ρ = 0.5 between the first two: x = 2/3, 2/3, 1; over 0.1, 0.2, 0.4
    correlation = np.eye(3)
    correlation[:2, :2] = pair(0.5)
    found = max_diversification(problem([0.1, 0.2, 0.4], correlation))
    parts = np.array([20 / 3, 10 / 3, 5 / 2])
    assert found.x == pytest.approx(parts / parts.sum(), abs=1e-9)


def random_problem(seed, **rules):
    rng = np.random.default_rng(seed)
    samples = rng.normal(size=(40, 12)) + rng.normal(size=(40, 1))
    return problem(rng.uniform(0.03, 0.3, 12), np.corrcoef(samples.T), **rules)


@pytest.mark.parametrize("seed", range(10))
def test_assets_held_have_the_same_correlation_with_it_and_others_a_higher_one(seed):
    case = random_problem(seed)
    weights = max_diversification(case).x
    marginal = case.covariance @ weights / np.sqrt(weights @ case.covariance @ weights)
    correlation = marginal / np.sqrt(np.diag(case.covariance))
    held = weights > 1e-8
    least = correlation[held].mean()
    assert np.ptp(correlation[held]) <= 1e-8 and (correlation[~held] >= least - 1e-9).all()
    # the ratio is one over that correlation
    assert diversification_ratio(weights, case.covariance) == pytest.approx(1 / least, rel=1e-8)


CLASSES = (ClassRange("X", 0.3, 0.4), ClassRange("Y", 0.6, 0.7))


@pytest.mark.parametrize("seed", range(10))
def test_no_allowed_portfolio_on_the_way_to_another_is_more_diversified(seed):
    case = random_problem(seed, upper=(0.2,) * 12, classes=CLASSES)
    weights, covariance = max_diversification(case).x, case.covariance
    x_share = weights[::2].sum()
    assert 0.3 - 1e-9 <= x_share <= 0.4 + 1e-9 and weights.max() <= 0.2 + 1e-9
    best = diversification_ratio(weights, covariance)
    rng = np.random.default_rng(seed)
    for _ in range(30):
        other = np.empty(12)
        other[::2] = 0.35 * np.full(6, 1 / 6)
        other[1::2] = 0.65 * rng.dirichlet(np.full(6, 50.0))
        if other.max() <= 0.2:
            moved = weights + 0.01 * (other - weights)
            assert diversification_ratio(moved, covariance) <= best + 1e-12


def test_a_volatility_limit_is_reached_and_not_passed():
    # uncorrelated 10 % and 30 %: the ratio is best at 3 : 1, volatility 0.25 · √0.18 = 10.6 %
    case = problem([0.1, 0.3], np.eye(2), limits=(Limit(Rule.VOLATILITY, "", "<=", 0.1),))
    first, second = max_diversification(case).x
    assert 0.01 * first**2 + 0.09 * second**2 == pytest.approx(0.01, abs=1e-10)
    assert second == pytest.approx(0.2, abs=1e-8)  # 0.01 · 0.64 + 0.09 · 0.04


def test_nothing_with_volatility_is_said():
    with pytest.raises(InfeasibleError, match="no asset that may be held has any volatility"):
        max_diversification(problem([0.0, 0.2], np.eye(2), upper=(1.0, 0.0)))


def test_rules_without_a_portfolio_are_not_blamed_on_volatility():
    with pytest.raises(InfeasibleError, match="no portfolio obeys all rules"):
        max_diversification(problem([0.1, 0.2], np.eye(2), upper=(0.4, 0.4)))


def test_volatilities_that_cancel_out_have_no_greatest_ratio():
    with pytest.raises(InputError, match="max diversification: a portfolio of assets with vol"):
        max_diversification(problem([0.1, 0.2], pair(-1.0)))


def test_the_ratio_of_one_asset_is_one_and_of_no_risk_infinite():
    assert diversification_ratio(np.array([1.0, 0.0]), np.diag([0.04, 0.01])) == 1
    assert diversification_ratio(np.array([1.0]), np.zeros((1, 1))) == np.inf
