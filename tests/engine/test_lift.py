"""Turnover, shorts, soft limits, costs and uncertainty, against linear programs and by hand."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import LinearConstraint, linprog, minimize

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.engine.constraints import feasible_set
from addin.engine.optimize import Objective, Settings, optimize
from addin.engine.tail import expected_shortfall
from addin.errors import InfeasibleError, InputError

SEEDS = range(12)


def market(seed, n=6, years=None):
    rng = np.random.default_rng(seed)
    tickers = tuple(f"A{i}" for i in range(n))
    samples = rng.normal(size=(4 * n, n)) * rng.uniform(0.05, 0.3, n)
    return Assumptions(tickers, rng.uniform(0.01, 0.12, n), np.cov(samples.T), 0.01, years)


def universe(assumptions, lower=0.0):
    n = len(assumptions.tickers)
    return Universe(assumptions.tickers, ("X", "Y") * (n // 2), (lower,) * n, (1.0,) * n)


def weights_at(seed, assumptions):
    n = len(assumptions.tickers)
    return pd.Series(np.random.default_rng(seed).dirichlet(np.ones(n)), assumptions.tickers)


def limit(rule, selector, operator, value, hard=True):
    return Limit(Rule(rule), selector, operator, value, hard)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_greatest_return_within_a_turnover_is_that_of_a_linear_program(seed):
    assumptions = market(seed)
    current = weights_at(seed, assumptions)
    feasible = feasible_set(universe(assumptions), (), [limit("turnover", "", "<=", 0.2)])
    found = optimize(assumptions, feasible, "max return", current=current)
    n = len(current)  # buys and sells apart: w = current + b − s, Σ(b + s) ≤ 0.4
    mu = assumptions.expected_returns
    best = linprog(
        np.concatenate([-mu, mu]),
        A_ub=[np.ones(2 * n)],
        b_ub=[0.4],
        A_eq=[np.concatenate([np.ones(n), -np.ones(n)])],
        b_eq=[0.0],
        bounds=[*[(0, 1)] * n, *((0, c) for c in current)],
    )
    assert found.objective_value == pytest.approx(mu @ current - best.fun, abs=1e-9)
    assert np.abs(found.weights - current).sum() / 2 <= 0.2 + 1e-9


def test_what_is_held_outside_the_universe_is_sold_within_the_turnover():
    assumptions = Assumptions(("A", "B"), np.array([0.05, 0.02]), np.diag([0.04, 0.01]))
    current = pd.Series({"A": 0.2, "B": 0.6, "Gone": 0.2})
    feasible = feasible_set(
        Universe(("A", "B"), ("X", "X")), (), [limit("turnover", "", "<=", 0.3)]
    )
    found = optimize(assumptions, feasible, "max return", current=current)
    # 0.2 of the turnover goes on the stranger, 0.1 is left to sell of B: A = 0.2 + 0.3
    assert found.weights.to_numpy() == pytest.approx([0.5, 0.5], abs=1e-10)


def test_a_turnover_limit_without_current_weights_is_refused():
    assumptions = market(1)
    feasible = feasible_set(universe(assumptions), (), [limit("turnover", "", "<=", 0.2)])
    with pytest.raises(InputError, match="needs current weights, found none"):
        optimize(assumptions, feasible, "min volatility")


def test_a_soft_limit_is_met_when_its_price_is_high_and_left_when_it_is_low():
    assumptions = Assumptions(("A", "B"), np.array([0.08, 0.03]), np.diag([0.04, 0.01]))
    soft = feasible_set(
        Universe(("A", "B"), ("X", "Y")),
        (),
        [limit("weight", "Asset class=X", "<=", 0.4, hard=False)],
    )
    # each unit of A instead of B earns 5 points: worth it at a price of 4, not at one of 6
    cheap = optimize(assumptions, soft, "max return", Settings(soft_price=0.04))
    dear = optimize(assumptions, soft, "max return", Settings(soft_price=0.06))
    assert cheap.weights["A"] == pytest.approx(1.0)
    assert dear.weights["A"] == pytest.approx(0.4)


def test_utility_stops_where_a_soft_limit_costs_what_more_weight_earns():
    assumptions = Assumptions(("A", "B"), np.array([0.10, 0.00]), np.diag([0.04, 0.0]))
    soft = feasible_set(
        Universe(("A", "B"), ("X", "Y")), (), [limit("weight", "A", "<=", 0.2, hard=False)]
    )
    found = optimize(assumptions, soft, "max utility", Settings(risk_aversion=2.0, soft_price=0.05))
    # 0.10 − 2·0.04·w = 0.05 at w = 0.625
    assert found.weights["A"] == pytest.approx(0.625, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("objective", list(Objective)[:5])
def test_a_soft_rule_at_a_prohibitive_price_is_a_hard_one(seed, objective):
    assumptions = market(seed)
    benchmark = weights_at(seed + 50, assumptions)
    classes = (ClassRange("X", 0.3, 0.6),)
    rule = ("weight", "Asset class=X", "<=", 0.45)
    hard, soft = (
        feasible_set(universe(assumptions), classes, [limit(*rule, hard=how)])
        for how in (True, False)
    )
    settings = Settings(soft_price=1e3)
    best = [
        optimize(assumptions, each, objective, settings, benchmark=benchmark)
        for each in (hard, soft)
    ]
    assert best[1].objective_value == pytest.approx(best[0].objective_value, rel=1e-7, abs=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_soft_volatility_limit_buys_return_only_at_its_price(seed):
    assumptions = market(seed)
    least = optimize(assumptions, feasible_set(universe(assumptions), ()), "min volatility")
    bound = least.objective_value * 1.05
    soft = feasible_set(
        universe(assumptions), (), [limit("volatility", "", "<=", bound, hard=False)]
    )
    price = 0.3

    def charged(weights):
        risk = float(np.sqrt(weights @ assumptions.covariance @ weights))
        return assumptions.expected_returns @ weights - price * max(risk - bound, 0.0)

    found = optimize(assumptions, soft, "max return", Settings(soft_price=price))
    rng = np.random.default_rng(seed)
    others = rng.dirichlet(np.ones(6), 2000)
    assert charged(found.weights.to_numpy()) >= max(map(charged, others)) - 1e-9
    best = minimize(
        lambda w: -charged(w),
        found.weights.to_numpy() * 0.98 + 0.02 / 6,
        bounds=[(0, 1)] * 6,
        constraints=LinearConstraint(np.ones(6), 1, 1),
        method="trust-constr",
        options={"gtol": 1e-8, "maxiter": 300},
    )
    assert charged(found.weights.to_numpy()) >= -best.fun - 1e-6


def test_shorts_are_limited_one_by_one_and_together():
    assumptions = Assumptions(
        ("A", "B", "C"), np.array([0.10, 0.05, 0.01]), np.diag([0.04, 0.04, 0.04])
    )
    able = Universe(("A", "B", "C"), ("X",) * 3, (-0.3,) * 3, (2.0,) * 3)
    feasible = feasible_set(able, (), shorting=True)
    free = optimize(assumptions, feasible, "max return")
    assert free.weights.to_numpy() == pytest.approx([1.6, -0.3, -0.3])
    held = optimize(assumptions, feasible, "max return", Settings(max_short=0.4))
    assert held.weights.to_numpy() == pytest.approx([1.4, -0.1, -0.3])


@pytest.mark.parametrize("seed", SEEDS)
def test_costs_that_grow_with_the_square_pull_towards_what_is_held(seed):
    assumptions = market(seed)
    current = weights_at(seed, assumptions)
    feasible = feasible_set(universe(assumptions), ())
    settings = Settings(cost_bps=40, impact_bps=3000)
    found = optimize(assumptions, feasible, "max utility", settings, current=current)

    def net(w):
        moved = w - current.to_numpy()
        return (
            assumptions.expected_returns @ w
            - 1.25 * w @ assumptions.covariance @ w
            - 0.004 * np.abs(moved).sum()
            - 0.3 * moved @ moved
        )

    assert found.objective_value == pytest.approx(net(found.weights.to_numpy()), abs=1e-12)
    rng = np.random.default_rng(seed)
    near = found.weights.to_numpy() + 0.02 * (
        rng.dirichlet(np.ones(6), 3000) - found.weights.to_numpy()
    )
    assert net(found.weights.to_numpy()) >= max(map(net, near)) - 1e-12


@pytest.mark.parametrize("objective", ["max utility", "max return", "max sharpe"])
def test_uncertainty_takes_standard_errors_from_the_return(objective):
    # two assets alike but for expected return: as doubt grows the answer goes to halves
    assumptions = Assumptions(
        ("A", "B"), np.array([0.07, 0.06]), np.diag([0.04, 0.04]), 0.01, years=16.0
    )
    feasible = feasible_set(Universe(("A", "B"), ("X", "X")), ())
    settings = Settings(uncertainty=0.5)
    found = optimize(assumptions, feasible, objective, settings)

    def value(a):
        w = np.array([a, 1 - a])
        doubted = 0.07 * a + 0.06 * (1 - a) - 0.5 * 0.05 * np.linalg.norm(w)  # 0.2/√16
        risk = 0.2 * np.linalg.norm(w)
        return {
            "max utility": doubted - 1.25 * risk**2,
            "max return": doubted,
            "max sharpe": (doubted - 0.01) / risk,
        }[objective]

    grid = np.linspace(0, 1, 100_001)
    best = max(map(value, grid))
    assert found.objective_value == pytest.approx(best, abs=1e-9)
    assert value(found.weights["A"]) >= best - 1e-9


def test_uncertainty_without_a_history_is_refused():
    assumptions = market(1)
    with pytest.raises(InputError, match="uncertainty: needs a table of returns"):
        optimize(
            assumptions,
            feasible_set(universe(assumptions), ()),
            "max utility",
            Settings(uncertainty=1.0),
        )


def history(seed, rows=60, n=6):
    rng = np.random.default_rng(seed)
    dates = np.arange(rows).astype("datetime64[M]").astype("datetime64[D]")
    values = rng.standard_t(4, (rows, n)) * rng.uniform(0.01, 0.06, n) + 0.004
    return Returns(dates, tuple(f"A{i}" for i in range(n)), values)


def least_shortfall(values, confidence):
    """min CVaR as a linear program, for comparison."""
    rows, n = values.shape
    cost = np.concatenate([np.zeros(n), [1.0], np.full(rows, 1 / ((1 - confidence) * rows))])
    matrix = np.hstack([-values, -np.ones((rows, 1)), -np.eye(rows)])
    budget = np.concatenate([np.ones(n), np.zeros(1 + rows)])[None]
    bounds = [*[(0, 1)] * n, (None, None), *[(0, None)] * rows]
    found = linprog(cost, matrix, np.zeros(rows), budget, [1.0], bounds)
    return found.fun


def most_return(values, mu, confidence, bound):
    """Greatest μ'w with CVaR ≤ bound as a linear program, for comparison."""
    rows, n = values.shape
    matrix = np.hstack([-values, -np.ones((rows, 1)), -np.eye(rows)])
    tail = np.concatenate([np.zeros(n), [1.0], np.full(rows, 1 / ((1 - confidence) * rows))])
    budget = np.concatenate([np.ones(n), np.zeros(1 + rows)])[None]
    bounds = [*[(0, 1)] * n, (None, None), *[(0, None)] * rows]
    cost = np.concatenate([-mu, np.zeros(1 + rows)])
    ahead = np.vstack([matrix, tail]), np.append(np.zeros(rows), bound)
    return -linprog(cost, *ahead, budget, [1.0], bounds).fun


