from datetime import date, datetime

import pytest

from addin.domain.options import Options
from addin.domain.policy import Rebalancing, ScoreWeights
from addin.errors import InputError
from addin.excel.book import TableRows
from addin.excel.options import merged, read_options, read_settings, refuse_unsupported, typed


def message(read, *arguments):
    with pytest.raises(InputError) as error:
        read(*arguments)
    return str(error.value)


PAIRS = [["risk_free", 0.02], ["Confidence", "99%"], ["as_of", datetime(2025, 12, 31)]]


@pytest.mark.parametrize(
    "cells",
    [
        PAIRS,
        [["Key", "Value"], *PAIRS],
        [["option", "value"], *PAIRS, [None, None]],
        "risk_free=2%; confidence = 0.99;as_of=2025-12-31",
        [["Risk free=0.02; CONFIDENCE=0.99; as-of=2025-12-31"]],
        TableRows("Policy_Meta", "Policy", ("Key", "Value"), tuple(map(tuple, PAIRS))),
    ],
)
def test_options_are_the_same_from_a_range_a_table_or_text(cells):
    options = read_options(cells)
    assert (options.risk_free, options.confidence) == (0.02, 0.99)
    assert options.as_of == date(2025, 12, 31)


@pytest.mark.parametrize("nothing", [None, "", " ", [[None, None]], [["confidence", None]]])
def test_nothing_given_means_the_defaults(nothing):
    assert read_options(nothing) == Options()


def test_each_value_is_of_the_kind_of_its_option():
    options = read_options("horizon=10; seed=7; shorting=yes; max_volatility=12%; method=idzorek")
    assert (options.horizon, options.seed, options.shorting) == (10, 7, True)
    assert (options.max_volatility, options.method) == (0.12, "idzorek")


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        ("confidnce=0.9", "options, confidnce: no such key (did you mean 'confidence'?)"),
        ([["Key", "Value"], ["rskfree", 1]], "options row 2, rskfree: no such key (did you mean"),
        ("confidence", "options: expected key=value; key=value, found 'confidence'"),
        ("horizon=1.5", "options, horizon: expected a whole number, found '1.5'"),
        ("confidence=high", "options, confidence: expected a number, found 'high'"),
        ("shorting=perhaps", "options, shorting: expected TRUE or FALSE, found 'perhaps'"),
        ("as_of=1/2/2025", "options, as_of: expected a date (as 2025-12-31), found '1/2/2025'"),
        ("errors=loud", "options, errors: expected text or native, found 'loud'"),
        ([["seed", "#N/A"]], "options row 1, seed: expected a number, found #N/A"),
        ([[1, 2, 3]], "options: expected two columns, key and value, found 3 columns"),
        ("seed=1; seed=2", "options, seed: '2' disagrees with '1' in options, seed"),
    ],
)
def test_a_mistake_says_where_what_is_needed_and_what_was_found(cells, says):
    assert message(read_options, cells).startswith(says)


def test_several_mistakes_are_shown_at_once():
    text = message(read_options, [["confidence", "x"], ["horizon", "y"]])
    assert "options row 1, confidence" in text and "options row 2, horizon" in text


def test_a_number_and_its_percentage_agree():
    settings = merged(read_settings("watch=3%"), read_settings([["watch", 0.03]]))
    assert typed(Rebalancing, settings).watch == 0.03


def test_any_key_value_table_of_the_policy_may_be_passed():
    rebalance = [["mode", "full"], ["relative_band", 0.2], ["watch", 0.02], ["policy fit", 0.5]]
    assert read_options(rebalance).watch == 0.02
    assert typed(ScoreWeights, read_settings(rebalance)).policy_fit == 0.5


def test_an_option_that_would_change_the_result_is_refused_not_ignored():
    options = read_options("max_turnover=10%")
    assert message(refuse_unsupported, options, "max_turnover", "max_holdings") == (
        "options, max_turnover: this function cannot honour it yet; leave it out, found 0.1"
    )
    refuse_unsupported(read_options("risk_free=1%"), "max_turnover")
