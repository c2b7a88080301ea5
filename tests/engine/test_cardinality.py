import itertools
from dataclasses import dataclass, replace

import numpy as np
import pytest

from addin.domain.assumptions import Assumptions
from addin.engine.cardinality import Effort, few_holdings, with_few_holdings
from addin.engine.cardinality_branch import Branch, Holding, Relaxed
from addin.engine.cardinality_diagonal import conditional, separable, uniform
from addin.engine.cardinality_perspective import Perspective
from addin.engine.cardinality_ratio import highest_ratio
from addin.engine.cardinality_strength import strengthened
from addin.engine.cardinality_tree import Tree
from addin.engine.feasible import FeasibleSet, LinearRule
from addin.engine.problem import Problem
from addin.engine.program import Ball, Program, UnprovedError
from addin.engine.sharpe import max_sharpe
from addin.engine.solve import minimum
from addin.errors import InfeasibleError, InputError

KINDS = ("risk", "utility", "tracking", "return", "return under risk", "risk under risk")


def covariance(rng, n, factors=6):
    loadings = rng.normal(size=(n, factors)) * 0.05
    loadings[:, 0] = np.abs(rng.normal(1, 0.3, n)) * 0.12
    return loadings @ loadings.T + np.diag(rng.uniform(0.05, 0.25, n) ** 2)


def program(seed, n, kind="risk", upper=0.4, classes=(0.1, 0.5)):
    """Assets in four classes, each within a range."""
    rng = np.random.default_rng(seed)
    sigma = covariance(rng, n)
    expected = 0.02 + 0.25 * np.sqrt(np.diag(sigma)) + rng.normal(size=n) * 0.02
    benchmark = rng.dirichlet(np.full(n, 3.0))
    quadratic, linear = {
        "risk": (sigma, 0 * expected),
        "risk under risk": (sigma, 0 * expected),
        "utility": (4 * sigma, -expected),
        "tracking": (sigma, -sigma @ benchmark),
    }.get(kind, (0 * sigma, -expected))
    factor = np.linalg.cholesky(sigma).T
    ball = Ball(factor, factor @ benchmark * (kind == "risk under risk"), 0.15)
    least, most = classes
    return Program(
        quadratic,
        linear,
        np.vstack([[np.arange(n) % 4 == k for k in range(4)], np.ones(n)]).astype(float),
        np.append(np.full(4, least), 1.0),
        np.append(np.full(4, most), 1.0),
        np.zeros(n),
        np.full(n, upper),
        (ball,) if kind.endswith("under risk") else (),
    )


def enumerated(problem, most, least_weight):
    """The least value over every set of assets; infinite if none has a portfolio."""
    n, values = len(problem.linear), [np.inf]
    forced = set(np.flatnonzero(problem.lower > 0))
    for k in range(1, most + 1):
        for held in map(list, itertools.combinations(range(n), k)):
            lower, upper = np.zeros(n), np.zeros(n)
            lower[held] = np.maximum(problem.lower[held], least_weight)
            upper[held] = problem.upper[held]
            if forced <= set(held) and (lower <= upper).all():
                try:
                    x = minimum(replace(problem, lower=lower, upper=upper)).x
                except (InfeasibleError, UnprovedError):  # the latter on the edge of a ball
                    continue
                values.append(problem.value(x))
    return min(values)


def random_case(seed):
    rng = np.random.default_rng(1000 + seed)
    n = int(rng.integers(5, 9))
    problem = program(
        seed,
        n,
        KINDS[seed % len(KINDS)],
        upper=float(rng.choice([0.3, 0.5, 1.0])),
        classes=(0.1, 0.5) if rng.random() < 0.2 else (0.0, 0.6),
    )
    if rng.random() < 0.4:
        problem.lower[int(rng.integers(n))] = 0.06
    return problem, int(rng.integers(2, n)), float(rng.choice([0.0, 0.05, 0.15, 0.3]))


def require_true(found, best):
    """The claims hold: bound ≤ optimum ≤ value, and they are as near as is said."""
    rounding = 2e-8 * abs(best)
    assert found.bound - rounding <= best <= found.value + rounding
    assert found.proved
    assert found.value == pytest.approx(best, rel=1.1e-6)


def require_allowed(problem, found, most, least_weight):
    held = found.weights > 1e-9
    assert problem.violation(found.weights) <= 1e-9
    assert held.sum() <= most
    assert (found.weights[held] >= least_weight - 1e-9).all()


