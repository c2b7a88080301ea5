"""Figures and sentences of the sheets, against hand arithmetic and against each other."""

from dataclasses import replace
from datetime import date
from math import prod

import numpy as np
import pandas as pd
import pytest

from addin.domain.finding import Finding, Severity
from addin.domain.history import Prices
from addin.domain.trade import Side
from addin.engine.compliance import RuleCheck, Status, breaches
from addin.engine.drift import Bands, drift
from addin.report import (
    allocation,
    audit,
    compliance,
    data_quality,
    masthead,
    method,
    performance,
    proposal,
    risk,
    stress,
    summary,
    trades,
)
from addin.report.case import Origin
from addin.report.schema import (
    BINDING_ROWS,
    DECISIONS,
    STATUS_LINES,
    SUMMARY_TRADE_ROWS,
    decision_name,
    status_names,
)


def rule(words, headroom, status, *, hard=True, limit=0.22):
    return RuleCheck(
        words, limit, limit - headroom, headroom, status, hard, f"{words} found", "SPY"
    )


def drifted(study, *weights):
    targets = pd.Series([c.target for c in study.top_classes], [c.name for c in study.top_classes])
    values = pd.Series(weights, targets.index, dtype=float)
    return drift(values, targets, Bands())


# --- allocation


def test_title_says_how_far_the_furthest_class_is_over_target(study, altered):
    rows = drifted(study, 58.2, 28.0, 9.0, 4.8)  # targets 55, 30, 10, 5
    title = allocation.allocation_title(altered(drift=rows))
    assert title == "Equity 3.2 pp over target, still inside its range"


def test_title_names_the_edge_that_is_passed(study, altered):
    rows = drifted(study, 66.0, 20.0, 9.0, 5.0)  # fixed income is 10 under, below its 25 %
    title = allocation.allocation_title(altered(drift=rows))
    assert title == "Equity 11.0 pp over target, outside its range of 65.0%"


def test_drift_title_tells_watch_from_rebalance(study, altered):
    rows = drifted(study, 61.0, 26.0, 8.5, 4.5)
    title = allocation.drift_title(altered(drift=rows))
    assert title == "Equity past the rebalance line; Fixed income past the watch line"


def test_classes_are_followed_by_their_assets_and_add_up(study):
    rows = allocation.position_rows(study)
    for column in (2, 3):  # value, actual
        classes = sum(row[column] for row in rows if row[1] == allocation.CLASS)
        assets = sum(row[column] for row in rows if row[1] == allocation.ASSET)
        assert classes == pytest.approx(assets)
    assert sum(row[3] for row in rows if row[1] == allocation.CLASS) == pytest.approx(1)


def test_an_asset_outside_its_own_limits_is_a_breach(study):
    status = {row[0]: row[10] for row in allocation.position_rows(study)}
    assert status["SPY"] == status["AGG"] == status["HYG"] == "● Breach"  # as the sample is made
    assert status["QQQ"] == "✓ Inside"


def test_the_band_of_the_chart_is_from_the_least_to_the_greatest_weight(study):
    for each, row in zip(study.top_classes, allocation.class_rows(study), strict=True):
        _, _, _, floor, band, *_ = row
        assert (floor, floor + band) == (each.lower, pytest.approx(each.upper))


def test_distance_to_the_rebalance_level_by_hand(study, altered):
    rows = drifted(study, 58.2, 28.0, 9.0, 4.8)  # 3.2, −2.0, −1.0 and −0.2 pp; level 5 pp
    classes = [row for row in allocation.position_rows(altered(drift=rows)) if row[1] == "Class"]
    assert [row[9] for row in classes] == pytest.approx([1.8, 3.0, 4.0, 4.8])


# --- compliance


def test_breaches_come_first_then_what_is_watched(study):
    statuses = [row[6] for row in compliance.compliance_rows(study)]
    assert statuses == sorted(statuses, key="●▲✓n".index and (lambda s: "●▲✓n".index(s[0])))


