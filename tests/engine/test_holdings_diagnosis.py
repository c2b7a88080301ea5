"""Whether so few holdings are enough, by hand and against every choice of assets."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.engine import holdings_diagnosis
from addin.engine.constraints import feasible_set
from addin.engine.diagnosis import MET
from addin.engine.optimize import optimize
from addin.engine.policy_diagnosis import Known, diagnose_policy
from addin.engine.program import UnprovedError
from addin.errors import InfeasibleError

TICKERS = ("A", "B", "C", "D", "E")
UNIVERSE = Universe(TICKERS, ("X", "X", "Y", "Y", "Y"), upper=(0.4,) * 5)
NEEDED = "the other limits need at least 3; holdings ≤ 3 instead of 2 would do"


def at_most(number):
    return Limit(Rule.HOLDINGS, "", "<=", number)


def found(*limits, universe=UNIVERSE, classes=(), known=None):
    return {f.words: f for f in diagnose_policy(universe, classes, limits, known)}


def test_two_holdings_of_at_most_40_percent_do_not_add_up():
    findings = found(at_most(2), classes=(ClassRange("X", 0.2, 0.7),))
    number = findings["holdings ≤ 2"]
    assert (number.in_conflict, number.alone, number.note) == (True, 1.0, NEEDED)
    others = [finding for words, finding in findings.items() if words != "holdings ≤ 2"]
    assert others and not any(f.in_conflict or f.alone == 0 or f.note == MET for f in others)
    feasible = feasible_set(UNIVERSE, (ClassRange("X", 0.2, 0.7),), [at_most(3)])
    market = Assumptions(TICKERS, np.full(5, 0.05), np.eye(5) * 0.04, 0.01)
    assert (optimize(market, feasible, "min volatility").weights != 0).sum() == 3


def test_three_holdings_of_at_most_40_percent_are_enough():
    findings = found(at_most(3), classes=(ClassRange("X", 0.2, 0.7),))
    assert {(f.in_conflict, f.alone, f.note) for f in findings.values()} == {(False, 0.0, MET)}


def test_where_the_other_rules_contradict_each_other_the_number_is_not_to_blame():
    findings = found(at_most(2), classes=(ClassRange("X", 0.9, 1.0),))
    assert findings["X ≥ 90%"].in_conflict and not findings["holdings ≤ 2"].in_conflict
    assert findings["holdings ≤ 2"].note.startswith("not looked at: no portfolio of any number")


def test_of_two_limits_that_are_too_low_neither_alone_is_enough():
    findings = found(at_most(1), at_most(2), at_most(3))
    assert [(f.in_conflict, f.alone) for w, f in findings.items() if w.startswith("holdings")] == [
        (True, None),
        (True, None),
        (False, None),
    ]


def test_settlement_cash_is_no_holding_here_either():
    universe = Universe(("A", "B", "CASH"), ("X", "X", "Z"), upper=(0.4, 0.4, 0.2))
    assert found(at_most(2), universe=universe)["holdings ≤ 2"].note == MET


def test_a_least_number_and_a_soft_one_are_not_looked_at():
    findings = found(Limit(Rule.HOLDINGS, "", ">=", 3), replace(at_most(2), hard=False))
    assert "holdings ≤ 2" not in findings
    note = "not looked at: only a largest number of holdings can be imposed"
    assert findings["holdings ≥ 3"].note == note


def test_what_a_search_cannot_tell_is_not_said(monkeypatch):
    def lost(*_):
        raise UnprovedError("")

    monkeypatch.setattr(holdings_diagnosis, "among_few", lost)
    findings = found(at_most(2), classes=(ClassRange("X", 0.2, 0.7),))
    assert not any(f.in_conflict or f.note == MET for f in findings.values())
    assert findings["holdings ≤ 2"].note.endswith("yet there may be one")


def test_a_number_that_may_be_more_than_is_needed_is_not_called_the_least(monkeypatch):
    tried = holdings_diagnosis.among_few

    def lost_at_three(task, method):
        if task.problem.feasible.holdings.most == 3:
            raise UnprovedError("")
        return tried(task, method)

    monkeypatch.setattr(holdings_diagnosis, "among_few", lost_at_three)
    number = found(at_most(2))["holdings ≤ 2"]
    assert number.in_conflict and number.alone == 2
    assert number.note == "whether fewer would is not known; holdings ≤ 4 instead of 2 would do"


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("risk", ["volatility", "tracking error", "cvar", "turnover"])
def test_the_number_that_would_do_is_the_least_of_all_choices(risk, seed):
    rng = np.random.default_rng(seed)
    samples = rng.normal(size=(30, 5)) * rng.uniform(0.05, 0.2, 5)
    market = Assumptions(TICKERS, rng.uniform(0.02, 0.1, 5), np.cov(samples.T), 0.01)
    dates = np.arange(30).astype("datetime64[M]").astype("datetime64[D]")
    extra = {
        "returns": Returns(dates, TICKERS, samples / 4),
        "benchmark": pd.Series(rng.dirichlet(np.ones(5)), TICKERS),
        "current": pd.Series(rng.dirichlet(np.ones(5)), TICKERS),
    }
    universe = replace(UNIVERSE, upper=(0.7,) * 5)
    objective = {"cvar": "min cvar", "tracking error": "min tracking error"}
    feasible = feasible_set(universe, ())
    least = optimize(market, feasible, objective.get(risk, "min volatility"), **extra)
    bound = 0.3 if risk == "turnover" else 1.25 * least.objective_value
    limit = Limit(Rule(risk), "", "<=", bound)
    number = found(at_most(1), limit, universe=universe, known=Known(market, **extra))
    limited = feasible_set(universe, (), [limit] if risk == "turnover" else [])

    def possible(hold):
        only = replace(limited, upper=np.where(np.isin(TICKERS, hold), 0.7, 0.0))
        try:
            best = optimize(market, only, objective.get(risk, "min volatility"), **extra)
        except InfeasibleError:
            return False
        return risk == "turnover" or best.objective_value <= bound

    sizes = (k for k in range(1, 6) if any(map(possible, combinations(TICKERS, k))))
    assert number["holdings ≤ 1"].alone == next(sizes) - 1
