"""Orders in money, exact to the cent."""

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from addin.engine.trade_assets import Asset

CENT = Decimal("0.01")
BPS = Decimal(10_000)


def cents(amount: float | Decimal) -> Decimal:
    """Money rounded half-up to the cent."""
    return _exact(amount).quantize(CENT, rounding=ROUND_HALF_UP)


def _exact(number: float | Decimal) -> Decimal:
    """The decimal a person would write for a number, not its binary neighbour."""
    return number if isinstance(number, Decimal) else Decimal(repr(float(number)))


@dataclass(frozen=True)
class Ticket:
    """One order: quantity signed, sales negative; notional and fee at least zero."""

    asset: Asset
    quantity: float
    notional: Decimal
    fee: Decimal

    @property
    def cash(self) -> Decimal:
        """What the order adds to cash, its fee paid."""
        return (self.notional if self.quantity < 0 else -self.notional) - self.fee


def _fee(asset: Asset, notional: Decimal) -> Decimal:
    return cents(notional * _exact(asset.cost_bps) / BPS + _exact(asset.ticket_cost))


def whole_ticket(asset: Asset, lots: float) -> Ticket:
    """An order of whole lots, sales negative."""
    quantity = _exact(asset.lot_size) * int(lots)
    notional = cents(abs(quantity) * _exact(asset.price))
    return Ticket(asset, float(quantity), notional, _fee(asset, notional))


def money_ticket(asset: Asset, amount: Decimal) -> Ticket:
    """An order of an amount of money, in fractions of a share; sales negative.

    A sale of all but a cent is a sale of all.
    """
    notional = abs(cents(amount))
    quantity = float(notional / _exact(asset.price))
    if amount < 0 and abs(notional - cents(asset.market_value)) <= CENT:
        quantity, notional = asset.quantity, cents(asset.market_value)
    signed = -quantity if amount < 0 else quantity
    return Ticket(asset, signed, notional, _fee(asset, notional))


@dataclass(frozen=True)
class Ledger:
    """Tickets between an opening and a closing amount of cash.

    Attributes:
        opening: Cash before anything happens.
        flow: Contribution, or withdrawal when negative.
        tickets: Orders, those that trade nothing left out.
    """

    opening: Decimal
    flow: Decimal
    tickets: tuple[Ticket, ...]

    @property
    def fees(self) -> Decimal:
        """Costs of all orders."""
        return sum((ticket.fee for ticket in self.tickets), Decimal(0))

    @property
    def closing(self) -> Decimal:
        """Opening cash, flow, sales, less purchases, less fees."""
        moved = sum((ticket.cash for ticket in self.tickets), Decimal(0))
        return self.opening + self.flow + moved

    def shorter(self, missing: Decimal) -> "Ledger":
        """The largest purchase in fractions of a share made smaller by what cash is missing."""
        bought = [ticket for ticket in self.tickets if ticket.quantity > 0]
        if not bought or missing <= 0:
            return self
        largest = max(bought, key=lambda ticket: (ticket.notional, ticket.asset.ticker))
        less = missing.quantize(CENT, rounding=ROUND_CEILING)
        cut = money_ticket(largest.asset, largest.notional - less)
        rest = (cut if ticket is largest else ticket for ticket in self.tickets)
        return replace(self, tickets=tuple(rest))


def missing_cash(ledger: Ledger, buffer: float, value: Decimal) -> Decimal:
    """How much the closing cash lacks of its buffer, a weight of the value after fees."""
    return _exact(buffer) * (value - ledger.fees) - ledger.closing
