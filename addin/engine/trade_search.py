"""The search for orders that no rule forbids."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from addin.domain.holdings import CASH
from addin.domain.weights import Vector
from addin.engine.compliance import RuleCheck
from addin.engine.trade_greedy import greedy
from addin.engine.trade_milp import solve
from addin.engine.trade_policy import CUT_MARGIN, TradePolicy, grown
from addin.engine.trade_problem import TradeProblem

ROUNDS = 4  # solves, each under the rules that the whole lots of the one before broke
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


def search(problem: TradeProblem, policy: TradePolicy, time_limit: float) -> Found:
    """The best orders that make no rule worse; greedy ones, or none, when there are no such."""
    before = problem.weights(np.zeros(len(problem)))
    checked = policy.checks(before, before)
    wanted = pd.Series(problem.targets, index=problem.tickers)
    wanted[CASH] = problem.cash_target
    tried, margin = problem.under(policy.cuts(wanted)), CUT_MARGIN
    for _ in range(ROUNDS):
        plan = solve(tried, time_limit / ROUNDS)
        if plan is None:
            break
        worse = _worse(problem, policy, plan.lots, checked)
        if not worse:
            return Found(plan.lots, max(0.0, problem.distance(plan.lots) - plan.bound), MILP)
        margin *= 3
        tried = tried.under(policy.cuts(problem.weights(plan.lots), margin))
        if problem.worsened(plan.lots):
            tried = tried.tightened(10.0)
    lots = greedy(problem)
    if worse := _worse(problem, policy, lots, checked):
        note = f"no trades: every plan found would break {', '.join(worse)}"
        return Found(np.zeros(len(problem)), problem.distance(lots * 0), GREEDY, note)
    note = "orders placed one by one, largest gap first: no best plan was found in time"
    return Found(lots, problem.distance(lots), GREEDY, note)


def _worse(
    problem: TradeProblem, policy: TradePolicy, lots: Vector, checked: Sequence[RuleCheck]
) -> list[str]:
    """Rules that orders break, or break further, in words."""
    before = problem.weights(np.zeros(len(problem)))
    after = policy.checks(problem.weights(lots), before)
    linear = [rule.words for rule in problem.worsened(lots)]
    return linear + [each.rule for each in grown(checked, after, problem.fees(lots))]
