import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import linprog
from scipy.stats import norm, qmc

from addin.engine.program import Ball, Cone, Program
from addin.engine.shortfall import min_shortfall, tail_cut
from addin.engine.tail import expected_shortfall, value_at_risk
from addin.engine.tail_proof import least_on_plane
from addin.errors import InfeasibleError, InputError
from tests.budget_program import budget

PAPER = json.loads(
    (Path(__file__).parents[1] / "oracles/cvar_rockafellar_uryasev_2000.json").read_text("utf-8")
)


def also(program, row, lower, upper):
    return replace(
        program,
        rows=np.vstack([program.rows, row]),
        row_lower=np.append(program.row_lower, lower),
        row_upper=np.append(program.row_upper, upper),
    )


def returns_of(rng, kind, rows, n):
    """Fat tails with a common factor; some with ties, cash, or an asset that is there twice."""
    returns = rng.normal(3e-4, 0.01, (rows, n)) + 0.01 * rng.standard_t(3, (rows, 1))
    if kind == "tied":
        return returns[rng.integers(0, max(2, rows // 8), rows)]
    if kind == "rounded":
        return np.round(returns, 2)
    if kind == "cash":
        returns[:, 0] = 1e-4
    if kind == "twins":
        returns[:, -1] = returns[:, 0]
    return returns


def random_case(seed, kind):
    """Classes with ranges and equations, bounds, fixed weights, and a linear part."""
    rng = np.random.default_rng(seed)
    n, rows = int(rng.integers(2, 41)), int(rng.integers(12, 400))
    inside, classes = rng.dirichlet(np.ones(n)), rng.integers(0, 3, n)
    members = np.array([classes == c for c in range(3)], dtype=float)
    share = members @ inside
    fixed, equation = rng.random(n) < 0.1, rng.random(3) < 0.3
    lower = np.where(rng.random(n) < 0.3, inside * 0.5, 0.0)
    upper = np.minimum(1.0, inside + rng.uniform(0, 0.5, n))
    most = np.where(rng.random(3) < 0.3, np.inf, share + rng.uniform(0, 0.3, 3))
    program = Program(
        np.zeros((n, n)),
        rng.normal(size=n) * rng.choice([0, 1e-3, 0.1]),
        np.vstack([members, np.ones(n)]),
        np.append(np.where(equation, share, share - rng.uniform(0, 0.3, 3)), inside.sum()),
        np.append(np.where(equation, share, most), inside.sum()),
        np.where(fixed, inside, lower),
        np.where(fixed, inside, upper),
    )
    confidence = float(rng.choice([0.5, 0.8, 0.9, 0.95, 0.975, 0.99]))
    return program, returns_of(rng, kind, rows, n), confidence


def by_highs(program, returns, confidence):
    """The least objective by a linear program with one excess for each scenario."""
    rows = len(returns)
    above, below = np.isfinite(program.row_lower), np.isfinite(program.row_upper)
    limits = np.vstack([program.rows[below], -program.rows[above]])
    found = linprog(
        np.concatenate([program.linear, [1.0], np.full(rows, 1 / ((1 - confidence) * rows))]),
        np.block(
            [
                [-returns, -np.ones((rows, 1)), -np.eye(rows)],
                [limits, np.zeros((len(limits), 1 + rows))],
            ]
        ),
        np.concatenate([np.zeros(rows), program.row_upper[below], -program.row_lower[above]]),
        bounds=[
            *zip(program.lower, program.upper, strict=True),
            (None, None),
            *[(0, None)] * rows,
        ],
        method="highs",
    )
    return found.fun


def require_right(program, returns, confidence):
    found = min_shortfall(program, returns, confidence)
    x = found.optimum.x
    value = found.shortfall + program.linear @ x
    assert value == pytest.approx(by_highs(program, returns, confidence), rel=1e-8, abs=1e-10)
    assert found.shortfall == expected_shortfall(returns @ x, confidence)
    assert program.violation(x) <= 1e-9
    assert abs(x.sum() - program.row_upper[-1]) <= 1e-12
    return found


KINDS = ["plain", "tied", "rounded", "cash", "twins"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(6))
def test_the_least_shortfall_is_the_linear_programs(seed, kind):
    require_right(*random_case(seed, kind))


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_the_least_shortfall_is_the_linear_programs_in_many_cases(kind):
    for seed in range(100, 500):
        require_right(*random_case(seed, kind))


@pytest.mark.parametrize("level", ["0.90", "0.95", "0.99"])
def test_rockafellar_and_uryasevs_three_assets(level):
    inputs, expected = PAPER["inputs"], PAPER["expected"]
    factor = np.linalg.cholesky(np.array(inputs["cov"]))
    uniform = qmc.Sobol(3, seed=7).random(2**14)
    scenarios = np.array(inputs["mean"]) + norm.ppf(uniform) @ factor.T
    program = also(budget(3), inputs["mean"], 0.011, np.inf)
    found = min_shortfall(program, scenarios, float(level))
    assert found.shortfall == pytest.approx(expected["CVaR"][level], rel=0.01)
    assert found.value_at_risk == pytest.approx(expected["VaR"][level], rel=0.02)
    assert found.optimum.x == pytest.approx(expected["x_star"], abs=0.05)
    assert np.array(inputs["mean"]) @ found.optimum.x == pytest.approx(0.011, abs=1e-12)


def test_two_assets_that_lose_in_turn_by_hand():
    # the worst of two scenarios: max(0.02 w, 0.01 (1 − w)) is least where both are the same
    found = min_shortfall(budget(2), np.array([[-0.02, 0.0], [0.0, -0.01]]), 0.95)
    assert found.optimum.x == pytest.approx([1 / 3, 2 / 3], abs=1e-14)
    assert found.shortfall == pytest.approx(0.02 / 3, abs=1e-16)
    assert found.scenario_weights == pytest.approx([1 / 3, 2 / 3], abs=1e-12)


def test_a_tail_below_one_scenario_is_the_largest_loss():
    returns = np.random.default_rng(3).normal(0, 0.02, (12, 3))  # 0.05 · 12 = 0.6
    found = require_right(budget(3), returns, 0.95)
    assert found.shortfall == -(returns @ found.optimum.x).min()


def test_scenario_weights_add_up_to_one_and_give_the_shortfall():
    program, returns, confidence = random_case(11, "plain")
    found = min_shortfall(program, returns, confidence)
    weights = found.scenario_weights
    assert weights.sum() == pytest.approx(1, abs=1e-14)
    assert weights.min() >= 0 and weights.max() * (1 - confidence) * len(returns) <= 1 + 1e-12
    assert -weights @ (returns @ found.optimum.x) == pytest.approx(found.shortfall, abs=1e-12)


def test_the_price_of_a_row_is_what_a_little_more_of_it_costs():
    returns = returns_of(np.random.default_rng(5), "plain", 300, 4)
    mean = returns.mean(axis=0)
    target = float(np.sort(mean)[-2:].mean())
    program = also(budget(4), mean, target, np.inf)
    here = min_shortfall(program, returns, 0.9)
    there = min_shortfall(replace(program, row_lower=np.array([1.0, target + 1e-9])), returns, 0.9)
    cost = (there.shortfall - here.shortfall) / 1e-9
    assert cost > 0
    assert here.optimum.row_prices[1] == pytest.approx(cost, rel=1e-4)


def test_a_variable_that_is_no_weight_has_zeros_for_returns():
    # the slack is worth 0.001 a unit and is used up to its limit of 0.4
    returns = np.hstack([returns_of(np.random.default_rng(6), "plain", 100, 3), np.zeros((100, 1))])
    program = replace(
        budget(4), rows=np.array([[1.0, 1, 1, 0]]), linear=np.array([0, 0, 0, -0.001])
    )
    found = min_shortfall(replace(program, upper=np.array([1, 1, 1, 0.4])), returns, 0.95)
    assert found.optimum.x[3] == 0.4
    alone = min_shortfall(budget(3), returns[:, :3], 0.95)
    assert found.shortfall == pytest.approx(alone.shortfall, abs=1e-13)


@pytest.mark.parametrize("seed", range(4))
def test_with_curvature_no_feasible_portfolio_is_better(seed):
    program, returns, confidence = random_case(seed, "plain")
    n = len(program.linear)
    program = replace(program, quadratic=0.05 * np.eye(n))
    found = min_shortfall(program, returns, confidence)
    best, x = program.value(found.optimum.x) + found.shortfall, found.optimum.x
    directions = np.random.default_rng(seed).normal(size=(40, n))
    for direction in directions:
        other = min_shortfall(replace(program, linear=0.01 * direction), returns, confidence)
        for step in (1e-3, 1e-1, 1.0):
            y = x + step * (other.optimum.x - x)
            value = program.value(y) + expected_shortfall(returns @ y, confidence)
            assert value >= best - 1e-12


def test_a_concentration_penalty_spreads_the_weights():
    # max(0.02 w, 0.01 (1 − w)) + ½ c (w² + (1 − w)²): from w = 1/3 the slopes are 0.02 and
    # −0.01, that of the penalty c (2w − 1) = −c/3, so the kink holds up to c = 0.06
    returns = np.array([[-0.02, 0.0], [0.0, -0.01]])
    held = min_shortfall(replace(budget(2), quadratic=0.05 * np.eye(2)), returns, 0.95)
    moved = min_shortfall(replace(budget(2), quadratic=0.12 * np.eye(2)), returns, 0.95)
    assert held.optimum.x == pytest.approx([1 / 3, 2 / 3], abs=1e-10)
    assert moved.optimum.x[0] == pytest.approx((1 - 0.02 / 0.12) / 2, abs=1e-10)


def limited_volatility(share):
    returns = returns_of(np.random.default_rng(8), "plain", 250, 5)
    factor = np.linalg.cholesky(returns.T @ returns / len(returns)).T
    reach = budget(5)
    least = min_shortfall(replace(reach, quadratic=1e6 * factor.T @ factor), returns, 0.9)
    reward = replace(reach, linear=-50 * returns.mean(axis=0))
    most = min_shortfall(reward, returns, 0.9)
    low, high = (np.linalg.norm(factor @ found.optimum.x) for found in (least, most))
    return reward, factor, low + share * (high - low), returns


def test_a_ball_that_binds_is_met_and_proved():
    program, factor, radius, returns = limited_volatility(0.5)
    ball = Ball(factor, np.zeros(5), radius)
    found = min_shortfall(replace(program, balls=(ball,)), returns, 0.9)
    assert np.linalg.norm(factor @ found.optimum.x) == pytest.approx(radius, rel=1e-10)
    assert found.optimum.ball_prices[0] > 0
    assert found.gap <= 1e-8 * abs(found.shortfall)


@pytest.mark.parametrize("share", [0.3, 0.9, 2.0])
def test_scenarios_not_looked_at_first_are_found_where_they_matter(monkeypatch, share):
    returns = np.random.default_rng(4).normal(0, 0.01, (250, 8))
    first = np.eye(8)[0]
    away = np.linalg.norm(min_shortfall(budget(8), returns, 0.9).optimum.x - first)
    ball = Ball(np.eye(8), first, share * away)  # around the first asset, or with room to spare
    program = replace(budget(8), balls=(ball,))
    right = min_shortfall(program, returns, 0.9)
    for name, value in (("FEW", 0), ("KEPT_EACH", 0), ("KEPT", 1.2), ("WRITTEN", 1.2)):
        monkeypatch.setattr(f"addin.engine.shortfall_points._{name}", value)
    found = min_shortfall(program, returns, 0.9)
    assert found.optimum.x == pytest.approx(right.optimum.x, abs=1e-9)
    assert found.optimum.solver == ("Clarabel" if share < 1 else "interior point")


def test_a_cone_says_the_same_as_its_ball():
    program, factor, radius, returns = limited_volatility(0.3)
    ball = Ball(factor, np.zeros(5), radius)
    cone = Cone(np.vstack([np.zeros(5), factor]), np.append(radius, np.zeros(5)))
    one = min_shortfall(replace(program, balls=(ball,)), returns, 0.9)
    other = min_shortfall(replace(program, cones=(cone,)), returns, 0.9)
    values = [program.value(found.optimum.x) + found.shortfall for found in (one, other)]
    assert values[0] == pytest.approx(values[1], rel=2e-8)


def test_a_ball_with_room_changes_nothing():
    program, factor, radius, returns = limited_volatility(1.2)
    ball = Ball(factor, np.zeros(5), radius)
    found = min_shortfall(replace(program, balls=(ball,)), returns, 0.9)
    assert (found.optimum.x == min_shortfall(program, returns, 0.9).optimum.x).all()


@pytest.mark.parametrize("kind", range(4))
@pytest.mark.parametrize("seed", [27, 36, 10])
def test_a_shortfall_near_zero_within_a_ball_is_proved(seed, kind):
    # cash, an asset and its mirror image, and next to nothing: what hedges adds up to rounding
    rng = np.random.default_rng(seed)
    n, rows = int(rng.integers(3, 15)), int(rng.integers(30, 300))
    returns = rng.normal(0, 0.01, (rows, n)) * rng.uniform(0.3, 3, n)
    returns[:, 0] = (0.0, -returns[:, 1], 1e-8, -1e-6)[kind]
    ball = Ball(np.eye(n), np.full(n, 1 / n), rng.uniform(0.3, 1.1))
    found = min_shortfall(replace(budget(n), balls=(ball,)), returns, 0.95)
    assert found.gap <= max(1e-8 * abs(found.shortfall), 1e-12)


@pytest.mark.parametrize("seed", [3, 127, 239])
def test_curvature_and_a_ball_are_proved_together(seed):
    program, returns, confidence = random_case(seed, "rounded")
    factor = np.linalg.cholesky(
        returns.T @ returns / len(returns) + 1e-8 * np.eye(len(program.linear))
    ).T
    program = replace(program, quadratic=factor.T @ factor)
    away = factor @ min_shortfall(program, returns, confidence).optimum.x
    still = (
        factor
        @ min_shortfall(
            replace(program, quadratic=1e6 * program.quadratic), returns, confidence
        ).optimum.x
    )
    radius = (np.linalg.norm(away) + np.linalg.norm(still)) / 2
    ball = Ball(factor, np.zeros(len(factor)), radius)
    found = min_shortfall(replace(program, balls=(ball,)), returns, confidence)
    assert found.optimum.ball_prices[0] > 0


def test_the_bound_of_a_plane_is_below_every_portfolio_and_near_the_best():
    program, factor, radius, returns = limited_volatility(0.5)
    program = replace(program, balls=(Ball(factor, np.zeros(5), radius),))
    gradient = -returns[returns.sum(axis=1).argsort()[:20]].mean(axis=0)
    least, bound = least_on_plane(program, gradient)
    value = (program.linear + gradient) @ least.x
    assert value - 1e-8 * abs(value) <= bound <= value


def test_rules_no_portfolio_obeys_are_refused():
    program = also(budget(3), [1.0, 1, 0], 0.9, np.inf)
    program = also(program, [0.0, 1, 1], 0.9, np.inf)
    program = also(program, [1.0, 0, 1], 0.9, np.inf)
    with pytest.raises(InfeasibleError, match="no portfolio obeys all rules"):
        min_shortfall(program, np.random.default_rng(0).normal(size=(50, 3)), 0.95)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0])
def test_a_confidence_that_is_none_is_refused(confidence):
    with pytest.raises(InputError, match="confidence: need a number between 0 and 1"):
        min_shortfall(budget(2), np.zeros((5, 2)), confidence)


def test_missing_returns_are_refused():
    with pytest.raises(InputError, match="need a number in every row"):
        min_shortfall(budget(2), np.array([[0.1, np.nan], [0.0, 0.1]]), 0.9)


@pytest.mark.parametrize("seed", range(5))
def test_no_portfolio_is_below_the_plane_of_a_cut(seed):
    rng = np.random.default_rng(seed)
    returns = returns_of(rng, KINDS[seed], 130, 5)
    _, gradient = tail_cut(returns, rng.dirichlet(np.ones(5)), 0.93)
    for other in rng.normal(size=(200, 5)):
        assert gradient @ other <= expected_shortfall(returns @ other, 0.93) + 1e-12


def test_the_plane_of_a_cut_touches_where_it_was_laid():
    returns = returns_of(np.random.default_rng(1), "tied", 130, 5)
    weights = np.full(5, 0.2)
    value, gradient = tail_cut(returns, weights, 0.95)
    assert value == expected_shortfall(returns @ weights, 0.95)
    assert gradient @ weights == pytest.approx(value, abs=1e-16)


def test_a_whole_history_of_many_assets_is_proved():
    rng = np.random.default_rng(2)
    returns = 0.01 * rng.standard_t(4, (2520, 3)) @ rng.normal(size=(3, 40))
    returns += 0.005 * rng.standard_t(4, (2520, 40))
    found = min_shortfall(budget(40, 0.4), returns, 0.95)
    assert found.gap <= 1e-8 * found.shortfall
    assert found.optimum.solver == "interior point"
    assert found.value_at_risk == value_at_risk(returns @ found.optimum.x, 0.95)
