import numpy as np
import pytest

from addin.engine.trade_choices import Choices
from addin.engine.trade_problem import TradeProblem, TradeRule


def problem(target, *, position=0.3, lot=0.01, least=1.0, whole=True, rules=(), ticket=0.0):
    """One asset of which 30 % is held and 70 % may be bought, the rest cash."""
    return TradeProblem(
        ("A",),
        1e6,
        np.array([position]),
        1 - position,
        np.array([target]),
        1 - target,
        np.array([lot]),
        np.array([least]),
        np.array([np.floor(position / lot + 1e-9)]),
        np.array([np.floor((1 - position) / lot + 1e-9)]),
        whole,
        np.array([0.0]),
        np.array([ticket]),
        None,
        tuple(rules),
    )


def mixed(choices, size):
    """The best mixture of two corners at an order of this size, tried pair by pair."""
    sizes, values = choices.sizes[0], choices.values[0]
    best = np.inf
    for a, x in zip(sizes, values, strict=True):
        for b, y in zip(sizes, values, strict=True):
            if a <= size <= b:
                share = (size - a) / (b - a) if b > a else 0.0
                best = min(best, (1 - share) * x + share * y)
    return best


@pytest.mark.parametrize("target", [0.3, 0.304, 0.41237, 0.0, 0.2999, 1.0])
@pytest.mark.parametrize("least", [1.0, 7.0])
@pytest.mark.parametrize("ticket", [0.0, 0.003])
def test_no_possible_order_is_better_than_the_mixture_of_corners(target, least, ticket):
    choices = Choices.of(problem(target, least=least, ticket=ticket))
    for size in (0.0, *np.arange(least, 71), *-np.arange(least, 31)):
        assert mixed(choices, size) <= choices.value(np.array([size]))[0] + 1e-12


def test_corners_are_possible_orders():
    # 30 % held, 41.237 % wanted: 11 or 12 lots, the smallest order 7 lots, the largest 70 or −30
    sizes = Choices.of(problem(0.41237, least=7.0)).sizes[0]
    assert sorted(set(sizes.tolist())) == [-30, -7, 0, 7, 11, 12, 70]


def test_below_the_smallest_order_there_is_none():
    choices = Choices.of(problem(0.35, least=7.0))
    below, above = choices.neighbours(np.array([3.2]))
    assert (below[0], above[0]) == (0, 7)
    below, above = choices.neighbours(np.array([-3.2]))
    assert (below[0], above[0]) == (0, -7)
    assert choices.nearest(np.array([3.2]))[0] == 0 and choices.nearest(np.array([6.2]))[0] == 7


def test_a_limit_of_one_asset_ends_its_orders():
    # at most 45.5 %: 15 lots of 1 % besides the 30 %
    at_most = TradeRule("A ≤ 45.5%", np.array([1.0, 0.0]), 0.455)
    assert Choices.of(problem(0.6, rules=[at_most])).high[0] == 15
    at_least = TradeRule("A ≥ 20.5%", np.array([-1.0, 0.0]), -0.205)
    assert Choices.of(problem(0.0, rules=[at_least])).low[0] == -9
