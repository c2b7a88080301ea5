"""What might happen to markets."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    """Returns by asset class or ticker in one imagined event; a ticker's replaces its class's."""

    name: str
    shocks: Mapping[str, float]
