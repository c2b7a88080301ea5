"""The number of a portfolio that a limit speaks of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from addin.domain.policy import Limit, Rule
from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.portfolio import Portfolio
from addin.engine.selection import groups, selected
from addin.engine.tail import expected_shortfall


@dataclass(frozen=True)
class Measured:
    """A number, or what is needed to know it.

    Attributes:
        value: None when it cannot be known.
        name: What the number is of, e.g. ``AGG`` or ``volatility``.
        subject: The ticker or class it is about; blank for the whole portfolio.
        needs: What is missing; blank when nothing is.
    """

    value: float | None
    name: str
    subject: str = ""
    needs: str = ""


ASSUMPTIONS_NEEDED = "needs expected returns and a covariance of every asset held"
BENCHMARK_NEEDED = "needs a benchmark, and assumptions for each of its assets"


def _quadratic(covariance: Matrix | None, left: Vector, right: Vector) -> float | None:
    """The covariance of two portfolios; None when an asset in them has no covariance."""
    if covariance is None:
        return None
    rows, columns = np.flatnonzero(left), np.flatnonzero(right)
    value = float(left[rows] @ covariance[np.ix_(rows, columns)] @ right[columns])
    return None if np.isnan(value) else value


def _named(value: float | None, name: str, needs: str) -> Measured:
    return Measured(value, name, needs="" if value is not None else needs)


def _weight(portfolio: Portfolio, limit: Limit) -> Measured:
    mask = selected(portfolio.universe, limit.selector)
    value = float(mask @ portfolio.weights)
    return Measured(value, limit.selector or "all assets", limit.selector)


def _average(portfolio: Portfolio, limit: Limit) -> Measured:
    """Settlement cash has no attributes: the average is over the rest."""
    held = portfolio.weights.copy()
    held[portfolio.cash] = 0.0
    held[np.abs(held) <= EDGE] = 0.0
    numbers = portfolio.universe.numbers(limit.selector)
    rows = np.flatnonzero(held)
    name, invested = f"average {limit.selector}", float(held.sum())
    blank = [portfolio.universe.tickers[i] for i in rows if np.isnan(numbers[i])]
    if blank or invested <= EDGE:
        return Measured(None, name, needs=f"needs {limit.selector} of {', '.join(blank) or 'any'}")
    return Measured(float(held[rows] @ numbers[rows]) / invested, name)


def _each(portfolio: Portfolio, limit: Limit) -> Measured:
    """The worst of the selected assets; a blank selector leaves out settlement cash."""
    if totals := groups(portfolio.universe, limit):
        return _worst_group(portfolio, limit, totals)
    mask = selected(portfolio.universe, limit.selector) > 0
    if not limit.selector.strip():
        mask[portfolio.cash] = False
    if not mask.any():
        return Measured(None, limit.words, needs=f"needs an asset with {limit.selector}")
    worst = int(np.argmax(np.where(mask, _badness(limit, portfolio.weights), -np.inf)))
    ticker = portfolio.universe.tickers[worst]
    return Measured(float(portfolio.weights[worst]), ticker, ticker)


def _badness(limit: Limit, weights: Vector) -> Vector:
    signed = {"<=": weights, ">=": -weights}
    return signed.get(limit.operator, np.abs(weights - limit.value))


def _worst_group(
    portfolio: Portfolio, limit: Limit, totals: Sequence[tuple[str, Vector]]
) -> Measured:
    """The group of assets, such as those of one issuer, that stands worst."""
    weights = np.array([mask @ portfolio.weights for _, mask in totals])
    worst = int(np.argmax(_badness(limit, weights)))
    first = int(np.argmax(totals[worst][1]))
    name = str(portfolio.universe.column(limit.selector)[first])
    return Measured(float(weights[worst]), name, f"{limit.selector}={name}")


def _return(portfolio: Portfolio, limit: Limit) -> Measured:
    held = np.flatnonzero(portfolio.weights)
    means = portfolio.expected_returns
    value = None if means is None else float(means[held] @ portfolio.weights[held])
    return _named(None if value is None or np.isnan(value) else value, "return", ASSUMPTIONS_NEEDED)


def _volatility(portfolio: Portfolio, limit: Limit) -> Measured:
    variance = _quadratic(portfolio.covariance, portfolio.weights, portfolio.weights)
    value = None if variance is None else max(variance, 0.0) ** 0.5
    return _named(value, "volatility", ASSUMPTIONS_NEEDED)


def _tracking_error(portfolio: Portfolio, limit: Limit) -> Measured:
    if portfolio.benchmark is None:
        return _named(None, "tracking error", BENCHMARK_NEEDED)
    active = portfolio.weights - portfolio.benchmark
    variance = _quadratic(portfolio.covariance, active, active)
    value = None if variance is None else max(variance, 0.0) ** 0.5
    return _named(value, "tracking error", BENCHMARK_NEEDED)


def _beta(portfolio: Portfolio, limit: Limit) -> Measured:
    if portfolio.benchmark is None:
        return _named(None, "beta", BENCHMARK_NEEDED)
    against = _quadratic(portfolio.covariance, portfolio.weights, portfolio.benchmark)
    variance = _quadratic(portfolio.covariance, portfolio.benchmark, portfolio.benchmark)
    return _named(against / variance if against and variance else None, "beta", BENCHMARK_NEEDED)


def _cvar(portfolio: Portfolio, limit: Limit) -> Measured:
    held = np.flatnonzero(portfolio.weights)
    rows = None if portfolio.history is None else portfolio.history[:, held]
    complete = None if rows is None else rows[~np.isnan(rows).any(axis=1)]
    if complete is None or not len(complete):
        return _named(None, "cvar", "needs returns of every asset held")
    track = complete @ portfolio.weights[held]
    return _named(expected_shortfall(track, portfolio.confidence), "cvar", "")


def _turnover(portfolio: Portfolio, limit: Limit) -> Measured:
    if portfolio.current is None:
        return _named(None, "turnover", "needs current weights")
    return _named(float(np.abs(portfolio.weights - portfolio.current).sum()) / 2, "turnover", "")


def _holdings(portfolio: Portfolio, limit: Limit) -> Measured:
    held = np.abs(portfolio.weights) > EDGE
    held[portfolio.cash] = False
    return _named(float(held.sum()), "holdings", "")


_MEASURES: dict[Rule, Callable[[Portfolio, Limit], Measured]] = {
    Rule.WEIGHT: _weight,
    Rule.EXCLUDE: _weight,
    Rule.AVERAGE: _average,
    Rule.EACH: _each,
    Rule.RETURN: _return,
    Rule.VOLATILITY: _volatility,
    Rule.TRACKING_ERROR: _tracking_error,
    Rule.BETA: _beta,
    Rule.CVAR: _cvar,
    Rule.TURNOVER: _turnover,
    Rule.HOLDINGS: _holdings,
}


def measured(portfolio: Portfolio, limit: Limit) -> Measured:
    """The portfolio's number that a limit speaks of.

    Raises:
        InputError: If the limit's selector names no ticker and no column.
    """
    return _MEASURES[limit.rule](portfolio, limit)
