"""Which assumptions move the best portfolio most."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Unpack

import numpy as np

from addin.domain.assumptions import Assumptions
from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.covariance import correlation
from addin.engine.feasible import FeasibleSet, LinearRule
from addin.engine.objectives import Objective
from addin.engine.optimised import Given, Optimised, optimised
from addin.engine.problem import Problem
from addin.engine.settings import AS_STATED, Settings

_RETURN = 0.005  # 50 basis points a year
_VOLATILITY = 0.01  # one point a year
_CORRELATION = 0.1  # of itself, or of the way to none and to one
_STRONGER = (0.1, 0.05, 0.025)  # of itself: the first that some returns can have
NO_ANSWER = "no portfolio is best then, or none obeys the policy"


@dataclass(frozen=True)
class Sensitivity:
    """What one other assumption would change.

    Attributes:
        quantity: E.g. ``SPY expected return``.
        shock: In words, e.g. ``+50 bp``.
        turnover: One-way, from the best portfolio to the one best under the other assumption;
            None if there is none.
        change: Of the objective, in its own unit.
        note: Why there is no answer.
    """

    quantity: str
    shock: str
    turnover: float | None
    change: float | None
    note: str = ""


@dataclass(frozen=True, eq=False)
class _Shock:
    quantity: str
    words: str
    assumptions: Assumptions


def _sign(size: float, words: str) -> str:
    return f"{'+' if size > 0 else '−'}{words}"


def _of_returns(base: Assumptions) -> Iterator[_Shock]:
    for i, ticker in enumerate(base.tickers):
        for size in (_RETURN, -_RETURN):
            means = base.expected_returns.copy()
            means[i] += size
            shocked = replace(base, expected_returns=means)
            yield _Shock(f"{ticker} expected return", _sign(size, "50 bp"), shocked)


def _of_volatilities(base: Assumptions) -> Iterator[_Shock]:
    """Correlations are kept; a volatility that would fall below zero is not shocked."""
    volatilities, known = np.sqrt(np.diag(base.covariance)), _correlation(base.covariance)
    for i, ticker in enumerate(base.tickers):
        for size in (_VOLATILITY, -_VOLATILITY):
            moved = volatilities.copy()
            moved[i] += size
            if moved[i] > 0:
                shocked = replace(base, covariance=known * np.outer(moved, moved))
                yield _Shock(f"{ticker} volatility", _sign(size, "1 pp"), shocked)


def _correlated(base: Assumptions, quantity: str, words: str, correlations: Matrix) -> _Shock:
    volatilities = np.sqrt(np.diag(base.covariance))
    covariance = correlations * np.outer(volatilities, volatilities)
    return _Shock(quantity, words, replace(base, covariance=covariance))


def _of_own_correlations(base: Assumptions) -> Iterator[_Shock]:
    """Weaker ones are always possible; how much stronger is up to the other correlations."""
    known = _correlation(base.covariance)
    enough = _least(known) / 2
    for i, ticker in enumerate(base.tickers):
        quantity = f"{ticker} correlations"
        yield _correlated(base, quantity, "10% weaker", _scaled(known, i, 1 - _CORRELATION))
        for share in _STRONGER:
            stronger = _scaled(known, i, 1 + share)
            if _least(stronger) >= enough:
                yield _correlated(base, quantity, f"{share * 100:g}% stronger", stronger)
                break


def _of_all_correlations(base: Assumptions) -> Iterator[_Shock]:
    known = _correlation(base.covariance)
    risky = np.diag(base.covariance) > 0
    for end, matrix in (
        ("0", np.eye(len(known))),
        ("1", np.where(np.outer(risky, risky), 1.0, known)),
    ):
        mixed = (1 - _CORRELATION) * known + _CORRELATION * matrix
        yield _correlated(base, "all correlations", f"10% nearer to {end}", mixed)


def _scaled(correlations: Matrix, i: int, factor: float) -> Matrix:
    result = correlations.copy()
    result[i] *= factor
    result[:, i] *= factor
    result[i, i] = 1.0
    return result


def _least(correlations: Matrix) -> float:
    return float(np.linalg.eigvalsh(correlations)[0])


def _correlation(covariance: Matrix) -> Matrix:
    """An asset that never moves is correlated with none."""
    return np.nan_to_num(correlation(covariance))


def _market_rows(problem: Problem) -> list[Vector]:
    """Coefficients of rules that are about the market: expected return and beta."""
    rows = [problem.expected_returns]
    if problem.benchmark is not None:
        covariances = problem.assumptions.covariance @ problem.benchmark
        rows.append(covariances[problem.here] / (problem.benchmark @ covariances))
    return rows


def under_assumptions(problem: Problem, assumptions: Assumptions) -> Problem:
    """The same problem in another market, in which its rules of return and beta hold."""
    elsewhere = replace(problem, assumptions=assumptions)
    rows = list(zip(_market_rows(problem), _market_rows(elsewhere), strict=True))

    def restated(rule: LinearRule) -> LinearRule:
        for old, new in rows:
            if np.array_equal(rule.coefficients, old):
                return replace(rule, coefficients=new)
        return rule

    rules = tuple(map(restated, problem.feasible.rules))
    return replace(elsewhere, feasible=replace(problem.feasible, rules=rules))


def _measured(solved: Optimised, shock: _Shock) -> Sensitivity:
    found = solved.instead(under_assumptions(solved.problem, shock.assumptions))
    if found is None:
        return Sensitivity(shock.quantity, shock.words, None, None, NO_ANSWER)
    turnover = float(np.abs(found.weights - solved.weights).sum()) / 2
    turnover = turnover if turnover > EDGE else 0.0  # rounding is not ranked
    change = found.value - solved.value
    return Sensitivity(shock.quantity, shock.words, turnover, change)


def sensitivities(solved: Optimised) -> tuple[Sensitivity, ...]:
    """What other assumptions would change, the largest turnover first.

    Each expected return ±50 bp, each volatility ±1 percentage point at the same correlations,
    each asset's correlations with all others a tenth weaker and stronger (less where no returns
    can be so correlated), and all correlations a tenth of the way to none and to one. A shock
    without an answer comes first.
    """
    base = solved.problem.assumptions
    kinds = (_of_returns, _of_volatilities, _of_own_correlations, _of_all_correlations)
    found = [_measured(solved, shock) for kind in kinds for shock in kind(base)]
    largest = [np.inf if each.turnover is None else each.turnover for each in found]
    return tuple(found[i] for i in np.argsort(-np.array(largest), kind="stable"))


def sensitivity(
    assumptions: Assumptions,
    feasible: FeasibleSet,
    objective: Objective | str,
    settings: Settings = AS_STATED,
    **given: Unpack[Given],
) -> tuple[Sensitivity, ...]:
    """Which assumptions move the best portfolio most; see ``sensitivities``.

    Args:
        assumptions: As for ``optimize``, like all others.
        feasible: Portfolios allowed.
        objective: One of ``Objective``, or its name.
        settings: Aversions, costs and further limits.
        given: Benchmark, current weights, returns and confidence.

    Raises:
        InfeasibleError: If no portfolio obeys the rules.
        InputError: As ``optimize``.
    """
    return sensitivities(optimised(assumptions, feasible, objective, settings, **given))
