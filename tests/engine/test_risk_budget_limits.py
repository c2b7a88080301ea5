"""Risk budgets inside limits: by hand, against exponential cones, and the equations themselves."""

from contextlib import suppress
from dataclasses import replace

import clarabel
import numpy as np
import pytest
from scipy import sparse

import addin.engine.risk_budget_limits as limits
import addin.engine.risk_budget_search as search
from addin.engine.program import Ball, Program
from addin.engine.risk_budget import risk_budget
from addin.engine.risk_budget_case import Case as Stated
from addin.engine.risk_budget_case import Point, is_proved
from addin.engine.risk_budget_limits import constrained_risk_budget
from addin.engine.risk_budget_search import best_at
from addin.errors import InfeasibleError, InputError


def program(lower, upper, rows=(), row_lower=(), row_upper=(), balls=()):
    n = len(lower)
    return Program(
        np.zeros((n, n)),
        np.zeros(n),
        np.vstack([*(np.array(row, dtype=float) for row in rows), np.ones(n)]),
        np.append(np.array(row_lower, dtype=float), 1.0),
        np.append(np.array(row_upper, dtype=float), 1.0),
        np.array(lower, dtype=float),
        np.array(upper, dtype=float),
        balls,
    )


def uncorrelated(*volatilities):
    return np.diag(np.square(volatilities))


THREE = uncorrelated(0.1, 0.2, 0.4)  # equal contributions: 4/7, 2/7, 1/7
EQUAL = np.full(3, 1 / 3)


def weights(lower, upper, *rows, covariance=THREE, budgets=EQUAL):
    return constrained_risk_budget(program(lower, upper, *rows), covariance, budgets).x


def test_limits_that_do_not_bind_change_nothing():
    found = weights([0, 0, 0], [0.6, 0.6, 0.6])
    assert found == pytest.approx(np.array([4, 2, 1]) / 7, abs=1e-13)


def test_a_cap_leaves_the_others_with_equal_contributions():
    # 0.4 is capped; of the other 0.6 the weights are 2 : 1
    found = weights([0, 0, 0], [0.4, 1, 1])
    assert found == pytest.approx([0.4, 0.4, 0.2], abs=1e-13)


def test_a_floor_leaves_the_others_with_equal_contributions():
    found = weights([0, 0, 0.4], [1, 1, 1])
    assert found == pytest.approx([0.4, 0.2, 0.4], abs=1e-13)


def test_an_asset_that_is_excluded_shares_its_budget_out():
    # budgets 0.2 and 0.3 are in the proportion 2 : 3, weights √2/0.1 : √3/0.2
    found = weights([0, 0, 0], [1, 1, 0], budgets=np.array([0.2, 0.3, 0.5]))
    parts = np.array([2**0.5 / 0.1, 3**0.5 / 0.2])
    assert found == pytest.approx([*parts / parts.sum(), 0], abs=1e-13)


def test_an_asset_without_budget_has_its_least_weight():
    budgets = np.array([0.5, 0.5, 0.0])
    assert weights([0, 0, 0], [1, 1, 1], budgets=budgets) == pytest.approx([2 / 3, 1 / 3, 0])
    assert weights([0, 0, 0.1], [1, 1, 1], budgets=budgets) == pytest.approx([0.6, 0.3, 0.1])


def test_a_class_that_must_be_empty_shares_its_budget_out():
    rows = [[0, 0, 1]], [0], [0]
    assert weights([0, 0, 0], [1, 1, 1], *rows) == pytest.approx([2 / 3, 1 / 3, 0], abs=1e-12)


def test_floors_that_use_up_the_sum_leave_nothing_to_the_rest():
    found = weights([0.6, 0.4, 0], [1, 1, 1])
    assert found == pytest.approx([0.6, 0.4, 0], abs=1e-12)


def test_bounds_that_fix_every_weight_are_the_answer():
    assert weights([0.2, 0.3, 0.5], [0.2, 0.3, 0.5]).tolist() == [0.2, 0.3, 0.5]


