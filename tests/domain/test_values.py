import numpy as np
import pandas as pd
import pytest

from addin.domain.history import Prices, Returns
from addin.domain.holdings import Holdings, Position
from addin.domain.labels import did_you_mean, label_key, repeated
from addin.domain.universe import Universe
from addin.domain.weights import aligned, require_sum_of_one
from addin.errors import InputError, PolicyError

DATES = np.arange("2020-01-01", "2020-01-04", dtype="datetime64[D]")


def test_labels_match_through_case_spaces_and_non_breaking_spaces():
    assert label_key(" Fixed\xa0 income ") == label_key("FIXED INCOME")


def test_repeated_labels_are_listed_once():
    assert repeated(["a", "B", "b ", "A", "a", "c"]) == ["b ", "A"]


def test_suggestion_is_silent_when_nothing_is_near():
    assert did_you_mean("zzz", ["Ticker"]) == ""


def test_weights_are_aligned_by_name():
    weights = pd.Series({"b": 0.7, "A": 0.3})
    assert aligned(weights, ["A", "B", "C"]) == pytest.approx([0.3, 0.7, 0.0])


def test_a_weight_without_a_place_is_named_with_its_size():
    with pytest.raises(InputError, match=r"SPYX has weight 30\.00%.*did you mean 'SPY'"):
        aligned(pd.Series({"SPYX": 0.3}), ["SPY", "AGG"])


def test_a_zero_weight_without_a_place_does_no_harm():
    assert aligned(pd.Series({"X": 0.0, "A": 1.0}), ["A"]) == pytest.approx([1.0])


@pytest.mark.parametrize("total", [0.98, float("nan")])
def test_weights_that_do_not_add_up_are_refused(total):
    with pytest.raises(InputError, match="must add up to 100%"):
        require_sum_of_one(pd.Series({"A": total}))


def test_dates_must_ascend():
    with pytest.raises(InputError, match="found 2020-01-03 before 2020-01-02"):
        Returns(DATES[[0, 2, 1]], ("A",), np.zeros((3, 1)))


def test_a_price_of_zero_is_named_by_date_and_ticker():
    values = np.array([[1.0, 2.0], [1.0, 0.0], [1.0, 2.0]])
    with pytest.raises(InputError, match=r"2020-01-02, B: need a price above zero, found 0"):
        Prices(DATES, ("A", "B"), values)


def test_complete_returns_keep_the_common_window():
    values = np.array([[0.1, np.nan], [0.2, 0.3], [0.1, 0.0]])
    assert Returns(DATES, ("A", "B"), values).complete().dates.tolist() == DATES[1:].tolist()


def test_no_common_date_names_the_shortest_history():
    values = np.array([[0.1, np.nan], [np.nan, 0.3], [0.1, np.nan]])
    with pytest.raises(InputError, match=r"B has fewest \(1\)"):
        Returns(DATES, ("A", "B"), values).complete()


def test_missing_columns_are_all_named():
    with pytest.raises(InputError, match="no column for X, Y"):
        Prices(DATES, ("A",), np.ones((3, 1))).only(["X", "A", "Y"])


def test_universe_suggests_the_nearest_heading():
    universe = Universe(("A",), ("Equity",), attributes={"ESG score": (5.0,)})
    with pytest.raises(InputError, match="did you mean 'ESG score'"):
        universe.column("ESG scor")


def test_universe_refuses_a_minimum_above_its_maximum():
    with pytest.raises(PolicyError, match=r"A: min 30\.00% is above max 20\.00%"):
        Universe(("A",), ("Equity",), (0.3,), (0.2,))


def test_holdings_add_accounts_together():
    holdings = Holdings(
        (Position("SPY", 10, 5.0), Position("SPY", 10, 5.0), Position("CASH", 100, 1))
    )
    assert holdings.weights.to_dict() == pytest.approx({"SPY": 0.5, "CASH": 0.5})
    assert holdings.cash == 100
