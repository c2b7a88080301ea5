"""The best portfolio of few holdings, each of at least a weight."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from addin.domain.weights import Vector
from addin.engine.cardinality_branch import Branch, Holding, Relaxation, Relaxed
from addin.engine.cardinality_limits import HoldingLimits
from addin.engine.cardinality_linear import mixed
from addin.engine.cardinality_perspective import Perspective
from addin.engine.cardinality_strength import strengthened
from addin.engine.cardinality_tree import GAP, ROUNDING, Tree
from addin.engine.program import Mask, Program, UnprovedError
from addin.errors import InfeasibleError

_WORK = 2_500_000  # squared number of assets times branches: some seconds
_FEWEST = 40  # branches that are looked at, however many assets there are
_COSTLY = 400  # branches of an objective that takes milliseconds

Row = tuple[Vector, float]


class Solver(Protocol):
    """An objective over weights within bounds, under a further row ``a · w ≤ b`` if given."""

    def __call__(self, lower: Vector, upper: Vector, row: Row | None) -> tuple[Vector, float]:
        """(n,) best weights and their value: the smaller, the better.

        Raises:
            InfeasibleError: If there are none.
        """


@dataclass(frozen=True)
class Effort:
    """How long to search.

    Attributes:
        time_limit: Seconds; a last resort, since the branches are counted before.
        branches: Looked at most, so that the answer is the same on every machine; by default
            as many as fit into some seconds.
        clock: Seconds.
    """

    time_limit: float = 5.0
    branches: int | None = None
    clock: Callable[[], float] = time.monotonic

    def alarm(self) -> Callable[[], bool]:
        """Tells from now on whether the time is over."""
        end = self.clock() + self.time_limit
        return lambda: self.clock() > end


AS_USUAL = Effort()


@dataclass(frozen=True, eq=False)
class FewHoldings:
    """A portfolio of few holdings and how much better another one could be.

    Attributes:
        weights: (variables,) those of the assets first; zero where nothing is held.
        value: The smaller, the better.
        bound: No portfolio of few holdings has a lower value.
        branches: Looked at.
        hurried: Whether the time allowed ended the search.
    """

    weights: Vector
    value: float
    bound: float
    branches: int
    hurried: bool

    @property
    def gap(self) -> float:
        """By how much of its value another portfolio could be better at most."""
        return max(0.0, self.value - self.bound) / max(abs(self.value), ROUNDING)

    @property
    def proved(self) -> bool:
        """Whether none is better by more than ``GAP`` of the value, or by rounding."""
        return self.value - self.bound <= max(GAP * abs(self.value), ROUNDING)


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
        floor = np.where(firm, self.least, np.minimum(self.least, 0.0))
        return np.where(out, 0.0, floor), np.where(out, 0.0, self.limits.upper)

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
        return np.where(counted, 1 / np.where(counted, self.limits.upper, 1.0), 0.0), float(room)

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
        sizes = np.abs(weights) / np.maximum(self.limits.upper, ROUNDING)
        return Relaxed(value, weights, np.minimum(sizes, 1.0), np.abs(weights), branch)


def _search(
    limits: HoldingLimits, relaxation: Relaxation, effort: Effort, usual: int
) -> FewHoldings:
    tree = Tree(relaxation, limits.root, effort.alarm())
    incumbent = tree.incumbent
    if incumbent.found is None:
        incumbent.offer(limits.possible())
    hurried = tree.search(usual if effort.branches is None else effort.branches)
    if (found := incumbent.found) is None:
        raise limits.refusal(tree.bound)
    return FewHoldings(found.weights, found.value, tree.bound, tree.visited, hurried)


def with_few_holdings(
    solve: Solver,
    rules: Program,
    most: int | None,
    least_weight: float = 0.0,
    effort: Effort = AS_USUAL,
) -> FewHoldings:
    """The best portfolio of few holdings in any objective that can be solved without that limit.

    Args:
        solve: The objective under all other rules.
        rules: Bounds and linear rules over (n,) weights; its objective is not looked at.
        most: Largest number of holdings; None for any.
        least_weight: Of an asset that is held at all.
        effort: How long to search.

    Raises:
        InfeasibleError: If no portfolio of few holdings obeys the rules, with the reason.
        InputError: If a least weight is asked of assets that may be short.
        UnprovedError: If none is found, yet there may be one.
    """
    limits = HoldingLimits(rules, len(rules.linear), most, least_weight)
    return _search(limits, _AnyObjective(solve, limits), effort, _COSTLY)


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
        assets: n.
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
    relaxation = strengthened(relaxation, limits.root)
    return _search(limits, relaxation, effort, max(_FEWEST, _WORK // assets**2))


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
