"""Reconciliations agree on a true report and fail on a false one."""

from dataclasses import replace

import pytest

from addin.domain.scenario import Scenario
from addin.report import checks, summary
from addin.report.checks import reconciliations
from addin.report.reconciliation import Reconciliation


def failed(study):
    return {each.check for each in reconciliations(study) if not each.agrees}


def test_every_difference_is_zero_on_the_sample(study):
    assert failed(study) == set()
    rows = checks.checks(study).tables[0].rows
    assert {row[3] for row in rows} == {0.0} and {row[5] for row in rows} == {"✓ OK"}


def test_a_cent_of_cash_too_much_is_seen(study, altered):
    plan = replace(study.trades, cash_after=round(study.trades.cash_after + 0.01, 2))
    assert failed(altered(trades=plan)) == {
        "Closing cash",
        "Cash ledger adds up",
        "Value after the trades",
    }


def test_weights_that_do_not_add_up_are_seen(study, altered):
    assert "Current weights add up to 100 %" in failed(
        altered(current_weights=study.current_weights * 1.001)
    )


def test_a_wrong_stress_result_is_seen(study, altered):
    first, *rest = study.stress_current
    wrong = replace(first, portfolio_return=first.portfolio_return + 1e-6)
    assert failed(altered(stress_current=[wrong, *rest])) == {"Stress, current, all scenarios"}


def test_a_wrong_shortfall_is_seen(study, altered):
    wrong = replace(study.current, expected_shortfall=study.current.expected_shortfall + 1e-6)
    assert failed(altered(current=wrong)) == {"CVaR, current"}


def test_a_value_at_risk_that_is_too_small_is_seen(study, altered):
    wrong = replace(study.current, value_at_risk=study.current.value_at_risk * 0.8)
    assert failed(altered(current=wrong)) == {"Losses above VaR, current"}


def test_a_failure_reaches_page_one(study, altered):
    wrong = replace(study.current, expected_shortfall=1.0)
    lines = summary.status_lines(altered(current=wrong))
    assert lines[-1] == ("● checks", "CVaR, current does not agree")


@pytest.mark.parametrize(("gap", "agrees"), [(1e-10, True), (1e-8, False)])
def test_rounding_is_no_difference(gap, agrees):
    assert Reconciliation("x", 1.0 + gap, 1.0, 1e-9, "").agrees is agrees


def test_a_scenario_without_shocks_costs_nothing(study):
    from addin.report import recount

    assert recount.stressed({"SPY": 1.0}, {"SPY": ("Equity",)}, Scenario("calm", {})) == 0.0
