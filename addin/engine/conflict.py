"""Why no portfolio obeys a policy, in the policy's words."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from addin.domain.policy import Rule
from addin.domain.weights import EDGE
from addin.engine.binding import binding
from addin.engine.demands import Demands, demands_of
from addin.engine.lift import lifted
from addin.engine.problem import Problem
from addin.engine.relaxation import Relaxation, Relaxer
from addin.engine.rule_words import given_way, shown
from addin.engine.shortfall import min_shortfall
from addin.errors import InfeasibleError

_DIGITS = (4, 5, 6, 7)  # of a decimal


def irreducible(relax: Relaxer) -> tuple[str, ...]:
    """Rules that no portfolio obeys together; without any one of them the others can be met.

    The prices of the least excess single out rules that contradict each other; then a deletion
    filter leaves out every rule without which they still do. That weights add up to one, and
    that a smallest weight of zero allows none below it, always holds and is not named.

    Returns:
        Words of an irreducible set, in the order of the policy; none if a portfolio exists.

    Raises:
        InfeasibleError: If numbers of the rules are so far apart that nothing can be said.

    Source:
        Chinneck (2008), "Feasibility and Infeasibility in Optimization", §6.
    """
    found = relax(relax.demands.words)
    if found.proved <= EDGE:
        return ()
    suspects = found.needed
    for words in found.needed:
        if words in suspects:
            others = [other for other in suspects if other != words]
            found = relax(others)
            if found.proved > EDGE:
                suspects = found.needed
    return suspects


def conflicting_rules(problem: Problem) -> tuple[str, ...]:
    """Rules of a problem that contradict each other: see ``irreducible``."""
    return irreducible(Relaxer(demands_of(problem)))


def alone(relax: Relaxer, words: str) -> Relaxation | None:
    """The least change of one rule that leaves a portfolio; None if no change of it does."""
    everything = relax.demands.words
    if relax([other for other in everything if other != words]).proved > EDGE:
        return None
    try:
        return relax(everything, [words])
    except InfeasibleError:  # the others leave a single portfolio, if any
        return None


def least_change(demands: Demands, found: Relaxation) -> str:
    """The rules that give way, each with the value that would do."""
    return "; ".join(changed(demands, found, words) for words in found.amounts)


def changed(demands: Demands, found: Relaxation, words: str) -> str:
    """A rule with the value that would do: ``Equity ≤ 67% instead of 65%``."""
    value, sign = demands.limit(words, found.weights)
    return given_way(words, value + sign * found.amounts.get(words, 0.0), sign > 0)


def _furthest(problem: Problem, words: str) -> str:
    """What the value of a rule of return, volatility or tracking error is called at its limit."""
    for limit in problem.feasible.norm_limits:
        if limit.words == words:
            return f"the lowest {limit.rule}"
    return "the highest expected return" if words.startswith(f"{Rule.RETURN} ") else ""


def _extremes(problem: Problem, relax: Relaxer, rules: Sequence[str]) -> list[str]:
    """How far returns and risks can go under the other rules."""
    found = []
    for words in rules:
        name, way = _furthest(problem, words), None
        if name:
            way = alone(relax, words)
        if way is not None:
            value, sign = relax.demands.limit(words, way.weights)
            reached = shown(words, value + sign * way.amounts.get(words, 0.0))
            at_limit = [rule for rule in binding(problem, way.weights)[0] if rule != words]
            there = f" (binding there: {', '.join(at_limit)})" if at_limit else ""
            found.append(f"{name} the other rules allow is {reached}{there}")
    return found


def _named(problem: Problem, rules: Sequence[str]) -> str:
    empty = {rule.words for rule in problem.feasible.rules if not rule.coefficients.any()}
    note = {words: " (no such asset in the universe)" for words in empty}
    shown_rules = [words + note.get(words, "") for words in rules]
    together = " together" if len(rules) > 1 else ""
    return f"no portfolio obeys{together}: {'; '.join(shown_rules)}"


def explained(problem: Problem) -> str | None:
    """One line on why no portfolio obeys the rules of a problem; None if one does."""
    if problem.feasible.tail_limits:
        return _beyond_tails(problem)
    relax = Relaxer(demands_of(problem))
    rules = irreducible(relax)
    if not rules:
        return None
    least = least_change(relax.demands, relax(relax.demands.words))
    way = [f"the least change that would do: {least}"] if least else []
    return "; ".join([_named(problem, rules), *_extremes(problem, relax, rules), *way])


def _enough(value: float, bound: float) -> str:
    """A value rounded up, in as many digits of a per cent as tell it from the bound."""
    for digits in _DIGITS:
        up = math.ceil(value * 10**digits) / 10**digits
        if up > bound + EDGE:
            return f"{up * 100:.{digits - 2}f}%"
    return f"{value:.6%}"


def _beyond_tails(problem: Problem) -> str | None:
    """The same where CVaR is limited: whether the other rules are to blame, else the least CVaR."""
    limits = problem.feasible.tail_limits
    named = {limit.words for limit in limits}
    others = tuple(rule for rule in problem.feasible.rules if rule.words not in named)
    rest = replace(problem, feasible=replace(problem.feasible, rules=others, tail_limits=()))
    if reason := explained(rest):
        return reason
    n = len(rest.feasible)
    program = lifted(rest, rest.program(np.zeros((n, n)), np.zeros(n)))
    found = min_shortfall(program, rest.scenarios_over(len(program.linear)), rest.confidence)
    tightest = min(limits, key=lambda limit: limit.bound)
    if found.shortfall <= tightest.bound + EDGE:
        return None
    at_limit = "; ".join(binding(rest, found.optimum.x[:n])[0])
    least = _enough(found.shortfall, tightest.bound)
    there = f" (binding there: {at_limit})" if at_limit else ""
    return (
        f"no portfolio obeys: {tightest.words}; the lowest cvar the other rules allow is "
        f"{least}{there}, which as a limit would do"
    )
