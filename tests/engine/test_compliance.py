import numpy as np
import pandas as pd
import pytest

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.engine.compliance import breaches, check
from addin.errors import InputError

UNIVERSE = Universe(
    ("SPY", "QQQ", "AGG", "SGOV"),
    ("Equity", "Equity", "Fixed income", "Cash"),
    attributes={"ESG": (6.0, 8.0, 5.0, None), "Liquidity days": (1.0, 1.0, 2.0, 0.0)},
)
CLASSES = (
    ClassRange("Equity", 0.45, 0.65, 0.55),
    ClassRange("Fixed income", 0.25, 0.40, 0.35),
    ClassRange("Cash", 0.02, 0.10, 0.10),
)
MARKET = Assumptions(
    ("SPY", "QQQ", "AGG", "SGOV"),
    np.array([0.08, 0.10, 0.04, 0.02]),
    np.diag([0.20, 0.25, 0.05, 0.0]) ** 2,
    risk_free=0.02,
)


def weights(**parts):
    return pd.Series(parts, dtype=float)


def one(limit, portfolio, **data):
    """The single finding about a limit."""
    return check(portfolio, UNIVERSE, (), (limit,), **data)[-1]


def test_a_weight_on_the_edge_is_inside():
    portfolio = weights(SPY=0.65, AGG=0.25, SGOV=0.10)
    found = {each.rule: each.status for each in check(portfolio, UNIVERSE, CLASSES)}
    assert found["Equity ≤ 65%"] == "Watch" and found["Fixed income ≥ 25%"] == "Watch"
    assert breaches(check(portfolio, UNIVERSE, CLASSES)) == []


@pytest.mark.parametrize(
    ("weight", "status"),
    [(0.65 + 2e-9, "Breach"), (0.65 + 5e-10, "Watch"), (0.6175, "Watch"), (0.6174, "Inside")],
)
def test_watch_begins_at_five_percent_of_the_limit(weight, status):
    # 5 % of 65 % is 3.25 points: 61.75 %
    portfolio = weights(SPY=weight, AGG=1 - weight)
    found = {each.rule: each for each in check(portfolio, UNIVERSE, CLASSES)}
    assert found["Equity ≤ 65%"].status == status
    assert found["Equity ≤ 65%"].headroom == pytest.approx(0.65 - weight)


def test_settlement_cash_counts_as_class_cash_and_is_liquid():
    portfolio = weights(SPY=0.55, AGG=0.34, SGOV=0.05, CASH=0.06)
    liquid = Limit(Rule.WEIGHT, "Liquidity days<=0", ">=", 0.11)
    found = {each.rule: each for each in check(portfolio, UNIVERSE, CLASSES, (liquid,))}
    assert found["Cash ≤ 10%"].actual == pytest.approx(0.11)
    assert found["Cash ≤ 10%"].words == "Cash 11.0% > 10%"
    assert found["Liquidity days<=0 ≥ 11%"].actual == pytest.approx(0.11)


