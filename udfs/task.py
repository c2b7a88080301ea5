"""What every function that optimises is given: universe, policy, options and market."""

from dataclasses import dataclass, fields

import pandas as pd

from addin.domain import options as catalogue
from addin.domain.policy import ClassRange, Limit
from addin.domain.universe import Universe
from addin.engine.constraints import FeasibleSet, feasible_set
from addin.engine.optimised import Given
from addin.engine.optimize import Settings
from addin.engine.resampling import Sampling
from addin.engine.returns import periods_per_year
from addin.engine.selection import require_known_classes
from addin.errors import InputError
from addin.excel.grid import Cells
from addin.excel.options import read_options
from addin.excel.read_market import Market as KnownMarket
from addin.excel.read_market import read_market
from addin.excel.read_policy import read_classes, read_limits
from addin.excel.read_universe import (
    BENCHMARK_WEIGHT,
    CURRENT_WEIGHT,
    read_universe,
    universe_weights,
)

MOST_RESAMPLES = 2000  # a cell that asks for a million would hold up the whole workbook


@dataclass(frozen=True, eq=False)
class Task:
    """What every function that optimises is given.

    Attributes:
        universe: Assets with their smallest and largest weights.
        classes: Class ranges.
        limits: Limits of the policy.
        options: How to compute.
        market: What is expected of the assets, and their returns.
        benchmark: Weights by ticker; None without the column.
        current: Weights by ticker; None without the column.
    """

    universe: Universe
    classes: tuple[ClassRange, ...]
    limits: tuple[Limit, ...]
    options: catalogue.Options
    market: KnownMarket
    benchmark: pd.Series | None
    current: pd.Series | None

    @property
    def feasible(self) -> FeasibleSet:
        """Portfolios the policy allows."""
        return feasible_set(
            self.universe,
            self.classes,
            self.limits,
            assumptions=self.market.assumptions,
            benchmark=self.benchmark,
            current=self.current,
            shorting=self.options.shorting,
        )

    @property
    def given(self) -> Given:
        """What is known besides market, rules and objective."""
        return {
            "benchmark": self.benchmark,
            "current": self.current,
            "returns": self.market.returns,
            "confidence": self.options.confidence,
        }

    @property
    def sampling(self) -> Sampling:
        """How markets are drawn at random: as many rows as there are returns."""
        given, usual = self.options, Sampling()
        if given.resamples > MOST_RESAMPLES:
            raise InputError(
                f"resamples: expected at most {MOST_RESAMPLES}, found {given.resamples}"
            )
        rows, periods = usual.observations, usual.periods_per_year
        if self.market.returns is not None:
            dates = self.market.returns.complete().dates
            rows, periods = len(dates), float(periods_per_year(dates))
        return Sampling(
            given.resamples or usual.samples,
            given.observations or rows,
            given.periods_per_year or periods,
            given.seed,
        )

    @property
    def settings(self) -> Settings:
        """Options that say how to optimise."""
        names = (field.name for field in fields(Settings))
        return Settings(**{name: getattr(self.options, name) for name in names})


def read_task(
    returns: Cells,
    universe: Cells,
    classes: Cells,
    limits: Cells,
    options: Cells,
) -> Task:
    """The tables of an optimisation.

    Raises:
        InputError: Naming each cell that is wrong.
        PolicyError: If the policy contradicts itself.
    """
    given = read_options(options)
    assets, ranges = read_universe(universe), read_classes(classes)
    require_known_classes(assets, ranges)
    return Task(
        assets,
        ranges,
        read_limits(limits),
        given,
        read_market(returns, assets, given),
        universe_weights(assets, BENCHMARK_WEIGHT),
        universe_weights(assets, CURRENT_WEIGHT),
    )
