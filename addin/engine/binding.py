"""Which rules a portfolio is at the limit of."""

import numpy as np

from addin.domain.weights import Vector
from addin.engine.problem import Problem

_TOUCHING = 1e-8


def _own(problem: Problem, weights: Vector) -> list[str]:
    """Per asset, the words of the smallest or largest weight it has reached, or nothing."""
    feasible = problem.feasible
    low = (weights - feasible.lower <= _TOUCHING) & (feasible.lower != 0)
    high = feasible.upper - weights <= _TOUCHING
    words = [""] * len(weights)
    for i in low.nonzero()[0]:
        words[i] = feasible.lower_words[i]
    for i in high.nonzero()[0]:
        words[i] = feasible.upper_words[i]
    return words


def _rules(problem: Problem, weights: Vector) -> list[int]:
    feasible = problem.feasible
    if not feasible.rules:
        return []
    image = feasible.matrix @ weights
    room = np.minimum(image - feasible.row_lower, feasible.row_upper - image)
    return [int(i) for i in (room <= _TOUCHING * feasible.row_size).nonzero()[0]]


def binding(problem: Problem, weights: Vector) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Words of every binding rule, each once, and per asset of those that bind it.

    A weight of zero that may not be negative is at no limit of the policy.

    Returns:
        Rules in the order classes and limits, norms, assets; and (n,) words or nothing.
    """
    rules, own = problem.feasible.rules, _own(problem, weights)
    touched = _rules(problem, weights)
    norms = [
        limit.words
        for limit in problem.feasible.norm_limits
        if problem.norm(limit.rule, weights) >= limit.bound * (1 - _TOUCHING)
    ]
    groups = [k for k in touched if not rules[k].coefficients.all()]
    per_asset = []
    for i, words in enumerate(own):
        about = [rules[k].words for k in groups if rules[k].coefficients[i]]
        per_asset.append("; ".join([words, *about] if words else about))
    listed = [rules[k].words for k in touched] + norms + [words for words in own if words]
    return tuple(dict.fromkeys(listed)), tuple(per_asset)