def test_headroom_bars_stand_in_the_column_of_their_status(study, altered):
    checks = [rule("SPY ≤ 22%", -0.02, Status.BREACH), rule("TLT ≤ 22%", 0.08, Status.INSIDE)]
    section = compliance.compliance(altered(checks_current=checks))
    bars = next(table for table in section.tables if table.name == "Report_Headroom").rows
    assert bars == (
        ("SPY ≤ 22%", pytest.approx(-2.0), None, None),
        ("TLT ≤ 22%", None, None, pytest.approx(8.0)),
    )


def test_headroom_title_names_the_widest_breach(altered):
    checks = [rule("SPY ≤ 22%", -0.02, Status.BREACH), rule("HYG ≤ 5%", -0.01, Status.BREACH)]
    title = compliance.headroom_title(altered(checks_current=checks))
    assert title == "SPY ≤ 22% broken by 2.0 pp, widest of 2 breaches"


def test_a_rule_broken_only_by_the_trades_is_listed(altered):
    today = [rule("SPY ≤ 22%", 0.1, Status.INSIDE)]
    after = [*today, rule("CASH ≥ 1%", -0.01, Status.BREACH)]
    rows = compliance.compliance_rows(altered(checks_current=today, checks_proposed=after))
    assert [row[0] for row in rows] == ["SPY ≤ 22%", "CASH ≥ 1%"]
    assert rows[1][4:7] == ("n/a", "n/a", "n/a") and rows[1][9] == "● Breach"


# --- performance


def test_growth_of_100_by_hand():
    # 100 · 1.10 · 0.80 = 88
    assert performance.growth(np.array([0.10, -0.20])) == pytest.approx([100, 110, 88])


def test_calendar_years_compound_to_the_growth_of_100(study):
    rows = performance.growth_rows(study)
    for column in (1, 2, 3):
        years = prod(1 + row[column] for row in performance.year_rows(study))
        assert rows[-1][column] == pytest.approx(100 * years)


def test_years_come_latest_first_and_a_year_that_is_not_whole_says_so(study):
    years = [row[0] for row in performance.year_rows(study)]
    # monthly returns begin with January's end price: February is the first
    assert years == [str(year) for year in range(2025, 2014, -1)] + ["2014, part"]


def test_the_deepest_point_of_the_drawdown_chart_is_the_reported_drawdown(study):
    lowest = min(row[4] for row in performance.growth_rows(study))
    assert -lowest == pytest.approx(study.current.metrics["max drawdown"][0])


def test_a_drawdown_inside_a_month_is_not_lost(study):
    daily = np.zeros(len(study.daily_returns.dates))
    daily[300:302] = -0.5, 1.0  # down by half and back the next day
    assert performance.underwater(study, daily).min() == pytest.approx(-0.5)


def test_returns_under_a_year_are_not_annualised(study):
    basis = {row[0]: row[5] for row in performance.trailing_rows(study)}
    assert basis["Year to date"] == "not annualised" and basis["3 years"] == "a year"


def test_a_policy_without_benchmark_shows_na_and_draws_nothing(altered):
    alone = altered(benchmark_track=None, benchmark_daily_track=None, benchmark_weights=None)
    assert {row[3] for row in performance.trailing_rows(alone)} == {"n/a"}
    assert {row[3] for row in performance.growth_rows(alone)} == {None}
    assert "benchmark" not in performance.growth_title(alone)


# --- risk


def test_shares_of_risk_and_weights_add_up_to_one(study):
    for rows, first in ((risk.asset_rows(study), 2), (risk.class_rows(study), 1)):
        weights, share = (sum(row[first + i] for row in rows) for i in (0, 1))
        assert (weights, share) == (pytest.approx(1), pytest.approx(1))


