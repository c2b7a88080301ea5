"""An interior-point method for programs whose objective has a tail of many scenarios."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np

from addin.domain.weights import Matrix, Vector
from addin.engine.program import Program, UnprovedError
from addin.engine.tail_limits import Limits

_ROUNDS = 80
_USABLE = 1e-6  # where rounding stops the method, what polishing and proof may still accept
_WORSE = 1e3  # times the least error: rounding has taken over
_SHORT_OF_EDGE = 0.995  # of the way to the nearest limit
_REGULARISATION = 1e-13  # relative to the curvature
_DEPENDENT = 1e-11  # lets equations repeat each other
_LATE = 1e-3  # of complementarity: elimination loses digits, one more solution gets them back
_SPENT = 1e-4  # complementarity below this share of the precision: residuals stay what they are
_START = 1e-2  # least slack of a limit at the start


class Tail(Protocol):
    """The scenarios of an objective: variables beyond the weights, and rows not below zero.

    The variables after the n weights are a level and a rest; the rest can be eliminated from
    the equations of a Newton step at little cost, which is all the method needs to know.
    """

    loses_digits: ClassVar[bool]  # whether eliminating the rest is worth a second solution late

    @property
    def cost(self) -> Vector:
        """(1 + k,) price of the level and of the rest."""

    def start(self, x: Vector) -> tuple[Vector, float]:
        """(1 + k,) values with which all rows are above zero, and what row times price is."""

    @property
    def constant(self) -> Vector:
        """(rows,) what the rows hold whatever the variables."""

    def linear(self, z: Vector) -> Vector:
        """(rows,) of weights, level and rest, without the constant."""

    def adjoint(self, y: Vector) -> Vector:
        """(n + 1 + k,) multipliers of the rows pulled back to the variables."""

    def condensed(self, weights: Vector) -> "Condensed":
        """The weighted normal equations with the rest eliminated."""


@dataclass(frozen=True, eq=False)
class Condensed:
    """Normal equations of weights and level alone.

    Attributes:
        matrix: (n + 1, n + 1).
        reduce: Right-hand side of all variables to the one of weights and level.
        recover: Step of weights and level, and the right-hand side, to the step of all.
    """

    matrix: Matrix
    reduce: Callable[[Vector], Vector]
    recover: Callable[[Vector, Vector], Vector]


@dataclass(frozen=True, eq=False)
class TailPoint:
    """Where the method stopped.

    Attributes:
        x: (n,) weights.
        inner: (1 + k,) level and rest of the tail.
        row_prices: (m,) signs as in ``Optimum``.
        multipliers: (rows,) of the tail.
        iterations: Rounds taken.
    """

    x: Vector
    inner: Vector
    row_prices: Vector
    multipliers: Vector
    iterations: int


@dataclass(frozen=True, eq=False)
class _State:
    z: Vector  # weights, level, rest
    equations: Vector  # prices
    slack: Vector
    price: Vector

    def moved(self, step: "_State", primal: float, dual: float) -> "_State":
        return _State(
            self.z + primal * step.z,
            self.equations + dual * step.equations,
            self.slack + primal * step.slack,
            self.price + dual * step.price,
        )

    @property
    def complementarity(self) -> float:
        """Sum of slack times price: nothing at an optimum."""
        return float((self.slack * self.price).sum())


class _Method:
    """The Newton steps of one program with one tail."""

    def __init__(self, program: Program, tail: Tail) -> None:
        self.program, self.tail, self.limits = program, tail, Limits(program)
        equation = self.limits.equation
        self.n, self.count = len(program.linear), int(self.limits.cuts[-1])
        self.matrix, self.right = program.rows[equation], program.row_lower[equation]
        self.cost = np.concatenate([program.linear, tail.cost])
        self.constant = np.concatenate([self.limits.constant, tail.constant])

    def image(self, z: Vector) -> Vector:
        return np.asarray(self.linear(z) + self.constant)

    def linear(self, dz: Vector) -> Vector:
        return np.concatenate([self.limits.linear(dz[: self.n]), self.tail.linear(dz)])

    def adjoint(self, y: Vector) -> Vector:
        result = self.tail.adjoint(y[self.count :])
        result[: self.n] += self.limits.adjoint(y[: self.count])
        return result

    def start(self, x: Vector) -> _State:
        inner, product = self.tail.start(x)
        z = np.concatenate([x, inner])
        slack = np.maximum(self.image(z), _START)
        return _State(z, np.zeros(len(self.right)), slack, product / slack)

    def residuals(self, at: _State) -> tuple[Vector, Vector, Vector]:
        dual = self.cost - self.adjoint(at.price)
        x = at.z[: self.n]
        dual[: self.n] += self.program.quadratic @ x - at.equations @ self.matrix
        return dual, self.image(at.z) - at.slack, self.right - self.matrix @ x

    def system(self, at: _State) -> tuple[Matrix, Condensed]:
        weights = at.price / at.slack
        condensed = self.tail.condensed(weights[self.count :])
        n, m = self.n, len(self.right)
        result = np.zeros((n + 1 + m, n + 1 + m))
        result[: n + 1, : n + 1] = condensed.matrix
        result[:n, :n] += self.program.quadratic + self.limits.curvature(weights[: self.count])
        diagonal = np.einsum("ii->i", result)
        diagonal[: n + 1] *= 1 + _REGULARISATION
        result[n + 1 :, :n], result[:n, n + 1 :] = self.matrix, self.matrix.T
        diagonal[n + 1 :] = -_DEPENDENT
        return result, condensed

    def step(
        self,
        at: _State,
        system: tuple[Matrix, Condensed],
        residuals: tuple[Vector, Vector, Vector],
        target: Vector,
    ) -> _State:
        """The step to where slack times price is ``target``."""
        dual, primal, equations = residuals
        change = (target - at.price * primal) / at.slack
        right = self.adjoint(change) - dual
        z, prices = self._solved(system, right, equations)
        if self.tail.loses_digits and at.complementarity < _LATE:
            short, gone = right - self._normal(at, z, prices), equations - self.matrix @ z[: self.n]
            more, further = self._solved(system, short, gone)
            z, prices = z + more, prices + further
        slack = self.linear(z) + primal
        price = (target - at.price * slack) / at.slack
        return _State(z, prices, slack, price)

    def _solved(
        self, system: tuple[Matrix, Condensed], right: Vector, equations: Vector
    ) -> tuple[Vector, Vector]:
        matrix, condensed = system
        found = np.linalg.solve(matrix, np.concatenate([condensed.reduce(right), equations]))
        return condensed.recover(found[: self.n + 1], right), -found[self.n + 1 :]

    def _normal(self, at: _State, z: Vector, prices: Vector) -> Vector:
        result = self.adjoint(at.price / at.slack * self.linear(z))
        result[: self.n] += self.program.quadratic @ z[: self.n] - prices @ self.matrix
        return result


def _reach(value: Vector, step: Vector) -> float:
    """The largest share of a step, at most one, that keeps all values positive."""
    down = step < 0
    return min(1.0, _SHORT_OF_EDGE * float(np.min(value[down] / -step[down], initial=np.inf)))


def _advance(method: _Method, at: _State, residuals: tuple[Vector, Vector, Vector]) -> _State:
    """One predictor-corrector step.

    Source:
        Mehrotra (1992), "On the implementation of a primal-dual interior point method".
    """
    system, now = method.system(at), at.complementarity
    guess = method.step(at, system, residuals, -at.slack * at.price)
    primal, dual = _reach(at.slack, guess.slack), _reach(at.price, guess.price)
    ahead = at.moved(guess, primal, dual).complementarity
    centre = now * (ahead / now) ** 3 / len(at.slack)
    target = centre - at.slack * at.price - guess.slack * guess.price
    step = method.step(at, system, residuals, target)
    primal, dual = _reach(at.slack, step.slack), _reach(at.price, step.price)
    if method.program.quadratic.any():  # primal and dual meet in the curvature
        primal = dual = min(primal, dual)
    return at.moved(step, primal, dual)


def interior_point(program: Program, tail: Tail, x: Vector, precision: float) -> TailPoint:
    """Minimise ½ x'Px + q'x + cost · (level, rest) over a program's limits and a tail's rows.

    A primal-dual interior-point method whose step costs what the tail's elimination costs.

    Args:
        program: Rows and bounds hold, balls and cones are left aside.
        tail: Scenarios.
        x: (n,) a point to start from, inside or not.
        precision: Of complementarity and residuals, in the unit of the tail.

    Raises:
        UnprovedError: If the method does not get near an optimum.

    Source:
        Wright (1997), "Primal-Dual Interior-Point Methods", chapter 10.
    """
    method, rounds, error = _Method(program, tail), 0, np.inf
    at = best = method.start(x)
    while rounds < _ROUNDS and error >= precision:
        residuals = method.residuals(at)
        worst = _error(at, residuals)
        if not worst < error * _WORSE or at.complementarity < _SPENT * precision:
            break  # worse, no number at all, or nothing left to gain
        if worst < error:
            best, error = at, worst
        with np.errstate(all="ignore"):
            at, rounds = _advance(method, at, residuals), rounds + 1
    if error > _USABLE:
        raise UnprovedError(f"the interior-point method stopped {error:.1e} from an optimum")
    return _point(method, best, rounds)


def _error(at: _State, residuals: tuple[Vector, Vector, Vector]) -> float:
    largest = (float(np.abs(part).max(initial=0.0)) for part in residuals)
    return max(at.complementarity, *largest)


def _point(method: _Method, at: _State, rounds: int) -> TailPoint:
    prices = method.limits.row_prices(at.price[: method.count])
    prices[method.limits.equation] = at.equations
    n = method.n
    return TailPoint(at.z[:n], at.z[n:], prices, at.price[method.count :], rounds)
