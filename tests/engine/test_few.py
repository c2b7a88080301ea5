"""A limit on the number of holdings around every objective, against all choices one by one."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.engine.constraints import feasible_set
from addin.engine.optimize import Objective, Settings, optimize
from addin.errors import InfeasibleError, InputError

N = 6
TICKERS = tuple(f"A{i}" for i in range(N))
RISK_PARITY, MIN_VAR = Objective.RISK_PARITY, Objective.MIN_VAR
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


@pytest.mark.parametrize(
    ("objective", "wanted"), [("min var", {}), ("max return", {"target_var": 0.045})]
)
def test_a_local_search_proves_nothing_of_few_holdings(objective, wanted):
    settings = Settings(max_holdings=3, min_holding=0.1, time_limit=1, **wanted)
    found = optimize(market(1), policy(), objective, settings, **given(1))
    held = found.weights[found.weights != 0]
    assert len(held) <= 3 and held.min() >= 0.1 - 1e-9
    assert "each holding ≥ 10%: the best of " in found.note
    assert "proved" not in found.note and "better" not in found.note
    losses = -np.sort(given(1)["returns"].values @ found.weights.to_numpy())
    assert losses[2] <= wanted.get("target_var", 1.0) + 1e-9  # the third worst of 40 months


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


def test_the_policys_own_limit_on_holdings_counts():
    universe = Universe(TICKERS, ("X",) * N, upper=(0.6,) * N)
    feasible = feasible_set(universe, (), [Limit(Rule("holdings"), "", "<=", 2)])
    found = optimize(market(2), feasible, "min volatility")
    assert (found.weights != 0).sum() == 2 and found.note.startswith("holdings ≤ 2: proved")


def test_too_few_holdings_for_the_largest_weights_are_refused():
    with pytest.raises(InfeasibleError, match="holdings ≤ 1"):
        optimize(market(2), policy(upper=0.4), "min volatility", Settings(max_holdings=1))


def test_risk_parity_cannot_leave_assets_out():
    with pytest.raises(InputError, match="holdings ≤ 3: this objective gives every asset a weight"):
        optimize(market(2), policy(), "risk parity", Settings(max_holdings=3))
