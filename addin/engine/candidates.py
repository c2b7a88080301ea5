"""Portfolios to choose from: what is held, the policy's own target, and several optima."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.labels import label_key
from addin.domain.policy import ClassRange, Limit, Rule, ScoreWeights
from addin.domain.universe import Universe
from addin.domain.weights import Vector
from addin.engine.feasible import FeasibleSet, LinearRule, percent
from addin.engine.figures import Figures, Yardstick
from addin.engine.optimize import Objective, Settings, Solution, nearest, optimize
from addin.engine.problem import places
from addin.engine.recommendation import Ranking, ranking
from addin.engine.selection import class_members
from addin.errors import InfeasibleError, InputError, IpsError

CURRENT, POLICY_TARGET = "Current", "Policy target"


@dataclass(frozen=True, eq=False)
class Candidate:
    """One portfolio a committee may choose: annual decimals, None where data are missing.

    Attributes:
        name: What it is for.
        weights: Decimals by ticker.
        expected_return: Arithmetic.
        volatility: Ex ante.
        sharpe: Excess return per unit of volatility.
        cvar: Mean loss of the tail per row of the returns, positive for a loss.
        tracking_error: Ex ante, against the benchmark.
        turnover: One-way, from what is held.
        breaches: Number of hard rules broken.
        score: From 0 to 1, among the candidates of this run.
        dominated_by: A candidate that is at least as good in every respect and better in one.
        reason: Why it is recommended or not.
        recommended: True of one candidate.
        binding: Rules the portfolio is at the limit of; none for what is held.
    """

    name: str
    weights: pd.Series
    expected_return: float | None
    volatility: float | None
    sharpe: float | None
    cvar: float | None
    tracking_error: float | None
    turnover: float | None
    breaches: int
    score: float
    dominated_by: str | None
    reason: str
    recommended: bool
    binding: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class CandidateSet:
    """Candidates in their fixed order, and those that could not be built with the reason."""

    candidates: tuple[Candidate, ...]
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def recommended(self) -> Candidate:
        """The one to choose."""
        return next(each for each in self.candidates if each.recommended)


@dataclass(frozen=True, eq=False)
class _Workshop:
    """What candidates are built from."""

    assumptions: Assumptions
    feasible: FeasibleSet
    classes: Sequence[ClassRange]
    current: pd.Series | None
    benchmark: pd.Series | None
    settings: Settings

    @cached_property
    def universe(self) -> Universe:
        """The assets that may be bought."""
        return Universe(self.feasible.tickers, self.feasible.asset_classes)

    def best(self, objective: Objective, **settings: float) -> Solution:
        return optimize(
            self.assumptions,
            self.feasible,
            objective,
            replace(self.settings, **settings),
            benchmark=self.benchmark,
            current=self.current,
        )

    @cached_property
    def target(self) -> Solution:
        """Class totals at their targets, the rest as near to what is held as the rules allow.

        Where the rules allow no such portfolio, the nearest to one.
        """
        try:
            exact = self.feasible.also(*self._class_targets())
            return nearest(self.assumptions, exact, self._held(), benchmark=self.benchmark)
        except InfeasibleError:
            return nearest(
                self.assumptions, self.feasible, self._scaled(), benchmark=self.benchmark
            )

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

    @property
    def _risk_is_limited(self) -> bool:
        named = any(limit.rule is Rule.VOLATILITY for limit in self.feasible.norm_limits)
        return named or self.settings.max_volatility is not None

    def max_return(self) -> Solution:
        """Within the limit of volatility, else at the policy target's."""
        if self._risk_is_limited:
            return self.best(Objective.MAX_RETURN)
        return self.best(Objective.MAX_RETURN, target_volatility=self._risk())

    def target_risk(self) -> Solution:
        if not self._risk_is_limited:
            raise InputError("the same as Max return: the policy has no limit of volatility")
        return self.best(Objective.MAX_RETURN, target_volatility=self._risk())

    def target_return(self) -> Solution:
        """Least volatility at the policy target's expected return."""
        here = places(self.feasible.tickers, self.assumptions.tickers)
        expected = float(self.assumptions.expected_returns[here] @ self.target.weights.to_numpy())
        return self.best(Objective.MIN_VOLATILITY, target_return=expected)

    def diversified(self) -> Solution:
        """Utility with a penalty on Σw² as heavy as the average asset's own variance."""
        variance = float(np.diag(self.assumptions.covariance).mean())
        penalty = max(self.settings.concentration, self.settings.risk_aversion * variance)
        return self.best(Objective.MAX_UTILITY, concentration=penalty)

    def min_tracking_error(self) -> Solution:
        if self.benchmark is None:
            raise InputError("needs a benchmark")
        return self.best(Objective.MIN_TRACKING_ERROR)

    @property
    def recipes(self) -> tuple[tuple[str, Callable[[], Solution]], ...]:
        """Every candidate but what is held, in the order shown."""
        return (
            (POLICY_TARGET, lambda: self.target),
            ("Min volatility", lambda: self.best(Objective.MIN_VOLATILITY)),
            ("Max Sharpe", lambda: self.best(Objective.MAX_SHARPE)),
            ("Max utility", lambda: self.best(Objective.MAX_UTILITY)),
            ("Max return", self.max_return),
            ("Min tracking error", self.min_tracking_error),
            ("Diversified", self.diversified),
            ("Target risk", self.target_risk),
            ("Target return", self.target_return),
        )


