from dataclasses import replace

import numpy as np
import pytest

from addin.engine.multiplier import by_price
from addin.engine.program import Ball, Program, UnprovedError
from addin.engine.solve import MANY, is_optimal, minimum
from addin.engine.solvers import cone_of, solve_cone
from addin.errors import InfeasibleError

BUDGET = np.ones((1, 2)), np.ones(1), np.ones(1)
TWO_ASSETS = np.zeros(2), np.ones(2)


def market(seed, n=MANY, share=0.5, curved=False, relative=False):
    """A capped factor market in five classes under a limit between the least and most risk."""
    rng = np.random.default_rng(seed)
    loadings = rng.normal(size=(n, 10)) * 0.06
    covariance = loadings @ loadings.T + np.diag(rng.uniform(0.05, 0.2, n) ** 2)
    factor = np.linalg.cholesky(covariance).T
    expected = 0.3 * np.sqrt(np.diag(covariance)) + rng.normal(size=n) * 0.02
    classes = np.array([np.arange(n) % 5 == k for k in range(5)], dtype=float)
    centre = factor @ rng.dirichlet(np.ones(n)) if relative else np.zeros(n)
    free = Program(
        2 * covariance if curved else np.zeros((n, n)),
        -expected,
        np.vstack([classes, np.ones(n)]),
        np.append(np.full(5, 0.05), 1.0),
        np.append(np.full(5, 0.45), 1.0),
        np.zeros(n),
        np.full(n, 0.08),
    )
    ball = Ball(factor, centre, 1.0)
    calm = minimum(replace(free, quadratic=covariance, linear=-factor.T @ centre))
    low, high = (np.linalg.norm(ball.offset(each.x)) for each in (calm, minimum(free)))
    return replace(free, balls=(replace(ball, radius=low + share * (high - low)),))


def searched(program):
    best = minimum(replace(program, balls=()))
    return next((p for p in by_price(program, best.x, minimum) if is_optimal(program, p)), None)


def test_the_limit_of_two_uncorrelated_assets_is_spent_in_full():
    # volatilities 0.2 and 0.1, limit 0.1 √2: (0.2 w)² + (0.1 (1 − w))² = 0.02, 5 w² − 2 w − 1 = 0
    risk = Ball(np.diag([0.2, 0.1]), np.zeros(2), 0.1 * np.sqrt(2))
    program = Program(np.zeros((2, 2)), np.array([-0.08, -0.03]), *BUDGET, *TWO_ASSETS, (risk,))
    weight = (1 + np.sqrt(6)) / 5
    found = searched(program)
    assert found.x == pytest.approx([weight, 1 - weight], abs=1e-14)
    # what a unit of ½ variance is worth: 0.05 return for 0.04 w − 0.01 (1 − w) of it
    assert found.ball_prices[0] == pytest.approx(0.05 / (0.05 * weight - 0.01), rel=1e-10)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.9])
@pytest.mark.parametrize("relative", [False, True])
@pytest.mark.parametrize("curved", [False, True])
def test_the_optimum_is_that_of_a_cone_solver(share, relative, curved):
    program = market(7, share=share, curved=curved, relative=relative)
    found = minimum(program)
    (ball,) = program.balls
    cone = solve_cone(program, [cone_of(ball)])
    assert found.solver == "multiplier" or share > 0.5  # few limits are left to choose from
    assert program.violation(found.x) <= 1e-9
    assert program.value(found.x) == pytest.approx(program.value(cone.x), rel=1e-8)


def test_a_limit_no_portfolio_reaches_is_infeasible():
    program = market(3, share=-0.05)
    with pytest.raises(InfeasibleError):
        list(by_price(program, minimum(replace(program, balls=())).x, minimum))
    with pytest.raises(InfeasibleError):
        minimum(program)


def test_a_limit_at_the_least_risk_is_left_to_the_cone_solver():
    program = market(3, share=0.0)
    assert not list(by_price(program, minimum(replace(program, balls=())).x, minimum))


def test_assets_that_are_twins_have_an_optimum_all_the_same():
    program = market(5)
    columns = np.arange(MANY) // 2 * 2  # every second asset is its neighbour again
    (ball,) = program.balls
    program = replace(
        program,
        linear=program.linear[columns],
        rows=program.rows[:, columns],
        balls=(replace(ball, factor=ball.factor[:, columns]),),
    )
    assert is_optimal(program, minimum(program))


def test_of_two_limits_the_one_that_binds_alone_is_enough():
    program = market(11)
    (risk,) = program.balls
    wide = Ball(np.eye(MANY), np.zeros(MANY), 0.9)
    found = minimum(replace(program, balls=(wide, risk)))
    assert found.solver == "multiplier"
    assert found.ball_prices[0] == 0.0
    assert program.value(found.x) == pytest.approx(program.value(minimum(program).x), rel=1e-10)


def test_two_limits_that_bind_both_go_to_the_cone_solver():
    program = market(11)
    (risk,) = program.balls
    alone, best = minimum(program).x, minimum(replace(program, balls=())).x
    active = Ball(risk.factor, risk.factor @ best, 1.0)
    active = replace(active, radius=0.99 * float(np.linalg.norm(active.offset(alone))))
    both = replace(program, balls=(risk, active))
    other = minimum(replace(program, balls=(active,))).x
    assert risk.slack(other) < 0 and active.slack(alone) < 0
    found = minimum(both)
    assert found.solver == "Clarabel" and is_optimal(both, found)


def test_nothing_is_claimed_when_the_programs_on_the_way_cannot_be_solved():
    def left_open(program):
        raise UnprovedError("the optimum could not be proved")

    program = market(3)
    with pytest.raises(UnprovedError):
        list(by_price(program, minimum(replace(program, balls=())).x, left_open))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(200))
def test_any_limit_has_a_proved_optimum(seed):
    share = float(np.random.default_rng(seed).random())
    program = market(seed, share=share, curved=seed % 2 == 1, relative=seed % 3 == 1)
    assert is_optimal(program, minimum(program))
