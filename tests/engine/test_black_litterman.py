import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from addin.domain.assumptions import Assumptions
from addin.domain.views import Views
from addin.engine.black_litterman import (
    Prior,
    black_litterman,
    black_litterman_assumptions,
    normalised,
    updated,
)
from addin.engine.view_uncertainty import ViewMethod, method_for, uncertainty
from addin.errors import InputError

ORACLES = Path(__file__).parents[1] / "oracles"
PAPER = json.loads((ORACLES / "bl_he_litterman_1999.json").read_text("utf-8"))
GUIDE = json.loads((ORACLES / "bl_idzorek_2005.json").read_text("utf-8"))
HE_LITTERMAN, IDZOREK = ViewMethod.HE_LITTERMAN, ViewMethod.IDZOREK


def paper_prior():
    given = PAPER["inputs"]
    risk = np.array(given["vol"])
    sigma = np.array(given["correlation"]) * np.outer(risk, risk)
    return Prior(sigma, np.array(given["w_eq"]), given["delta"])


def guide_prior():
    given = GUIDE["inputs"]
    return Prior(
        np.array(given["covariance"]), np.array(given["market_weights"]), given["risk_aversion"]
    )


def beliefs(picks, returns, confidences=None, tickers=None):
    picks = np.array(picks, dtype=float)
    names = tuple("ABCDEFGH"[: len(picks)])
    return Views(
        names,
        tuple(tickers or (f"T{i}" for i in range(picks.shape[1]))),
        picks,
        np.array(returns, dtype=float),
        np.full(len(picks), np.nan) if confidences is None else np.array(confidences, dtype=float),
    )


def guide_views(confidences=None):
    return beliefs(GUIDE["inputs"]["picks"], GUIDE["inputs"]["returns"], confidences)


def random_prior(n, seed=0):
    rng = np.random.default_rng(seed)
    loadings = rng.normal(0.1, 0.05, (n, 3))
    sigma = loadings @ loadings.T + np.diag(rng.uniform(0.01, 0.05, n))
    weights = rng.uniform(0.1, 1, n)
    return Prior(sigma, weights / weights.sum(), 3.0, 0.02)


# --- published tables -----------------------------------------------------------------------


@pytest.mark.parametrize("scenario", PAPER["inputs"]["scenarios"], ids=lambda s: s["name"])
def test_tables_4_to_8_of_he_and_litterman(scenario):
    prior, tau = paper_prior(), PAPER["inputs"]["tau"]
    views = beliefs(scenario["P"], scenario["q"])
    omega = uncertainty(prior.covariance, views, HE_LITTERMAN, tau) * scenario["omega_multiplier"]
    ours = updated(prior, views, omega, tau)
    printed = PAPER["expected"]["published_tables_pct"][scenario["name"]]
    means = 0.1 if scenario["name"] == "Table8" else 0.0501  # it repeats the means of table 7
    assert 100 * ours.expected_returns == pytest.approx(printed["mu"], abs=means)
    assert 100 * ours.weights == pytest.approx(printed["w"], abs=0.0501)
    exact = PAPER["expected"]["high_precision_recomputed"][scenario["name"]]
    assert ours.expected_returns == pytest.approx(exact["posterior_mu"], abs=1e-10)
    assert ours.weights == pytest.approx(exact["w_star"], abs=1e-10)
    assert omega / tau == pytest.approx(printed["omega_over_tau"], abs=5.01e-4)


def test_equilibrium_of_he_and_litterman():
    assert 100 * paper_prior().equilibrium == pytest.approx(PAPER["expected"]["Pi_pct"], abs=0.0501)


def test_table_6_of_idzorek_where_no_confidence_is_stated():
    ours = black_litterman(guide_prior(), guide_views(), IDZOREK, 0.025)
    printed = GUIDE["expected"]
    assert ours.equilibrium == pytest.approx(printed["equilibrium"], abs=1.5e-4)
    assert ours.uncertainty == pytest.approx(printed["omega_he_litterman"], abs=5e-7)
    assert ours.expected_returns == pytest.approx(printed["posterior"], abs=1.5e-4)
    assert ours.weights == pytest.approx(printed["weights"], abs=5e-4)


def test_implied_confidence_of_idzorek_is_the_share_of_the_tilt():
    prior = guide_prior()
    usual = black_litterman(prior, guide_views(), IDZOREK, 0.025).weights
    certain = black_litterman(prior, guide_views([1, 1, 1]), IDZOREK, 0.025).weights
    share = (usual - prior.market_weights)[:7] / (certain - prior.market_weights)[:7]
    by_name = dict(zip(GUIDE["inputs"]["assets"], share, strict=False))
    for asset, printed in GUIDE["expected"]["implied_confidence"].items():
        assert by_name[asset] == pytest.approx(printed, abs=2e-3)


