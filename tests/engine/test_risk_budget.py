"""Risk budgets without limits: published cases, closed forms, and the equations themselves."""

import json
from pathlib import Path

import numpy as np
import pytest

from addin.engine.risk_budget import risk_budget
from addin.errors import InputError

ORACLES = Path(__file__).parents[1] / "oracles"
ERC = json.loads((ORACLES / "erc_maillard_roncalli_teiletche_2010.json").read_text())
TWO = json.loads((ORACLES / "rb_two_asset_closed_form.json").read_text())
PAIRS = list(zip(TWO["inputs"]["rows"], TWO["expected"]["w1"], strict=True))


def of_correlations(volatilities, correlation):
    return np.asarray(correlation) * np.outer(volatilities, volatilities)


def pair(sigma1, sigma2, rho):
    return of_correlations([sigma1, sigma2], [[1, rho], [rho, 1]])


def random_covariance(rng, n):
    """Often singular but for a ridge, with volatilities from 0.01 % to 1000 %."""
    samples = rng.normal(size=(int(rng.integers(1, 2 * n)), n))
    covariance = samples.T @ samples / len(samples) + 1e-10 * np.eye(n)
    return covariance * np.outer(*[10 ** rng.uniform(-4, 1, n)] * 2)


def undiversified(weights, covariance):
    """Variance before long exposures cancel, over the variance: how many digits a sum loses."""
    return weights @ np.abs(covariance) @ weights / (weights @ covariance @ weights)


def test_equal_contributions_of_uncorrelated_assets_are_the_published_ones():
    found = risk_budget(of_correlations(ERC["inputs"]["vol"], np.eye(4)), np.full(4, 0.25))
    expected = ERC["expected"]["high_precision"]["example1"]
    assert found.weights == pytest.approx(expected, abs=1e-12)
    assert 100 * found.weights == pytest.approx(ERC["expected"]["example1_erc_pct"], abs=0.05)


def test_equal_contributions_of_correlated_assets_are_the_published_ones():
    covariance = of_correlations(ERC["inputs"]["vol"], ERC["inputs"]["corr_example2"])
    found = risk_budget(covariance, np.full(4, 0.25))
    expected = ERC["expected"]["high_precision"]["example2"]
    assert found.weights == pytest.approx(expected, abs=1e-12)
    assert 100 * found.weights == pytest.approx(ERC["expected"]["example2_erc_pct"], abs=0.05)
    assert found.risk_shares == pytest.approx(np.full(4, 0.25), abs=1e-14)


@pytest.mark.parametrize(("row", "expected"), PAIRS)
def test_two_assets_have_the_closed_form(row, expected):
    budgets = np.array([row["budget1"], 1 - row["budget1"]])
    found = risk_budget(pair(row["sigma1"], row["sigma2"], row["rho"]), budgets)
    assert found.weights[0] == pytest.approx(expected, abs=TWO["tolerance"])


@pytest.mark.parametrize("rho", [-0.999, -0.5, 0.0, 0.7, 0.999])
def test_correlation_of_two_assets_does_not_matter_to_equal_budgets(rho):
    # w1 = σ2 / (σ1 + σ2) = 0.3 / 0.4
    found = risk_budget(pair(0.1, 0.3, rho), np.array([0.5, 0.5]))
    assert found.weights == pytest.approx([0.75, 0.25], abs=1e-12)


@pytest.mark.parametrize("rho", [-0.3, 0.0, 0.5, 0.95])
def test_equal_correlations_weigh_by_inverse_volatility(rho):
    # 1/σ: 10, 5, 4, 2; sum 21
    correlation = np.full((4, 4), rho) + (1 - rho) * np.eye(4)
    found = risk_budget(of_correlations([0.1, 0.2, 0.25, 0.5], correlation), np.full(4, 0.25))
    assert found.weights == pytest.approx(np.array([10, 5, 4, 2]) / 21, abs=1e-12)


def test_uncorrelated_assets_weigh_by_the_root_of_their_budget_over_volatility():
    # √0.64 / 0.1 = 8, √0.36 / 0.2 = 3
    found = risk_budget(pair(0.1, 0.2, 0.0), np.array([0.64, 0.36]))
    assert found.weights == pytest.approx([8 / 11, 3 / 11], abs=1e-13)


