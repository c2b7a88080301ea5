from dataclasses import replace

import clarabel
import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import linprog

from addin.engine.drawdown_program import drawdowns, min_drawdown
from addin.engine.program import Ball, Cone
from addin.engine.solve import minimum
from addin.engine.tail import expected_shortfall
from addin.errors import InfeasibleError, InputError
from tests.budget_program import budget

LARGEST = 1 - 1e-6  # a confidence at which the tail is less than one row


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


def limited_case(seed):
    """Limits of volatility and tracking error that bind, alone or both, and a least return."""
    rng = np.random.default_rng(seed)
    n, rows = int(rng.integers(3, 21)), int(rng.integers(30, 301))
    returns = rng.normal(5e-4, 0.01, (rows, n)) * rng.uniform(0.3, 3, n)
    returns += 0.01 * rng.standard_t(3, (rows, 1)) * rng.uniform(0, 1.5, n)
    inside, mean = rng.dirichlet(np.ones(n)), rng.uniform(0.02, 0.1, n)
    factor, benchmark = 16 * returns / np.sqrt(rows), rng.dirichlet(np.ones(n))
    program = replace(
        budget(n),
        linear=-mean * rng.choice([0, 1]),
        rows=np.vstack([mean, np.ones(n)]),
        row_lower=np.array([mean @ inside if rng.random() < 0.5 else 0.0, 1.0]),
        row_upper=np.array([np.inf, 1.0]),
        upper=np.minimum(1.0, inside + rng.uniform(0.05, 0.6, n)),
    )
    confidence = float(rng.choice([0.5, 0.8, 0.9, 0.95, LARGEST]))
    calm = minimum(replace(program, quadratic=factor.T @ factor)).x
    best = min_drawdown(program, returns, confidence).optimum.x
    balls = [around(factor, centre, calm, best) for centre in (np.zeros(n), benchmark)]
    return replace(program, balls=tuple(balls[k] for k in LIMITED[seed % 3])), returns, confidence


LIMITED = ((0,), (1,), (0, 1))


def around(factor, centre, calm, best):
    """A ball that one portfolio is in, and another only if it is nearer to the centre."""
    near, far = (np.linalg.norm(factor @ (x - centre)) for x in (calm, best))
    return Ball(factor, factor @ centre, max((near + far) / 2, 1.02 * near))


def by_clarabel(program, returns, confidence):
    """The least drawdown by the program of the paper, with peaks as variables, and cones."""
    rows, n = returns.shape
    wealth, one, none = np.cumsum(returns, axis=0), np.eye(rows), np.zeros((rows, rows))
    column, beside = np.ones((rows, 1)), 1 + 2 * rows
    flat = np.vstack([np.ones(n), -program.rows[:1], np.eye(n), -np.eye(n)])
    room = [[1.0], -program.row_lower[:1], program.upper, -program.lower]
    curved = [-np.vstack([np.zeros(n), ball.factor]) for ball in program.balls]
    heads = [np.append(ball.radius, -ball.centre) for ball in program.balls]
    matrix = np.vstack(
        [
            np.pad(flat, ((0, 0), (0, beside))),
            np.hstack([wealth, 0 * column, -one, none]),
            np.hstack([0 * wealth, 0 * column, np.eye(rows, k=-1) - one, none]),
            np.hstack([-wealth, -column, one, -one]),
            np.hstack([0 * wealth, 0 * column, none, -one]),
            *(np.pad(each, ((0, 0), (0, beside))) for each in curved),
        ]
    )
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-12
    price = 1 / ((1 - confidence) * rows)
    solution = clarabel.DefaultSolver(
        sparse.csc_matrix((n + beside, n + beside)),
        np.concatenate([program.linear, [1.0], np.zeros(rows), np.full(rows, price)]),
        sparse.csc_matrix(matrix),
        np.concatenate([*room, np.zeros(4 * rows), *heads]),
        [
            clarabel.ZeroConeT(1),
            clarabel.NonnegativeConeT(len(flat) - 1 + 4 * rows),
            *(clarabel.SecondOrderConeT(len(head)) for head in heads),
        ],
        settings,
    ).solve()
    return solution.obj_val


@pytest.mark.parametrize("seed", range(12))
def test_the_least_drawdown_within_balls_is_the_cone_programs(seed):
    program, returns, confidence = limited_case(seed)
    found = min_drawdown(program, returns, confidence)
    least = by_clarabel(program, returns, confidence)
    reward = program.linear @ found.optimum.x
    assert found.drawdown + reward == pytest.approx(least, abs=1e-6 * found.drawdown)
    assert found.gap <= 1e-8 * (found.drawdown - reward)
    assert program.violation(found.optimum.x) <= 1e-9


@pytest.mark.soak
def test_the_least_drawdown_within_balls_is_proved_in_many_cases():
    for seed in range(100, 500):
        program, returns, confidence = limited_case(seed)
        found = min_drawdown(program, returns, confidence)
        assert found.gap <= 1e-8 * (found.drawdown - program.linear @ found.optimum.x)
        if seed % 10 == 0:
            test_the_least_drawdown_within_balls_is_the_cone_programs(seed)


def test_a_cone_says_the_same_as_its_ball():
    program, returns, confidence = limited_case(0)
    (ball,) = program.balls
    matrix = np.vstack([np.zeros(len(program.linear)), ball.factor])
    cone = Cone(matrix, np.append(ball.radius, -ball.centre))
    one = min_drawdown(program, returns, confidence)
    other = min_drawdown(replace(program, balls=(), cones=(cone,)), returns, confidence)
    assert one.optimum.ball_prices[0] > 0
    values = [program.linear @ found.optimum.x + found.drawdown for found in (one, other)]
    assert values[0] == pytest.approx(values[1], rel=5e-8)


def test_a_ball_with_room_changes_nothing():
    program, returns, confidence = random_case(9)
    n = len(program.linear)
    roomy = replace(program, balls=(Ball(np.eye(n), np.zeros(n), 2.0),))
    found = min_drawdown(roomy, returns, confidence)
    assert (found.optimum.x == min_drawdown(program, returns, confidence).optimum.x).all()
    assert found.optimum.ball_prices == (0.0,)


def test_a_whole_history_within_a_ball_is_proved():
    rng = np.random.default_rng(2)
    returns = 3e-4 + 0.01 * rng.standard_t(4, (2520, 14)) + 0.01 * rng.normal(size=(2520, 1))
    factor = np.linalg.cholesky(np.cov(returns.T)).T
    least = min_drawdown(budget(14), returns, 0.95)
    radius = 1.1 * np.linalg.norm(factor @ np.full(14, 1 / 14))
    ball = Ball(factor, np.zeros(14), min(radius, 0.95 * np.linalg.norm(factor @ least.optimum.x)))
    found = min_drawdown(replace(budget(14), balls=(ball,)), returns, 0.95)
    assert found.optimum.solver == "Clarabel"
    assert found.gap <= 1e-8 * found.drawdown


def test_rules_no_portfolio_obeys_are_refused():
    program = replace(budget(2), upper=np.array([0.4, 0.4]))
    with pytest.raises(InfeasibleError):
        min_drawdown(program, np.random.default_rng(0).normal(size=(20, 2)), 0.9)


def test_a_confidence_that_is_none_is_refused():
    with pytest.raises(InputError, match="confidence"):
        min_drawdown(budget(2), np.zeros((5, 2)), 95)
