from dataclasses import replace

import clarabel
import numpy as np
import pytest
from scipy import sparse

from addin.engine.program import Ball, Optimum, Program, UnprovedError, gap
from addin.engine.solve import is_optimal, minimum
from addin.engine.solvers import solve_lp
from addin.errors import InfeasibleError

ONE = np.ones((1, 2))


def two_assets(quadratic, linear, upper=(1.0, 1.0), lower=(0.0, 0.0), balls=()):
    return Program(
        np.array(quadratic, dtype=float),
        np.array(linear, dtype=float),
        ONE,
        np.ones(1),
        np.ones(1),
        np.array(lower),
        np.array(upper),
        balls,
    )


def no_point(program):
    raise InfeasibleError("no portfolio obeys all rules")


def left_open(program):
    raise UnprovedError("the optimum could not be proved")


def random_program(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 25))
    inside = rng.dirichlet(np.ones(n))
    samples = rng.normal(size=(int(rng.integers(1, 2 * n)), n))  # often singular
    rows = np.vstack([rng.normal(size=(3, n)), np.ones(n)])
    image = rows @ inside
    room = np.append(rng.uniform(0, 0.3, 3), 0.0)
    return Program(
        samples.T @ samples / len(samples),
        rng.normal(size=n),
        rows,
        image - room,
        np.append((image + rng.uniform(0, 0.3, 4))[:3], image[3]),
        np.where(rng.random(n) < 0.3, inside * 0.5, 0.0),
        np.minimum(1.0, inside + rng.uniform(0, 0.5, n)),
    )


def by_clarabel(program):
    """The objective's least value by a solver that had no part in the answer."""
    n = len(program.linear)
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_abs = settings.tol_gap_rel = 1e-11
    blocks = [program.rows, -program.rows, np.eye(n), -np.eye(n)]
    limits = [program.row_upper, -program.row_lower, program.upper, -program.lower]
    result = clarabel.DefaultSolver(
        sparse.csc_matrix(np.triu(program.quadratic)),
        program.linear,
        sparse.csc_matrix(np.vstack(blocks)),
        np.concatenate(limits),
        [clarabel.NonnegativeConeT(sum(map(len, limits)))],
        settings,
    ).solve()
    return result.obj_val


def test_two_uncorrelated_assets_share_by_inverse_variance():
    # 0.04 w = 0.01 (1 − w): w = 0.2
    found = minimum(two_assets([[0.04, 0], [0, 0.01]], [0, 0]))
    assert found.x == pytest.approx([0.2, 0.8], abs=1e-14)
    assert found.solver == "PIQP"


def test_a_bound_that_binds_is_met_exactly():
    found = minimum(two_assets([[0.04, 0], [0, 0.01]], [0, 0], upper=(1.0, 0.7)))
    assert found.x[1] == 0.7
    assert found.x.sum() == pytest.approx(1, abs=1e-15)


def test_a_linear_program_goes_to_its_vertex():
    found = minimum(two_assets(np.zeros((2, 2)), [-0.05, -0.04], upper=(0.6, 1.0)))
    assert found.x == pytest.approx([0.6, 0.4], abs=1e-15)


def test_a_ball_that_binds_by_hand():
    # 0.04 w² + 0.01 (1−w)² = 0.12²: 0.05 w² − 0.02 w − 0.0044 = 0
    # w = (0.02 + √(0.0004 + 0.00088)) / 0.1
    ball = Ball(np.diag([0.2, 0.1]), np.zeros(2), 0.12)
    found = minimum(two_assets(np.zeros((2, 2)), [-0.08, -0.03], balls=(ball,)))
    share = (0.02 + 0.00128**0.5) / 0.1
    assert found.x == pytest.approx([share, 1 - share], abs=1e-12)
    assert found.solver == "Clarabel"


def test_the_cone_program_is_tried_where_the_plain_one_stays_open(monkeypatch):
    ball = Ball(np.eye(2), np.zeros(2), np.sqrt(0.58))
    program = two_assets(np.zeros((2, 2)), [-0.05, -0.04], balls=(ball,))
    right = minimum(program)
    monkeypatch.setattr("addin.engine.solve.solve_qp", left_open)
    monkeypatch.setattr("addin.engine.solve.solve_lp", left_open)
    found = minimum(program)
    assert found.x == pytest.approx(right.x, abs=1e-12)
    assert found.x == pytest.approx([0.7, 0.3], abs=1e-9)  # 0.49 + 0.09 = 0.58
    assert found.solver == "Clarabel"


def test_a_ball_with_room_is_left_to_the_quadratic_solver():
    ball = Ball(np.diag([0.2, 0.1]), np.zeros(2), 0.15)
    found = minimum(two_assets([[0.04, 0], [0, 0.01]], [0, 0], balls=(ball,)))
    assert found.x == pytest.approx([0.2, 0.8], abs=1e-14)
    assert found.solver == "PIQP"


def test_fixed_weights_leave_the_rest_to_the_solver():
    found = minimum(two_assets([[0.04, 0], [0, 0.01]], [0, 0], lower=(0.5, 0), upper=(0.5, 1)))
    assert found.x == pytest.approx([0.5, 0.5], abs=1e-15)


