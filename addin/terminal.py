"""The short summary a terminal shows at the end of a run."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isnan

from rich.console import Group
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from addin.domain.labels import did_you_mean, label_key
from addin.domain.trade import Side
from addin.engine.compliance import RuleCheck, Status, breaches
from addin.errors import InputError
from addin.excel.udf import help_of
from addin.hosts.install.changes import Step
from addin.hosts.install.checkup import Check
from addin.report.study import Study
from addin.report.words import plural

SHOWN_METRICS = (
    ("annual return", "{:.2%}"),
    ("volatility", "{:.2%}"),
    ("sharpe", "{:.2f}"),
    ("max drawdown", "{:.2%}"),
    ("tracking error", "{:.2%}"),
)


def _table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Group:
    """A title, and below it the rows if there are any."""
    heading = Text(f"\n{title}", style="bold")
    if not rows:
        return Group(heading)
    table = Table(box=None, header_style="dim", pad_edge=False)
    for place, name in enumerate(headings):
        is_words = any(row[place][:1].isalpha() for row in rows)
        table.add_column(name, justify="left" if place == 0 or is_words else "right")
    for row in rows:
        table.add_row(*map(Text, row))
    return Group(heading, table)


def _figure(shape: str, value: float) -> str:
    return "–" if isnan(value) else shape.format(value)


def allocation_table(study: Study) -> Group:
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


def metric_table(study: Study) -> Group:
    """Key figures of the hypothetical backcast, with VaR and CVaR per period."""
    now, after = study.current, study.proposed
    rows = [
        (name, *(_figure(shape, track.metrics[name][0]) for track in (now, after)))
        for name, shape in SHOWN_METRICS
    ]
    level = f"{study.case.options.confidence:.0%}"
    rows.append((f"VaR {level}", f"{now.value_at_risk:.2%}", f"{after.value_at_risk:.2%}"))
    rows.append(
        (f"CVaR {level}", f"{now.expected_shortfall:.2%}", f"{after.expected_shortfall:.2%}")
    )
    dates = study.returns.dates
    title = f"Hypothetical backcast, {len(dates)} returns to {dates[-1]}"
    return _table(title, ("Metric", "Now", "Proposed"), rows)


def _breach_rows(checks: Iterable[RuleCheck]) -> list[tuple[str, str, str]]:
    return [
        (check.rule, check.words, check.status.value)
        for check in checks
        if check.status in (Status.BREACH, Status.WATCH)
    ]


def breach_table(study: Study, *, after_trades: bool = False) -> Group:
    """Rules breached or nearly so by what is held."""
    rows = _breach_rows(study.checks_current)
    count = sum(row[2] == Status.BREACH.value for row in rows)
    left = len(breaches(study.checks_proposed)) if after_trades else None
    after = "" if left is None else f"; after the trades: {plural(left, 'breach', 'breaches')}"
    title = f"Policy check now: {plural(count, 'breach', 'breaches')}{after}"
    return _table(title, ("Rule", "What", "Status"), rows)


def finding_table(study: Study) -> Group:
    """What the data check found."""
    rows = [(f.severity.value, f.where, f"{f.what}; {f.suggestion}") for f in study.findings]
    return _table(
        f"Data check: {plural(len(rows), 'finding')}",
        ("Severity", "Where", "What, and what to do"),
        rows,
    )


def trade_table(study: Study) -> Group:
    """Orders proposed."""
    plan = study.trades
    rows = [
        (t.ticker, t.side.value, f"{t.quantity:,.0f}", f"{t.notional:,.0f}", t.reason)
        for t in plan.trades
        if t.side is not Side.HOLD
    ]
    title = f"Trades: {len(rows)}, turnover {plan.turnover:.1%}, costs {plan.costs:,.2f}"
    return _table(title, ("Ticker", "Side", "Quantity", "Notional", "Why"), rows)


def function_help(functions: Mapping[str, Callable[..., object]], name: str | None) -> Group:
    """Every worksheet function in a line, or one with its arguments and definitions.

    Raises:
        InputError: If no function has this name.
    """
    known = {label_key(about.name): about for about in map(help_of, functions.values()) if about}
    if name is None:
        lines = [f"[bold]{escape(f.signature)}[/]\n    {f.description}" for f in known.values()]
        return Group(*map(Text.from_markup, lines))
    about = known.get(label_key(name)) or known.get(label_key(f"IPS_{name}"))
    if about is None:
        near = did_you_mean(name, [f.name for f in known.values()])
        raise InputError(f"there is no function '{name}'{near}")
    rows = [(f"[{a.name}]" if a.optional else a.name, a.help) for a in about.arguments]
    title = Text(f"{about.signature}\n{about.description}\n{about.details}".rstrip())
    return Group(title, _table("Arguments", ("Argument", "What"), rows))


def step_table(title: str, steps: Iterable[Step]) -> Group:
    """What was done or found, file by file."""
    rows = [(step.name, step.result, str(step.path)) for step in steps]
    return _table(title, ("What", "Result", "Where"), rows)


def check_table(checks: Iterable[Check]) -> Group:
    """What the doctor looked at, with the remedy where something is wrong."""
    rows = [(c.verdict.value, c.what, c.needed, c.found, c.fix) for c in checks]
    return _table("Doctor", ("Verdict", "What", "Needed", "Found", "Remedy"), rows)


def summary(study: Study) -> list[Group]:
    """Everything the end of ``ips report`` shows, in order."""
    return [
        finding_table(study),
        allocation_table(study),
        metric_table(study),
        breach_table(study, after_trades=True),
        trade_table(study),
    ]
