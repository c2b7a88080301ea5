from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import linprog

from addin.domain.assumptions import Assumptions
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.engine.conflict import conflicting_rules
from addin.engine.constraints import FeasibleSet, LinearRule, feasible_set
from addin.engine.problem import Problem
from addin.errors import InfeasibleError

UNIVERSE = Universe(("SPY", "EFA", "AGG", "SGOV"), ("Equity", "Equity", "Bonds", "Cash"))
CLASSES = (
    ClassRange("Equity", 0.45, 0.65),
    ClassRange("Bonds", 0.25, 0.40),
    ClassRange("Cash", 0.02, 0.10),
)


def rules_of(feasible):
    n = len(feasible)
    return conflicting_rules(
        Problem(Assumptions(feasible.tickers, np.zeros(n), np.eye(n)), feasible)
    )


def conflict(*limits, universe=UNIVERSE, classes=CLASSES):
    rows = [Limit(Rule(rule), selector, sign, value) for rule, selector, sign, value in limits]
    return rules_of(feasible_set(universe, classes, rows))


def possible(feasible: FeasibleSet, kept) -> bool:
    """Whether some portfolio obeys the rules kept: bounds as bounds, rows as rows."""
    rules = [rule for rule in feasible.rules if rule.words in kept]
    low = np.where(feasible.lower < 0, -np.inf, 0.0)
    named = [words in kept for words in feasible.lower_words]
    low = np.where(named, feasible.lower, low)
    high = np.where([words in kept for words in feasible.upper_words], feasible.upper, np.inf)
    if (low > high).any():
        return False
    rows = [r.coefficients for r in rules] + [-r.coefficients for r in rules]
    most = [r.upper for r in rules] + [-r.lower for r in rules]
    finite = np.isfinite(most)
    n = len(feasible)
    return (
        linprog(
            np.zeros(n),
            A_ub=np.array(rows).reshape(len(rows), n)[finite],
            b_ub=np.array(most)[finite],
            A_eq=np.ones((1, n)),
            b_eq=[1],
            bounds=np.column_stack([low, high]),
        ).status
        == 0
    )


def random_set(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 12)), int(rng.integers(2, 8))
    rules = []
    for k in range(m):
        row = (rng.random(n) < 0.5).astype(float) if k % 2 else rng.normal(size=n)
        level = float(row @ rng.dirichlet(np.ones(n)))
        upper = level if rng.random() < 0.5 else np.inf
        lower = -np.inf if np.isfinite(upper) else level
        rules.append(LinearRule(f"rule {k}", row, lower, upper))
    names = tuple(f"A{i}" for i in range(n))
    lower = np.where(rng.random(n) < 0.3, rng.uniform(0, 0.3, n), 0.0)
    upper = np.maximum(lower, rng.uniform(0.05, 0.6, n))
    low_words = tuple(f"{name} low" for name in names)
    high_words = tuple("cap" if i % 2 else f"{name} high" for i, name in enumerate(names))
    return FeasibleSet(names, names, lower, upper, low_words, high_words, tuple(rules))


def test_a_policy_with_room_has_no_conflict():
    assert conflict() == ()


def test_a_floor_above_a_cap():
    limits = ("weight", "SPY", ">=", 0.3), ("each", "", "<=", 0.25)
    assert conflict(*limits, classes=()) == ("SPY ≥ 30%", "each asset ≤ 25%")


def test_caps_that_leave_no_room_for_everything():
    assert conflict(("each", "", "<=", 0.2), classes=()) == ("each asset ≤ 20%",)


def test_minima_above_everything():
    assert conflict(("weight", "SPY", ">=", 0.6), ("weight", "SGOV", ">=", 0.2)) == (
        "Cash ≤ 10%",
        "SGOV ≥ 20%",
    )
    assert conflict(
        ("weight", "SPY", ">=", 0.6), ("weight", "AGG", ">=", 0.41), classes=CLASSES[:1]
    ) == ("SPY ≥ 60%", "AGG ≥ 41%")


def test_a_class_without_assets_conflicts_with_its_own_minimum():
    universe = Universe(("SPY", "AGG"), ("Equity", "Bonds"))
    assert "Cash ≥ 2%" in conflict(universe=universe)


def test_a_large_set_is_told_apart():
    n = 300
    names = tuple(f"A{i}" for i in range(n))
    universe = Universe(names, ("X",) * n, upper=(0.05,) * n)
    feasible = feasible_set(universe, (ClassRange("X", 0, 1),))
    top = LinearRule("first ten ≥ 40%", np.array([1.0] * 10 + [0.0] * (n - 10)), 0.4, np.inf)
    few = LinearRule("first five ≤ 10%", np.array([1.0] * 5 + [0.0] * (n - 5)), -np.inf, 0.1)
    found = rules_of(feasible.also(top, few))
    assert set(found) == {top.words, few.words, *(f"A{i} ≤ 5%" for i in range(5, 10))}


def check_random_set(seed):
    feasible = random_set(seed)
    everything = {r.words for r in feasible.rules}.union(feasible.lower_words, feasible.upper_words)
    found = rules_of(feasible)
    if not found:
        assert possible(feasible, everything)
        return 0
    assert not possible(feasible, set(found))
    for words in found:
        assert possible(feasible, set(found) - {words}), words
    return 1


def test_without_any_one_rule_of_a_conflict_the_others_can_be_met():
    assert sum(check_random_set(seed) for seed in range(200)) > 60, "too few conflicts were tried"


@pytest.mark.soak
def test_without_any_one_rule_of_many_conflicts_the_others_can_be_met():
    for seed in range(1000, 11000):
        check_random_set(seed)


@pytest.mark.parametrize("durations", [(1e300, 1.0, 2.0, 3.0), (1e-300, 1e300, 1e200, 1.0)])
def test_numbers_no_solver_can_compare_are_said_in_one_sentence(durations):
    universe = replace(UNIVERSE, attributes={"Duration": durations})
    with pytest.raises(InfeasibleError, match="too large or too small to compute with"):
        conflict(("average", "Duration", "<=", 3.0), universe=universe)
