"""Reported figures computed a second way, in plain Python and from other inputs.

Nothing here calls the engine: sums are re-added asset by asset (``fsum``, integer cents), expected
shortfall is a minimum instead of a weighted tail, volatility a double sum instead of a product.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import fsum, sqrt

from addin.domain.holdings import Position
from addin.domain.labels import label_key
from addin.domain.scenario import Scenario
from addin.domain.trade import Side, Trade

CENT = Decimal("0.01")


def cents(amount: float) -> int:
    """Money as a whole number of cents, half a cent up."""
    return int(Decimal(repr(float(amount))).quantize(CENT, ROUND_HALF_UP).scaleb(2))


def value_of(positions: Iterable[Position]) -> float:
    """Sum of quantity times price, in decimal arithmetic."""
    return float(sum(Decimal(repr(p.quantity)) * Decimal(repr(p.price)) for p in positions))


def closing_cash(opening: float, flow: float, trades: Iterable[Trade]) -> float:
    """Opening cash plus flow plus sells less buys less costs, in integer cents."""
    balance = cents(opening) + cents(flow)
    for trade in trades:
        signed = {Side.SELL: 1, Side.BUY: -1, Side.HOLD: 0}[trade.side] * cents(trade.notional)
        balance += signed - cents(trade.cost)
    return balance / 100


def value_after(positions: Iterable[Position], trades: Iterable[Trade], cash: float) -> float:
    """Value of every security before, plus what was bought, less what was sold, plus cash."""
    total = Decimal(repr(float(cash)))
    total += Decimal(repr(value_of(p for p in positions if not p.is_cash)))
    for trade in trades:
        signed = {Side.SELL: -1, Side.BUY: 1, Side.HOLD: 0}[trade.side]
        total += signed * cents(trade.notional) * CENT
    return float(total)


def notional_gap(trades: Iterable[Trade]) -> float:
    """Largest difference between a notional and its quantity times price, rounded to the cent."""
    gaps = [
        cents(float(Decimal(repr(float(t.quantity))) * Decimal(repr(float(t.price)))))
        - cents(t.notional)
        for t in trades
        if t.side is not Side.HOLD
    ]
    return max((abs(gap) for gap in gaps), default=0) / 100


def volatility(weights: Sequence[float], covariance: Sequence[Sequence[float]]) -> float:
    """Root of the double sum of w_i w_j c_ij."""
    return sqrt(
        fsum(
            own * other * entry
            for own, row in zip(weights, covariance, strict=True)
            for other, entry in zip(weights, row, strict=True)
        )
    )


def expected_shortfall(returns: Sequence[float], confidence: float) -> float:
    """The least of z + mean(max(loss − z, 0)) / (1 − confidence) over the observed losses z.

    Source:
        Rockafellar and Uryasev (2000), "Optimization of conditional value-at-risk", eq. 9.
    """
    losses = [-r for r in returns]
    tail = (1 - confidence) * len(losses)
    return min(z + fsum(max(loss - z, 0.0) for loss in losses) / tail for z in losses)


def losses_above(returns: Sequence[float], level: float) -> int:
    """Number of periods that lost more than ``level``."""
    return sum(-r > level + 1e-12 for r in returns)


def stressed(
    weights: Mapping[str, float], classes: Mapping[str, tuple[str, ...]], scenario: Scenario
) -> float:
    """Sum of weight times shock: an asset's own before its class's, a class's before its parent's.

    Args:
        weights: Decimals by ticker.
        classes: Class, then the classes above it, by ticker.
        scenario: Shocks by label.
    """
    shocks = {label_key(name): shock for name, shock in scenario.shocks.items()}
    losses = []
    for ticker, weight in weights.items():
        labels = map(label_key, (ticker, *classes[ticker]))
        losses.append(weight * next((shocks[label] for label in labels if label in shocks), 0.0))
    return fsum(losses)


def class_totals(weights: Mapping[str, float], classes: Mapping[str, str]) -> dict[str, float]:
    """Weight of each class, added up asset by asset."""
    names = {name: None for name in classes.values()}
    return {
        name: fsum(w for ticker, w in weights.items() if classes.get(ticker) == name)
        for name in names
    }
