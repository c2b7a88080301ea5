import numpy as np
import pytest

from addin.domain.history import Returns
from addin.engine.covariance import (
    CovarianceMethod,
    correlation,
    covariance,
    ledoit_wolf,
    ledoit_wolf_constant_correlation,
)
from addin.engine.moments import RaggedHistory, moments
from addin.engine.stambaugh import stambaugh
from addin.errors import InputError

STAMBAUGH = RaggedHistory.STAMBAUGH


def ragged(seed=0, rows=80, late=30):
    rng = np.random.default_rng(seed)
    values = rng.normal(0.005, 0.03, (rows, 4)) + rng.normal(0, 0.02, (rows, 1))
    values[:late, 3] = np.nan
    dates = np.datetime64("2010-01-31") + 30 * np.arange(rows)
    return Returns(dates, ("A", "B", "C", "D"), values)


@pytest.mark.parametrize("method", CovarianceMethod)
def test_the_common_dates_are_what_the_estimators_see(method):
    ours = moments(ragged(), method)
    assert ours.means == pytest.approx(ragged().values[30:].mean(axis=0))
    assert ours.covariance == pytest.approx(covariance(ragged().values[30:], method))
    assert len(ours.returns.dates) == 50 and ours.notes == ()


def test_shrinkage_of_every_return_goes_as_far_as_the_common_dates_say():
    every = stambaugh(ragged()).covariance
    common = ragged().values[30:]
    share = ledoit_wolf(common).intensity
    ours = moments(ragged(), CovarianceMethod.LEDOIT_WOLF, history=STAMBAUGH).covariance
    assert 0 < share < 1
    assert np.trace(ours) == pytest.approx(np.trace(every))
    assert ours[0, 3] == pytest.approx((1 - share) * every[0, 3])
    share = ledoit_wolf_constant_correlation(common).intensity
    ours = moments(ragged(), CovarianceMethod.LEDOIT_WOLF_CC, history=STAMBAUGH).covariance
    pairs = correlation(every)[np.triu_indices(4, 1)]
    moved = correlation(ours)[np.triu_indices(4, 1)]
    assert moved == pytest.approx(share * pairs.mean() + (1 - share) * pairs)


@pytest.mark.parametrize("method", sorted(set(CovarianceMethod) - {CovarianceMethod.EWMA}))
def test_variances_of_every_return_are_kept_but_by_the_identity(method):
    every = np.diag(stambaugh(ragged()).covariance)
    ours = moments(ragged(), method, history=STAMBAUGH)
    assert np.linalg.eigvalsh(ours.covariance)[0] > 0
    if method is not CovarianceMethod.LEDOIT_WOLF:
        assert np.diag(ours.covariance) == pytest.approx(every)


def test_weights_of_the_past_do_not_fit_every_return():
    with pytest.raises(InputError, match="history: stambaugh gives every date the same weight"):
        moments(ragged(), CovarianceMethod.EWMA, history=STAMBAUGH)


def test_an_asset_that_stands_still_is_named():
    still = ragged()
    still.values[:, 1] = 0.0
    with pytest.raises(InputError, match="returns, B: never moves"):
        moments(still, CovarianceMethod.FACTOR)
