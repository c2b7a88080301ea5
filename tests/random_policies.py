"""Random policies, each with a portfolio that obeys it.

Limits are written once as a policy says them, for the code under test, and once as a matrix,
for whoever checks it.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe

RIDGES = (1e-2, 1e-4, 1e-6, 1e-8, 1e-10)


@dataclass
class Policy:
    """A market, a policy and a portfolio inside, all drawn from one seed."""

    seed: int
    most: int = 200
    rows: list = field(default_factory=list)  # (coefficients, most) of matrix · w ≤ most
    limits: list = field(default_factory=list)
    classes: list = field(default_factory=list)
    norms: dict = field(default_factory=dict)
    tail: dict = field(default_factory=dict)
    target_return: float | None = None

    def __post_init__(self):
        self.rng = np.random.default_rng(self.seed)
        self.n = round(np.exp(self.rng.uniform(np.log(2), np.log(self.most))))
        self.tickers = tuple(f"A{i}" for i in range(self.n))
        self._weights()
        self._market()
        self._bounds()
        self._class_ranges()
        self._groups()
        self._norms()

    @property
    def universe(self):
        names = {"Region": tuple(map(str, self.regions)), "Score": tuple(map(float, self.scores))}
        lower, upper = tuple(map(float, self.lower)), tuple(map(float, self.upper))
        return Universe(self.tickers, self.labels, lower, upper, names)

    def _weights(self):
        """Class weights in whole percents, some assets with nothing."""
        rng, n = self.rng, self.n
        k = int(rng.integers(1, min(n, 6) + 1))
        member = np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
        self.member = rng.permutation(member)
        self.labels = tuple(f"Class {c}" for c in self.member)
        cuts = np.sort(rng.choice(np.arange(1, 100), k - 1, replace=False))
        self.class_weights = np.diff(np.concatenate([[0], cuts, [100]])) / 100
        self.inside = np.zeros(n)
        for c, weight in enumerate(self.class_weights):
            own = np.flatnonzero(self.member == c)
            held = rng.permutation(own)[: int(rng.integers(1, len(own) + 1))]
            self.inside[held] = weight * rng.dirichlet(np.ones(len(held)))

    def _market(self):
        rng, n = self.rng, self.n
        self.ridge = float(rng.choice(RIDGES))
        short = rng.random() < 0.7
        samples = rng.normal(size=(max(n // 2, 2) if short else 3 * n + 2, n))
        samples += rng.uniform(0, 1.5) * rng.normal(size=(len(samples), 1))
        volatility = rng.uniform(0.02, 0.30, n)
        correlation = np.atleast_2d(np.corrcoef(samples.T)) + self.ridge * np.eye(n)
        expected = 0.01 + 0.35 * volatility * rng.uniform(0.2, 1.8, n)
        self.covariance = correlation * np.outer(volatility, volatility)
        risk_free = min(0.01, float(expected @ self.inside) - 0.002)
        self.market = Assumptions(self.tickers, expected, self.covariance, risk_free)
        self.benchmark = rng.dirichlet(np.ones(n))
        factors = rng.normal(size=(250, max(n // 4, 1))) @ rng.normal(size=(max(n // 4, 1), n))
        noise = rng.standard_t(4, size=(250, n))
        self.scenarios = (factors / np.sqrt(n // 4 + 1) + noise) * volatility / 16 + expected / 252

    def _room(self, size):
        """Often some, at times none: the limit then goes through the portfolio inside."""
        return 0.0 if self.rng.random() < 0.1 else self.rng.uniform(0, size)

    def _bounds(self):
        rng, n, inside = self.rng, self.n, self.inside
        spread = 3 / n
        self.lower = np.where(rng.random(n) < 0.2, inside * rng.random(n), 0.0)
        reach = np.minimum(1.0, inside + rng.uniform(0, spread, n))
        self.upper = np.where(rng.random(n) < rng.choice([0.0, 0.6, 1.0]), reach, 1.0)
        fixed = rng.random(n) < rng.choice([0.0, 0.05])
        self.lower, self.upper = (np.where(fixed, inside, b) for b in (self.lower, self.upper))
        for i in rng.choice(n, min(n, int(rng.integers(0, 3))), replace=False):
            anchor = float(inside[i] * rng.uniform(0.5, 1.0))
            self.limits.append(Limit(Rule.WEIGHT, self.tickers[i], ">=", anchor))
            self._row(-np.eye(n)[i], -anchor)
        if rng.random() < 0.2:
            cap = float(inside.max() + self._room(0.1))
            self.limits.append(Limit(Rule.EACH, "", "<=", cap))
            for i in range(n):
                self._row(np.eye(n)[i], cap)

    def _row(self, coefficients, most):
        self.rows.append((np.asarray(coefficients, dtype=float), float(most)))

    def _class_ranges(self):
        for c, weight in enumerate(self.class_weights):
            own = (self.member == c).astype(float)
            kind = self.rng.choice(["fixed", "range", "range", "open"])
            low, high = {
                "fixed": (weight, weight),
                "range": (max(0, weight - self._room(0.15)), min(1, weight + self._room(0.15))),
                "open": (0.0, 1.0),
            }[kind]
            self.classes.append(ClassRange(f"Class {c}", float(low), float(high)))
            self._row(own, high)
            self._row(-own, -low)

    def _groups(self):
        rng, n, inside = self.rng, self.n, self.inside
        self.regions = rng.choice(["Home", "Abroad", "New"], n)
        self.scores = np.round(rng.uniform(0, 100, n), 1)
        if rng.random() < 0.5:
            own = (self.regions == self.regions[0]).astype(float)
            self._limit(Rule.WEIGHT, f"Region={self.regions[0]}", own, own @ inside, 0.1)
        if rng.random() < 0.4:
            self._limit(Rule.AVERAGE, "Score", self.scores, self.scores @ inside, 3)
        if rng.random() < 0.25:
            self.target_return = float(self.market.expected_returns @ inside - self._room(0.01))
            self._row(-self.market.expected_returns, -self.target_return)

    def _limit(self, rule, selector, coefficients, value, size):
        sign = int(self.rng.choice([-1, 1]))
        bound = float(value + sign * self._room(size))
        self.limits.append(Limit(rule, selector, "<=" if sign > 0 else ">=", bound))
        self._row(sign * coefficients, sign * bound)

    def _norms(self):
        rng = self.rng
        chosen = int(rng.choice([0, 0, 0, 0, 1, 2, 3]))  # volatility, tracking error, both
        if chosen & 1:
            self.norms["max_volatility"] = self.deviation(self.inside) * (1 + self._room(0.3))
        if chosen & 2:
            active = self.inside - self.benchmark
            self.norms["max_tracking_error"] = self.deviation(active) * (1 + self._room(0.3))

    @property
    def factor(self):
        """F with F'F the covariance."""
        values, vectors = np.linalg.eigh(self.covariance)
        return (vectors * np.sqrt(np.maximum(values, 0.0))).T

    def deviation(self, weights):
        return float(np.sqrt(max(weights @ self.covariance @ weights, 0.0)))

    @property
    def settings(self):
        given = {} if self.target_return is None else {"target_return": self.target_return}
        return given | self.norms | self.tail

    @property
    def against(self):
        return pd.Series(self.benchmark, index=self.tickers)

    @property
    def inequalities(self):
        """Every linear rule as matrix · w ≤ most."""
        eye = np.eye(self.n)
        matrix = np.vstack([*(row for row, _ in self.rows), eye, -eye])
        return matrix, np.concatenate([[most for _, most in self.rows], self.upper, -self.lower])

    def outside(self, weights):
        """By how much the worst rule is broken, in its own unit."""
        matrix, most = self.inequalities
        return max(float((matrix @ weights - most).max()), *self._beyond(weights))

    def _beyond(self, weights):
        yield -np.inf
        for centre, bound in self.balls:
            yield self.deviation(weights - centre) - bound

    @property
    def balls(self):
        """Centre and radius of each limit of volatility or tracking error."""
        centres = {"max_volatility": np.zeros(self.n), "max_tracking_error": self.benchmark}
        return [(centres[name], bound) for name, bound in self.norms.items()]
