import pytest

from addin.domain.class_range import lineage
from addin.domain.policy import (
    ClassRange,
    LegacyAction,
    Limit,
    Policy,
    Rebalancing,
    Rule,
    ScoreWeights,
)
from addin.errors import PolicyError

EQUITY = ClassRange("Equity", 0.45, 0.65, target=0.60)
BONDS = ClassRange("Bonds", 0.25, 0.45, target=0.40)


def test_targets_that_do_not_add_up_are_refused_with_the_sum():
    with pytest.raises(PolicyError, match=r"targets must add up to 100\.00%, found 95\.00%"):
        Policy((EQUITY, ClassRange("Bonds", 0.25, 0.45, target=0.35)))


def test_minimum_above_maximum_is_refused_by_name():
    with pytest.raises(PolicyError, match=r"Equity: min 70\.00% is above max 60\.00%"):
        ClassRange("Equity", 0.70, 0.60)


def test_inner_band_must_lie_inside_the_range():
    with pytest.raises(PolicyError, match="inner max 70"):
        ClassRange("Equity", 0.45, 0.65, target=0.6, inner_lower=0.5, inner_upper=0.70)


def test_target_on_the_edge_of_its_range_is_inside():
    assert ClassRange("Cash", 0.05, 0.05, target=0.05).target == 0.05


def test_class_listed_twice_is_named():
    with pytest.raises(PolicyError, match="listed more than once: equity"):
        Policy((EQUITY, ClassRange("equity", 0.25, 0.45, target=0.40)))


def test_minima_above_one_whole_are_refused():
    with pytest.raises(PolicyError, match=r"minima add up to 110\.00%"):
        Policy((ClassRange("A", 0.6, 1.0), ClassRange("B", 0.5, 1.0)))


def test_maxima_below_one_whole_are_refused():
    with pytest.raises(PolicyError, match=r"maxima add up to 90\.00%"):
        Policy((ClassRange("A", 0.1, 0.5), ClassRange("B", 0.1, 0.4)))


def test_parts_must_add_up_to_their_whole():
    parts = (
        ClassRange("US", 0.2, 0.5, target=0.40, parent="Equity"),
        ClassRange("World", 0.1, 0.3, target=0.15, parent="Equity"),
    )
    with pytest.raises(PolicyError, match=r"parts of Equity: targets .* 60\.00%, found 55\.00%"):
        Policy((EQUITY, BONDS, *parts))


def test_unknown_parent_is_named():
    with pytest.raises(PolicyError, match="parent 'Stocks' is not listed"):
        Policy((EQUITY, BONDS, ClassRange("US", 0.2, 0.5, parent="Stocks")))


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Limit(Rule.WEIGHT, "SPY", ">=", 0.10), "SPY ≥ 10%"),
        (Limit(Rule.EACH, "", "<=", 0.25), "each asset ≤ 25%"),
        (Limit(Rule.VOLATILITY, "", "<=", 0.125), "volatility ≤ 12.5%"),
        (Limit(Rule.AVERAGE, "ESG", ">=", 6), "average ESG ≥ 6"),
        (Limit(Rule.EXCLUDE, "Region=Russia", "", 0), "no Region=Russia"),
        (Limit(Rule.EXCLUDE, "XYZ", "", 0, legacy=LegacyAction.SELL_DOWN), "no more XYZ"),
        (Limit(Rule.EXCLUDE, "XYZ", "", 0, legacy=LegacyAction.HOLD), "XYZ as held"),
    ],
)
def test_a_limit_reads_as_a_person_would_say_it(limit, words):
    assert limit.words == words


def test_a_limit_without_a_known_operator_is_refused():
    with pytest.raises(PolicyError, match="found '<'"):
        Limit(Rule.WEIGHT, "SPY", "<", 0.1)


def test_watch_above_flag_is_refused():
    with pytest.raises(PolicyError, match="watch ≤ flag"):
        Rebalancing(watch=0.06, flag=0.05)


def test_score_weights_that_are_all_zero_are_refused():
    with pytest.raises(PolicyError, match="not all zero"):
        ScoreWeights(0, 0, 0, 0, 0)


def test_parts_with_some_targets_must_leave_room_for_the_rest():
    parts = (
        ClassRange("US", 0.2, 0.7, target=0.65, parent="Equity"),
        ClassRange("World", 0.0, 0.3, parent="Equity"),
    )
    with pytest.raises(PolicyError, match=r"add up to at most 60\.00%, found 65\.00%"):
        Policy((EQUITY, BONDS, *parts))


def test_a_lineage_names_the_classes_above_from_near_to_far():
    classes = (
        ClassRange("Growth", 0, 1),
        ClassRange("Equity", 0, 1, parent="growth"),
        ClassRange("US", 0, 1, parent="EQUITY"),
    )
    assert lineage("us", classes) == ("us", "EQUITY", "growth")
    assert lineage("Timber", classes) == ("Timber",)


def test_a_lineage_that_runs_in_a_circle_ends():
    circle = (ClassRange("A", 0, 1, parent="B"), ClassRange("B", 0, 1, parent="A"))
    assert lineage("A", circle) == ("A", "B", "A")
    assert lineage("C", (*circle, ClassRange("C", 0, 1, parent="A"))) == ("C", "A", "B", "A")
    with pytest.raises(PolicyError, match=r"asset class A: is a part of itself \(A in B in A\)"):
        Policy((EQUITY, BONDS, *circle))
