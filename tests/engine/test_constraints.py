from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from addin.domain.assumptions import Assumptions
from addin.domain.policy import ClassRange, LegacyAction, Limit, Rule
from addin.domain.universe import Universe
from addin.engine.constraints import feasible_set
from addin.errors import InputError, PolicyError

TICKERS = ("SPY", "EFA", "AGG", "VNQ", "SGOV")
UNIVERSE = Universe(
    TICKERS,
    ("US equity", "Foreign equity", "Bonds", "Real estate", "Cash"),
    upper=(1.0, 1.0, 1.0, 0.3, 1.0),
    attributes={"ESG": (5.0, 6.0, 7.0, 4.0, 8.0), "Liquidity days": (1.0, 2.0, 3.0, 20.0, 1.0)},
)
CLASSES = (
    ClassRange("Equity", 0.4, 0.65),
    ClassRange("US equity", 0.2, 1.0, parent="Equity"),
    ClassRange("Foreign equity", 0.0, 0.3, parent="Equity"),
    ClassRange("Bonds", 0.25, 1.0),
    ClassRange("Real estate", 0.0, 1.0),
    ClassRange("Cash", 0.0, 1.0),
)
MARKET = Assumptions(
    TICKERS,
    np.array([0.07, 0.08, 0.04, 0.06, 0.03]),
    np.diag([0.04, 0.09, 0.01, 0.04, 0.0001]),
)


def limit(rule, selector, operator, value, hard=True):
    return Limit(Rule(rule), selector, operator, value, hard)


def rule_named(feasible, words):
    return next(rule for rule in feasible.rules if rule.words == words)


def test_a_parent_range_covers_the_assets_of_its_sub_classes():
    feasible = feasible_set(UNIVERSE, CLASSES)
    assert rule_named(feasible, "Equity ≤ 65%").coefficients.tolist() == [1, 1, 0, 0, 0]
    assert rule_named(feasible, "Foreign equity ≤ 30%").coefficients.tolist() == [0, 1, 0, 0, 0]


def test_each_side_of_a_class_range_is_a_rule_unless_it_forbids_nothing():
    assert [rule.words for rule in feasible_set(UNIVERSE, CLASSES).rules] == [
        "Equity ≥ 40%",
        "Equity ≤ 65%",
        "US equity ≥ 20%",
        "Foreign equity ≤ 30%",
        "Bonds ≥ 25%",
    ]


def test_the_tightest_of_several_bounds_counts_and_lends_its_words():
    limits = [limit("each", "", "<=", 0.5), limit("weight", "spy", "<=", 0.4)]
    feasible = feasible_set(UNIVERSE, (), [*limits, limit("each", "", "<=", 0.45)])
    assert feasible.upper.tolist() == [0.4, 0.45, 0.45, 0.3, 0.45]
    assert feasible.upper_words[0] == "spy ≤ 40%"
    assert feasible.upper_words[1] == "each asset ≤ 45%"
    assert feasible.upper_words[3] == "VNQ ≤ 30%"


def test_an_excluded_asset_has_no_weight():
    feasible = feasible_set(UNIVERSE, (), [limit("exclude", "ESG<=5", "", 0)])
    assert feasible.upper.tolist() == [0, 1, 1, 0, 1]
    assert feasible.upper_words[0] == "no ESG<=5"


def test_an_equation_bounds_from_both_sides():
    feasible = feasible_set(
        UNIVERSE,
        (),
        [limit("weight", "AGG", "=", 0.2), limit("weight", "Asset class=Cash", "=", 0.1)],
    )
    assert (feasible.lower[2], feasible.upper[2]) == (0.2, 0.2)
    assert (feasible.rules[0].lower, feasible.rules[0].upper) == (0.1, 0.1)


def test_sums_and_averages_are_rows():
    limits = [limit("weight", "Liquidity days<=3", ">=", 0.2), limit("average", "ESG", ">=", 6)]
    liquid, good = feasible_set(UNIVERSE, (), limits).rules
    assert liquid.coefficients.tolist() == [1, 1, 1, 0, 1]
    assert (liquid.lower, liquid.upper) == (0.2, np.inf)
    assert good.coefficients.tolist() == [5, 6, 7, 4, 8]
    assert good.words == "average ESG ≥ 6"


def test_return_and_beta_are_rows_by_hand():
    # benchmark half SPY, half AGG: variance 0.25·0.04 + 0.25·0.01 = 0.0125
    # beta of SPY = 0.5·0.04 / 0.0125 = 1.6; of AGG = 0.5·0.01 / 0.0125 = 0.4
    limits = [limit("return", "", ">=", 0.05), limit("beta", "", "<=", 0.9)]
    benchmark = pd.Series({"AGG": 0.5, "SPY": 0.5})
    feasible = feasible_set(UNIVERSE, (), limits, assumptions=MARKET, benchmark=benchmark)
    assert feasible.rules[0].coefficients.tolist() == [0.07, 0.08, 0.04, 0.06, 0.03]
    assert feasible.rules[1].coefficients == pytest.approx([1.6, 0, 0.4, 0, 0])


