"""The main job as a chain: each step computed once, when it is first asked for.

A button pays only for the steps it shows; ``STEPS`` names the whole chain in order. Money held
in accounts is the asset ``CASH`` of class Cash: it earns the risk-free rate, and every proposal
keeps the least cash the policy asks for.
"""

from collections.abc import Callable
from dataclasses import fields, replace
from functools import cached_property

import pandas as pd

from addin.domain.class_range import lineage
from addin.domain.holdings import CASH
from addin.domain.labels import label_key
from addin.domain.policy import ClassRange, Limit
from addin.domain.universe import Universe
from addin.domain.weights import Vector, aligned
from addin.engine.candidates import Candidate, CandidateSet, candidates
from addin.engine.compliance import RuleCheck, Status, check
from addin.engine.constraints import FeasibleSet, feasible_set
from addin.engine.drift import Bands, DriftRow, drift
from addin.engine.frontier import Frontier, frontier
from addin.engine.optimised import Given, optimised
from addin.engine.optimize import Objective, Settings
from addin.engine.risk import risk_contributions
from addin.engine.shadow_prices import ShadowPrice, prices_at
from addin.engine.stress import StressResult, stress
from addin.engine.trades import TradePlan, rebalance
from addin.report.backcast import Backcast, Past, backcast
from addin.report.basis import Basis
from addin.report.case import last_price


def _watched(soft: RuleCheck) -> RuleCheck:
    if soft.status is not Status.BREACH:
        return soft
    return replace(soft, status=Status.WATCH, words=f"{soft.words} (soft limit missed)")


