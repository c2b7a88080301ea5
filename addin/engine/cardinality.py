"""The best portfolio of few holdings, each of at least a weight."""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from addin.domain.weights import Vector
from addin.engine.cardinality_branch import Branch, Holding, Relaxed
from addin.engine.cardinality_limits import HoldingLimits
from addin.engine.cardinality_linear import mixed
from addin.engine.cardinality_perspective import Perspective
from addin.engine.cardinality_search import AS_USUAL, Effort, FewHoldings, affordable, searched
from addin.engine.cardinality_strength import strengthened
from addin.engine.program import Mask, Program, UnprovedError
from addin.errors import InfeasibleError

__all__ = ["AS_USUAL", "Effort", "FewHoldings", "Row", "few_holdings", "with_few_holdings"]

_TINY = 1e-300
_COSTLY = 150  # branches of an objective that takes milliseconds

Row = tuple[Vector, float]


class Solver(Protocol):
    """An objective over weights within bounds, under a further row ``a · w ≤ b`` if given."""

    def __call__(self, lower: Vector, upper: Vector, row: Row | None) -> tuple[Vector, float]:
        """The best weights and their value: the smaller, the better.

        Raises:
            InfeasibleError: If there are none.
        """


@dataclass(frozen=True, eq=False)
class _AnyObjective:
    """Bounds on any objective: the best weights if the number of holdings is not limited.

    What limits it is that their sum, each divided by its largest weight, is no larger.
    """

    solve: Solver
    limits: HoldingLimits
    entrants: int = 3

    @property
    def most(self) -> int:
        return self.limits.most

    @property
    def least(self) -> Vector:
        return self.limits.least

    def _bounds(self, out: Mask, firm: Mask) -> tuple[Vector, Vector]:
        n = len(self.least)
        lower, upper = self.limits.rules.lower.copy(), self.limits.rules.upper.copy()
        floor = np.where(firm, self.least, np.minimum(self.least, 0.0))
        lower[:n] = np.where(out, 0.0, floor)
        upper[:n][out] = 0.0
        return lower, upper

    def best(self, held: Mask, firm: Mask) -> Holding | None:
        """The best portfolio of some assets, some of them firmly at their least weight or more."""
        try:
            return Holding(*self.solve(*self._bounds(~held, firm), None))
        except (InfeasibleError, UnprovedError):
            return None

    def _row(self, branch: Branch) -> Row | None:
        counted = branch.undecided & (self.least >= 0)
        room = self.most - int(branch.held.sum())
        if counted.sum() <= room:
            return None
        row = np.zeros_like(self.limits.rules.linear)
        row[: len(counted)][counted] = 1 / self.limits.upper[counted]
        return row, float(room)

    def relaxed(self, branch: Branch, cutoff: float) -> Relaxed | None:
        """A bound on the portfolios of a branch; None if there are none."""
        if branch.held.sum() == self.most:
            branch = replace(branch, out=~branch.held)
        try:
            weights, value = self.solve(*self._bounds(branch.out, branch.held), self._row(branch))
        except InfeasibleError:
            return None
        except UnprovedError:
            half = np.full(len(self.least), 0.5)
            return Relaxed(-np.inf, half, half, half, branch)
        own = weights[: len(self.least)]
        sizes = np.abs(own) / np.maximum(self.limits.upper, _TINY)
        return Relaxed(value, own, np.minimum(sizes, 1.0), np.abs(own), branch)


def with_few_holdings(
    solve: Solver,
    rules: Program,
    assets: int,
    most: int | None,
    least_weight: float = 0.0,
    effort: Effort = AS_USUAL,
) -> FewHoldings:
    """The best portfolio of few holdings in any objective that can be solved without that limit.

    Args:
        solve: The objective under all other rules.
        rules: Bounds and linear rules over weights, those of n assets first; its objective is
            not looked at.
        assets: n, those the limit is about.
        most: Largest number of holdings; None for any.
        least_weight: Of an asset that is held at all.
        effort: How long to search.

    Raises:
        InfeasibleError: If no portfolio of few holdings obeys the rules, with the reason.
        InputError: If a least weight is asked of assets that may be short.
        UnprovedError: If none is found, yet there may be one.
    """
    limits = HoldingLimits(rules, assets, most, least_weight)
    return searched(limits, _AnyObjective(solve, limits), effort, _COSTLY)


def few_holdings(
    program: Program,
    assets: int,
    most: int | None,
    least_weight: float = 0.0,
    effort: Effort = AS_USUAL,
    *,
    constant: float = 0.0,
) -> FewHoldings:
    """The best portfolio of few holdings in a linear or quadratic program without cones.

    Args:
        program: Its first variables are the weights of n assets.
        assets: n, those the limit is about.
        most: Largest number of holdings; None for any.
        least_weight: Of an asset that is held at all.
        effort: How long to search.
        constant: Added to the objective, to measure gaps from where they matter.

    Raises:
        InfeasibleError: If no portfolio of few holdings obeys the rules, with the reason.
        InputError: If a least weight is asked of assets that may be short.
        UnprovedError: If none is found, yet there may be one.

    Source:
        Günlük and Linderoth (2010), "Perspective reformulations of mixed integer nonlinear
        programs with indicator variables"; Bertsimas and Cory-Wright (2022), "A Scalable
        Algorithm for Sparse Portfolio Selection".
    """
    limits = HoldingLimits(program, assets, most, least_weight)
    relaxation = Perspective(program, limits.most, limits.least, np.zeros(assets), constant)
    if not program.quadratic.any() and not program.balls:
        return _linear(limits, relaxation, effort)
    if program.quadratic.any():
        relaxation = strengthened(relaxation, limits.root)
    return searched(limits, relaxation, effort, affordable(assets))


def _linear(limits: HoldingLimits, relaxation: Perspective, effort: Effort) -> FewHoldings:
    program = limits.rules
    linear = np.concatenate([program.linear, np.zeros(limits.assets)])
    found = mixed(
        program, limits.least, most=limits.most, linear=linear, time_limit=effort.time_limit
    )
    best = None if found.held is None else relaxation.best(found.held, found.held)
    if best is None:
        raise limits.refusal(np.inf if found.empty else found.bound)
    bound = min(best.value, found.bound + relaxation.constant)
    return FewHoldings(best.weights, best.value, bound, 1, found.hurried)
