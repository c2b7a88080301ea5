"""What each scenario does to the portfolio, today's and the proposed one."""

import pandas as pd

from addin.domain.table import Row
from addin.engine.compliance import breaches
from addin.engine.stress import StressResult, shocked_weights
from addin.report.masthead import masthead
from addin.report.schema import STRESS, STRESS_CLASSES, STRESSES, filled, title_name
from addin.report.section import Section
from addin.report.study import Study
from addin.report.words import percent, plural, round_money


def breaches_after(study: Study, weights: pd.Series, result: StressResult) -> int:
    """Hard rules broken once a scenario has happened and nothing was traded."""
    return len(breaches(study.rule_checks(shocked_weights(weights, result.asset_returns))))


def _worst(result: StressResult) -> str:
    return f"{result.worst} {percent(result.contributions.min())}" if result.worst else "none"


def stress_rows(study: Study) -> list[Row]:
    """One row per scenario, the worst loss of the current weights first."""
    value, rows = study.value, list[Row]()
    pairs = zip(study.stress_current, study.stress_proposed, strict=True)
    for now, then in sorted(pairs, key=lambda pair: pair[0].portfolio_return):
        rows.append(
            (
                now.scenario,
                now.portfolio_return,
                now.portfolio_return * value,
                (1 + now.portfolio_return) * value,
                _worst(now),
                breaches_after(study, study.current_weights, now),
                then.portfolio_return,
                then.portfolio_return * value,
                breaches_after(study, study.proposed_weights, then),
            )
        )
    return rows


def class_names(study: Study) -> tuple[str, ...]:
    """Headings of the contributions by class."""
    return tuple(each.name for each in study.top_classes)


def class_contribution_rows(study: Study) -> list[Row]:
    """Contribution of each class to each scenario's return, current weights."""
    worst_first = sorted(study.stress_current, key=lambda result: result.portfolio_return)
    return [
        (result.scenario, *map(float, study.class_weights(result.contributions)))
        for result in worst_first
    ]


def tornado_title(study: Study) -> str:
    """``Equity bear market would cost 18.2%, or 8.86 m; 17.0% after the trades``."""
    if not study.stress_current:
        return "No scenarios are stated"
    pairs = zip(study.stress_current, study.stress_proposed, strict=True)
    now, then = min(pairs, key=lambda pair: pair[0].portfolio_return)
    if now.portfolio_return >= 0:
        return "No scenario loses money"
    lost, after = -now.portfolio_return, percent(-then.portfolio_return)
    in_money = round_money(lost * study.value)
    return f"{now.scenario} would cost {percent(lost)}, or {in_money}; {after} after the trades"


def verdict(study: Study) -> str:
    """What the sheet says in one sentence."""
    results = study.stress_current
    broken = [r for r in results if breaches_after(study, study.current_weights, r)]
    later = [r for r in study.stress_proposed if breaches_after(study, study.proposed_weights, r)]
    return (
        f"{tornado_title(study)}. {len(broken)} of {plural(len(results), 'scenario')} leave a hard "
        f"rule broken today, {len(later)} after the trades."
    )


def stress(study: Study) -> Section:
    """Loss, money, worst contributor and breaches of every scenario."""
    return Section(
        STRESS,
        (
            filled(STRESSES, stress_rows(study)),
            filled(STRESS_CLASSES, class_contribution_rows(study), *class_names(study)),
        ),
        {
            **masthead(study, STRESS, verdict(study)),
            title_name(STRESS, "Tornado"): tornado_title(study),
        },
    )
