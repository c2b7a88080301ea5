"""The policy as rules on a portfolio after its trades."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.holdings import CASH
from addin.domain.labels import label_key
from addin.domain.policy import ClassRange, LegacyAction, Limit, Rule
from addin.domain.universe import Universe
from addin.domain.weights import EDGE, Vector
from addin.engine.compliance import RuleCheck, Status, breaches, check
from addin.engine.constraints import feasible_set
from addin.engine.portfolio import Portfolio
from addin.engine.selection import is_cash, selected
from addin.engine.trade_problem import MARGIN, TradeRule

CUT_MARGIN = 1e-5  # a cut is a tangent: whole lots stray from it by a square of their weight
_WEIGHT_RULES = (Rule.WEIGHT, Rule.EACH, Rule.EXCLUDE)
_NORM_RULES = (Rule.VOLATILITY, Rule.TRACKING_ERROR)


@dataclass(frozen=True, eq=False)
class TradePolicy:
    """What a portfolio is checked against before and after its trades.

    Attributes:
        tickers: (n,) assets of the trade problem; cash is not among them.
        universe: Assets and their classes.
        classes: Ranges by class.
        limits: Hard and soft.
        assumptions: Annual; None leaves limits of risk and return unchecked.
        benchmark: Decimals by ticker; None leaves tracking error and beta unchecked.
    """

    tickers: tuple[str, ...]
    universe: Universe
    classes: tuple[ClassRange, ...]
    limits: tuple[Limit, ...]
    assumptions: Assumptions | None
    benchmark: pd.Series | None

    def checks(self, weights: pd.Series, before: pd.Series) -> list[RuleCheck]:
        """Every rule against weights by ticker; turnover is measured from ``before``."""
        return check(
            weights,
            self.universe,
            self.classes,
            self.limits,
            assumptions=self.assumptions,
            benchmark=self.benchmark,
            current=before,
        )

    def _view(self) -> Portfolio:
        blank = pd.Series(1.0, index=[*self.tickers, CASH])
        return Portfolio.of(
            blank, self.universe, self.assumptions, None, self.benchmark, None, 0.95
        )

    def _places(self, wide: Sequence[str]) -> list[int]:
        """(n + 1,) where the assets of the trade problem stand, cash last."""
        place = {label_key(ticker): i for i, ticker in enumerate(wide)}
        return [place[label_key(ticker)] for ticker in (*self.tickers, CASH)]

    def tradable(self) -> tuple[Vector, Vector]:
        """(n,) 1.0 where the exclusions let an asset be sold, and where they let it be bought.

        A bound on the weight would not do: costs alone raise that of an asset nobody bought.
        """
        universe = self._view().universe
        sold, bought = np.ones(len(universe)), np.ones(len(universe))
        for limit in self.limits:
            if limit.hard and limit.rule is Rule.EXCLUDE:
                chosen = selected(universe, limit.selector) > 0
                bought[chosen] = 0.0
                sold[chosen & (limit.legacy is LegacyAction.HOLD)] = 0.0
        here = self._places(universe.tickers)[:-1]
        return sold[here], bought[here]

    def linear_rules(self) -> list[TradeRule]:
        """Every hard rule that is linear in the weights."""
        view = self._view()
        hard = [limit for limit in self.limits if limit.hard]
        wide, known = view.universe, {label_key(ticker) for ticker in self.universe.tickers}
        one_by_one = [part for limit in hard for part in _spread(limit, self.universe)]
        allowed = feasible_set(wide, self.classes, one_by_one, shorting=True)
        rules: list[tuple[str, Vector, float, float]] = [
            (rule.words, rule.coefficients, rule.lower, rule.upper) for rule in allowed.rules
        ]
        edges = zip(np.eye(len(wide)), wide.tickers, allowed.lower, allowed.upper, strict=True)
        for i, (unit, ticker, lower, upper) in enumerate(edges):
            stranger = label_key(ticker) not in known and not is_cash(ticker)
            highest = 0.0 if stranger else float(upper)
            if lower > 0:
                rules.append((allowed.lower_words[i], unit, float(lower), np.inf))
            if highest < 1:
                words = f"no {ticker}" if stranger else allowed.upper_words[i]
                rules.append((words, unit, -np.inf, highest))
        rules += [row for limit in hard if (row := _priced(view, limit)) is not None]
        here = self._places(wide.tickers)
        return [
            TradeRule(words, sign * row[here], sign * bound)
            for words, row, lower, upper in rules
            for sign, bound in ((1.0, upper), (-1.0, lower))
            if np.isfinite(bound)
        ]

    def cuts(self, weights: pd.Series, margin: float = CUT_MARGIN) -> list[TradeRule]:
        """Tangents of the limits of volatility and tracking error at these weights.

        Both are convex, so that what obeys the limit obeys every tangent.
        """
        view = self._view()
        at = np.zeros(len(view.universe))
        place = {label_key(ticker): i for i, ticker in enumerate(view.universe.tickers)}
        for ticker, weight in weights.items():
            at[place[label_key(str(ticker))]] = weight
        cuts = []
        for limit in self.limits:
            if limit.hard and limit.rule in _NORM_RULES and limit.operator == "<=":
                cut = _tangent(view, limit, at)
                if cut is not None:
                    row, bound = cut
                    here = self._places(view.universe.tickers)
                    cuts.append(TradeRule(limit.words, row[here], bound, margin))
        return cuts


def _spread(limit: Limit, universe: Universe) -> list[Limit]:
    """A limit of each asset, one by one, so that settlement cash is not one of them."""
    if limit.rule is Rule.EACH and not limit.selector.strip():
        assets = [ticker for ticker in universe.tickers if not is_cash(ticker)]
        return [Limit(Rule.WEIGHT, each, limit.operator, limit.value) for each in assets]
    if limit.legacy is not LegacyAction.SELL_NOW:
        return []  # what is held may stay: orders are limited instead
    return [limit] if limit.rule in _WEIGHT_RULES else []


def _priced(view: Portfolio, limit: Limit) -> tuple[str, Vector, float, float] | None:
    """The row of a limit of an average, a return or a beta; None when its data are missing."""
    value: float = limit.value
    row: Vector = np.array([np.nan])
    if limit.rule is Rule.AVERAGE:
        # over all but cash: Σ w (a − value) compared with zero; a blank counts as the value
        numbers = view.universe.numbers(limit.selector)
        row, value = np.where(np.isnan(numbers), 0.0, numbers - value), 0.0
        row[view.cash] = 0.0
    elif limit.rule is Rule.RETURN and view.expected_returns is not None:
        row = view.expected_returns
    elif limit.rule is Rule.BETA and view.covariance is not None and view.benchmark is not None:
        held = np.flatnonzero(view.benchmark)
        against = view.covariance[:, held] @ view.benchmark[held]
        row = against / (view.benchmark[held] @ against[held])
    if np.isnan(row).any():
        return None
    lower = -np.inf if limit.operator == "<=" else value
    return limit.words, row, lower, np.inf if limit.operator == ">=" else value


def _tangent(view: Portfolio, limit: Limit, at: Vector) -> tuple[Vector, float] | None:
    """The tangent of √(a'Σa), a the weights less the benchmark's, as a row and its bound."""
    origin = np.zeros(len(at)) if limit.rule is Rule.VOLATILITY else view.benchmark
    if origin is None or view.covariance is None:
        return None
    active = at - origin
    slope = view.covariance @ active
    size = max(float(active @ slope), 0.0) ** 0.5
    if not size > EDGE:
        return None
    gradient = slope / size
    return gradient, limit.value + float(gradient @ origin)


def excess(each: RuleCheck) -> float:
    """How far a portfolio is beyond a rule; zero inside or when it cannot be known."""
    return max(0.0, -each.headroom) if each.status is Status.BREACH and each.headroom else 0.0


def grown(before: Sequence[RuleCheck], after: Sequence[RuleCheck], paid: float) -> list[RuleCheck]:
    """Breaches after trades that are new or larger than before.

    Args:
        before: Checks before the trades.
        after: Checks after them.
        paid: Costs as a fraction of the value: they alone raise every weight by this share.
    """
    was = {each.rule: excess(each) for each in before}
    worse = []
    for each in breaches(after):
        known = was.get(each.rule, 0.0)
        allowance = EDGE if known == 0.0 else MARGIN + paid
        if excess(each) > known + allowance:
            worse.append(each)
    return worse
