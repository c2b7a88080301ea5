import numpy as np
import pytest

from addin.engine.covariance import (
    CovarianceMethod,
    condition_number,
    correlation,
    covariance,
    ill_condition,
    ledoit_wolf,
    ledoit_wolf_constant_correlation,
)
from addin.engine.factor_covariance import factor_model
from addin.errors import InputError

METHODS = list(CovarianceMethod)


def sample(seed, rows=60, assets=5):
    rng = np.random.default_rng(seed)
    market = rng.normal(0.005, 0.04, (rows, 1))
    return market * rng.uniform(0.2, 1.5, assets) + rng.normal(0, 0.02, (rows, assets))


def plain_moments(values):
    """Means removed and covariances with divisor T, one number at a time."""
    rows, assets = values.shape
    means = [sum(values[t, i] for t in range(rows)) / rows for i in range(assets)]
    x = [[values[t, i] - means[i] for i in range(assets)] for t in range(rows)]
    s = [
        [sum(x[t][i] * x[t][j] for t in range(rows)) / rows for j in range(assets)]
        for i in range(assets)
    ]
    return x, s


def plain_identity_intensity(values):
    """Ledoit and Wolf (2004a), lemmas 3.2 to 3.4, with their norm tr(AA')/N."""
    rows, assets = values.shape
    x, s = plain_moments(values)
    m = sum(s[i][i] for i in range(assets)) / assets
    d2 = (
        sum((s[i][j] - (m if i == j else 0)) ** 2 for i in range(assets) for j in range(assets))
        / assets
    )
    b2 = 0.0
    for t in range(rows):
        b2 += (
            sum((x[t][i] * x[t][j] - s[i][j]) ** 2 for i in range(assets) for j in range(assets))
            / assets
        )
    return min(b2 / rows**2, d2) / d2, m


def plain_constant_correlation(values):
    """Ledoit and Wolf (2004b), appendices A and B: the intensity and the target."""
    rows, assets = values.shape
    x, s = plain_moments(values)
    pairs = [(i, j) for i in range(assets) for j in range(assets) if i != j]
    average = sum(s[i][j] / (s[i][i] * s[j][j]) ** 0.5 for i, j in pairs) / len(pairs)
    f = [
        [s[i][i] if i == j else average * (s[i][i] * s[j][j]) ** 0.5 for j in range(assets)]
        for i in range(assets)
    ]

    def pi(i, j):
        return sum((x[t][i] * x[t][j] - s[i][j]) ** 2 for t in range(rows)) / rows

    def theta(k, i, j):
        return (
            sum((x[t][k] ** 2 - s[k][k]) * (x[t][i] * x[t][j] - s[i][j]) for t in range(rows))
            / rows
        )

    rho = sum(pi(i, i) for i in range(assets)) + sum(
        average
        / 2
        * (
            (s[j][j] / s[i][i]) ** 0.5 * theta(i, i, j)
            + (s[i][i] / s[j][j]) ** 0.5 * theta(j, i, j)
        )
        for i, j in pairs
    )
    total = sum(pi(i, j) for i in range(assets) for j in range(assets))
    gamma = sum((f[i][j] - s[i][j]) ** 2 for i in range(assets) for j in range(assets))
    return max(0.0, min((total - rho) / gamma / rows, 1.0)), np.array(f)


def test_sample_covariance_by_hand():
    # deviations (-1, 0, 1) and (-1, 2, -1): variances 2/2 and 6/2, covariance 0/2
    values = np.array([[1.0, 0.0], [2.0, 3.0], [3.0, 0.0]])
    assert covariance(values, CovarianceMethod.SAMPLE) == pytest.approx(np.diag([1.0, 3.0]))


def test_ewma_by_hand():
    # half-life 1: weights 1/7, 2/7, 4/7; mean 17/7; Σw(x−mean)² = 26/49; 1 − Σw² = 28/49
    values = np.array([[1.0], [2.0], [3.0]])
    assert covariance(values, CovarianceMethod.EWMA, 1.0)[0, 0] == pytest.approx(26 / 28)


