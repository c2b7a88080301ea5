"""Whether a policy can be met by as few holdings as it allows, and if not, by how many."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from addin.domain.policy import Limit
from addin.domain.weights import EDGE
from addin.engine.diagnosis import MET, Finding
from addin.engine.feasible import HoldingsLimit
from addin.engine.few import among_few
from addin.engine.lift import lifted
from addin.engine.problem import Problem
from addin.engine.program import Program, UnprovedError
from addin.engine.rule_words import given_way
from addin.engine.selection import is_cash
from addin.engine.settings import Settings
from addin.engine.task import Answer, Method, Task, solved
from addin.errors import InfeasibleError

_SEARCH = Settings(time_limit=2.0)
_KEPT = "not looked at as a way to fewer holdings"
_NOT_ALONE = "no change of this rule alone is enough"
UNKNOWN = "no portfolio of so few holdings was found, yet there may be one"


def _nothing(task: Task) -> Program:
    n = len(task.problem.feasible)
    return task.problem.program(np.zeros((n, n)), np.zeros(n))


def _solve(task: Task) -> Answer:
    return solved(task.problem, _nothing(task)), 0.0


_ANY = Method(_solve, lambda task: lifted(task.problem, _nothing(task)), hard=True)


def _enough(problem: Problem, most: int) -> bool | None:
    """Whether so many holdings are enough; None if a search ends before that is known."""
    limit = HoldingsLimit((f"holdings ≤ {most}",), most)
    limited = replace(problem, feasible=replace(problem.feasible, holdings=limit))
    try:
        among_few(Task(limited, _SEARCH), _ANY)
    except InfeasibleError:
        return False
    except UnprovedError:
        return None
    return True


@dataclass(frozen=True)
class Fewest:
    """How many holdings the rules of a problem need.

    Attributes:
        enough: A number with which they can be met.
        proved: Whether one less is known to be too few.
    """

    enough: int
    proved: bool


def fewest_holdings(problem: Problem, too_few: int) -> Fewest:
    """The smallest number of holdings with which rules can be met, each number tried by solving.

    Args:
        problem: Its rules can be met by any number of holdings.
        too_few: A number with which they cannot.
    """
    proved, enough = too_few, sum(not is_cash(t) for t in problem.feasible.tickers)
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        known = _enough(problem, middle)
        if known:
            enough = middle
        else:
            too_few = middle
            proved = proved if known is None else middle
    return Fewest(enough, enough - proved == 1)


def _finding(limit: Limit, fewest: Fewest, *, only: bool) -> Finding:
    missing = fewest.enough - limit.value
    need = f"the other limits need at least {fewest.enough}" if fewest.proved else ""
    if not only:
        return Finding(limit.words, True, None, missing, need or _NOT_ALONE)
    would_do = f"{given_way(limit.words, fewest.enough, True)} would do"
    unsure = "" if fewest.proved else "whether fewer would is not known"
    note = "; ".join(filter(None, [need, unsure, would_do]))
    return Finding(limit.words, True, missing, missing, note)


def _too_low(problem: Problem, limits: Sequence[Limit], tightest: int) -> Iterator[Finding]:
    """Of limits of which the tightest allows too few."""
    fewest = fewest_holdings(problem, tightest)
    low = [limit for limit in limits if limit.value + EDGE < fewest.enough]
    for limit in limits:
        if limit in low:
            yield _finding(limit, fewest, only=len(low) == 1)
        else:
            yield Finding(limit.words, False, None, 0.0, "")


def with_holdings(
    found: Sequence[Finding], problem: Problem, limits: Sequence[Limit]
) -> tuple[Finding, ...]:
    """What was found of all other rules, and of limits on the number of holdings.

    Args:
        found: Of the rules of the problem.
        problem: Without a limit on holdings.
        limits: Largest numbers of holdings, hard.
    """
    if not limits:
        return tuple(found)
    if any(each.in_conflict for each in found):
        note = "not looked at: no portfolio of any number obeys the other rules"
        return (*found, *(Finding(limit.words, False, None, 0.0, note) for limit in limits))
    tightest = int(min(limit.value for limit in limits) + EDGE)
    enough = _enough(problem, tightest)
    if enough:
        return (*found, *(Finding(limit.words, False, 0.0, 0.0, MET) for limit in limits))
    if enough is None:
        unknown = (Finding(limit.words, False, None, 0.0, UNKNOWN) for limit in limits)
        return (*map(_unmet, found), *unknown)
    return (*map(_unmet, found), *_too_low(problem, limits, tightest))


def _unmet(finding: Finding) -> Finding:
    """Whether another rule could give way to fewer holdings is not looked at."""
    return replace(finding, alone=None, note=_KEPT)
