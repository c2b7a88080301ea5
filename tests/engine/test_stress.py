import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from addin.domain.policy import ClassRange
from addin.domain.scenario import Scenario
from addin.domain.universe import Universe
from addin.engine.stress import shocked_weights, stress
from addin.errors import InputError

LINEAR = json.loads((Path(__file__).parents[1] / "oracles/stress_linear.json").read_text("utf-8"))
UNIVERSE = Universe(
    ("SPY", "EEM", "AGG", "GLD"), ("Equity", "Equity", "Fixed income", "Alternatives")
)
WEIGHTS = pd.Series({"SPY": 0.4, "EEM": 0.2, "AGG": 0.3, "GLD": 0.1})


def one(shocks, weights=WEIGHTS, universe=UNIVERSE, classes=()):
    return stress(weights, universe, [Scenario("Crash", shocks)], classes)[0]


def test_shocks_by_ticker_add_up_as_published():
    inputs, expected = LINEAR["inputs"], LINEAR["expected"]
    shocks = dict(zip(UNIVERSE.tickers, inputs["asset_returns"], strict=True))
    result = one(shocks, pd.Series(inputs["weights"], index=list(UNIVERSE.tickers)))
    tolerance = LINEAR["tolerance"]
    assert result.portfolio_return == pytest.approx(expected["portfolio_return"], abs=tolerance)
    assert result.contributions[list(UNIVERSE.tickers)].to_numpy() == pytest.approx(
        expected["contributions"], abs=tolerance
    )
    assert -inputs["value"] * result.portfolio_return == pytest.approx(expected["loss"])
    assert result.worst == "SPY"


def test_ticker_replaces_its_class_and_a_blank_is_nothing():
    result = one({"equity": -0.30, "EEM": -0.40, "Fixed income": 0.05})
    # 0.4 · −30 % + 0.2 · −40 % + 0.3 · 5 % + 0.1 · 0
    assert result.portfolio_return == pytest.approx(-0.12 - 0.08 + 0.015)
    assert result.scenario == "Crash"


def test_class_replaces_its_parent():
    universe = Universe(("SPY", "EEM"), ("US equity", "Emerging equity"))
    weights = pd.Series({"SPY": 0.5, "EEM": 0.5})
    classes = (
        ClassRange("Equity", 0, 1),
        ClassRange("US equity", 0, 1, parent="Equity"),
        ClassRange("Emerging equity", 0, 1, parent="Equity"),
    )
    shocks = {"Equity": -0.2, "Emerging equity": -0.4}
    assert one(shocks, weights, universe, classes).portfolio_return == pytest.approx(-0.3)
    stated = Universe(
        universe.tickers, universe.asset_classes, attributes={"Parent class": ("Equity", "Equity")}
    )
    assert one(shocks, weights, stated).portfolio_return == pytest.approx(-0.3)


def test_money_in_accounts_is_of_class_cash():
    weights = pd.Series({"SPY": 0.9, "CASH": 0.1})
    assert one({"Equity": -0.5}, weights).portfolio_return == pytest.approx(-0.45)
    assert one({"Cash": -0.01}, weights).portfolio_return == pytest.approx(-0.001)


def test_a_scenario_in_which_nothing_falls_has_no_worst_asset():
    assert one({"Equity": 0.1}).worst is None


def test_a_shock_that_names_nothing_is_refused():
    with pytest.raises(InputError, match=r"scenario Crash: Equty .*did you mean 'Equity'"):
        one({"Equty": -0.3})
    assert one({"Equty": 0.0}).portfolio_return == 0


def test_a_policy_class_without_assets_may_be_shocked():
    weights, universe = pd.Series({"SPY": 1.0}), Universe(("SPY",), ("Equity",))
    assert one({"Alternatives": -0.3}, weights, universe).portfolio_return == 0
    real = (ClassRange("Equity", 0, 1), ClassRange("Real assets", 0, 1))
    assert one({"Real assets": -0.3}, weights, universe, real).portfolio_return == 0


def test_a_percentage_entered_as_a_number_is_refused():
    with pytest.raises(InputError, match=r"Crash, Equity: need a decimal of at least -1 .*-30"):
        one({"Equity": -30})


def test_a_weight_outside_the_universe_is_refused():
    with pytest.raises(InputError, match="TLT has weight"):
        one({"Equity": -0.3}, pd.Series({"TLT": 1.0}))


@pytest.mark.parametrize("seed", range(20))
def test_ticker_order_never_matters(seed):
    order = np.random.default_rng(seed).permutation(4)
    universe = Universe(
        tuple(UNIVERSE.tickers[i] for i in order), tuple(UNIVERSE.asset_classes[i] for i in order)
    )
    shocks = {"Equity": -0.31, "GLD": 0.07, "Fixed income": -0.013}
    result, shuffled = one(shocks), one(shocks, WEIGHTS.sample(frac=1, random_state=seed), universe)
    assert shuffled.portfolio_return == pytest.approx(result.portfolio_return, abs=1e-15)
    assert result.contributions.sum() == pytest.approx(result.portfolio_return, abs=1e-15)
    pd.testing.assert_series_equal(
        shuffled.contributions.sort_index(), result.contributions.sort_index()
    )


def test_weights_after_a_shock_by_hand():
    # 60 falls by half to 30, 40 stays: 30/70 and 40/70
    after = shocked_weights(pd.Series({"SPY": 0.6, "AGG": 0.4}), pd.Series({"SPY": -0.5}))
    assert after.to_dict() == pytest.approx({"SPY": 3 / 7, "AGG": 4 / 7})


def test_no_weights_are_left_after_a_total_loss():
    with pytest.raises(InputError, match="loses everything"):
        shocked_weights(pd.Series({"SPY": 1.0}), pd.Series({"SPY": -1.0}))