@pytest.mark.parametrize("seed", SEEDS)
def test_the_greatest_return_within_a_cvar_is_that_of_a_linear_program(seed):
    assumptions, returns = market(seed), history(seed)
    bound = 1.2 * least_shortfall(returns.values, 0.93)
    feasible = feasible_set(universe(assumptions), (), [limit("cvar", "", "<=", bound)])
    found = optimize(assumptions, feasible, "max return", returns=returns, confidence=0.93)
    best = most_return(returns.values, assumptions.expected_returns, 0.93, bound)
    assert found.objective_value == pytest.approx(best, abs=1e-8)
    track = returns.values @ found.weights.to_numpy()
    assert expected_shortfall(track, 0.93) <= bound + 1e-9


@pytest.mark.parametrize("objective", ["min volatility", "max sharpe", "max utility"])
def test_no_portfolio_within_the_cvar_is_better(objective):
    assumptions, returns = market(3), history(3)
    bound = 1.1 * least_shortfall(returns.values, 0.95)
    feasible = feasible_set(universe(assumptions), ())
    free = optimize(assumptions, feasible, objective)
    found = optimize(assumptions, feasible, objective, Settings(max_cvar=bound), returns=returns)
    better = np.sign(free.objective_value - found.objective_value)
    rng = np.random.default_rng(0)
    blends = found.weights.to_numpy() + 0.3 * rng.uniform(0, 1, (20_000, 1)) ** 4 * (
        rng.dirichlet(np.ones(6), 20_000) - found.weights.to_numpy()
    )
    inside = [w for w in blends if expected_shortfall(returns.values @ w, 0.95) <= bound]
    assert len(inside) > 20

    def value(w):
        risk = float(np.sqrt(w @ assumptions.covariance @ w))
        mean = float(assumptions.expected_returns @ w)
        return {
            "min volatility": risk,
            "max sharpe": (mean - 0.01) / risk,
            "max utility": mean - 1.25 * risk**2,
        }[objective]

    assert value(found.weights.to_numpy()) == pytest.approx(found.objective_value)
    assert max(better * (value(w) - found.objective_value) for w in inside) <= 1e-8


