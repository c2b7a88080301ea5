"""Limits on holdings in the report: what is proposed, and what the orders leave."""

import numpy as np
import pytest

from addin.excel.case import read_case
from addin.report.study import Study
from tests.memory_book import MemoryBook
from workbook_templates.sample import sample_tables


def study(**keys):
    """The sample with further keys in Policy_Rebalance."""
    sample = {t.name: (t.headings, t.rows) for t in sample_tables().values()}
    headings, rows = sample["Policy_Rebalance"]
    kept = tuple(row for row in rows if row[0] not in keys)
    return Study(
        read_case(MemoryBook({**sample, "Policy_Rebalance": (headings, (*kept, *keys.items()))}))
    )


def holdings(weights):
    """What is held without settlement cash."""
    return weights.drop("CASH")[lambda w: np.abs(w) > 1e-9]


@pytest.fixture(scope="module")
def few():
    return study(max_holdings=8, min_holding=0.03)


def test_every_proposal_keeps_to_eight_holdings_of_three_percent_beside_cash(few):
    built = [each for each in few.candidates if each.name != "Current"]
    assert {"Policy target", "Min volatility", "Max utility"} <= {each.name for each in built}
    for each in built:
        assert len(holdings(each.weights)) <= 8
        assert holdings(each.weights).min() >= 0.03 - 1e-9
        assert each.weights["CASH"] == pytest.approx(0.01)


def test_orders_keep_to_the_holdings_proposed(few):
    assert few.recommended.name != "Current"
    assert set(holdings(few.proposed_weights).index) == set(holdings(few.recommended.weights).index)
    check = next(c for c in few.checks_proposed if c.rule == "holdings ≤ 8")
    assert check.actual == 8 and check.words == "holdings 8 ≤ 8"


def test_no_total_of_shorts_is_no_hindrance_where_nothing_may_be_short():
    left_out = [name for name, _ in study(max_short=0.0).candidate_set.left_out]
    assert left_out == ["Required return"]  # 6 % is more than the policy allows to earn
