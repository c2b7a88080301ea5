import pytest

from addin.domain.policy import Policy, SpendingRule
from addin.domain.profile import PROFILES, profile, profile_classes
from addin.errors import InputError


def targets(name, years=None):
    return {c.name: c.target for c in profile_classes(name, years)}


def test_balanced_growth_has_its_stated_targets_and_ranges():
    ranges = {c.name: (c.lower, c.target, c.upper) for c in profile_classes("balanced growth")}
    assert ranges == {
        "Equity": (0.45, 0.55, 0.65),
        "Fixed income": (0.25, 0.30, 0.40),
        "Alternatives": (0.05, 0.10, 0.15),
        "Cash": (0.02, 0.05, 0.10),
    }


def test_long_horizon_moves_from_bonds_and_cash_to_equity():
    # 55 + 10, 30 − 8, 10, 5 − 2
    assert targets("Balanced Growth", 25) == pytest.approx(
        {"Equity": 0.65, "Fixed income": 0.22, "Alternatives": 0.10, "Cash": 0.03}
    )


def test_short_horizon_moves_from_equity_to_bonds_and_cash():
    # 30 − 15, 50 + 10.5, 15, 5 + 4.5
    assert targets("Conservative", 3) == pytest.approx(
        {"Equity": 0.15, "Fixed income": 0.605, "Alternatives": 0.15, "Cash": 0.095}
    )


def test_a_target_that_would_be_negative_is_zero_and_the_rest_are_divided_by_their_sum():
    # Endowment over 20 years: 60, 12, 30 and max(0, 0 − 2) = 0 add up to 102
    assert targets("Endowment", 30) == pytest.approx(
        {"Equity": 60 / 102, "Fixed income": 12 / 102, "Alternatives": 30 / 102, "Cash": 0.0}
    )


@pytest.mark.parametrize("years", [None, 3, 10, 30])
@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_is_a_valid_policy(name, years):
    assert Policy(profile_classes(name, years)).classes


def test_unknown_profile_suggests_the_nearest():
    with pytest.raises(InputError, match="did you mean 'Moderate'"):
        profile_classes("Moderat")


# the desk's table: equity, fixed income, alternatives, cash
TARGETS = {
    "Conservative": (30, 50, 15, 5),
    "Moderate": (50, 30, 15, 5),
    "Balanced Growth": (55, 30, 10, 5),
    "Aggressive": (70, 15, 13, 2),
    "Endowment": (50, 20, 30, 0),
}
RANGES = {
    "Conservative": ((20, 40), (40, 60), (10, 20), (0, 10)),
    "Moderate": ((40, 60), (20, 40), (10, 20), (0, 10)),
    "Balanced Growth": ((45, 65), (25, 40), (5, 15), (2, 10)),
    "Aggressive": ((60, 80), (5, 25), (8, 18), (0, 7)),
    "Endowment": ((40, 70), (10, 30), (25, 30), (0, 5)),
}


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_has_the_numbers_of_the_desk(name):
    classes = profile_classes(name)
    assert [c.target * 100 for c in classes] == pytest.approx(TARGETS[name])
    ranges = [(c.lower * 100, c.upper * 100) for c in classes]
    assert ranges == [pytest.approx(pair) for pair in RANGES[name]]


@pytest.mark.parametrize("years", [None, 3, 30])
def test_an_endowment_never_holds_more_than_its_stated_maxima(years):
    most = {c.name: c.upper for c in profile_classes("Endowment", years)}
    assert most["Equity"] <= 0.70 and most["Alternatives"] <= 0.30


def test_an_endowment_must_earn_its_spending_and_inflation_and_stay_liquid():
    endowment = profile("endowment", 30)
    assert [limit.words for limit in endowment.limits] == ["Liquidity days<=5 ≥ 20%"]
    assert endowment.required_return == 0.065
    assert endowment.liquidity.spending_rule is SpendingRule.PERCENT
    assert (endowment.liquidity.inflation, endowment.liquidity.horizon_years) == (0.025, 30)
    assert profile("Moderate").limits == () and profile("Moderate").required_return is None


@pytest.mark.parametrize("years", [0, -1, float("nan")])
def test_a_horizon_must_lie_ahead(years):
    with pytest.raises(InputError, match="horizon_years: need a number above zero"):
        profile_classes("Moderate", years)
