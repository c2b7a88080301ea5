from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from addin.engine.drawdown_program import drawdowns, min_drawdown
from addin.engine.program import Ball, Cone, Program, UnprovedError
from addin.engine.tail import expected_shortfall
from addin.errors import InfeasibleError, InputError

LARGEST = 1 - 1e-6  # a confidence at which the tail is less than one row


def budget(n, upper=1.0):
    return Program(
        np.zeros((n, n)),
        np.zeros(n),
        np.ones((1, n)),
        np.ones(1),
        np.ones(1),
        np.zeros(n),
        np.full(n, upper),
    )


def random_case(seed):
    """A class with a range, some fixed weights, a linear part; trends, ties and cash among them."""
    rng = np.random.default_rng(seed)
    n, rows = int(rng.integers(2, 16)), int(rng.integers(12, 200))
    returns = rng.normal(5e-4, 0.01, (rows, n)) + 0.01 * rng.standard_t(3, (rows, 1))
    if seed % 3 == 1:
        returns = np.round(returns, 2)
    if seed % 3 == 2:
        returns[:, 0] = 1e-4
    inside, fixed = rng.dirichlet(np.ones(n)), rng.random(n) < 0.1
    members = (rng.random(n) < 0.5).astype(float)
    program = replace(
        budget(n),
        linear=rng.normal(size=n) * rng.choice([0, 1e-2]),
        rows=np.vstack([members, np.ones(n)]),
        row_lower=np.array([members @ inside - 0.1, inside.sum()]),
        row_upper=np.array([members @ inside + 0.05, inside.sum()]),
        lower=np.where(fixed, inside, 0.0),
        upper=np.where(fixed, inside, np.minimum(1.0, inside + 0.3)),
    )
    return program, returns, float(rng.choice([0.5, 0.8, 0.95, LARGEST]))


def by_highs(program, returns, confidence):
    """The least objective by the linear program of the paper: peaks and excesses as variables."""
    rows = len(returns)
    wealth, one, none = np.cumsum(returns, axis=0), np.eye(rows), np.zeros((rows, rows))
    column = np.ones((rows, 1))
    limits = np.vstack([program.rows, -program.rows])
    found = linprog(
        np.concatenate(
            [program.linear, [1.0], np.zeros(rows), np.full(rows, 1 / ((1 - confidence) * rows))]
        ),
        np.block(
            [
                [wealth, 0 * column, -one, none],
                [0 * wealth, 0 * column, np.eye(rows, k=-1) - one, none],
                [-wealth, -column, one, -one],
                [limits, np.zeros((len(limits), 1 + 2 * rows))],
            ]
        ),
        np.concatenate([np.zeros(3 * rows), program.row_upper, -program.row_lower]),
        bounds=[
            *zip(program.lower, program.upper, strict=True),
            (None, None),
            *[(0, None)] * (2 * rows),
        ],
        method="highs",
    )
    return found.fun


@pytest.mark.parametrize("seed", range(18))
def test_the_least_drawdown_is_the_linear_programs(seed):
    program, returns, confidence = random_case(seed)
    found = min_drawdown(program, returns, confidence)
    value = found.drawdown + program.linear @ found.optimum.x
    assert value == pytest.approx(by_highs(program, returns, confidence), rel=1e-8, abs=1e-10)
    assert program.violation(found.optimum.x) <= 1e-9


@pytest.mark.soak
def test_the_least_drawdown_is_the_linear_programs_in_many_cases():
    for seed in range(100, 400):
        test_the_least_drawdown_is_the_linear_programs(seed)


def test_wealth_starts_before_the_first_return():
    # −10%, +5%, −10% of the first wealth: 10, 5 and 15 points below the start
    returns = np.array([[-0.10], [0.05], [-0.10]])
    assert drawdowns(returns, np.ones(1)) == pytest.approx([0.10, 0.05, 0.15])


def test_a_drawdown_counts_from_the_last_peak():
    returns = np.array([[0.10], [-0.05], [0.20], [-0.10], [-0.10], [0.50]])
    assert drawdowns(returns, np.ones(1)) == pytest.approx([0, 0.05, 0, 0.10, 0.20, 0])