@pytest.mark.parametrize(
    ("limit", "actual", "status", "words"),
    [
        (Limit(Rule.WEIGHT, "agg", ">=", 0.18), 0.30, "Inside", "agg 30.0% ≥ 18%"),
        (
            Limit(Rule.WEIGHT, "Asset class=Equity", "<=", 0.6),
            0.60,
            "Watch",
            "Asset class=Equity 60.0% ≤ 60%",
        ),
        (Limit(Rule.WEIGHT, "ESG>=6", ">=", 0.7), 0.60, "Breach", "ESG>=6 60.0% < 70%"),
        (Limit(Rule.EACH, "", "<=", 0.35), 0.40, "Breach", "SPY 40.0% > 35%"),
        (Limit(Rule.EACH, "Asset class=Equity", ">=", 0.1), 0.20, "Inside", "QQQ 20.0% ≥ 10%"),
        (Limit(Rule.EXCLUDE, "QQQ", "", 0.0), 0.20, "Breach", "QQQ 20.0% > 0%"),
        # 0.4·8 % + 0.2·10 % + 0.3·4 % + 0.1·2 %
        (Limit(Rule.RETURN, "", ">=", 0.065), 0.066, "Watch", "return 6.6% ≥ 6.5%"),
        # (0.4·0.2)² + (0.2·0.25)² + (0.3·0.05)² = 0.0064 + 0.0025 + 0.000225
        (
            Limit(Rule.VOLATILITY, "", "<=", 0.09),
            0.009125**0.5,
            "Breach",
            "volatility 9.6% > 9%",
        ),
        # active −0.2, 0.2, −0.1, 0.1: (0.04)² + (0.05)² + (0.005)²
        (
            Limit(Rule.TRACKING_ERROR, "", "<=", 0.10),
            0.004125**0.5,
            "Inside",
            "tracking error 6.4% ≤ 10%",
        ),
        # (0.4·0.6·0.04 + 0.3·0.4·0.0025) / (0.36·0.04 + 0.16·0.0025) = 0.0099 / 0.0148
        (Limit(Rule.BETA, "", "<=", 1.0), 0.0099 / 0.0148, "Inside", "beta 0.6689 ≤ 1"),
        # ½ (0.2 + 0.2 + 0.1 + 0.1)
        (Limit(Rule.TURNOVER, "", "<=", 0.20), 0.30, "Breach", "turnover 30.0% > 20%"),
        (Limit(Rule.HOLDINGS, "", "<=", 3), 4.0, "Breach", "holdings 4 > 3"),
    ],
    ids=lambda value: value.words if isinstance(value, Limit) else None,
)
def test_limits_by_hand(limit, actual, status, words):
    portfolio = weights(SPY=0.4, QQQ=0.2, AGG=0.3, SGOV=0.1)
    sixty_forty = weights(SPY=0.6, AGG=0.4)
    found = one(limit, portfolio, assumptions=MARKET, benchmark=sixty_forty, current=sixty_forty)
    assert (found.actual, found.status, found.words) == (pytest.approx(actual), status, words)


def test_settlement_cash_earns_the_riskless_rate_without_risk():
    # 0.5·8 % + 0.5·2 %; 0.5·20 %
    portfolio = weights(SPY=0.5, CASH=0.5)
    expected = one(Limit(Rule.RETURN, "", ">=", 0.01), portfolio, assumptions=MARKET)
    assert expected.actual == pytest.approx(0.05)
    risk = one(Limit(Rule.VOLATILITY, "", "<=", 0.2), portfolio, assumptions=MARKET)
    assert risk.actual == pytest.approx(0.10)


def test_the_average_leaves_out_settlement_cash():
    # (0.5·6 + 0.4·5) / 0.9
    limit = Limit(Rule.AVERAGE, "ESG", ">=", 5.5)
    found = one(limit, weights(SPY=0.5, AGG=0.4, CASH=0.1))
    assert found.actual == pytest.approx(5 / 0.9)
    assert found.words == "average ESG 5.556 ≥ 5.5"


def test_an_average_with_a_blank_cell_names_the_asset():
    found = one(Limit(Rule.AVERAGE, "ESG", ">=", 5), weights(SPY=0.5, SGOV=0.5))
    assert (found.status, found.words) == ("n/a", "needs ESG of SGOV")


def test_cvar_of_twenty_rows_is_the_worst_one():
    # at 95 % of 20 rows the tail is exactly one row
    values = np.zeros((20, 1))
    values[7] = -0.04
    dates = np.arange("2020-01-01", "2020-01-21", dtype="datetime64[D]")
    history = Returns(dates, ("SPY",), values)
    found = one(Limit(Rule.CVAR, "", "<=", 0.03), weights(SPY=0.8, CASH=0.2), returns=history)
    assert (found.actual, found.status) == (pytest.approx(0.032), "Breach")


@pytest.mark.parametrize(
    ("rule", "needs"),
    [
        (Rule.VOLATILITY, "covariance"),
        (Rule.TRACKING_ERROR, "benchmark"),
        (Rule.CVAR, "returns"),
        (Rule.TURNOVER, "current weights"),
    ],
)
def test_a_rule_without_its_data_is_not_passed_in_silence(rule, needs):
    found = one(Limit(rule, "", "<=", 0.1), weights(SPY=1.0))
    assert (found.status, found.actual, found.headroom) == ("n/a", None, None)
    assert needs in found.words


