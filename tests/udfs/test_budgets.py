"""Risk budgets in cells: uncorrelated assets by hand, and every mistake in one sentence."""

import pytest

from udfs import IPS_RISK_BUDGET

# volatilities 10 %, 20 %, 40 %, no correlation: equal contributions at 4 : 2 : 1
COVARIANCE = [["", "A", "B", "C"], ["A", 0.01, 0, 0], ["B", 0, 0.04, 0], ["C", 0, 0, 0.16]]
UNIVERSE = [
    ["Ticker", "Asset class", "Min", "Max"],
    ["C", "Equity", 0, 1],
    ["A", "Bonds", 0, 0.4],
    ["B", "Equity", 0, 1],
]


def columns(*arguments):
    table = IPS_RISK_BUDGET(*arguments)
    assert isinstance(table, list), table
    return {row[0]: row[1] for row in table[1:]}, {row[0]: row[2] for row in table[1:]}


def near(**expected):
    return {ticker: pytest.approx(value, abs=1e-12) for ticker, value in expected.items()}


def test_blank_budgets_are_equal_shares_of_risk():
    weights, shares = columns(COVARIANCE)
    assert weights == near(A=4 / 7, B=2 / 7, C=1 / 7)
    assert shares == near(A=1 / 3, B=1 / 3, C=1 / 3)


def test_budgets_are_found_by_name_and_a_ticker_not_listed_has_none():
    # √0.8 / 0.4 : √0.2 / 0.1 = 1 : 2
    weights, shares = columns(COVARIANCE, [["c", 0.8], ["A", 0.2]])
    assert weights == near(A=2 / 3, B=0, C=1 / 3) and shares == near(A=0.2, B=0, C=0.8)


def test_the_universe_caps_and_the_others_keep_equal_shares():
    # A at its cap: B and C have the other 0.6 at 2 : 1; contributions 1 : 4 : 4 of 9
    weights, shares = columns(COVARIANCE, None, UNIVERSE)
    assert list(weights) == ["C", "A", "B"]
    assert weights == near(A=0.4, B=0.4, C=0.2) and shares == near(A=1 / 9, B=4 / 9, C=4 / 9)


def test_only_assets_of_the_universe_are_held():
    weights, shares = columns(COVARIANCE, None, [UNIVERSE[0], *UNIVERSE[2:]])
    assert weights == near(A=0.4, B=0.6)
    assert shares == near(A=0.1, B=0.9)  # 0.04² against 0.12²


def test_a_class_range_is_obeyed():
    # bonds at most 10 %: the one bond has it, and the rest is divided 2 : 1
    classes = [["Asset class", "Min", "Max"], ["Bonds", 0, 0.1], ["Equity", 0, 1]]
    weights, _ = columns(COVARIANCE, None, UNIVERSE, classes)
    assert weights == near(A=0.1, B=0.6, C=0.3)


def test_shares_of_a_portfolio_without_risk_are_not_available():
    covariance = [["", "A", "B"], ["A", 0, 0], ["B", 0, 0.04]]
    universe = [["Ticker", "Asset class", "Min", "Max"], ["A", "Cash", 1, 1], ["B", "Equity", 0, 0]]
    assert IPS_RISK_BUDGET(covariance, None, universe)[1:] == [["A", 1, "n/a"], ["B", 0, "n/a"]]


CONTRADICTING = [["", "A", "B"], ["A", 0.01, 0.03], ["B", 0.03, 0.04]]
LOPSIDED = [["", "A", "B"], ["A", 0.01, 0.002], ["B", 0.001, 0.04]]
STILL = [["", "A", "B"], ["A", 0, 0], ["B", 0, 0.04]]
OPPOSITE = [["", "A", "B"], ["A", 0.01, -0.02], ["B", -0.02, 0.04]]
TOO_LITTLE = [["Ticker", "Asset class", "Max"], ["A", "Bonds", 0.3], ["B", "Equity", 0.3]]
CLASSES = [["Asset class", "Min", "Max"], ["Bonds", 0, 1]]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((COVARIANCE, [["A", 0.5], ["B", 0.6]]), "budgets: must add up to 100%, found 110.0000%"),
        ((COVARIANCE, [["A", 1.1], ["B", -0.1]]), "budgets, B: need a share of at least zero"),
        ((COVARIANCE, [["A", 0.5], ["BB", 0.5]]), "budgets: BB has weight 50.00% but is not among"),
        ((COVARIANCE, None, None, CLASSES), "classes: need a universe"),
        ((CONTRADICTING,), "negative variance"),
        ((LOPSIDED,), "expected the same number on both sides of the diagonal"),
        ((STILL,), "covariance: A has no volatility and cannot contribute to risk"),
        ((OPPOSITE,), "has no risk, so there is none to divide"),
        ((COVARIANCE, None, TOO_LITTLE), "no portfolio obeys together: A ≤ 30%; B ≤ 30%"),
        ((COVARIANCE, None, [*TOO_LITTLE, ["Z", "Equity", 1]]), "Z"),
    ],
)
def test_a_mistake_is_one_sentence(arguments, sentence):
    found = IPS_RISK_BUDGET(*arguments)
    assert isinstance(found, str) and found.startswith("#IPS! ") and sentence in found
