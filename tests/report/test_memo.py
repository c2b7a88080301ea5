"""The memo and the CSV tables."""

import csv
import io

import pytest

from addin.engine.compliance import Status
from addin.report.memo import memo
from addin.report.proposal import binding, bound_words, dearest_words
from addin.report.tables_csv import csv_tables, csv_text


@pytest.fixture(scope="module")
def text(study):
    return memo(study)


@pytest.fixture(scope="module")
def tables(study):
    return {name: list(csv.DictReader(io.StringIO(t))) for name, t in csv_tables(study).items()}


def test_memo_is_one_to_two_pages(text):
    assert 300 < len(text.split()) < 1200


def test_memo_names_each_breach_and_each_binding_rule(study, text):
    for check in study.checks_current:
        assert check.status is not Status.BREACH or check.words in text
    for words in (*bound_words(study), *dearest_words(study)):
        assert words in text
    assert len(bound_words(study)) == len(binding(study))


def test_memo_names_each_rejected_candidate_with_its_reason(study, text):
    for candidate in study.candidates:
        assert candidate.name in text
        assert candidate.reason.rstrip(".")[1:] in text


def test_memo_says_what_is_hypothetical_and_that_it_is_a_draft(text):
    assert "Hypothetical backcast" in text and "No such portfolio was held" in text
    assert "**DRAFT**" in text


def test_memo_of_a_study_without_findings_ends_in_a_newline(text):
    assert text.endswith("not audited.\n") and "\n\n\n" not in text


def test_csv_has_the_six_tables_of_the_pack_and_two_more(tables):
    assert set(tables) == {
        "recommended_allocation.csv",
        "portfolio_risk_summary.csv",
        "risk_contribution_summary.csv",
        "stress_test_results.csv",
        "rebalancing_trades.csv",
        "constraints_validation.csv",
        "candidates.csv",
        "data_quality.csv",
    }


@pytest.mark.parametrize("column", ["Current", "Recommended", "After trades", "Benchmark"])
def test_allocations_in_csv_add_up_to_one(tables, column):
    rows = tables["recommended_allocation.csv"]
    assert sum(float(row[column]) for row in rows) == pytest.approx(1)


def test_csv_says_statuses_without_signs(tables):
    statuses = {row["Status"] for row in tables["constraints_validation.csv"]}
    assert statuses <= {"Breach", "Watch", "Inside", "n/a"}


def test_csv_keeps_full_precision(study, tables):
    first = tables["stress_test_results.csv"][0]
    worst = min(result.portfolio_return for result in study.stress_current)
    assert float(first["Current"]) == worst


@pytest.mark.parametrize("text", ["=1+1", "+A1", "-A1", "@SUM(A1)", "\tx"])
def test_text_that_looks_like_a_formula_is_defused(text):
    (row,) = csv.reader(io.StringIO(csv_text([text], [])))
    assert row == [f"'{text}"]


def test_negative_numbers_stay_numbers():
    assert csv_text(["x"], [(-0.5,)]) == "x\r\n-0.5\r\n"
