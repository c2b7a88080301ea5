"""What the committee is asked for, in sentences."""

from addin.domain.finding import Severity
from addin.domain.trade import Side
from addin.engine.compliance import Status
from addin.report import data_quality
from addin.report.compliance import counted
from addin.report.proposal import CURRENT
from addin.report.schema import DECISIONS
from addin.report.study import Study
from addin.report.trades import orders
from addin.report.words import listed, money, percent, plural, points, round_money


def _trade_decision(study: Study) -> str:
    placed = orders(study)
    if not placed:
        return "Approve that nothing is traded."
    said = [
        f"{verb} {listed([f'{t.ticker} {round_money(t.notional)}' for t in chosen])}"
        for side, verb in ((Side.SELL, "sell"), (Side.BUY, "buy"))
        if (chosen := [t for t in placed if t.side is side])
    ]
    plan = study.trades
    cost = f"(turnover {percent(plan.turnover)}, cost {money(plan.costs)})"
    return f"Approve {plural(len(placed), 'trade')}: {'; '.join(said)} {cost}."


def _adoption(study: Study) -> str:
    new, others = study.recommended, len(study.candidates) - 1
    if new.name == CURRENT:
        return f"Keep the allocation held today, preferred over {plural(others, 'other')}."
    return (
        f"Adopt the allocation {new.name}, preferred over {plural(others, 'other')}: expected "
        f"return {percent(new.expected_return)}, volatility {percent(new.volatility)}."
    )


def _breach_decision(study: Study) -> str:
    broken = counted(study.checks_current, Status.BREACH)
    left = [c.words for c in study.checks_proposed if c.status is Status.BREACH]
    if not broken and not left:
        return ""
    today = plural(broken, "breach", "breaches")
    if not left:
        return (
            f"Note {today} of the policy today; the trades cure {'it' if broken == 1 else 'all'}."
        )
    return f"Waive what the trades leave: {listed(left)} ({today} today)."


def _drift_decision(study: Study) -> str:
    past = [f"{r.asset} {points(r.drift)}" for r in study.drift if r.status != "Normal"]
    if not past:
        return ""
    after = study.class_weights(study.proposed_weights)
    worst = max(abs(after[row.asset] - row.target) for row in study.drift)
    return f"Note drift from target: {listed(past)}; {worst * 100:.1f} pp at most after the trades."


def _data_decision(study: Study) -> str:
    errors = data_quality.counted(study, Severity.ERROR)
    warnings = data_quality.counted(study, Severity.WARNING)
    window = study.window
    shorter = (
        f"Accept {window.rows} returns since {window.start}, shortened by {window.shortened_by}"
        if window.shortened_by
        else ""
    )
    doubts = f"{plural(errors, 'error')} and {plural(warnings, 'warning')} in the data"
    if not errors and not warnings:
        return f"{shorter}." if shorter else ""
    return f"{shorter}; weigh {doubts}." if shorter else f"Weigh {doubts} (Data quality)."


def decisions(study: Study) -> list[str]:
    """What the committee is asked for, most weighty first; at most ``DECISIONS``."""
    found = (
        _trade_decision(study),
        _adoption(study),
        _breach_decision(study),
        _data_decision(study),
        _drift_decision(study),
    )
    return [text for text in found if text][:DECISIONS]
