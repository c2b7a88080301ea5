from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy.optimize import linprog

from addin.engine.program import Ball
from addin.engine.shortfall import min_shortfall
from addin.engine.tail import expected_shortfall, value_at_risk
from addin.engine.tail_search import min_value_at_risk, within_value_at_risk
from addin.engine.tail_starts import all_round, blends, within_shortfalls
from addin.engine.tail_steps import Step
from addin.errors import InfeasibleError, InputError
from tests.budget_program import budget


def tiny_case(seed):
    rng = np.random.default_rng(seed)
    n, rows = int(rng.integers(2, 5)), int(rng.integers(8, 13))
    left_out = int(rng.integers(1, 3))
    return rng.normal(0.002, 0.02, (rows, n)), left_out, 1 - left_out / rows


def largest_loss(returns, linear=None, bound=None):
    """Least largest loss, or least objective within a largest loss, by HiGHS."""
    rows, n = returns.shape
    limit = np.column_stack([-returns, -np.ones(rows)])
    cost = np.append(np.zeros(n) if linear is None else linear, 1.0 if linear is None else 0.0)
    found = linprog(
        cost,
        limit,
        np.zeros(rows),
        np.append(np.ones(n), 0.0)[None],
        [1.0],
        bounds=[(0, 0.8)] * n + [(None, bound)],
        method="highs",
    )
    return found.fun if found.status == 0 else np.inf


def by_enumeration(returns, left_out, **limited):
    """The true optimum: the best over every choice of the scenarios that are left out."""
    every = range(len(returns))
    return min(
        largest_loss(np.delete(returns, out, axis=0), **limited)
        for out in combinations(every, left_out)
    )


def test_the_least_value_at_risk_is_that_of_every_choice_left_out():
    hits = 0
    for seed in range(10):
        returns, left_out, confidence = tiny_case(seed)
        found = min_value_at_risk(budget(returns.shape[1], 0.8), returns, confidence)
        true = by_enumeration(returns, left_out)
        assert found.value_at_risk >= true - 1e-9
        hits += found.value_at_risk <= true + 1e-9
    assert hits == 10


def test_a_limit_of_value_at_risk_is_kept_and_the_best_return_found():
    hits = 0
    for seed in range(8):
        returns, left_out, confidence = tiny_case(seed)
        n = returns.shape[1]
        program = replace(budget(n, 0.8), linear=-returns.mean(axis=0))
        least = min_value_at_risk(budget(n, 0.8), returns, confidence).value_at_risk
        bound = least + 0.3 * abs(least)
        found = within_value_at_risk(program, returns, confidence, bound)
        true = by_enumeration(returns, left_out, linear=program.linear, bound=bound)
        value = program.value(found.optimum.x)
        assert found.value_at_risk <= bound + 1e-9
        assert value >= true - 1e-9
        hits += value <= true + 1e-9
    assert hits == 8


def test_exchanges_lead_a_single_start_out_of_most_local_minima(monkeypatch):
    monkeypatch.setattr("addin.engine.tail_starts._PARTS", {})
    hits = 0
    for seed in range(100, 108):
        returns, left_out, confidence = tiny_case(seed)
        program = budget(returns.shape[1], 0.8)
        found = min_value_at_risk(program, returns, confidence, starts=1)
        hits += found.value_at_risk <= by_enumeration(returns, left_out) + 1e-9
    assert hits >= 7


def months_of_three():
    """Sixty monthly returns with fat tails, in which few scenarios decide."""
    covariance = np.array([[0.04, 0.006, 0], [0.006, 0.01, 0.001], [0, 0.001, 0.0225]])
    shocks = np.random.default_rng(1).standard_t(5, size=(60, 3))
    monthly = np.array([0.08, 0.04, 0.05]) / 12
    return 0.8 * shocks @ np.linalg.cholesky(covariance / 12).T + monthly


