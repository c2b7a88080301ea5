import numpy as np
import pytest

from addin.engine.program import Program
from addin.engine.shortfall import min_shortfall
from addin.engine.shortfall_frontier import shortfall_frontier
from addin.engine.tail import expected_shortfall
from addin.errors import InputError

RNG = np.random.default_rng(12)
RETURNS = RNG.normal(4e-4, 0.008, (300, 6)) + 0.006 * RNG.standard_t(3, (300, 1))
EXPECTED = np.array([0.03, 0.04, 0.05, 0.06, 0.08, 0.02])


def budget(upper=0.5):
    return Program(
        np.zeros((6, 6)),
        np.zeros(6),
        np.ones((1, 6)),
        np.ones(1),
        np.ones(1),
        np.zeros(6),
        np.full(6, upper),
    )


def test_the_first_point_is_the_least_shortfall():
    found = shortfall_frontier(budget(), RETURNS, 0.95, EXPECTED, 8)
    assert found.shortfalls[0] == min_shortfall(budget(), RETURNS, 0.95).shortfall


def test_the_last_point_has_the_highest_return():
    found = shortfall_frontier(budget(), RETURNS, 0.95, EXPECTED, 8)
    assert found.returns[-1] == pytest.approx(0.5 * 0.08 + 0.5 * 0.06, abs=1e-10)
    assert found.weights[-1] == pytest.approx([0, 0, 0, 0.5, 0.5, 0], abs=1e-7)


def test_returns_are_evenly_spaced_and_more_return_costs_ever_more_shortfall():
    found = shortfall_frontier(budget(), RETURNS, 0.95, EXPECTED, 9)
    assert np.diff(found.returns) == pytest.approx(np.full(8, np.diff(found.returns).mean()))
    steps = np.diff(found.shortfalls)
    assert (steps > 0).all()
    assert (np.diff(steps) > -1e-10).all()


def test_no_portfolio_of_at_least_its_return_has_less_shortfall():
    found = shortfall_frontier(budget(1.0), RETURNS, 0.9, EXPECTED, 7)
    for x in np.random.default_rng(1).dirichlet(np.ones(6), 2000):
        if EXPECTED @ x >= found.returns[0]:
            place = np.searchsorted(found.returns, EXPECTED @ x) - 1
            assert expected_shortfall(RETURNS @ x, 0.9) >= found.shortfalls[place]


def test_two_points_are_the_ends():
    found = shortfall_frontier(budget(), RETURNS, 0.95, EXPECTED, 2)
    assert len(found.returns) == 2
    with pytest.raises(InputError, match="points: need at least two, found 1"):
        shortfall_frontier(budget(), RETURNS, 0.95, EXPECTED, 1)


def test_a_frontier_without_width_is_one_portfolio():
    same = np.full(6, 0.05)
    found = shortfall_frontier(budget(), RETURNS, 0.95, same, 4)
    assert found.returns == pytest.approx(same[:4])
    assert found.shortfalls == pytest.approx(np.full(4, found.shortfalls[0]), rel=1e-7)
