"""What is proposed, against what else was considered, and which rules bind it."""

from addin.domain.table import Row
from addin.engine.candidates import Candidate
from addin.engine.compliance import RuleCheck, Status
from addin.report.masthead import masthead
from addin.report.schema import (
    BEFORE_AFTER,
    BINDING,
    BINDING_ROWS,
    CANDIDATES,
    FRONTIER,
    POINTS,
    PROPOSAL,
    filled,
    title_name,
)
from addin.report.section import Section
from addin.report.study import Study
from addin.report.words import distance, drawn, percent, plural, shown

CURRENT, TARGET = "Current", "Policy target"
RECOMMENDED = "✓ Recommended"
MOST_PRICES = 3
AT_BEST = "At the greatest utility"
BINDS = 0.0005  # a rule within 0.05 pp of its limit holds the proposal back: lots are whole


def _verdict(candidate: Candidate) -> str:
    if candidate.recommended:
        return RECOMMENDED
    if candidate.name == CURRENT:
        return "Held today"
    return "● Breaks the policy" if candidate.breaches else "Rejected"


def candidate_rows(study: Study) -> list[Row]:
    """One row per candidate: the recommended one, then by score."""
    order = sorted(study.candidates, key=lambda c: (not c.recommended, -(c.score or 0.0)))
    return [
        (
            each.name,
            *map(shown, (each.expected_return, each.volatility, each.sharpe, each.cvar)),
            *map(shown, (each.tracking_error, each.turnover)),
            each.breaches,
            shown(each.score),
            _verdict(each),
            each.reason,
        )
        for each in order
    ]


def binding(study: Study) -> list[RuleCheck]:
    """Rules that hold the recommended weights back: on their limit, or nearly."""
    checks = study.rule_checks(study.recommended.weights)
    return [c for c in checks if c.headroom is not None and abs(c.headroom) <= BINDS]


def _is_optimum(study: Study) -> bool:
    solution = study.recommended.solution
    return solution is not None and solution.objective is not None


def bound_words(study: Study) -> list[str]:
    """Each rule that binds the proposal, with its price where the proposal is an optimum."""
    prices = {price.rule: price.words for price in study.rule_prices} if _is_optimum(study) else {}
    return [prices.get(check.rule, check.words) for check in binding(study)]


def dearest_words(study: Study) -> list[str]:
    """What the policy costs where utility is greatest, for a proposal that is no optimum."""
    if _is_optimum(study):
        return []
    dearest = sorted(study.rule_prices, key=lambda price: -abs(price.per_point or 0.0))
    return [f"{AT_BEST} {each.words}" for each in dearest[:MOST_PRICES] if each.per_point]


def binding_rows(study: Study) -> list[Row]:
    """Exactly ``BINDING_ROWS`` rows: rules that bind, prices, blanks; too many end in "more"."""
    found, dearest = bound_words(study), dearest_words(study)
    room = BINDING_ROWS - len(dearest)
    if not found:
        found = ["None: the recommendation is free of every limit"]
    if len(found) > room:
        found = [*found[: room - 1], f"and {len(found) - room + 1} more"]
    words = [*found, *dearest]
    return [(each,) for each in words] + [(None,)] * (BINDING_ROWS - len(words))


def before_after_rows(study: Study) -> list[Row]:
    """Weight of each class today, after the trades, and in the policy."""
    now = study.class_weights(study.current_weights)
    then = study.class_weights(study.proposed_weights)
    return [
        (each.name, float(now[each.name]), float(then[each.name]), drawn(each.target))
        for each in study.top_classes
    ]


def frontier_rows(study: Study) -> list[Row]:
    """Volatility and return along the efficient frontier inside the policy."""
    found = study.frontier
    return list(zip(found.volatilities.tolist(), found.returns.tolist(), strict=True))


def point_rows(study: Study) -> list[Row]:
    """One row per candidate; its return stands in the column of the series that draws it."""
    rows: list[Row] = []
    for each in study.candidates:
        kinds = (each.recommended, each.name == CURRENT, each.name == TARGET)
        proposed, current, target = kinds
        columns = (not any(kinds), current and not proposed, proposed, target and not proposed)
        returns = (each.expected_return if mine else None for mine in columns)
        rows.append((each.name, each.volatility, *returns))
    return rows


def _current(study: Study) -> Candidate:
    return next(c for c in study.candidates if c.name == CURRENT)


def frontier_title(study: Study) -> str:
    """``Proposed 6.8% at 9.1% volatility; today 6.5% at 9.8%``."""
    new, old = study.recommended, _current(study)
    return (
        f"Proposed {percent(new.expected_return)} at {percent(new.volatility)} volatility; "
        f"today {percent(old.expected_return)} at {percent(old.volatility)}"
    )


def before_after_title(study: Study) -> str:
    """``Equity moves most: 3.2 pp down``."""
    rows = before_after_rows(study)
    moves = {str(row[0]): float(row[2] or 0) - float(row[1] or 0) for row in rows}  # type: ignore[arg-type]
    name, move = max(moves.items(), key=lambda item: abs(item[1]))
    if abs(move) < 0.0005:
        return "No class moves"
    return f"{name} moves most: {distance(move)} {'up' if move > 0 else 'down'}"


def verdict(study: Study) -> str:
    """What the sheet says in one sentence."""
    new, others = study.recommended, len(study.candidates) - 1
    left = sum(c.status is Status.BREACH and c.hard for c in study.checks_proposed)
    policy = (
        "inside every hard rule" if not left else f"with {plural(left, 'breach', 'breaches')} left"
    )
    return (
        f"{new.name} is recommended over {plural(others, 'other candidate')}, {policy}; "
        f"{plural(len(binding(study)), 'rule')} {'binds' if len(binding(study)) == 1 else 'bind'}."
    )


def proposal(study: Study) -> Section:
    """Candidates with their numbers and reasons, binding rules, frontier, before and after."""
    tables = (
        filled(CANDIDATES, candidate_rows(study)),
        filled(BINDING, binding_rows(study)),
        filled(BEFORE_AFTER, before_after_rows(study)),
        filled(FRONTIER, frontier_rows(study)),
        filled(POINTS, point_rows(study)),
    )
    return Section(
        PROPOSAL,
        tables,
        {
            **masthead(study, PROPOSAL, verdict(study)),
            title_name(PROPOSAL, "Frontier"): frontier_title(study),
            title_name(PROPOSAL, "BeforeAfter"): before_after_title(study),
        },
    )