def compare(seed):
    problem, most, least_weight = random_case(seed)
    best = enumerated(problem, most, least_weight)
    if np.isinf(best):
        with pytest.raises(InfeasibleError, match="holdings"):
            few_holdings(problem, len(problem.linear), most, least_weight)
        return
    found = few_holdings(problem, len(problem.linear), most, least_weight)
    require_true(found, best)
    require_allowed(problem, found, most, least_weight)


def solver_of(problem):
    """The problem as an objective that knows nothing of holdings."""

    def solve(lower, upper, row):
        tried = replace(problem, lower=lower, upper=upper)
        if row is not None:
            tried = replace(
                tried,
                rows=np.vstack([row[0], tried.rows]),
                row_lower=np.append(-np.inf, tried.row_lower),
                row_upper=np.append(row[1], tried.row_upper),
            )
        x = minimum(tried).x
        return x, problem.value(x)

    return solve


@pytest.mark.parametrize("seed", range(36))
def test_no_set_of_assets_is_better(seed):
    compare(seed)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(36, 1000))
def test_no_set_of_assets_is_better_whatever_the_case(seed):
    compare(seed)


@pytest.mark.parametrize("seed", range(6))
def test_an_objective_of_which_nothing_is_known_is_searched_as_well(seed):
    problem, most, least_weight = random_case(seed)
    best = enumerated(problem, most, least_weight)
    n, solve = len(problem.linear), solver_of(problem)
    if np.isinf(best):
        with pytest.raises(InfeasibleError):
            with_few_holdings(solve, problem, n, most, least_weight)
        return
    found = with_few_holdings(solve, problem, n, most, least_weight)
    require_true(found, best)
    require_allowed(problem, found, most, least_weight)


def test_shares_of_the_largest_weights_add_up_to_the_holdings_left():
    # caps of a quarter: w/0.25 adds up to four, as many as may be held
    problem = program(9, 7, "utility", upper=0.25, classes=(0.0, 1.0))
    solve, rows = solver_of(problem), []

    def spied(lower, upper, row):
        rows.append(row)
        return solve(lower, upper, row)

    found = with_few_holdings(spied, problem, 7, 4)
    require_true(found, enumerated(problem, 4, 0.0))
    coefficients, most = rows[0]
    assert coefficients == pytest.approx(np.full(7, 4.0)) and most == 4


@dataclass(frozen=True)
class Table:
    """Values of pairs from a table; nothing helps to guess the best."""

    values: dict[frozenset[int], float]
    most: int = 2
    entrants: int = 0

    @property
    def least(self):
        return np.zeros(6)

    def relaxed(self, branch, cutoff):
        held, out = (frozenset(np.flatnonzero(mask).tolist()) for mask in (branch.held, branch.out))
        left = [v for pair, v in self.values.items() if held <= pair and not pair & out]
        shares = np.where(branch.held, 1.0, np.arange(6) / 10) * ~branch.out
        return Relaxed(min(left) - 0.01, shares, shares, shares, branch) if left else None

    def best(self, held, firm):
        value = self.values.get(frozenset(np.flatnonzero(held).tolist()))
        return None if value is None else Holding(held / held.sum(), value)


@pytest.mark.parametrize("seed", range(20))
def test_a_search_without_luck_ends_at_the_best_all_the_same(seed):
    pairs = list(itertools.combinations(range(6), 2))
    values = np.random.default_rng(seed).permutation(len(pairs)) + 1.0
    table = Table(dict(zip(map(frozenset, pairs), values, strict=True)))
    tree = Tree(table, Branch(np.zeros(6, dtype=bool), np.zeros(6, dtype=bool)), lambda: False)
    assert not tree.search(1000)
    assert tree.incumbent.value == tree.bound == 1.0


def test_a_diagonal_made_for_the_problem_bounds_it_better():
    rng = np.random.default_rng(1)
    sample = rng.normal(size=(120, 40)) @ np.linalg.cholesky(covariance(rng, 40)).T
    sigma = np.cov(sample.T)
    problem = program(1, 40, classes=(0.0, 1.0))
    problem = replace(problem, quadratic=sigma, linear=-sigma @ rng.dirichlet(np.full(40, 3.0)))
    root = Branch(np.zeros(40, dtype=bool), np.zeros(40, dtype=bool))
    plain = Perspective(problem, 8, np.zeros(40), separable(sigma, np.ones(40)))
    better = strengthened(plain, root)
    best = few_holdings(problem, 40, 8, effort=Effort(branches=100)).value
    loose, tight = (best - each.relaxed(root, np.inf).bound for each in (plain, better))
    assert tight < 0.7 * loose


