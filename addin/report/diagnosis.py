"""Whether the policy can be met at all, and if not, which of its rules are to blame."""

from addin.engine.diagnosis import Finding
from addin.engine.holdings_diagnosis import UNKNOWN
from addin.engine.policy_diagnosis import Known, diagnose_policy
from addin.report.study import Study
from addin.report.words import plural

ENOUGH = "would do"  # as opposed to what is only part of a change


def diagnosis(study: Study) -> tuple[Finding, ...]:
    """Every hard rule on a proposal, as ``diagnose_policy`` finds it."""
    known = Known(
        study.assumptions, study.returns, study.benchmark_weights, study.investable_weights
    )
    return diagnose_policy(study.proposable, study.case.policy.classes, study.limits, known)


def diagnosis_words(study: Study) -> str:
    """The diagnosis in a sentence or two: the rules in conflict, and what would do."""
    found = diagnosis(study)
    blamed = [each for each in found if each.in_conflict]
    if doubts := [each for each in found if each.alone is None and each.note == UNKNOWN]:
        return f"Whether the policy can be met is not known: {doubts[0].words}, {UNKNOWN}."
    if not blamed:
        return f"The policy can be met: none of its {plural(len(found), 'rule')} is in the way."
    notes = [part for each in blamed if each.alone for part in each.note.split("; ")]
    remedies = [note for note in notes if note.endswith(ENOUGH)]
    rules = f"No portfolio obeys together: {'; '.join(each.words for each in blamed)}."
    if remedies:
        return f"{rules} Any one of these is enough: {'; '.join(remedies)}."
    changes = "; ".join(each.note for each in found if each.in_least_change)
    return f"{rules} No single change is enough; the least change of all: {changes}."
