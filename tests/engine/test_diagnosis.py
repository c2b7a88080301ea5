"""Diagnoses against hand arithmetic, and against a second formulation solved by Clarabel."""

from dataclasses import replace

import clarabel
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.engine.conflict import conflicting_rules, explained
from addin.engine.constraints import feasible_set
from addin.engine.demands import demands_of
from addin.engine.diagnosis import MET, diagnose
from addin.engine.feasible import (
    FeasibleSet,
    LinearRule,
    NormLimit,
    TailLimit,
    TurnoverLimit,
)
from addin.engine.problem import Problem, problem_of
from addin.engine.relaxation import Relaxer

UNIVERSE = Universe(("SPY", "AGG", "SGOV"), ("Equity", "Bonds", "Cash"))
MARKET = Assumptions(
    UNIVERSE.tickers, np.array([0.08, 0.04, 0.02]), np.diag([0.04, 0.0025, 0.0]), 0.02
)


def problem(*limits, universe=UNIVERSE, classes=(), market=MARKET, **given):
    rows = [Limit(Rule(rule), selector, sign, value) for rule, selector, sign, value in limits]
    feasible = feasible_set(universe, classes, rows, assumptions=market)
    return problem_of(market, feasible, None, 0.0, **given)


def found(*limits, **given):
    return {f.words: f for f in diagnose(problem(*limits, **given))}


# by hand


def test_a_policy_that_can_be_met_has_no_conflict():
    findings = found(("weight", "SPY", ">=", 0.5), ("volatility", "", "<=", 0.101))
    assert [(f.in_conflict, f.alone, f.note) for f in findings.values()] == [(False, 0.0, MET)] * 2


def test_a_floor_of_return_and_a_cap_of_volatility_that_conflict_only_together():
    # all in SPY and SGOV: return 6% needs 2/3 SPY, volatility 2/3 × 20% = 13.3% without bonds
    universe = replace(UNIVERSE, upper=(1.0, 0.0, 1.0))
    findings = found(("return", "", ">=", 0.06), ("volatility", "", "<=", 0.10), universe=universe)
    assert findings["volatility ≤ 10%"].in_conflict and findings["return ≥ 6%"].in_conflict
    assert findings["volatility ≤ 10%"].alone == pytest.approx(0.2 * 2 / 3 - 0.10, abs=1e-8)
    # volatility of 10% is half SPY: return 5%
    assert findings["return ≥ 6%"].alone == pytest.approx(0.01, abs=1e-8)
    assert findings["return ≥ 6%"].note == "return ≥ 5% instead of 6% would do"
    # the only portfolio change that is cheaper: none, 1 pp of return is the least
    assert findings["return ≥ 6%"].in_least_change == pytest.approx(0.01, abs=1e-8)


def test_volatility_and_tracking_error_that_conflict_only_together():
    # against all SPY: weight w in SPY has volatility 0.2 w and tracking error 0.2 (1 − w)
    universe = replace(UNIVERSE, upper=(1.0, 0.0, 1.0))
    feasible = feasible_set(
        universe,
        (),
        [
            Limit(Rule.VOLATILITY, "", "<=", 0.08),
            Limit(Rule.TRACKING_ERROR, "", "<=", 0.10),
        ],
    )
    benchmark = np.array([1.0, 0.0, 0.0])
    both = diagnose(Problem(MARKET, feasible, benchmark))
    words = {f.words: f for f in both}
    for name in ("volatility ≤ 8%", "tracking error ≤ 10%"):
        assert words[name].in_conflict
        assert words[name].alone == pytest.approx(0.02, abs=1e-8)
    assert not words["AGG ≤ 0%"].in_conflict


def test_a_cap_on_each_asset_gives_way_once_for_all():
    findings = found(("each", "", "<=", 0.30))
    assert findings["each asset ≤ 30%"].alone == pytest.approx(1 / 3 - 0.30, abs=1e-9)
    assert findings["each asset ≤ 30%"].note == "each asset ≤ 33.34% instead of 30% would do"


