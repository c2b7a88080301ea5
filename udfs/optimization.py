"""Optimisation: portfolios inside the policy."""

from dataclasses import replace
from typing import Annotated

from addin.domain.choice import Choice
from addin.domain.policy import ScoreWeights
from addin.domain.weights import aligned
from addin.engine.candidates import candidates
from addin.engine.compliance import Status, check
from addin.engine.constraints import FeasibleSet
from addin.engine.covariance import ill_condition
from addin.engine.frontier import frontier
from addin.engine.optimised import optimised
from addin.engine.optimize import Objective, Solution, optimize
from addin.engine.resampling import resampled
from addin.errors import InputError
from addin.excel.grid import Cells
from addin.excel.options import read_settings, typed
from addin.excel.scalars import member, member_or, whole_number_or
from addin.excel.shape import block
from addin.excel.udf import cells, heavy, worksheet_function
from udfs import arguments
from udfs.arguments import Classes, Limits, Market, Options
from udfs.task import Task, read_task

MOST_POINTS = 1000  # a cell that asks for a million would hold up the whole workbook


class Measure(Choice):
    """Which risk a frontier makes least."""

    VOLATILITY = "volatility"
    CVAR = "cvar"


RISKS = {Measure.VOLATILITY: Objective.MIN_VOLATILITY, Measure.CVAR: Objective.MIN_CVAR}
CANDIDATE_HEADINGS = (
    "Candidate",
    "Return",
    "Volatility",
    "Sharpe",
    "CVaR",
    "Tracking error",
    "Turnover",
    "Breaches",
    "Score",
    "Recommended",
    "Reason",
)


def _resampled(task: Task, feasible: FeasibleSet, objective: Objective) -> Solution:
    known, samples = task.market.assumptions, task.options.resamples
    solved = optimised(known, feasible, objective, task.settings, **task.given)
    found = resampled(solved, task.sampling)
    return replace(found, note=f"mean of the best of {samples} markets drawn")


def _missed(task: Task, solution: Solution) -> list[str]:
    """Soft limits that the answer exceeds, in words."""
    soft = [limit for limit in task.limits if not limit.hard]
    if not soft:
        return []
    found = check(
        solution.weights,
        task.universe,
        (),
        soft,
        assumptions=task.market.assumptions,
        **task.given,
    )
    return [
        f"soft limit missed: {c.words}" for c in found if c.status is Status.BREACH and not c.hard
    ]


def _notes(task: Task, solution: Solution) -> list[str]:
    """What has to be known of the answer, beside its first asset."""
    condition = ill_condition(task.market.assumptions.covariance)
    notes = [solution.note] if solution.note else []
    of_assets = "; ".join(solution.asset_binding).split("; ")
    if whole := [words for words in solution.binding if words not in of_assets]:
        notes.append(f"binding: {', '.join(whole)}")
    notes.extend(_missed(task, solution))
    if condition is not None:
        notes.append(f"covariance: condition number {condition:.1e}, weights rest on rounding")
    notes.extend(task.market.assumptions.notes)
    return ["; ".join(notes), *[""] * (len(task.universe) - 1)]


