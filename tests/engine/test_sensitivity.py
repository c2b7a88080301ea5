"""Other assumptions against closed forms of two assets."""

from dataclasses import replace

import numpy as np
import pytest

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.policy import Limit, Rule
from addin.domain.universe import Universe
from addin.engine.constraints import feasible_set
from addin.engine.optimised import optimised
from addin.engine.problem import problem_of
from addin.engine.sensitivity import NO_ANSWER, sensitivities, under_assumptions
from addin.engine.settings import Settings

UNIVERSE = Universe(("SPY", "AGG"), ("Equity", "Bonds"))
MARKET = Assumptions(
    ("SPY", "AGG"), np.array([0.08, 0.05]), np.array([[0.04, 0.001], [0.001, 0.01]]), 0.01
)  # volatilities 20 % and 10 %, correlation 0.05


def found(objective, *limits, market=MARKET, settings=None):
    rows = [Limit(Rule(rule), selector, sign, value) for rule, selector, sign, value in limits]
    feasible = feasible_set(UNIVERSE, (), rows, assumptions=market)
    listed = sensitivities(optimised(market, feasible, objective, settings or Settings()))
    return listed, {(each.quantity, each.shock): each for each in listed}


def least_volatile(first, second, rho):
    """Weight of the first asset, and the volatility."""
    both = rho * first * second
    weight = (second**2 - both) / (first**2 + second**2 - 2 * both)
    variance = first**2 * second**2 * (1 - rho**2) / (first**2 + second**2 - 2 * both)
    return weight, variance**0.5


def test_a_volatility_moves_the_least_volatile_portfolio_as_its_formula_says():
    _, by_shock = found("min volatility")
    before, after = least_volatile(0.2, 0.1, 0.05), least_volatile(0.21, 0.1, 0.05)
    shocked = by_shock["SPY volatility", "+1 pp"]
    assert shocked.turnover == pytest.approx(abs(after[0] - before[0]), rel=1e-6)
    assert shocked.change == pytest.approx(after[1] - before[1], rel=1e-6)


def test_correlations_move_it_as_its_formula_says():
    _, by_shock = found("min volatility")
    before = least_volatile(0.2, 0.1, 0.05)
    for quantity, shock, rho in (
        ("all correlations", "10% nearer to 1", 0.9 * 0.05 + 0.1),
        ("all correlations", "10% nearer to 0", 0.9 * 0.05),
        ("SPY correlations", "10% weaker", 0.9 * 0.05),
        ("AGG correlations", "10% stronger", 1.1 * 0.05),
    ):
        after = least_volatile(0.2, 0.1, rho)
        assert by_shock[quantity, shock].turnover == pytest.approx(
            abs(after[0] - before[0]), rel=1e-5
        )


def test_expected_returns_leave_the_least_volatile_portfolio_alone():
    listed, by_shock = found("min volatility")
    assert by_shock["SPY expected return", "+50 bp"].turnover == pytest.approx(0, abs=1e-9)
    turnovers = [each.turnover for each in listed]
    assert turnovers == sorted(turnovers, reverse=True)


def test_an_expected_return_moves_utility_by_its_gap_over_curvature():
    # d/ds: Δμ = λ (σ₁² + σ₂² − 2c) Δs inside the bounds
    settings = Settings(risk_aversion=3.0)
    _, by_shock = found("max utility", settings=settings)
    step = 0.005 / (3.0 * (0.04 + 0.01 - 2 * 0.001))
    shocked = by_shock["SPY expected return", "−50 bp"]
    assert shocked.turnover == pytest.approx(step, rel=1e-6)


def test_a_required_return_is_held_against_the_returns_shocked():
    # half SPY for 6.5 %; with SPY at 8.5 % the share is 1.5 / 3.5
    _, by_shock = found("min volatility", ("return", "", ">=", 0.065))
    shocked = by_shock["SPY expected return", "+50 bp"]
    assert shocked.turnover == pytest.approx(0.5 - 0.015 / 0.035, rel=1e-6)


def test_a_shock_without_an_answer_comes_first_and_says_so():
    listed, _ = found("min volatility", ("return", "", ">=", 0.078))
    first = listed[0]
    assert (first.quantity, first.shock) == ("SPY expected return", "−50 bp")
    assert first.turnover is None and first.note == NO_ANSWER


def test_money_without_risk_has_no_volatility_to_lose():
    market = replace(MARKET, covariance=np.diag([0.04, 0.0]))
    _, by_shock = found("max utility", market=market)
    assert ("AGG volatility", "−1 pp") not in by_shock
    assert by_shock["AGG volatility", "+1 pp"].turnover is not None


def test_scenarios_move_with_the_assumptions():
    rng = np.random.default_rng(0)
    dates = np.arange("2015-01", "2025-01", dtype="datetime64[M]").astype("datetime64[D]")
    values = rng.normal(size=(120, 2)) * 0.03 + 0.005
    history = Returns(dates, ("SPY", "AGG"), values)
    covariance = np.cov(values.T) * 12
    market = Assumptions(("SPY", "AGG"), values.mean(axis=0) * 12, covariance)
    feasible = feasible_set(UNIVERSE, ())
    problem = problem_of(market, feasible, None, 0.0, returns=history)
    wanted = covariance * np.outer([1.2, 1.0], [1.2, 1.0])
    wanted[0, 1] = wanted[1, 0] = 0.5 * wanted[0, 1]
    other = replace(market, expected_returns=np.array([0.1, 0.02]), covariance=wanted)
    moved = under_assumptions(problem, other).scenarios
    assert np.cov(moved.T) * 12 == pytest.approx(wanted, rel=1e-9, abs=1e-12)
    assert moved.mean(axis=0) * 12 == pytest.approx([0.1, 0.02])
    scaled = replace(market, covariance=covariance * np.outer([2, 1], [2, 1]))
    once = under_assumptions(problem, scaled).scenarios
    mean = values.mean(axis=0)
    assert once - mean == pytest.approx((values - mean) * [2, 1], rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_every_market_asked_about_can_exist(seed, monkeypatch):
    rng = np.random.default_rng(seed)
    n = 8
    loadings = rng.normal(size=(n, 2)) * 0.1
    covariance = loadings @ loadings.T + np.diag(rng.uniform(0.005, 0.03, n) ** 2)
    names = tuple(f"A{i}" for i in range(n))
    market = Assumptions(names, rng.uniform(0.02, 0.08, n), covariance)
    asked = []

    def remembered(problem, assumptions):
        asked.append(assumptions.covariance)
        return replace(problem, assumptions=assumptions)

    monkeypatch.setattr("addin.engine.sensitivity.under_assumptions", remembered)
    sensitivities(optimised(market, feasible_set(Universe(names, names), ()), "min volatility"))
    assert len(asked) >= 4 * n
    assert min(np.linalg.eigvalsh(each)[0] for each in asked) > 0
