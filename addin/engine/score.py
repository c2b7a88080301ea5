"""How candidates are ranked: a score, and which of them another beats in every respect."""

from collections.abc import Sequence

import numpy as np

from addin.domain.policy import ScoreWeights
from addin.domain.weights import EDGE, Matrix, Vector
from addin.engine.figures import Figures

BREACH_DISTANCE = 0.05  # a broken rule counts as five points of distance from the targets

CRITERIA = tuple(ScoreWeights.__dataclass_fields__)


def misfit(figures: Figures) -> float:
    """Distance of the class weights from their targets, five points more for each breach."""
    return figures.policy_distance + BREACH_DISTANCE * len(figures.breaches)


def _badness(rows: Sequence[Figures]) -> Matrix:
    """(C, 5) the criteria in the order of ``ScoreWeights``, the smaller the better."""
    columns = [
        [misfit(row) for row in rows],
        [row.volatility for row in rows],
        [None if row.expected_return is None else -row.expected_return for row in rows],
        [row.tracking_error for row in rows],
        [-row.effective_holdings for row in rows],
    ]
    return np.array(columns, dtype=float).T


def merits(rows: Sequence[Figures]) -> Matrix:
    """Each criterion of each candidate from 0, the worst of them, to 1, the best.

    A criterion in which all are equal is 1 for all; a candidate whose number is unknown has 0;
    a criterion that is unknown for all is NaN.

    Returns:
        (C, 5) in the order of ``ScoreWeights``.
    """
    return np.array([_merit(column) for column in _badness(rows).T]).T


def _merit(worse: Vector) -> Vector:
    """(C,) one criterion, the smaller the better, scaled from 0 to 1."""
    known = ~np.isnan(worse)
    if not known.any():
        return worse
    low, high = float(worse[known].min()), float(worse[known].max())
    if high - low <= EDGE:
        return known.astype(float)
    return np.where(known, (high - np.where(known, worse, high)) / (high - low), 0.0)


def shares(weights: ScoreWeights, scaled: Matrix) -> Vector:
    """(5,) how much each criterion counts; those known for no candidate count nothing."""
    raw = np.array([getattr(weights, name) for name in CRITERIA])
    raw = np.where(np.isnan(scaled).all(axis=0), 0.0, raw)
    total = float(raw.sum())
    return raw / total if total > 0 else np.full(len(raw), 1 / len(raw))


def scores(rows: Sequence[Figures], weights: ScoreWeights) -> Vector:
    """The score of each candidate, from 0 to 1.

    A weighted mean of five criteria, each scaled from 0 for the worst candidate to 1 for the
    best: policy fit (distance of the class weights from their targets, five percentage points
    added for each hard rule broken), risk (volatility), expected return, benchmark tracking
    (tracking error) and diversification (effective number of holdings, 1/Σw²). A criterion that
    cannot be known, such as tracking without a benchmark, is left out of the mean. A score
    compares the candidates of one run: it is no property of a portfolio.

    Args:
        rows: Figures of the C candidates.
        weights: How much each criterion counts.

    Returns:
        (C,)
    """
    scaled = merits(rows)
    return np.nan_to_num(scaled) @ shares(weights, scaled)


def dominance(rows: Sequence[Figures]) -> Matrix:
    """Which candidate beats which: at least as good in every respect and better in one.

    Respects are expected return, volatility, tracking error, number of hard breaches and
    concentration (Σw²); 1e-9 is no difference. What is unknown is compared with nothing.

    Returns:
        (C, C), 1.0 where the candidate of the row beats that of the column.
    """
    respects = np.array(
        [
            [
                np.nan if row.expected_return is None else -row.expected_return,
                np.nan if row.volatility is None else row.volatility,
                np.nan if row.tracking_error is None else row.tracking_error,
                len(row.breaches),
                1 / row.effective_holdings,
            ]
            for row in rows
        ]
    )
    known = ~np.isnan(respects)
    alike = (known[:, None, :] == known[None, :, :]).all(axis=2)
    difference = np.nan_to_num(respects[:, None, :] - respects[None, :, :])
    no_worse = (difference <= EDGE).all(axis=2)
    better = (difference < -EDGE).any(axis=2)
    return np.asarray(alike & no_worse & better, dtype=float)
