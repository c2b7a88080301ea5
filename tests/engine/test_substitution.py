import numpy as np
import pytest

from addin.domain.history import Prices
from addin.engine.substitution import substituted
from addin.errors import InputError

DATES = np.arange("2020-01-01", "2020-01-05", dtype="datetime64[D]")
NAN = np.nan


def prices(own, proxy):
    return Prices(DATES, ("NEW", "OLD"), np.array([own, proxy]).T)


def test_early_returns_are_the_substitutes_and_later_ones_the_assets_own():
    before = prices([NAN, NAN, 50.0, 55.0], [100.0, 110.0, 99.0, 10.0])
    after = substituted(before, {"NEW": "OLD"}).values[:, 0]
    returns = after[1:] / after[:-1] - 1
    # 110/100 and 99/110 are OLD's, 55/50 is NEW's
    assert returns == pytest.approx([0.10, -0.10, 0.10])
    assert after[2:] == pytest.approx([50.0, 55.0])


def test_substitute_column_is_untouched():
    before = prices([NAN, NAN, 50.0, 55.0], [100.0, 110.0, 99.0, 10.0])
    assert (substituted(before, {"NEW": "OLD"}).values[:, 1] == before.values[:, 1]).all()


def test_no_common_date_is_an_error_that_names_both():
    before = prices([NAN, NAN, 50.0, 55.0], [100.0, 110.0, NAN, NAN])
    with pytest.raises(InputError, match="substitute OLD for NEW: no date"):
        substituted(before, {"NEW": "OLD"})


def test_unknown_substitute_is_named():
    with pytest.raises(InputError, match="no prices for BIL"):
        substituted(prices([1.0] * 4, [1.0] * 4), {"NEW": "BIL"})


def test_own_prices_before_the_first_common_date_are_kept():
    before = prices([NAN, 50.0, 55.0, 66.0], [100.0, NAN, 110.0, 99.0])
    after = substituted(before, {"NEW": "OLD"}).values[:, 0]
    # 100 is scaled by 55/110, where the two meet
    assert after.tolist() == [50.0, 50.0, 55.0, 66.0]


def test_a_substitute_that_begins_no_earlier_is_refused():
    before = prices([NAN, 50.0, 55.0, 66.0], [NAN, NAN, 110.0, 99.0])
    with pytest.raises(InputError, match="OLD for NEW: the stand-in has no earlier prices"):
        substituted(before, {"NEW": "OLD"})