def test_of_three_uncorrelated_assets_the_two_calmest_are_held():
    # inverse variances 100, 25 and 11: the first two share 0.8 and 0.2, ½ variance 1/(2 · 125)
    market = Program(
        np.diag([0.01, 0.04, 0.09]),
        np.zeros(3),
        np.ones((1, 3)),
        np.ones(1),
        np.ones(1),
        np.zeros(3),
        np.ones(3),
    )
    found = few_holdings(market, 3, 2)
    assert found.weights == pytest.approx([0.8, 0.2, 0.0], abs=1e-12)
    assert found.value == pytest.approx(1 / 250, rel=1e-12)


def test_fifty_assets_are_searched_to_the_end():
    for kind in ("risk", "utility", "tracking"):
        problem = program(3, 50, kind)
        found = few_holdings(problem, 50, 10)
        assert found.proved and not found.hurried
        require_allowed(problem, found, 10, 0.0)


def test_the_same_input_gives_the_same_bytes():
    problem = program(3, 50, "tracking")
    first, second = (few_holdings(problem, 50, 10, 0.03) for _ in range(2))
    assert first.weights.tobytes() == second.weights.tobytes()
    assert (first.value, first.bound) == (second.value, second.bound)


def test_a_search_cut_short_says_how_far_it_got():
    problem = program(3, 50, "tracking")
    short = few_holdings(problem, 50, 10, effort=Effort(branches=1))
    full = few_holdings(problem, 50, 10)
    assert short.gap > 1e-6 and not short.proved
    assert short.bound <= full.value <= short.value


def test_the_clock_ends_a_search():
    ticks = itertools.count()
    effort = Effort(time_limit=0.5, clock=lambda: float(next(ticks)))
    found = few_holdings(program(3, 50, "tracking"), 50, 10, effort=effort)
    assert found.hurried and found.branches == 1


def test_shorts_count_as_holdings():
    problem = program(5, 7, "utility", classes=(-1.0, 2.0))
    problem = replace(problem, lower=np.full(7, -0.3))
    values = []
    for held in map(list, itertools.combinations(range(7), 3)):
        lower, upper = np.zeros(7), np.zeros(7)
        lower[held], upper[held] = -0.3, problem.upper[held]
        try:
            values.append(minimum(replace(problem, lower=lower, upper=upper)))
        except InfeasibleError:
            continue
    best = min(problem.value(each.x) for each in values)
    found = few_holdings(problem, 7, 3)
    require_true(found, best)
    assert (np.abs(found.weights) > 1e-9).sum() <= 3


def test_variables_that_are_no_weights_are_not_counted():
    problem = program(4, 6)
    n = len(problem.linear)
    wide = Program(  # a weight may be sold at a gain of nothing: two idle variables
        np.pad(problem.quadratic, (0, 2)),
        np.append(problem.linear, [1.0, -1.0]),
        np.pad(problem.rows, ((0, 0), (0, 2))),
        problem.row_lower,
        problem.row_upper,
        np.append(problem.lower, [0.5, 0.0]),
        np.append(problem.upper, [1.0, 0.5]),
    )
    alone, both = few_holdings(problem, n, 4), few_holdings(wide, n, 4)
    assert both.weights[:n] == pytest.approx(alone.weights, abs=1e-9)
    assert both.weights[n:] == pytest.approx([0.5, 0.5])


def beside(seed, lower, upper):
    """Five assets, and a sixth variable of little reward that is none of them."""
    problem = program(seed, 6, "risk", upper=0.6, classes=(0.0, 1.0))
    problem.lower[5], problem.upper[5] = lower, upper
    excess = -program(seed, 6, "return").linear
    excess[5] = 0.001
    return problem, excess


def least_beside(problem, value, most, least_weight):
    """The best value over every set of the first five."""
    values = []
    for held in map(list, itertools.combinations(range(5), most)):
        lower, upper = np.zeros(6), np.zeros(6)
        lower[held], upper[held] = least_weight, 0.6
        lower[5], upper[5] = problem.lower[5], problem.upper[5]
        values.append(value(replace(problem, lower=lower, upper=upper)))
    return min(values)