def test_a_class_of_fixed_weight_moves_its_assets_by_one_price():
    covariance = uncorrelated(0.3, 0.5, 0.1, 0.2)
    row = [[1, 1, 0, 0]], [0.5], [0.5]
    found = weights([0] * 4, [1] * 4, *row, covariance=covariance, budgets=np.full(4, 0.25))
    assert found[2:] == pytest.approx([1 / 3, 1 / 6], abs=1e-13)  # 2 : 1 of the other half
    assert found[:2].sum() == pytest.approx(0.5, abs=1e-12)
    # each contributes (0.1/3)² and what the class costs per unit of weight
    price = (np.array([0.09, 0.25]) * found[:2] ** 2 - 0.01 / 9) / found[:2]
    assert price[0] == pytest.approx(price[1], abs=1e-13)


def test_classes_that_all_have_a_fixed_weight_are_divided_by_symmetry():
    covariance = uncorrelated(0.2, 0.2, 0.1, 0.1)
    rows = [[1, 1, 0, 0], [0, 0, 1, 1]], [0.6, 0.4], [0.6, 0.4]
    found = weights([0] * 4, [1] * 4, *rows, covariance=covariance, budgets=np.full(4, 0.25))
    assert found == pytest.approx([0.3, 0.3, 0.2, 0.2], abs=1e-12)


def test_of_two_class_floors_that_use_up_the_sum_one_has_no_price():
    covariance = uncorrelated(0.2, 0.3, 0.1, 0.15)
    rows = [[1, 1, 0, 0], [0, 0, 1, 1]], [0.6, 0.4], [1, 1]
    budgets = np.array([0.3, 0.2, 0.3, 0.2])
    found = constrained_risk_budget(program([0] * 4, [1] * 4, *rows), covariance, budgets)
    assert sorted(found.row_prices != 0) == [False, False, True]
    unpriced = slice(2, 4) if found.row_prices[0] else slice(0, 2)
    each = (found.x * (covariance @ found.x) / budgets)[unpriced]
    assert each[0] == pytest.approx(each[1], rel=1e-12)


def test_cash_fills_its_cap_and_the_rest_have_equal_contributions():
    covariance = uncorrelated(0, 0.1, 0.2)
    assert weights([0] * 3, [0.1, 1, 1], covariance=covariance) == pytest.approx([0.1, 0.6, 0.3])


def test_cash_without_a_cap_cannot_have_a_budget():
    with pytest.raises(InfeasibleError, match="in proportion to the budgets"):
        weights([0] * 3, [1, 1, 1], covariance=uncorrelated(0, 0.1, 0.2))


def test_a_hedge_worth_more_than_the_sum_allows_has_no_answer():
    # beside 0.5 of the first, the least volatile holding of the second is 0.99 · 0.5 · 2 = 0.99
    covariance = np.array([[0.04, -0.0198], [-0.0198, 0.01]])
    with pytest.raises(InfeasibleError, match="risk budgets: inside the limits no weights"):
        weights([0.5, 0], [1, 1], covariance=covariance, budgets=np.array([0.5, 0.5]))


def test_rules_without_any_portfolio_are_said():
    with pytest.raises(InfeasibleError):
        weights([0] * 3, [1] * 3, [[1, 1, 0]], [1.2], [2])


def test_assets_without_budget_that_a_class_needs_are_said():
    with pytest.raises(InfeasibleError):
        weights([0] * 3, [1] * 3, [[0, 0, 1]], [0.2], [1], budgets=np.array([0.5, 0.5, 0]))


def test_budgets_that_nobody_may_hold_are_said():
    with pytest.raises(InfeasibleError, match="no asset with a budget may be held"):
        weights([0] * 3, [1, 1, 0], budgets=np.array([0.0, 0.0, 1.0]))


def test_budgets_that_do_not_add_up_are_refused_with_their_sum():
    with pytest.raises(InputError, match=r"found 90\.0000%"):
        weights([0] * 3, [1] * 3, budgets=np.full(3, 0.3))


def test_correlations_that_contradict_each_other_are_refused():
    with pytest.raises(InputError, match="negative variance"):
        weights([0] * 2, [1] * 2, covariance=np.array([[1.0, 2], [2, 1]]), budgets=EQUAL[:2] * 1.5)


