"""The chain as a whole: dates, cash, substitutes and what is left out."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from addin.domain.assumptions import Assumptions
from addin.domain.history import Prices
from addin.domain.holdings import CASH, Holdings, Position
from addin.domain.policy import ClassRange, Limit, Policy, Rule
from addin.domain.universe import Universe
from addin.errors import InputError
from addin.report.allocation import position_rows
from addin.report.case import last_price, revalued
from addin.report.cash import cash_assumptions, cash_returns, with_cash
from addin.report.data_findings import policy_findings
from addin.report.reconciled_weights import lineages, of_class
from addin.report.study import STEPS, Study

DATES = np.array(["2025-01-02", "2025-01-03", "2025-01-06"], dtype="datetime64[D]")


def test_cash_is_liquid_at_once_and_knows_nothing_else():
    universe = Universe(("SPY",), ("Equity",), attributes={"Liquidity days": (1.0,), "ESG": (6.0,)})
    wider = with_cash(universe, 0.01, 0.05)
    assert wider.tickers == ("SPY", CASH) and wider.asset_classes == ("Equity", "Cash")
    assert (wider.lower[1], wider.upper[1]) == (0.01, 0.05)
    assert wider.attributes == {"Liquidity days": (1.0, 0.0), "ESG": (6.0, None)}


def test_cash_compounds_to_the_risk_free_rate(study):
    monthly = cash_returns(study.asset_returns, 0.05, 12).values[:, -1]
    assert np.prod(1 + monthly[:12]) - 1 == pytest.approx(0.05)


def test_cash_has_no_risk_and_earns_the_risk_free_rate():
    known = Assumptions(("SPY",), np.array([0.07]), np.array([[0.04]]), risk_free=0.02)
    wider = cash_assumptions(known)
    assert wider.expected_returns == pytest.approx([0.07, 0.02])
    assert wider.covariance == pytest.approx(np.array([[0.04, 0.0], [0.0, 0.0]]))


def test_last_price_is_the_one_on_or_before_the_day():
    prices = Prices(DATES, ("A",), np.array([[1.0], [np.nan], [3.0]]))
    assert last_price(prices, "A", date(2025, 1, 3)) == 1.0
    assert last_price(prices, "A", date(2025, 1, 1)) is None
    assert last_price(prices, "B", date(2025, 1, 6)) is None


def test_holdings_of_another_day_move_with_the_prices():
    prices = Prices(DATES, ("A",), np.array([[50.0], [55.0], [60.0]]))
    held = Holdings((Position("A", 10, 120.0), Position("CASH", 7, 1.0), Position("X", 1, 9.0)))
    then = revalued(held, prices, held_on=date(2025, 1, 6), as_of=date(2025, 1, 2))
    # 120 · 50 / 60 = 100; money and what has no prices keep their own
    assert [p.price for p in then.positions] == pytest.approx([100.0, 1.0, 9.0])


def test_every_step_of_the_chain_runs_on_the_sample(study):
    assert [text for text, step in STEPS if step(study) is None] == []


def test_weights_before_and_after_the_trades_add_up_to_one(study):
    for weights in (study.current_weights, study.proposed_weights, study.recommended.weights):
        assert weights.sum() == pytest.approx(1, abs=1e-9)


def test_class_weights_add_up_asset_by_asset(study):
    universe = study.all_assets
    by_hand = {c.name: 0.0 for c in study.top_classes}
    for ticker, name in zip(universe.tickers, universe.asset_classes, strict=True):
        by_hand[name] += study.current_weights[ticker]
    assert study.class_weights(study.current_weights).to_dict() == pytest.approx(by_hand)


def test_the_proposal_keeps_the_least_cash_the_policy_asks_for(study):
    least = study.case.policy.rebalancing.cash_min
    assert study.recommended.weights[CASH] == pytest.approx(least)
    assert study.proposed_weights[CASH] >= least - 1e-9


def test_nothing_after_the_valuation_date_is_used(study):
    case, cut = study.case, np.datetime64("2023-06-30")
    early = Study(replace(case, prices=case.prices.until(cut), as_of=cut.astype(date)))
    assert early.returns.dates[-1] == cut
    assert early.returns.values == pytest.approx(study.returns.values[: len(early.returns.dates)])


def test_an_asset_left_out_is_held_now_and_not_proposed(study):
    without = Study(replace(study.case, without=("gld",)))
    assert "GLD" not in without.recommended.weights.index
    assert without.current_weights["GLD"] == pytest.approx(study.current_weights["GLD"])
    assert without.investable_weights.sum() == pytest.approx(1)


def test_a_late_asset_is_named_with_the_window_without_it(study):
    prices = study.case.prices
    late = prices.values.copy()
    late[prices.dates < np.datetime64("2020-06-01"), prices.tickers.index("SGOV")] = np.nan
    case = replace(study.case, prices=Prices(prices.dates, prices.tickers, late))
    found = [f for f in Study(case).findings if f.where == "Returns"]
    # month-ends from June 2020 to December 2025 are 67 prices and 66 returns
    assert len(found) == 1 and "SGOV leaves a common window of 66 returns" in found[0].what
    assert "143 returns" in found[0].suggestion and "--without SGOV" in found[0].suggestion


def test_a_substitute_gives_the_whole_window_back(study):
    prices = study.case.prices
    late = prices.values.copy()
    late[prices.dates < np.datetime64("2020-06-01"), prices.tickers.index("SGOV")] = np.nan
    case = replace(
        study.case,
        prices=Prices(prices.dates, prices.tickers, late),
        substitutes={"SGOV": "SHY"},
    )
    spliced = Study(case).asset_returns
    assert len(spliced.dates) == len(study.asset_returns.dates)
    early = spliced.dates < np.datetime64("2020-05-30")
    columns = [spliced.tickers.index(t) for t in ("SGOV", "SHY")]
    assert spliced.values[early][:, columns[0]] == pytest.approx(
        spliced.values[early][:, columns[1]]
    )


def test_holdings_of_another_day_are_found(study):
    older = Study(replace(study.case, holdings_date=date(2025, 11, 28)))
    assert any(f.where == "Holdings" and "2025-11-28" in f.what for f in older.findings)
    assert older.value != pytest.approx(study.value, rel=1e-4)


def test_without_a_benchmark_there_is_no_tracking_error(study):
    policy = study.case.policy
    limits = tuple(limit for limit in policy.limits if limit.rule != "tracking error")
    alone = Study(replace(study.case, policy=replace(policy, benchmark=(), limits=limits)))
    assert alone.benchmark_track is None
    assert np.isnan(alone.current.metrics["tracking error"][0])
    assert alone.recommended.tracking_error is None


def test_a_missing_price_column_is_named(study):
    universe = study.case.universe
    odd = replace(universe, tickers=("SPYX", *universe.tickers[1:]))
    with pytest.raises(InputError, match="no column for SPYX"):
        _ = Study(replace(study.case, universe=odd)).returns


def test_contributions_add_up_to_the_expected_volatility(study):
    weights = study.proposed_weights.reindex(study.assumptions.tickers).to_numpy()
    expected = (weights @ study.assumptions.covariance @ weights) ** 0.5
    assert study.contributions(study.proposed_weights).sum() == pytest.approx(expected)


def test_drawdown_is_daily_and_everything_else_monthly(study):
    track = pd.Series(study.current.daily_track)
    wealth = np.r_[1.0, (1 + track).cumprod()]
    deepest = max(1 - w / wealth[: i + 1].max() for i, w in enumerate(wealth))
    assert study.current.metrics["max drawdown"][0] == pytest.approx(deepest)
    monthly = study.current.track.std(ddof=1) * 12**0.5
    assert study.current.metrics["volatility"][0] == pytest.approx(monthly)


def test_drift_counts_classes_three_levels_deep(study):
    # the sample's Equity becomes a part of Growth, and SPY a part of Equity
    def split(each):
        return replace(each, parent="Growth") if each.name == "Equity" else each

    case = study.case
    growth = replace(next(c for c in case.policy.classes if c.name == "Equity"), name="growth")
    core = replace(growth, name="Core", lower=0.0, target=None, parent="equity")
    core = replace(core, inner_lower=None, inner_upper=None)
    policy = replace(case.policy, classes=(growth, *map(split, case.policy.classes), core))
    names = ["Core" if t == "SPY" else n for t, n in _assets(case.universe)]
    deep = Study(replace(case, policy=policy, universe=replace(case.universe, asset_classes=names)))
    before, after = (each.class_weights(each.current_weights) for each in (study, deep))
    assert list(after.index) == ["growth", "Fixed income", "Alternatives", "Cash"]
    assert after.to_numpy() == pytest.approx(before.to_numpy(), abs=1e-15)
    assert of_class(deep)["SPY"] == "growth" and lineages(deep)["SPY"][1:] == ("Equity", "growth")
    again = {row[0]: row[3] for row in position_rows(deep)}
    assert again == {
        {"Equity": "growth"}.get(row[0], row[0]): row[3] for row in position_rows(study)
    }


def _assets(universe):
    return zip(universe.tickers, universe.asset_classes, strict=True)


def test_a_limit_about_no_asset_is_found():
    universe = Universe(("SPY",), ("Equity",), attributes={"Region": ("US",)})
    policy = Policy(
        (ClassRange("Equity", 0.0, 1.0),),
        (Limit(Rule.WEIGHT, "Region=Mars", "<=", 0.3), Limit(Rule.WEIGHT, "Region=US", "<=", 1.0)),
    )
    found = [finding.what for finding in policy_findings(policy, universe)]
    assert found == ["Region=Mars ≤ 30% is about no asset of the universe"]