@pytest.mark.parametrize("seed", range(3))
def test_a_ratio_keeps_to_the_bounds_of_what_is_not_counted(seed):
    base, excess = beside(seed, 0.2, 0.3)

    def ratio(tried):
        tickers = tuple("ABCDEF")
        market = Assumptions(tickers, excess, base.quadratic, 0.0)
        allowed = FeasibleSet(tickers, tickers, tried.lower, tried.upper, tickers, tickers)
        x = max_sharpe(Problem(market, allowed)).x
        return -float(excess @ x) / np.sqrt(x @ base.quadratic @ x)

    found = highest_ratio(base, excess, 5, 2, 0.1)
    require_true(found, least_beside(base, ratio, 2, 0.1))
    assert base.violation(found.weights) <= 1e-9
    assert found.weights[5] == pytest.approx(0.2)


@pytest.mark.parametrize("seed", range(3))
def test_any_objective_keeps_to_the_bounds_of_what_is_not_counted(seed):
    problem, _ = beside(seed, 0.2, 0.3)
    found = with_few_holdings(solver_of(problem), problem, 5, 2, 0.1)
    value = lambda tried: tried.value(minimum(tried).x)  # noqa: E731
    require_true(found, least_beside(problem, value, 2, 0.1))
    assert 0.2 - 1e-9 <= found.weights[5] <= 0.3 + 1e-9


def test_what_is_charged_to_the_counted_leaves_a_covariance_with_the_others_too():
    # each of six uncorrelated assets has a companion not counted, correlated 0.8 with it: given
    # that one, 1 - 0.8² of its variance is its own
    sigma = np.kron([[1.0, 0.8], [0.8, 1.0]], np.diag(np.linspace(0.01, 0.06, 6)))
    problem = replace(program(3, 12, classes=(0.0, 1.0)), quadratic=sigma)
    plain = Perspective(problem, 3, np.zeros(6), np.zeros(6))
    root = Branch(np.zeros(6, dtype=bool), np.zeros(6, dtype=bool))
    charged = strengthened(plain, root).diagonal
    assert charged.sum() > 0.5 * 0.36 * np.diag(sigma)[:6].sum()
    assert (charged <= 0.36 * np.diag(sigma)[:6] + 1e-12).all()


def test_a_covariance_without_full_rank_is_searched_too():
    problem = program(2, 7)
    factor = np.random.default_rng(2).normal(size=(3, 7))
    problem = replace(problem, quadratic=factor.T @ factor, linear=-np.linspace(0, 1, 7))
    require_true(few_holdings(problem, 7, 4), enumerated(problem, 4, 0.0))


def test_too_few_holdings_for_the_classes_are_refused_with_the_number_needed():
    with pytest.raises(InfeasibleError, match="holdings ≤ 3: the other limits need at least 4"):
        few_holdings(program(1, 12), 12, 3)


def test_least_weights_that_do_not_fit_are_refused():
    # four classes of at most 20 % are no whole
    problem = program(1, 12, classes=(0.0, 0.2))
    with pytest.raises(InfeasibleError, match="holdings of at least 5%: the other limits allow no"):
        few_holdings(problem, 12, None, 0.05)


def test_more_assets_to_be_held_than_allowed_are_refused():
    problem = replace(program(1, 12), lower=np.full(12, 0.02))
    with pytest.raises(InfeasibleError, match="12 assets have a smallest weight above zero"):
        few_holdings(problem, 12, 5)


def test_an_asset_that_must_be_held_but_not_as_large_is_refused():
    problem = program(1, 12, upper=0.3)
    problem.lower[0], problem.upper[0] = 0.01, 0.02
    with pytest.raises(InfeasibleError, match="holdings of at least 5%: an asset that has to be"):
        few_holdings(problem, 12, 10, 0.05)


def test_limits_of_risk_that_so_few_holdings_break_are_named_as_such():
    # twelve uncorrelated assets of 20 %: all of them reach 0.2/√12 = 5.8 %, four only 10 %
    ball = Ball(0.2 * np.eye(12), np.zeros(12), 0.06)
    problem = replace(program(1, 12, "return"), balls=(ball,))
    with pytest.raises(InfeasibleError, match="holdings ≤ 4: no such portfolio obeys all"):
        few_holdings(problem, 12, 4)


