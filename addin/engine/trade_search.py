"""The search for orders that no rule forbids."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pandas as pd

from addin.domain.holdings import CASH
from addin.domain.weights import EDGE, Vector
from addin.engine.trade_greedy import greedy
from addin.engine.trade_ledger import Ledger, missing_cash
from addin.engine.trade_milp import solve
from addin.engine.trade_policy import CUT_MARGIN, TradePolicy, grown
from addin.engine.trade_problem import TradeProblem

ROUNDS = 10  # solves, each under the rules that the whole lots of the one before broke
MILP, GREEDY = "MILP", "greedy"


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
        """The best orders that make no rule worse; greedy ones, or none, when there are no such."""
        tried, margin = self.problem.under(self.policy.cuts(self._wanted())), CUT_MARGIN
        mending = False
        later = time_limit / 2 / (ROUNDS - 1)
        for seconds in (time_limit / 2, *[later] * (ROUNDS - 1)):
            plan = solve(tried, seconds)
            if plan is None:
                break
            if not mending and self._nearly_mended(plan.lots):
                tried, mending = tried.mending(), True
                continue
            rounding, broken = self._faults(plan.lots)
            if not rounding and not broken:
                return Found(plan.lots, plan.gap, MILP)
            margin *= 1.5
            weights = self.problem.weights(self.problem.after(plan.lots))
            tried = tried.under(self.policy.cuts(weights, margin))
            tried = tried.tightened(3.0) if rounding else tried
        return self._greedy()

    def _wanted(self) -> pd.Series:
        wanted = pd.Series(self.problem.targets, index=self.problem.tickers)
        return pd.concat([wanted, pd.Series({CASH: self.problem.cash_target})])

    def _greedy(self) -> Found:
        lots = greedy(self.problem)
        if faults := [*itertools.chain(*self._faults(lots))]:
            lots = np.zeros(len(self.problem))
            note = f"no trades: every plan found would break {', '.join(dict.fromkeys(faults))}"
        else:
            note = "orders placed one by one, largest gap first: no best plan was found in time"
        return Found(lots, self.problem.distance(lots), GREEDY, note)

    def _faults(self, lots: Vector) -> tuple[list[str], list[str]]:
        """Rules of the problem that rounding tips, and others that orders make worse, in words."""
        ledger = self.book(lots)
        paid = float(ledger.fees) / self.problem.value
        after = booked(self.problem, ledger)
        rounding = [rule.words for rule in self.problem.worsened(after, paid)]
        value = Decimal(repr(self.problem.value))
        if self.problem.cash >= self.cash_min and missing_cash(ledger, self.cash_min, value) > 0:
            rounding.append("the cash buffer")
        cap = self.problem.max_turnover
        if cap is not None and self._turnover(after) > cap + EDGE:
            rounding.append("the turnover allowed")
        checks = self.policy.checks(self.problem.weights(after), self.before)
        return rounding, [each.rule for each in grown(self.checked, checks, paid)]

    def _nearly_mended(self, lots: Vector) -> bool:
        ledger = self.book(lots)
        paid = float(ledger.fees) / self.problem.value
        return self.problem.nearly_mended(booked(self.problem, ledger), paid)

    def _turnover(self, after: Vector) -> float:
        return float(np.abs(after / after.sum() - self.problem.now).sum()) / 2


def booked(problem: TradeProblem, ledger: Ledger) -> Vector:
    """(n + 1,) holdings after the tickets as fractions of the value before them, cash last."""
    traded = {t.asset.ticker: t.quantity * t.asset.price for t in ledger.tickets}
    moved = np.array([traded.get(ticker, 0.0) for ticker in problem.tickers]) / problem.value
    return np.append(problem.position + moved, float(ledger.closing) / problem.value)
