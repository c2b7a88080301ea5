"""How far one can go at almost no cost, by hand and against points drawn at random."""

import numpy as np
import pandas as pd
import pytest

from addin.domain.assumptions import Assumptions
from addin.domain.universe import Universe
from addin.engine.constraints import feasible_set
from addin.engine.covariance import condition_number
from addin.engine.flatness import flatness
from addin.engine.optimised import optimised
from addin.engine.settings import Settings


def flat(returns, covariance, objective, upper=(), **given):
    names = tuple(f"A{i}" for i in range(len(returns)))
    feasible = feasible_set(Universe(names, names, upper=upper), ())
    market = Assumptions(names, np.array(returns), np.array(covariance), 0.01)
    return flatness(optimised(market, feasible, objective, Settings(), **given))


def test_two_equal_risks():
    # variance grows by 1 + 4 d², volatility by a thousandth
    found = flat([0.0, 0.0], np.diag([0.04, 0.04]), "min volatility")
    assert found.turnover == pytest.approx(((1.001**2 - 1) / 4) ** 0.5, rel=1e-3)
    assert found.warnings == ()


def test_utility_falls_with_the_square_of_the_distance():
    # λ/2 (σ₁² + σ₂²) d² = 1 bp
    found = flat([0.05, 0.05], np.diag([0.04, 0.04]), "max utility")
    assert found.turnover == pytest.approx((1e-4 / (2.5 / 2 * 0.08)) ** 0.5, rel=1e-6)


def test_two_returns_a_basis_point_apart_are_as_good_as_each_other():
    found = flat([0.08, 0.07995, 0.03], np.diag([0.04, 0.04, 0.01]), "max return")
    # all of the first into the second costs ½ bp, the other ½ bp is 0.1 % into the third
    assert found.turnover == pytest.approx(1.0, abs=1e-6)
    assert found.warnings[0].startswith("nearly flat: 100% of the portfolio can be exchanged")


def test_tracking_error_at_a_benchmark_that_can_be_held_is_not_flat():
    benchmark = pd.Series({"A0": 0.5, "A1": 0.5})
    found = flat(
        [0.05, 0.05, 0.02],
        np.diag([0.04, 0.04, 0.01]),
        "min tracking error",
        upper=(0.4, 1.0, 1.0),
        benchmark=benchmark,
    )
    assert 0 < found.turnover < 0.05


def test_an_objective_without_a_program_has_its_condition_alone():
    found = flat([0.05, 0.05], np.diag([0.04, 0.01]), "equal weight")
    assert found.turnover is None and found.weights is None
    assert found.condition == pytest.approx(4.0)


def test_a_covariance_near_singular_is_said():
    covariance = [[0.04, 0.04], [0.04, 0.04 + 1e-13]]
    found = flat([0.05, 0.05], covariance, "equal weight")
    assert found.warnings[0].startswith("covariance: condition number")
    assert condition_number(np.zeros((2, 2))) == 1.0
    assert condition_number(np.ones((2, 2))) > 1e15


@pytest.mark.parametrize("objective", ["min volatility", "max sharpe", "max utility"])
@pytest.mark.parametrize("seed", range(6))
def test_no_portfolio_drawn_at_random_is_as_good_and_further_away(objective, seed):
    rng = np.random.default_rng(seed)
    n = 4
    loadings = rng.normal(size=(n, 2)) * 0.1
    covariance = loadings @ loadings.T + np.diag(rng.uniform(0.05, 0.15, n) ** 2)
    names = tuple(f"A{i}" for i in range(n))
    market = Assumptions(names, rng.uniform(0.04, 0.08, n), covariance, 0.01)
    solved = optimised(market, feasible_set(Universe(names, names), ()), objective)
    found = flatness(solved)

    def loss(weights):
        risk = np.sqrt(np.einsum("ij,jk,ik->i", weights, covariance, weights))
        returns = weights @ market.expected_returns
        value = {
            "min volatility": -risk / solved.value * 0.1,
            "max sharpe": (returns - 0.01) / risk / solved.value * 0.1,
            "max utility": returns - 1.25 * risk**2,
        }[objective]
        best = solved.value if objective == "max utility" else np.sign(value[0]) * 0.1
        return best - value

    assert loss(found.weights[None])[0] <= 1.02e-4
    drawn = solved.weights + rng.normal(size=(40_000, n)) * 0.06
    drawn = np.maximum(drawn, 0)
    drawn /= drawn.sum(axis=1, keepdims=True)
    as_good = drawn[loss(drawn) <= 1e-4]
    furthest = np.abs(as_good - solved.weights).sum(axis=1).max() / 2
    assert furthest <= found.turnover * 1.01
