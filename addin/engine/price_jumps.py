"""Moves of a price too large for a market: splits, wrong prices, outliers."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from math import log

import numpy as np
from numpy.typing import NDArray

from addin.domain.weights import Vector

LARGE_MOVE = 0.35
SPLIT_TOLERANCE = 0.05
REVERSAL_ROWS = 5  # a wrong price is corrected within so many rows
REVERSAL_TOLERANCE = 0.25  # of the move, both as logarithms
OUTLIER_DEVIATIONS = 25  # robust ones; 2020-03-16 was 16 for US equity
OUTLIER_MOVE = 0.10
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
    moves = own[1:] / own[:-1] - 1
    for i in _outlying(moves):
        before, move = int(i), float(moves[i])
        split = _split(1 + move) if abs(move) > LARGE_MOVE else ""
        if _comes_back(own, before, move):
            yield Jump(before + 1, move, JumpKind.REVERSED)
        elif not _takes_back(own, before, move):
            yield Jump(before + 1, move, JumpKind.SPLIT if split else JumpKind.OUTLIER, split)


def _outlying(moves: Vector) -> NDArray[np.intp]:
    if len(moves) == 0:
        return np.zeros(0, dtype=np.intp)
    size = np.abs(moves)
    centred = np.abs(moves - np.median(moves))
    usual = np.median(centred) / _NORMAL_MAD
    unusual = (size > OUTLIER_MOVE) & (centred > OUTLIER_DEVIATIONS * usual)
    return np.flatnonzero(unusual | (size > LARGE_MOVE))


def _comes_back(own: Vector, before: int, move: float) -> bool:
    """Whether a later price is near the one before the move."""
    after = own[before + 2 : before + 2 + REVERSAL_ROWS]
    return _any_near(after, own[before], move)


def _takes_back(own: Vector, before: int, move: float) -> bool:
    """Whether the move leads to a price near an earlier one."""
    earlier = own[max(before - REVERSAL_ROWS, 0) : before]
    return _any_near(earlier, own[before + 1], move)


def _any_near(prices: Vector, price: float, move: float) -> bool:
    tolerance = REVERSAL_TOLERANCE * abs(log(1 + move))
    return bool((np.abs(np.log(prices / price)) <= tolerance).any())


def _split(ratio: float) -> str:
    """Words for a ratio near a whole number from two, or near one over it; else nothing."""
    times = max(ratio, 1 / ratio)
    whole = round(times)
    if whole < 2 or abs(times / whole - 1) > SPLIT_TOLERANCE:
        return ""
    return f"{whole}:1" if ratio < 1 else f"1:{whole}"
