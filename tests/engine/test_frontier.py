import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.policy import ClassRange
from addin.domain.universe import Universe
from addin.engine.constraints import feasible_set
from addin.engine.frontier import frontier
from addin.engine.objectives import Objective
from addin.engine.optimize import Settings, optimize
from addin.engine.tail import expected_shortfall
from addin.errors import InputError

ORACLE = json.loads(
    (Path(__file__).parents[1] / "oracles/cla_bailey_lopezdeprado_2013.json").read_text("utf-8")
)
TICKERS = tuple(f"A{i}" for i in range(len(ORACLE["mean"])))
MARKET = Assumptions(TICKERS, np.array(ORACLE["mean"]), np.array(ORACLE["covariance"]))
UNIVERSE = Universe(TICKERS, tuple("XY"[i % 2] for i in range(len(TICKERS))))
FREE = feasible_set(UNIVERSE, ())
CLASSES = (ClassRange("X", 0.3, 0.6), ClassRange("Y", 0.4, 0.7))


@pytest.mark.parametrize("corner", ORACLE["turning_points"])
def test_least_volatility_at_a_published_turning_point(corner):
    found = optimize(MARKET, FREE, "min volatility", Settings(target_return=corner["mean"]))
    assert found.weights.to_numpy() == pytest.approx(corner["weights"], abs=1e-6)


def test_points_on_the_frontier_are_mixes_of_the_published_turning_points():
    """Between two neighbouring corners, least-volatility weights are linear in the return."""
    corners = ORACLE["turning_points"][::-1]
    means = [corner["mean"] for corner in corners]
    table = np.array([corner["weights"] for corner in corners])
    found = frontier(MARKET, FREE, 50)
    for expected, weights in zip(found.returns, found.weights, strict=True):
        mixed = [np.interp(expected, means, table[:, i]) for i in range(len(TICKERS))]
        assert weights == pytest.approx(mixed, abs=1e-6)


def test_the_ends_are_the_least_volatile_and_the_most_rewarding_portfolio():
    found = frontier(MARKET, FREE, 7)
    assert found.weights[0] == pytest.approx(ORACLE["min_variance"]["weights"], abs=1e-9)
    assert found.weights[-1] == pytest.approx(ORACLE["turning_points"][0]["weights"], abs=1e-9)
    assert found.volatilities[0] == pytest.approx(ORACLE["min_variance"]["volatility"], abs=1e-12)


def test_returns_are_evenly_spaced_and_volatility_grows_ever_faster():
    found = frontier(MARKET, feasible_set(UNIVERSE, CLASSES), 30)
    assert np.diff(found.returns) == pytest.approx((found.returns[-1] - found.returns[0]) / 29)
    steps = np.diff(found.volatilities)
    assert (steps > 0).all()
    assert (np.diff(steps) > -1e-9).all()


def test_every_point_obeys_the_policy():
    found = frontier(MARKET, feasible_set(UNIVERSE, CLASSES), 30)
    assert found.weights.sum(axis=1) == pytest.approx(1, abs=1e-12)
    assert (found.weights >= 0).all()
    first = found.weights[:, ::2].sum(axis=1)
    assert (first >= 0.3 - 1e-9).all() and (first <= 0.6 + 1e-9).all()


def test_limits_hold_along_the_whole_frontier():
    benchmark = pd.Series(0.1, index=TICKERS)
    settings = Settings(max_volatility=0.3, max_tracking_error=0.2)
    found = frontier(MARKET, FREE, 12, settings, benchmark=benchmark)
    active = found.weights - 0.1
    errors = np.sqrt(np.einsum("ij,jk,ik->i", active, MARKET.covariance, active))
    assert (found.volatilities <= 0.3 + 1e-9).all()
    assert (errors <= 0.2 + 1e-9).all()
    assert errors[-1] == pytest.approx(0.2, abs=1e-7)


