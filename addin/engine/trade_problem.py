"""What a rebalancing may do, in fractions of the portfolio's value."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from addin.domain.holdings import CASH
from addin.domain.weights import EDGE, Vector

MARGIN = 1e-6  # of the value: above the solver's tolerance and the rounding to cents
MENDED = 1e-5  # how far inside a broken rule is brought: HiGHS lets a row be 4e-6 beyond
CENT = 0.01


@dataclass(frozen=True, eq=False)
class TradeRule:
    """A rule the portfolio after the trades should obey: ``coefficients · weights ≤ bound``.

    Attributes:
        words: The policy's rule, e.g. ``Equity ≤ 65%``.
        coefficients: (n + 1,) of the assets and, last, of cash.
        bound: Largest value allowed.
        margin: How far inside to stay, once rounding has tipped a plan.
    """

    words: str
    coefficients: Vector
    bound: float
    margin: float = 0.0

    def excess(self, weights: Vector) -> float:
        """How far weights (n + 1,) are beyond the bound; negative inside."""
        return float(self.coefficients @ weights) - self.bound


@dataclass(frozen=True, eq=False)
class TradeProblem:
    """A portfolio, where it should go, and what each order costs and must obey.

    Everything is a fraction of ``value``; a lot is the smallest order. In a portfolio that may
    hold fractions of a share ``whole`` is false and a lot is one unit of the value.

    Attributes:
        tickers: (n,) sorted, so that the order of the caller's tables never matters.
        value: Money, after the external flow and before the trades.
        position: (n,) weights now.
        cash: Weight of cash now.
        targets: (n,) weights wanted.
        cash_target: Weight of cash wanted.
        lot: (n,) weight of one lot.
        least: (n,) smallest order, lots.
        most_sold: (n,) largest sale, lots.
        most_bought: (n,) largest purchase, lots.
        whole: Whether orders are whole lots.
        cost: (n,) share of an order's notional paid in costs.
        ticket: (n,) cost of an order whatever its size.
        max_turnover: One-way; None when free.
        rules: The policy, the cash buffer among it.
    """

    tickers: tuple[str, ...]
    value: float
    position: Vector
    cash: float
    targets: Vector
    cash_target: float
    lot: Vector
    least: Vector
    most_sold: Vector
    most_bought: Vector
    whole: bool
    cost: Vector
    ticket: Vector
    max_turnover: float | None
    rules: tuple[TradeRule, ...]

    def __len__(self) -> int:
        return len(self.tickers)

    @property
    def now(self) -> Vector:
        """(n + 1,) weights before the trades, cash last."""
        return np.append(self.position, self.cash)

    def fees(self, lots: Vector) -> float:
        """Cost of orders (n,) in lots, sales negative."""
        size = np.abs(lots)
        return float(self.cost @ (size * self.lot) + self.ticket @ (size > 0))

    def after(self, lots: Vector) -> Vector:
        """(n + 1,) holdings after orders as fractions of the value before them, cash last."""
        moved = lots * self.lot
        return np.append(self.position + moved, self.cash - moved.sum() - self.fees(lots))

    def distance(self, lots: Vector) -> float:
        """What a rebalancing makes small: Σ|weight − target| and costs."""
        wanted = np.append(self.targets, self.cash_target)
        return float(np.abs(self.after(lots) - wanted).sum()) + self.fees(lots)

    def turnover_bound(self, lots: Vector) -> float:
        """A little more than the one-way turnover of orders, whatever their costs do to weights."""
        change = np.abs(self.after(lots) - self.now).sum()
        return float(change + self.fees(lots)) / 2

    def worsened(self, after: Vector, fees: float) -> list[TradeRule]:
        """Rules that a plan breaks, or breaks further than they were.

        Args:
            after: (n + 1,) holdings after it as fractions of the value before it, cash last.
            fees: Its cost, a fraction of the value.
        """
        return [rule for rule in self.rules if self._worse(rule, after, fees)]

    def _worse(self, rule: TradeRule, after: Vector, fees: float) -> bool:
        before, beyond = rule.excess(self.now), rule.excess(after)
        if before <= EDGE:  # weights are of the value after costs
            return beyond + rule.bound * fees > EDGE
        return beyond > before + MARGIN / 10

    def nearly_mended(self, after: Vector, fees: float) -> bool:
        """Whether a rule broken before stays so by no more than the solver's tolerance."""
        broken = (rule for rule in self.rules if rule.excess(self.now) > EDGE)
        return any(EDGE < r.excess(after) + r.bound * fees <= MENDED for r in broken)

    def weights(self, after: Vector) -> pd.Series:
        """Holdings (n + 1,) as weights by ticker, ``CASH`` last."""
        return pd.Series(after / after.sum(), index=[*self.tickers, CASH])

    def mending(self) -> "TradeProblem":
        """The same problem with rules that are broken now brought well inside."""
        rules = [
            replace(rule, margin=max(rule.margin, MENDED)) if rule.excess(self.now) > EDGE else rule
            for rule in self.rules
        ]
        return replace(self, rules=tuple(rules))

    def tightened(self, factor: float) -> "TradeProblem":
        """The same problem with every rule and the turnover kept further inside."""
        rules = [replace(rule, margin=max(rule.margin, MARGIN) * factor) for rule in self.rules]
        cap, rounding = self.max_turnover, len(self) * CENT / self.value
        if cap is not None:
            cap = max(0.0, cap - MARGIN * factor - rounding)
        return replace(self, rules=tuple(rules), max_turnover=cap)

    def under(self, rules: Sequence[TradeRule]) -> "TradeProblem":
        """The same problem under further rules."""
        return replace(self, rules=(*self.rules, *rules))
