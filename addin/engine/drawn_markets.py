"""Markets drawn at random, as a sample of returns would show them."""

from dataclasses import dataclass, replace

import numpy as np

from addin.domain.assumptions import Assumptions
from addin.domain.weights import Matrix
from addin.errors import InputError


@dataclass(frozen=True)
class Sampling:
    """How markets are drawn.

    Attributes:
        samples: Number of markets.
        observations: Rows of returns each is estimated from.
        periods_per_year: Of those rows.
        seed: Of the draws.
    """

    samples: int = 100
    observations: int = 120
    periods_per_year: float = 12.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.samples < 2:
            raise InputError(f"resamples: need at least two, found {self.samples}")


def root_of(covariance: Matrix) -> Matrix:
    """A root whose transpose times itself is the covariance."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))).T)


def drawn_market(
    base: Assumptions, root: Matrix, sampling: Sampling, rng: np.random.Generator
) -> Assumptions:
    """Assumptions estimated from rows drawn from a normal market.

    Args:
        base: The market.
        root: Its transpose times itself is the covariance of the market.
        sampling: Number of rows and periods per year.
        rng: Of the draws.
    """
    periods = sampling.periods_per_year
    normal = rng.standard_normal((sampling.observations, len(base.tickers)))
    values = base.expected_returns / periods + normal @ root / np.sqrt(periods)
    centred = values - values.mean(axis=0)
    covariance = centred.T @ centred * (periods / (len(values) - 1))
    means = values.mean(axis=0) * periods
    return replace(base, expected_returns=means, covariance=covariance)
