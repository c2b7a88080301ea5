import json
from fractions import Fraction
from math import sqrt
from pathlib import Path

import numpy as np
import pytest

from addin.engine.tail import TailMethod, expected_shortfall, tail_weights, value_at_risk
from addin.errors import InputError

NORMAL = json.loads(
    (Path(__file__).parents[1] / "oracles/var_es_gaussian_closed_form.json").read_text("utf-8")
)
GAUSSIAN = TailMethod.GAUSSIAN


def losses(*numbers):
    return -np.array(numbers, dtype=float)


@pytest.mark.parametrize("place", range(len(NORMAL["inputs"]["levels"])))
def test_gaussian_tail_of_a_standard_normal_sample(place):
    returns = np.array([-1, 1]) / sqrt(2)  # mean 0, variance 1 with divisor T − 1
    level = NORMAL["inputs"]["levels"][place]
    assert value_at_risk(returns, level, GAUSSIAN) == pytest.approx(
        NORMAL["expected"]["VaR"][place], abs=NORMAL["tolerance"]
    )
    assert expected_shortfall(returns, level, GAUSSIAN) == pytest.approx(
        NORMAL["expected"]["ES"][place], abs=NORMAL["tolerance"]
    )


def test_gaussian_mean_grows_with_the_horizon_and_deviation_with_its_root():
    returns = np.array([0.01, 0.03])  # mean 2%, deviation √2 %
    expected = -10 * 0.02 + 1.6448536269514722 * sqrt(2) / 100 * sqrt(10)
    assert value_at_risk(returns, 0.95, GAUSSIAN, 10) == pytest.approx(expected, abs=1e-12)


def test_boundary_scenario_counts_with_its_fraction():
    # 126 losses of 1 to 126 bps: the tail holds 6.3 of them, six whole and 0.3 of the seventh
    returns = losses(*range(1, 127)) / 1e4
    assert value_at_risk(returns, 0.95) == pytest.approx(0.0120)
    shortfall = (121 + 122 + 123 + 124 + 125 + 126 + 0.3 * 120) / 6.3 / 1e4
    assert expected_shortfall(returns, 0.95) == pytest.approx(shortfall, abs=1e-15)
    weights = tail_weights(returns, 0.95)
    assert weights[-7:] == pytest.approx([0.3 / 6.3] + [1 / 6.3] * 6)
    assert not weights[:-7].any()


@pytest.mark.parametrize(("rows", "tail"), [(20, 1), (40, 2), (60, 3), (100, 5), (140, 7)])
def test_a_whole_number_of_tail_scenarios_is_not_upset_by_rounding(rows, tail):
    returns = losses(*range(1, rows + 1))
    assert value_at_risk(returns, 0.95) == rows - tail
    assert expected_shortfall(returns, 0.95) == pytest.approx(rows - (tail - 1) / 2)
    assert tail_weights(returns, 0.95)[-tail:] == pytest.approx(np.full(tail, 1 / tail))


@pytest.mark.parametrize(("confidence", "rows"), [(0.55, 100), (0.56, 25), (0.68, 75)])
def test_a_product_just_above_a_whole_number_is_that_number(confidence, rows):
    assert value_at_risk(losses(*range(1, rows + 1)), confidence) == round(confidence * rows)


def test_fewer_rows_than_the_tail_needs_leave_the_worst_one():
    returns = np.array([0.02, -0.03, 0.01])
    assert value_at_risk(returns, 0.95) == expected_shortfall(returns, 0.95) == 0.03
    assert list(tail_weights(returns, 0.95)) == [0, 1, 0]


def test_ties_on_the_boundary_share_it():
    # ten rows at 80 %: a tail of two, one beyond and one shared by three equal losses
    returns = losses(9, 5, 5, 5, 1, 1, 1, 1, 1, 1)
    assert tail_weights(returns, 0.8)[:4] == pytest.approx([1 / 2, 1 / 6, 1 / 6, 1 / 6])
    assert expected_shortfall(returns, 0.8) == pytest.approx(7)


def test_gains_are_negative_losses():
    assert value_at_risk(np.array([0.01, 0.02, 0.03]), 0.5) == pytest.approx(-0.02)


def test_several_rows_compound_and_overlap():
    # two-row returns: 1.1 · 0.8 = 0.88, 0.8 · 1.05 = 0.84
    returns = np.array([0.1, -0.2, 0.05])
    assert value_at_risk(returns, 0.95, horizon=2) == pytest.approx(0.16)
    assert value_at_risk(returns, 0.50, horizon=2) == pytest.approx(0.12)


def case(seed):
    rng = np.random.default_rng(seed)
    confidence = Fraction(int(rng.integers(50, 100)), 100)
    returns = rng.standard_t(3, int(rng.integers(2, 150))) / 100
    return np.round(returns, 2 if seed % 2 else 6), confidence


def check_tail(seed):
    returns, confidence = case(seed)
    worst_first = sorted((-returns).tolist())
    rows = len(returns)
    by_definition = next(
        loss for loss in worst_first if Fraction(int(sum(-returns <= loss)), rows) >= confidence
    )
    level = float(confidence)
    assert value_at_risk(returns, level) == by_definition
    least = min(  # Rockafellar and Uryasev: the least over c of c + E(L − c)⁺ / (1 − α)
        c + sum(max(loss - c, 0) for loss in worst_first) / rows / float(1 - confidence)
        for c in worst_first
    )
    shortfall = expected_shortfall(returns, level)
    assert shortfall == pytest.approx(least, abs=1e-12)
    weights = tail_weights(returns, level)
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    assert weights.min() >= 0
    assert weights.max() <= 1 / (float(1 - confidence) * rows) + 1e-9 or rows * (1 - confidence) < 1
    assert weights @ -returns == pytest.approx(shortfall, abs=1e-12)


@pytest.mark.parametrize("seed", range(150))
def test_tail_agrees_with_its_definitions(seed):
    check_tail(seed)


@pytest.mark.soak
def test_tail_agrees_with_its_definitions_on_many_samples():
    for seed in range(10_000):
        check_tail(seed)


def test_many_tracks_at_once_give_what_each_gives_alone():
    returns = np.random.default_rng(0).normal(0, 0.02, (57, 4))
    for figure in (value_at_risk, expected_shortfall):
        for method in (TailMethod.HISTORICAL, GAUSSIAN):
            alone = [figure(column, 0.9, method, 3) for column in returns.T]
            assert figure(returns, 0.9, method, 3) == pytest.approx(alone, abs=1e-15)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"confidence": 95.0}, "confidence: need a number between 0 and 1, such as 0.95, found 95"),
        ({"confidence": 1.0}, "confidence"),
        ({"horizon": 0}, "horizon: need a whole number of rows from 1, found 0"),
        ({"horizon": 9}, "horizon: need at least 9 rows of returns, found 3"),
        ({"method": TailMethod.EWMA}, "need one of historical, gaussian, found 'ewma'"),
    ],
)
def test_arguments_outside_their_range_are_refused(arguments, message):
    for figure in (value_at_risk, expected_shortfall):
        with pytest.raises(InputError, match=message):
            figure(np.array([0.1, 0.2, -0.1]), **arguments)


def test_missing_returns_are_refused():
    with pytest.raises(InputError, match="at least one row"):
        value_at_risk(np.array([]))
    with pytest.raises(InputError, match="some missing"):
        value_at_risk(np.array([0.1, np.nan]))
    with pytest.raises(InputError, match="gaussian: need at least two rows"):
        expected_shortfall(np.array([0.1]), method=GAUSSIAN)