def test_the_rule_behind_a_tighter_one_is_seen_when_that_gives_way():
    universe = replace(UNIVERSE, upper=(0.3, 1.0, 1.0))
    limits = [Limit(Rule.WEIGHT, "SPY", ">=", 0.4), Limit(Rule.EACH, "", "<=", 0.25)]
    feasible = feasible_set(universe, (ClassRange("Cash", 0.0, 0.2),), limits)
    case = problem_of(MARKET, feasible, None, 0.0)
    findings = {f.words: f for f in diagnose(case)}
    # each asset ≤ 40% would do but for SPY ≤ 30%; and bonds have to be 40% with cash at most 20%
    assert findings["each asset ≤ 25%"].alone is None
    assert findings["each asset ≤ 25%"].note.startswith("no change of this rule alone is enough")


def test_the_least_change_in_words_is_enough_where_another_bound_stands_behind():
    universe = replace(UNIVERSE, upper=(0.3, 1.0, 1.0))
    limits = [Limit(Rule.WEIGHT, "SPY", ">=", 0.5), Limit(Rule.EXCLUDE, "SPY", "", 0.0)]
    words = explained(problem_of(MARKET, feasible_set(universe, (), limits), None, 0.0))
    # 50 pp in all: SPY ≥ 0 % alone, or the exclusion up to 30 % and SPY ≥ 30 %, or any between
    assert words.startswith("no portfolio obeys together: SPY ≥ 50%; no SPY; ")
    assert "up to 50%" not in words


def test_an_average_gives_way_in_points():
    universe = replace(UNIVERSE, attributes={"ESG": (50.0, 60.0, 20.0)})
    findings = found(
        ("average", "ESG", ">=", 56.0), ("weight", "SPY", ">=", 0.5), universe=universe
    )
    # half SPY, half bonds: 55 points; alone SPY would have to fall to 40%
    assert findings["average ESG ≥ 56"].alone == pytest.approx(1.0, abs=1e-8)
    assert findings["average ESG ≥ 56"].note.startswith("average ESG ≥ 55 instead of 56")
    assert findings["SPY ≥ 50%"].alone == pytest.approx(0.1, abs=1e-9)
    # of at most 60 points one is less than 10 pp of weight
    assert findings["average ESG ≥ 56"].in_least_change == pytest.approx(1.0, abs=1e-8)
    assert findings["SPY ≥ 50%"].in_least_change == 0


def test_an_equation_gives_way_to_the_side_on_which_there_is_room():
    findings = found(("weight", "SPY", "=", 0.5), ("weight", "AGG", ">=", 0.6))
    universe = replace(UNIVERSE, attributes={"Duration": (0.0, 7.0, 0.2)})
    averaged = found(
        ("average", "Duration", "=", 5.0), ("weight", "SPY", ">=", 0.5), universe=universe
    )
    assert findings["AGG ≥ 60%"].note.startswith("AGG ≥ 50% instead of 60%")
    assert averaged["average Duration = 5"].note.startswith("average Duration = 3.5 instead of 5")


def test_an_exclusion_gives_way_by_a_weight():
    findings = found(("exclude", "SPY", "", 0.0), ("return", "", ">=", 0.06))
    assert findings["no SPY"].note.startswith("no SPY, up to 50% allowed would do")


def test_turnover_in_conflict_with_a_floor():
    findings = found(
        ("turnover", "", "<=", 0.10),
        ("weight", "SPY", ">=", 0.5),
        current=pd.Series({"SPY": 0.3, "AGG": 0.7}),
    )
    assert findings["turnover ≤ 10%"].alone == pytest.approx(0.1, abs=1e-8)
    assert findings["SPY ≥ 50%"].alone == pytest.approx(0.1, abs=1e-8)