def test_a_least_weight_of_assets_that_may_be_short_is_refused():
    problem = replace(program(1, 6), lower=np.full(6, -0.1))
    with pytest.raises(InputError, match="may not be short"):
        few_holdings(problem, 6, 4, 0.05)


def test_an_objective_that_cannot_be_proved_leaves_no_answer():
    def left_open(lower, upper, row):
        raise UnprovedError("the optimum could not be proved")

    with pytest.raises(UnprovedError):
        with_few_holdings(left_open, program(1, 6), 6, 4, effort=Effort(branches=20))


def greatest_ratio(base, excess, most, least_weight):
    """Over every set of assets, by the optimiser of portfolios of any number of holdings."""
    n, ratios = len(excess), [-np.inf]
    tickers = tuple("ABCDEFGH"[:n])
    market = Assumptions(tickers, excess, base.quadratic, 0.0)
    rows = zip(base.rows[:-1], base.row_lower[:-1], base.row_upper[:-1], strict=True)
    rules = tuple(LinearRule("a class", *row) for row in rows)
    for k in range(1, most + 1):
        for held in map(list, itertools.combinations(range(n), k)):
            lower, upper = np.zeros(n), np.zeros(n)
            lower[held], upper[held] = least_weight, base.upper[held]
            allowed = FeasibleSet(tickers, tickers, lower, upper, tickers, tickers, rules)
            try:
                x = max_sharpe(Problem(market, allowed)).x
            except InfeasibleError:
                continue
            ratios.append(float(excess @ x) / np.sqrt(x @ base.quadratic @ x))
    return max(ratios)


@pytest.mark.parametrize(
    ("seed", "most", "least_weight"), [(1, 2, 0.0), (2, 3, 0.0), (3, 3, 0.25), (4, 4, 0.2)]
)
def test_no_set_of_assets_has_a_greater_ratio(seed, most, least_weight):
    base = program(seed, 6, upper=0.6, classes=(0.0, 0.7))
    excess = -program(seed, 6, "return").linear - 0.01
    found = highest_ratio(base, excess, 6, most, least_weight)
    require_true(found, -greatest_ratio(base, excess, most, least_weight))
    require_allowed(base, found, most, least_weight)


def test_fifty_assets_are_searched_for_the_greatest_ratio():
    base, excess = program(3, 50), -program(3, 50, "return").linear - 0.01
    found = highest_ratio(base, excess, 50, 10, 0.05)
    assert found.proved and not found.hurried
    require_allowed(base, found, 10, 0.05)


def test_no_ratio_is_greatest_where_nothing_is_earned():
    with pytest.raises(InfeasibleError, match="the best excess return is -1%"):
        highest_ratio(program(3, 8), np.full(8, -0.01), 8, 5)


def test_a_portfolio_without_risk_leaves_no_ratio():
    base = program(3, 8, classes=(0.0, 1.0))
    base = replace(base, quadratic=np.diag([0, 0, 0, *[0.04] * 5]).astype(float))
    with pytest.raises(UnprovedError):
        highest_ratio(base, np.linspace(0.01, 0.05, 8), 8, 5)


@pytest.mark.parametrize("seed", range(5))
def test_what_is_charged_to_each_asset_alone_leaves_a_covariance(seed):
    rng = np.random.default_rng(seed)
    own = rng.uniform(0.01, 0.09, 30)
    loadings = rng.normal(size=(30, 3)) * 0.1
    sigma = loadings @ loadings.T + np.diag(own)
    diagonal = separable(sigma, np.ones(30))
    assert np.linalg.eigvalsh(sigma - np.diag(diagonal))[0] >= -1e-15
    assert (diagonal >= 0).all()
    # the own variances are one such diagonal; the best has no smaller sum
    assert diagonal.sum() >= 0.999 * own.sum()


def test_simpler_diagonals_leave_a_covariance_too():
    sigma = covariance(np.random.default_rng(8), 20)
    for diagonal in (uniform(sigma), conditional(sigma)):
        left = np.linalg.eigvalsh(sigma - np.diag(diagonal))[0]
        assert 0 <= left <= 1e-6 * np.linalg.eigvalsh(sigma)[0]


def test_several_hundred_assets_have_a_bound_too():
    found = few_holdings(program(6, 260), 260, 12, effort=Effort(branches=2))
    assert found.gap < 0.01
