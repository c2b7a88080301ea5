"""Market and rules in numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.labels import label_key
from addin.domain.policy import Rule
from addin.domain.weights import Matrix, Vector, aligned
from addin.engine.feasible import FeasibleSet
from addin.engine.program import Ball, Program
from addin.errors import InputError


def places(tickers: Sequence[str], among: Sequence[str]) -> list[int]:
    """Position of each ticker in another list.

    Raises:
        InputError: Naming the tickers without expected return and covariance.
    """
    if tickers == among:  # spelled alike, as they mostly are
        return list(range(len(tickers)))
    place = {label_key(ticker): i for i, ticker in enumerate(among)}
    if missing := [ticker for ticker in tickers if label_key(ticker) not in place]:
        raise InputError(f"assumptions: no expected return and covariance for {', '.join(missing)}")
    return [place[label_key(ticker)] for ticker in tickers]


@dataclass(frozen=True, eq=False)
class Problem:
    """Market and rules in numbers, assets in the order of the feasible set.

    Attributes:
        assumptions: Of M ≥ n assets.
        feasible: Of n assets.
        benchmark: (M,) weights, or None.
        concentration: Added to the diagonal of the covariance, the penalty on Σw².
        current: Weights before trading by ticker, or None.
        returns: Of at least the n assets, for limits and objectives of the tail; or None.
        confidence: Of the tail.
    """

    assumptions: Assumptions
    feasible: FeasibleSet
    benchmark: Vector | None = None
    concentration: float = 0.0
    current: pd.Series | None = None
    returns: Returns | None = None
    confidence: float = 0.95

    @cached_property
    def here(self) -> list[int]:
        """(n,) position of each asset among those of the assumptions."""
        return places(self.feasible.tickers, self.assumptions.tickers)

    @cached_property
    def whole(self) -> bool:
        """Whether the assumptions are about just these assets, in this order."""
        return self.assumptions.tickers == self.feasible.tickers

    @cached_property
    def covariance(self) -> Matrix:
        """(n, n) annual."""
        full = self.assumptions.covariance
        return full if self.whole else full[np.ix_(self.here, self.here)]

    @cached_property
    def expected_returns(self) -> Vector:
        """(n,) annual."""
        full = self.assumptions.expected_returns
        return full if self.whole else full[self.here]

    @cached_property
    def held(self) -> Vector:
        """(n,) weights before trading; what is held of other assets is ``held_elsewhere``.

        Raises:
            InputError: If there are none.
        """
        if self.current is None:
            raise InputError("turnover and cost_bps: needs current weights, found none")
        place = {label_key(ticker): i for i, ticker in enumerate(self.feasible.tickers)}
        held = np.zeros(len(place))
        for ticker, weight in self.current.items():
            if (i := place.get(label_key(str(ticker)))) is not None:
                held[i] = weight
        return held

    @cached_property
    def held_elsewhere(self) -> float:
        """Weight before trading of assets that cannot be bought: it is sold in any case."""
        return max(1.0 - float(self.held.sum()), 0.0)

    @cached_property
    def scenarios(self) -> Matrix:
        """(T, n) returns per row.

        Raises:
            InputError: If there are none.
        """
        if self.returns is None:
            raise InputError("CVaR, VaR and drawdown: needs a table of returns, found none")
        return self.returns.only(self.feasible.tickers).complete().values

    def scenarios_over(self, variables: int) -> Matrix:
        """(T, variables) returns per row of weights and of what stands beside them: nothing."""
        return np.pad(self.scenarios, ((0, 0), (0, variables - len(self.feasible))))

    @cached_property
    def standard_errors(self) -> Vector:
        """(n,) of the expected returns as means of their history, annual.

        Raises:
            InputError: If the assumptions do not come from a history.
        """
        if self.assumptions.years is None:
            raise InputError("uncertainty: needs a table of returns, found assumptions without one")
        return np.asarray(np.sqrt(np.diag(self.covariance) / self.assumptions.years))

    @cached_property
    def penalised(self) -> Matrix:
        """(n, n) covariance plus the concentration penalty."""
        if not self.concentration:
            return self.covariance
        return self.covariance + self.concentration * np.eye(len(self.feasible))

    @cached_property
    def _factor(self) -> Matrix:
        full = self.assumptions.covariance
        try:
            return np.asarray(np.linalg.cholesky(full).T)
        except np.linalg.LinAlgError:  # singular: a square root by eigenvalues
            values, vectors = np.linalg.eigh(full)
            return np.asarray((vectors * np.sqrt(np.maximum(values, 0.0))).T)

    def required_benchmark(self) -> Vector:
        """(M,) weights.

        Raises:
            InputError: If there is no benchmark.
        """
        if self.benchmark is None:
            raise InputError("tracking error: needs benchmark weights, found none")
        return self.benchmark

    def norm(self, rule: Rule, weights: Vector) -> float:
        """Annual volatility or tracking error of (n,) weights."""
        if rule is Rule.VOLATILITY:
            return math.sqrt(max(float(weights @ (self.covariance @ weights)), 0.0))
        active = -self.required_benchmark()
        active[self.here] += weights
        variance = float(active @ (self.assumptions.covariance @ active))
        return math.sqrt(max(variance, 0.0))

    def ball(self, rule: Rule, radius: float) -> Ball:
        """Volatility or tracking error of at most ``radius``."""
        factor = self._factor[:, self.here]
        if rule is Rule.VOLATILITY:
            return Ball(factor, np.zeros(len(factor)), radius)
        return Ball(factor, self._factor @ self.required_benchmark(), radius)

    @cached_property
    def balls(self) -> tuple[Ball, ...]:
        """The norm limits of the feasible set."""
        return tuple(self.ball(limit.rule, limit.bound) for limit in self.feasible.norm_limits)

    def program(self, quadratic: Matrix, linear: Vector) -> Program:
        """Minimise ½ w'Pw + q'w over the feasible set; the last row is the budget."""
        lower, upper = self.feasible.lower, self.feasible.upper
        return Program(quadratic, linear, *self.feasible.rows, lower, upper, self.balls)


def problem_of(  # noqa: PLR0913 (market, rules and holdings are separate inputs)
    assumptions: Assumptions,
    feasible: FeasibleSet,
    benchmark: pd.Series | None,
    concentration: float,
    *,
    current: pd.Series | None = None,
    returns: Returns | None = None,
    confidence: float = 0.95,
) -> Problem:
    """The problem with its benchmark in the order of the assumptions.

    Raises:
        InputError: If an expected return or a covariance is not a finite number.
    """
    against = None
    if benchmark is not None:
        against = aligned(benchmark, assumptions.tickers, "benchmark")
    problem = Problem(assumptions, feasible, against, concentration, current, returns, confidence)
    _require_numbers("expected return", problem.expected_returns, feasible.tickers)
    _require_numbers("covariance", assumptions.covariance, assumptions.tickers)
    return problem


def _require_numbers(what: str, values: Matrix | Vector, tickers: Sequence[str]) -> None:
    known = np.asarray(np.isfinite(values).reshape(len(tickers), -1).all(axis=1))
    if not known.all():
        lacking = ", ".join(t for t, ok in zip(tickers, known, strict=True) if not ok)
        raise InputError(f"assumptions: need a finite {what}, not so for {lacking}")
