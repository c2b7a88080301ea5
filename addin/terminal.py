"""The short summary a terminal shows at the end of a run."""

from collections.abc import Iterable, Sequence

from rich.table import Table

from addin.domain.trade import Side
from addin.engine.compliance import RuleCheck, Status
from addin.report.study import Study

SHOWN_METRICS = (
    ("annual return", "{:.2%}"),
    ("volatility", "{:.2%}"),
    ("sharpe", "{:.2f}"),
    ("max drawdown", "{:.2%}"),
    ("tracking error", "{:.2%}"),
)


def _table(title: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    table = Table(title=title, title_justify="left", box=None, header_style="dim", pad_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="left" if place == 0 else "right")
    for row in rows:
        table.add_row(*row)
    return table


def allocation_table(study: Study) -> Table:
    """Weights by class: held, proposed, target."""
    now = study.class_weights(study.current_weights)
    after = study.class_weights(study.proposed_weights)
    rows = [
        (
            c.name,
            f"{now[c.name]:.1%}",
            f"{after[c.name]:.1%}",
            "–" if c.target is None else f"{c.target:.1%}",
            f"{c.lower:.0%} – {c.upper:.0%}",
        )
        for c in study.top_classes
    ]
    title = f"Allocation ({study.recommended.name} recommended)"
    return _table(title, ("Class", "Now", "Proposed", "Target", "Range"), rows)


def metric_table(study: Study) -> Table:
    """Key figures of the hypothetical backcast, with VaR and CVaR per period."""
    now, after = study.current, study.proposed
    rows = [
        (name, shape.format(now.metrics[name][0]), shape.format(after.metrics[name][0]))
        for name, shape in SHOWN_METRICS
    ]
    level = f"{study.case.options.confidence:.0%}"
    rows.append((f"VaR {level}", f"{now.value_at_risk:.2%}", f"{after.value_at_risk:.2%}"))
    rows.append(
        (f"CVaR {level}", f"{now.expected_shortfall:.2%}", f"{after.expected_shortfall:.2%}")
    )
    title = f"Hypothetical backcast, {len(study.returns.dates)} returns to {study.case.as_of}"
    return _table(title, ("Metric", "Now", "Proposed"), rows)


def _breach_rows(checks: Iterable[RuleCheck]) -> list[tuple[str, str, str]]:
    return [
        (check.rule, check.words, check.status.value)
        for check in checks
        if check.status in (Status.BREACH, Status.WATCH)
    ]


def breach_table(study: Study) -> Table:
    """Rules breached or nearly so by what is held."""
    rows = _breach_rows(study.checks_current)
    count = sum(row[2] == Status.BREACH.value for row in rows)
    title = f"Policy check now: {count} {'breach' if count == 1 else 'breaches'}"
    return _table(title, ("Rule", "What", "Status"), rows)


def finding_table(study: Study) -> Table:
    """What the data check found."""
    rows = [(f.severity.value, f.where, f.what) for f in study.findings]
    return _table(f"Data check: {len(rows)} findings", ("Severity", "Where", "What"), rows)


def trade_table(study: Study) -> Table:
    """Orders proposed."""
    plan = study.trades
    rows = [
        (t.ticker, t.side.value, f"{t.quantity:,.0f}", f"{t.notional:,.0f}", t.reason)
        for t in plan.trades
        if t.side is not Side.HOLD
    ]
    title = f"Trades: {len(rows)}, turnover {plan.turnover:.1%}, costs {plan.costs:,.2f}"
    return _table(title, ("Ticker", "Side", "Quantity", "Notional", "Why"), rows)


def summary(study: Study) -> list[Table]:
    """Everything the end of ``ips report`` shows, in order."""
    return [
        finding_table(study),
        allocation_table(study),
        metric_table(study),
        breach_table(study),
        trade_table(study),
    ]
