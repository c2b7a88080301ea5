"""Why no portfolio obeys a policy, in the policy's words."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from addin.domain.policy import Rule
from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine import programs
from addin.engine.binding import binding
from addin.engine.feasible import FeasibleSet, NormLimit, percent
from addin.engine.problem import Problem
from addin.engine.solve import minimum
from addin.errors import InfeasibleError

_PRICED = 1e-9


@dataclass(frozen=True, eq=False)
class _Rows:
    """Every rule as ``matrix · w ≤ most``; a rule may own several rows."""

    matrix: Matrix
    most: Vector
    words: tuple[str, ...]
    floor: Vector  # zero where weights may not be negative: that is never named as a rule

    def of(self, kept: Collection[str]) -> tuple[Matrix, Vector]:
        mask = np.array([word in kept for word in self.words], dtype=bool)
        return self.matrix[mask], self.most[mask]


def _rows(feasible: FeasibleSet) -> _Rows:
    identity = np.eye(len(feasible))
    found = []
    for rule in feasible.rules:
        if np.isfinite(rule.lower):
            found.append((-rule.coefficients, -rule.lower, rule.words))
        if np.isfinite(rule.upper):
            found.append((rule.coefficients, rule.upper, rule.words))
    for i, row in enumerate(identity):
        if feasible.lower[i]:
            found.append((-row, -feasible.lower[i], feasible.lower_words[i]))
        if feasible.upper[i] < 1:
            found.append((row, feasible.upper[i], feasible.upper_words[i]))
    return _Rows(
        np.array([row for row, _, _ in found]).reshape(len(found), len(feasible)),
        np.array([most for _, most, _ in found]),
        tuple(words for _, _, words in found),
        np.where(feasible.lower < 0, -np.inf, 0.0),
    )


def _relaxation(rows: _Rows, kept: Collection[str]) -> tuple[float, NDArray[np.bool_]]:
    """Least total excess over the rules kept, and which of their rows it is the price of."""
    from scipy.optimize import linprog  # 0.3 s that only a contradiction should pay

    matrix, most = rows.of(kept)
    m, n = matrix.shape
    found = linprog(
        np.concatenate([np.zeros(n), np.ones(m)]),
        A_ub=np.hstack([matrix, -np.eye(m)]),
        b_ub=most,
        A_eq=np.concatenate([np.ones(n), np.zeros(m)])[None],
        b_eq=[1.0],
        bounds=[*((low, None) for low in rows.floor), *[(0.0, None)] * m],
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if found.fun is None:
        raise InfeasibleError(
            "no portfolio could be found: a number in the rules is too large or too small to "
            "compute with"
        )
    return float(found.fun), -found.ineqlin.marginals > _PRICED


def conflicting_rules(feasible: FeasibleSet) -> tuple[str, ...]:
    """Rules that no portfolio obeys together; without any one of them the others can be met.

    Least excess over all rules by a linear program, whose prices single out rules that
    contradict each other; then a deletion filter leaves out every rule that is not needed for
    the contradiction. That weights add up to one, and that a smallest weight of zero allows
    none below it, always holds and is not named. Volatility and tracking error are not looked
    at.

    Returns:
        Words of an irreducible set, in the order of the policy; none if a portfolio exists.

    Raises:
        InfeasibleError: If numbers of the rules are so far apart that nothing can be said.

    Source:
        Chinneck (2008), "Feasibility and Infeasibility in Optimization", §6.
    """
    rows = _rows(feasible)
    everything = list(dict.fromkeys(rows.words))
    excess, priced = _relaxation(rows, everything)
    if excess <= EDGE:
        return ()
    suspects = [w for w in everything if w in {rows.words[i] for i in np.flatnonzero(priced)}]
    if _relaxation(rows, suspects)[0] <= EDGE:
        suspects = everything
    for words in tuple(suspects):
        others = [other for other in suspects if other != words]
        if _relaxation(rows, others)[0] > EDGE:
            suspects = others
    return tuple(suspects)


def _named(problem: Problem, rules: tuple[str, ...]) -> str:
    empty = {rule.words for rule in problem.feasible.rules if not rule.coefficients.any()}
    note = {words: " (no such asset in the universe)" for words in empty}
    shown = [words + note.get(words, "") for words in rules]
    together = " together" if len(shown) > 1 else ""
    return f"no portfolio obeys{together}: {'; '.join(shown)}{_most_return(problem, rules)}"


def _most_return(problem: Problem, rules: tuple[str, ...]) -> str:
    def is_return(words: str, row: Vector) -> bool:
        return words in rules and np.array_equal(row, problem.expected_returns)

    others = tuple(r for r in problem.feasible.rules if not is_return(r.words, r.coefficients))
    if len(others) == len(problem.feasible.rules):
        return ""
    rest = replace(problem, feasible=replace(problem.feasible, rules=others, norm_limits=()))
    try:
        best = minimum(programs.max_return(replace(rest, concentration=0.0)))
    except InfeasibleError:
        return ""
    highest = percent(float(rest.expected_returns @ best.x))
    return f"; the highest expected return the other rules allow is {highest}"


def _least(problem: Problem, limit: NormLimit) -> str | None:
    """What to say if a norm limit is below the least the other rules of a problem allow."""
    plain = replace(problem, concentration=0.0)
    program = (
        programs.min_volatility(plain)
        if limit.rule is Rule.VOLATILITY
        else programs.min_tracking_error(plain)
    )
    weights = minimum(program).x
    least = problem.norm(limit.rule, weights)
    if least <= limit.bound * (1 + EDGE):
        return None
    at_limit = binding(plain, weights)[0]
    there = f" (binding there: {', '.join(at_limit)})" if at_limit else ""
    return (
        f"{limit.words}: the lowest {limit.rule} the other rules allow is "
        f"{percent(least)}, limit {percent(limit.bound)}{there}"
    )


def explained(problem: Problem) -> str | None:
    """One line on why no portfolio obeys the rules of a problem; None if one does."""
    if rules := conflicting_rules(problem.feasible):
        return _named(problem, rules)
    norms = problem.feasible.norm_limits
    for i, limit in enumerate(norms):
        rest = replace(problem, feasible=replace(problem.feasible, norm_limits=norms[:i]))
        if words := _least(rest, limit):
            return words
    return None