def test_a_fixed_weight_pulls_at_the_others_by_its_covariance():
    # A fixed at 0.5: least of ½(0.04 B² + 0.04 C²) + 0.5·0.02 B over B + C = 0.5
    # 0.04 B + 0.01 = 0.04 (0.5 − B): B = 0.125
    covariance = [[0.04, 0.02, 0], [0.02, 0.04, 0], [0, 0, 0.04]]
    program = Program(
        np.array(covariance),
        np.zeros(3),
        np.ones((1, 3)),
        np.ones(1),
        np.ones(1),
        np.array([0.5, 0.0, 0.0]),
        np.array([0.5, 1.0, 1.0]),
    )
    assert minimum(program).x == pytest.approx([0.5, 0.125, 0.375], abs=1e-14)


@pytest.mark.parametrize(("sign", "share"), [(1.0, 0.3), (-1.0, 0.7)])
def test_a_row_that_binds_a_linear_program_is_proved_by_each_solver(sign, share):
    # least of ±(0.05 A + 0.04 B) with 0.3 ≤ A ≤ 0.7 as a row
    rows = np.array([[1.0, 0.0], [1.0, 1.0]])
    program = replace(
        two_assets(np.zeros((2, 2)), [sign * 0.05, sign * 0.04]),
        rows=rows,
        row_lower=np.array([0.3, 1.0]),
        row_upper=np.array([0.7, 1.0]),
    )
    for found in (minimum(program), solve_lp(program)):
        assert found.x == pytest.approx([share, 1 - share], abs=1e-15)
        assert is_optimal(program, found)


def test_highs_decides_what_piqp_leaves_open(monkeypatch):
    monkeypatch.setattr("addin.engine.solve.solve_qp", no_point)
    found = minimum(two_assets(np.zeros((2, 2)), [-0.05, -0.04], upper=(0.6, 1.0)))
    assert found.x == pytest.approx([0.6, 0.4], abs=1e-15)
    assert found.solver == "HiGHS"


def test_the_gap_counts_the_room_left_in_a_ball_that_has_a_price():
    # nothing to gain and a price of 2 on a ball with slack ½(1 − 0.5) = 0.25 proves no better
    # than 2 · 0.25, beside what the price does to the reduced gradient: 2·(0.5, 0.5), which the
    # row's price of 1 takes up
    ball = Ball(np.eye(2), np.zeros(2), 1.0)
    program = two_assets(np.zeros((2, 2)), [0, 0], balls=(ball,))
    point = Optimum(np.array([0.5, 0.5]), np.array([1.0]), (2.0,), "by hand", 0)
    assert gap(program, point) == pytest.approx(0.5)


def test_a_program_with_one_point_has_that_solution():
    found = minimum(two_assets([[1, 0], [0, 1]], [0, 0], lower=(0.3, 0.7), upper=(0.3, 0.7)))
    assert found.x.tolist() == [0.3, 0.7]
    with pytest.raises(InfeasibleError):
        minimum(two_assets([[1, 0], [0, 1]], [0, 0], lower=(0.3, 0.3), upper=(0.3, 0.3)))


@pytest.mark.parametrize("quadratic", [np.zeros((2, 2)), np.eye(2)])
def test_no_point_is_said_by_every_solver(quadratic):
    with pytest.raises(InfeasibleError):
        minimum(two_assets(quadratic, [1, 1], upper=(0.4, 0.4)))


def test_bounds_the_wrong_way_round_leave_no_point():
    with pytest.raises(InfeasibleError):
        minimum(two_assets(np.eye(2), [0, 0], lower=(0.6, 0), upper=(0.5, 1)))


def test_the_gap_of_a_poor_point_is_at_least_its_loss():
    program = two_assets([[0.04, 0], [0, 0.01]], [0, 0])
    poor = Optimum(np.array([0.5, 0.5]), np.array([0.0125]), (), "by hand", 0)
    assert gap(program, poor) >= program.value(poor.x) - program.value(np.array([0.2, 0.8]))
    assert not is_optimal(program, poor)


def test_a_point_outside_is_not_optimal_however_good():
    program = two_assets([[0.04, 0], [0, 0.01]], [0, 0], upper=(1.0, 0.7))
    outside = Optimum(np.array([0.2, 0.8]), np.array([0.008]), (), "by hand", 0)
    assert not is_optimal(program, outside)


def check_random_program(seed):
    program = random_program(seed)
    found = minimum(program)
    size = max(1.0, abs(program.value(found.x)))
    assert program.violation(found.x) <= 1e-9
    assert found.x.sum() == pytest.approx(1, abs=1e-12)
    assert program.value(found.x) == pytest.approx(by_clarabel(program), abs=2e-8 * size)


@pytest.mark.parametrize("seed", range(100))
def test_an_independent_solver_finds_nothing_better(seed):
    check_random_program(seed)


@pytest.mark.soak
def test_an_independent_solver_finds_nothing_better_in_many_programs():
    for seed in range(1000, 6000):
        check_random_program(seed)
