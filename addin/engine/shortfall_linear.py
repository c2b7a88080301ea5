"""Expected shortfall written as a linear objective over excesses of a few scenarios."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from addin.domain.weights import Matrix, Vector
from addin.engine.program import Optimum, Program

Places = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Excesses:
    """A program over weights, a level and the excess over it of each scenario that is open.

    Attributes:
        base: Limits of the weights and the rest of the objective.
        returns: (T, n).
        price: 1 / ((1 − confidence) · T).
        beyond: Scenarios taken to lose more than the level.
        open: Scenarios that may or may not; the others are taken to lose less.
    """

    base: Program
    returns: Matrix
    price: float
    beyond: Places
    open: Places

    @property
    def program(self) -> Program:
        """Minimise the base objective + level + price · Σ excess."""
        k, base = len(self.open), self.base
        most = _largest_loss(base, self.returns)
        linear = base.linear - self.price * self.returns[self.beyond].sum(axis=0)
        level = 1 - self.price * len(self.beyond)
        return Program(
            np.pad(base.quadratic, (0, 1 + k)),
            np.concatenate([linear, [level], np.full(k, self.price)]),
            np.block(
                [
                    [base.rows, np.zeros((len(base.rows), 1 + k))],
                    [self.returns[self.open], np.ones((k, 1)), np.eye(k)],
                ]
            ),
            np.append(base.row_lower, np.zeros(k)),
            np.append(base.row_upper, np.full(k, np.inf)),
            np.concatenate([base.lower, [-most], np.zeros(k)]),
            np.concatenate([base.upper, [most], np.full(k, 2 * most)]),
            tuple(replace(ball, factor=_wider(ball.factor, 1 + k)) for ball in base.balls),
            tuple(replace(cone, matrix=_wider(cone.matrix, 1 + k)) for cone in base.cones),
        )

    def point(self, of_base: Optimum, scenario_weights: Vector) -> Optimum:
        """A point of the base as one of ``program``."""
        losses = -(self.returns @ of_base.x)
        level = self._level(losses, scenario_weights)
        excess = np.maximum(losses[self.open] - level, 0.0)
        return replace(
            of_base,
            x=np.concatenate([of_base.x, [level], excess]),
            row_prices=np.append(of_base.row_prices, scenario_weights[self.open]),
        )

    def _level(self, losses: Vector, weights: Vector) -> float:
        """The mean loss where a scenario weighs neither nothing nor all it may."""
        part = (weights * (self.price - weights))[self.open]
        return float(part @ losses[self.open] / part.sum()) if part.any() else float(losses.max())

    def of_base(self, found: Optimum) -> tuple[Optimum, Vector]:
        """A point of ``program`` as one of the base, and its scenario weights."""
        n, m = len(self.base.linear), len(self.base.rows)
        weights = np.zeros(len(self.returns))
        weights[self.beyond] = self.price
        weights[self.open] = found.row_prices[m:]
        return replace(found, x=found.x[:n], row_prices=found.row_prices[:m]), weights


def _wider(matrix: Matrix, columns: int) -> Matrix:
    return np.pad(matrix, ((0, 0), (0, columns)))


def _largest_loss(program: Program, returns: Matrix) -> float:
    reach = np.maximum(np.abs(program.lower), np.abs(program.upper))
    return float((np.abs(returns) @ reach).max()) or 1.0
