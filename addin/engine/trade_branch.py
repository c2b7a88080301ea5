"""The nearest whole-lot portfolio to the targets, by branch and bound."""

import heapq
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from addin.domain.weights import Vector
from addin.engine.trade_choices import Choices
from addin.engine.trade_greedy import greedy
from addin.engine.trade_problem import TradeProblem
from addin.engine.trade_relaxation import Relaxation, Relaxed
from addin.engine.trade_rounding import FORBIDDEN, Rounding

CERTAIN = 1e-9  # of the value: an asset that is at one of its possible orders
GAP = 2e-5  # of the value, twenty dollars in a million: near enough to the bound to stop
NODES = 120  # relaxations solved at most, so that the plan is the same on every machine
ALWAYS = 6  # relaxations whose rounding is improved however far off it is
LARGE = 1_500  # assets times relaxations: fewer are solved for many assets


@dataclass(frozen=True, eq=False)
class LotPlan:
    """Orders found.

    Attributes:
        lots: (n,) sales negative.
        merit: What is made small; ``FORBIDDEN`` and more when a rule is made worse.
        bound: No plan's merit is lower.
        hurried: Whether the time allowed ended the search.
    """

    lots: Vector
    merit: float
    bound: float
    hurried: bool = False


@dataclass(frozen=True, eq=False)
class _Node:
    """Part of all plans: sizes allowed, broken rules that must be obeyed, and that are left."""

    choices: Choices
    mended: frozenset[int] = frozenset()
    left: frozenset[int] = frozenset()


class _Tree:
    def __init__(self, problem: TradeProblem, deadline: float) -> None:
        self.deadline = deadline
        root = Choices.of(problem)
        self.relaxation = Relaxation(problem, root.sizes.shape[1])
        self.rounding = Rounding(problem)
        self.open: list[tuple[float, int, _Node, Relaxed]] = []
        self.solved, self.closed = 0, np.inf
        self.lots, self.merit = np.zeros(len(problem)), float("inf")
        self._visit(_Node(root), 0.0)
        if self.merit >= FORBIDDEN:
            self._start(root, greedy(problem))
            self._start(root, np.zeros(len(problem)))

    @property
    def bound(self) -> float:
        """No plan has a lower merit."""
        return min(self.merit, self.closed, self.open[0][0] if self.open else np.inf)

    def _start(self, choices: Choices, lots: Vector) -> None:
        """A plan to begin with, where the first rounding is forbidden."""
        merit = float(self.rounding.merits(lots[None, :])[0])
        if merit < self.merit:
            self.lots, self.merit = self.rounding.improved(choices, lots, lots, merit)

    def _visit(self, node: _Node, floor: float) -> None:
        """Solve, round and keep a node, of which no plan is better than ``floor``."""
        relaxed = self._relaxed(node)
        if relaxed is None:
            return
        if relaxed.bound == -np.inf:
            self.closed = min(self.closed, floor)
            return
        self._try(node.choices, relaxed)
        if relaxed.bound < self.merit - GAP:
            heapq.heappush(self.open, (relaxed.bound, self.solved, node, relaxed))
        else:
            self.closed = min(self.closed, relaxed.bound)

    def _relaxed(self, node: _Node) -> Relaxed | None:
        self.solved += 1
        if node.choices.empty:
            return None
        return self.relaxation.solved(node.choices, sorted(node.mended), sorted(node.left))

    def _try(self, choices: Choices, relaxed: Relaxed) -> None:
        lots, merit = self.rounding.rounded(choices, relaxed)
        promising = merit < self.merit + GAP or self.solved <= ALWAYS
        if promising and merit - relaxed.bound > GAP:
            lots, merit = self.rounding.improved(choices, relaxed.lots, lots, merit)
        if merit < self.merit:
            self.lots, self.merit = lots, merit

    def search(self, nodes: int) -> bool:
        """Branch until the gap is small or enough is solved; whether time ran out."""
        while self.open and self.merit - self.bound > GAP and self.solved < nodes:
            if time.monotonic() > self.deadline:
                return True
            _, _, node, relaxed = heapq.heappop(self.open)
            for child in self._children(node, relaxed):
                self._visit(child, relaxed.bound)
        return False

    def _children(self, node: _Node, relaxed: Relaxed) -> Iterator[_Node]:
        doubt = np.minimum(relaxed.flags, 1 - relaxed.flags)
        if len(doubt) and doubt.max() > 1e-6:
            k = int(np.argmax(doubt))
            yield replace(node, mended=node.mended | {k})
            yield replace(node, left=node.left | {k})
            return
        choices = node.choices
        nearest = choices.nearest(relaxed.lots)
        # a mixture may also cost more than its order: it burns cash that a rule forbids
        lost = np.abs(choices.value(nearest) - relaxed.values)
        away = np.abs(nearest - relaxed.lots) * choices.problem.lot
        doubtful = np.where(choices.low < choices.high, lost + away, 0.0)
        i = int(np.argmax(doubtful))
        if doubtful[i] <= CERTAIN:
            self.closed = min(self.closed, relaxed.bound)
            return
        low, high = choices.split(i, float(relaxed.lots[i]))
        yield replace(node, choices=choices.within(i, -np.inf, low))
        yield replace(node, choices=choices.within(i, high, np.inf))


def solve(problem: TradeProblem, time_limit: float) -> LotPlan | None:
    """Orders that bring a portfolio nearest to its targets; None when no relaxation was solved.

    Small are Σ|weight − target| and costs; of equal plans the one with fewer orders is taken. A
    rule that is broken now may stay broken, never further than now, and is cured before anything
    else. Most problems end at the first relaxation: mixtures of possible orders leave no more
    assets between two of them than there are rules that bind, and these are rounded.

    Args:
        problem: In fractions of the value.
        time_limit: Seconds, a last resort: the number of relaxations is limited before.

    Source:
        Mansini, Ogryczak and Speranza (2015), "Linear and Mixed Integer Programming for
        Portfolio Optimization", ch. 5 (transaction lots and minimum orders).
    """
    tree = _Tree(problem, time.monotonic() + time_limit)
    hurried = tree.search(min(NODES, max(3, LARGE // max(1, len(problem)))))
    if not np.isfinite(tree.merit):
        return None
    return LotPlan(tree.lots, tree.merit, tree.bound, hurried)
