"""Orders one by one: where the search for the best ones begins, or all there is without it."""

import numpy as np

from addin.domain.weights import EDGE, Vector
from addin.engine.trade_problem import TradeProblem


def greedy(problem: TradeProblem) -> Vector:
    """Sales of what is most over target, then purchases of what is most under it.

    Each order is the whole lots nearest to the gap, or the most that fit: the cash there is, the
    turnover allowed, no rule of the policy made worse. What is still missing from the cash buffer
    is raised from what is most over target.

    Returns:
        (n,) lots, sales negative.
    """
    lots = np.zeros(len(problem))
    gaps = problem.targets - problem.position
    order = np.argsort(gaps, kind="stable")
    for i in [*order[gaps[order] < 0], *order[::-1][gaps[order[::-1]] > 0]]:
        wanted = gaps[i] / problem.lot[i]
        _place(problem, lots, int(i), float(np.round(wanted) if problem.whole else wanted))
    _raise_cash(problem, lots)
    return lots


def _place(problem: TradeProblem, lots: Vector, i: int, wanted: float) -> None:
    """Put in the largest order of at most ``wanted`` lots that fits; ``lots`` is changed."""
    size = float(np.clip(wanted, -problem.most_sold[i], problem.most_bought[i]))
    fitting, too_much = 0.0, abs(size)
    tried = too_much
    while tried > fitting:
        lots[i] = np.copysign(tried, size)
        if _fits(problem, lots):
            fitting = tried
        else:
            too_much = tried
        middle = (fitting + too_much) / 2
        tried = float(np.floor(middle)) if problem.whole else middle
        if too_much - fitting <= EDGE:
            break
    enough = fitting >= max(problem.least[i], EDGE)
    lots[i] = np.copysign(fitting, size) if enough else 0.0


def _fits(problem: TradeProblem, lots: Vector) -> bool:
    capped = problem.max_turnover is not None and (
        problem.turnover_bound(lots) > problem.max_turnover + EDGE
    )
    return not capped and not problem.worsened(problem.after(lots), problem.fees(lots))


def _raise_cash(problem: TradeProblem, lots: Vector) -> None:
    """Sell what is most over target until no rule asks for more cash; ``lots`` is changed."""
    for rule in problem.rules:
        needs_cash = rule.coefficients[-1] < 0 and not rule.coefficients[:-1].any()
        while needs_cash and (short := rule.excess(problem.after(lots))) > EDGE:
            over = problem.after(lots)[:-1] - problem.targets
            free = (problem.most_sold >= problem.least) & (lots == 0) & (problem.most_sold > 0)
            if not free.any():
                return
            i = int(np.argmax(np.where(free, over, -np.inf)))
            wanted = max(short / (problem.lot[i] * (1 - problem.cost[i])), problem.least[i])
            before = lots[i]
            _place(problem, lots, i, -float(np.ceil(wanted) if problem.whole else wanted))
            if lots[i] == before:
                return
