"""What the market is expected to do."""

from dataclasses import dataclass

from addin.domain.weights import Matrix, Vector
from addin.errors import InputError


@dataclass(frozen=True, eq=False)
class Assumptions:
    """Expected returns and risk, annual.

    Attributes:
        tickers: (N,) names.
        expected_returns: (N,) arithmetic, decimals a year.
        covariance: (N, N) of annual returns.
        risk_free: Annual rate.
        years: Of the history behind the expected returns; None where there is none.
        notes: What was done to reach them that a reader should know, in sentences.
    """

    tickers: tuple[str, ...]
    expected_returns: Vector
    covariance: Matrix
    risk_free: float = 0.0
    years: float | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        n = len(self.tickers)
        if self.expected_returns.shape != (n,) or self.covariance.shape != (n, n):
            raise InputError(
                f"assumptions: need {n} expected returns and a {n} × {n} covariance, got "
                f"{self.expected_returns.shape} and {self.covariance.shape}"
            )