def test_a_benchmark_asset_without_assumptions_makes_tracking_error_unknown():
    limit = Limit(Rule.TRACKING_ERROR, "", "<=", 0.1)
    found = one(limit, weights(SPY=1.0), assumptions=MARKET, benchmark=weights(ACWI=1.0))
    assert found.status == "n/a"


def test_a_holding_outside_the_universe_is_a_breach():
    found = breaches(check(weights(SPY=0.97, XYZ=0.03), UNIVERSE, ()))
    assert [(each.words, each.subject) for each in found] == [
        ("XYZ 3.0% is not in the universe", "XYZ")
    ]


def test_a_class_includes_the_classes_below_it():
    universe = Universe(("SPY", "EFA", "AGG"), ("US equity", "World equity", "Bonds"))
    classes = (
        ClassRange("Equity", 0.5, 0.7),
        ClassRange("US equity", 0.2, 0.5, parent="Equity"),
        ClassRange("World equity", 0.1, 0.3, parent="Equity"),
        ClassRange("Bonds", 0.3, 0.5),
    )
    found = check(weights(SPY=0.45, EFA=0.28, AGG=0.27), universe, classes)
    assert [each.words for each in breaches(found)] == ["Equity 73.0% > 70%", "Bonds 27.0% < 30%"]


def test_ranges_of_assets_are_checked_and_trivial_edges_left_out():
    universe = Universe(("SPY", "AGG"), ("Equity", "Bonds"), (0.1, 0.0), (0.5, 1.0))
    found = check(weights(SPY=0.6, AGG=0.4), universe, ())
    assert [each.rule for each in found] == ["SPY ≥ 10%", "SPY ≤ 50%"]
    short = check(weights(SPY=0.3, AGG=-0.1, CASH=0.8), universe, ())
    assert "AGG -10.0% < 0%" in [each.words for each in breaches(short)]


def test_soft_breaches_are_found_but_do_not_count():
    soft = Limit(Rule.WEIGHT, "SPY", "<=", 0.2, hard=False)
    found = check(weights(SPY=1.0), UNIVERSE, (), (soft,))
    assert found[-1].status == "Breach" and breaches(found) == []


def test_a_breach_by_a_hair_shows_the_digits_that_tell():
    found = one(Limit(Rule.WEIGHT, "AGG", ">=", 0.18), weights(AGG=0.179996, SPY=0.820004))
    assert found.words == "AGG 17.9996% < 18%"


def test_ticker_order_never_matters():
    portfolio = weights(SPY=0.4, QQQ=0.3, AGG=0.2, CASH=0.1)
    turned = Universe(
        UNIVERSE.tickers[::-1],
        UNIVERSE.asset_classes[::-1],
        attributes={name: values[::-1] for name, values in UNIVERSE.attributes.items()},
    )
    limits = (Limit(Rule.VOLATILITY, "", "<=", 0.1), Limit(Rule.AVERAGE, "ESG", ">=", 6))
    straight = check(portfolio, UNIVERSE, CLASSES, limits, assumptions=MARKET)
    other = check(portfolio[::-1], turned, CLASSES, limits, assumptions=MARKET)
    assert [(each.rule, each.status) for each in straight] == [
        (each.rule, each.status) for each in other
    ]
    assert [each.actual for each in straight] == pytest.approx([each.actual for each in other])


@pytest.mark.parametrize(
    ("selector", "message"),
    [
        ("SYP", "no such ticker in the universe .did you mean 'SPY'"),
        ("Equity", "did you mean 'Asset class=Equity'"),
        ("ESQ<=5", "no column 'ESQ' .did you mean 'ESG'"),
        ("ESG<=high", "need a number, found 'high'"),
    ],
)
def test_a_selector_that_names_nothing_is_refused(selector, message):
    with pytest.raises(InputError, match=message):
        check(weights(SPY=1.0), UNIVERSE, (), (Limit(Rule.WEIGHT, selector, "<=", 0.5),))