def test_endless_half_life_gives_the_sample_covariance():
    values = sample(1)
    assert covariance(values, CovarianceMethod.EWMA, 1e9) == pytest.approx(
        covariance(values, CovarianceMethod.SAMPLE)
    )


@pytest.mark.parametrize(("rows", "assets"), [(60, 5), (12, 4), (8, 12), (300, 3)])
@pytest.mark.parametrize("seed", range(3))
def test_ledoit_wolf_follows_the_definition_of_the_paper(seed, rows, assets):
    values = sample(seed, rows, assets)
    intensity, m = plain_identity_intensity(values)
    s = np.array(plain_moments(values)[1])
    ours = ledoit_wolf(values)
    assert ours.intensity == pytest.approx(intensity, rel=1e-9)
    expected = intensity * m * np.eye(assets) + (1 - intensity) * s
    assert ours.covariance == pytest.approx(expected, rel=1e-9, abs=1e-15)
    assert covariance(values) == pytest.approx(ours.covariance, rel=1e-15)


def test_noise_is_shrunk_all_the_way_and_no_further():
    values = np.random.default_rng(1).normal(0, 0.01, (5, 2))
    ours = ledoit_wolf(values)
    assert ours.intensity == 1
    assert ours.covariance == pytest.approx(values.var(axis=0).mean() * np.eye(2))


@pytest.mark.parametrize(("rows", "assets"), [(60, 5), (12, 4), (8, 7), (200, 3)])
@pytest.mark.parametrize("seed", range(3))
def test_ledoit_wolf_to_constant_correlation_follows_the_paper(seed, rows, assets):
    values = sample(seed, rows, assets)
    intensity, target = plain_constant_correlation(values)
    s = np.array(plain_moments(values)[1])
    ours = ledoit_wolf_constant_correlation(values)
    assert ours.intensity == pytest.approx(intensity, rel=1e-8)
    expected = intensity * target + (1 - intensity) * s
    assert ours.covariance == pytest.approx(expected, rel=1e-8, abs=1e-15)
    assert covariance(values, CovarianceMethod.LEDOIT_WOLF_CC) == pytest.approx(ours.covariance)


def test_constant_correlation_keeps_variances_and_gives_every_pair_one_correlation():
    values = sample(3)
    ours = covariance(values, CovarianceMethod.CONSTANT_CORRELATION)
    assert np.diag(ours) == pytest.approx(values.var(axis=0, ddof=1))
    pairs = correlation(ours)[~np.eye(5, dtype=bool)]
    theirs = np.corrcoef(values.T)[~np.eye(5, dtype=bool)]
    assert pairs == pytest.approx(np.full(20, theirs.mean()))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", range(10))
def test_covariance_is_symmetric_positive_and_blind_to_order(method, seed):
    values = sample(seed)
    order = np.random.default_rng(seed).permutation(values.shape[1])
    ours = covariance(values, method)
    assert (ours == ours.T).all() or np.abs(ours - ours.T).max() < 1e-18
    assert np.linalg.eigvalsh(ours).min() > 0
    reordered = covariance(values[:, order], method)
    assert reordered == pytest.approx(ours[np.ix_(order, order)], rel=1e-12, abs=1e-18)


@pytest.mark.parametrize("method", METHODS)
def test_covariance_grows_with_the_square_of_the_unit(method):
    values = sample(4)
    assert covariance(100 * values, method) == pytest.approx(1e4 * covariance(values, method))


@pytest.mark.parametrize("method", METHODS)
def test_one_asset_has_a_variance(method):
    assert covariance(sample(5, assets=1), method).shape == (1, 1)


@pytest.mark.parametrize("method", ["sample", "ewma"])
def test_too_few_rows_need_shrinkage(method):
    with pytest.raises(
        InputError, match=r"more rows than assets, found 5 rows for 5 assets.*ledoit"
    ):
        covariance(sample(0, 5, 5), CovarianceMethod(method))


