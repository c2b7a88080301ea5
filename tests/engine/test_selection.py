"""Selectors, totals of every group, averages: by hand on four assets."""

import numpy as np
import pandas as pd
import pytest

from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.engine.compliance import check
from addin.engine.liquidity import with_class_liquidity
from addin.engine.selection import average_row, groups, selected, widened
from addin.errors import InputError

UNIVERSE = Universe(
    ("VTI", "BNP", "ACA", "GLD"),
    ("US equity", "Credit", "Credit", "Gold"),
    attributes={
        "Issuer": ("Vanguard", "BNP Paribas", "bnp  paribas", None),
        "Région": ("Amérique du Nord", "Europe", "Europe", "Monde"),
        "Rating": (None, "AA", "AA+", "n.r."),
        "Yield": (0.015, 0.03, 0.042, 0.0),
        "ESG": (6.0, 8.0, 4.0, None),
        "Locked": (False, True, False, None),
        "Notch": (3.0, 4.0, 3.0, None),
    },
)


@pytest.mark.parametrize(
    ("selector", "members"),
    [
        ("", (1, 1, 1, 1)),
        (" bnp ", (0, 1, 0, 0)),
        ("Asset class=credit", (0, 1, 1, 0)),
        ("  ISSUER =  BNP Paribas ", (0, 1, 1, 0)),
        ("région=AMÉRIQUE du nord", (1, 0, 0, 0)),
        ("Rating=AA+", (0, 0, 1, 0)),
        ("Rating=AAA", (0, 0, 0, 0)),
        ("Rating=AA-", (0, 0, 0, 0)),
        ("Rating=n.r", (0, 0, 0, 0)),
        ("Yield>=3%", (0, 1, 1, 0)),
        ("Yield ≥ 3 %", (0, 1, 1, 0)),
        ("Yield<=0.015", (1, 0, 0, 1)),
        ("Yield≤1.5%", (1, 0, 0, 1)),
        ("Yield=3%", (0, 1, 0, 0)),
        ("Locked=true", (0, 1, 0, 0)),
        ("ESG>=4", (1, 1, 1, 0)),
    ],
)
def test_a_selector_names_its_assets(selector, members):
    assert tuple(selected(UNIVERSE, selector)) == members


@pytest.mark.parametrize(
    ("selector", "says"),
    [
        ("Yield<3%", "selector 'Yield<3%': need a heading, one of =, <= or >=, and a value"),
        ("Rating=", "selector 'Rating=': need a heading, one of =, <= or >=, and a value"),
        (">=3", "selector '>=3': need a heading, one of =, <= or >=, and a value"),
        ("Ratng=AA", "universe: no column 'Ratng' (did you mean 'Rating'?)"),
        ("Issuer=Vangard", "no asset has 'Vangard' (did you mean 'Vanguard'?)"),
        ("Issuer>=3", "universe, VTI, Issuer: need a number, found 'Vanguard'"),
        ("Credit", "did you mean 'Asset class=Credit'?"),
    ],
)
def test_a_selector_that_cannot_be_meant_is_refused(selector, says):
    with pytest.raises(InputError) as raised:
        selected(UNIVERSE, selector)
    assert says in str(raised.value)


def each(selector, operator="<=", value=0.10):
    return Limit(Rule.EACH, selector, operator, value)


def test_a_limit_of_every_issuer_is_about_the_total_of_each():
    found = groups(UNIVERSE, each("issuer"))
    assert [(words, tuple(mask)) for words, mask in found] == [
        ("Issuer=Vanguard ≤ 10%", (1, 0, 0, 0)),
        ("Issuer=BNP Paribas ≤ 10%", (0, 1, 1, 0)),
    ]


