"""Programs in which no scenario of those kept loses more than a level, or a bound."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from addin.domain.weights import EDGE, Matrix
from addin.engine.program import Optimum, Program
from addin.engine.shortfall_linear import Places
from addin.engine.solve import minimum
from addin.errors import InfeasibleError

_HELD_EACH = 3  # scenarios to start with: so many for each variable,
_HELD = 20  # and so many
_MORE = 50  # of those missed are added at once
_MISSED = EDGE / 100  # above the level


@dataclass(frozen=True, eq=False)
class Stepped:
    """Where a step led.

    Attributes:
        optimum: Of the program that counts the scenarios kept alone.
        binding: Scenarios worth leaving out, the dearest first.
    """

    optimum: Optimum
    binding: Places


@dataclass(frozen=True, eq=False)
class Step:
    """The least objective with the largest loss in it, or with every loss within a bound.

    Attributes:
        program: Limits of the weights and the rest of the objective.
        returns: (T, n) per row.
        bound: Most a scenario kept may lose; None if the largest loss is minimised.
    """

    program: Program
    returns: Matrix
    bound: float | None = None

    def __call__(self, kept: Places) -> Stepped:
        """The optimum when these scenarios count alone, the worst of them first.

        Raises:
            InfeasibleError: If no point obeys the limits.
            UnprovedError: If a program cannot be proved.
        """
        if self.bound is not None and self._least_level(kept) > self.bound + EDGE:
            raise InfeasibleError(f"some scenario loses more than {self.bound:.4%}")
        return self.reachable(kept)

    def reachable(self, kept: Places) -> Stepped:
        """The same, sooner, where a point within the bound is known.

        Few of them bind: it starts with the worst and adds those that turn out to be missed.
        """
        n, returns = len(self.program.linear), self.returns[kept]
        held = np.arange(len(kept)) < _HELD_EACH * n + _HELD
        while True:
            found = minimum(self._written(returns[held]))
            level = float(found.x[-1]) if self.bound is None else self.bound
            losses = -(returns @ found.x[:n])
            missed = np.flatnonzero((losses > level + _MISSED) & ~held)
            if not len(missed):
                return self._stepped(found, kept[held])
            held[missed[np.argsort(-losses[missed])][:_MORE]] = True

    def _least_level(self, kept: Places) -> float:
        """Told sooner than a solver finds that nothing is within the bound."""
        point = self._safest(kept).optimum.x
        return -float((self.returns[kept] @ point).min())

    @cached_property
    def _safest(self) -> "Step":
        return Step(without_objective(self.program), self.returns)

    def _stepped(self, found: Optimum, held: Places) -> Stepped:
        n, rows = len(self.program.linear), len(self.program.rows)
        prices = found.row_prices[rows:]
        binding = held[np.argsort(-prices)][: np.count_nonzero(prices > 0)]
        optimum = replace(found, x=found.x[:n], row_prices=found.row_prices[:rows])
        return Stepped(optimum, binding)

    def _written(self, returns: Matrix) -> Program:
        base, least = self._with_level, 0.0
        if self.bound is None:
            returns = np.column_stack([returns, np.ones(len(returns))])
        else:
            base, least = self.program, -self.bound
        return replace(
            base,
            rows=np.vstack([base.rows, returns]),
            row_lower=np.append(base.row_lower, np.full(len(returns), least)),
            row_upper=np.append(base.row_upper, np.full(len(returns), np.inf)),
        )

    @cached_property
    def _with_level(self) -> Program:
        """The program over weights and a level that is paid for."""
        base = self.program
        reach = np.maximum(np.abs(base.lower), np.abs(base.upper))
        most = float((np.abs(self.returns) @ reach).max()) or 1.0
        return replace(
            base,
            quadratic=np.pad(base.quadratic, (0, 1)),
            linear=np.append(base.linear, 1.0),
            rows=_wider(base.rows),
            lower=np.append(base.lower, -most),
            upper=np.append(base.upper, most),
            balls=tuple(replace(ball, factor=_wider(ball.factor)) for ball in base.balls),
            cones=tuple(replace(cone, matrix=_wider(cone.matrix)) for cone in base.cones),
        )


def _wider(matrix: Matrix) -> Matrix:
    return np.pad(matrix, ((0, 0), (0, 1)))


def without_objective(program: Program) -> Program:
    """The limits alone."""
    return replace(program, quadratic=np.zeros_like(program.quadratic), linear=0 * program.linear)
