"""Reconciliations: each figure beside the same figure computed a second way."""

from collections.abc import Callable

from addin.report import reconciled_risk, reconciled_trades, reconciled_weights
from addin.report.masthead import masthead
from addin.report.reconciliation import Reconciliation
from addin.report.schema import CHECKS, RECONCILIATIONS, filled
from addin.report.section import Section
from addin.report.study import Study
from addin.report.words import plural

RECONCILED: tuple[Callable[[Study], Reconciliation], ...] = (
    reconciled_weights.portfolio_value,
    reconciled_weights.current_weights,
    reconciled_weights.recommended_weights,
    reconciled_weights.class_weights,
    reconciled_weights.drift,
    reconciled_trades.weights_after,
    reconciled_trades.value_after,
    reconciled_trades.notionals,
    reconciled_trades.closing_cash,
    reconciled_trades.ledger,
    reconciled_trades.bars,
    reconciled_risk.risk,
    reconciled_risk.shortfall,
    reconciled_risk.value_at_risk,
    reconciled_risk.growth,
    reconciled_risk.drawdown,
    reconciled_risk.stress,
)


def reconciliations(study: Study) -> list[Reconciliation]:
    """Every reconciliation, failed or not."""
    return [reconcile(study) for reconcile in RECONCILED]


def checks(study: Study) -> Section:
    """All reconciliations with their difference, which must be zero."""
    found = reconciliations(study)
    failed = [each.check for each in found if not each.agrees]
    state = (
        f"{plural(len(failed), 'reconciliation')} of {len(found)} failed: {', '.join(failed)}."
        if failed
        else f"All {len(found)} reconciliations agree: every difference is zero."
    )
    rows = [each.row for each in found]
    return Section(CHECKS, (filled(RECONCILIATIONS, rows),), masthead(study, CHECKS, state))