def test_groups_of_numbers_and_of_classes_are_named_by_their_value():
    assert [words for words, _ in groups(UNIVERSE, each("Notch"))] == [
        "Notch=3 ≤ 10%",
        "Notch=4 ≤ 10%",
    ]
    assert [words for words, _ in groups(UNIVERSE, each("Asset class", ">=", 0.05))] == [
        "Asset class=US equity ≥ 5%",
        "Asset class=Credit ≥ 5%",
        "Asset class=Gold ≥ 5%",
    ]


@pytest.mark.parametrize("selector", ["", "BNP", "Issuer=Vanguard"])
def test_a_limit_on_assets_one_by_one_has_no_groups(selector):
    assert groups(UNIVERSE, each(selector)) == []
    assert groups(UNIVERSE, Limit(Rule.WEIGHT, "Issuer", "<=", 0.1)) == []


def test_a_ticker_comes_before_a_column_of_its_name():
    named = Universe(("Issuer", "B"), ("X", "X"), attributes={"Issuer": ("a", "b")})
    assert groups(named, each("issuer")) == []


def test_the_worst_group_is_what_compliance_shows():
    weights = pd.Series({"VTI": 0.35, "BNP": 0.2, "ACA": 0.25, "GLD": 0.1, "CASH": 0.1})
    found = check(weights, UNIVERSE, (), (each("Issuer", value=0.4),))[-1]
    assert (found.rule, found.status) == ("each Issuer ≤ 40%", "Breach")
    assert found.actual == pytest.approx(0.45)
    assert (found.words, found.subject) == ("BNP Paribas 45.0% > 40%", "Issuer=BNP Paribas")
    least = check(weights, UNIVERSE, (), (each("Issuer", ">=", 0.3),))[-1]
    assert (least.status, least.words) == ("Inside", "Vanguard 35.0% ≥ 30%")


def test_the_row_of_an_average_leaves_out_settlement_cash():
    # 0.5·6 + 0.2·8 + 0.2·4 = 5.4 over the 90 % invested is 6, just the limit
    known = widened(UNIVERSE.at([0, 1, 2]))
    row = average_row(known, Limit(Rule.AVERAGE, "ESG", ">=", 6.0))
    assert row.tolist() == [6.0, 8.0, 4.0, 6.0]
    assert row @ [0.5, 0.2, 0.2, 0.1] == pytest.approx(6.0, abs=1e-15)
    # 0.3·6 + 0.5·8 + 0.1·4 = 6.2 over 90 % is 6.889, over the limit whatever the cash
    assert row @ [0.3, 0.5, 0.1, 0.1] > 6.0 > row @ [0.3, 0.1, 0.5, 0.1]


def test_an_average_with_a_blank_cell_names_the_asset():
    with pytest.raises(InputError, match=r"universe, GLD, ESG: need a number .* empty cell"):
        average_row(UNIVERSE, Limit(Rule.AVERAGE, "ESG", ">=", 6.0))


def days(universe):
    return [None if x != x else x for x in universe.numbers("Liquidity days")]


def test_liquidity_days_not_stated_are_those_of_the_class():
    classes = (
        ClassRange("Bonds", 0, 1, liquidity_days=2),
        ClassRange("Credit", 0, 1, parent="bonds"),
        ClassRange("US equity", 0, 1, liquidity_days=1),
    )
    assert days(with_class_liquidity(UNIVERSE, classes)) == [1, 2, 2, None]
    stated = Universe(
        ("VTI", "BNP"), ("US equity", "Credit"), attributes={"liquidity DAYS": (30.0, None)}
    )
    assert days(with_class_liquidity(stated, classes)) == [30, 2]
    assert list(with_class_liquidity(stated, classes).attributes) == ["liquidity DAYS"]


def test_liquidity_days_nobody_states_stay_unknown():
    assert with_class_liquidity(UNIVERSE, (ClassRange("Credit", 0, 1),)) is UNIVERSE


def test_every_selector_counts_an_asset_once():
    masks = np.array([mask for _, mask in groups(UNIVERSE, each("Asset class"))])
    assert masks.sum(axis=0).tolist() == [1, 1, 1, 1]
