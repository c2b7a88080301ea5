"""Bounds on quadratic objectives of few holdings by the perspective of their diagonal."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from addin.domain.weights import EDGE, Vector
from addin.engine.cardinality_branch import Branch, Holding, Relaxed
from addin.engine.program import Mask, Optimum, Program, UnprovedError
from addin.engine.solve import minimum
from addin.engine.solvers import solve_lp
from addin.errors import InfeasibleError

_ROUNDS = 6  # pieces of the relaxation looked at; most need two or three
_MOVED = 1e-9
_TINY = 1e-300
_DOUBT = 0.9  # largest share of an asset about whose share nothing is known


@dataclass(frozen=True, eq=False)
class Perspective:
    """A quadratic program of which few variables may differ from zero.

    With P = R + diag(d) and z the share to which an asset is held, ½ d x² may be replaced by
    its perspective ½ d x²/z: the same where z is 0 or 1, larger in between.

    Attributes:
        program: Of the weights and, after them, any other variables; without cones.
        most: Largest number of weights that differ from zero.
        least: (n,) smallest weight of each asset if it is held.
        diagonal: (n,) d.
        constant: Added to every value.
        entrants: See ``Relaxation``.
    """

    program: Program
    most: int
    least: Vector
    diagonal: Vector
    constant: float = 0.0
    entrants: int = 8

    @cached_property
    def _scale(self) -> Vector:
        return np.asarray(np.sqrt(self.diagonal) * (self.least >= 0))

    @cached_property
    def _whole(self) -> Vector:
        """(variables,) d, zero for those that are not weights."""
        return np.pad(self.diagonal, (0, len(self.program.linear) - len(self.least)))

    @property
    def _low(self) -> Vector:
        """(n,) smallest value of the variable of each asset that is held."""
        return self.least

    def _weights(self, x: Vector) -> Vector:
        """(n,) of the assets at a point."""
        return np.asarray(x[: len(self.least)])

    def best(self, held: Mask, firm: Mask) -> Holding | None:
        """The best portfolio of some assets, some of them firmly at their least weight or more."""
        program = self._restricted(~held, firm)
        try:
            found = minimum(program)
        except (InfeasibleError, UnprovedError):
            return None
        return Holding(found.x, self.program.value(found.x) + self.constant)

    def _restricted(self, out: Mask, firm: Mask) -> Program:
        n = len(self.least)
        lower, upper = self.program.lower.copy(), self.program.upper.copy()
        floor = np.where(firm, self.least, np.minimum(self.least, 0.0))
        lower[:n] = np.where(out, 0.0, floor)
        upper[:n][out] = 0.0
        return replace(self.program, lower=lower, upper=upper)

    def _piece(self, branch: Branch, whole: Mask) -> Program:
        """The relaxation where these assets have a share of one and the others of less.

        The others' best shares are in proportion to √d x, which makes their part of the
        objective (Σ √d x)² over the number of holdings left.
        """
        program = self._restricted(branch.out, branch.held)
        part = np.flatnonzero(~branch.out & ~whole)
        room = self.most - int(whole.sum())
        if len(part) <= room:
            return program
        quadratic, scale = program.quadratic.copy(), self._scale[part]
        quadratic[part, part] -= scale**2
        quadratic[np.ix_(part, part)] += np.outer(scale, scale) / room
        return replace(program, quadratic=quadratic)

    def _shares(self, branch: Branch, whole: Mask, x: Vector) -> Vector:
        """(n,) that minimise the sum of perspectives; more than one where a piece is left."""
        part = ~branch.out & ~whole
        room = self.most - int(whole.sum())
        if part.sum() <= room:
            return np.where(branch.held, np.inf, (np.abs(x) > EDGE).astype(float))
        size = self._scale * np.abs(x)
        level = float(size[part].sum()) / room
        # without a diagonal nothing is known of the shares but that large weights have more
        rank = _DOUBT * np.abs(x) / max(float(np.abs(x).max()), EDGE)
        shares = np.where(self._scale > 0, size / (level or 1.0), rank)
        return np.asarray(np.where(branch.held, np.inf, shares))

    def relaxed(self, branch: Branch, cutoff: float) -> Relaxed | None:
        """A bound on the portfolios of a branch below ``cutoff``; None if there are none."""
        if branch.held.sum() == self.most:
            branch = replace(branch, out=~branch.held)
        half = np.full(len(self.least), 0.5)
        best, whole = Relaxed(-np.inf, half, half, half, branch), branch.held
        try:
            for _ in range(_ROUNDS):
                here, revised = self._at(branch, whole, cutoff)
                best = max(best, here, key=lambda each: each.bound)
                if (revised == whole).all() or best.bound >= cutoff:
                    break
                whole = revised
        except InfeasibleError:
            if best.bound == -np.inf and _is_empty(self._restricted(branch.out, branch.held)):
                return None
        except UnprovedError:
            pass  # the bound of another piece, or of the branch above, has to do
        return best

    def _at(self, branch: Branch, whole: Mask, cutoff: float) -> tuple[Relaxed, Mask]:
        """The bound from one piece, and the assets whose share is one there."""
        program = self._piece(branch, whole)
        point = minimum(program)
        shares = self._shares(branch, whole, point.x[: len(self.least)])
        base, merits = self._lagrangian(program, point)
        bound, tighter = self._ruled(branch, base, merits, cutoff)
        weights = self._weights(point.x)
        reached = np.abs(weights) / np.maximum(self.least, _TINY)
        held = np.minimum(np.minimum(shares, reached), 1.0)
        largest = shares >= np.sort(shares)[-max(self.most - 1, 1)]
        revised = branch.held | ((shares > 1 + _MOVED) & largest)
        return Relaxed(bound, weights, held, merits, tighter), revised

    def _ruled(
        self, branch: Branch, base: float, merits: Vector, cutoff: float
    ) -> tuple[float, Branch]:
        """The bound if the assets that gain most are held, and what would take it too high."""
        room = self.most - int(branch.held.sum())
        gains = np.where(branch.undecided, merits, -np.inf)
        ranked = np.append(-np.sort(-np.maximum(gains, 0.0)), 0.0)
        bound = self.constant + base - float(merits[branch.held].sum() + ranked[:room].sum())
        last, following = ranked[max(room - 1, 0)], ranked[room]
        chosen = (gains >= last) & (gains > following)
        excluded = branch.undecided & ~chosen & (bound + last - merits > cutoff)
        required = chosen & (bound + merits - following > cutoff)
        return bound, Branch(branch.held | required, branch.out | excluded)

    def _lagrangian(self, piece: Program, point: Optimum) -> tuple[float, Vector]:
        """A constant, and (n,) by how much holding each asset lowers it.

        All but the diagonal is replaced by its tangent at the point; what is left is least for
        each asset alone. That bounds the objective whatever the point and its prices.
        """
        program, x, n = self.program, point.x, len(self.least)
        limit = np.where(point.row_prices > 0, piece.row_lower, piece.row_upper)
        prices = np.where(np.isfinite(limit), point.row_prices, 0.0)
        rest = program.quadratic @ x - self._whole * x
        slope = prices @ piece.rows - program.linear - rest
        base = float(prices @ np.where(prices != 0, limit, 0.0)) - float(x @ rest) / 2
        for ball, price in zip(program.balls, point.ball_prices, strict=True):
            gradient = price * ball.gradient(x)
            slope = slope - gradient
            base -= price * ball.slack(x) + float(gradient @ x)
        others = np.maximum(slope * program.lower, slope * program.upper)[n:]
        return base - float(others.sum()), self._merits(slope[:n])

    def _merits(self, slope: Vector) -> Vector:
        n, curve = len(self.least), self.diagonal
        low, high = self._low, self.program.upper[:n]
        inner = slope / np.where(curve > 0, curve, 1.0)
        x = np.where(curve > 0, np.clip(inner, low, high), np.where(slope > 0, high, low))
        return np.asarray(slope * x - curve * x**2 / 2)


def _is_empty(program: Program) -> bool:
    """Whether no point obeys a program an interior-point solver has given up, or found empty."""
    if program.balls:
        return True  # Clarabel says so only with a certificate
    nothing = np.zeros_like(program.linear)
    try:
        solve_lp(replace(program, linear=nothing, balls=()))
    except InfeasibleError:
        return True
    return False
