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
        found: Relaxed | None = None
        whole = branch.held.copy()
        for _ in range(_ROUNDS):
            try:
                point = minimum(self._piece(branch, whole))
            except InfeasibleError:
                if found is None and _is_empty(self._restricted(branch.out, branch.held)):
                    return None
                break
            except UnprovedError:
                break
            shares = self._shares(branch, whole, point.x[: len(self.least)])
            here = self._bounded(branch, point, shares, cutoff)
            if found is None or here.bound > found.bound:
                found = here
            largest = shares >= np.sort(shares)[-max(self.most - 1, 1)]
            revised = branch.held | ((shares > 1 + _MOVED) & largest)
            if (revised == whole).all() or found.bound >= cutoff:
                break
            whole = revised
        return found or self._unknown(branch)

    def _unknown(self, branch: Branch) -> Relaxed:
        shares = np.full(len(self.least), 0.5)
        return Relaxed(-np.inf, shares, shares, shares, branch)

    def _bounded(self, branch: Branch, point: Optimum, shares: Vector, cutoff: float) -> Relaxed:
        """The bound by duality, whatever the point, and what it rules out.

        All but the diagonal is replaced by its tangent at the point; what is left is least for
        each asset alone, and best with the assets that gain most.
        """
        base, merits = self._lagrangian(point)
        merits = np.where(branch.out, -np.inf, merits)
        sure = float(merits[branch.held].sum())
        room = self.most - int(branch.held.sum())
        ranked = -np.sort(-np.where(branch.undecided, np.maximum(merits, 0.0), 0.0))
        bound = self.constant + base - sure - float(ranked[:room].sum())
        last = ranked[room - 1] if room else 0.0
        following = ranked[room] if room < len(ranked) else 0.0
        chosen = branch.undecided & (merits >= last) & (merits > following)
        excluded = branch.undecided & ~chosen & (bound + last - merits > cutoff)
        required = chosen & (bound + merits - following > cutoff)
        tighter = Branch(branch.held | required, branch.out | excluded)
        weights = point.x[: len(self.least)]
        reached = np.abs(weights) / np.maximum(self.least, _TINY)
        shares = np.minimum(np.minimum(shares, reached), 1.0)
        return Relaxed(bound, weights, shares, merits, tighter)

    def _lagrangian(self, point: Optimum) -> tuple[float, Vector]:
        """A constant, and (n,) by how much holding each asset lowers it."""
        program, x, n = self.program, point.x, len(self.least)
        rest = program.quadratic @ x - self._whole * x
        slope = point.row_prices @ program.rows - program.linear - rest
        limit = np.where(point.row_prices > 0, program.row_lower, program.row_upper)
        paid = point.row_prices != 0
        base = float(point.row_prices[paid] @ limit[paid]) - float(x @ rest) / 2
        for ball, price in zip(program.balls, point.ball_prices, strict=True):
            gradient = price * ball.gradient(x)
            slope = slope - gradient
            base -= price * ball.slack(x) + float(gradient @ x)
        base -= float(
            np.maximum(slope[n:] * program.lower[n:], slope[n:] * program.upper[n:]).sum()
        )
        return base, self._merits(slope[:n])

    def _merits(self, slope: Vector) -> Vector:
        n, curve = len(self.least), self.diagonal
        low, high = self.least, self.program.upper[:n]
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
