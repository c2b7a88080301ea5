import numpy as np
import pytest

from addin.domain.assumptions import Assumptions
from addin.domain.stated_assumptions import StatedAssumptions
from addin.domain.universe import Universe
from addin.engine.capital_market import by_asset, combined
from addin.errors import InputError

NAN = np.nan
UNIVERSE = Universe(("SPY", "EFA", "AGG"), ("Equity", "Equity", "Bonds"))


def typed(assets, returns, risks, correlation):
    return StatedAssumptions(
        tuple(assets), np.array(returns, float), np.array(risks, float), np.array(correlation)
    )


def classes():
    return typed(["Equity", "Bonds"], [0.07, 0.04], [0.16, 0.05], [[1, 0.2], [0.2, 1]])


def history(tickers, risks, correlation, returns=None):
    risk = np.array(risks)
    means = np.full(len(tickers), 0.05) if returns is None else np.array(returns)
    return Assumptions(tuple(tickers), means, np.array(correlation) * np.outer(risk, risk))


def test_assets_take_the_row_of_their_class_but_are_not_perfectly_correlated():
    ours = by_asset(classes(), UNIVERSE)
    assert ours.expected_returns == pytest.approx([0.07, 0.07, 0.04])
    assert ours.volatilities == pytest.approx([0.16, 0.16, 0.05])
    expected = np.array([[1, NAN, 0.2], [NAN, 1, 0.2], [0.2, 0.2, 1]])
    np.testing.assert_array_equal(ours.correlation, expected)


def test_an_own_row_comes_before_the_class():
    table = typed(
        ["SPY", "Equity", "Bonds"],
        [0.08, 0.07, 0.04],
        [NAN, 0.16, 0.05],
        [[1, 0.9, 0.3], [0.9, 1, 0.2], [0.3, 0.2, 1]],
    )
    ours = by_asset(table, UNIVERSE)
    assert ours.expected_returns == pytest.approx([0.08, 0.07, 0.04])
    assert ours.volatilities == pytest.approx([0.16, 0.16, 0.05])
    # SPY and EFA: of SPY with its class; SPY and AGG: of SPY with bonds; EFA and AGG: of classes
    expected = np.array([[1, 0.9, 0.3], [0.9, 1, 0.2], [0.3, 0.2, 1]])
    np.testing.assert_array_equal(ours.correlation, expected)


def test_history_says_what_nobody_typed():
    known = history(("EFA", "SPY"), [0.3, 0.2], [[1, 0.8], [0.8, 1]])
    ours = combined(by_asset(classes(), UNIVERSE), known, 0.02)
    assert ours.tickers == UNIVERSE.tickers and ours.risk_free == 0.02
    assert ours.expected_returns == pytest.approx([0.07, 0.07, 0.04])
    risk = np.array([0.16, 0.16, 0.05])
    expected = np.array([[1, 0.8, 0.2], [0.8, 1, 0.2], [0.2, 0.2, 1]]) * np.outer(risk, risk)
    assert ours.covariance == pytest.approx(expected)
    assert ours.notes == ()


def test_an_asset_without_prices_stands_beside_assets_with_them():
    universe = Universe(("SPY", "AGG", "PE"), ("Equity", "Bonds", "Private"))
    table = typed(
        ["PE", "SPY", "AGG"],
        [0.10, NAN, NAN],
        [0.25, NAN, NAN],
        [[1, 0.7, 0.1], [0.7, 1, NAN], [0.1, NAN, 1]],
    )
    known = history(("SPY", "AGG"), [0.15, 0.05], [[1, 0.1], [0.1, 1]], [0.06, 0.03])
    ours = combined(by_asset(table, universe), known)
    assert ours.expected_returns == pytest.approx([0.06, 0.03, 0.10])
    assert np.sqrt(np.diag(ours.covariance)) == pytest.approx([0.15, 0.05, 0.25])
    assert ours.covariance[0, 2] == pytest.approx(0.7 * 0.15 * 0.25)
    assert ours.covariance[0, 1] == pytest.approx(0.1 * 0.15 * 0.05)


def test_correlations_that_no_returns_can_have_are_repaired_and_it_is_said():
    table = typed(
        "ABC", [0.05] * 3, [0.1, 0.2, 0.3], [[1, -0.9, -0.9], [-0.9, 1, -0.9], [-0.9, -0.9, 1]]
    )
    ours = combined(table, None)
    assert np.sqrt(np.diag(ours.covariance)) == pytest.approx([0.1, 0.2, 0.3])
    assert np.linalg.eigvalsh(ours.covariance)[0] > 0
    assert ours.notes[0].startswith("correlations changed by up to 0.400: as typed")


def test_an_asset_without_risk_is_correlated_with_nothing():
    table = typed(["A", "Cash"], [0.05, 0.02], [0.1, 0.0], [[1, NAN], [NAN, 1]])
    assert combined(table, None).covariance == pytest.approx(np.diag([0.01, 0.0]))


def test_what_is_missing_is_named():
    with pytest.raises(InputError, match="need an expected return for B, found none"):
        combined(typed("AB", [0.05, NAN], [0.1, 0.2], np.eye(2)), None)
    with pytest.raises(InputError, match="need a volatility for A, found none"):
        combined(typed("AB", [0.05, 0.05], [NAN, 0.2], np.eye(2)), None)
    with pytest.raises(InputError, match="need the correlation of SPY and EFA: give one of them"):
        combined(by_asset(classes(), UNIVERSE), None)
