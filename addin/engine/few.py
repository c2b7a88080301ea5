"""A limit on the number of holdings, or their least weight, around any objective."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from addin.domain.weights import EDGE, Vector
from addin.engine.cardinality import Effort, FewHoldings, Row, few_holdings, with_few_holdings
from addin.engine.cardinality_ratio import highest_ratio
from addin.engine.cutting_planes import within_tails
from addin.engine.feasible import HoldingsLimit, LinearRule, TailLimit
from addin.engine.program import Mask, Program, UnprovedError
from addin.engine.selection import is_cash
from addin.engine.soft_excess import cost
from addin.engine.task import Answer, Method, Task
from addin.errors import InputError

_TOWARDS_BEST = "the number of holdings"

Found = tuple[FewHoldings, float]


def _bounded(task: Task, lower: Vector, upper: Vector, row: Row | None = None) -> Task:
    """The task with other bounds and without the limit on holdings."""
    feasible = replace(task.problem.feasible, lower=lower, upper=upper, holdings=None)
    if row is not None:
        feasible = feasible.also(LinearRule(_TOWARDS_BEST, row[0], -np.inf, row[1]))
    return replace(task, problem=replace(task.problem, feasible=feasible))


def _has_tails(task: Task) -> bool:
    feasible = task.problem.feasible
    soft = any(isinstance(limit, TailLimit) for limit in feasible.soft)
    return bool(feasible.tail_limits) or soft or task.settings.target_var is not None


@dataclass(frozen=True, eq=False)
class _Search:
    """The search for few holdings; settlement cash is none and comes after what is counted."""

    task: Task
    method: Method
    limit: HoldingsLimit

    @cached_property
    def cash(self) -> Mask:
        """(n,) what is no holding."""
        return np.array([is_cash(ticker) for ticker in self.task.problem.feasible.tickers])

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        return np.argsort(self.cash, kind="stable")

    @property
    def _counted(self) -> int:
        return int((~self.cash).sum())

    @cached_property
    def _effort(self) -> Effort:
        return Effort(self.task.settings.time_limit)

    def _places(self, variables: int) -> NDArray[np.int64]:
        """(variables,) the order of weights, and of what comes after them."""
        return np.append(self._order, np.arange(len(self._order), variables))

    def _cash_last(self, program: Program) -> Program:
        if not self.cash.any():
            return program
        order = self._places(len(program.linear))
        return replace(
            program,
            quadratic=program.quadratic[np.ix_(order, order)],
            linear=program.linear[order],
            rows=program.rows[:, order],
            lower=program.lower[order],
            upper=program.upper[order],
            balls=tuple(replace(b, factor=b.factor[:, order]) for b in program.balls),
        )

    def _in_place(self, weights: Vector) -> Vector:
        """(n,) in the order of the feasible set."""
        placed = np.empty(len(self._order))
        placed[self._order] = weights[: len(placed)]
        return placed

    def found(self) -> Found:
        """Portfolios of few holdings, and by how much of the objective another may be better."""
        return self._by_ratio() or self._by_program() or self._by_any()

    def among(self, weights: Vector) -> Task:
        """The task with what these weights hold, and cash, to choose from."""
        feasible, least = self.task.problem.feasible, self.limit.least_weight
        held = _is_held(self._in_place(weights), feasible.lower) | self.cash
        exempt = self.cash | (feasible.lower < 0)
        lower = np.where(exempt, feasible.lower, np.maximum(feasible.lower, least))
        only = _bounded(self.task, np.where(held, lower, 0.0), np.where(held, feasible.upper, 0.0))
        named = replace(
            only.problem.feasible,
            lower_words=_of_chosen(feasible.lower_words, held, feasible.tickers),
            upper_words=_of_chosen(feasible.upper_words, held, feasible.tickers),
        )
        return replace(only, problem=replace(only.problem, feasible=named))

    def require_few(self, weights: Vector) -> None:
        """Refuse (n,) weights of more holdings, or smaller ones, than the limit allows.

        Raises:
            UnprovedError: Naming the limit.
        """
        limit, held = self.limit, _is_held(weights, self.task.problem.feasible.lower) & ~self.cash
        most = self._counted if limit.most is None else limit.most
        small = limit.least_weight and (weights[held] < limit.least_weight - EDGE).any()
        if held.sum() > most or small:
            raise UnprovedError(f"{'; '.join(limit.words)}: what was found does not keep to that")

    def _by_ratio(self) -> Found | None:
        may_be_short = (self.task.problem.feasible.lower < 0).any()
        if self.method.ratio is None or may_be_short or _has_tails(self.task):
            return None
        program, rewards = self.method.ratio(self.task)
        if program.balls or program.cones:
            return None
        try:
            found = highest_ratio(
                self._cash_last(program),
                rewards[self._places(len(rewards))],
                self._counted,
                self.limit.most,
                self.limit.least_weight,
                self._effort,
            )
        except UnprovedError:  # a portfolio without risk, which the objective itself speaks of
            return None
        return found, found.gap

    def _by_program(self) -> Found | None:
        if self.method.program is None or _has_tails(self.task):
            return None
        program = self.method.program(self.task)
        if program.cones:
            return None
        half_square = self.method.half_square
        found = few_holdings(
            self._cash_last(program),
            self._counted,
            self.limit.most,
            self.limit.least_weight,
            self._effort,
            constant=half_square(self.task) if half_square else 0.0,
        )
        return found, _of_root(found.gap) if half_square else found.gap

    def _solved(self, lower: Vector, upper: Vector, row: Row | None) -> tuple[Vector, float]:
        placed = row and (self._in_place(row[0]), row[1])
        task = _bounded(self.task, self._in_place(lower), self._in_place(upper), placed)
        answer, value = within_tails(task, self.method)
        return answer.x[self._order], cost(task, self.method, answer.x, value)

    def _by_any(self) -> Found:
        """The search with nothing known of the objective but its optimum under any bounds."""
        n = len(self._order)
        rules = self._cash_last(self.task.problem.program(np.zeros((n, n)), np.zeros(n)))
        limit = self.limit
        found = with_few_holdings(
            self._solved, rules, self._counted, limit.most, limit.least_weight, self._effort
        )
        squared = self.method.half_square is not None and not self.method.hard
        return found, _of_root(found.gap) if squared else found.gap


def _is_held(weights: Vector, lower: Vector) -> Mask:
    """(n,) what is held; solvers of cones leave traces of assets that may not be."""
    return np.asarray((np.abs(weights) > EDGE) | (lower > 0))


def _of_root(gap: float) -> float:
    """The relative gap of a root, from that of its square."""
    return 1 - math.sqrt(max(1 - gap, 0.0))


def _note(limit: HoldingsLimit, found: FewHoldings, gap: float, *, exact: bool) -> str:
    words = "; ".join(limit.words)
    if exact and found.proved:
        return f"{words}: proved best within 0.0001%"
    tried = f"{words}: the best of {found.branches} tried"
    return f"{tried}; none is better by more than {gap:.2%} of the objective" if exact else tried


def _of_chosen(words: tuple[str, ...], held: Mask, tickers: tuple[str, ...]) -> tuple[str, ...]:
    """Words of bounds; what keeps an asset out is no rule of the policy and not called one."""
    pairs = zip(words, held, tickers, strict=True)
    return tuple(own if chosen else f"{ticker} is not chosen" for own, chosen, ticker in pairs)


@dataclass(frozen=True, eq=False)
class Chosen:
    """An optimum among portfolios of few holdings.

    Attributes:
        answer: Optimum and value.
        task: With the assets that were chosen, and without a limit on their number.
        note: How far the choice is proved; blank where there was none.
    """

    answer: Answer
    task: Task
    note: str = ""


def among_few(task: Task, method: Method) -> Chosen:
    """The optimum among portfolios of few holdings.

    Raises:
        InfeasibleError: If no portfolio of few holdings obeys the rules.
        InputError: If the objective gives weight to every asset.
        UnprovedError: If what was found is beyond the limit.
    """
    feasible, limit = task.problem.feasible, task.problem.feasible.holdings
    if limit is None or all(map(is_cash, feasible.tickers)):
        return Chosen(within_tails(task, method), task)
    if method.everywhere:
        raise InputError(
            f"{'; '.join(limit.words)}: this objective gives every asset a weight; leave that out"
        )
    search = _Search(task, method, limit)
    found, gap = search.found()
    only = search.among(found.weights)
    answer = within_tails(only, method)
    search.require_few(answer[0].x)
    exact = not answer[0].note  # what a local search finds is no bound
    return Chosen(answer, only, _note(limit, found, gap, exact=exact))