def test_returns_are_found_by_ticker_not_by_position():
    market = Assumptions(
        TICKERS[::-1], MARKET.expected_returns[::-1], MARKET.covariance[::-1, ::-1]
    )
    feasible = feasible_set(UNIVERSE, (), [limit("return", "", ">=", 0.05)], assumptions=market)
    assert feasible.rules[0].coefficients.tolist() == [0.07, 0.08, 0.04, 0.06, 0.03]


def test_volatility_and_tracking_error_become_norm_limits():
    limits = [limit("volatility", "", "<=", 0.1), limit("tracking error", "", "<=", 0.02)]
    norms = feasible_set(UNIVERSE, (), limits).norm_limits
    assert [(norm.words, norm.bound) for norm in norms] == [
        ("volatility ≤ 10%", 0.1),
        ("tracking error ≤ 2%", 0.02),
    ]


def test_a_soft_limit_is_kept_apart_from_the_rules():
    found = feasible_set(UNIVERSE, (), [limit("turnover", "", "<=", 0.1, hard=False)])
    assert not found.rules and not found.turnover_limits
    assert [rule.words for rule in found.soft] == ["turnover ≤ 10%"]


def test_limits_of_whole_portfolios_stand_apart_by_kind():
    limits = [
        limit("cvar", "", "<=", 0.04),
        limit("turnover", "", "<=", 0.1),
        limit("holdings", "", "<=", 7),
        limit("holdings", "", "<=", 5),
    ]
    found = feasible_set(UNIVERSE, (), limits)
    assert [each.bound for each in found.tail_limits] == [0.04]
    assert [each.bound for each in found.turnover_limits] == [0.1]
    assert found.holdings is not None and found.holdings.most == 5


@pytest.mark.parametrize("rule", ["cvar", "turnover", "holdings"])
def test_a_least_amount_of_it_is_refused(rule):
    with pytest.raises(PolicyError, match=f"impose {rule} only as <=, found >="):
        feasible_set(UNIVERSE, (), [limit(rule, "", ">=", 0.1)])


def test_a_negative_minimum_needs_shorting():
    universe = replace(UNIVERSE, lower=(-0.1, *UNIVERSE.lower[1:]))
    with pytest.raises(PolicyError, match=f"below zero for {UNIVERSE.tickers[0]}, which needs"):
        feasible_set(universe, ())
    assert feasible_set(universe, (), shorting=True).lower[0] == -0.1


def test_a_smallest_volatility_is_refused():
    with pytest.raises(PolicyError, match=r"'volatility ≥ 10%': .* only as <=, found >="):
        feasible_set(UNIVERSE, (), [limit("volatility", "", ">=", 0.1)])


@pytest.mark.parametrize(
    ("rule", "given", "needs"),
    [
        ("return", {}, "'return ≥ 5%': needs expected returns and a covariance"),
        ("beta", {"assumptions": MARKET}, "'beta ≥ 0.05': needs a benchmark"),
    ],
)
def test_what_a_limit_lacks_is_said(rule, given, needs):
    with pytest.raises(InputError, match=needs):
        feasible_set(UNIVERSE, (), [limit(rule, "", ">=", 0.05)], **given)


def test_an_empty_cell_of_an_average_is_named():
    universe = Universe(("A", "B"), ("X", "X"), attributes={"ESG": (1.0, None)})
    with pytest.raises(InputError, match="universe, B, ESG: need a number"):
        feasible_set(universe, (), [limit("average", "ESG", ">=", 1)])


def test_assets_without_assumptions_are_named():
    market = Assumptions(("SPY",), np.array([0.07]), np.array([[0.04]]))
    with pytest.raises(InputError, match="covariance for EFA, AGG, VNQ, SGOV"):
        feasible_set(UNIVERSE, (), [limit("return", "", ">=", 0.05)], assumptions=market)


@pytest.mark.parametrize(
    ("action", "range_of_b"),
    [("hold", (0.12, 0.12)), ("sell down", (0.0, 0.12)), ("sell now", (0.0, 0.0))],
)
def test_an_exclusion_allows_what_its_legacy_action_says(action, range_of_b):
    ticker, other = UNIVERSE.tickers[1], UNIVERSE.tickers[0]
    rule = Limit(Rule.EXCLUDE, ticker, "", 0.0, legacy=LegacyAction(action))
    current = pd.Series({other: 0.88, ticker: 0.12})
    found = feasible_set(UNIVERSE, (), [rule], current=current)
    assert (found.lower[1], found.upper[1]) == range_of_b
