"""How each candidate is built."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.labels import label_key
from addin.domain.policy import ClassRange, Rule
from addin.domain.universe import Universe
from addin.domain.weights import Vector
from addin.engine.feasible import FeasibleSet, LinearRule, percent
from addin.engine.optimised import Given
from addin.engine.optimize import Objective, Settings, Solution, nearest, optimize
from addin.engine.problem import places
from addin.engine.selection import class_members
from addin.engine.settings import under
from addin.errors import InfeasibleError, InputError

POLICY_TARGET = "Policy target"

Recipe = tuple[str, Callable[[], Solution]]


@dataclass(frozen=True, eq=False)
class Workshop:
    """What candidates are built from."""

    assumptions: Assumptions
    feasible: FeasibleSet
    classes: Sequence[ClassRange]
    current: pd.Series | None
    benchmark: pd.Series | None
    settings: Settings
    returns: Returns | None = None
    confidence: float = 0.95
    required_return: float | None = None

    @cached_property
    def _given(self) -> Given:
        return {
            "benchmark": self.benchmark,
            "current": self.current,
            "returns": self.returns,
            "confidence": self.confidence,
        }

    @cached_property
    def universe(self) -> Universe:
        """The assets that may be bought."""
        return Universe(self.feasible.tickers, self.feasible.asset_classes)

    def best(self, objective: Objective, settings: Settings | None = None) -> Solution:
        """The optimum of one objective, under changed settings where given."""
        return optimize(
            self.assumptions,
            self.feasible,
            objective,
            settings or self.settings,
            **self._given,
        )

    def _nearest(self, feasible: FeasibleSet, wanted: pd.Series) -> Solution:
        return nearest(
            self.assumptions,
            under(feasible, self.assumptions, self.settings),
            wanted,
            **self._given,
        )

    @cached_property
    def least_volatile(self) -> Solution:
        """The least volatile portfolio there is."""
        return self.best(Objective.MIN_VOLATILITY)

    @cached_property
    def target(self) -> Solution:
        """Class totals at their targets, the rest as near to what is held as the rules allow.

        Where the rules allow no such portfolio, the nearest to one.
        """
        try:
            exact = self.feasible.also(*self._class_targets())
            return self._nearest(exact, self._held())
        except InfeasibleError:
            return self._nearest(self.feasible, self._scaled())

    def _class_targets(self) -> list[LinearRule]:
        aimed = [(c, c.target) for c in self.classes if c.target is not None]
        if not aimed:
            raise InputError("no asset class has a target")
        return [
            LinearRule(f"{c.name} = {percent(target)}", self._members(c.name), target, target)
            for c, target in aimed
        ]

    def _members(self, name: str) -> Vector:
        return class_members(self.universe, self.classes, name)

    def _held(self) -> pd.Series:
        """What is held; without it, equal weights within each class at its target."""
        if self.current is None:
            return self._scaled()
        return self._current()

    def _current(self) -> pd.Series:
        """What is held of the assets that may be bought."""
        held = {} if self.current is None else self.current.to_dict()
        by_key = {label_key(str(ticker)): weight for ticker, weight in held.items()}
        tickers = list(self.feasible.tickers)
        return pd.Series([by_key.get(label_key(t), 0.0) for t in tickers], tickers, dtype=float)

    def _scaled(self) -> pd.Series:
        """Holdings scaled to the class targets, equal weights in a class not held."""
        held = np.ones(len(self.universe))
        if self.current is not None:
            held = self._current().to_numpy()
        wanted = np.zeros(len(held))
        for each in self.classes:
            members = self.universe.members(each.name)
            share = members * np.maximum(held, 0.0)
            share = share if share.sum() > 0 else members
            if each.target is not None and share.sum() > 0:
                wanted += each.target * share / share.sum()
        return pd.Series(wanted, index=list(self.feasible.tickers))

    def _risk(self) -> float:
        weights = self.target.weights.to_numpy()
        here = places(self.feasible.tickers, self.assumptions.tickers)
        covariance = self.assumptions.covariance[np.ix_(here, here)]
        return float(np.sqrt(max(float(weights @ covariance @ weights), 0.0)))

    def _at_target_risk(self) -> Solution:
        settings = replace(self.settings, target_volatility=self._risk())
        return self.best(Objective.MAX_RETURN, settings)

    @property
    def _risk_is_limited(self) -> bool:
        named = any(limit.rule is Rule.VOLATILITY for limit in self.feasible.norm_limits)
        return named or self.settings.max_volatility is not None

    def max_return(self) -> Solution:
        """Within the limit of volatility, else at the policy target's."""
        if self._risk_is_limited:
            return self.best(Objective.MAX_RETURN)
        return self._at_target_risk()

    def target_risk(self) -> Solution:
        """Greatest return at the policy target's volatility."""
        if not self._risk_is_limited:
            raise InputError("the same as Max return: the policy has no limit of volatility")
        return self._at_target_risk()

    def target_return(self) -> Solution:
        """Least volatility at the policy target's expected return."""
        here = places(self.feasible.tickers, self.assumptions.tickers)
        expected = float(self.assumptions.expected_returns[here] @ self.target.weights.to_numpy())
        return self.best(Objective.MIN_VOLATILITY, replace(self.settings, target_return=expected))

    def diversified(self) -> Solution:
        """Utility with a penalty on Σw² as heavy as the average asset's own variance."""
        variance = float(np.diag(self.assumptions.covariance).mean())
        penalty = max(self.settings.concentration, self.settings.risk_aversion * variance)
        return self.best(Objective.MAX_UTILITY, replace(self.settings, concentration=penalty))

    def min_tracking_error(self) -> Solution:
        """Nearest to the benchmark in risk."""
        if self.benchmark is None:
            raise InputError("needs a benchmark")
        return self.best(Objective.MIN_TRACKING_ERROR)

    def min_cvar(self) -> Solution:
        """The mildest tail of losses."""
        if self.returns is None:
            raise InputError("needs a table of returns")
        return self.best(Objective.MIN_CVAR)

    @property
    def _of_objectives(self) -> tuple[Recipe, ...]:
        """The least volatile portfolio that earns what the policy requires, if it requires it."""
        required = self.required_return
        if required is None:
            return ()
        wanted = replace(self.settings, target_return=required)
        return (("Required return", lambda: self.best(Objective.MIN_VOLATILITY, wanted)),)

    @property
    def recipes(self) -> tuple[Recipe, ...]:
        """Every candidate but what is held, in the order shown."""
        return (
            (POLICY_TARGET, lambda: self.target),
            ("Min volatility", lambda: self.least_volatile),
            ("Max Sharpe", lambda: self.best(Objective.MAX_SHARPE)),
            ("Max utility", lambda: self.best(Objective.MAX_UTILITY)),
            ("Max return", self.max_return),
            ("Min tracking error", self.min_tracking_error),
            ("Min CVaR", self.min_cvar),
            ("Risk parity", lambda: self.best(Objective.RISK_PARITY)),
            ("Max diversification", lambda: self.best(Objective.MAX_DIVERSIFICATION)),
            ("Diversified", self.diversified),
            ("Target risk", self.target_risk),
            ("Target return", self.target_return),
            *self._of_objectives,
        )
