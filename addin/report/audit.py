"""What made this report: inputs by hash, versions, settings, and the outcome of each step."""

from addin.domain.table import Row
from addin.engine.compliance import Status
from addin.report.checks import reconciliations
from addin.report.compliance import counted
from addin.report.masthead import masthead
from addin.report.method import expected_words
from addin.report.schema import AUDIT, AUDIT_ITEMS, NOT_AVAILABLE, RUN_LOG, filled
from addin.report.section import Section
from addin.report.study import Study
from addin.report.trades import orders
from addin.report.words import day, percent, plural


def _settings(study: Study) -> list[Row]:
    options = study.case.options
    return [
        ("As of", day(study.case.as_of)),
        ("Holdings dated", str(study.case.holdings_date or "not stated: taken as of the report")),
        ("Seed", str(options.seed)),
        ("Risk-free rate", percent(options.risk_free, 2)),
        ("Confidence", percent(options.confidence)),
        ("Covariance", options.covariance),
        ("Expected returns", expected_words(study)),
    ]


def _solver(study: Study) -> list[Row]:
    plan = study.trades
    return [
        ("Recommended candidate", study.recommended.name),
        ("Trades solved by", f"{plan.method}, gap {percent(plan.gap, 4)}"),
    ]


def audit_rows(study: Study) -> list[Row]:
    """Policy, inputs by hash, versions, settings, solver."""
    origin, meta = study.case.origin, study.case.policy.meta
    return [
        ("Workbook", origin.workbook or NOT_AVAILABLE),
        ("Policy", f"{meta.policy_id} version {meta.version}".strip()),
        (
            "Policy approved",
            f"{meta.approved_by or NOT_AVAILABLE} {meta.approved_on or ''}".strip(),
        ),
        ("Policy hash (SHA-256)", origin.policy_hash or NOT_AVAILABLE),
        ("Data hash (SHA-256)", origin.data_hash or NOT_AVAILABLE),
        *_settings(study),
        *_solver(study),
        *((f"Version of {program}", version) for program, version in origin.versions.items()),
    ]


def log_rows(study: Study) -> list[Row]:
    """Each step of the run and what came out of it; no clock, so that a rerun is identical."""
    window, findings = study.window, study.findings
    agreed = reconciliations(study)
    return [
        ("Data check", plural(len(findings), "finding")),
        ("Returns", f"{window.rows} from {window.start} to {window.end}"),
        ("Assumptions", f"{len(study.assumptions.tickers)} assets"),
        ("Policy", f"{len(study.checks_current)} rules checked"),
        ("Candidates", f"{len(study.candidates)} built"),
        ("Recommendation", study.recommended.name),
        ("Trades", plural(len(orders(study)), "order")),
        (
            "Breaches",
            f"{counted(study.checks_current, Status.BREACH)} before, "
            f"{counted(study.checks_proposed, Status.BREACH)} after",
        ),
        ("Stress", plural(len(study.stress_current), "scenario")),
        ("Checks", f"{sum(each.agrees for each in agreed)} of {len(agreed)} agree"),
    ]


def audit(study: Study) -> Section:
    """Everything needed to make this report again."""
    workbook = study.case.origin.workbook
    finding = f"Made from {workbook or 'this workbook'}; the same inputs give the same report."
    return Section(
        AUDIT,
        (filled(AUDIT_ITEMS, audit_rows(study)), filled(RUN_LOG, log_rows(study))),
        masthead(study, AUDIT, finding),
    )
