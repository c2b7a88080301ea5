"""A market and a policy that every library in the comparison can express."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.policy import ClassRange
from addin.domain.universe import Universe
from addin.domain.weights import Matrix, Vector
from addin.engine.constraints import FeasibleSet, feasible_set

RISK_FREE = 0.02
CLASSES = (
    ClassRange("E", 0.20, 0.50),
    ClassRange("F", 0.20, 0.40),
    ClassRange("A", 0.05, 0.30),
    ClassRange("C", 0.05, 0.25),
)
DAYS, CONFIDENCE = 2520, 0.95


@dataclass(frozen=True, eq=False)
class Market:
    """A factor market of n assets in four classes, each capped, and 2,520 days of it."""

    n: int

    @cached_property
    def tickers(self) -> tuple[str, ...]:
        return tuple(f"T{i}" for i in range(self.n))

    @property
    def cap(self) -> float:
        return 0.2 if self.n < 50 else 0.05

    @property
    def asset_classes(self) -> tuple[str, ...]:
        return tuple("EFAC"[i % 4] for i in range(self.n))

    @cached_property
    def assumptions(self) -> Assumptions:
        rng, n = np.random.default_rng(self.n), self.n
        loadings = rng.normal(size=(n, max(3, n // 10))) * 0.1
        raw = loadings @ loadings.T + np.diag(rng.uniform(0.01, 0.05, n))
        scale = rng.uniform(0.05, 0.30, n) / np.sqrt(np.diag(raw))
        expected = RISK_FREE + 0.25 * rng.uniform(0.05, 0.30, n) * rng.uniform(0.5, 1.5, n)
        return Assumptions(self.tickers, expected, raw * np.outer(scale, scale), RISK_FREE)

    @cached_property
    def feasible(self) -> FeasibleSet:
        universe = Universe(self.tickers, self.asset_classes, upper=(self.cap,) * self.n)
        return feasible_set(universe, CLASSES)

    @cached_property
    def free(self) -> FeasibleSet:
        """Long only, and no other rule."""
        return feasible_set(Universe(self.tickers, self.asset_classes), ())

    @cached_property
    def days(self) -> Matrix:
        """(2,520, n) returns with fat tails, as dependent as the covariance says."""
        rng, known = np.random.default_rng(self.n + 1), self.assumptions
        shocks = rng.standard_t(4, (DAYS, self.n)) / np.sqrt(2)
        spread = np.linalg.cholesky(known.covariance / 252)
        return np.asarray(known.expected_returns / 252 + shocks @ spread.T)

    @cached_property
    def returns(self) -> Returns:
        return Returns(np.arange(DAYS).astype("datetime64[D]"), self.tickers, self.days)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The days as a table, which two of the peers ask for."""
        return pd.DataFrame(self.days, columns=list(self.tickers))

    @cached_property
    def benchmark(self) -> pd.Series:
        return pd.Series(1 / self.n, index=self.tickers)

    @cached_property
    def limits(self) -> tuple[Matrix, Vector]:
        """The class ranges as matrix · weights ≤ most."""
        rows = np.array([[float(c.name == a) for a in self.asset_classes] for c in CLASSES])
        most = [c.upper for c in CLASSES] + [-c.lower for c in CLASSES]
        return np.vstack([rows, -rows]), np.array(most)

    def volatility(self, weights: Vector) -> float:
        return float(np.sqrt(weights @ self.assumptions.covariance @ weights))

    def tracking_error(self, weights: Vector) -> float:
        return self.volatility(weights - self.benchmark.to_numpy())

    def outside(self, weights: Vector) -> float:
        """By how much the worst rule is broken."""
        matrix, most = self.limits
        ends = abs(weights.sum() - 1), (weights - self.cap).max(), -weights.min()
        return float(max((matrix @ weights - most).max(), *ends))
