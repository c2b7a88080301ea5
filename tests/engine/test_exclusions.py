"""Excluded assets: what a proposal may hold of them, and when holding them is a breach."""

import numpy as np
import pandas as pd
import pytest

from addin.domain.policy import LegacyAction, Limit, Rule
from addin.domain.universe import Universe
from addin.engine.compliance import breaches, check
from addin.engine.constraints import feasible_set
from addin.engine.exclusions import bought, exclusion_bounds
from addin.errors import InputError

UNIVERSE = Universe(
    ("SPY", "RSX", "ERUS", "AGG"),
    ("Equity", "Equity", "Equity", "Bonds"),
    attributes={"Region": ("US", "Russia", "Russia", "US")},
)
HELD = pd.Series({"rsx": 0.04, "SPY": 0.6, "AGG": 0.36})


def excluded(selector="Region=Russia", legacy=LegacyAction.SELL_NOW, hard=True):
    return Limit(Rule.EXCLUDE, selector, "", 0.0, hard=hard, legacy=legacy)


@pytest.mark.parametrize(
    ("legacy", "of_held", "of_other", "words"),
    [
        (LegacyAction.SELL_NOW, (0.0, 0.0), (0.0, 0.0), "no Region=Russia"),
        (LegacyAction.SELL_DOWN, (0.0, 0.04), (0.0, 0.0), "no more Region=Russia"),
        (LegacyAction.HOLD, (0.04, 0.04), (0.0, 0.0), "Region=Russia as held"),
    ],
)
def test_what_is_held_today_may_stay_as_far_as_its_legacy_action_says(
    legacy, of_held, of_other, words
):
    bounds = exclusion_bounds(UNIVERSE, (excluded(legacy=legacy),), HELD)
    assert [(b.ticker, (b.lower, b.upper), b.words) for b in bounds] == [
        ("RSX", of_held, words),
        ("ERUS", of_other, words),
    ]


@pytest.mark.parametrize("legacy", LegacyAction)
def test_what_is_not_known_to_be_held_may_not_be_bought(legacy):
    bounds = exclusion_bounds(UNIVERSE, (excluded(legacy=legacy),), None)
    assert {(b.lower, b.upper) for b in bounds} == {(0.0, 0.0)}


def test_a_short_position_and_a_stranger_are_no_holding_of_an_excluded_asset():
    current = pd.Series({"RSX": -0.02, "XYZ": 0.5, "CASH": 0.52})
    (first, _) = exclusion_bounds(UNIVERSE, (excluded(legacy=LegacyAction.SELL_DOWN),), current)
    assert first.upper == 0.0


def test_other_limits_and_soft_exclusions_bound_nothing():
    limits = (Limit(Rule.WEIGHT, "SPY", "<=", 0.5), excluded(hard=False))
    assert exclusion_bounds(UNIVERSE, limits, HELD) == []


def test_a_misspelt_selector_is_refused():
    with pytest.raises(InputError, match=r"no asset has 'Rusia' .did you mean 'Russia'"):
        exclusion_bounds(UNIVERSE, (excluded("Region=Rusia"),), HELD)


def test_the_feasible_set_keeps_what_must_be_held():
    allowed = feasible_set(UNIVERSE, (), (excluded(legacy=LegacyAction.HOLD),), current=HELD)
    assert allowed.lower.tolist() == [0.0, 0.04, 0.0, 0.0]
    assert allowed.upper.tolist() == [1.0, 0.04, 0.0, 1.0]


def finding(legacy, portfolio, current=HELD):
    limits = (excluded(legacy=legacy),)
    return check(pd.Series(portfolio), UNIVERSE, (), limits, current=current)[-1]


@pytest.mark.parametrize("legacy", [LegacyAction.HOLD, LegacyAction.SELL_DOWN])
@pytest.mark.parametrize("weight", [0.04, 0.0402, 0.02, 0.0])
def test_holding_on_is_no_breach(legacy, weight):
    # 4.02 %: the same shares after the rest of the portfolio paid for its trades
    found = finding(legacy, {"RSX": weight, "SPY": 1 - weight})
    assert found.status == "Inside" and found.limit == 0.04


@pytest.mark.parametrize("legacy", [LegacyAction.HOLD, LegacyAction.SELL_DOWN])
def test_buying_more_is_a_breach_even_where_another_of_the_kind_is_sold(legacy):
    found = finding(legacy, {"RSX": 0.01, "ERUS": 0.02, "SPY": 0.97})
    assert (found.status, found.headroom) == ("Breach", pytest.approx(-0.02))
    assert found.words == "Region=Russia 3.0%, 2.00% more than held today"


def test_selling_now_is_a_breach_until_it_is_sold():
    assert finding(LegacyAction.SELL_NOW, HELD).status == "Breach"
    assert finding(LegacyAction.SELL_NOW, {"SPY": 1.0}).status != "Breach"


def test_words_say_what_may_be_done_with_what_is_held():
    assert finding(LegacyAction.HOLD, HELD).words == "Region=Russia 4.0%, may be held, not bought"
    down = finding(LegacyAction.SELL_DOWN, HELD)
    assert (down.rule, down.words) == (
        "no more Region=Russia",
        "Region=Russia 4.0%, to be sold down, not bought",
    )
    assert finding(LegacyAction.HOLD, {"SPY": 1.0}).words == "Region=Russia not held"


def test_without_knowing_what_is_held_today_nothing_is_passed_in_silence():
    found = finding(LegacyAction.HOLD, HELD, current=None)
    assert (found.status, found.words) == ("n/a", "needs current weights")
    assert finding(LegacyAction.HOLD, {"SPY": 1.0}, current=None).status == "Inside"


def test_a_soft_exclusion_does_not_count_as_breach():
    soft = excluded(legacy=LegacyAction.HOLD, hard=False)
    found = check(pd.Series({"ERUS": 1.0}), UNIVERSE, (), (soft,), current=HELD)
    assert found[-1].status == "Breach" and breaches(found) == []


def test_only_what_grew_counts_as_bought():
    mask = np.array([1.0, 1.0, 0.0])
    before = np.array([0.10, -0.05, 0.2])
    assert bought(mask, np.array([0.10, 0.0, 0.9]), before) == 0.0
    assert bought(mask, np.array([0.12, 0.01, 0.9]), before) == pytest.approx(0.03)
