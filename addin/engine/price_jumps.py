"""Moves of a price too large for a market: splits, wrong prices, outliers."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from math import exp

import numpy as np
from numpy.typing import NDArray

from addin.domain.weights import Vector

LARGE_MOVE = 0.35
SPLIT_TOLERANCE = 0.05
REVERSAL_ROWS = 5  # a wrong price is corrected within so many rows
REVERSAL_TOLERANCE = 0.25  # of the move, both as logarithms
OUTLIER_DEVIATIONS = 25  # robust ones; 2020-03-16 was 16 for US equity
OUTLIER_MOVE = 0.10
LARGEST_SPLIT = 1000
LARGEST_STEP = 700.0  # of the logarithm: e to the 710 is no number any more
_NORMAL_MAD = 0.6745  # median absolute deviation of a standard normal


class JumpKind(Enum):
    """What a jump looks like."""

    SPLIT = auto()
    REVERSED = auto()
    OUTLIER = auto()


@dataclass(frozen=True)
class Jump:
    """A move into ``row``: its size, what it looks like, and the ratio of a split (``3:1``)."""

    row: int
    move: float
    kind: JumpKind
    split: str = ""


def jumps(own: Vector) -> Iterator[Jump]:
    """Moves over 35 %, or over 10 % and 25 robust deviations from the median.

    One that is taken back within five rows counts once, as reversed; else one over 35 % near a
    whole ratio is a split, the rest are outliers.

    Args:
        own: (T,) prices of one asset without gaps.
    """
    logs = np.log(own)
    steps = np.diff(logs)
    moves = np.expm1(np.minimum(steps, LARGEST_STEP))
    for i in _outlying(moves):
        before, step, move = int(i), float(steps[i]), float(moves[i])
        split = _split(step) if abs(move) > LARGE_MOVE else ""
        if _comes_back(logs, before, step):
            yield Jump(before + 1, move, JumpKind.REVERSED)
        elif not _takes_back(logs, before, step):
            yield Jump(before + 1, move, JumpKind.SPLIT if split else JumpKind.OUTLIER, split)


def _outlying(moves: Vector) -> NDArray[np.intp]:
    if len(moves) == 0:
        return np.zeros(0, dtype=np.intp)
    size = np.abs(moves)
    centred = np.abs(moves - np.median(moves))
    usual = np.median(centred) / _NORMAL_MAD
    unusual = (size > OUTLIER_MOVE) & (centred > OUTLIER_DEVIATIONS * usual)
    return np.flatnonzero(unusual | (size > LARGE_MOVE))


def _comes_back(logs: Vector, before: int, step: float) -> bool:
    """Whether a later price is near the one before the move."""
    after = logs[before + 2 : before + 2 + REVERSAL_ROWS]
    return _any_near(after, logs[before], step)


def _takes_back(logs: Vector, before: int, step: float) -> bool:
    """Whether the move leads to a price near an earlier one."""
    earlier = logs[max(before - REVERSAL_ROWS, 0) : before]
    return _any_near(earlier, logs[before + 1], step)


def _any_near(logs: Vector, log: float, step: float) -> bool:
    return bool((np.abs(logs - log) <= REVERSAL_TOLERANCE * abs(step)).any())


def _split(step: float) -> str:
    """Words for a ratio near a whole number from two, or near one over it; else nothing."""
    times = exp(min(abs(step), LARGEST_STEP))
    whole = round(times)
    if not 2 <= whole <= LARGEST_SPLIT or abs(times / whole - 1) > SPLIT_TOLERANCE:
        return ""
    return f"{whole}:1" if step < 0 else f"1:{whole}"
