import numpy as np
import pandas as pd
import pytest

from addin.domain.assumptions import Assumptions
from addin.domain.policy import ClassRange
from addin.domain.universe import Universe
from addin.engine.figures import Yardstick

UNIVERSE = Universe(("SPY", "EFA", "AGG"), ("US", "World", "Bonds"))
CLASSES = (
    ClassRange("Equity", 0.4, 0.8, 0.6),
    ClassRange("US", 0.1, 0.5, 0.4, parent="Equity"),
    ClassRange("World", 0.1, 0.5, 0.2, parent="Equity"),
    ClassRange("Bonds", 0.2, 0.6, 0.4),
)


def figures(**weights):
    market = Assumptions(("SPY", "EFA", "AGG"), np.array([0.08, 0.07, 0.03]), np.eye(3) * 0.01)
    against = Yardstick(market, UNIVERSE, CLASSES, (), None, None, None, 0.95)
    return against.figures(pd.Series(weights))


def test_distance_from_the_policy_counts_each_money_once():
    # US +20, world −10, bonds −10: a fifth must move; the parent class is not counted again
    assert figures(SPY=0.6, EFA=0.1, AGG=0.3).policy_distance == pytest.approx(0.2)
    assert figures(SPY=0.4, EFA=0.2, AGG=0.4).policy_distance == pytest.approx(0.0)


def test_effective_holdings_of_equal_weights_are_their_number():
    assert figures(SPY=1 / 3, EFA=1 / 3, AGG=1 / 3).effective_holdings == pytest.approx(3)
    # 1 / (0.36 + 0.04 + 0.04)
    assert figures(SPY=0.6, EFA=0.2, AGG=0.2).effective_holdings == pytest.approx(1 / 0.44)


def test_what_needs_data_that_are_missing_is_none():
    found = figures(SPY=1.0)
    assert (found.cvar, found.tracking_error, found.turnover) == (None, None, None)
    assert found.breaches == (
        "Equity 100.0% > 80%",
        "US 100.0% > 50%",
        "World 0.0% < 10%",
        "Bonds 0.0% < 20%",
    )
