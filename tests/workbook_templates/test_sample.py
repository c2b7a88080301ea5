"""The sample: a policy that is valid, and a portfolio that breaches it exactly three times."""

import dataclasses
from datetime import date

import pandas as pd
import pytest

from addin.domain.policy import PolicyMeta, Rebalancing, ScoreWeights
from addin.engine.compliance import Status, check
from addin.engine.covariance import CovarianceMethod
from addin.engine.expected_returns import ExpectedReturnMethod, assumptions
from addin.engine.returns import Frequency, period_ends, simple_returns
from addin.excel.book import TableRows
from addin.excel.layout import INPUT_TABLES
from addin.excel.options import read_settings
from addin.excel.read_policy import read_benchmark, read_classes, read_limits
from addin.excel.read_portfolio import read_holdings, read_scenarios
from addin.excel.read_universe import read_universe
from workbook_templates.sample import WEIGHTS, sample_tables
from workbook_templates.sample_prices import sample_prices

KEY_VALUE = ("Policy_Meta", "Policy_Rebalance", "Policy_Liquidity", "Policy_Tax", "Policy_Score")


def rows(name):
    table = sample_tables()[name]
    return TableRows(name, name, table.headings, table.rows)


@pytest.fixture(scope="module")
def checks():
    universe = read_universe(rows("Universe"))
    monthly = simple_returns(period_ends(sample_prices(), Frequency.MONTHLY))
    known = assumptions(
        monthly,
        method=ExpectedReturnMethod.SHRUNK,
        covariance_method=CovarianceMethod.LEDOIT_WOLF,
        risk_free=0.013,
    )
    benchmark = pd.Series(dict(read_benchmark(rows("Policy_Benchmark"))))
    return check(
        read_holdings(rows("Holdings")).weights,
        universe,
        read_classes(rows("Policy_Classes")),
        read_limits(rows("Policy_Limits")),
        assumptions=known,
        benchmark=benchmark,
    )


def test_every_input_table_is_there_with_its_headings():
    for spec in INPUT_TABLES:
        table = sample_tables()[spec.name]
        assert table.headings[: len(spec.columns)] == spec.headings
        assert all(len(row) == len(table.headings) for row in table.rows), spec.name


def test_portfolio_breaches_exactly_three_rules(checks):
    broken = {c.rule for c in checks if c.status is Status.BREACH}
    assert broken == {"SPY ≤ 22%", "AGG ≥ 18%", "HYG ≤ 5%"}
    assert all(c.status is not Status.UNKNOWN for c in checks)


def test_two_classes_are_past_the_watch_line_and_none_past_the_flag():
    universe = read_universe(rows("Universe"))
    classes = dict(zip(universe.tickers, universe.asset_classes, strict=True)) | {"CASH": "Cash"}
    actual = read_holdings(rows("Holdings")).weights.groupby(classes).sum()
    target = {c.name: c.target for c in read_classes(rows("Policy_Classes"))}
    drift = {name: actual[name] - target[name] for name in target}
    assert {name for name, d in drift.items() if abs(d) > 0.03} == {"Equity", "Fixed income"}
    assert max(map(abs, drift.values())) < 0.05


def test_every_key_of_the_policy_is_known():
    for name in KEY_VALUE:
        read_settings(rows(name))  # refuses unknown keys
    fields = {
        f.name for kind in (PolicyMeta, ScoreWeights, Rebalancing) for f in dataclasses.fields(kind)
    }
    assert "policy_fit" in fields


def test_scores_and_benchmark_add_up_to_one():
    assert sum(value for _, value in sample_tables()["Policy_Score"].rows) == pytest.approx(1)
    assert sum(weight for _, weight in read_benchmark(rows("Policy_Benchmark"))) == 1


def test_lots_add_up_to_holdings_at_prices_of_their_days():
    prices = sample_prices().frame
    held: dict[str, int] = {}
    for _, ticker, acquired, quantity, cost, _ in sample_tables()["Lots"].rows:
        held[ticker] = held.get(ticker, 0) + quantity
        assert cost == prices.loc[str(acquired), ticker]
        assert quantity > 0
    expected = {r[0]: r[1] for r in sample_tables()["Holdings"].rows if r[0] != "CASH"}
    assert held == expected


def test_some_lots_are_under_water_enough_to_harvest():
    last = sample_prices().frame.iloc[-1]
    losses = [last[ticker] / cost - 1 for _, ticker, _, _, cost, _ in sample_tables()["Lots"].rows]
    assert sum(loss < -0.10 for loss in losses) >= 2


def test_valuations_are_monthly_and_end_at_the_holdings():
    table = sample_tables()["Valuations"].rows
    assert table[0][0] == date(2018, 12, 31) and table[-1][0] == date(2025, 12, 31)
    assert len(table) == 85
    value = sum(r[1] * r[2] for r in sample_tables()["Holdings"].rows)
    assert table[-1][1] == pytest.approx(value, abs=0.01)
    assert sum(1 for _, _, flow in table if flow < 0) == 28  # each quarter, the last not yet


def test_eight_scenarios_with_the_published_ones_among_them():
    scenarios = {s.name: s.shocks for s in read_scenarios(rows("Scenarios"))}
    assert len(scenarios) == 8
    assert scenarios["2008 crisis"]["Equity"] == -0.35
    assert scenarios["Tech bubble"]["Fixed income"] == 0.08
    assert scenarios["Inflation spike"]["Alternatives"] == 0.05


def test_weights_leave_some_cash():
    assert 0.01 < 1 - sum(WEIGHTS.values()) < 0.05