def test_an_asset_without_budget_has_no_weight():
    covariance = of_correlations([0.1, 0.2, 0.3], np.eye(3))
    found = risk_budget(covariance, np.array([0.5, 0.0, 0.5]))
    assert found.weights == pytest.approx([0.75, 0, 0.25], abs=1e-13)
    assert found.weights[1] == 0 and found.risk_shares[1] == 0


def test_all_the_budget_on_one_asset_is_all_the_weight():
    found = risk_budget(pair(0.1, 0.2, 0.5), np.array([0.0, 1.0]))
    assert found.weights.tolist() == [0, 1]


def assert_budgets_met(covariance, budgets):
    found = risk_budget(covariance, budgets)
    assert (found.weights > 0).all() and found.weights.sum() == pytest.approx(1, abs=1e-14)
    contributions = found.weights * (covariance @ found.weights)
    error = np.abs(contributions / contributions.sum() - budgets).max()
    digits = 2e-14 * undiversified(found.weights, covariance)  # no weight can do better
    assert error <= 1e-10 + digits


@pytest.mark.parametrize("seed", range(60))
def test_contributions_are_the_budgets_however_odd_the_covariance(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 60))
    budgets = rng.dirichlet(np.full(n, rng.choice([0.2, 1, 10]))) + 1e-7
    assert_budgets_met(random_covariance(rng, n), budgets / budgets.sum())


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 2100))
def test_contributions_are_the_budgets_in_many_odd_cases(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 200))
    budgets = rng.dirichlet(np.full(n, rng.choice([0.2, 1, 10]))) + 1e-7
    assert_budgets_met(random_covariance(rng, n), budgets / budgets.sum())


def test_five_hundred_assets_meet_their_budgets():
    rng = np.random.default_rng(1)
    factors = rng.normal(size=(500, 5))
    covariance = factors @ factors.T + np.diag(rng.uniform(0.1, 2, 500))
    assert_budgets_met(covariance, np.full(500, 1 / 500))


def test_the_unit_of_risk_does_not_matter():
    covariance = pair(0.1, 0.2, 0.3)
    budgets = np.array([0.2, 0.8])
    found = [risk_budget(covariance * unit, budgets).weights for unit in (1e-8, 1.0, 1e8)]
    assert found[0] == pytest.approx(found[1], abs=1e-13)
    assert found[2] == pytest.approx(found[1], abs=1e-13)


def test_budgets_that_do_not_add_up_are_refused_with_their_sum():
    with pytest.raises(InputError, match=r"budgets: must add up to 100%, found 110\.0000%"):
        risk_budget(pair(0.1, 0.2, 0.0), np.array([0.5, 0.6]))


@pytest.mark.parametrize("wrong", [-0.1, np.nan])
def test_a_budget_below_zero_or_no_number_is_refused(wrong):
    with pytest.raises(InputError, match="at least zero, found"):
        risk_budget(pair(0.1, 0.2, 0.0), np.array([1.1, wrong]))


def test_a_long_only_portfolio_without_risk_has_nothing_to_divide():
    with pytest.raises(InputError, match="no risk, so there is none to divide"):
        risk_budget(pair(0.1, 0.2, -1.0), np.array([0.5, 0.5]))


def test_two_perfectly_correlated_assets_still_have_budgets():
    found = risk_budget(pair(0.1, 0.2, 1.0), np.array([0.3, 0.7]))
    assert found.weights == pytest.approx([0.6 / 1.3, 0.7 / 1.3], abs=1e-12)


def test_an_asset_without_volatility_cannot_have_a_budget():
    with pytest.raises(InputError, match="without volatility cannot contribute"):
        risk_budget(pair(0.0, 0.2, 0.0), np.array([0.5, 0.5]))
    assert risk_budget(pair(0.0, 0.2, 0.0), np.array([0.0, 1.0])).weights.tolist() == [0, 1]


def test_correlations_that_contradict_each_other_are_refused():
    # 1 with 2 and 2 with 3 at 0.9, but 1 with 3 at −0.9: 1 − 1.8 = −0.8
    correlation = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    with pytest.raises(InputError, match=r"negative variance.*eigenvalue of -0\.8"):
        risk_budget(of_correlations([0.1, 0.2, 0.3], correlation), np.full(3, 1 / 3))
