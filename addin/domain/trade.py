"""Orders that move a portfolio."""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """What an order does."""

    BUY = "BUY"
    SELL = "SELL"
    HOLD = "HOLD"


@dataclass(frozen=True)
class Trade:
    """One asset's order; quantity and notional at least zero, money in account currency."""

    ticker: str
    side: Side
    quantity: float
    price: float
    notional: float
    cost: float
    weight_before: float
    weight_after: float
    target: float
    reason: str
