"""Each rule of a policy that nobody can obey: whether it is to blame, and what would help."""

from collections.abc import Iterator
from dataclasses import dataclass

from addin.engine.conflict import alone, changed, irreducible
from addin.engine.demands import demands_of
from addin.engine.problem import Problem
from addin.engine.relaxation import Relaxation, Relaxer

MET = "the policy can be met"


@dataclass(frozen=True)
class Finding:
    """One rule in a diagnosis.

    Attributes:
        words: E.g. ``Equity ≤ 65%``.
        in_conflict: Whether it belongs to the irreducible set: rules that no portfolio obeys
            together, while without any one of them the others of the set can be met.
        alone: By how much it must give way, in its own unit, if every other rule is kept; 0 if
            the policy can be met, None if this rule alone cannot make it so.
        in_least_change: By how much it gives way in the least total change of rules.
        note: In words.
    """

    words: str
    in_conflict: bool
    alone: float | None
    in_least_change: float
    note: str


@dataclass(frozen=True, eq=False)
class _Case:
    """A policy that nobody can obey: an irreducible set of its rules, and the least change."""

    relax: Relaxer
    rules: tuple[str, ...]
    least: Relaxation

    def finding(self, words: str) -> Finding:
        blamed = words in self.rules
        way = alone(self.relax, words) if blamed else None
        enough = None if way is None else way.amounts.get(words, 0.0)
        part = self.least.amounts.get(words, 0.0)
        return Finding(words, blamed, enough, part, "; ".join(self._notes(words, way)))

    def _notes(self, words: str, way: Relaxation | None) -> Iterator[str]:
        """What helps: a change of this rule alone, or its part in the least change of all."""
        demands, least = self.relax.demands, self.least
        if way is not None:
            yield f"{changed(demands, way, words)} would do"
        elif words in self.rules:
            yield "no change of this rule alone is enough"
        if words in least.amounts and (way is None or len(least.amounts) > 1):
            yield f"{changed(demands, least, words)} is part of the least change of all"


def diagnose(problem: Problem) -> tuple[Finding, ...]:
    """Every hard rule of a problem, and why no portfolio obeys them all.

    Limits on the number of holdings are not looked at. The least total change counts a change
    of 1 pp of weight, return or volatility as much as 1 % of an average's largest value.

    Args:
        problem: Market and rules; rules of weights alone need no market.

    Returns:
        In the order of the policy: classes and limits, assets, volatility and tracking error,
        CVaR and turnover.

    Raises:
        InfeasibleError: If numbers of the rules are so far apart that nothing can be said.
    """
    relax = Relaxer(demands_of(problem))
    rules = irreducible(relax)
    if not rules:
        return tuple(Finding(words, False, 0.0, 0.0, MET) for words in relax.demands.words)
    case = _Case(relax, rules, relax(relax.demands.words))
    return tuple(case.finding(words) for words in relax.demands.words)
