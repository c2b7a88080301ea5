"""A limit on the number of holdings around every objective, against all choices one by one."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.engine.constraints import feasible_set
from addin.engine.feasible import HoldingsLimit
from addin.engine.few import among_few
from addin.engine.objectives import METHODS
from addin.engine.optimize import Objective, Settings, nearest, optimize
from addin.engine.problem import problem_of
from addin.engine.program import Optimum, UnprovedError
from addin.engine.task import Task
from addin.errors import InfeasibleError, InputError

N = 6
TICKERS = tuple(f"A{i}" for i in range(N))
RISK_PARITY, MIN_VAR = Objective.RISK_PARITY, Objective.MIN_VAR
LEAST = ("min volatility", "min tracking error", "min cvar", "min drawdown")
GREATEST = ("max sharpe", "max utility", "max return", "max diversification")


def market(seed):
    rng = np.random.default_rng(seed)
    samples = rng.normal(size=(3 * N, N)) * rng.uniform(0.05, 0.3, N) + 0.1 * rng.normal(
        size=(3 * N, 1)
    )
    return Assumptions(TICKERS, rng.uniform(0.02, 0.12, N), np.cov(samples.T), 0.01)


def given(seed):
    rng = np.random.default_rng(seed)
    dates = np.arange(40).astype("datetime64[M]").astype("datetime64[D]")
    returns = Returns(dates, TICKERS, rng.standard_t(4, (40, N)) * 0.03)
    return {
        "benchmark": pd.Series(rng.dirichlet(np.ones(N)), TICKERS),
        "current": pd.Series(rng.dirichlet(np.ones(N)), TICKERS),
        "returns": returns,
    }


def policy(upper=0.7, lower=0.0, hold=None):
    chosen = hold or TICKERS
    lows = tuple(lower if t in chosen else 0.0 for t in TICKERS)
    highs = tuple(upper if t in chosen else 0.0 for t in TICKERS)
    universe = Universe(TICKERS, ("X", "Y") * 3, lows, highs)
    return feasible_set(universe, (ClassRange("X", 0.2, 0.7),))


def best_of_all_choices(assumptions, objective, most, least, extra):
    values = []
    for hold in (c for k in range(1, most + 1) for c in combinations(TICKERS, k)):
        try:
            found = optimize(assumptions, policy(lower=least, hold=hold), objective, **extra)
        except (InfeasibleError, InputError):
            continue
        values.append(found.objective_value)
    return max(values) if objective in GREATEST else min(values)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("objective", sorted(set(Objective) - {RISK_PARITY, MIN_VAR}))
def test_no_choice_of_few_assets_is_better(objective, seed):
    assumptions, extra = market(seed), given(seed)
    settings = Settings(max_holdings=3, min_holding=0.1)
    found = optimize(assumptions, policy(), objective, settings, **extra)
    held = found.weights[found.weights != 0]
    assert len(held) <= 3 and held.min() >= 0.1 - 1e-9
    best = best_of_all_choices(assumptions, objective, 3, 0.1, extra)
    assert found.objective_value == pytest.approx(best, rel=2e-6, abs=1e-9)
    assert found.note == "holdings ≤ 3; each holding ≥ 10%: proved best within 0.0001%"


def test_a_local_search_proves_nothing_of_few_holdings():
    settings = Settings(max_holdings=3, min_holding=0.1, target_var=0.045)
    found = optimize(market(1), policy(), "max return", settings, **given(1))
    held = found.weights[found.weights != 0]
    assert len(held) <= 3 and held.min() >= 0.1 - 1e-9
    assert "each holding ≥ 10%: the best of " in found.note
    assert "proved" not in found.note and "better" not in found.note
    losses = -np.sort(given(1)["returns"].values @ found.weights.to_numpy())
    assert losses[2] <= 0.045 + 1e-9  # the third worst of 40 months


def test_few_holdings_obey_limits_of_volatility_and_cvar_too():
    assumptions, extra = market(1), given(1)
    free = optimize(assumptions, policy(), "max return", Settings(max_holdings=3), **extra)
    risk = float(np.sqrt(free.weights @ assumptions.covariance @ free.weights))
    settings = Settings(max_holdings=3, max_volatility=0.95 * risk, max_cvar=0.06)
    found = optimize(assumptions, policy(), "max return", settings, **extra)
    assert (found.weights != 0).sum() <= 3
    assert float(np.sqrt(found.weights @ assumptions.covariance @ found.weights)) <= 0.95 * risk
    choices = []
    limits = Settings(max_volatility=0.95 * risk, max_cvar=0.06)
    for hold in combinations(TICKERS, 3):
        try:
            each = optimize(assumptions, policy(hold=hold), "max return", limits, **extra)
        except InfeasibleError:
            continue
        choices.append(each.objective_value)
    assert found.objective_value == pytest.approx(max(choices), rel=2e-6)


@pytest.mark.parametrize("objective", ["max sharpe", "max diversification", "equal weight"])
def test_soft_limits_are_weighed_or_have_no_say_among_few(objective):
    assumptions, universe = market(1), Universe(TICKERS, ("X", "Y") * 3)
    wish = Limit(Rule("weight"), "A5", ">=", 0.4, hard=False)
    feasible = feasible_set(universe, (), [wish])
    settings = Settings(max_holdings=3, soft_price=0.2)
    found = optimize(assumptions, feasible, objective, settings)
    assert (found.weights != 0).sum() <= 3
    excess = np.sqrt(np.diag(assumptions.covariance))
    price = 0.0
    if objective == "max sharpe":
        excess, price = assumptions.expected_returns - assumptions.risk_free, 0.2

    def score(weights):
        if objective == "equal weight":
            return -found.objective_value
        missing = max(0.4 - weights["A5"], 0.0)
        return (excess @ weights - price * missing) / np.sqrt(
            weights @ assumptions.covariance @ weights
        )

    choices = []
    for hold in combinations(TICKERS, 3):
        upper = np.where(np.isin(TICKERS, hold), 1.0, 0.0)
        each = optimize(
            assumptions, replace(feasible, upper=upper), objective, Settings(soft_price=0.2)
        )
        choices.append(score(each.weights))
    assert score(found.weights) == pytest.approx(max(choices), rel=2e-6)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(
    ("objective", "risk"),
    [
        ("max sharpe", "max_tracking_error"),
        ("max diversification", "max_tracking_error"),
        ("max sharpe", "max_volatility"),
    ],
)
def test_a_ratio_within_a_limit_of_risk_holds_no_more_than_allowed(objective, risk, seed):
    assumptions, extra = market(seed), given(seed)
    feasible = policy(upper=1.0)
    least = {"max_tracking_error": "min tracking error", "max_volatility": "min volatility"}[risk]
    calm = optimize(assumptions, feasible, least, Settings(max_holdings=3), **extra)
    bound = 1.1 * calm.objective_value
    limits = {risk: bound}
    found = optimize(assumptions, feasible, objective, Settings(max_holdings=3, **limits), **extra)
    assert 0 < (found.weights != 0).sum() <= 3
    assert found.note.startswith("holdings ≤ 3: proved best")
    values = []
    for hold in combinations(TICKERS, 3):
        upper = np.where(np.isin(TICKERS, hold), 1.0, 0.0)
        only = replace(feasible, upper=upper)
        try:
            each = optimize(assumptions, only, objective, Settings(**limits), **extra)
        except InfeasibleError:
            continue
        values.append(each.objective_value)
    assert found.objective_value == pytest.approx(max(values), rel=2e-6)


@pytest.mark.parametrize("objective", ["max sharpe", "max diversification"])
def test_two_assets_at_a_limit_of_tracking_error_by_hand(objective):
    covariance = np.array([[0.04, 0.006, 0], [0.006, 0.01, 0.001], [0, 0.001, 0.0225]])
    tickers = ("EQ", "BD", "GO")
    assumptions = Assumptions(tickers, np.array([0.08, 0.04, 0.05]), covariance, 0.0)
    feasible = feasible_set(Universe(tickers, ("X",) * 3), ())
    settings = Settings(max_holdings=2, max_tracking_error=0.05)
    extra = {"benchmark": pd.Series([0.6, 0.4, 0.0], tickers)}
    found = optimize(assumptions, feasible, objective, settings, **extra)
    # sold of EQ for BD: 5 % of √(0.04 + 0.01 − 2 · 0.006); a pair with GO is farther or worse
    sold = 0.05 / np.sqrt(0.038)
    assert found.weights.to_numpy() == pytest.approx([0.6 - sold, 0.4 + sold, 0.0], abs=1e-9)
    assert (found.weights != 0).sum() == 2


def test_an_answer_beyond_the_limit_on_holdings_is_never_given():
    def careless(task):
        n = len(task.problem.feasible)
        nothing = np.zeros(len(task.problem.feasible.rules) + 1), ()
        return Optimum(np.full(n, 1 / n), *nothing, "careless", 0), 1.0

    universe = Universe(TICKERS, ("X",) * N)
    for limit in (HoldingsLimit(("holdings ≤ 2",), 2), HoldingsLimit(("each ≥ 50%",), None, 0.5)):
        feasible = replace(feasible_set(universe, ()), holdings=limit)
        task = Task(problem_of(market(0), feasible, None, 0.0), Settings())
        search = replace(METHODS[Objective.MIN_VOLATILITY], solve=careless)
        with pytest.raises(UnprovedError, match=limit.words[0]):
            among_few(task, search)


SOFT = {
    "weight": (Limit(Rule("weight"), "A5", ">=", 0.5, hard=False),),
    "norm": (Limit(Rule("volatility"), "", "<=", 0.03, hard=False),),
    "tail": (Limit(Rule("cvar"), "", "<=", 0.005, hard=False),),
    "both": (
        Limit(Rule("turnover"), "", "<=", 0.1, hard=False),
        Limit(Rule("cvar"), "", "<=", 0.005, hard=False),
    ),
}


def soft_score(weights, objective, wish, assumptions, extra):
    """What is greatest, at a price of 0.05 and a risk aversion of 2.5, from the definitions."""
    w = weights.to_numpy()
    variance = float(w @ assumptions.covariance @ w)
    returns = extra["returns"].values @ w
    cvar = -np.sort(returns)[:2].mean()  # 5 % of 40 months
    sold = np.maximum(extra["current"].to_numpy() - w, 0.0).sum()
    beyond = {
        "weight": 0.5 - w[5],
        "norm": np.sqrt(variance) - 0.03,
        "tail": cvar - 0.005,
        "both": max(sold - 0.1, 0.0) + max(cvar - 0.005, 0.0),
    }
    price = 0.05 * max(beyond[wish], 0.0)
    active = w - extra["benchmark"].to_numpy()
    reward = float(assumptions.expected_returns @ w)
    wealth = np.concatenate([[0.0], np.cumsum(returns)])
    falls = np.sort((np.maximum.accumulate(wealth) - wealth)[1:])[::-1]
    return {
        "max return": reward - price,
        "max utility": reward - 1.25 * variance - price,
        "max sharpe": (reward - assumptions.risk_free - price) / np.sqrt(variance),
        "min volatility": -variance / 2 - price / 2.5,
        "min tracking error": -active @ assumptions.covariance @ active / 2 - price / 2.5,
        "min cvar": -cvar - price,
        "min drawdown": -falls[:2].mean() - price,
    }[objective]


@pytest.mark.parametrize("wish", SOFT)
@pytest.mark.parametrize("objective", [*GREATEST[:3], *LEAST])
def test_soft_limits_are_weighed_among_few_in_every_objective(objective, wish):
    assumptions, extra = market(3), given(3)
    feasible = feasible_set(Universe(TICKERS, ("X",) * N), (), SOFT[wish])
    # a limit of risk that may not bind, but ends the shorter way to a ratio
    limits = {"soft_price": 0.05, "max_volatility": 0.2}
    few = Settings(max_holdings=2, **limits)
    found = optimize(assumptions, feasible, objective, few, **extra)
    assert 0 < (found.weights != 0).sum() <= 2
    assert found.note.startswith("holdings ≤ 2: proved best within 0.0001%")
    scores = []
    for hold in combinations(TICKERS, 2):
        only = replace(feasible, upper=np.where(np.isin(TICKERS, hold), 1.0, 0.0))
        try:
            each = optimize(assumptions, only, objective, Settings(**limits), **extra)
        except (InfeasibleError, InputError):  # or Clarabel cannot prove it
            continue
        scores.append(soft_score(each.weights, objective, wish, assumptions, extra))
    score = soft_score(found.weights, objective, wish, assumptions, extra)
    assert score == pytest.approx(max(scores), rel=2e-6, abs=1e-9)


def test_weights_wanted_are_neared_by_few():
    wanted = pd.Series([0.3, 0.25, 0.2, 0.15, 0.06, 0.04], TICKERS)
    universe = Universe(TICKERS, ("X",) * N)
    feasible = feasible_set(universe, (), [Limit(Rule("holdings"), "", "<=", 3)])
    found = nearest(market(1), feasible, wanted)
    # the three largest, each with a third of the missing 25 %; 3 · (1/12)² and the others left
    assert found.weights[:3].to_numpy() == pytest.approx(np.array([0.3, 0.25, 0.2]) + 1 / 12)
    distance = np.sqrt(3 / 144 + 0.15**2 + 0.06**2 + 0.04**2)
    assert found.objective_value == pytest.approx(distance)


def test_the_policys_own_limit_on_holdings_counts():
    universe = Universe(TICKERS, ("X",) * N, upper=(0.6,) * N)
    feasible = feasible_set(universe, (), [Limit(Rule("holdings"), "", "<=", 2)])
    found = optimize(market(2), feasible, "min volatility")
    assert (found.weights != 0).sum() == 2 and found.note.startswith("holdings ≤ 2: proved")


def with_cash(cash):
    """Seven assets, the third of them cash of its own range, correlated with the others."""
    tickers = ("A0", "A1", "CASH", *TICKERS[2:])
    rng = np.random.default_rng(4)
    samples = rng.normal(size=(20, 7)) * rng.uniform(0.05, 0.3, 7) + 0.1 * rng.normal(size=(20, 1))
    samples[:, 2] = 0.01 * samples.sum(axis=1)
    assumptions = Assumptions(tickers, rng.uniform(0.03, 0.12, 7), np.cov(samples.T), 0.01)
    lower, upper = ([bound] * 7 for bound in (0.0, 0.6))
    lower[2], upper[2] = cash
    universe = Universe(tickers, ("X",) * 7, tuple(lower), tuple(upper))
    return assumptions, feasible_set(universe, ())


def least_of_all_choices(assumptions, feasible, objective, most, least, extra):
    """Every choice of the six assets, with cash on top of each."""
    values, cash = [], np.array([t == "CASH" for t in feasible.tickers])
    for hold in (c for k in range(1, most + 1) for c in combinations(TICKERS, k)):
        held = np.isin(feasible.tickers, hold)
        lower = np.where(held, least, np.where(cash, feasible.lower, 0.0))
        only = replace(feasible, lower=lower, upper=np.where(held | cash, feasible.upper, 0.0))
        try:
            values.append(optimize(assumptions, only, objective, **extra).objective_value)
        except InfeasibleError:
            continue
    return max(values) if objective in GREATEST else min(values)


@pytest.mark.parametrize("cash", [(0.01, 0.01), (0.0, 0.3), (0.02, 0.5)])
@pytest.mark.parametrize("objective", [*GREATEST, "min volatility", "min tracking error"])
def test_settlement_cash_is_no_holding_and_needs_no_least_weight(objective, cash):
    assumptions, feasible = with_cash(cash)
    extra = {"benchmark": pd.Series(1 / 7, feasible.tickers)}
    settings = Settings(max_holdings=3, min_holding=0.15)
    found = optimize(assumptions, feasible, objective, settings, **extra)
    held = found.weights.drop("CASH")[lambda w: w != 0]
    assert len(held) <= 3 and held.min() >= 0.15 - 1e-9
    assert cash[0] - 1e-9 <= found.weights["CASH"] <= cash[1] + 1e-9
    best = least_of_all_choices(assumptions, feasible, objective, 3, 0.15, extra)
    assert found.objective_value == pytest.approx(best, rel=2e-6, abs=1e-9)
    assert found.note.endswith("proved best within 0.0001%")


@pytest.mark.parametrize("objective", ["min cvar", "equal weight"])
def test_cash_is_no_holding_where_nothing_is_known_of_the_objective(objective):
    assumptions, feasible = with_cash((0.01, 0.01))
    rng = np.random.default_rng(5)
    dates = np.arange(40).astype("datetime64[M]").astype("datetime64[D]")
    extra = {"returns": Returns(dates, feasible.tickers, rng.standard_t(4, (40, 7)) * 0.03)}
    settings = Settings(max_holdings=3, min_holding=0.15)
    found = optimize(assumptions, feasible, objective, settings, **extra)
    assert found.weights["CASH"] == pytest.approx(0.01)
    assert 0 < (found.weights.drop("CASH") != 0).sum() <= 3
    best = least_of_all_choices(assumptions, feasible, objective, 3, 0.15, extra)
    assert found.objective_value == pytest.approx(best, rel=2e-6)


def test_a_portfolio_of_cash_alone_has_no_holdings():
    universe = Universe(("CASH",), ("Cash",))
    market = Assumptions(("CASH",), np.array([0.02]), np.array([[1e-6]]), 0.0)
    found = optimize(market, feasible_set(universe, ()), "min volatility", Settings(max_holdings=1))
    assert found.weights["CASH"] == 1.0


def test_a_riskless_asset_among_few_is_left_to_the_ratio_itself():
    covariance = np.diag([0.0, 0.04, 0.09, 0.16])
    market = Assumptions(TICKERS[:4], np.array([0.01, 0.05, 0.06, 0.08]), covariance, 0.01)
    feasible = feasible_set(Universe(TICKERS[:4], ("X",) * 4, upper=(0.5,) * 4), ())
    found = optimize(market, feasible, "max sharpe", Settings(max_holdings=2))
    # any mix of the riskless asset with one of ratio 0.2, 0.167 or 0.175, or the best pair
    pair = max(np.hypot(0.2, 0.05 / 0.3), np.hypot(0.2, 0.07 / 0.4), np.hypot(0.05 / 0.3, 0.175))
    assert 0.2 <= found.objective_value <= pair + 1e-9
    assert (found.weights != 0).sum() == 2


def test_how_much_better_another_may_be_is_said_of_the_objective_itself():
    rng = np.random.default_rng(9)
    tickers = tuple(f"S{i}" for i in range(16))
    samples = rng.normal(size=(60, 16)) * 0.1 + 0.1 * rng.normal(size=(60, 1))
    market = Assumptions(tickers, rng.uniform(0.02, 0.1, 16), np.cov(samples.T), 0.0)
    feasible = feasible_set(Universe(tickers, ("X",) * 16), ())
    benchmark = pd.Series(1 / 16, tickers)
    hurry = Settings(max_holdings=6, time_limit=1e-9)
    found = optimize(market, feasible, "min tracking error", hurry, benchmark=benchmark)
    slow = optimize(
        market, feasible, "min tracking error", Settings(max_holdings=6), benchmark=benchmark
    )
    free = optimize(market, feasible, "min tracking error", benchmark=benchmark)
    assert free.objective_value == pytest.approx(0, abs=1e-4)
    share = float(found.note.split("more than ")[1].split("%")[0]) / 100
    assert 0.01 < share < 1
    assert slow.objective_value >= (1 - share) * found.objective_value - 1e-6


def test_too_few_holdings_for_the_largest_weights_are_refused():
    with pytest.raises(InfeasibleError, match="holdings ≤ 1"):
        optimize(market(2), policy(upper=0.4), "min volatility", Settings(max_holdings=1))


def test_risk_parity_cannot_leave_assets_out():
    with pytest.raises(InputError, match="holdings ≤ 3: this objective gives every asset a weight"):
        optimize(market(2), policy(), "risk parity", Settings(max_holdings=3))
