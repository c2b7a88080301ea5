"""Page one: everything a member must decide."""

from collections.abc import Iterator

from addin.domain.table import Row, Value
from addin.engine.compliance import RuleCheck, Status
from addin.report.checks import reconciliations
from addin.report.compliance import by_urgency, counted, tightest
from addin.report.decisions import decisions
from addin.report.masthead import masthead
from addin.report.performance import tracks, trailing
from addin.report.risk import expected_volatility, period_name
from addin.report.schema import (
    CASH_LINE,
    DECISIONS,
    STATUS_LINES,
    SUMMARY,
    SUMMARY_TRADE_ROWS,
    SUMMARY_TRADES,
    decision_name,
    filled,
    status_names,
    tile_names,
)
from addin.report.section import Section
from addin.report.study import Study
from addin.report.trades import SIDES, cash_line, orders
from addin.report.words import (
    listed,
    percent,
    plural,
    round_money,
    short_percent,
    shown,
)

Tile = tuple[str, Value, str]


def _rule(study: Study, measure: str) -> RuleCheck | None:
    """The check of a rule about the whole portfolio, e.g. ``volatility``."""
    found = (c for c in study.checks_current if c.rule.startswith(f"{measure} "))
    return next((c for c in found if c.actual is not None), None)


def _limited(study: Study, label: str, metric: str) -> Tile:
    """A measure against its limit; against the benchmark where the policy has none."""
    check = _rule(study, metric)
    if check is None:
        current, benchmark = study.current.metrics[metric]
        note = f"benchmark {percent(benchmark)}" if metric == "volatility" else "no limit stated"
        return label, shown(current), note
    state = "" if check.status is Status.INSIDE else f" — {check.status.lower()}"
    return label, shown(check.actual), f"limit {percent(check.limit)}{state}"


def _policy_tile(study: Study) -> Tile:
    broken = [c for c in study.checks_current if c.status is Status.BREACH]
    if not broken:
        watched = counted(study.checks_current, Status.WATCH)
        return "Policy", "Inside", f"{plural(watched, 'rule')} watched"
    subjects = list(dict.fromkeys(check.subject or check.rule.split()[0] for check in broken))
    state = plural(len(broken), "breach", "breaches")
    return "Policy", state, f"breach: {listed(subjects)}"


def tiles(study: Study) -> tuple[Tile, ...]:
    """Six figures: label, value, and a note that gives it scale."""
    held = int((study.current_weights.drop("CASH", errors="ignore") > 0).sum())
    currency = study.case.policy.meta.base_currency
    year = trailing(study, study.current.track).get("1y")
    benchmark = trailing(study, tracks(study)[2]).get("1y")
    loss = study.current.expected_shortfall
    tail = f"CVaR {short_percent(study.case.options.confidence)}, 1 {period_name(study)}"
    return (
        ("Portfolio value", study.value, f"{currency}, {plural(held, 'holding')}"),
        ("Return, 1 year (backcast)", shown(year), f"benchmark {percent(benchmark)}"),
        _limited(study, "Volatility", "volatility"),
        (tail, loss, f"≈ {round_money(loss * study.value)} in a bad {period_name(study)}"),
        _limited(study, "Tracking error", "tracking error"),
        _policy_tile(study),
    )


def _inside_line(study: Study) -> tuple[str, str]:
    rules = study.checks_current
    inside = counted(rules, Status.INSIDE)
    free = [c for c in tightest(study, rules) if c.status is Status.INSIDE]
    room = f", least headroom {percent(free[0].headroom)} ({free[0].rule})" if free else ""
    return "✓ inside", f"{inside} of {len(rules)} rules{room}"


def _urgent_lines(study: Study) -> Iterator[tuple[str, str]]:
    signs = {Status.BREACH: "● breach", Status.WATCH: "▲ watch"}
    for check in by_urgency(study.checks_current):
        if check.status in signs:
            yield signs[check.status], check.words


def status_lines(study: Study) -> list[tuple[str, str]]:
    """Sign and words of each line: breaches, what is watched, and how many rules are inside."""
    urgent = list(_urgent_lines(study))
    room = STATUS_LINES - 2  # the last two lines: rules inside, and the reconciliations
    if len(urgent) > room:
        more = len(urgent) - room + 1
        urgent = [*urgent[: room - 1], (urgent[room - 1][0], f"and {more} more on Compliance")]
    failed = [each.check for each in reconciliations(study) if not each.agrees]
    agree = ("✓ checks", "every figure agrees with its second computation")
    state = ("● checks", f"{listed(failed)} does not agree") if failed else agree
    return [*urgent, _inside_line(study), state]


def trade_rows(study: Study) -> list[Row]:
    """The largest orders, at most ``SUMMARY_TRADE_ROWS``, then how many more there are."""
    placed = orders(study)
    rows: list[Row] = [
        (
            t.ticker,
            SIDES[t.side],
            t.quantity,
            t.price,
            t.notional,
            t.cost,
            t.weight_before,
            t.weight_after,
            t.reason,
        )
        for t in placed[:SUMMARY_TRADE_ROWS]
    ]
    if more := len(placed) - len(rows):
        rest = placed[SUMMARY_TRADE_ROWS:]
        totals = (sum(t.notional for t in rest), sum(t.cost for t in rest))
        rows.append((f"+ {more}", "more", None, None, *totals, None, None, "all on Trades"))
    return rows


def headline(study: Study) -> str:
    """The report in one sentence: breaches, what trading does about them, and to the risk."""
    today = counted(study.checks_current, Status.BREACH)
    after = counted(study.checks_proposed, Status.BREACH)
    placed = len(orders(study))
    weights = (study.investable_weights, study.proposed_weights)
    now, then = (expected_volatility(study, each) for each in weights)
    state = plural(today, "breach", "breaches")
    left = plural(after, "breach", "breaches") if after else "none"
    return (
        f"{state[0].upper()}{state[1:]} of the policy today, {left} after "
        f"{plural(placed, 'trade')}; expected volatility {percent(now)} → {percent(then)}."
    )


def summary(study: Study) -> Section:
    """Tiles, decisions, policy status and proposed trades."""
    cells: dict[str, Value] = dict(masthead(study, SUMMARY, headline(study)))
    for number, tile in enumerate(tiles(study), start=1):
        cells |= dict(zip(tile_names(number), tile, strict=True))
    asked, lines = decisions(study), status_lines(study)
    for number in range(1, DECISIONS + 1):
        cells[decision_name(number)] = asked[number - 1] if number <= len(asked) else None
    for number in range(1, STATUS_LINES + 1):
        line = lines[number - 1] if number <= len(lines) else (None, None)
        cells |= dict(zip(status_names(number), line, strict=True))
    cells[CASH_LINE] = cash_line(study)
    return Section(SUMMARY, (filled(SUMMARY_TRADES, trade_rows(study)),), cells)
