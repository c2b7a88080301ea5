"""How far a portfolio has drifted from its targets, and whether that calls for rebalancing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from addin.domain.labels import did_you_mean, label_key
from addin.domain.policy import Rebalancing
from addin.domain.universe import Universe
from addin.domain.weights import EDGE, Matrix, Vector, require_sum_of_one
from addin.engine.selection import widened
from addin.errors import InputError

Levels = NDArray[np.int8]


class DriftStatus(StrEnum):
    """What a drift calls for."""

    NORMAL = "Normal"
    WATCH = "Watch"
    REBALANCE = "Rebalance"


class RiskLevel(StrEnum):
    """The same in the words of risk."""

    STABLE = "Stable"
    ELEVATED = "Elevated"
    HIGH = "High"


STATUSES = tuple(DriftStatus)
RISK_LEVELS = tuple(RiskLevel)


@dataclass(frozen=True)
class Bands:
    """How much drift is too much.

    Attributes:
        watch: Absolute drift above which an asset is watched.
        flag: Absolute drift above which it is rebalanced.
        ranges: Lower and upper weight by label; outside is Rebalance and there is no Watch. A
            label without a range keeps to ``watch`` and ``flag``.
    """

    watch: float = Rebalancing.watch
    flag: float = Rebalancing.flag
    ranges: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not 0 <= self.watch <= self.flag:
            raise InputError(
                f"bands: need 0 ≤ watch ≤ flag, found {self.watch:.2%} and {self.flag:.2%}"
            )
        for label, (lower, upper) in self.ranges.items():
            if not lower <= upper:
                raise InputError(f"bands, {label}: lower {lower:.2%} is above upper {upper:.2%}")


@dataclass(frozen=True)
class DriftRow:
    """One asset or class against its target; value in account currency, the rest decimals.

    ``relative`` is drift over target, None for a target of zero; outside ``lower`` to ``upper``
    is Rebalance.
    """

    asset: str
    value: float
    current: float
    target: float
    drift: float
    relative: float | None
    lower: float
    upper: float
    status: DriftStatus
    risk_level: RiskLevel


def drift_matrix(weights: Matrix, targets: Matrix | Vector) -> Matrix:
    """Drift of many portfolios at once: current minus target.

    Args:
        weights: (P, N) decimals.
        targets: (N,) shared, or (P, N) of each portfolio.

    Returns:
        (P, N)
    """
    return weights - targets


def drift_levels(drifts: Matrix, watch: float, flag: float) -> Levels:
    """How far each drift goes: 0 Normal, 1 Watch, 2 Rebalance; on the edge (1e-9) is inside.

    Args:
        drifts: (P, N) or (N,); the level of a portfolio is its largest.
        watch: Absolute drift above which it is Watch.
        flag: Absolute drift above which it is Rebalance.
    """
    size = np.abs(drifts)
    return (size > watch + EDGE).astype(np.int8) + (size > flag + EDGE).astype(np.int8)


def at_level_of(values: pd.Series, labels: Sequence[str], universe: Universe | None) -> pd.Series:
    """Money by ticker, or by class when the labels are classes of the universe.

    Args:
        values: Money by ticker; ``CASH`` is of class Cash.
        labels: Tickers or class names.
        universe: Assets and their classes; None keeps the tickers.

    Raises:
        InputError: If the labels are classes and a ticker held is not in the universe.
    """
    if universe is None:
        return values
    wide = widened(universe, [str(ticker) for ticker in values.index])
    tickers = {label_key(ticker) for ticker in wide.tickers}
    classes = {label_key(name) for name in universe.asset_classes}
    if not any(label_key(label) in classes - tickers for label in labels):
        return values
    by_ticker = dict(zip(map(label_key, wide.tickers), wide.asset_classes, strict=True))
    names = [by_ticker[label_key(str(ticker))] for ticker in values.index]
    if "" in names:
        raise InputError(f"holdings: {values.index[names.index('')]} is not in the universe")
    return values.groupby(names, sort=False).sum()


def _values_by_label(
    values: pd.Series, targets: pd.Series
) -> tuple[tuple[str, ...], Vector, Vector]:
    """Every label, targets first, then what is held besides, with its money and its target."""
    labels = {label_key(str(label)): str(label) for label in (*values.index, *targets.index)}
    order = dict.fromkeys(label_key(str(label)) for label in (*targets.index, *values.index))
    money, wanted = dict.fromkeys(order, 0.0), dict.fromkeys(order, 0.0)
    for label, value in values.items():
        money[label_key(str(label))] += float(value)
    for label, target in targets.items():
        wanted[label_key(str(label))] += float(target)
    names = tuple(labels[key] for key in order)
    return names, np.array(list(money.values())), np.array(list(wanted.values()))


def _ranges(labels: tuple[str, ...], bands: Bands) -> Matrix:
    """(N, 2) ranges by label; NaN where a label has none."""
    place = {label_key(label): i for i, label in enumerate(labels)}
    result = np.full((len(labels), 2), np.nan)
    for label, edges in bands.ranges.items():
        if label_key(label) not in place:
            raise InputError(
                f"bands: {label} is neither held nor a target{did_you_mean(label, labels)}"
            )
        result[place[label_key(label)]] = edges
    return result


def drift(
    current_values: pd.Series, targets: pd.Series, bands: Bands | None = None
) -> list[DriftRow]:
    """Drift of each target and of each holding that has none, in that order.

    A label held but without a target has target 0; a target not held has weight 0.

    Args:
        current_values: Money by ticker or class.
        targets: Decimals by the same kind of label.
        bands: How much is too much; 3 and 5 percentage points by default.

    Raises:
        InputError: If targets do not add up to 100 %, the values do not add up to more than
            zero, or a band belongs to no label.
    """
    bands = bands or Bands()
    require_sum_of_one(targets, "targets")
    labels, money, wanted = _values_by_label(current_values, targets)
    total = float(money.sum())
    if not total > 0:
        raise InputError(f"drift: the values must add up to more than zero, found {total:,.2f}")
    weights = money / total
    drifts = drift_matrix(weights, wanted)

    ranges = _ranges(labels, bands)
    own = ~np.isnan(ranges[:, 0])
    outside = (weights < ranges[:, 0] - EDGE) | (weights > ranges[:, 1] + EDGE)
    levels = np.where(own, 2 * outside, drift_levels(drifts, bands.watch, bands.flag))
    lower = np.where(own, ranges[:, 0], np.maximum(wanted - bands.flag, 0.0))
    upper = np.where(own, ranges[:, 1], np.minimum(wanted + bands.flag, 1.0))
    columns = (money, weights, wanted, drifts, lower, upper, levels)
    cells = [column.tolist() for column in columns]
    return [_row(label, *row) for label, *row in zip(labels, *cells, strict=True)]


def _row(  # noqa: PLR0913 (one argument per column)
    label: str,
    value: float,
    current: float,
    target: float,
    drifted: float,
    lower: float,
    upper: float,
    level: int,
) -> DriftRow:
    relative = drifted / target if target else None
    status, risk = STATUSES[level], RISK_LEVELS[level]
    return DriftRow(label, value, current, target, drifted, relative, lower, upper, status, risk)


def portfolio_status(rows: Sequence[DriftRow]) -> DriftStatus:
    """The worst status of any row."""
    return max((row.status for row in rows), key=STATUSES.index, default=DriftStatus.NORMAL)


def drift_score(rows: Sequence[DriftRow]) -> float:
    """The largest absolute drift; decimals."""
    return max((abs(row.drift) for row in rows), default=0.0)
