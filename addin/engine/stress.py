"""What an imagined event does to a portfolio: shocks by ticker, class or parent class."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from addin.domain.class_range import lineage
from addin.domain.holdings import CASH
from addin.domain.labels import did_you_mean, label_key
from addin.domain.policy import ClassRange
from addin.domain.profile import CLASSES
from addin.domain.scenario import Scenario
from addin.domain.universe import Universe
from addin.domain.weights import aligned
from addin.errors import InputError

CASH_CLASS = "Cash"


@dataclass(frozen=True, eq=False)
class StressResult:
    """Effect of one scenario.

    Attributes:
        scenario: Its name.
        portfolio_return: Sum of the contributions, decimal, signed.
        contributions: Weight times shock by ticker, in the order of the universe.
        asset_returns: Shock by ticker.
    """

    scenario: str
    portfolio_return: float
    contributions: pd.Series
    asset_returns: pd.Series

    @property
    def worst(self) -> str | None:
        """The ticker that loses most; None when none loses."""
        return str(self.contributions.idxmin()) if self.contributions.min() < 0 else None


def stress(
    weights: pd.Series,
    universe: Universe,
    scenarios: Iterable[Scenario],
    classes: Sequence[ClassRange] = (),
) -> list[StressResult]:
    """Return of a portfolio in each scenario, and every asset's contribution to it.

    Args:
        weights: Decimals by ticker; ``CASH`` need not be in the universe.
        universe: Class of each asset.
        scenarios: Shocks; a ticker's replaces its class's, a class's its parent's; none is 0.
        classes: Of the policy, whose parents and names a scenario may use too.

    Raises:
        InputError: If a shock names nothing known or loses more than everything.
    """
    results = []
    for scenario in scenarios:
        shocks = asset_shocks(scenario, universe, classes)
        contributions = shocks * aligned(weights, list(shocks.index))
        results.append(
            StressResult(scenario.name, float(contributions.sum()), contributions, shocks)
        )
    return results


def asset_shocks(
    scenario: Scenario, universe: Universe, classes: Sequence[ClassRange] = ()
) -> pd.Series:
    """Return of each asset of the universe, and of ``CASH``, in a scenario.

    Raises:
        InputError: If a shock names nothing known or loses more than everything.
    """
    lineages = _lineages(universe, classes)
    shocks = {label_key(name): shock for name, shock in scenario.shocks.items()}
    held = [name for lineage in lineages.values() for name in lineage]
    _require_known(scenario, [*held, *(c.name for c in classes), *CLASSES])
    return pd.Series(
        {ticker: _nearest_shock(shocks, lineage) for ticker, lineage in lineages.items()},
        dtype=float,
    )


def _lineages(universe: Universe, classes: Sequence[ClassRange]) -> dict[str, tuple[str, ...]]:
    """Each ticker's labels from the nearest to the widest: itself, its class, the parents."""
    pairs = list(zip(universe.tickers, universe.asset_classes, strict=True))
    if label_key(CASH) not in {label_key(ticker) for ticker in universe.tickers}:
        pairs.append((CASH, CASH_CLASS))
    stated = universe.column("Parent class") if universe.has("Parent class") else ()
    own_parent = dict(zip(universe.tickers, stated, strict=False))
    return {
        ticker: tuple(
            str(label)
            for label in (
                ticker,
                asset_class,
                own_parent.get(ticker),
                *lineage(asset_class, classes)[1:],
            )
            if label is not None
        )
        for ticker, asset_class in pairs
    }


def _nearest_shock(shocks: Mapping[str, float], lineage: Iterable[str]) -> float:
    return next((shocks[label_key(n)] for n in lineage if label_key(n) in shocks), 0.0)


def _require_known(scenario: Scenario, known: Sequence[str]) -> None:
    keys = {label_key(name) for name in known}
    for name, shock in scenario.shocks.items():
        if label_key(name) not in keys and shock != 0:
            raise InputError(
                f"scenario {scenario.name}: {name} is no ticker and no asset class of the "
                f"universe{did_you_mean(name, known)}"
            )
        if not shock >= -1:
            raise InputError(
                f"scenario {scenario.name}, {name}: need a decimal of at least -1 "
                f"(-0.30 is a fall of 30%), found {shock:g}"
            )


def shocked_weights(weights: pd.Series, asset_returns: pd.Series) -> pd.Series:
    """Weights after each asset has earned its return and nothing was traded.

    Args:
        weights: Decimals by ticker.
        asset_returns: Decimals by ticker; an asset without one earns 0.

    Raises:
        InputError: If nothing of the portfolio is left.
    """
    values = weights * (1 + asset_returns.reindex(weights.index).fillna(0.0))
    if not values.sum() > 0:
        raise InputError("stress: the portfolio loses everything; there are no weights after it")
    return values / values.sum()
