"""What a committee compares portfolios by."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.class_range import parts_of
from addin.domain.history import Returns
from addin.domain.policy import ClassRange, Limit, Rule
from addin.domain.universe import Universe
from addin.engine.compliance import breaches, check
from addin.engine.measured import measured
from addin.engine.portfolio import Portfolio
from addin.engine.selection import class_members


@dataclass(frozen=True)
class Figures:
    """One portfolio in numbers: annual decimals, None where the data are missing.

    Attributes:
        expected_return: Arithmetic.
        volatility: Ex ante.
        sharpe: Excess of the expected return over the risk-free rate, per unit of volatility.
        cvar: Mean loss of the tail per row of the returns, positive for a loss.
        tracking_error: Ex ante, against the benchmark.
        turnover: One-way, from the current weights.
        breaches: Hard rules broken, in words.
        policy_distance: ½Σ|class weight − target|: what must move to meet the class targets.
        effective_holdings: 1/Σw²: how many equal weights are as concentrated.
    """

    expected_return: float | None
    volatility: float | None
    sharpe: float | None
    cvar: float | None
    tracking_error: float | None
    turnover: float | None
    breaches: tuple[str, ...]
    policy_distance: float
    effective_holdings: float


@dataclass(frozen=True, eq=False)
class Yardstick:
    """What portfolios are measured against."""

    assumptions: Assumptions
    universe: Universe
    classes: Sequence[ClassRange]
    limits: Sequence[Limit]
    returns: Returns | None
    benchmark: pd.Series | None
    current: pd.Series | None
    confidence: float

    def figures(self, weights: pd.Series) -> Figures:
        """The numbers of one portfolio; decimals by ticker."""
        view = Portfolio.of(
            weights,
            self.universe,
            self.assumptions,
            self.returns,
            self.benchmark,
            self.current,
            self.confidence,
        )
        expected, volatility = _of(view, Rule.RETURN), _of(view, Rule.VOLATILITY)
        sharpe = None
        if expected is not None and volatility:
            sharpe = (expected - self.assumptions.risk_free) / volatility
        return Figures(
            expected,
            volatility,
            sharpe,
            _of(view, Rule.CVAR),
            _of(view, Rule.TRACKING_ERROR),
            _of(view, Rule.TURNOVER),
            self.broken(weights),
            self._distance(view),
            1 / float(view.weights @ view.weights),
        )

    def broken(self, weights: pd.Series) -> tuple[str, ...]:
        """Hard rules that weights by ticker break, in words."""
        found = check(
            weights,
            self.universe,
            self.classes,
            self.limits,
            assumptions=self.assumptions,
            returns=self.returns,
            benchmark=self.benchmark,
            current=self.current,
            confidence=self.confidence,
        )
        return tuple(each.words for each in breaches(found))

    def _distance(self, view: Portfolio) -> float:
        """Over the lowest classes that have a target."""
        ends = [c for c in self.classes if not parts_of(c.name, self.classes)]
        leaves = [c for c in ends if c.target is not None]
        totals = [class_members(view.universe, (), c.name) @ view.weights for c in leaves]
        targets = [c.target or 0.0 for c in leaves]
        return float(np.abs(np.array(totals) - np.array(targets)).sum()) / 2


def _of(view: Portfolio, rule: Rule) -> float | None:
    return measured(view, Limit(rule, "", "<=", 0.0)).value
