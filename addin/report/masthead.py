"""The head of every sheet: whose policy, as of when, draft or final, and what the sheet says."""

from addin.domain.policy import Policy
from addin.domain.table import Value
from addin.report.schema import AS_OF, FINDING, STATE, SUBJECT, cell_name
from addin.report.study import Study
from addin.report.words import day, listed, short_percent

DRAFT = "DRAFT"


def benchmark_words(policy: Policy) -> str:
    """``60/40 SPY/AGG``; longer benchmarks are listed."""
    parts = [(ticker, weight) for ticker, weight in policy.benchmark if weight]
    if not parts:
        return "none"
    if len(parts) <= 3:
        shares = "/".join(short_percent(weight).removesuffix("%") for _, weight in parts)
        return f"{shares} {'/'.join(ticker for ticker, _ in parts)}"
    return listed([f"{short_percent(weight)} {ticker}" for ticker, weight in parts], most=4)


def subject(study: Study) -> str:
    """``Riverside Foundation · Balanced Growth policy, version 3 · benchmark 60/40 SPY/AGG``."""
    meta = study.case.policy.meta
    name = f"{meta.profile or meta.policy_id or 'Investment'} policy"
    version = f", version {meta.version}" if meta.version else ""
    benchmark = f"benchmark {benchmark_words(study.case.policy)}"
    return " · ".join(part for part in (meta.client, f"{name}{version}", benchmark) if part)


def masthead(study: Study, sheet: str, finding: str) -> dict[str, Value]:
    """Named cells at the head of a sheet; ``finding`` is what it says in one sentence."""
    return {
        cell_name(sheet, SUBJECT): subject(study),
        cell_name(sheet, AS_OF): f"as of {day(study.case.as_of)}",
        cell_name(sheet, STATE): DRAFT,
        cell_name(sheet, FINDING): finding,
    }