def test_an_asset_of_fixed_weight_counts_in_the_risk_and_in_the_class_of_the_others():
    # 0.2 of the first; it and the second are at most half: 0.3, and the last two share 0.5
    covariance = uncorrelated(0.1, 0.2, 0.2, 0.3)
    covariance[0, 2] = covariance[2, 0] = 0.015
    row = [[1, 1, 0, 0]], [0], [0.5]
    lower, upper, budgets = [0.2, 0, 0, 0], [0.2, 1, 1, 1], np.full(4, 0.25)
    found = weights(lower, upper, *row, covariance=covariance, budgets=budgets)
    assert found[:2] == pytest.approx([0.2, 0.3], abs=1e-13)
    # equal contributions of the last two: 0.04 x² + 0.015 · 0.2 x = 0.09 (0.5 − x)²
    # so 0.05 x² − 0.093 x + 0.0225 = 0
    x = (0.093 - (0.093**2 - 4 * 0.05 * 0.0225) ** 0.5) / (2 * 0.05)
    assert found[2] == pytest.approx(x, abs=1e-12) and found[3] == pytest.approx(0.5 - x)


def test_an_asset_of_fixed_weight_counts_towards_the_least_of_its_class():
    row = [[1, 1, 0]], [0.8], [1]
    assert weights([0.2, 0, 0], [0.2, 1, 1], *row) == pytest.approx([0.2, 0.6, 0.2], abs=1e-12)


STATED = Stated(
    Program(*(THREE[:2, :2], np.zeros(2), np.zeros((0, 2)), np.zeros(0), np.zeros(0)),
            np.array([0.1, 0.0]), np.array([0.9, 1.0])),
    np.array([0.5, 0.5]),
    1.0,
    0.0,
)  # fmt: skip
RATE = 2 * 0.01 * (2 / 3) ** 2  # twice the contribution of the first at 2/3


@pytest.mark.parametrize(
    ("held", "rate", "proved"),
    [
        ((2 / 3, 1 / 3), RATE, True),
        ((2 / 3, 1 / 3), RATE * 1.001, False),  # both want more
        ((2 / 3, 1 / 3), RATE * 0.999, False),  # both want less
        ((0.9, 0.1), 2 * 0.04 * 0.01, False),  # at its cap, and wants less
        ((0.1, 0.9), 2 * 0.04 * 0.81, False),  # at its floor, and wants more
        ((0.6, 0.3), 2 * 0.01 * 0.36, False),  # proportional, but not the whole
    ],
)
def test_only_contributions_in_proportion_are_proved(held, rate, proved):
    assert is_proved(STATED, Point(np.array(held), np.zeros(0), rate, 0)) is proved


def test_proportional_contributions_outside_a_limit_are_not_proved():
    capped = replace(STATED, program=replace(STATED.program, upper=np.array([0.6, 1.0])))
    assert not is_proved(capped, Point(np.array([2 / 3, 1 / 3]), np.zeros(0), RATE, 0))


def test_a_rate_far_below_the_variance_is_searched_for(monkeypatch):
    # half in an asset a hundred times as volatile as the two that share the other half
    monkeypatch.setattr(limits, "is_proved", lambda case, point: False)  # at the first attempt
    covariance = uncorrelated(1.0, 0.01, 0.02)
    found = weights([0.5, 0, 0], [1, 1, 1], covariance=covariance)
    assert found == pytest.approx([0.5, 1 / 3, 1 / 6], abs=1e-12)


def test_the_search_goes_on_below_a_hundredth_while_the_sum_is_within_reach(monkeypatch):
    tried = iter([False] * 4)
    monkeypatch.setattr(search, "is_proved", lambda case, point: next(tried, True))
    found = search.searched(STATED, np.array([0.5, 0.5]))
    assert found.weights == pytest.approx([2 / 3, 1 / 3], abs=1e-12)


def under_volatility(limit):
    ball = Ball(np.sqrt(THREE), np.zeros(3), limit)
    return constrained_risk_budget(program([0] * 3, [1] * 3, balls=(ball,)), THREE, EQUAL)


def test_a_volatility_limit_is_obeyed_or_said_with_the_distance():
    # equal contributions have volatility √3 · 0.4/7 = 9.90 %
    assert under_volatility(0.1).ball_prices == (0.0,)
    with pytest.raises(InfeasibleError, match="break a limit of volatility"):
        under_volatility(0.098)