def test_the_largest_share_of_risk_comes_first(study):
    share = [row[3] for row in risk.asset_rows(study)]
    assert share == sorted(share, reverse=True)


def test_contribution_is_weight_times_marginal(study):
    for _, _, weight, _, contribution, marginal, *_ in risk.asset_rows(study):
        assert contribution == pytest.approx(weight * marginal, abs=1e-12)


def test_gaussian_and_historical_losses_are_both_positive(study):
    assert all(
        row[2] > 0 and row[4] == pytest.approx(row[2] * study.value)
        for row in risk.tail_rows(study)
    )


# --- stress


def test_scenarios_come_worst_first_with_money(study):
    rows = stress.stress_rows(study)
    assert [row[1] for row in rows] == sorted(row[1] for row in rows)
    for row in rows:
        assert row[3] - row[2] == pytest.approx(study.value)


def test_breaches_after_a_shock_are_those_of_the_shocked_weights(study):
    rows = {row[0]: row for row in stress.stress_rows(study)}
    for weights, column in ((study.current_weights, 5), (study.proposed_weights, 8)):
        for result in study.stress_current:
            worth = weights * (1 + result.asset_returns.reindex(weights.index))
            broken = breaches(study.rule_checks(worth / worth.sum()))
            assert rows[result.scenario][column] == len(broken)


def test_class_contributions_add_up_to_the_scenario(study):
    totals = {row[0]: row[1] for row in stress.stress_rows(study)}
    for scenario, *parts in stress.class_contribution_rows(study):
        assert sum(parts) == pytest.approx(totals[scenario])


# --- proposal


def test_the_recommended_candidate_comes_first_and_once(study):
    verdicts = [row[9] for row in proposal.candidate_rows(study)]
    assert verdicts.index(proposal.RECOMMENDED) == 0
    assert verdicts.count(proposal.RECOMMENDED) == 1


def test_a_rule_binds_when_its_limit_is_reached_to_a_twentieth_of_a_point(altered, monkeypatch):
    twin = altered()
    found = [rule(f"R{room}", room, Status.INSIDE) for room in (0.0, 0.0004, 0.0006, 0.1)]
    monkeypatch.setattr(twin, "rule_checks", lambda weights: found, raising=False)
    assert [check.rule for check in proposal.binding(twin)] == ["R0.0", "R0.0004"]


def test_each_candidate_is_drawn_in_one_series(study):
    for row in proposal.point_rows(study):
        assert sum(value is not None for value in row[2:]) == 1


def test_many_binding_rules_end_in_how_many_more(study, altered, monkeypatch):
    many = [rule(f"R{i}", 0.0, Status.INSIDE) for i in range(BINDING_ROWS + 3)]
    twin = altered()
    monkeypatch.setattr(twin, "rule_checks", lambda weights: many, raising=False)
    rows = proposal.binding_rows(twin)
    words = [row[0] for row in rows]
    assert len(rows) == BINDING_ROWS and "and 7 more" in words  # three rows tell prices
    assert words[-1].startswith("At the greatest utility +1 pp on")


# --- trades


def test_ledger_adds_up_and_cash_is_the_last_row(study):
    *_, flow, sells, buys, costs, closing, _ = [a for _, a in trades.ledger_rows(study)]
    assert study.trades.cash_before + flow + sells + buys + costs == pytest.approx(closing)
    assert trades.order_rows(study)[-1][0] == "CASH"


def test_weights_after_add_up_to_one(study):
    assert sum(row[7] for row in trades.order_rows(study)) == pytest.approx(1)


# --- data quality, method


def test_errors_are_listed_before_warnings_before_notes(altered):
    found = [
        Finding(Severity.NOTE, "c", "", ""),
        Finding(Severity.ERROR, "a", "", ""),
        Finding(Severity.WARNING, "b", "", ""),
    ]
    rows = data_quality.finding_rows(altered(findings=found))
    assert [row[:2] for row in rows] == [("● Error", "a"), ("▲ Warning", "b"), ("○ Note", "c")]


