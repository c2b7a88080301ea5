"""A diagnosis of a whole policy, as far as what is known of the market goes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.engine.constraints import feasible_set
from addin.engine.diagnosis import Finding, diagnose
from addin.engine.holdings_diagnosis import with_holdings
from addin.engine.problem import Problem, problem_of

_OF_MARKET = (Rule.RETURN, Rule.VOLATILITY, Rule.TRACKING_ERROR, Rule.BETA)
_OF_BENCHMARK = (Rule.TRACKING_ERROR, Rule.BETA)


@dataclass(frozen=True, eq=False)
class Known:
    """What is known beside the policy; limits that need more are not looked at.

    Attributes:
        assumptions: Annual, of every asset; expected returns may be NaN.
        returns: For CVaR.
        benchmark: Decimals by ticker, for tracking error and beta.
        current: Decimals by ticker, for turnover and for what is held of excluded assets.
    """

    assumptions: Assumptions | None = None
    returns: Returns | None = None
    benchmark: pd.Series | None = None
    current: pd.Series | None = None

    def lacking(self, limit: Limit) -> str | None:
        """Why a limit cannot be looked at, if so."""
        if limit.rule is Rule.HOLDINGS and limit.operator != "<=":
            return "only a largest number of holdings can be imposed"
        needs = [
            ("returns", self.assumptions, limit.rule in _OF_MARKET),
            ("returns", self.returns, limit.rule is Rule.CVAR),
            ("the universe's Benchmark weight", self.benchmark, limit.rule in _OF_BENCHMARK),
            ("the universe's Current weight", self.current, limit.rule is Rule.TURNOVER),
        ]
        missing = [what for what, known, needed in needs if needed and known is None]
        return f"needs {', '.join(missing)}" if missing else None


def _assumed(universe: Universe, limits: Sequence[Limit], known: Known) -> Assumptions:
    """Expected returns count only where a limit is about them."""
    if known.assumptions is None:
        n = len(universe)
        return Assumptions(universe.tickers, np.zeros(n), np.zeros((n, n)))
    if any(limit.rule is Rule.RETURN for limit in limits):
        return known.assumptions
    return replace(known.assumptions, expected_returns=np.zeros(len(known.assumptions.tickers)))


def _problem(
    universe: Universe, classes: Sequence[ClassRange], limits: Sequence[Limit], known: Known
) -> Problem:
    assumptions = _assumed(universe, limits, known)
    feasible = feasible_set(
        universe,
        classes,
        limits,
        assumptions=assumptions,
        benchmark=known.benchmark,
        current=known.current,
        shorting=True,
    )
    return problem_of(
        assumptions, feasible, known.benchmark, 0.0, current=known.current, returns=known.returns
    )


def diagnose_policy(
    universe: Universe,
    classes: Sequence[ClassRange],
    limits: Sequence[Limit],
    known: Known | None = None,
) -> tuple[Finding, ...]:
    """Every hard rule of a policy, and why no portfolio obeys them all; see ``diagnose``.

    A limit on the number of holdings is looked at where all other rules can be met.

    Args:
        universe: Assets with their smallest and largest weights.
        classes: Class ranges, which may contradict each other.
        limits: Soft ones are left aside.
        known: Of the market and of what is held.

    Returns:
        Rules that were looked at, then limits that could not be, each with the reason.

    Raises:
        InfeasibleError: If numbers of the rules are so far apart that nothing can be said.
        InputError: If an expected return that a limit needs is not known, or a selector names
            nothing known.
    """
    given = known or Known()
    reasons = {limit: given.lacking(limit) for limit in limits if limit.hard}
    usable = [limit for limit, reason in reasons.items() if reason is None]
    numbers = [limit for limit in usable if limit.rule is Rule.HOLDINGS]
    others = [limit for limit in usable if limit.rule is not Rule.HOLDINGS]
    problem = _problem(universe, classes, others, given)
    found = with_holdings(diagnose(problem), problem, numbers)
    left_out = tuple(
        Finding(limit.words, False, None, 0.0, f"not looked at: {reason}")
        for limit, reason in reasons.items()
        if reason is not None
    )
    return found + left_out