@dataclass(frozen=True, eq=False)
class _Built:
    name: str
    weights: pd.Series
    binding: tuple[str, ...] = ()


def _built(workshop: _Workshop) -> tuple[list[_Built], list[tuple[str, str]]]:
    """Candidates and, by name, why others could not be built."""
    workshop.best(Objective.MIN_VOLATILITY)  # a policy without any portfolio is an error at once
    built: list[_Built] = []
    left_out: list[tuple[str, str]] = []
    if workshop.current is None:
        left_out.append((CURRENT, "no current weights are given"))
    else:
        built.append(_Built(CURRENT, workshop.current))
    for name, recipe in workshop.recipes:
        try:
            solution = recipe()
        except IpsError as error:
            left_out.append((name, str(error)))
        else:
            built.append(_Built(name, solution.weights, solution.binding))
    return built, left_out


def _candidate(built: _Built, figures: Figures, ranked: Ranking, current: int | None) -> Candidate:
    i = ranked.names.index(built.name)
    return Candidate(
        built.name,
        built.weights,
        figures.expected_return,
        figures.volatility,
        figures.sharpe,
        figures.cvar,
        figures.tracking_error,
        figures.turnover,
        len(figures.breaches),
        float(ranked.scores[i]),
        ranked.dominated_by(i),
        ranked.reason(i, current),
        i == ranked.chosen,
        built.binding,
    )


def candidates(  # noqa: PLR0913 (market, policy and holdings are separate inputs)
    assumptions: Assumptions,
    feasible: FeasibleSet,
    universe: Universe,
    classes: Sequence[ClassRange],
    limits: Sequence[Limit] = (),
    *,
    current: pd.Series | None = None,
    benchmark: pd.Series | None = None,
    returns: Returns | None = None,
    score: ScoreWeights | None = None,
    settings: Settings | None = None,
    confidence: float = 0.95,
) -> CandidateSet:
    """Portfolios to choose from, compared, with one recommended.

    What is held; the policy target (class totals at their targets, as near to what is held as
    the rules allow); and optima that differ in intent: least volatility, greatest Sharpe ratio,
    greatest utility, greatest return (within the limit of volatility, else at the policy
    target's volatility), least tracking error, utility with a penalty on concentration, greatest
    return at the policy target's volatility, least volatility at its return. How they are ranked
    is said by ``score.scores`` and ``recommendation.ranking``.

    Args:
        assumptions: Annual.
        feasible: Portfolios the policy allows.
        universe: What a portfolio is checked against; may hold more assets than ``feasible``.
        classes: Ranges and targets by class.
        limits: Further rules, for the count of breaches.
        current: Decimals by ticker; None when nothing is held.
        benchmark: Decimals by ticker; None leaves out what needs one.
        returns: Per row, for cvar; None leaves it out.
        score: How much each criterion counts.
        settings: How to optimise.
        confidence: Of cvar.

    Raises:
        InfeasibleError: If no portfolio obeys the policy, naming the rules that conflict.
        InputError: If a ticker has no assumptions.
    """
    workshop = _Workshop(assumptions, feasible, classes, current, benchmark, settings or Settings())
    yardstick = Yardstick(
        assumptions, universe, classes, limits, returns, benchmark, current, confidence
    )
    built, left_out = _built(workshop)
    figures = [yardstick.figures(each.weights) for each in built]
    ranked = ranking([each.name for each in built], figures, score or ScoreWeights())
    now = None if current is None else 0
    return CandidateSet(
        tuple(_candidate(b, f, ranked, now) for b, f in zip(built, figures, strict=True)),
        tuple(left_out),
    )
