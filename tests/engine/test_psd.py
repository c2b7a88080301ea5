import numpy as np
import pytest

from addin.engine.psd import is_semidefinite, repaired


def broken(seed, n=6):
    rng = np.random.default_rng(seed)
    matrix = np.clip(rng.uniform(-1, 1, (n, n)), -0.95, 0.95)
    matrix = np.triu(matrix, 1)
    risk = rng.uniform(0.01, 0.3, n)
    return (matrix + matrix.T + np.eye(n)) * np.outer(risk, risk)


def test_a_matrix_without_negative_eigenvalues_is_left_as_it_is():
    singular = np.array([[1.0, 1.0], [1.0, 1.0]])
    for matrix in (singular, np.diag([0.04, 0.0]), np.zeros((2, 2))):
        ours = repaired(matrix)
        assert ours.matrix is matrix and ours.change == 0.0


def test_three_assets_that_cannot_all_be_opposites_by_hand():
    # correlation −0.9 throughout: eigenvalues 1.9, 1.9, −0.8; the last raised to 1e-6 gives
    # diagonal 3.8/3 and off-diagonal −1.9/3, so −1/2 after scaling: a change of 0.4
    matrix = np.full((3, 3), -0.9) + 1.9 * np.eye(3)
    ours = repaired(matrix)
    assert ours.matrix == pytest.approx(np.full((3, 3), -0.5) + 1.5 * np.eye(3), abs=1e-5)
    assert ours.change == pytest.approx(0.4, abs=1e-5)


@pytest.mark.parametrize("seed", range(20))
def test_repair_keeps_variances_and_leaves_no_negative_variance(seed):
    matrix = broken(seed)
    assert np.linalg.eigvalsh(matrix)[0] < 0
    ours = repaired(matrix)
    assert (np.diag(ours.matrix) == np.diag(matrix)).all()
    assert np.linalg.eigvalsh(ours.matrix)[0] > 0
    assert (ours.matrix == ours.matrix.T).all()
    assert 0 < ours.change <= 2
    assert repaired(ours.matrix).change == 0


def test_rounding_is_no_reason_for_a_repair():
    returns = np.random.default_rng(0).normal(size=(4, 8))
    assert is_semidefinite(np.cov(returns.T))  # of rank 3, some eigenvalues −1e-17
    assert not is_semidefinite(np.array([[1.0, 1.001], [1.001, 1.0]]))