# --- limits ---------------------------------------------------------------------------------


def test_without_views_the_market_is_held():
    prior = random_prior(5)
    none = beliefs(np.zeros((0, 5)), [])
    ours = black_litterman(prior, none, HE_LITTERMAN, 0.05)
    assert ours.weights == pytest.approx(prior.market_weights / 1.05)
    assert ours.covariance == pytest.approx(1.05 * prior.covariance)
    plain = black_litterman(prior, none, IDZOREK, 0.05)
    assert plain.weights == pytest.approx(prior.market_weights)
    assert plain.expected_returns == pytest.approx(prior.equilibrium)


def test_one_view_on_one_asset_by_hand():
    # Σ = 0.04, π = 2.5 · 0.04 = 10 %, view 6 %: half-way; Σ + M = 0.04 (1 + 0.05/2) = 0.041
    ours = black_litterman(Prior(np.array([[0.04]]), np.ones(1)), beliefs([[1]], [0.06]),
                           HE_LITTERMAN, 0.05)  # fmt: skip
    assert ours.expected_returns == pytest.approx([0.08])
    assert ours.covariance == pytest.approx(np.array([[0.041]]))
    assert ours.weights == pytest.approx([0.08 / (2.5 * 0.041)])


def test_a_view_held_for_certain_comes_true():
    prior = random_prior(6)
    views = beliefs([[1, 0, 0, 0, 0, 0], [0, 1, -1, 0, 0, 0]], [0.09, 0.03], [1, 1])
    ours = black_litterman(prior, views, IDZOREK, 0.05)
    assert views.picks @ ours.expected_returns == pytest.approx([0.09, 0.03], abs=1e-14)


@pytest.mark.parametrize("confidence", [0.1, 0.5, 0.9])
def test_confidence_is_the_share_of_the_tilt_of_full_confidence(confidence):
    prior = random_prior(6, 2)
    pick = [[0, 1, 0, -0.5, 0, -0.5]]
    part, full = (
        black_litterman(prior, beliefs(pick, [0.04], [c]), IDZOREK, 0.05).weights
        - prior.market_weights
        for c in (confidence, 1.0)
    )
    assert part == pytest.approx(confidence * full)


@pytest.mark.parametrize("method", ViewMethod)
@pytest.mark.parametrize("seed", range(5))
def test_weights_and_moments_are_those_of_the_bayesian_formulas(seed, method):
    # the other form of the same posterior, with every inverse written out
    prior, tau = random_prior(7, seed), 0.1
    rng = np.random.default_rng(seed)
    views = beliefs(rng.normal(size=(3, 7)), rng.normal(0, 0.05, 3))
    ours = black_litterman(prior, views, method, tau)
    precision = np.linalg.inv(tau * prior.covariance)
    certainty = np.diag(1 / ours.uncertainty)
    spread = np.linalg.inv(precision + views.picks.T @ certainty @ views.picks)
    mean = spread @ (precision @ prior.equilibrium + views.picks.T @ certainty @ views.returns)
    sigma = prior.covariance + (spread if method is HE_LITTERMAN else 0)
    assert ours.expected_returns == pytest.approx(mean)
    assert ours.covariance == pytest.approx(sigma)
    assert ours.weights == pytest.approx(np.linalg.inv(3.0 * sigma) @ (mean - 0.02))


def test_the_risk_free_rate_is_part_of_every_return():
    views, higher = (
        beliefs([[1, 0], [1, -1]], [0.07, 0.01]),
        beliefs([[1, 0], [1, -1]], [0.09, 0.01]),
    )
    sigma, market = np.diag([0.04, 0.01]), np.array([0.5, 0.5])
    excess = black_litterman(Prior(sigma, market), views, HE_LITTERMAN, 0.05)
    whole = black_litterman(Prior(sigma, market, 2.5, 0.02), higher, HE_LITTERMAN, 0.05)
    assert whole.expected_returns == pytest.approx(excess.expected_returns + 0.02)
    assert whole.weights == pytest.approx(excess.weights)


def test_a_redundant_certain_view_changes_nothing():
    prior = random_prior(4)
    two = beliefs([[1, -1, 0, 0], [0, 1, -1, 0]], [0.02, 0.01], [1, 1])
    three = beliefs([[1, -1, 0, 0], [0, 1, -1, 0], [1, 0, -1, 0]], [0.02, 0.01, 0.03], [1, 1, 1])
    for field in ("expected_returns", "weights"):
        ours, theirs = (
            getattr(black_litterman(prior, v, IDZOREK, 0.05), field) for v in (three, two)
        )
        assert ours == pytest.approx(theirs, abs=1e-10)


