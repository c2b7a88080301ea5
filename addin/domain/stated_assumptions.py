"""Capital-market assumptions as somebody typed them: some numbers, not always all."""

from dataclasses import dataclass

from addin.domain.weights import Matrix, Vector
from addin.errors import InputError


@dataclass(frozen=True, eq=False)
class StatedAssumptions:
    """Annual figures by asset or asset class; NaN where nothing is stated.

    Attributes:
        assets: (n,) tickers or asset classes.
        expected_returns: (n,) arithmetic, decimals.
        volatilities: (n,) decimals.
        correlation: (n, n) symmetric, ones on the diagonal.
    """

    assets: tuple[str, ...]
    expected_returns: Vector
    volatilities: Vector
    correlation: Matrix

    def __post_init__(self) -> None:
        n = len(self.assets)
        if self.correlation.shape != (n, n) or not (
            n == len(self.expected_returns) == len(self.volatilities)
        ):
            raise InputError(
                f"assumptions: need {n} expected returns, volatilities and rows of correlations, "
                f"got {len(self.expected_returns)}, {len(self.volatilities)} and "
                f"{self.correlation.shape}"
            )
