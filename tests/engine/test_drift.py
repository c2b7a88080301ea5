import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from addin.domain.universe import Universe
from addin.engine.drift import (
    Bands,
    at_level_of,
    drift,
    drift_levels,
    drift_matrix,
    drift_score,
    portfolio_status,
)
from addin.errors import InputError

ORACLE = json.loads(
    (Path(__file__).parents[1] / "oracles" / "rebal_client_1m_drift.json").read_text()
)
TARGETS = pd.Series(ORACLE["inputs"]["targets"])


def client(variant):
    return pd.Series(ORACLE["expected"][variant]["values"])


def drifted(drift_of_a):
    """Two assets at 60/40, the first off target by so much."""
    current = pd.Series({"A": 0.6 + drift_of_a, "B": 0.4 - drift_of_a}) * 1e6
    return drift(current, pd.Series({"A": 0.6, "B": 0.4}))


@pytest.mark.parametrize("variant", ["intl_plus15", "intl_flat"])
def test_client_of_one_million_drifts_as_by_hand(variant):
    expected = ORACLE["expected"][variant]
    rows = {row.asset: row for row in drift(client(variant), TARGETS)}
    for asset, row in rows.items():
        assert row.current == pytest.approx(expected["weights"][asset], abs=1e-12)
        assert row.drift == pytest.approx(expected["drift"][asset], abs=1e-12)
        assert row.relative == pytest.approx(expected["drift_relative"][asset], abs=1e-12)
    assert list(rows) == ["US", "INTL", "BOND", "REIT"]


def test_client_is_watched_for_bonds_and_not_rebalanced():
    rows = drift(client("intl_plus15"), TARGETS)
    assert [row.status for row in rows] == ["Normal", "Normal", "Watch", "Normal"]
    assert portfolio_status(rows) == "Watch"
    assert drift_score(rows) == pytest.approx(0.03278236914600551)


def test_a_band_of_two_and_a_half_points_flags_bonds_alone():
    rows = drift(client("intl_plus15"), TARGETS, Bands(0.025, 0.025))
    flagged = {row.asset: row.status == "Rebalance" for row in rows}
    assert flagged == ORACLE["expected"]["band_tests"]["abs_2_5pp"]


@pytest.mark.parametrize(
    ("size", "status", "risk"),
    [
        (0.0, "Normal", "Stable"),
        (0.03, "Normal", "Stable"),  # 0.63 − 0.60 is 0.030000000000000027
        (0.0300001, "Watch", "Elevated"),
        (0.05, "Watch", "Elevated"),
        (0.0500001, "Rebalance", "High"),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_a_drift_on_the_edge_is_inside(size, status, risk, sign):
    first = drifted(sign * size)[0]
    assert (first.status, first.risk_level) == (status, risk)


def test_cash_without_a_target_has_target_zero_and_comes_last():
    held = pd.Series({"CASH": 60.0, "SPY": 940.0})
    rows = drift(held, pd.Series({"SPY": 0.9, "AGG": 0.1}))
    assert [(row.asset, row.target) for row in rows] == [("SPY", 0.9), ("AGG", 0.1), ("CASH", 0)]
    assert rows[2].status == "Rebalance" and rows[2].relative is None
    assert rows[1].current == 0 and rows[1].relative == -1


def test_a_range_of_its_own_knows_no_watch():
    bands = Bands(ranges={"A": (0.5, 0.64)})
    current = pd.Series({"A": 0.64, "B": 0.36})
    first, second = drift(current, pd.Series({"A": 0.6, "B": 0.4}), bands)
    assert (first.status, first.lower, first.upper) == ("Normal", 0.5, 0.64)
    assert second.status == "Watch"
    beyond = drift(pd.Series({"A": 0.6401, "B": 0.3599}), pd.Series({"A": 0.6, "B": 0.4}), bands)
    assert (beyond[0].status, beyond[0].risk_level) == ("Rebalance", "High")


def test_labels_match_in_any_case():
    rows = drift(pd.Series({" spy": 1.0}), pd.Series({"SPY": 1.0}))
    assert len(rows) == 1 and rows[0].drift == 0


def test_targets_that_are_classes_put_holdings_together():
    universe = Universe(("SPY", "QQQ", "AGG"), ("Equity", "Equity", "Fixed income"))
    held = pd.Series({"SPY": 30.0, "QQQ": 20.0, "AGG": 40.0, "CASH": 10.0})
    labels = ["Equity", "Fixed income", "Cash"]
    by_class = at_level_of(held, labels, universe)
    assert by_class.to_dict() == {"Equity": 50.0, "Fixed income": 40.0, "Cash": 10.0}
    assert at_level_of(held, ["SPY", "AGG", "CASH"], universe) is held


def test_a_holding_without_a_class_is_named():
    universe = Universe(("SPY",), ("Equity",))
    with pytest.raises(InputError, match="XYZ is not in the universe"):
        at_level_of(pd.Series({"SPY": 1.0, "XYZ": 1.0}), ["Equity"], universe)


def test_many_portfolios_at_once_equal_each_alone():
    rng = np.random.default_rng(3)
    weights, targets = rng.dirichlet(np.ones(5), 200), rng.dirichlet(np.ones(5))
    levels = drift_levels(drift_matrix(weights, targets), 0.03, 0.05)
    names = list("ABCDE")
    for row, level in zip(weights, levels, strict=True):
        alone = drift(pd.Series(row, names), pd.Series(targets, names))
        assert [("Normal", "Watch", "Rebalance")[i] for i in level] == [r.status for r in alone]


def test_ticker_order_never_matters():
    held = client("intl_flat")
    straight = {row.asset: row for row in drift(held, TARGETS)}
    turned = {row.asset: row for row in drift(held[::-1], TARGETS[::-1])}
    assert {a: (r.current, r.drift, r.status) for a, r in straight.items()} == {
        a: (pytest.approx(r.current), pytest.approx(r.drift), r.status) for a, r in turned.items()
    }


@pytest.mark.parametrize(
    ("values", "targets", "bands", "message"),
    [
        ({"A": 1.0}, {"A": 0.98}, Bands(), "targets: must add up to 100%, found 98.0000%"),
        ({"A": 0.0}, {"A": 1.0}, Bands(), "more than zero, found 0.00"),
        ({"Gold": 1.0}, {"Gold": 1.0}, Bands(ranges={"Gol": (0, 1)}), "did you mean 'Gold'"),
    ],
)
def test_what_cannot_be_measured_is_said(values, targets, bands, message):
    with pytest.raises(InputError, match=message):
        drift(pd.Series(values), pd.Series(targets), bands)


def test_bands_that_contradict_themselves_are_refused():
    with pytest.raises(InputError, match="need 0 ≤ watch ≤ flag"):
        Bands(0.05, 0.03)
    with pytest.raises(InputError, match=r"lower 60\.00% is above upper 50\.00%"):
        Bands(ranges={"A": (0.6, 0.5)})
