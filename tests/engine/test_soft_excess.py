"""What is beyond soft limits and what it costs, by hand."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.policy import Rule
from addin.domain.universe import Universe
from addin.engine.constraints import feasible_set
from addin.engine.feasible import LinearRule, NormLimit, ShortLimit, TailLimit, TurnoverLimit
from addin.engine.objectives import METHODS
from addin.engine.problem import problem_of
from addin.engine.settings import Settings
from addin.engine.soft_excess import cost, soft_excess
from addin.engine.task import Task

TICKERS = ("A", "B")
MARKET = Assumptions(TICKERS, np.array([0.08, 0.04]), np.diag([0.04, 0.01]), 0.01)
HALVES = np.array([0.5, 0.5])
RISK = np.sqrt(0.04 / 4 + 0.01 / 4)  # 11.18 %
MORE_OF_A = LinearRule("A ≥ 60%", np.array([1.0, 0.0]), 0.6, np.inf, soft=True)  # 10 % missing


def problem(*limits, concentration=0.0):
    dates = np.arange(4).astype("datetime64[M]").astype("datetime64[D]")
    rows = np.array([[-0.1, -0.02], [-0.02, 0.0], [0.03, 0.01], [0.05, 0.01]])
    return problem_of(
        MARKET,
        feasible_set(Universe(TICKERS, ("X", "X")), ()).also(*limits),
        pd.Series([1.0, 0.0], TICKERS),
        concentration,
        current=pd.Series([0.2, 0.7], TICKERS),
        returns=Returns(dates, TICKERS, rows),
        confidence=0.75,
    )


@pytest.mark.parametrize(
    ("limit", "excess"),
    [
        (MORE_OF_A, 0.1),
        (replace(MORE_OF_A, lower=0.4), 0.0),
        # a mean score of 45 where 40 is the most: 5 is an eighth of 40
        (LinearRule("score", np.array([60.0, 30.0]), -np.inf, 40.0, soft=True, unit=40.0), 0.125),
        (NormLimit(Rule.VOLATILITY, "volatility ≤ 10%", 0.1, soft=True), RISK - 0.1),
        # half of A sold for B: √(0.25 · 0.05)
        (NormLimit(Rule.TRACKING_ERROR, "te", 0.1, soft=True), np.sqrt(0.0125) - 0.1),
        # the worst row of four: half of −10 % and −2 %
        (TailLimit("cvar ≤ 5%", 0.05, soft=True), 0.01),
        # 20 % of B sold, and the 10 % that is held elsewhere
        (TurnoverLimit("turnover ≤ 25%", 0.25, soft=True), 0.05),
        (TurnoverLimit("turnover ≤ 30%", 0.3, soft=True), 0.0),
        (ShortLimit("shorts", 0.0, soft=True), 0.0),
    ],
)
def test_excess_by_hand(limit, excess):
    assert soft_excess(problem(limit), HALVES) == pytest.approx(excess, abs=1e-15)


def test_excess_adds_up_over_limits_and_counts_a_limit_of_several_rows_once():
    own = LinearRule("each ≤ 40%", np.array([1.0, 0.0]), -np.inf, 0.4, soft=True)
    other = replace(own, coefficients=np.array([0.0, 1.0]))
    weights = np.array([0.45, 0.55])  # 5 % and 15 % beyond, and 15 % short of A
    assert soft_excess(problem(own, other), weights) == pytest.approx(0.15)
    assert soft_excess(problem(own, other, MORE_OF_A), weights) == pytest.approx(0.3)
    hard = replace(MORE_OF_A, soft=False)
    assert soft_excess(problem(hard), weights) == 0.0


@pytest.mark.parametrize(
    ("objective", "value", "costs"),
    [
        # 10 % too little of A at a price of 0.5: 0.05 of return, by λ = 2 0.025 of variance/2
        ("min cvar", 0.06, 0.06 + 0.05),
        ("max return", 0.06, -(0.06 - 0.05)),
        ("max sharpe", 0.05 / RISK, -(0.05 - 0.05) / RISK),
        ("max sharpe", 0.08 / RISK, -(0.08 - 0.05) / RISK),
        ("min volatility", RISK, RISK**2 / 2 + 0.025),
        ("max diversification", 1.3, -1.3),
        ("equal weight", 0.1, 0.1),
    ],
)
def test_costs_by_hand(objective, value, costs):
    task = Task(problem(MORE_OF_A), Settings(soft_price=0.5, risk_aversion=2.0))
    assert cost(task, METHODS[objective], HALVES, value) == pytest.approx(costs, abs=1e-15)


@pytest.mark.parametrize(
    ("objective", "value", "costs"),
    [
        # 0.02 · (0.25 + 0.25) = 0.01 added to the variance, and to what is no variance
        ("min volatility", RISK, (RISK**2 + 0.01) / 2),
        ("min cvar", 0.06, 0.07),
        ("max sharpe", 0.05 / RISK, -0.05 / np.sqrt(RISK**2 + 0.01)),
        ("max utility", 0.04, -0.04),
        ("equal weight", 0.1, 0.1),
    ],
)
def test_the_penalty_of_concentration_costs_what_the_value_leaves_out(objective, value, costs):
    task = Task(problem(concentration=0.02), Settings(concentration=0.02))
    assert cost(task, METHODS[objective], HALVES, value) == pytest.approx(costs, abs=1e-15)