def test_points_are_those_of_the_optimiser_at_each_return():
    feasible = feasible_set(UNIVERSE, CLASSES)
    found = frontier(MARKET, feasible, 9)
    for expected, weights in zip(found.returns[1:-1], found.weights[1:-1], strict=True):
        alone = optimize(MARKET, feasible, "min volatility", Settings(target_return=expected))
        assert weights == pytest.approx(alone.weights.to_numpy(), abs=1e-8)


@pytest.mark.parametrize("seed", range(12))
def test_steps_along_a_line_meet_the_optimiser_at_each_return(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 16))
    tickers, samples = tuple(f"A{i}" for i in range(n)), rng.normal(size=(n + 2, n))
    market = Assumptions(tickers, rng.uniform(0.01, 0.1, n), np.cov(samples.T) * 0.03)
    names = tuple("XY"[i % 2] for i in range(n))
    universe = Universe(tickers, names, upper=(0.6,) * n)
    feasible = feasible_set(universe, (ClassRange("X", 0.3, 0.6), ClassRange("Y", 0.4, 0.7)))
    found = frontier(market, feasible, 40)
    for expected, volatility in zip(found.returns[1:-1], found.volatilities[1:-1], strict=True):
        alone = optimize(market, feasible, "min volatility", Settings(target_return=expected))
        assert volatility == pytest.approx(alone.objective_value, rel=1e-8)


@pytest.mark.parametrize("expected", [(0.05, 0.05), (0.0, 0.0)])
def test_equal_returns_have_a_frontier_of_one_point(expected):
    market = Assumptions(("A", "B"), np.array(expected), np.diag([0.04, 0.01]))
    universe = Universe(("A", "B"), ("X", "X"))
    found = frontier(market, feasible_set(universe, ()), 5)
    assert found.weights == pytest.approx(np.tile([0.2, 0.8], (5, 1)), abs=1e-9)


def test_a_policy_of_one_portfolio_has_a_frontier_of_one_point():
    universe = Universe(("A", "B"), ("X", "X"), lower=(0.4, 0.6), upper=(0.4, 0.6))
    market = Assumptions(("A", "B"), np.array([0.1, 0.05]), np.eye(2) * 0.04)
    found = frontier(market, feasible_set(universe, ()), 3)
    assert found.weights == pytest.approx(np.tile([0.4, 0.6], (3, 1)))


def test_two_points_are_the_least():
    assert len(frontier(MARKET, FREE, 2).returns) == 2
    with pytest.raises(InputError, match="points: need at least two, found 1"):
        frontier(MARKET, FREE, 1)


def test_a_frontier_of_cvar_has_its_least_at_each_return():
    rng = np.random.default_rng(4)
    dates = np.arange(80).astype("datetime64[M]").astype("datetime64[D]")
    returns = Returns(dates, TICKERS, rng.standard_t(4, (80, len(TICKERS))) * 0.04)
    found = frontier(MARKET, FREE, 6, risk=Objective.MIN_CVAR, returns=returns, confidence=0.9)
    tails = [expected_shortfall(returns.values @ w, 0.9) for w in found.weights]
    assert tails == sorted(tails)
    assert np.diff(found.returns) == pytest.approx((found.returns[-1] - found.returns[0]) / 5)
    others = rng.dirichlet(np.ones(len(TICKERS)), 5000)
    earned = others @ MARKET.expected_returns
    losses = expected_shortfall(returns.values @ others.T, 0.9)
    for level, tail in zip(found.returns, tails, strict=True):
        assert losses[earned >= level].min(initial=np.inf) >= tail - 1e-9
    by_risk = frontier(MARKET, FREE, 6, returns=returns)
    assert tails[2] < expected_shortfall(returns.values @ by_risk.weights[2], 0.9)


def test_a_frontier_of_few_holdings_keeps_to_them():
    found = frontier(MARKET, FREE, 5, Settings(max_holdings=2))
    assert ((found.weights != 0).sum(axis=1) <= 2).all()
    free = frontier(MARKET, FREE, 5)
    assert found.volatilities[0] > free.volatilities[0]
    assert found.volatilities[-1] == pytest.approx(free.volatilities[-1])
