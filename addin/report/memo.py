"""One to two pages in words, for members who read rather than open a workbook."""

from collections.abc import Callable, Iterable, Iterator

from addin.domain.finding import Severity
from addin.engine.compliance import Status
from addin.report.allocation import allocation_title
from addin.report.checks import reconciliations
from addin.report.masthead import DRAFT, subject
from addin.report.method import expected_words, risk_words
from addin.report.performance import verdict as performance_verdict
from addin.report.proposal import CURRENT, before_after_rows, binding, bound_words, dearest_words
from addin.report.risk import share_title
from addin.report.risk import verdict as risk_verdict
from addin.report.stress import breaches_after
from addin.report.study import Study
from addin.report.trades import SIDES, cash_line, orders
from addin.report.words import day, money, percent, plural, round_money, sentence

MOST_TRADES = 12


def _head(study: Study) -> Iterator[str]:
    yield "# Memo to the investment committee"
    yield f"{subject(study)} · as of {day(study.case.as_of)} · **{DRAFT}**"


def _recommendation(study: Study) -> Iterator[str]:
    new = study.recommended
    yield "## Recommendation"
    yield (
        f"We recommend **{new.name}**: expected return {percent(new.expected_return)}, volatility "
        f"{percent(new.volatility)}, turnover {percent(study.trades.turnover)}. "
        + sentence([new.reason])
    )
    yield "\n".join(
        [
            "| Asset class | Today | Proposed | Policy target |",
            "|:--|--:|--:|--:|",
            *(
                "| " + " | ".join([str(row[0]), *(_weight(value) for value in row[1:])]) + " |"
                for row in before_after_rows(study)
            ),
        ]
    )


def _weight(value: object) -> str:
    return percent(value if isinstance(value, float) else None)


def _policy(study: Study) -> Iterator[str]:
    broken = [c for c in study.checks_current if c.status is Status.BREACH]
    left = [c for c in study.checks_proposed if c.status is Status.BREACH]
    watched = [c for c in study.checks_current if c.status is Status.WATCH]
    yield "## Policy"
    count = plural(len(broken), "breach", "breaches")
    rules = f"{count[0].upper()}{count[1:]} of {len(study.checks_current)} rules today"
    yield f"{allocation_title(study)}. {rules}."
    lines = [f"**Breach** ({'hard' if c.hard else 'soft'}): {c.words}" for c in broken]
    yield _bullets([*lines, *(f"**Watch**: {c.words}" for c in watched)])
    missed = [c.words for c in study.checks_proposed if not c.hard and c.status is Status.WATCH]
    yield (
        "After the trades: "
        + "; ".join([*([check.words for check in left] or ["no breach is left"]), *missed])
        + "."
    )


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _binding(study: Study) -> Iterator[str]:
    yield "## Rules that bind the proposal, and their price"
    if not binding(study):
        yield "None: the recommended weights are free of every limit."
    yield _bullets([*bound_words(study), *dearest_words(study)])


def _rejected(study: Study) -> Iterator[str]:
    yield "## Alternatives considered"
    others = [c for c in study.candidates if not c.recommended]
    yield _bullets(
        f"**{c.name}**{' (held today)' if c.name == CURRENT else ''}: return "
        f"{percent(c.expected_return)}, volatility {percent(c.volatility)}. {sentence([c.reason])}"
        for c in others
    )
    if impossible := study.candidate_set.left_out:
        yield "Not possible or not different:"
        yield _bullets(f"**{name}**: {reason}." for name, reason in impossible)


def _trades(study: Study) -> Iterator[str]:
    placed = orders(study)
    yield "## Trades"
    yield _bullets(
        f"{SIDES[t.side]} {t.quantity:,.10g} {t.ticker} at {t.price:,.4f}: "
        f"{money(t.notional)} ({percent(t.weight_before)} → {percent(t.weight_after)}; {t.reason})"
        for t in placed[:MOST_TRADES]
    )
    if len(placed) > MOST_TRADES:
        yield f"And {len(placed) - MOST_TRADES} more, on the sheet Trades."
    yield f"{cash_line(study)} {sentence(study.trades.notes)}".strip()


def _risks(study: Study) -> Iterator[str]:
    yield "## Risk and stress"
    yield f"{risk_verdict(study)} {share_title(study)}."
    pairs = zip(study.stress_current, study.stress_proposed, strict=True)
    yield _bullets(
        f"{now.scenario}: {percent(now.portfolio_return)} today "
        f"({round_money(now.portfolio_return * study.value)}), {percent(then.portfolio_return)} "
        f"proposed; hard rules broken after it: "
        f"{breaches_after(study, study.current_weights, now)} today, "
        f"{breaches_after(study, study.proposed_weights, then)} proposed"
        for now, then in sorted(pairs, key=lambda pair: pair[0].portfolio_return)
    )


def _caveats(study: Study) -> Iterator[str]:
    failed = [each.check for each in reconciliations(study) if not each.agrees]
    yield "## What to bear in mind"
    yield _bullets(_caveat_lines(study, failed))


def _caveat_lines(study: Study, failed: list[str]) -> Iterator[str]:
    yield (
        f"{performance_verdict(study)} No such portfolio was held; costs and taxes are left out."
    )
    yield (
        f"Expected returns: {expected_words(study)}; risks: {risk_words(study)}. "
        "They will be wrong in detail."
    )
    yield "Stress losses are shocks by class or ticker, not forecasts."
    for finding in study.findings:
        if finding.severity is not Severity.NOTE:
            yield f"{finding.severity} in {finding.where}: {finding.what}; {finding.suggestion}"
    if study.window.shortened_by:
        yield (
            f"{study.window.shortened_by} shortens the common history; without "
            f"{', '.join(study.window.without)} there are {study.window.rows_without} returns "
            f"from {study.window.start_without}."
        )
    if failed:
        yield f"**Reconciliations that failed**: {', '.join(failed)}."
    yield "Not investment advice; not audited."


_PARTS: tuple[Callable[[Study], Iterator[str]], ...] = (
    _head,
    _recommendation,
    _policy,
    _binding,
    _rejected,
    _trades,
    _risks,
    _caveats,
)


def memo(study: Study) -> str:
    """The memo in Markdown: recommendation, breaches, alternatives, trades, risks, caveats."""
    blocks = [block for part in _PARTS for block in part(study) if block]
    return "\n\n".join(blocks) + "\n"