class Study(Basis):
    """Everything the report says about one ``Case``."""

    # --- what the policy allows -------------------------------------------------------------

    @cached_property
    def proposable(self) -> Universe:
        """What a proposal may hold, with no more settlement cash than it must."""
        return replace(self.investable, upper=(*self.investable.upper[:-1], self._most_cash))

    @cached_property
    def feasible(self) -> FeasibleSet:
        """Portfolios a proposal may be chosen from: what the policy allows, with least cash."""
        found = feasible_set(
            self.proposable,
            self.case.policy.classes,
            self.limits,
            assumptions=self.assumptions,
            benchmark=self.benchmark_weights,
            current=self.investable_weights,
            shorting=self.case.options.shorting,
        )
        if self.proposable.upper[-1] == self.investable.upper[-1]:
            return found
        least = f"{found.upper_words[-1]} (cash_min: a proposal holds no more)"
        return replace(found, upper_words=(*found.upper_words[:-1], least))

    @cached_property
    def limits(self) -> tuple[Limit, ...]:
        """Limits on a proposal: one on an asset that is left out asks nothing any more."""
        out = {label_key(ticker) for ticker in self.case.without}
        return tuple(x for x in self.case.policy.limits if label_key(x.selector) not in out)

    @property
    def policy_limits(self) -> tuple[Limit, ...]:
        """Every limit that is checked: those of the policy, and the return its objectives require.

        That return is aimed at by a candidate of its own; priced as a soft limit it would turn
        every other candidate into one that seeks return.
        """
        policy = self.case.policy
        required = policy.required_return_limit
        return policy.limits if required is None else (*policy.limits, required)

    @cached_property
    def settings(self) -> Settings:
        """How to optimise."""
        options = self.case.options
        return Settings(**{field.name: getattr(options, field.name) for field in fields(Settings)})

    @property
    def given(self) -> Given:
        """What an optimisation is told besides market, rules and objective."""
        return {
            "benchmark": self.benchmark_weights,
            "current": self.investable_weights,
            "returns": self.returns,
            "confidence": self.case.options.confidence,
        }

    @cached_property
    def candidate_set(self) -> CandidateSet:
        """Portfolios to choose from, ranked, and those that could not be built."""
        policy = self.case.policy
        return candidates(
            self.assumptions,
            self.feasible,
            self._with_room_for_sales,
            policy.classes,
            self.limits,
            score=policy.score,
            settings=self.settings,
            required_return=policy.required_return,
            **self.given,
        )

    @cached_property
    def investable_weights(self) -> pd.Series:
        """Current weights of what a proposal may hold; what is left out counts as cash."""
        held = self.current_weights.reindex(self.investable.tickers)
        held[CASH] += 1 - held.sum()
        return held

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """Portfolios to choose from."""
        return self.candidate_set.candidates

    @cached_property
    def recommended(self) -> Candidate:
        """The portfolio proposed."""
        return next(c for c in self.candidates if c.recommended)

    @cached_property
    def frontier(self) -> Frontier:
        """Least volatility for each expected return inside the policy."""
        return frontier(
            self.assumptions,
            self.feasible,
            self.case.options.points,
            self.settings,
            **self.given,
        )

    @cached_property
    def rule_prices(self) -> tuple[ShadowPrice, ...]:
        """What binding rules cost: at the proposal if it is an optimum, else at most utility."""
        solution = self.recommended.solution
        chosen = None if solution is None else solution.objective
        solved = optimised(
            self.assumptions,
            self.feasible,
            chosen or Objective.MAX_UTILITY,
            solution.settings if solution and chosen else self.settings,
            **self.given,
        )
        return prices_at(solved)

    def rule_checks(self, weights: pd.Series) -> list[RuleCheck]:
        """Every policy rule against these weights; a soft limit that is missed is to watch."""
        policy = self.case.policy
        found = check(
            weights,
            self.all_assets,
            policy.classes,
            self.policy_limits,
            assumptions=self.assumptions,
            returns=self.returns,
            benchmark=self.benchmark_weights,
            current=self.current_weights,
            confidence=self.case.options.confidence,
        )
        return [_watched(each) if not each.hard else each for each in found]

    @cached_property
    def checks_current(self) -> list[RuleCheck]:
        """Policy check of what is held."""
        return self.rule_checks(self.current_weights)

    @cached_property
    def checks_proposed(self) -> list[RuleCheck]:
        """Policy check of what the trades lead to."""
        return self.rule_checks(self.proposed_weights)

    # --- risk and past ----------------------------------------------------------------------

    @cached_property
    def past(self) -> Past:
        """The years a backcast runs over."""
        return Past(self.returns, self.daily_returns, self.benchmark_weights, self.per_year)

    def portfolio(self, weights: pd.Series) -> Backcast:
        """Hypothetical backcast of weights over the common window."""
        return backcast(weights, self.past, self.case.options)

    @cached_property
    def benchmark_track(self) -> Vector | None:
        """Benchmark returns over the common window, rebalanced each period."""
        return self.past.of_benchmark(self.returns)

    @cached_property
    def benchmark_daily_track(self) -> Vector | None:
        """Benchmark returns as often as there are prices."""
        return self.past.of_benchmark(self.daily_returns)

    @cached_property
    def current(self) -> Backcast:
        """What is held, through the past."""
        return self.portfolio(self.investable_weights)

    @cached_property
    def proposed(self) -> Backcast:
        """What is proposed, through the past."""
        return self.portfolio(self.proposed_weights)

    def contributions(self, weights: pd.Series) -> pd.Series:
        """Contribution of each asset to annual volatility."""
        tickers = self.assumptions.tickers
        held = weights.reindex(tickers, fill_value=0.0).to_numpy()
        return pd.Series(risk_contributions(held, self.assumptions.covariance), index=list(tickers))

    @cached_property
    def stress_current(self) -> list[StressResult]:
        """What each scenario does to what is held."""
        return self._stressed(self.current_weights)

    @cached_property
    def stress_proposed(self) -> list[StressResult]:
        """What each scenario does to the proposal."""
        return self._stressed(self.proposed_weights)

    def _stressed(self, weights: pd.Series) -> list[StressResult]:
        case = self.case
        return stress(weights, self.all_assets, case.scenarios, case.policy.classes)

    # --- drift and trades -------------------------------------------------------------------

    @cached_property
    def top_classes(self) -> tuple[ClassRange, ...]:
        """Classes that together make up the whole portfolio."""
        return tuple(c for c in self.case.policy.classes if c.parent is None)

    def class_weights(self, weights: pd.Series) -> pd.Series:
        """Weight of each top class; a sub-class counts for the class above it, at any depth."""
        spelled = {label_key(c.name): c.name for c in self.top_classes}
        universe = self.all_assets
        held = aligned(weights, universe.tickers)
        widest = [lineage(name, self.case.policy.classes)[-1] for name in universe.asset_classes]
        totals = pd.Series(held).groupby([spelled.get(label_key(w), w) for w in widest]).sum()
        return totals.reindex([c.name for c in self.top_classes], fill_value=0.0)

    @cached_property
    def drift(self) -> list[DriftRow]:
        """Asset classes against their policy targets."""
        targets = {c.name: c.target for c in self.top_classes if c.target is not None}
        rules = self.case.policy.rebalancing
        return drift(
            self.class_weights(self.current_weights) * self.value,
            pd.Series(targets, dtype=float),
            Bands(rules.watch, rules.flag),
        )

    @cached_property
    def trades(self) -> TradePlan:
        """Orders from what is held to what is recommended."""
        policy = self.case.policy
        return rebalance(
            self.holdings,
            self.recommended.weights,
            policy.rebalancing,
            prices=self._last_prices,
            universe=self.all_assets,
            classes=policy.classes,
            limits=policy.limits,
            assumptions=self.assumptions,
            benchmark=self.benchmark_weights,
        )

    @cached_property
    def proposed_weights(self) -> pd.Series:
        """Weights after the trades, whole lots and costs included."""
        return self.trades.weights_after.reindex(self.all_assets.tickers, fill_value=0.0)

    # --- pieces -----------------------------------------------------------------------------

    @property
    def _with_room_for_sales(self) -> Universe:
        """What a proposal may hold; what must be sold counts as cash and breaks no limit of it."""
        sold = float(self.investable_weights[CASH] - self.current_weights[CASH])
        upper = self.investable.upper
        return replace(self.investable, upper=(*upper[:-1], upper[-1] + sold))

    @property
    def _most_cash(self) -> float:
        """Settlement cash a proposal may hold: no more than it must.

        Where the other assets cannot bring the class Cash to its target, as much as the policy
        allows.
        """
        rules = self.case.policy.rebalancing
        others = float(self.investable.members(CASH)[:-1] @ self.investable.upper[:-1])
        ranges = [c for c in self.case.policy.classes if label_key(c.name) == label_key(CASH)]
        needed = max((c.lower if c.target is None else c.target for c in ranges), default=0.0)
        return rules.cash_min if rules.cash_min + others >= needed else rules.cash_max

    @cached_property
    def _last_prices(self) -> pd.Series:
        known = {t: last_price(self.case.prices, t, self.case.as_of) for t in self.priced_assets}
        return pd.Series({t: p for t, p in known.items() if p is not None}, dtype=float)


STEPS: tuple[tuple[str, Callable[[Study], object]], ...] = (
    ("Checking the data", lambda study: study.findings),
    ("Returns", lambda study: study.returns),
    ("Covariance and expected returns", lambda study: study.assumptions),
    ("Policy rules", lambda study: study.feasible),
    ("Candidates inside the policy", lambda study: study.candidate_set),
    ("Recommended allocation", lambda study: study.recommended),
    ("Efficient frontier", lambda study: study.frontier),
    ("Trades", lambda study: study.trades),
    ("Policy check", lambda study: (study.checks_current, study.checks_proposed)),
    ("Metrics, VaR and CVaR", lambda study: (study.current, study.proposed)),
    ("Stress tests", lambda study: (study.stress_current, study.stress_proposed)),
    ("Drift", lambda study: study.drift),
)
