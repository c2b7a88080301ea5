"""Reconciliations: each figure beside the same figure computed a second way."""

from collections.abc import Callable
from dataclasses import dataclass
from math import fsum, prod

import pandas as pd

from addin.domain.labels import label_key
from addin.domain.table import Row, Value
from addin.report import recount
from addin.report.masthead import masthead
from addin.report.performance import growth_rows
from addin.report.proposal import before_after_rows
from addin.report.schema import CHECKS, RECONCILIATIONS, filled
from addin.report.section import Section
from addin.report.study import Study
from addin.report.trades import bar_rows, ledger_rows, order_rows
from addin.report.words import plural

OK, FAIL = "✓ OK", "● FAIL"
ROUNDING, CENT = 1e-9, 0.0


@dataclass(frozen=True)
class Reconciliation:
    """A figure of the report and the same figure found another way."""

    check: str
    reported: float
    second: float
    tolerance: float
    how: str

    @property
    def difference(self) -> float:
        """Reported less second; rounding of the last bits is no difference."""
        gap = self.reported - self.second
        return 0.0 if abs(gap) <= self.tolerance or abs(gap) < 1e-12 else gap

    @property
    def agrees(self) -> bool:
        """Whether both ways give one figure."""
        return self.difference == 0.0

    @property
    def row(self) -> Row:
        """As a row of the sheet."""
        return (
            self.check,
            self.reported,
            self.second,
            self.difference,
            self.tolerance,
            OK if self.agrees else FAIL,
            self.how,
        )


def _of_class(study: Study) -> dict[str, str]:
    """Top class of each asset, settlement cash among them."""
    parents = {label_key(c.name): c.parent or c.name for c in study.case.policy.classes}
    universe = study.all_assets
    pairs = zip(universe.tickers, universe.asset_classes, strict=True)
    return {ticker: parents.get(label_key(name), name) for ticker, name in pairs}


def _by_ticker(weights: pd.Series) -> dict[str, float]:
    return {str(ticker): float(weight) for ticker, weight in weights.items()}


def _portfolio_value(study: Study) -> Reconciliation:
    return Reconciliation(
        "Portfolio value",
        study.value,
        recount.value_of(study.holdings.positions),
        1e-6,
        "quantity × price of every holding, decimal arithmetic",
    )


def _current_weights(study: Study) -> Reconciliation:
    return Reconciliation(
        "Current weights add up to 100 %",
        fsum(study.current_weights),
        1.0,
        ROUNDING,
        "sum of the weights by asset",
    )


def _recommended_weights(study: Study) -> Reconciliation:
    return Reconciliation(
        "Recommended weights add up to 100 %",
        fsum(study.recommended.weights),
        1.0,
        ROUNDING,
        "sum of the weights by asset",
    )


def _number(value: Value) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _weights_after(study: Study) -> Reconciliation:
    return Reconciliation(
        "Weights after the trades add up to 100 %",
        fsum(_number(row[7]) for row in order_rows(study)),
        1.0,
        ROUNDING,
        "column Weight after of Trades, cash included",
    )


def _value_after(study: Study) -> Reconciliation:
    plan = study.trades
    return Reconciliation(
        "Value after the trades",
        study.value + plan.cash_flow - plan.costs,
        recount.value_after(study.holdings.positions, plan.trades, plan.cash_after),
        1e-6,
        "securities before + bought − sold + closing cash, against value + flow − costs",
    )


def _class_weights(study: Study) -> Reconciliation:
    totals = recount.class_totals(_by_ticker(study.current_weights), _of_class(study))
    found = before_after_rows(study)
    gaps = [abs(_number(row[1]) - totals.get(str(row[0]), 0.0)) for row in found]
    return Reconciliation(
        "Class weights against their assets",
        max(gaps, default=0.0),
        0.0,
        ROUNDING,
        "largest gap; assets re-added class by class",
    )


def _risk(study: Study) -> Reconciliation:
    weights = study.investable_weights
    return Reconciliation(
        "Risk contributions add up to volatility",
        fsum(study.contributions(weights)),
        recount.volatility(weights.tolist(), study.assumptions.covariance.tolist()),
        ROUNDING,
        "root of the double sum of weights and covariances",
    )


