"""Prices against hand arithmetic, and against a policy written anew with another number."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from addin.domain.assumptions import Assumptions
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.engine.constraints import feasible_set
from addin.engine.duals import prices_of_rules
from addin.engine.optimised import optimised
from addin.engine.optimize import Settings, optimize
from addin.engine.shadow_prices import prices_at
from addin.errors import InfeasibleError

UNIVERSE = Universe(("SPY", "AGG"), ("Equity", "Bonds"))
MARKET = Assumptions(("SPY", "AGG"), np.array([0.08, 0.03]), np.diag([0.04, 0.0025]), 0.01)


def prices(objective, *limits, universe=UNIVERSE, classes=(), settings=None, **given):
    rows = [Limit(Rule(rule), selector, sign, value) for rule, selector, sign, value in limits]
    feasible = feasible_set(universe, classes, rows, assumptions=MARKET)
    found = prices_at(optimised(MARKET, feasible, objective, settings or Settings(), **given))
    return {price.rule: price for price in found}


# by hand


def test_a_cap_on_equity_is_worth_the_difference_of_returns():
    found = prices("max return", classes=(ClassRange("Equity", 0.4, 0.65),))
    price = found["Equity ≤ 65%"]
    assert list(found) == ["Equity ≤ 65%"]
    assert price.value == 0.65
    assert price.per_point == pytest.approx(0.01 * (0.08 - 0.03), rel=1e-8)
    assert price.resolved == pytest.approx(price.per_point, rel=1e-6)
    assert price.words == "+1 pp on Equity ≤ 65% adds 5 bp of expected return"


def test_a_floor_on_equity_costs_volatility():
    # σ² = 0.04 s² + 0.0025 (1 − s)²; at s = 0.5: σ² = 0.010625, dσ/ds = (0.04·½ − 0.0025·½) / σ
    price = prices("min volatility", ("weight", "SPY", ">=", 0.5))["SPY ≥ 50%"]
    rate = (0.04 * 0.5 - 0.0025 * 0.5) / 0.010625**0.5
    assert price.per_point == pytest.approx(0.01 * rate, rel=1e-8)
    assert price.words == "+1 pp on SPY ≥ 50% adds 18 bp of volatility"


def test_a_limit_of_volatility_is_worth_return():
    # w SPY with σ(w) = 12 %: dμ/dσ = (0.08 − 0.03) / (dσ/dw)
    price = prices("max return", ("volatility", "", "<=", 0.12))["volatility ≤ 12%"]
    weight = np.roots([0.0425, -0.005, 0.0025 - 0.12**2]).max()
    slope = (0.04 * weight - 0.0025 * (1 - weight)) / 0.12
    assert price.per_point == pytest.approx(0.01 * 0.05 / slope, rel=1e-6)


def test_a_utility_is_priced_in_its_own_unit():
    # U = 0.08 s + 0.03 (1 − s) − 1.25 (0.04 s² + 0.0025 (1 − s)²), dU/ds at s = 0.3
    price = prices("max utility", ("weight", "SPY", "<=", 0.3))["SPY ≤ 30%"]
    rate = 0.05 - 2.5 * (0.04 * 0.3 - 0.0025 * 0.7)
    assert price.per_point == pytest.approx(0.01 * rate, rel=1e-8)


def test_a_sharpe_ratio_is_priced_as_a_plain_number():
    # S = (0.02 + 0.05 s) / σ(s) at s = 0.6
    price = prices("max sharpe", ("weight", "SPY", ">=", 0.6))["SPY ≥ 60%"]

    def ratio(s):
        return (0.02 + 0.05 * s) / (0.04 * s**2 + 0.0025 * (1 - s) ** 2) ** 0.5

    rate = (ratio(0.6 + 1e-6) - ratio(0.6 - 1e-6)) / 2e-6
    assert price.per_point == pytest.approx(0.01 * rate, rel=1e-6)
    assert price.words.startswith("+1 pp on SPY ≥ 60% takes away 0.0")
    assert price.words.endswith("of Sharpe ratio")


def test_a_tracking_error_is_priced_at_its_own_size():
    # active weights ±(s − 0.6): TE = |s − 0.6| √(0.04 + 0.0025)
    benchmark = pd.Series({"SPY": 0.6, "AGG": 0.4})
    found = prices("min tracking error", ("weight", "SPY", "<=", 0.5), benchmark=benchmark)
    assert found["SPY ≤ 50%"].per_point == pytest.approx(-0.01 * 0.0425**0.5, rel=1e-8)


def test_a_rule_on_every_asset_adds_up_the_prices_of_each():
    universe = Universe(("A", "B", "C", "D"), ("X",) * 4)
    market = Assumptions(universe.tickers, np.array([0.08, 0.07, 0.04, 0.03]), np.eye(4) * 0.04)
    feasible = feasible_set(universe, (), [Limit(Rule.EACH, "", "<=", 0.4)])
    (price,) = prices_at(optimised(market, feasible, "max return"))
    # A and B at 40 %, C has 20 %: each pp more on both comes from C
    assert price.per_point == pytest.approx(0.01 * (0.08 - 0.04 + 0.07 - 0.04), rel=1e-8)


def test_an_average_is_priced_per_a_hundredth_of_its_size():
    universe = replace(UNIVERSE, attributes={"ESG": (40.0, 80.0)})
    found = prices("max return", ("average", "ESG", ">=", 60.0), universe=universe)
    price = found["average ESG ≥ 60"]
    # one point of score moves 1/40 of weight from SPY to AGG
    assert price.step == 0.1
    assert price.per_point == pytest.approx(-0.1 / 40 * 0.05, rel=1e-8)
    assert price.words == "+0.1 on average ESG ≥ 60 takes away 1.2 bp of expected return"


def test_two_rules_that_stop_the_same_move_have_no_price_of_their_own():
    found = prices("max return", ("weight", "SPY", "<=", 0.6), ("weight", "AGG", ">=", 0.4))
    for price in found.values():
        assert "−1 pp" in price.words
    assert found["SPY ≤ 60%"].per_point == pytest.approx(0, abs=1e-12)
    assert found["SPY ≤ 60%"].words == (
        "+1 pp on SPY ≤ 60% changes nothing, −1 pp takes away 5 bp of expected return "
        "(by optimising again)"
    )
    assert found["AGG ≥ 40%"].per_point == pytest.approx(-0.0005, rel=1e-6)


def test_a_bound_behind_another_of_the_same_size_stops_the_rise():
    universe = replace(UNIVERSE, upper=(0.4, 1.0))
    found = prices("max return", ("weight", "SPY", "<=", 0.4), universe=universe)
    assert list(found) == ["SPY ≤ 40%"]
    capped = replace(UNIVERSE, upper=(0.7, 1.0))
    found = prices("max return", ("each", "", "<=", 0.7), universe=capped)
    assert found["SPY ≤ 70%"].words.startswith("+1 pp on SPY ≤ 70% changes nothing, −1 pp takes")
    assert found["each asset ≤ 70%"].per_point == pytest.approx(0, abs=1e-12)


def test_turnover_is_priced_by_optimising_again():
    current = pd.Series({"SPY": 0.5, "AGG": 0.5})
    found = prices("max return", ("turnover", "", "<=", 0.1), current=current)
    assert found["turnover ≤ 10%"].per_point == pytest.approx(0.0005, rel=1e-5)


def test_a_penalty_on_concentration_is_priced_by_optimising_again():
    settings = Settings(concentration=0.01)
    price = prices("min volatility", ("weight", "SPY", ">=", 0.5), settings=settings)["SPY ≥ 50%"]
    rate = (0.04 * 0.5 - 0.0025 * 0.5) / 0.010625**0.5
    assert price.per_point == pytest.approx(0.01 * rate, rel=1e-4)
    wanted = feasible_set(UNIVERSE, (), [Limit(Rule.WEIGHT, "SPY", ">=", 0.5)])
    assert prices_of_rules(optimised(MARKET, wanted, "min volatility", settings)) is None


def test_what_is_excluded_is_priced_as_a_weight_that_may_rise():
    price = prices("max return", ("exclude", "SPY", "", 0.0))["no SPY"]
    assert price.per_point == pytest.approx(0.0005, rel=1e-6)


def test_a_limit_of_the_settings_is_priced_like_one_of_the_policy():
    price = prices("max return", settings=Settings(max_volatility=0.12))["volatility ≤ 12%"]
    same = prices("max return", ("volatility", "", "<=", 0.12))["volatility ≤ 12%"]
    assert price == same


def test_a_policy_without_a_portfolio_is_an_error():
    with pytest.raises(InfeasibleError, match="no portfolio obeys"):
        prices("max return", ("return", "", ">=", 0.09))


# at random: the policy written anew with another number


def random_case(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(5, 15))
    names = tuple(f"A{i}" for i in range(n))
    classes = tuple("XYZ"[i % 3] for i in range(n))
    loadings = rng.normal(size=(n, 3)) * 0.08
    covariance = loadings @ loadings.T + np.diag(rng.uniform(0.05, 0.2, n) ** 2)
    market = Assumptions(names, rng.uniform(0.02, 0.1, n), covariance, 0.01)
    ranges = (ClassRange("X", 0.2, 0.4), ClassRange("Y", 0.1, 0.5), ClassRange("Z", 0.0, 0.45))
    limits = [
        Limit(Rule.EACH, "", "<=", 0.3),
        Limit(Rule.WEIGHT, "A1", ">=", 0.05),
        Limit(Rule.AVERAGE, "Score", "<=", 5.5),
        Limit(Rule.TRACKING_ERROR, "", "<=", 0.09),
    ]
    universe = Universe(names, classes, attributes={"Score": tuple(rng.uniform(0, 10, n))})
    benchmark = pd.Series(np.full(n, 0.55 / (n - 1)), index=list(names))
    benchmark["A0"] = 0.45
    return universe, ranges, limits, market, benchmark


def rewritten(ranges, limits, rule, step):
    """The policy with one number changed in its text."""
    for words, old, new in (
        *((f"{c.name} ≥ {c.lower:.0%}", c, replace(c, lower=c.lower + step)) for c in ranges),
        *((f"{c.name} ≤ {c.upper:.0%}", c, replace(c, upper=c.upper + step)) for c in ranges),
    ):
        if words == rule:
            return [new if c is old else c for c in ranges], limits
    assert rule in [limit.words for limit in limits], rule
    return ranges, [
        replace(each, value=each.value + step) if each.words == rule else each for each in limits
    ]


OBJECTIVES = ("min volatility", "max sharpe", "max utility", "max return", "min tracking error")


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("seed", range(8))
def test_each_price_is_what_a_policy_with_another_number_gives(objective, seed):
    universe, ranges, limits, market, benchmark = random_case(seed)

    def value(ranges, limits):
        feasible = feasible_set(universe, ranges, limits, assumptions=market)
        return optimize(market, feasible, objective, benchmark=benchmark).objective_value

    feasible = feasible_set(universe, ranges, limits, assumptions=market)
    solved = optimised(market, feasible, objective, benchmark=benchmark)
    found, multipliers = prices_at(solved), prices_of_rules(solved)
    assert found and multipliers is not None
    for price in found:
        small = 2e-3 * price.step
        up = value(*rewritten(ranges, limits, price.rule, small))
        down = value(*rewritten(ranges, limits, price.rule, -small))
        again = (up - down) / (2 * small) * price.step
        if "optimising again" not in price.words:
            assert price.per_point == pytest.approx(again, rel=2e-3, abs=2e-7), price
            dual = multipliers[price.rule] * price.step
            assert dual == pytest.approx(again, rel=2e-3, abs=2e-7), price


def test_an_asset_that_is_not_chosen_has_no_price():
    found = prices("min volatility", settings=Settings(max_holdings=1))
    assert not any("SPY" in rule for rule in found)


def test_a_cap_of_every_asset_is_not_raised_for_those_not_chosen():
    # σ² = 0.01 a² + 0.02 (1 − a)², a capped at 0.6: dσ/da = (0.012 − 0.016) / 2σ
    names = ("A", "B", "C")
    market = Assumptions(names, np.zeros(3), np.diag([0.01, 0.02, 0.03]))
    capped = feasible_set(Universe(names, names), (), [Limit(Rule.EACH, "", "<=", 0.6)])
    solved = optimised(market, capped, "min volatility", Settings(max_holdings=2))
    (price,) = prices_at(solved)
    assert price.rule == "each asset ≤ 60%" and price.value == 0.6
    expected = 0.01 * -0.004 / (2 * 0.0068**0.5)
    assert price.per_point == pytest.approx(expected, rel=1e-6)
    assert price.resolved == pytest.approx(expected, rel=1e-3)