def test_shrunk_covariance_can_be_inverted_with_more_assets_than_rows():
    assert np.linalg.eigvalsh(covariance(sample(0, 8, 12))).min() > 0


def test_an_asset_that_never_moves_has_variance_zero_and_no_correlation():
    values = sample(6)
    values[:, 2] = 0.001
    ours = covariance(values, CovarianceMethod.SAMPLE)
    assert (ours[2] == 0).all()
    assert np.isnan(correlation(ours)[2, 0])
    assert correlation(ours)[2, 2] == 1
    with pytest.raises(InputError, match="asset 3 of 5 never moves"):
        covariance(values, CovarianceMethod.LEDOIT_WOLF_CC)


def test_gaps_and_single_rows_are_refused():
    values = sample(7)
    values[3, 1] = np.nan
    with pytest.raises(InputError, match="without gaps, found 1 missing"):
        covariance(values)
    with pytest.raises(InputError, match="at least two rows of returns, found 1"):
        covariance(values[:1])


def test_factors_of_equally_correlated_assets_by_hand():
    # equal correlations 0.5 of 4 assets: eigenvalues 2.5 and 0.5 three times; the edge for 400
    # rows is 1.21, so one factor, which explains (2.5 − 0.5)/4 = 0.5 of every pair: all of it
    equal = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    model = factor_model(equal, 400)
    assert model.factors == 1
    assert model.correlation == pytest.approx(equal)


def test_noise_has_no_factor_and_a_market_has_one():
    noise = np.random.default_rng(3).normal(0, 0.02, (500, 10))
    ours = covariance(noise, CovarianceMethod.FACTOR)
    assert ours == pytest.approx(np.diag(noise.var(axis=0, ddof=1)))
    market = sample(3, 500, 10)
    assert factor_model(correlation(np.cov(market.T)), 500).factors == 1


@pytest.mark.parametrize(("rows", "assets"), [(60, 5), (30, 60), (8, 12), (4, 2)])
@pytest.mark.parametrize("seed", range(4))
def test_factor_covariance_keeps_variances_and_has_an_inverse(seed, rows, assets):
    values = sample(seed, rows, assets)
    ours = covariance(values, CovarianceMethod.FACTOR)
    assert np.diag(ours) == pytest.approx(values.var(axis=0, ddof=1))
    assert np.linalg.eigvalsh(correlation(ours))[0] > 0


def test_factor_covariance_is_nearer_to_the_truth_than_a_short_sample():
    rng = np.random.default_rng(8)
    loadings = rng.normal(1, 0.3, 40)
    truth = np.outer(loadings, loadings) + np.eye(40)
    values = rng.normal(size=(60, 1)) * loadings + rng.normal(size=(60, 40))
    errors = [
        np.linalg.norm(correlation(covariance(values, method)) - correlation(truth))
        for method in (CovarianceMethod.FACTOR, CovarianceMethod.SAMPLE)
    ]
    assert errors[0] < 0.85 * errors[1]


@pytest.mark.parametrize("seed", range(60))
def test_a_covariance_is_ill_conditioned_when_its_condition_number_says_so(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 12))
    turned, _ = np.linalg.qr(rng.normal(size=(n, n)))
    least = 10.0 ** -rng.uniform(8.5, 11.5)
    matrix = turned @ np.diag(np.linspace(least, 1.0, n)) @ turned.T * 0.04
    condition = condition_number(matrix)
    assert ill_condition(matrix) == (condition if condition > 1e10 else None)


def test_assets_that_never_move_do_not_make_a_covariance_ill_conditioned():
    assert ill_condition(np.diag([0.04, 0.01, 0.0])) is None
    assert ill_condition(np.zeros((2, 2))) is None
    assert ill_condition(np.ones((2, 2))) > 1e15
