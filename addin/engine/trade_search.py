"""The search for orders that no rule forbids."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from addin.domain.holdings import CASH
from addin.domain.weights import EDGE, Vector
from addin.engine.trade_branch import LotPlan, solve
from addin.engine.trade_greedy import greedy
from addin.engine.trade_ledger import Ledger, missing_cash
from addin.engine.trade_policy import CUT_MARGIN, TradePolicy, excess, grown
from addin.engine.trade_problem import TradeProblem
from addin.engine.trade_rounding import Rounding

ROUNDS = 10  # solves, each under the rules that the whole lots of the one before broke
HAIR = 1e-4  # of the value: a rule broken by less was meant to be mended
HAIRS = 3  # plans that make nothing worse before the last is taken
MILP, GREEDY = "MILP", "greedy"
HURRIED = "the search ended at its time limit: a faster machine may find nearer orders"


@dataclass(frozen=True, eq=False)
class Found:
    """Orders and how good they are.

    Attributes:
        lots: (n,) sales negative.
        gap: How much nearer to the targets another plan could be at most.
        method: ``MILP`` or ``greedy``.
        note: What there is to say about the search.
    """

    lots: Vector
    gap: float
    method: str
    note: str = ""


@dataclass(frozen=True)
class _Verdict:
    """What is wrong with a plan as booked.

    Attributes:
        tipped: Rules of the problem that rounding breaks, in words.
        grown: Rules of the policy that are broken, or further broken than they were.
        nearly_mended: Whether a rule stays broken by a hair.
    """

    tipped: tuple[str, ...]
    grown: tuple[str, ...]
    nearly_mended: bool

    @property
    def worse(self) -> tuple[str, ...]:
        """Every rule made worse, once."""
        return tuple(dict.fromkeys((*self.tipped, *self.grown)))


class Search:
    """The search for orders, each plan judged as it would be booked: to the cent.

    Attributes:
        problem: In fractions of the value.
        policy: What the portfolio is checked against.
        book: Turns lots into tickets.
        cash_min: Smallest weight of cash.
    """

    def __init__(
        self,
        problem: TradeProblem,
        policy: TradePolicy,
        book: Callable[[Vector], Ledger],
        cash_min: float,
    ) -> None:
        self.problem, self.policy, self.book, self.cash_min = problem, policy, book, cash_min
        self.before = problem.weights(problem.now)
        self.checked = policy.checks(self.before, self.before)

    def found(self, time_limit: float) -> Found:
        """The best orders that make no rule worse; greedy ones, or none, when there are no such.

        A plan that leaves a broken rule broken by a hair is improved once or twice: the cents of
        booking and the tangents of risk limits stop short of them.
        """
        first = self.problem.under(self.policy.cuts(self._wanted(), 0.0))
        tried, margin, plans = first, CUT_MARGIN, list[LotPlan]()
        kept: list[LotPlan] = []
        deadline = time.monotonic() + time_limit
        for _ in range(ROUNDS):
            plan = solve(tried, deadline - time.monotonic())
            if plan is None:
                break
            plans.append(plan)
            verdict = self._verdict(plan.lots)
            if not verdict.worse:
                kept.append(plan)
                if not verdict.nearly_mended or len(kept) == HAIRS:
                    break
            margin *= 1.5
            weights = self.problem.weights(self.problem.after(plan.lots))
            tried = tried.under(self.policy.cuts(weights, margin))
            tried = tried.mending() if verdict.nearly_mended else tried
            tried = tried.tightened(3.0) if verdict.tipped else tried
        if not kept:
            return self._greedy(first, plans)
        hurried = any(plan.hurried for plan in plans)
        return Found(kept[-1].lots, gap(first, kept[-1].lots, plans), MILP, HURRIED * hurried)

    def _wanted(self) -> pd.Series:
        wanted = pd.Series(self.problem.targets, index=self.problem.tickers)
        return pd.concat([wanted, pd.Series({CASH: self.problem.cash_target})])

    def _greedy(self, first: TradeProblem, plans: Sequence[LotPlan]) -> Found:
        lots = greedy(self.problem)
        if worse := self._verdict(lots).worse:
            lots = np.zeros(len(self.problem))
            note = f"no trades: every plan found would break {', '.join(worse)}"
        else:
            note = "orders placed one by one, largest gap first: the search found no plan"
        return Found(lots, gap(first, lots, plans), GREEDY, note)

    def _verdict(self, lots: Vector) -> _Verdict:
        ledger = self.book(lots)
        paid = float(ledger.fees) / self.problem.value
        after = booked(self.problem, ledger)
        checks = self.policy.checks(self.problem.weights(after), self.before)
        hair = any(0 < excess(each) <= HAIR for each in checks if each.hard)
        return _Verdict(
            (*self._tipped(after, ledger, paid),),
            tuple(each.rule for each in grown(self.checked, checks, paid)),
            hair or self.problem.nearly_mended(after, paid),
        )

    def _tipped(self, after: Vector, ledger: Ledger, paid: float) -> Iterator[str]:
        yield from (rule.words for rule in self.problem.worsened(after, paid))
        value = Decimal(repr(self.problem.value))
        if self.problem.cash >= self.cash_min and missing_cash(ledger, self.cash_min, value) > 0:
            yield "the cash buffer"
        cap = self.problem.max_turnover
        if cap is not None and self._turnover(after) > cap + EDGE:
            yield "the turnover allowed"

    def _turnover(self, after: Vector) -> float:
        return float(np.abs(after / after.sum() - self.problem.now).sum()) / 2


def gap(first: TradeProblem, lots: Vector, plans: Sequence[LotPlan]) -> float:
    """How far orders (n,) are from the bound of the first search, the only one without margins.

    What another plan could gain at most; the whole distance where there is no bound.
    """
    if not plans:
        return first.distance(lots)
    return max(0.0, float(Rounding(first).merits(lots[None, :])[0]) - plans[0].bound)


def booked(problem: TradeProblem, ledger: Ledger) -> Vector:
    """(n + 1,) holdings after the tickets as fractions of the value before them, cash last."""
    traded = {t.asset.ticker: t.quantity * t.asset.price for t in ledger.tickets}
    moved = np.array([traded.get(ticker, 0.0) for ticker in problem.tickers]) / problem.value
    return np.append(problem.position + moved, float(ledger.closing) / problem.value)