def test_two_separate_conflicts_need_two_changes():
    findings = found(
        ("weight", "SPY", ">=", 0.4),
        ("weight", "SPY", "<=", 0.3),
        ("weight", "AGG", ">=", 0.3),
        ("weight", "AGG", "<=", 0.2),
    )
    assert sum(f.in_conflict for f in findings.values()) == 2
    assert all(f.alone is None for f in findings.values())
    assert sum(f.in_least_change > 0 for f in findings.values()) == 2


def test_a_policy_off_by_less_than_the_edge_can_be_met():
    nearly = found(("weight", "SPY", ">=", 0.6), ("weight", "AGG", ">=", 0.4 + 5e-10))
    assert not any(f.in_conflict for f in nearly.values())
    beyond = found(("weight", "SPY", ">=", 0.6), ("weight", "AGG", ">=", 0.4 + 5e-9))
    assert all(f.in_conflict for f in beyond.values())


def test_the_sentence_names_the_set_the_extremes_and_the_least_change():
    words = explained(problem(("weight", "SPY", ">=", 0.5), ("volatility", "", "<=", 0.06)))
    assert words == (
        "no portfolio obeys together: SPY ≥ 50%; volatility ≤ 6%; the lowest volatility the "
        "other rules allow is 10% (binding there: SPY ≥ 50%); the least change that would do: "
        "volatility ≤ 10% instead of 6%"
    )


# at random, against a second formulation


class Phase1:
    """Least t so that every rule kept is exceeded by at most t; lifted, by Clarabel directly."""

    def __init__(self, problem: Problem, kept) -> None:
        self.problem, self.kept, self.n = problem, set(kept), len(problem.feasible)
        self.width = self.n + 1
        self.rows, self.limits, self.cones = [], [], []

    def columns(self, count):
        self.width += count
        return range(self.width - count, self.width)

    def row(self, entries, most):
        self.rows.append(entries)
        self.limits.append(most)

    def weights(self, row, scale=1.0):
        return {i: float(v) for i, v in enumerate(row) if v} | {self.n: -scale}

    def least(self):
        self.linear()
        self.norms()
        self.turnover()
        self.tail()
        return self.solved()

    def linear(self):
        f = self.problem.feasible
        for rule in f.rules:
            if rule.words in self.kept:
                size = max(1.0, np.abs(rule.coefficients).max())
                if np.isfinite(rule.upper):
                    self.row(self.weights(rule.coefficients, size), rule.upper)
                if np.isfinite(rule.lower):
                    self.row(self.weights(-rule.coefficients, size), -rule.lower)
        for i, unit in enumerate(np.eye(self.n)):
            if f.upper_words[i] in self.kept:
                self.row(self.weights(unit), f.upper[i])
            if f.lower_words[i] in self.kept:
                self.row(self.weights(-unit), -f.lower[i])
            self.row({i: -1.0}, 0.0)

    def norms(self):
        for limit in self.problem.feasible.norm_limits:
            if limit.words in self.kept:
                values, vectors = np.linalg.eigh(self.problem.covariance)
                root = (vectors * np.sqrt(values)).T
                away = np.zeros(self.n) if limit.rule is Rule.VOLATILITY else self.problem.benchmark
                self.cones.append((root, root @ away, limit.bound))

    def turnover(self):
        for limit in self.problem.feasible.turnover_limits:
            if limit.words in self.kept:
                traded = self.columns(self.n)  # |w − held|, twice the one-way turnover
                for i, j in enumerate(traded):
                    self.row({i: 1.0, j: -1.0}, self.problem.held[i])
                    self.row({i: -1.0, j: -1.0}, -self.problem.held[i])
                self.row(dict.fromkeys(traded, 0.5) | {self.n: -1.0}, limit.bound)

    def tail(self):
        for limit in self.problem.feasible.tail_limits:
            if limit.words in self.kept:
                scenarios, (var,) = self.problem.scenarios, self.columns(1)
                beyond = self.columns(len(scenarios))
                share = 1 / ((1 - self.problem.confidence) * len(scenarios))
                for row, j in zip(scenarios, beyond, strict=True):
                    self.row({**{i: -float(v) for i, v in enumerate(row)}, var: -1.0, j: -1.0}, 0.0)
                    self.row({j: -1.0}, 0.0)
                self.row(dict.fromkeys(beyond, share) | {var: 1.0, self.n: -1.0}, limit.bound)

    def solved(self):
        blocks = [dict.fromkeys(range(self.n), 1.0), *self.rows]
        a = sparse.lil_matrix((len(blocks), self.width))
        for k, entries in enumerate(blocks):
            for j, value in entries.items():
                a[k, j] = value
        b = [1.0, *self.limits]
        kinds = [clarabel.ZeroConeT(1), clarabel.NonnegativeConeT(len(self.rows))]
        matrices = [a.tocsc()]
        for root, away, bound in self.cones:
            block = np.zeros((len(root) + 1, self.width))
            block[0, self.n], block[1:, : self.n] = -1.0, -root
            matrices.append(sparse.csc_matrix(block))
            b += [bound, *(-away)]
            kinds.append(clarabel.SecondOrderConeT(len(root) + 1))
        settings = clarabel.DefaultSettings()
        settings.verbose = False
        settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-11
        q = np.zeros(self.width)
        q[self.n] = 1.0
        nothing = sparse.csc_matrix((self.width, self.width))
        stacked = sparse.vstack(matrices).tocsc()
        answer = clarabel.DefaultSolver(nothing, q, stacked, np.array(b), kinds, settings).solve()
        return answer.x[self.n]


