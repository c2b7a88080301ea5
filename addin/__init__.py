"""Asset allocation and rebalancing under an Investment Policy Statement, in Excel or without it."""

__version__ = "0.1.0"