def percent_grid(returns, left_out):
    """All portfolios of three assets in whole percents, and their values at risk."""
    parts = [(i, j, 100 - i - j) for i in range(101) for j in range(101 - i)]
    grid = np.array(parts) / 100
    return grid, -np.sort(returns @ grid.T, axis=0)[left_out]


@pytest.mark.parametrize("bound", [0.024, 0.025, 0.0267, 0.0285, 0.0333, 0.04])
def test_within_a_value_at_risk_no_portfolio_of_whole_percents_returns_more(bound):
    returns = months_of_three()
    grid, at_risk = percent_grid(returns, 3)
    yearly = 12 * returns.mean(axis=0)
    found = within_value_at_risk(replace(budget(3), linear=-yearly), returns, 0.95, bound)
    assert yearly @ found.optimum.x >= (grid @ yearly)[at_risk <= bound].max() - 1e-6
    assert value_at_risk(returns @ found.optimum.x, 0.95) <= bound + 1e-9


def test_the_two_bounds_that_once_ended_far_from_the_best():
    # whole percents reach 6.97% and 6.73% a year; the first searches ended at 4.9% and 4.2%
    returns = months_of_three()
    yearly = 12 * returns.mean(axis=0)
    program = replace(budget(3), linear=-yearly)
    for bound, reached in ((0.0285, 0.0697), (0.0267, 0.0673)):
        found = within_value_at_risk(program, returns, 0.95, bound)
        assert yearly @ found.optimum.x >= reached
        assert 1 <= found.agreed <= found.starts
        assert found.starts > 10


def test_more_assets_than_a_grid_covers_find_those_bounds_from_blends(monkeypatch):
    monkeypatch.setattr("addin.engine.tail_starts._PARTS", {})
    returns = months_of_three()
    yearly = 12 * returns.mean(axis=0)
    program = replace(budget(3), linear=-yearly)
    monkeypatch.setattr("addin.engine.tail_search.within_shortfalls", lambda *_: [])
    found = within_value_at_risk(program, returns, 0.95, 0.0285)
    assert yearly @ found.optimum.x >= 0.0697