def test_a_cvar_that_no_portfolio_reaches_is_named():
    assumptions, returns = market(2), history(2)
    bound = 0.5 * least_shortfall(returns.values, 0.95)
    feasible = feasible_set(universe(assumptions), (), [limit("cvar", "", "<=", bound)])
    with pytest.raises(InfeasibleError, match="cvar ≤ "):
        optimize(assumptions, feasible, "min volatility", returns=returns)


def test_a_soft_cvar_gives_way_at_its_price():
    assumptions, returns = market(5), history(5)
    bound = 0.5 * least_shortfall(returns.values, 0.95)
    soft = feasible_set(universe(assumptions), (), [limit("cvar", "", "<=", bound, hard=False)])
    cheap, dear = (
        optimize(assumptions, soft, "max return", Settings(soft_price=price), returns=returns)
        for price in (1e-3, 1e3)
    )
    free = optimize(assumptions, replace(soft, soft=()), "max return")
    tight = expected_shortfall(returns.values @ dear.weights.to_numpy(), 0.95)
    assert cheap.objective_value == pytest.approx(free.objective_value, abs=1e-4)
    assert tight == pytest.approx(least_shortfall(returns.values, 0.95), rel=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_the_least_cvar_is_told_and_would_do_as_a_limit(seed):
    assumptions, returns = market(seed), history(seed)
    least = least_shortfall(returns.values, 0.95)
    feasible = feasible_set(universe(assumptions), (), [limit("cvar", "", "<=", 0.98 * least)])
    with pytest.raises(InfeasibleError) as refused:
        optimize(assumptions, feasible, "max return", returns=returns)
    told = re.search(r"the lowest cvar the other rules allow is ([\d.]+)%", str(refused.value))
    would_do = float(told[1]) / 100
    assert least <= would_do <= least + 1.01e-4
    enough = feasible_set(universe(assumptions), (), [limit("cvar", "", "<=", would_do)])
    optimize(assumptions, enough, "max return", returns=returns)