class Case:
    """A random market whose rules a random portfolio obeys."""

    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        n = self.n = int(rng.integers(2, 25))
        inside = self.inside = rng.dirichlet(np.full(n, 2.0))
        samples = rng.normal(size=(3 * n, n)) + rng.normal(size=(3 * n, 1))
        volatilities = 10 ** rng.uniform(-2, -0.5, n)
        self.covariance = np.cov(samples.T) * np.outer(volatilities, volatilities)
        self.budgets = rng.dirichlet(np.full(n, 3.0))
        classes = rng.integers(0, max(2, n // 4), n)
        rows, low, high = [], [], []
        for name in np.unique(classes)[1:]:  # one class has no range: the sum is free
            members = (classes == name).astype(float)
            at, room = members @ inside, rng.choice([0.0, 0.03, 0.2])
            rows.append(members)
            low.append(max(0.0, at - room))
            high.append(min(1.0, at + room))
        lower = np.where(rng.random(n) < 0.3, inside * 0.8, 0.0)
        upper = np.where(rng.random(n) < 0.4, np.minimum(1.0, inside * 1.3), 1.0)
        self.program = program(lower, upper, rows, low, high)

    def found(self):
        return constrained_risk_budget(self.program, self.covariance, self.budgets)

    def at(self, rate):
        """Weights of least ½ w'Σw − λ b'ln w by exponential cones; any sum."""
        n, p, unit = self.n, self.program, np.trace(self.covariance) / self.n**2
        eye, none = np.eye(n), np.zeros((n, n))
        blocks = [p.rows[:-1], -p.rows[:-1], eye, -eye]
        limit = [p.row_upper[:-1], -p.row_lower[:-1], p.upper, -p.lower]
        linear = np.hstack([np.vstack(blocks), np.zeros((sum(map(len, limit)), n))])
        cones, offset = np.zeros((3 * n, 2 * n)), np.tile([0.0, 1.0, 0.0], n)
        cones[0::3, n:], cones[2::3, :n] = -eye, -eye  # (t, 1, w): e^t ≤ w
        settings = clarabel.DefaultSettings()
        settings.verbose = False
        settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-11
        solution = clarabel.DefaultSolver(
            sparse.csc_matrix(np.block([[np.triu(self.covariance) / unit, none], [none, none]])),
            np.concatenate([np.zeros(n), -rate / unit * self.budgets]),
            sparse.csc_matrix(np.vstack([linear, cones])),
            np.concatenate([*limit, offset]),
            [clarabel.NonnegativeConeT(len(linear)), *([clarabel.ExponentialConeT()] * n)],
            settings,
        ).solve()
        return np.array(solution.x)[:n]

    def by_cones(self):
        """Bisection over λ, or None where every λ is too large or every one too small."""
        low, high = 1e-7, 1e1
        if self.at(low).sum() > 1 or self.at(high).sum() < 1:
            return None
        for _ in range(40):
            middle = (low * high) ** 0.5
            low, high = (middle, high) if self.at(middle).sum() < 1 else (low, middle)
        return self.at(low)


@pytest.mark.parametrize("seed", range(20))
def test_exponential_cones_find_the_same_weights(seed):
    case = Case(seed)
    expected = case.by_cones()
    if expected is None:
        with pytest.raises(InfeasibleError, match="in proportion to the budgets"):
            case.found()
    else:
        assert case.found().x == pytest.approx(expected, abs=2e-5)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("rate", [1e-3, 1.0])
def test_exponential_cones_find_the_same_weights_at_one_rate(seed, rate):
    case = Case(seed)
    p, unit = case.program, np.trace(case.covariance) / case.n**2
    inner = (p.rows[:-1], p.row_lower[:-1], p.row_upper[:-1], p.lower, p.upper)
    stated = Stated(Program(case.covariance / unit, p.linear, *inner), case.budgets, 1.0, 0.0)
    prices = np.zeros(len(p.rows) - 1)
    for start in (case.inside, 0.5 * case.inside + 0.5 * case.at(unit)):
        found = best_at(stated, Point(start, prices, rate, 0))
        assert found.weights == pytest.approx(case.at(rate * unit), abs=2e-5)


def assert_as_documented(case):
    try:
        found = case.found()
    except InfeasibleError:
        return False
    x, p = found.x, case.program
    assert x.sum() == pytest.approx(1, abs=1e-12) and p.violation(x) <= 1e-9
    marginal = case.covariance @ x
    risk = x @ marginal
    priced = found.row_prices[:-1] @ p.rows[:-1]
    rates = x * (marginal - priced)  # λ b for whom no limit of its own binds
    open_ = (x > p.lower + 1e-9) & (x < p.upper - 1e-9)
    rate = rates[open_].sum() / case.budgets[open_].sum() if open_.any() else 0.0
    over = rates - rate * case.budgets
    assert np.abs(over[open_]).max(initial=0) <= 1e-10 * risk
    if open_.any():
        assert (over[~open_ & (x <= p.lower + 1e-9)] >= -1e-10 * risk).all()
        assert (over[x >= p.upper - 1e-9] <= 1e-10 * risk).all()
    slack_low, slack_high = p.rows @ x - p.row_lower, p.row_upper - p.rows @ x
    assert (found.row_prices[slack_low > 1e-9] <= 0).all()
    assert (found.row_prices[slack_high > 1e-9] >= 0).all()
    assert found.row_prices[-1] == 0
    return True


def test_contributions_are_proportional_to_budgets_wherever_no_limit_binds():
    answered = sum(assert_as_documented(Case(seed)) for seed in range(100, 250))
    assert answered >= 140


def test_few_cases_need_more_than_a_few_systems_of_equations():
    quick = 0
    for seed in range(100, 250):
        with suppress(InfeasibleError):
            found = Case(seed).found()
            quick += found.solver == "active set" and found.iterations <= 15
    assert quick >= 130


def test_classes_that_are_all_at_a_limit_are_let_go_one_by_one():
    # every class is drawn to a limit, and those limits add up to 1.3
    rows = np.kron(np.eye(2), np.ones(2)), [0.6, 0], [1, 0.7]
    covariance = uncorrelated(0.4, 0.4, 0.01, 0.01)
    found = constrained_risk_budget(
        program([0] * 4, [1] * 4, *rows), covariance, np.array([0.1, 0.1, 0.4, 0.4])
    )
    assert found.solver == "active set"
    assert found.x == pytest.approx([0.3, 0.3, 0.2, 0.2], abs=1e-12)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1000, 3000))
