"""Explanations: what rules cost, why none can be met, what the answer rests on."""

from collections.abc import Sequence
from typing import Annotated

from addin.domain.options import Options as Chosen
from addin.engine.diagnosis import MET, Finding
from addin.engine.flatness import Flatness, flatness
from addin.engine.objectives import Objective
from addin.engine.optimised import Optimised, optimised
from addin.engine.policy_diagnosis import Known, diagnose_policy
from addin.engine.resampling import ranges_of
from addin.engine.sensitivity import sensitivities
from addin.engine.shadow_prices import prices_at
from addin.excel.grid import Cells, is_given
from addin.excel.read_market import read_known
from addin.excel.read_policy import read_classes_to_diagnose, read_limits
from addin.excel.read_universe import (
    BENCHMARK_WEIGHT,
    CURRENT_WEIGHT,
    read_universe,
    universe_weights,
)
from addin.excel.scalars import member_or
from addin.excel.shape import block
from addin.excel.udf import cells, heavy, worksheet_function
from udfs import arguments
from udfs.arguments import Classes, Limits, Market, Options
from udfs.task import Task, read_task

Sense = Annotated[Cells, cells("As in IPS_OPTIMIZE; default max sharpe.")]
OptionalMarket = Annotated[
    Cells,
    cells(
        "Returns, or a labelled annual covariance matrix, for limits of return, volatility, "
        "tracking error, beta and cvar; blank leaves these out."
    ),
]


def _optimised(task: Task, objective: Cells) -> Optimised:
    return optimised(
        task.market.assumptions,
        task.feasible,
        member_or(objective, "objective", Objective.MAX_SHARPE),
        task.settings,
        **task.given,
    )


@worksheet_function
@heavy
def IPS_SHADOW_PRICES(
    returns: Market,
    universe: arguments.Universe,
    classes: Classes,
    objective: Sense = None,
    limits: Limits = None,
    options: Options = None,
) -> object:
    """What each binding rule costs: the change of the objective when its value rises.

    Change in objective: in its own unit (volatility, return, ratio, utility), at the rate at
    which it begins to change; for averages and beta per the step said in the words. A negative
    number under min volatility is a fall of volatility. Re-solved: the same by optimising again
    with the value a hundredth of a point higher and lower. Where a rise and a fall differ, the
    rise is given and the words say both. Objective and options as in IPS_OPTIMIZE.
    """
    solved = _optimised(read_task(returns, universe, classes, limits, options), objective)
    rows = [(p.rule, p.value, p.per_point, p.resolved, p.words) for p in prices_at(solved)]
    return block(
        ("Rule", "Value", "Change in objective per +1 pp", "Re-solved", "In words"),
        rows or [("no rule binds", None, 0.0, 0.0, "the best portfolio is at no limit")],
    )


@worksheet_function
@heavy
def IPS_DIAGNOSE(
    universe: arguments.Universe,
    classes: Classes,
    limits: Limits = None,
    returns: OptionalMarket = None,
) -> object:
    """Why no portfolio obeys the policy: rules in conflict, and the least changes that help.

    In conflict: a set of rules that no portfolio obeys together, while without any one of them
    the others of the set can be met. Smallest relaxation: by how much this rule alone must give
    way for the whole policy, in its own unit; n/a if it alone cannot. Note: the value that
    would do, and its part in the least total change of all rules. Class ranges may contradict
    each other here. Soft limits are not looked at; a number of holdings is, where all other rules
    can be met. Shorting follows the universe's Min. Annual figures as in IPS_OPTIMIZE with its
    default options.
    """
    assets = read_universe(universe)
    market = read_known(returns, assets, Chosen()) if is_given(returns) else None
    known = Known(
        market.assumptions if market else None,
        market.returns if market else None,
        universe_weights(assets, BENCHMARK_WEIGHT),
        universe_weights(assets, CURRENT_WEIGHT),
    )
    ranges = read_classes_to_diagnose(classes)
    found = diagnose_policy(assets, ranges, read_limits(limits), known)
    return block(
        ("Rule", "In conflict", "Smallest relaxation", "Note"),
        [(f.words, f.in_conflict, f.alone, note) for f, note in _noted(found)],
    )


def _noted(found: Sequence[Finding]) -> list[tuple[Finding, str]]:
    """That the policy can be met is said once, beside its first rule."""
    if not found:
        return [(Finding("no rule", False, 0.0, 0.0, MET), MET)]
    return [(f, "" if i and f.note == MET else f.note) for i, f in enumerate(found)]


def _flat_row(found: Flatness) -> tuple[object, ...]:
    unknown = "not measured for this objective" if found.turnover is None else ""
    note = "; ".join(found.warnings) or unknown or "the best portfolio is well determined"
    return ("no input: weights almost as good", "1 bp or 0.1%", found.turnover, None, note)


@worksheet_function
@heavy
def IPS_SENSITIVITY(
    returns: Market,
    universe: arguments.Universe,
    classes: Classes,
    objective: Sense = None,
    limits: Limits = None,
    options: Options = None,
) -> object:
    """Which inputs move the best portfolio most: one-way turnover to the new best, sorted.

    Each expected return ±50 bp; each volatility ±1 percentage point, correlations kept; each
    asset's correlations a tenth weaker or stronger (less where no returns can be so
    correlated); all correlations a tenth of the way to 0 and to 1. The first row changes
    nothing: the largest turnover found to a portfolio worse by less than 1 bp of return or
    utility, or 0.1% of risk or ratio; its note warns above 25%, and of a covariance with a
    condition number above 1e10. Objective and options as in IPS_OPTIMIZE.
    """
    solved = _optimised(read_task(returns, universe, classes, limits, options), objective)
    rows = [(s.quantity, s.shock, s.turnover, s.change, s.note) for s in sensitivities(solved)]
    return block(
        ("Input", "Shock", "Turnover", "Change in objective", "Note"),
        [_flat_row(flatness(solved)), *rows],
    )


@worksheet_function
@heavy
def IPS_WEIGHT_RANGES(
    returns: Market,
    universe: arguments.Universe,
    classes: Classes,
    objective: Sense = None,
    limits: Limits = None,
    options: Options = None,
) -> object:
    """How sure the best weights are: 5th, 50th and 95th percentile when the sample is redrawn.

    Markets are drawn from a normal distribution with the moments assumed, estimated from as
    many rows as the returns have (option observations), and optimised; the limits stay as they
    are. Resampled: the mean of those portfolios (Michaud 1998), which obeys the policy too.
    Options: resamples (100), observations, seed (0), and as in IPS_OPTIMIZE.
    """
    task = read_task(returns, universe, classes, limits, options)
    found = ranges_of(_optimised(task, objective), task.sampling)
    columns = (found.weights, found.low, found.median, found.high, found.mean)
    return block(
        ("Ticker", "Weight", "P5", "P50", "P95", "Resampled"),
        zip(found.tickers, *columns, strict=True),
    )
