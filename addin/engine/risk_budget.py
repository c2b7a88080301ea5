"""Weights whose contributions to volatility are in given proportions."""

from dataclasses import dataclass

import numpy as np

from addin.domain.weights import WEIGHT_SUM_TOLERANCE, Matrix, Vector
from addin.engine.program import UnprovedError
from addin.errors import InputError

_ROUNDING = 2e-15  # of a contribution before long and short exposures cancel
_ENOUGH = 1e-14
_ROUNDS = 500
_LONG_STEP = 0.5
_LEAST_VARIANCE = 1e-4  # a start without risk is not blown up
_UNDIVERSIFIED = 1e12  # variance before cancelling over variance after it: no risk is left
_INDEFINITE = 1e-8  # of an eigenvalue of the correlations; less is rounding


@dataclass(frozen=True, eq=False)
class RiskBudget:
    """Weights and what they contribute.

    Attributes:
        weights: (n,) decimals, none negative, adding up to one.
        risk_shares: (n,) contributions to volatility over the volatility; they add up to one.
        iterations: Newton steps.
    """

    weights: Vector
    risk_shares: Vector
    iterations: int


def checked_budgets(budgets: Vector) -> Vector:
    """(n,) budgets that add up to one exactly.

    Raises:
        InputError: If one is negative or no number, or if they do not add up to one.
    """
    if not (budgets >= 0).all():
        wrong = float(budgets[~(budgets >= 0)][0])
        raise InputError(f"budgets: need shares of risk of at least zero, found {wrong:g}")
    total = float(budgets.sum())
    if not abs(total - 1) <= WEIGHT_SUM_TOLERANCE:
        raise InputError(f"budgets: must add up to 100%, found {total:.4%}")
    return budgets / total


def require_semidefinite(covariance: Matrix) -> None:
    """Refuse a matrix in which some portfolio has a negative variance.

    Raises:
        InputError: Naming the most negative eigenvalue of the correlations.
    """
    deviations = np.sqrt(np.diag(covariance))
    deviations[deviations == 0] = 1.0
    correlation = covariance / np.outer(deviations, deviations)
    try:
        np.linalg.cholesky(correlation + _INDEFINITE * np.eye(len(correlation)))
    except np.linalg.LinAlgError:
        least = float(np.linalg.eigvalsh(correlation)[0])
        raise InputError(
            "covariance: some portfolio would have a negative variance; need correlations that "
            f"agree with each other, found an eigenvalue of {least:.3g} among them"
        ) from None


def risk_budget(covariance: Matrix, budgets: Vector) -> RiskBudget:
    """Long-only weights whose contributions to volatility are proportional to budgets.

    The weights are unique. An asset with budget zero is left out: its weight is zero, although
    a hedge could have weight and contribute nothing. Contributions are right to 1e-10 of the
    total risk; where almost all risk cancels, as near to that as the digits of a weight allow.

    Args:
        covariance: (n, n) positive semidefinite, of any period.
        budgets: (n,) shares of risk, at least zero, adding up to one.

    Raises:
        InputError: If budgets are negative or do not add up to one, or if the covariance is
            not positive semidefinite or lets a long-only portfolio be without risk.

    Source:
        Maillard, Roncalli and Teiletche (2010), "The properties of equally weighted risk
        contribution portfolios"; Spinu (2013), "An algorithm for computing risk parity weights".
    """
    shares = checked_budgets(budgets)
    require_semidefinite(covariance)
    held = shares.nonzero()[0]
    part = covariance if len(held) == len(shares) else covariance[np.ix_(held, held)]
    scaled, iterations = _newton(part, shares[held])
    weights = np.zeros(len(shares))
    weights[held] = scaled / scaled.sum()
    contributions = weights * (covariance @ weights)
    return RiskBudget(weights, contributions / contributions.sum(), iterations)


def _correlations(covariance: Matrix) -> tuple[Matrix, Vector]:
    deviations = np.sqrt(np.diag(covariance))
    if not deviations.all():
        raise InputError(
            "covariance: an asset without volatility cannot contribute to risk; give it budget 0"
        )
    return covariance / np.outer(deviations, deviations), deviations


def _newton(covariance: Matrix, budgets: Vector) -> tuple[Vector, int]:
    """Weights of any sum, by damped Newton steps on ½ z'Cz − Σ b ln z with correlations C.

    At its minimum z (Cz) = b. In steps relative to z its curvature is zCz + diag(b), and a
    step of 1/(1 + largest relative change) never overshoots.
    """
    correlation, deviations = _correlations(covariance)
    size, z = np.abs(correlation), _start(correlation, budgets)
    for iteration in range(_ROUNDS):
        missing = budgets - z * (correlation @ z)
        undiversified = float(z @ (size @ z))
        if np.abs(missing).max() <= _ENOUGH + _ROUNDING * undiversified:
            return z / deviations, iteration
        if undiversified > _UNDIVERSIFIED:
            raise InputError(
                "covariance: a portfolio of long positions has no risk, so there is none to "
                "divide; need a covariance of full rank, e.g. ledoit-wolf"
            )
        z = z * (1 + _relative_step(correlation, budgets, z, missing))
    raise UnprovedError("the risk budgets could not be met")


def _start(correlation: Matrix, budgets: Vector) -> Vector:
    """Where budgets would be met if each asset met the same correlations."""
    z = np.sqrt(budgets)
    exposure = correlation @ z
    if (exposure > 0).all():
        z = budgets / exposure
    variance = float(z @ (correlation @ z))
    return np.asarray(z / np.sqrt(max(variance, _LEAST_VARIANCE)))


def _relative_step(correlation: Matrix, budgets: Vector, z: Vector, missing: Vector) -> Vector:
    curvature = correlation * z * z[:, None]
    curvature.flat[:: len(z) + 1] += budgets
    step = np.linalg.solve(curvature, missing)
    longest = float(np.abs(step).max())
    return np.asarray(step / (1 + longest) if longest > _LONG_STEP else step)