def least_excess(problem, kept):
    return Phase1(problem, kept).least()


def random_problem(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 13))
    names = tuple(f"A{i}" for i in range(n))
    loadings = rng.normal(size=(n, 2)) * 0.1
    covariance = loadings @ loadings.T + np.diag(rng.uniform(0.02, 0.1, n) ** 2)
    market = Assumptions(names, rng.uniform(0.01, 0.1, n), covariance)
    lower = np.where(rng.random(n) < 0.2, rng.uniform(0, 0.2, n), 0.0)
    upper = np.where(rng.random(n) < 0.5, np.maximum(lower, rng.uniform(0.1, 0.5, n)), 1.0)
    feasible = FeasibleSet(
        names,
        names,
        lower,
        upper,
        tuple(f"{name} low" for name in names),
        tuple("cap" if i % 2 else f"{name} high" for i, name in enumerate(names)),
        tuple(random_rules(rng, market)),
    )
    benchmark = rng.dirichlet(np.ones(n))
    goal = market.expected_returns.min() + np.ptp(market.expected_returns) * rng.uniform(0.3, 0.9)
    further = [
        NormLimit(Rule.VOLATILITY, "volatility", rng.uniform(0.03, 0.12)),
        NormLimit(Rule.TRACKING_ERROR, "tracking error", rng.uniform(0.005, 0.06)),
        LinearRule("return", market.expected_returns, goal, np.inf),
        TurnoverLimit("turnover", rng.uniform(0.05, 0.5)),
        TailLimit("cvar", rng.uniform(0.01, 0.06)),
    ]
    chosen = [rule for rule in further if rng.random() < 0.5]
    return in_numbers(rng, market, feasible.also(*chosen), benchmark)


def random_rules(rng, market):
    n = len(market.tickers)
    for k in range(int(rng.integers(0, 5))):
        row = (rng.random(n) < 0.5).astype(float) if k % 2 else rng.uniform(0, 10, n)
        level = float(row @ rng.dirichlet(np.ones(n)))
        side = int(rng.integers(3))
        yield LinearRule(
            f"rule {k}", row, (-np.inf, level, level)[side], (level, np.inf, level)[side]
        )


