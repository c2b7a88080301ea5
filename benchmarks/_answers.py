"""What all contests share: weights of any answer, and how answers compare."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np

from addin.domain.weights import Vector
from addin.engine.optimize import Solution
from addin.engine.risk_budget import RiskBudget
from addin.engine.shortfall import ShortfallOptimum
from benchmarks._market import Market

Peers = Mapping[str, Callable[[], Any]]


def weights_of(answer: Any) -> Vector:
    """(n,) of any answer."""
    if isinstance(answer, Solution):
        return answer.weights.to_numpy()
    if isinstance(answer, ShortfallOptimum):
        return answer.optimum.x
    if isinstance(answer, RiskBudget):
        return answer.weights
    return np.asarray(answer)


def relative_loss(value: Callable[[Vector], float]) -> Callable[[Any, Any], float]:
    """Relative difference of a value that is to be small."""

    def loss(ours: Any, theirs: Any) -> float:
        best = value(weights_of(theirs))
        return (value(weights_of(ours)) - best) / abs(best)

    return loss


def outside_of(market: Market) -> Callable[[Any], float]:
    return lambda answer: market.outside(weights_of(answer))


def each_solver(
    solvers: tuple[str | None, ...],
    name: str,
    peer: Callable[..., Any],
    market: Market,
    *further: Any,
) -> Peers:
    """The same peer with several solvers."""
    return {
        f"{name} {solver or 'default'}": partial(peer, market, solver, *further)
        for solver in solvers
    }
