"""The committee report: one function per sheet, in the order of the sheets."""

from collections.abc import Callable

from addin.report.allocation import allocation
from addin.report.audit import audit
from addin.report.checks import checks
from addin.report.compliance import compliance
from addin.report.data_quality import data_quality
from addin.report.method import method
from addin.report.performance import performance
from addin.report.proposal import proposal
from addin.report.risk import risk
from addin.report.section import Section
from addin.report.stress import stress
from addin.report.study import Study
from addin.report.summary import summary
from addin.report.trades import trades

COMMITTEE_REPORT: tuple[Callable[[Study], Section], ...] = (
    summary,
    compliance,
    allocation,
    performance,
    risk,
    stress,
    proposal,
    trades,
    data_quality,
    method,
    checks,
    audit,
)
