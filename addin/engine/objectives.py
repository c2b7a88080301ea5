"""What to optimise, as programs in numbers."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.policy import Rule
from addin.domain.weights import Matrix, Vector, aligned
from addin.engine.constraints import FeasibleSet, places
from addin.engine.program import Ball, Optimum, Program, reduced_gradient
from addin.errors import InputError

_PRICED = 1e-9


@dataclass(frozen=True, eq=False)
class Problem:
    """Market and rules in numbers, assets in the order of the feasible set.

    Attributes:
        assumptions: Of M ≥ n assets.
        feasible: Of n assets.
        benchmark: (M,) weights, or None.
        concentration: Added to the diagonal of the covariance, the penalty on Σw².
    """

    assumptions: Assumptions
    feasible: FeasibleSet
    benchmark: Vector | None = None
    concentration: float = 0.0

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
        feasible = self.feasible
        n, m = len(feasible), len(feasible.rules)
        rows = np.ones((m + 1, n))
        rows[:m] = feasible.matrix
        return Program(
            quadratic,
            linear,
            rows,
            np.append(feasible.row_lower, 1.0),
            np.append(feasible.row_upper, 1.0),
            feasible.lower,
            feasible.upper,
            self.balls,
        )


def min_volatility(problem: Problem) -> Program:
    """Least w'Σw, plus the concentration penalty."""
    return problem.program(problem.penalised, np.zeros(len(problem.feasible)))


def min_tracking_error(problem: Problem) -> Program:
    """Least (w−b)'Σ(w−b), plus the concentration penalty."""
    towards = problem.assumptions.covariance @ problem.required_benchmark()
    return problem.program(problem.penalised, -towards[problem.here])


def max_utility(problem: Problem, risk_aversion: float) -> Program:
    """Greatest μ'w − λ/2 w'Σw − c Σw²."""
    curved = risk_aversion * problem.covariance
    if problem.concentration:
        curved = curved + 2 * problem.concentration * np.eye(len(problem.feasible))
    return problem.program(curved, -problem.expected_returns)


def with_costs(program: Program, current: Vector, rate: float) -> Program:
    """The program less ``rate`` · Σ|w − current|.

    A sale s ≥ current − w is split off for every asset that can be sold; the purchase is then
    w − current + s. Rate times both is linear in w and s.

    Args:
        program: Of n weights.
        current: (n,) weights before trading.
        rate: Cost per unit traded.

    Returns:
        A program of n weights and the sales.
    """
    room = current - program.lower
    sold = np.flatnonzero(room > 0)
    n, k = len(current), len(sold)
    curved = np.zeros((n + k, n + k))
    curved[:n, :n] = program.quadratic
    rows = np.zeros((len(program.rows) + k, n + k))
    rows[: len(program.rows), :n] = program.rows
    rows[len(program.rows) + np.arange(k), sold] = 1.0
    rows[len(program.rows) + np.arange(k), n + np.arange(k)] = 1.0
    return Program(
        curved,
        np.concatenate([program.linear + rate, np.full(k, 2 * rate)]),
        rows,
        np.concatenate([program.row_lower, current[sold]]),
        np.concatenate([program.row_upper, np.full(k, np.inf)]),
        np.concatenate([program.lower, np.zeros(k)]),
        np.concatenate([program.upper, room[sold]]),
        tuple(replace(b, factor=np.pad(b.factor, ((0, 0), (0, k)))) for b in program.balls),
    )


def max_return(problem: Problem) -> Program:
    """Greatest μ'w, less the concentration penalty c Σw²."""
    curved = 2 * problem.concentration * np.eye(len(problem.feasible))
    return problem.program(curved, -problem.expected_returns)


def least_volatile_optimum(problem: Problem, program: Program, found: Optimum) -> Program:
    """Least volatility among the solutions of a linear program.

    What has a price must stay at its limit in every solution (complementary slackness), and
    whatever keeps to that is one.
    """
    dear = _PRICED * float(np.abs(program.linear).max())
    fixed = np.abs(reduced_gradient(program, found)) > dear
    tight = np.abs(found.row_prices) > dear
    image = program.rows @ found.x
    return replace(
        program,
        quadratic=problem.covariance,
        linear=np.zeros_like(program.linear),
        row_lower=np.where(tight, image, program.row_lower),
        row_upper=np.where(tight, image, program.row_upper),
        lower=np.where(fixed, found.x, program.lower),
        upper=np.where(fixed, found.x, program.upper),
    )


def nearest(problem: Problem, wanted: Vector) -> Program:
    """Least Σ(w − wanted)²."""
    return problem.program(np.eye(len(wanted)), -wanted)


def problem_of(
    assumptions: Assumptions,
    feasible: FeasibleSet,
    benchmark: pd.Series | None,
    concentration: float,
) -> Problem:
    """The problem with its benchmark in the order of the assumptions."""
    against = None
    if benchmark is not None:
        against = aligned(benchmark, assumptions.tickers, "benchmark")
    return Problem(assumptions, feasible, against, concentration)