def in_numbers(rng, market, feasible, benchmark):
    names = market.tickers
    root = np.linalg.cholesky(market.covariance / 12)
    values = rng.normal(size=(60, len(names))) @ root.T + market.expected_returns / 12
    dates = np.arange("2020-01", "2025-01", dtype="datetime64[M]").astype("datetime64[D]")
    return Problem(
        market,
        feasible,
        benchmark,
        0.0,
        pd.Series(rng.dirichlet(np.ones(len(names))), index=list(names)),
        Returns(dates, names, values),
        0.9,
    )


def all_words(problem):
    f = problem.feasible
    low = [words for words, value in zip(f.lower_words, f.lower, strict=True) if value]
    high = [words for words, value in zip(f.upper_words, f.upper, strict=True) if value < 1]
    limits = (*f.rules, *f.norm_limits, *f.turnover_limits, *f.tail_limits)
    return {*(limit.words for limit in limits), *low, *high}


def check(seed):
    """Whether the problem is infeasible; either answer is confirmed by the second formulation."""
    problem = random_problem(seed)
    rules = set(conflicting_rules(problem))
    if not rules:
        assert least_excess(problem, all_words(problem)) <= 1e-8, seed
        return False
    assert least_excess(problem, rules) > 1e-10, seed
    for words in rules:
        assert least_excess(problem, rules - {words}) <= 1e-8, (seed, words)
    return True


def test_conflicts_are_found_and_without_any_one_of_their_rules_the_others_can_be_met():
    assert sum(check(seed) for seed in range(60)) >= 30, "too few conflicts were tried"


@pytest.mark.soak
def test_none_of_five_hundred_conflicts_is_missed_and_every_set_is_irreducible():
    seed, conflicts = 1000, 0
    while conflicts < 500:
        conflicts, seed = conflicts + check(seed), seed + 1


def loosened(problem, words, amount):
    """The problem whose rule of these words has given way."""
    f = problem.feasible
    rules = tuple(
        replace(r, lower=r.lower - amount, upper=r.upper + amount) if r.words == words else r
        for r in f.rules
    )
    lower = f.lower - np.array([amount * (w == words) for w in f.lower_words])
    upper = f.upper + np.array([amount * (w == words) for w in f.upper_words])

    def wider(limits):
        return tuple(replace(r, bound=r.bound + amount * (r.words == words)) for r in limits)

    return replace(
        problem,
        feasible=replace(
            f,
            rules=rules,
            lower=np.maximum(lower, 0.0),
            upper=upper,
            norm_limits=wider(f.norm_limits),
            tail_limits=wider(f.tail_limits),
            turnover_limits=wider(f.turnover_limits),
        ),
    )


def check_proof(problem):
    """Strong duality: the least total change is what its prices prove."""
    demands = demands_of(problem)
    found = Relaxer(demands)(demands.words)
    units = {row.words: row.unit for row in demands.rows}
    total = sum(amount / units.get(words, 1.0) for words, amount in found.amounts.items())
    assert found.proved == pytest.approx(total, rel=1e-6, abs=1e-7)


def check_relaxations(seed):
    problem = random_problem(seed)
    findings = diagnose(problem)
    check_proof(problem)
    everything = all_words(problem)
    for f in (f for f in findings if f.in_conflict):
        if f.alone is None:
            assert least_excess(problem, everything - {f.words}) > 1e-10
        else:
            assert least_excess(loosened(problem, f.words, f.alone + 1e-7), everything) <= 1e-8
            assert least_excess(loosened(problem, f.words, f.alone - 1e-5), everything) > 1e-10
    changed = problem
    for f in findings:
        if f.in_least_change:
            changed = loosened(changed, f.words, f.in_least_change + 1e-7)
    assert least_excess(changed, everything) <= 1e-8


@pytest.mark.parametrize("seed", range(12))
def test_each_relaxation_is_enough_and_a_little_less_is_not(seed):
    check_relaxations(seed)