def test_coverage_counts_prices_and_gaps_by_hand(study, altered):
    days = np.array(["2025-01-02", "2025-01-03", "2025-01-06", "2025-01-07"], "datetime64[D]")
    values = np.array([[np.nan], [10.0], [np.nan], [11.0]])
    case = replace(study.case, prices=Prices(days, ("SPY",), values))
    (row,) = data_quality.coverage_rows(altered(case=case))
    assert row == ("SPY", date(2025, 1, 3), date(2025, 1, 7), 2, 1)


def test_correlation_is_one_with_itself_and_symmetric(study):
    matrix = np.array([row[1:] for row in method.correlation_rows(study)])
    assert np.diag(matrix) == pytest.approx(np.ones(len(matrix)))
    assert matrix == pytest.approx(matrix.T)


def test_a_heat_map_shows_only_the_largest_of_many_assets(study, monkeypatch):
    monkeypatch.setattr(method, "MOST_CORRELATED", 3)
    largest = study.recommended.weights.drop("CASH").nlargest(3)
    assert set(method.correlated(study)) == set(largest.index)


# --- audit, masthead


def test_audit_names_seed_and_both_hashes(study, altered):
    origin = Origin("book.xlsx", "policyhash", "datahash", {"ips": "1.0"})
    case = replace(study.case, origin=origin, options=replace(study.case.options, seed=7))
    items = dict(audit.audit_rows(altered(case=case)))
    assert items["Policy hash (SHA-256)"] == "policyhash"
    assert items["Data hash (SHA-256)"] == "datahash"
    assert (items["Seed"], items["Version of ips"]) == ("7", "1.0")


@pytest.mark.parametrize(
    ("benchmark", "said"),
    [
        ((("SPY", 0.6), ("AGG", 0.4)), "60/40 SPY/AGG"),
        ((("SPY", 0.5), ("AGG", 0.3), ("GLD", 0.2)), "50/30/20 SPY/AGG/GLD"),
        ((("SPY", 1.0), ("AGG", 0.0)), "100 SPY"),
        ((), "none"),
    ],
)
def test_benchmarks_are_said_as_their_shares(study, benchmark, said):
    assert masthead.benchmark_words(replace(study.case.policy, benchmark=benchmark)) == said


# --- summary


def test_summary_counts_the_breaches_of_the_sample(study):
    label, state, note = summary.tiles(study)[-1]
    assert (label, state, note) == ("Policy", "3 breaches", "breach: SPY, AGG and HYG")


def test_more_breaches_than_lines_end_in_how_many_more(altered):
    checks = [rule(f"R{i} ≤ 22%", -0.01, Status.BREACH) for i in range(12)]
    lines = summary.status_lines(altered(checks_current=checks))
    assert len(lines) == STATUS_LINES
    assert lines[-3] == ("● breach", "and 8 more on Compliance")


def test_lines_that_are_not_needed_are_blank(altered):
    checks = [rule("SPY ≤ 22%", 0.1, Status.INSIDE)]
    calm = altered(checks_current=checks, checks_proposed=checks)
    cells = summary.summary(calm).cells
    assert cells[status_names(STATUS_LINES)[0]] is None
    assert set(cells) >= {decision_name(i + 1) for i in range(DECISIONS)}


def test_more_trades_than_rows_are_added_up(study, altered):
    one = study.trades.trades[0]
    many = tuple(
        replace(one, ticker=f"T{i:02}", side=Side.BUY, quantity=1, notional=100.0 - i, cost=1.0)
        for i in range(SUMMARY_TRADE_ROWS + 2)
    )
    rows = summary.trade_rows(altered(trades=replace(study.trades, trades=many)))
    # the two smallest are left over: 100 − 8 and 100 − 9
    assert rows[-1][:6] == ("+ 2", "more", None, None, 92.0 + 91.0, 2.0)
