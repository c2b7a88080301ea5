"""What no portfolio is better than, by solvers that had no part in the answer."""

from dataclasses import dataclass, field

import clarabel
import numpy as np
from scipy import sparse
from scipy.optimize import linprog, nnls

from tests.random_policies import Policy

BINDING = 1e-8


@dataclass
class Conic:
    """min ½ x'Px + q'x over the weights of a policy and further variables behind them."""

    policy: Policy
    quadratic: np.ndarray
    linear: np.ndarray
    lower: np.ndarray  # a box for the further variables
    upper: np.ndarray
    more: list = field(default_factory=list)  # (matrix, offset): matrix · x + offset ≥ 0
    cones: list = field(default_factory=list)  # (matrix, offset): in the second-order cone
    flat_at: np.ndarray | None = None  # weights at which norm limits are replaced by tangents

    def _wide(self, matrix):
        return np.pad(matrix, ((0, 0), (0, len(self.lower))))

    def _parts(self):
        policy, flat = self.policy, self.flat_at is not None
        matrix, most = flattened(policy, self.flat_at) if flat else policy.inequalities
        yield clarabel.ZeroConeT(1), self._wide(np.ones((1, policy.n))), np.array([-1.0])
        yield clarabel.NonnegativeConeT(len(most)), self._wide(-matrix), most
        for rows, offset in self.more:
            yield clarabel.NonnegativeConeT(len(offset)), rows, offset
        for centre, radius in () if flat else policy.balls:
            rows = np.vstack([np.zeros(policy.n), policy.factor])
            offset = np.append(radius, -policy.factor @ centre)
            yield clarabel.SecondOrderConeT(len(offset)), self._wide(rows), offset
        for rows, offset in self.cones:
            yield clarabel.SecondOrderConeT(len(offset)), rows, offset

    def bound(self):
        """What no value is below.

        Weak duality with the solver's prices z of limits s = A x + b in a cone: f(y) is at
        least f(x) + ∇f(x)·(y − x) − z'(A y + b), and what the prices leave of the gradient is
        charged at the worst corner of the box of y. The bound needs no trust in the solver.
        """
        kinds, rows, offsets = zip(*self._parts(), strict=True)
        matrix, offset = np.vstack(rows), np.concatenate(offsets)
        if self.flat_at is None:
            x, prices = self._by_clarabel(kinds, matrix, offset)
        else:
            x, prices = self._by_highs(matrix, offset)
        prices = _inside(kinds, offsets, prices)
        curved = self.quadratic @ x
        left = curved + self.linear - prices @ matrix
        lower = np.concatenate([self.policy.lower, self.lower])
        upper = np.concatenate([self.policy.upper, self.upper])
        room = left * x - np.minimum(left * lower, left * upper)
        below = float(prices @ (matrix @ x + offset) + room.sum())
        return float(x @ curved / 2 + self.linear @ x) - below

    def _by_clarabel(self, kinds, matrix, offset):
        settings = clarabel.DefaultSettings()
        settings.verbose = False
        settings.max_iter = 500
        settings.tol_gap_abs, settings.tol_gap_rel, settings.tol_feas = 1e-18, 1e-13, 1e-13
        size = max(np.abs(self.quadratic).max(), np.abs(self.linear).max())
        found = clarabel.DefaultSolver(
            sparse.csc_matrix(np.triu(self.quadratic / size)),
            self.linear / size,
            sparse.csc_matrix(-matrix),
            offset,
            list(kinds),
            settings,
        ).solve()
        return np.array(found.x), np.array(found.z) * size

    def _by_highs(self, matrix, offset):
        """By a simplex method, whose digits are those of a system of equations."""
        found = linprog(
            self.linear, -matrix[1:], offset[1:], matrix[:1], -offset[:1], (None, None), "highs-ds"
        )
        return found.x, np.append(found.eqlin.marginals, -found.ineqlin.marginals)


def _inside(kinds, offsets, prices):
    """Prices moved by rounding into the dual cones."""
    parts, start = [], 0
    for kind, offset in zip(kinds, offsets, strict=True):
        part, start = prices[start : start + len(offset)], start + len(offset)
        if isinstance(kind, clarabel.NonnegativeConeT):
            part = np.maximum(part, 0.0)
        if isinstance(kind, clarabel.SecondOrderConeT):
            part = np.append(max(part[0], np.linalg.norm(part[1:])), part[1:])
        parts.append(part)
    return np.concatenate(parts)


NONE = np.zeros(0)


def quadratic(policy, curved, linear):
    """min ½ w'Pw + q'w."""
    return Conic(policy, curved, linear, NONE, NONE)


def by_norm(policy, rate, centre, linear):
    """min rate · ‖F(w − centre)‖ + linear · w, the norm being one more variable."""
    n = policy.n
    rows = np.zeros((n + 1, n + 1))
    rows[0, n], rows[1:, :n] = 1.0, policy.factor
    cone = rows, np.append(0.0, -policy.factor @ centre)
    most = 2 * float(np.sqrt(np.diag(policy.covariance)).max())
    flat, objective = np.zeros((n + 1, n + 1)), np.append(linear, rate)
    return Conic(policy, flat, objective, np.zeros(1), np.full(1, most), cones=[cone])


def by_excess(policy, confidence, flat_at=None):
    """min level + Σ excess / ((1 − confidence) T) over the losses of the scenarios."""
    rows, (t, n) = policy.scenarios, policy.scenarios.shape
    most = float(np.abs(rows).max())
    price = np.full(t, 1 / ((1 - confidence) * t))
    more = [
        (np.hstack([rows, np.ones((t, 1)), np.eye(t)]), np.zeros(t)),
        (np.hstack([np.zeros((t, n + 1)), np.eye(t)]), np.zeros(t)),
    ]
    return Conic(
        policy,
        np.zeros((n + 1 + t, n + 1 + t)),
        np.concatenate([np.zeros(n), [1.0], price]),
        np.append(-most, np.zeros(t)),
        np.append(most, np.full(t, 2 * most)),
        more,
        flat_at=flat_at,
    )


def flattened(policy, weights):
    """Every rule as matrix · w ≤ most, norm limits by their tangents: ‖F(y − c)‖ is no less."""
    matrix, most = policy.inequalities
    for centre, radius in policy.balls:
        active = weights - centre
        distance = policy.deviation(active)
        outward = policy.covariance @ active / distance
        matrix = np.vstack([matrix, outward])
        most = np.append(most, outward @ weights + radius - distance)
    return matrix, most


def gap(policy, weights, gradient):
    """How far below its value at ``weights`` a convex function can be anywhere in the policy.

    f(y) ≥ f(w) + g·(y − w); prices of the limits that bind come from least squares that are not
    negative (Lawson and Hanson 1974), and what they leave of the gradient is charged at the
    worst corner of the bounds: rigorous, whatever the prices.
    """
    matrix, most = flattened(policy, weights)
    room = most - matrix @ weights
    near = room <= BINDING
    ones = np.ones((policy.n, 1))
    columns = np.hstack([matrix[near].T, ones, -ones])
    try:
        prices, _ = nnls(columns, -gradient)
    except RuntimeError:  # no prices in the number of steps allowed
        return np.inf
    left = gradient + columns @ prices
    corner = np.minimum(left * policy.lower, left * policy.upper)
    return float(prices[:-2] @ room[near] + (left * weights - corner).sum())
