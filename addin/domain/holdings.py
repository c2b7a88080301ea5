"""What the client owns."""

from dataclasses import dataclass

import pandas as pd

from addin.domain.labels import label_key
from addin.errors import InputError

CASH = "CASH"


@dataclass(frozen=True)
class Position:
    """An amount of one asset at a price; cash is the ticker ``CASH`` at price 1."""

    ticker: str
    quantity: float
    price: float
    asset_class: str | None = None
    account: str | None = None

    @property
    def market_value(self) -> float:
        """Quantity times price, account currency."""
        return self.quantity * self.price

    @property
    def is_cash(self) -> bool:
        """Whether this is money and not a security."""
        return label_key(self.ticker) == label_key(CASH)


@dataclass(frozen=True)
class Holdings:
    """Positions of a portfolio; the same ticker may stand in several accounts."""

    positions: tuple[Position, ...]

    def __post_init__(self) -> None:
        if not self.positions:
            raise InputError("holdings: need at least one position, found none")
        if not self.value > 0:
            raise InputError(
                f"holdings: the market values must add up to more than zero, "
                f"found {self.value:,.2f}"
            )

    @property
    def value(self) -> float:
        """Market value of everything, cash included; account currency."""
        return sum(position.market_value for position in self.positions)

    @property
    def cash(self) -> float:
        """Money held; account currency."""
        return sum(p.market_value for p in self.positions if p.is_cash)

    @property
    def market_values(self) -> pd.Series:
        """Market value by ticker, accounts added together; account currency."""
        totals: dict[str, float] = {}
        for position in self.positions:
            totals[position.ticker] = totals.get(position.ticker, 0.0) + position.market_value
        return pd.Series(totals, dtype=float)

    @property
    def weights(self) -> pd.Series:
        """Share of the portfolio's value by ticker; adds up to one."""
        values = self.market_values
        return values / values.sum()