def test_contributions_are_proportional_to_budgets_in_many_cases(seed):
    assert_as_documented(Case(seed))


def test_the_search_for_the_rate_finds_what_active_sets_find(monkeypatch):
    cases = [Case(seed) for seed in range(300, 315)]
    expected = [case.found() for case in cases]
    monkeypatch.setattr(limits, "is_proved", lambda case, point: False)  # at the first attempt
    for case, one in zip(cases, expected, strict=True):
        found = case.found()
        assert found.solver == "search for λ" and found.x == pytest.approx(one.x, abs=1e-9)


def test_without_rules_it_is_the_plain_risk_budget():
    case = Case(7)
    free = constrained_risk_budget(
        program([0] * case.n, [1] * case.n), case.covariance, case.budgets
    )
    plain = risk_budget(case.covariance, case.budgets)
    assert free.x == pytest.approx(plain.weights, abs=1e-13)


def test_the_unit_of_risk_and_the_order_of_assets_do_not_matter():
    case = Case(11)
    expected, order = case.found().x, np.random.default_rng(0).permutation(case.n)
    scaled = constrained_risk_budget(case.program, case.covariance * 1e-6, case.budgets)
    assert scaled.x == pytest.approx(expected, abs=1e-11)
    p = case.program
    turned = replace(p, rows=p.rows[:, order], lower=p.lower[order], upper=p.upper[order])
    covariance = case.covariance[np.ix_(order, order)]
    found = constrained_risk_budget(turned, covariance, case.budgets[order])
    assert found.x == pytest.approx(expected[order], abs=1e-11)


def test_when_every_class_is_fixed_what_rows_add_to_some_they_take_from_others():
    covariance = Case(3).covariance[:4, :4]
    rows = [[1, 1, 0, 0], [0, 0, 1, 1]], [0.6, 0.4], [0.6, 0.4]
    budgets = np.array([0.1, 0.2, 0.3, 0.4])
    found = constrained_risk_budget(program([0] * 4, [1] * 4, *rows), covariance, budgets)
    assert found.x[:2].sum() == pytest.approx(0.6, abs=1e-12)
    assert found.row_prices[:2] @ [0.6, 0.4] == pytest.approx(0, abs=1e-16)
    rates = found.x * (covariance @ found.x - found.row_prices[:2] @ np.array(rows[0])) / budgets
    assert rates == pytest.approx(np.full(4, found.x @ covariance @ found.x), rel=1e-10)