# --- what is refused ------------------------------------------------------------------------


def test_certain_views_that_cannot_all_hold_are_named():
    views = beliefs(
        [[1, -1, 0, 0], [0, 1, -1, 0], [1, 0, -1, 0], [0, 0, 0, 1]],
        [0.02, 0.01, 0.05, 0.03],
        [1, 1, 1, 1],
    )
    with pytest.raises(InputError, match="views, A and B and C: cannot all be certain"):
        black_litterman(random_prior(4), views, IDZOREK, 0.05)


@pytest.mark.parametrize(
    ("picks", "returns", "implied"),
    [
        ([[1, -1], [1, -1]], [0.02, 0.03], "2.00% and 3.00%"),
        ([[1, -1], [-1, 1]], [0.02, 0.01], "2.00% and -1.00%"),
        ([[1, 0], [2, 0]], [0.02, 0.06], "2.00% and 3.00%"),
    ],
)
def test_two_returns_for_the_same_assets_contradict_each_other(picks, returns, implied):
    with pytest.raises(InputError, match=f"views, A and B: contradict each other.*{implied}"):
        beliefs(picks, returns)


def test_the_same_view_in_another_size_is_no_contradiction():
    assert len(beliefs([[1, -1], [-2, 2]], [0.02, -0.04])) == 2


def test_views_need_picks_and_confidences_up_to_one():
    with pytest.raises(InputError, match="views, A: need a pick of at least one asset"):
        beliefs([[0, 0]], [0.02])
    for confidence in (0.0, -0.1, 1.01):
        with pytest.raises(InputError, match="views, A: need a confidence above 0"):
            beliefs([[1, 0]], [0.02], [confidence])


def test_he_litterman_has_no_use_for_a_confidence():
    prior, views = random_prior(2), beliefs([[1, -1]], [0.02], [0.5])
    with pytest.raises(InputError, match="views, A: he-litterman has no use for a confidence"):
        black_litterman(prior, views, HE_LITTERMAN, 0.05)
    assert method_for(views) is IDZOREK
    assert method_for(beliefs([[1, -1]], [0.02])) is HE_LITTERMAN


def test_a_view_on_an_unknown_asset_names_the_nearest():
    with pytest.raises(InputError, match=r"EMM is not among the 2 assets .did you mean 'EEM'"):
        beliefs([[1, -1]], [0.02], tickers=("EMM", "EFA")).over(("EFA", "EEM"))
    assert (
        beliefs([[1, 0]], [0.02], tickers=("efa", "X")).over(("B", "EFA")).picks == [0, 1]
    ).all()


def test_a_view_on_riskless_assets_is_refused():
    prior = Prior(np.diag([0.04, 0.0]), np.array([0.9, 0.1]))
    with pytest.raises(InputError, match="views, A: need assets with risk"):
        black_litterman(prior, beliefs([[0, 1]], [0.03]), HE_LITTERMAN, 0.05)
    ours = black_litterman(prior, beliefs([[1, 0]], [0.03]), HE_LITTERMAN, 0.05)
    assert np.isfinite(ours.weights).all()


def test_settings_out_of_range_are_refused():
    with pytest.raises(InputError, match="tau: need a number above zero"):
        black_litterman(random_prior(2), beliefs([[1, -1]], [0.02]), HE_LITTERMAN, 0.0)
    with pytest.raises(InputError, match="risk_aversion: need a number above zero"):
        Prior(np.eye(2), np.full(2, 0.5), 0.0)
    with pytest.raises(InputError, match=r"add up to 0.00% and cannot be scaled"):
        normalised(np.array([1.0, -1.0]))


# --- assumptions -----------------------------------------------------------------------------


def test_assumptions_take_the_views_by_name():
    prior = random_prior(3)
    known = Assumptions(("X", "Y", "Z"), np.zeros(3), prior.covariance, 0.02)
    market = pd.Series(prior.market_weights, index=["X", "Y", "Z"])
    views = beliefs([[1, -1]], [0.03], tickers=("Z", "X"))
    ours = black_litterman_assumptions(known, market[["Z", "Y", "X"]], views, risk_aversion=3.0)
    theirs = black_litterman(prior, beliefs([[-1, 0, 1]], [0.03]), HE_LITTERMAN, 0.05)
    assert ours.expected_returns == pytest.approx(theirs.expected_returns)
    assert ours.covariance == pytest.approx(theirs.covariance)
    assert (ours.tickers, ours.risk_free) == (known.tickers, 0.02)