def test_blends_are_the_tenths_between_two_portfolios():
    found = blends(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    assert found == [pytest.approx([1 - k / 10, k / 10]) for k in range(1, 10)]


def test_a_grid_over_few_assets_has_each_of_them_alone_and_short_what_may_be():
    grid = np.array(all_round(budget(3)))
    assert grid.shape == (66, 3)
    assert grid.sum(axis=1) == pytest.approx(1)
    assert {tuple(row) for row in np.eye(3)} <= {tuple(row) for row in grid}
    short = np.array(all_round(replace(budget(2), lower=np.full(2, -0.5))))
    assert short.sum(axis=1) == pytest.approx(1)
    assert short.min() == -0.5
    assert not all_round(budget(5))


def best_within_shortfall(returns, confidence, bound):
    """Greatest mean return within a shortfall, by HiGHS with an excess for each scenario."""
    rows, n = returns.shape
    excess = np.column_stack([-returns, -np.ones(rows), -np.eye(rows)])
    tail = np.concatenate([np.zeros(n), [1], np.full(rows, 1 / ((1 - confidence) * rows))])
    found = linprog(
        np.append(-returns.mean(axis=0), np.zeros(rows + 1)),
        np.vstack([excess, tail]),
        np.append(np.zeros(rows), bound),
        np.concatenate([np.ones(n), np.zeros(rows + 1)])[None],
        [1.0],
        bounds=[(0, 1)] * n + [(None, None)] + [(0, None)] * rows,
        method="highs",
    )
    return -found.fun


def dearer_is_riskier():
    """Assets whose mean and deviation grow together, so that a bound of the tail binds."""
    sizes = np.arange(1, 6)
    return history() * sizes + 2e-4 * sizes


def test_starts_within_a_shortfall_are_near_the_best_there_is():
    returns = dearer_is_riskier()
    program = replace(budget(5), linear=-returns.mean(axis=0))
    bound = 1.5 * min_shortfall(budget(5), returns, 0.95).shortfall
    found = list(within_shortfalls(program, budget(5), returns, 0.95, bound))
    assert len(found) == 8
    for confidence, x in zip((0.5, 0.7, 0.9, 0.95), found[1::2], strict=True):
        best = best_within_shortfall(returns, confidence, bound)
        looser = best_within_shortfall(returns, confidence, 1.02 * bound)
        assert best - 1e-9 <= returns.mean(axis=0) @ x <= looser + 1e-9
    assert expected_shortfall(returns @ found[-1], 0.95) == pytest.approx(bound, rel=0.011)


def test_many_assets_are_started_from_more_than_blends():
    returns = dearer_is_riskier()
    program = replace(budget(5), linear=-returns.mean(axis=0))
    bound = 1.2 * min_value_at_risk(budget(5), returns, 0.95).value_at_risk
    assert within_value_at_risk(program, returns, 0.95, bound).starts > 10


def test_starts_end_at_the_confidence_whose_shortfall_is_nowhere_within_the_bound():
    returns = history()
    middle = min_shortfall(budget(5), returns, 0.7).shortfall
    program = replace(budget(5), linear=-returns.mean(axis=0))
    found = list(within_shortfalls(program, budget(5), returns, 0.95, middle - 1e-4))
    assert len(found) == 3  # the safest and the best at 0.5, the safest at 0.7


def other_months(seed):
    rng = np.random.default_rng(seed)
    sizes = 0.04 * rng.uniform(0.4, 1.5, 3)
    return rng.standard_t(4, size=(60, 3)) * sizes + rng.uniform(0, 0.008, 3)


@pytest.mark.parametrize("returns", [months_of_three(), *map(other_months, range(12))])
def test_no_portfolio_of_whole_percents_has_less_value_at_risk(returns):
    _, at_risk = percent_grid(returns, 3)
    assert min_value_at_risk(budget(3), returns, 0.95).value_at_risk <= at_risk.min() + 1e-9


def test_an_optimum_within_the_bound_anyway_is_the_answer():
    returns = months_of_three()
    program = replace(budget(3), linear=-returns.mean(axis=0))
    found = within_value_at_risk(program, returns, 0.95, 0.2)
    assert (found.starts, found.agreed) == (1, 1)
    assert found.optimum.x == pytest.approx([1, 0, 0], abs=1e-9)


def history(n=5, rows=260):
    rng = np.random.default_rng(5)
    return rng.normal(4e-4, 0.008, (rows, n)) + 0.006 * rng.standard_t(3, (rows, 1))


def test_scenarios_that_a_step_missed_at_first_are_added(monkeypatch):
    returns, kept = history(), np.arange(260)
    right = largest_loss_of(returns)
    for name in ("HELD_EACH", "HELD"):
        monkeypatch.setattr(f"addin.engine.tail_steps._{name}", 1)
    monkeypatch.setattr("addin.engine.tail_steps._MORE", 2)
    found = Step(budget(5), returns)(kept).optimum.x
    assert -(returns @ found).min() == pytest.approx(right, abs=1e-12)
    reward = replace(budget(5), linear=-returns.mean(axis=0))
    within = Step(reward, returns, 1.01 * right)(kept).optimum.x
    assert -(returns @ within).min() == pytest.approx(1.01 * right, abs=1e-11)


def largest_loss_of(returns):
    return min_shortfall(budget(returns.shape[1]), returns, 0.9999).shortfall


def test_what_is_worth_leaving_out_binds_and_lowers_the_loss():
    returns, kept = history(), np.arange(260)
    stepped = Step(budget(5), returns)(kept)
    losses = -(returns @ stepped.optimum.x)
    assert 1 <= len(stepped.binding) <= 6
    assert losses[stepped.binding] == pytest.approx(losses.max(), abs=1e-10)
    for scenario in stepped.binding:
        other = Step(budget(5), returns)(np.delete(kept, scenario)).optimum.x
        assert -np.delete(returns, scenario, axis=0).dot(other).min() < losses.max() - 1e-7


def test_a_search_keeps_within_a_ball():
    returns = history()
    ball = Ball(np.eye(5), np.full(5, 0.2), 0.3)
    program = replace(budget(5), balls=(ball,))
    found = min_value_at_risk(program, returns, 0.9)
    shortfall = min_shortfall(program, returns, 0.9)
    assert program.violation(found.optimum.x) <= 1e-9
    assert found.value_at_risk <= shortfall.value_at_risk


def test_it_is_never_worse_than_the_least_shortfall():
    returns = history()
    for confidence in (0.8, 0.9, 0.95, 0.99):
        tail = min_shortfall(budget(5), returns, confidence).value_at_risk
        assert min_value_at_risk(budget(5), returns, confidence).value_at_risk <= tail + 1e-12


def test_more_starts_are_never_worse():
    returns = history()
    found = [min_value_at_risk(budget(5), returns, 0.9, starts=s).value_at_risk for s in (2, 6)]
    assert found[1] <= found[0] * (1 + 1e-6)


def test_what_is_said_is_the_portfolios_own():
    returns = history()
    found = min_value_at_risk(budget(5, 0.5), returns, 0.95, starts=6)
    x = found.optimum.x
    assert found.value_at_risk == value_at_risk(returns @ x, 0.95)
    assert budget(5, 0.5).violation(x) <= 1e-9
    assert (found.starts, 1 <= found.agreed <= 6) == (6, True)


def test_the_same_seed_finds_the_same_portfolio():
    returns = history()
    one, other = (min_value_at_risk(budget(5), returns, 0.95, starts=6, seed=3) for _ in range(2))
    assert (one.optimum.x == other.optimum.x).all()


def test_all_starts_agree_where_there_is_one_minimum():
    # at a confidence that leaves nothing out it is the largest loss, which is convex
    found = min_value_at_risk(budget(5), history(rows=40), 0.999, starts=5)
    assert found.agreed == 5
    assert found.value_at_risk == pytest.approx(
        min_shortfall(budget(5), history(rows=40), 0.999).shortfall, abs=1e-12
    )


def test_one_scenario_that_nothing_helps_is_left_out():
    # both assets crash in the first row; of the others 1% · w and 2% · (1 − w) is least at 2/3
    returns = np.array([[-0.5, -0.5], [-0.01, 0.0], [0.0, -0.02], [0.01, 0.01]])
    found = min_value_at_risk(budget(2), returns, 0.75)
    assert found.optimum.x == pytest.approx([2 / 3, 1 / 3], abs=1e-9)
    assert found.value_at_risk == pytest.approx(0.02 / 3, abs=1e-11)


def test_a_wide_limit_of_value_at_risk_leaves_the_objective_its_optimum():
    returns = history()
    program = replace(budget(5), linear=-returns.mean(axis=0))
    found = within_value_at_risk(program, returns, 0.95, 1.0)
    assert found.optimum.x[returns.mean(axis=0).argmax()] == pytest.approx(1)


def test_a_limit_below_the_least_value_at_risk_says_what_was_found():
    returns = history()
    with pytest.raises(InfeasibleError, match=r"least value at risk found is \d\.\d+% a row"):
        within_value_at_risk(budget(5), returns, 0.95, 1e-5, starts=4)


def test_rules_no_portfolio_obeys_are_refused():
    program = replace(budget(3), upper=np.full(3, 0.3))
    with pytest.raises(InfeasibleError, match="no portfolio obeys all rules"):
        min_value_at_risk(program, history(3), 0.95)


def test_a_confidence_that_is_none_is_refused():
    with pytest.raises(InputError, match="confidence"):
        min_value_at_risk(budget(5), history(), 95)
