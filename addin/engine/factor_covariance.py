"""Correlation explained by a few statistical factors."""

from dataclasses import dataclass

import numpy as np

from addin.domain.weights import Matrix


@dataclass(frozen=True, eq=False)
class FactorModel:
    """Correlation by common factors, and how many there are.

    Attributes:
        correlation: (n, n), ones on the diagonal.
        factors: Eigenvalues above what noise alone would give.
    """

    correlation: Matrix
    factors: int


def factor_model(correlation: Matrix, rows: int) -> FactorModel:
    """Principal components of a correlation matrix that stand out of noise.

    Factors are the eigenvalues above the Marchenko–Pastur edge (1 + √(n/T))², which independent
    returns would not exceed; without any, assets are uncorrelated. Their loadings are those of
    maximum likelihood with one common specific variance σ², the mean of the other eigenvalues:
    u √(λ − σ²). What the factors leave of each asset's own variance is specific to it.

    Args:
        correlation: (n, n) of a sample.
        rows: T, returns behind it.

    Source:
        Tipping and Bishop (1999), "Probabilistic principal component analysis";
        Laloux, Cizeau, Bouchaud and Potters (1999), "Noise dressing of financial correlation
        matrices".
    """
    assets = len(correlation)
    values, vectors = np.linalg.eigh(correlation)
    edge = (1 + np.sqrt(assets / rows)) ** 2
    factors = min(int((values > edge).sum()), assets - 1)
    rest = assets - factors
    specific = float(values[:rest].mean())
    common = vectors[:, rest:]
    fitted = (common * (values[rest:] - specific)) @ common.T
    np.fill_diagonal(fitted, 1.0)
    return FactorModel(np.asarray(fitted), factors)
