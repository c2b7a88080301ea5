"""Which candidate to recommend, and why not the others, with their numbers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from addin.domain.policy import ScoreWeights
from addin.domain.weights import Matrix, Vector
from addin.engine.figures import Figures
from addin.engine.score import dominance, merits, scores, shares

MOST_BREACHES = 3  # named in a reason; the rest are counted
_TELLING = 0.005  # of the score: a smaller loss is not worth a reason


@dataclass(frozen=True, eq=False)
class Ranking:
    """Candidates compared.

    Attributes:
        names: (C,).
        rows: (C,) figures.
        scores: (C,) from 0 to 1.
        losses: (C, 5) what each criterion costs each candidate of its score.
        beats: (C, C) 1.0 where the row beats the column in every respect.
        chosen: Place of the recommended one.
    """

    names: tuple[str, ...]
    rows: tuple[Figures, ...]
    scores: Vector
    losses: Matrix
    beats: Matrix
    chosen: int

    def dominated_by(self, i: int) -> str | None:
        """The candidate of highest score that beats this one in every respect."""
        better = np.flatnonzero(self.beats[:, i])
        return self.names[better[np.argmax(self.scores[better])]] if len(better) else None

    def reason(self, i: int, current: int | None) -> str:
        """Why a candidate is recommended or not.

        Args:
            i: Its place.
            current: Place of the portfolio held now.
        """
        if i == self.chosen:
            return self._praise(None if current is None else self.rows[current])
        best = self.rows[self.chosen]
        if len(self.rows[i].breaches) > len(best.breaches):
            return "breaches: " + listed(self.rows[i].breaches)
        if other := self.dominated_by(i):
            return f"dominated by {other}: " + _better(
                self.rows[self.names.index(other)], self.rows[i]
            )
        return self._score_lost(i)

    def _praise(self, now: Figures | None) -> str:
        row, score = self.rows[self.chosen], self.scores[self.chosen]
        rest = [s for i, s in enumerate(self.scores) if i != self.chosen]
        first = "highest score" if all(score >= s for s in rest) else "highest admissible score"
        parts = [f"{first} {score:.2f}"]
        if row.breaches:
            parts.append(f"fewest breaches: {listed(row.breaches)}")
        for name, value, was in (
            ("volatility", row.volatility, now and now.volatility),
            ("return", row.expected_return, now and now.expected_return),
        ):
            if value is not None:
                against = "" if was is None or now is row else f" vs {was:.1%} now"
                parts.append(f"{name} {value:.1%}{against}")
        for name, value in (("tracking error", row.tracking_error), ("turnover", row.turnover)):
            if value is not None:
                parts.append(f"{name} {value:.1%}")
        return "; ".join(parts)

    def _score_lost(self, i: int) -> str:
        """The criteria that cost most against the recommended one."""
        lost = self.losses[i] - self.losses[self.chosen]
        worst = [int(k) for k in np.argsort(-lost, kind="stable") if lost[k] > _TELLING][:2]
        score, best = f"{self.scores[i]:.2f}", f"{self.scores[self.chosen]:.2f}"
        words = [_lost(self.rows[i], self.rows[self.chosen])[k] for k in worst]
        if self.scores[i] > self.scores[self.chosen]:
            return f"score {score}, but not admissible"
        if not words:
            return f"score {score} against {best}: no telling difference"
        return f"score {score} against {best}: " + ", ".join(words) + " than the recommended"


def listed(words: Sequence[str]) -> str:
    """The first few of several findings, and how many more there are."""
    more = len(words) - MOST_BREACHES
    return ", ".join(words[:MOST_BREACHES]) + (f" and {more} more" if more > 0 else "")


def _points(difference: float | None) -> str:
    return "n/a" if difference is None else f"{abs(difference) * 100:.1f} pp"


def _minus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other


def _lost(row: Figures, best: Figures) -> list[str]:
    """Each criterion's difference in words, in the order of ``ScoreWeights``."""
    fewer = f"{row.effective_holdings:.1f} against {best.effective_holdings:.1f}"
    return [
        f"{_points(row.policy_distance - best.policy_distance)} further from the class targets",
        f"volatility {_points(_minus(row.volatility, best.volatility))} higher",
        f"return {_points(_minus(row.expected_return, best.expected_return))} lower",
        f"tracking error {_points(_minus(row.tracking_error, best.tracking_error))} higher",
        f"fewer effective holdings ({fewer})",
    ]


def _better(best: Figures, row: Figures) -> str:
    """In what one candidate beats another, with both numbers."""
    pairs = [
        ("return", best.expected_return, row.expected_return),
        ("volatility", best.volatility, row.volatility),
        ("tracking error", best.tracking_error, row.tracking_error),
    ]
    found = [
        f"{name} {one:.1%} vs {other:.1%}"
        for name, one, other in pairs
        if one is not None and other is not None and f"{one:.1%}" != f"{other:.1%}"
    ]
    if len(best.breaches) < len(row.breaches):
        found.append(f"{len(best.breaches)} breaches vs {len(row.breaches)}")
    holdings = f"{best.effective_holdings:.1f} vs {row.effective_holdings:.1f}"
    if best.effective_holdings > row.effective_holdings:
        found.append(f"effective holdings {holdings}")
    return ", ".join(found)


def ranking(names: Sequence[str], rows: Sequence[Figures], weights: ScoreWeights) -> Ranking:
    """Candidates compared, and the one to recommend.

    Recommended is the highest score among those that break fewest hard rules (none, where any
    breaks none) and that no other candidate beats in every respect; of equal scores the first.

    Args:
        names: (C,).
        rows: (C,) figures.
        weights: How much each criterion of the score counts.
    """
    scaled, beats = merits(rows), dominance(rows)
    share, total = shares(weights, scaled), scores(rows, weights)
    fewest = min(len(row.breaches) for row in rows)
    admissible = np.array([len(row.breaches) == fewest for row in rows])
    unbeaten = admissible & ~beats.any(axis=0)
    pool = unbeaten if unbeaten.any() else admissible
    chosen = int(np.argmax(np.where(pool, total, -np.inf)))
    losses = (1 - np.nan_to_num(scaled)) * share
    return Ranking(tuple(names), tuple(rows), total, losses, beats, chosen)
