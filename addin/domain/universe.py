"""The investable assets and what is known of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from addin.domain.labels import did_you_mean, label_key, repeated
from addin.domain.weights import EDGE, Vector
from addin.errors import InputError, PolicyError

Attribute = float | str | bool | None


@dataclass(frozen=True)
class Universe:
    """Investable assets, each in one asset class, each with the weights it may have.

    Attributes:
        tickers: (N,) names, unique.
        asset_classes: (N,) class of each asset.
        lower: (N,) smallest weight of each asset.
        upper: (N,) largest weight of each asset.
        attributes: Every further column by its heading, (N,) each.
    """

    tickers: tuple[str, ...]
    asset_classes: tuple[str, ...]
    lower: tuple[float, ...] = ()
    upper: tuple[float, ...] = ()
    attributes: Mapping[str, tuple[Attribute, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        n = len(self.tickers)
        if n == 0:
            raise InputError("universe: need at least one asset, found none")
        if twice := repeated(self.tickers):
            raise InputError(f"universe: ticker listed more than once: {', '.join(twice)}")
        object.__setattr__(self, "lower", self.lower or (0.0,) * n)
        object.__setattr__(self, "upper", self.upper or (1.0,) * n)
        for ticker, low, high in zip(self.tickers, self.lower, self.upper, strict=True):
            if not low <= high + EDGE:
                raise PolicyError(f"universe, {ticker}: min {low:.2%} is above max {high:.2%}")

    def __len__(self) -> int:
        return len(self.tickers)

    def at(self, places: Sequence[int]) -> "Universe":
        """The assets at these places, in this order."""
        return Universe(
            tuple(self.tickers[i] for i in places),
            tuple(self.asset_classes[i] for i in places),
            tuple(self.lower[i] for i in places),
            tuple(self.upper[i] for i in places),
            {h: tuple(values[i] for i in places) for h, values in self.attributes.items()},
        )

    def column(self, heading: str) -> tuple[Attribute, ...]:
        """Values of a column by its heading, in the order of the tickers.

        Raises:
            InputError: If there is no such column; the nearest heading is suggested.
        """
        key = label_key(heading)
        fixed = {"ticker": self.tickers, "asset class": self.asset_classes}
        if key in fixed:
            return fixed[key]
        for name, values in self.attributes.items():
            if label_key(name) == key:
                return values
        known = ("Ticker", "Asset class", *self.attributes)
        raise InputError(f"universe: no column '{heading}'{did_you_mean(heading, known)}")

    def has(self, heading: str) -> bool:
        """Whether a column with at least one value bears this heading."""
        key = label_key(heading)
        return any(
            label_key(name) == key and any(value is not None for value in values)
            for name, values in self.attributes.items()
        )

    def numbers(self, heading: str) -> Vector:
        """A numeric column; NaN where the cell is blank.

        Raises:
            InputError: If there is no such column or it holds something that is no number.
        """
        values = self.column(heading)
        for ticker, value in zip(self.tickers, values, strict=True):
            if value is not None and (isinstance(value, (str, bool))):
                raise InputError(f"universe, {ticker}, {heading}: need a number, found '{value}'")
        return np.array([np.nan if value is None else float(value) for value in values])

    def members(self, asset_class: str) -> Vector:
        """1.0 for each asset of a class, 0.0 for the others."""
        key = label_key(asset_class)
        return np.array([float(label_key(name) == key) for name in self.asset_classes])
