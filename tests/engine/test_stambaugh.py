import numpy as np
import pytest

from addin.domain.history import Returns
from addin.engine.stambaugh import stambaugh
from addin.errors import InputError


def table(values, tickers="ABCDEFGH"):
    values = np.array(values, dtype=float)
    dates = np.datetime64("2015-01-31") + 31 * np.arange(len(values))
    return Returns(dates, tuple(tickers[: values.shape[1]]), values)


def ragged(seed, starts, rows=60):
    rng = np.random.default_rng(seed)
    n = len(starts)
    mixing = rng.normal(size=(n, n)) * 0.02 + 0.03 * np.eye(n)
    values = 0.005 + rng.normal(size=(rows, n)) @ mixing
    for column, start in enumerate(starts):
        values[:start, column] = np.nan
    return table(values)


def by_expectation_maximisation(values, steps=500):
    """Little and Rubin: moments of a normal sample with missing numbers, pattern by pattern."""
    rows, n = values.shape
    known = ~np.isnan(values)
    mean, sigma = np.nanmean(values, axis=0), np.diag(np.nanvar(values, axis=0))
    for _ in range(steps):
        filled, spread = np.where(known, values, 0.0), np.zeros((n, n))
        for here in np.unique(known, axis=0):
            gone, alike = ~here, (known == here).all(axis=1)
            slope = np.linalg.solve(sigma[np.ix_(here, here)], sigma[np.ix_(here, gone)])
            shock = values[np.ix_(alike, here)] - mean[here]
            filled[np.ix_(alike, gone)] = mean[gone] + shock @ slope
            rest = sigma[np.ix_(gone, gone)] - sigma[np.ix_(gone, here)] @ slope
            spread[np.ix_(gone, gone)] += alike.sum() * rest
        mean = filled.mean(axis=0)
        sigma = ((filled - mean).T @ (filled - mean) + spread) / rows
    return mean, sigma


def test_complete_histories_have_their_own_moments():
    returns = ragged(1, [0, 0, 0])
    ours = stambaugh(returns)
    assert ours.mean == pytest.approx(returns.values.mean(axis=0))
    assert ours.covariance == pytest.approx(np.cov(returns.values.T, ddof=0))
    assert ours.notes == ()


def test_two_assets_by_hand():
    # A: 2 % and −2 % before B began, then 1 %, 3 %, 1 %, 3 %; B is 2·A + 1 % ± 1 %.
    # Slope 2, intercept 1 % − …: over B's dates A has mean 2 % and B mean 5 %, rest ±1 %
    nan = np.nan
    a = [0.02, -0.02, 0.01, 0.03, 0.01, 0.03]
    b = [nan, nan, 0.04, 0.08, 0.02, 0.06]
    ours = stambaugh(table(np.column_stack([a, b])))
    mean_a = (0.02 - 0.02 + 0.01 + 0.03 + 0.01 + 0.03) / 6
    variance_a = sum((x - mean_a) ** 2 for x in a) / 6
    assert ours.mean == pytest.approx([mean_a, 0.05 + 2 * (mean_a - 0.02)])
    assert ours.covariance == pytest.approx(
        np.array([[variance_a, 2 * variance_a], [2 * variance_a, 4 * variance_a + 0.01**2]])
    )
    # over B's dates its variance is (1² + 3² + 3² + 1²)/4 = 5, of which 1 is left
    assert ours.late[0].r_squared == pytest.approx(1 - 1 / 5)
    assert ours.notes == (
        "B: 4 returns from 2015-04-03, its moments before that by regression on the longer "
        "history, R² 0.80",
    )


@pytest.mark.parametrize("starts", [[0, 0, 20], [0, 10, 30], [25, 0, 0, 25]])
def test_moments_are_those_of_maximum_likelihood(starts):
    returns = ragged(3, starts)
    ours = stambaugh(returns)
    mean, sigma = by_expectation_maximisation(returns.values)
    assert ours.mean == pytest.approx(mean, abs=1e-9)
    assert ours.covariance == pytest.approx(sigma, abs=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_no_portfolio_has_a_negative_variance(seed):
    starts = np.random.default_rng(seed).integers(0, 40, 6)
    ours = stambaugh(ragged(seed, starts))
    assert np.linalg.eigvalsh(ours.covariance)[0] > 0


def test_order_of_assets_never_matters():
    returns = ragged(5, [10, 0, 30])
    one, other = stambaugh(returns), stambaugh(returns.only("CAB"))
    assert other.mean == pytest.approx(one.mean[[2, 0, 1]])
    assert other.covariance == pytest.approx(one.covariance[np.ix_([2, 0, 1], [2, 0, 1])])


def test_a_longer_history_moves_what_depends_on_it():
    # A lost 10 % a month before B began; B follows A, so it would have lost too
    returns = ragged(6, [0, 30])
    values = returns.values.copy()
    values[:30, 0] -= 0.10
    values[30:, 1] = values[30:, 0] + np.random.default_rng(1).normal(0, 0.001, 30)
    ours = stambaugh(table(values))
    assert ours.mean[1] == pytest.approx(ours.mean[0], abs=0.005)
    assert ours.mean[1] < np.nanmean(values[:, 1]) - 0.03


def test_dates_with_gaps_are_left_out_and_counted():
    returns = ragged(7, [0, 20, 0])
    values = returns.values.copy()
    values[40, 1] = values[5, 0] = np.nan
    ours = stambaugh(table(values))
    kept = np.delete(returns.values, [5, 40], axis=0)
    assert ours.covariance == pytest.approx(stambaugh(table(kept)).covariance)
    assert ours.notes[-1] == "2 dates with gaps left out"


def test_a_history_too_short_for_its_regression_is_refused():
    with pytest.raises(InputError, match="returns, C: history stambaugh needs at least 6 returns"):
        stambaugh(ragged(8, [0, 0, 55]))
    assert len(stambaugh(ragged(8, [0, 0, 54])).late) == 1


def test_an_asset_without_any_return_is_named():
    with pytest.raises(InputError, match="returns, B: need at least one return"):
        stambaugh(ragged(8, [0, 60]))
