import pytest

from udfs import IPS_CHECK, IPS_CHECK_STATUS, IPS_PROFILE, IPS_PROFILES

WEIGHTS = [["SPY", 0.72], ["AGG", 0.23], ["CASH", 0.05]]
UNIVERSE = [["Ticker", "Asset class", "Max"], ["SPY", "Equity", 0.7], ["AGG", "Fixed income", 1]]
CLASSES = [["Equity", 0.45, 0.55, 0.65], ["Fixed income", 0.25, 0.35, 0.4], ["Cash", 0, 0.1, 0.2]]


def row(table, rule):
    return next(r for r in table if r[0] == rule)


def test_a_profile_gives_ranges_and_targets():
    assert IPS_PROFILE("balanced growth") == [
        ["Asset class", "Min", "Target", "Max"],
        ["Equity", 0.45, 0.55, 0.65],
        ["Fixed income", 0.25, 0.30, 0.40],
        ["Alternatives", 0.05, 0.10, 0.15],
        ["Cash", 0.02, 0.05, 0.10],
    ]


def test_a_short_horizon_moves_the_targets():
    targets = [r[2] for r in IPS_PROFILE("Balanced Growth", 3)[1:]]
    assert targets == pytest.approx([0.40, 0.405, 0.10, 0.095])


def test_an_unknown_profile_is_answered_with_the_nearest():
    assert IPS_PROFILE("Balanced Grow").endswith("(did you mean 'Balanced Growth'?)")
    assert IPS_PROFILE("") == "#IPS! profile: expected a name, found an empty cell"


def test_a_check_lists_limit_actual_headroom_and_status():
    table = IPS_CHECK(WEIGHTS, UNIVERSE, CLASSES)
    assert row(table, "Equity ≤ 65%")[1:5] == [0.65, 0.72, pytest.approx(-0.07), "Breach"]
    assert row(table, "SPY ≤ 70%")[1:5] == [0.70, 0.72, pytest.approx(-0.02), "Breach"]
    assert row(table, "Fixed income ≥ 25%")[1:5] == [0.25, 0.23, pytest.approx(-0.02), "Breach"]
    assert row(table, "Equity ≥ 45%")[4] == "Inside"


def test_the_status_counts_hard_breaches():
    assert IPS_CHECK_STATUS(WEIGHTS, UNIVERSE, CLASSES) == "3 breaches"
    inside = [["SPY", 0.6], ["AGG", 0.35], ["CASH", 0.05]]
    assert IPS_CHECK_STATUS(inside, UNIVERSE, CLASSES) == "PASS"
    soft = [["Rule", "Selector", "Operator", "Value", "Severity"]]
    soft.append(["weight", "SPY", "<=", 0.5, "soft"])
    assert IPS_CHECK_STATUS(inside, UNIVERSE, CLASSES, soft) == "PASS"
    assert row(IPS_CHECK(inside, UNIVERSE, CLASSES, soft), "SPY ≤ 50%")[4:6] == ["Breach", "soft"]


COVARIANCE = [["Ticker", "SPY", "AGG"], ["SPY", 0.04, 0.0], ["AGG", 0.0, 0.01]]
MIXED = [["SPY", 0.6], ["AGG", 0.4]]


def test_a_volatility_limit_needs_returns_or_a_covariance():
    limits = [["volatility", "", "<=", 0.12]]
    unknown = row(IPS_CHECK(MIXED, UNIVERSE, CLASSES, limits), "volatility ≤ 12%")
    assert unknown[2:5] == ["n/a", "n/a", "n/a"]
    # sqrt(0.6² · 0.04 + 0.4² · 0.01) = sqrt(0.016)
    known = row(IPS_CHECK(MIXED, UNIVERSE, CLASSES, limits, COVARIANCE), "volatility ≤ 12%")
    assert known[2] == pytest.approx(0.016**0.5) and known[4] == "Breach"


def test_turnover_and_tracking_error_use_the_columns_of_the_universe():
    universe = [[*UNIVERSE[0], "Current weight", "Benchmark weight"]]
    universe += [[*UNIVERSE[1], 0.5, 1.0], [*UNIVERSE[2], 0.5, None]]
    limits = [["turnover", "", "<=", 0.05], ["tracking error", "", "<=", 0.05]]
    table = IPS_CHECK(MIXED, universe, CLASSES, limits, COVARIANCE)
    assert row(table, "turnover ≤ 5%")[2] == pytest.approx(0.10)
    # active −0.4, 0.4: sqrt(0.16 · 0.04 + 0.16 · 0.01)
    assert row(table, "tracking error ≤ 5%")[2] == pytest.approx((0.16 * 0.05) ** 0.5)


def test_weights_in_the_universe_must_add_up():
    universe = [[*UNIVERSE[0], "Benchmark weight"], [*UNIVERSE[1], 0.6], [*UNIVERSE[2], 0.3]]
    assert IPS_CHECK(MIXED, universe, CLASSES) == (
        "#IPS! universe, Benchmark weight: must add up to 100%, found 90.0000%"
    )


def test_profiles_stand_side_by_side():
    header, *rows = IPS_PROFILES()
    names = ["Conservative", "Moderate", "Balanced Growth", "Aggressive", "Endowment"]
    assert header == ["Asset class", "Figure", *names]
    table = {(row[0], row[1]): row[2:] for row in rows}
    assert table["Equity", "Target"] == [0.30, 0.50, 0.55, 0.70, 0.50]
    assert table["Alternatives", "Max"] == [0.20, 0.20, 0.15, 0.18, 0.30]
    assert table["Liquid within 5 days", "Min"] == ["", "", "", "", 0.20]
    assert table["Spending", "Rate"][-1] == 0.04 and table["Inflation", "Rate"][-1] == 0.025
    assert table["Required return", "Min"] == ["", "", "", "", 0.065]


@pytest.mark.parametrize("name", ["Conservative", "Aggressive", "Endowment"])
def test_a_column_of_the_profiles_is_the_profile(name):
    header, *rows = IPS_PROFILES(25)
    place = header.index(name)
    one = IPS_PROFILE(name, 25)
    for label, *figures in one[1:]:
        assert [row[place] for row in rows if row[0] == label] == figures


def test_a_horizon_that_is_no_future_is_refused():
    assert IPS_PROFILES(0) == "#IPS! horizon_years: need a number above zero, found 0"


def test_a_limit_of_every_issuer_is_checked_by_its_worst():
    universe = [[*UNIVERSE[0], "Issuer"], [*UNIVERSE[1], "A"], [*UNIVERSE[2], "A"]]
    found = row(
        IPS_CHECK(MIXED, universe, CLASSES, [["each", "Issuer", "<=", 0.9]]), "each Issuer ≤ 90%"
    )
    assert found[2] == pytest.approx(1.0) and found[4] == "Breach" and found[6] == "A 100.0% > 90%"


def test_an_exclusion_among_limits_means_sell_now():
    limits = [["Rule", "Selector", "Operator", "Value"], ["exclude", "SPY", "", ""]]
    found = row(IPS_CHECK(MIXED, UNIVERSE, CLASSES, limits), "no SPY")
    assert found[1:5] == [0.0, 0.6, -0.6, "Breach"]