def _shortfall(study: Study) -> Reconciliation:
    return Reconciliation(
        "CVaR, current",
        study.current.expected_shortfall,
        recount.expected_shortfall(study.current.track.tolist(), study.case.options.confidence),
        ROUNDING,
        "least of z + mean excess over z / (1 − confidence), Rockafellar and Uryasev",
    )


def _value_at_risk(study: Study) -> Reconciliation:
    track = study.current.track.tolist()
    above = recount.losses_above(track, study.current.value_at_risk)
    allowed = int((1 - study.case.options.confidence) * len(track) + ROUNDING)
    return Reconciliation(
        "Losses above VaR, current",
        float(max(above - allowed, 0)),
        0.0,
        0.0,
        f"counted: {above} of {len(track)} returns, at most {allowed} allowed",
    )


def _growth(study: Study) -> Reconciliation:
    from_table = _number(growth_rows(study)[-1][1])
    return Reconciliation(
        "Growth of 100 ends at the product of returns",
        from_table,
        100 * prod(1 + r for r in study.current.track.tolist()),
        1e-7,
        "returns multiplied one by one",
    )


def _drawdown(study: Study) -> Reconciliation:
    return Reconciliation(
        "Deepest fall, current",
        study.current.metrics["max drawdown"][0],
        -min(_number(row[4]) for row in growth_rows(study)),
        ROUNDING,
        "lowest point of the drawdown chart",
    )


def _stress(study: Study) -> Reconciliation:
    classes = dict(zip(study.all_assets.tickers, study.all_assets.asset_classes, strict=True))
    lineage = {ticker: (classes[ticker], top) for ticker, top in _of_class(study).items()}
    second = [
        recount.stressed(_by_ticker(study.current_weights), lineage, each)
        for each in study.case.scenarios
    ]
    pairs = zip(study.stress_current, second, strict=True)
    return Reconciliation(
        "Stress, current, all scenarios",
        max((abs(result.portfolio_return - again) for result, again in pairs), default=0.0),
        0.0,
        ROUNDING,
        "largest gap; weight × shock re-added asset by asset",
    )


def _drift(study: Study) -> Reconciliation:
    return Reconciliation(
        "Drifts of the classes cancel",
        fsum(row.drift for row in study.drift),
        0.0,
        ROUNDING,
        "what one class is over, others are under",
    )


def _notionals(study: Study) -> Reconciliation:
    return Reconciliation(
        "Notional is quantity × price",
        recount.notional_gap(study.trades.trades),
        0.0,
        CENT,
        "largest gap over all orders, to the cent",
    )


def _closing_cash(study: Study) -> Reconciliation:
    plan = study.trades
    return Reconciliation(
        "Closing cash",
        plan.cash_after,
        recount.closing_cash(plan.cash_before, plan.cash_flow, plan.trades),
        CENT,
        "opening + flow + sells − buys − costs over the orders, in integer cents",
    )


def _ledger(study: Study) -> Reconciliation:
    amounts = [recount.cents(_number(row[1])) for row in ledger_rows(study)]
    return Reconciliation(
        "Cash ledger adds up",
        amounts[5] / 100,
        sum(amounts[:5]) / 100,
        CENT,
        "lines of the ledger on Trades, in integer cents",
    )


def _bars(study: Study) -> Reconciliation:
    drawn = fsum(_number(row[1]) - _number(row[2]) for row in bar_rows(study))
    return Reconciliation(
        "Chart of buys and sells against the orders",
        drawn,
        sum(recount.cents(t.notional) for t in study.trades.trades if t.side != "HOLD") / 100,
        0.005,
        "bars re-added against the notionals in integer cents",
    )


RECONCILED: tuple[Callable[[Study], Reconciliation], ...] = (
    _portfolio_value,
    _current_weights,
    _recommended_weights,
    _class_weights,
    _drift,
    _weights_after,
    _value_after,
    _notionals,
    _closing_cash,
    _ledger,
    _bars,
    _risk,
    _shortfall,
    _value_at_risk,
    _growth,
    _drawdown,
    _stress,
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