@worksheet_function
@heavy
def IPS_OPTIMIZE(
    returns: Market,
    universe: arguments.Universe,
    classes: Classes,
    objective: Annotated[
        Cells,
        cells(
            "max sharpe (default), min volatility, max utility, max return, min tracking error, "
            "min var, min cvar, min drawdown, risk parity, max diversification, equal weight, "
            "inverse volatility."
        ),
    ] = None,
    limits: Limits = None,
    options: Options = None,
) -> object:
    """Best portfolio inside the policy, and the rules that bind each asset.

    max utility is μ'w − risk_aversion/2·w'Σw − cost_bps/10⁴·Σ|w − current| −
    impact_bps/10⁴·Σ(w − current)². min cvar and min var: historical, per row of the returns, at
    the option confidence (min var is a local search); min drawdown: the mean of the worst
    drawdowns without compounding. risk parity: equal contributions to volatility where rules
    let them be. equal weight and inverse volatility are the allowed weights nearest to those.
    concentration c adds c·Σw² to the variance (max sharpe divides by that sum's root), or takes
    it from utility and return. uncertainty κ takes κ·√Σ(w·standard error)² from the return.
    Annual figures: covariance by the option covariance (ledoit-wolf); expected returns by the
    option expected_returns, else from the universe, else shrunk; history for ragged histories.
    A soft limit may be exceeded where that gains more return a year than soft_price (1) for
    each unit. max_holdings and min_holding: the best choice, proved as the Note says, within
    time_limit. resamples: the mean of as many optima of markets drawn at random with seed.
    Further options: risk_free, risk_aversion, concentration, max_volatility,
    max_tracking_error, max_cvar, max_turnover, target_return, target_volatility, target_var,
    target_cvar, shorting, max_short, cost_bps, half_life, market_premium, periods_per_year.
    """
    task = read_task(returns, universe, classes, limits, options)
    feasible = task.feasible
    chosen = member_or(objective, "objective", Objective.MAX_SHARPE)
    solution = (
        _resampled(task, feasible, chosen)
        if task.options.resamples
        else optimize(task.market.assumptions, feasible, chosen, task.settings, **task.given)
    )
    return block(
        ("Ticker", "Asset class", "Weight", "Lower", "Upper", "Binding", "Note"),
        zip(
            task.universe.tickers,
            task.universe.asset_classes,
            solution.weights,
            feasible.lower,
            feasible.upper,
            solution.asset_binding,
            _notes(task, solution),
            strict=True,
        ),
    )


@worksheet_function
@heavy
def IPS_FRONTIER(
    returns: Market,
    universe: arguments.Universe,
    classes: Classes,
    points: Annotated[Cells, cells("Number of portfolios, at least 2; default 20.")] = None,
    limits: Limits = None,
    options: Options = None,
) -> object:
    """Portfolios of least volatility inside the policy, for rising expected return.

    Annual figures as in IPS_OPTIMIZE; returns are evenly spaced from that of the
    least volatile portfolio to the highest. Sharpe is the expected return
    less risk_free, over volatility. With the option measure=cvar the portfolios are those of
    least CVaR per row of the returns at the option confidence.
    """
    task = read_task(returns, universe, classes, limits, options)
    count = whole_number_or(points, "points", task.options.points)
    if count > MOST_POINTS:
        raise InputError(f"points: expected at most {MOST_POINTS}, found {count}")
    found = frontier(
        task.market.assumptions,
        task.feasible,
        count,
        task.settings,
        RISKS[member(task.options.measure, "options, measure", Measure)],
        **task.given,
    )
    excess = found.returns - task.options.risk_free
    rows = [
        (expected, risk, over / risk if risk > 0 else None, *weights)
        for expected, risk, over, weights in zip(
            found.returns, found.volatilities, excess, found.weights.tolist(), strict=True
        )
    ]
    return block(("Return", "Volatility", "Sharpe", *found.tickers), rows)


@worksheet_function
@heavy
def IPS_CANDIDATES(
    returns: Market,
    universe: arguments.Universe,
    classes: Classes,
    limits: Limits = None,
    options: Options = None,
) -> object:
    """Portfolios to choose from, compared and scored, with one recommended and the reason.

    Current (needs the universe's Current weight), Policy target, and optima inside the policy;
    one that cannot be built, as Min tracking error without Benchmark weight, is not listed.
    Annual figures as in IPS_OPTIMIZE; CVaR is historical per row of the returns, turnover
    one-way. Score: each criterion scaled from 0 to 1 over the candidates and weighted by the
    keys of Policy_Score (policy fit, risk, expected return, benchmark tracking,
    diversification), which may stand among the options. The recommended one breaks fewest hard
    rules and is not dominated by another.
    """
    task = read_task(returns, universe, classes, limits, options)
    found = candidates(
        task.market.assumptions,
        task.feasible,
        task.universe,
        task.classes,
        task.limits,
        current=task.current,
        benchmark=task.benchmark,
        returns=task.market.returns,
        score=typed(ScoreWeights, read_settings(options)),
        settings=task.settings,
        confidence=task.options.confidence,
    )
    tickers = task.universe.tickers
    rows = [
        (
            c.name,
            c.expected_return,
            c.volatility,
            c.sharpe,
            c.cvar,
            c.tracking_error,
            c.turnover,
            c.breaches,
            c.score,
            c.recommended,
            c.reason,
            *aligned(c.weights, tickers),
        )
        for c in found.candidates
    ]
    return block((*CANDIDATE_HEADINGS, *tickers), rows)