def test_the_largest_drawdown_of_two_assets_by_hand():
    # 2w after one row and 2w + (1 − w) = 1 + w after two (%)
    found = min_drawdown(budget(2), np.array([[-0.02, 0.0], [0.0, -0.01]]), LARGEST)
    assert found.optimum.x == pytest.approx([0, 1], abs=1e-8)
    assert found.drawdown == pytest.approx(0.01, abs=1e-10)


def test_a_gain_between_two_losses_makes_diversifying_worth_while():
    # drawdowns of 4w after the first row, none at the new peak 4 − 4w, 4 (1 − w) after it (%)
    returns = np.array([[-0.04, 0.0], [0.04, 0.04], [0.0, -0.04]])
    found = min_drawdown(budget(2), returns, LARGEST)
    assert found.optimum.x == pytest.approx([0.5, 0.5], abs=1e-8)
    assert found.drawdown == pytest.approx(0.02, abs=1e-10)


def test_at_a_high_confidence_it_is_the_largest_drawdown():
    program, returns, _ = random_case(4)
    found = min_drawdown(program, returns, LARGEST)
    largest = drawdowns(returns, found.optimum.x).max()
    assert found.drawdown == pytest.approx(largest, abs=1e-15)


def test_the_mean_of_the_worst_counts_the_one_on_the_boundary_with_its_fraction():
    program, returns, _ = random_case(6)
    found = min_drawdown(program, returns, 0.77)
    below_peak = drawdowns(returns, found.optimum.x)
    assert found.drawdown == pytest.approx(expected_shortfall(-below_peak, 0.77), abs=1e-15)


@pytest.mark.parametrize("seed", range(3))
def test_with_curvature_no_feasible_portfolio_is_better(seed):
    program, returns, confidence = random_case(seed)
    program = replace(program, quadratic=0.2 * np.eye(len(program.linear)))
    found = min_drawdown(program, returns, confidence)
    x, rng = found.optimum.x, np.random.default_rng(seed)
    best = program.value(x) + found.drawdown
    for _ in range(10):
        tilted = replace(program, linear=0.05 * rng.normal(size=len(x)))
        other = min_drawdown(tilted, returns, confidence).optimum.x
        for step in (1e-3, 0.1, 1.0):
            y = x + step * (other - x)
            value = program.value(y) + expected_shortfall(-drawdowns(returns, y), confidence)
            assert value >= best * (1 - 2e-8)


def test_a_ball_that_binds_is_met():
    program, returns, confidence = random_case(9)
    n = len(program.linear)
    free = min_drawdown(program, returns, confidence)
    centre = np.full(n, 1 / n)
    radius = 0.9 * np.linalg.norm(free.optimum.x - centre)
    ball = Ball(np.eye(n), centre, radius)
    found = min_drawdown(replace(program, balls=(ball,)), returns, confidence)
    assert np.linalg.norm(found.optimum.x - centre) == pytest.approx(radius, rel=1e-7)
    assert found.optimum.ball_prices[0] > 0
    assert found.drawdown + program.linear @ found.optimum.x > (
        free.drawdown + program.linear @ free.optimum.x
    )


def test_cones_are_said_not_to_be_known():
    cone = Cone(np.zeros((2, 2)), np.array([1.0, 0.0]))
    with pytest.raises(UnprovedError, match="not known within cones"):
        min_drawdown(replace(budget(2), cones=(cone,)), np.zeros((5, 2)), 0.9)


def test_rules_no_portfolio_obeys_are_refused():
    program = replace(budget(2), upper=np.array([0.4, 0.4]))
    with pytest.raises(InfeasibleError):
        min_drawdown(program, np.random.default_rng(0).normal(size=(20, 2)), 0.9)


def test_a_confidence_that_is_none_is_refused():
    with pytest.raises(InputError, match="confidence"):
        min_drawdown(budget(2), np.zeros((5, 2)), 95)
