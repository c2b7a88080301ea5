"""Portfolios to choose from: what is held, the policy's own target, and several optima."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from addin.domain.assumptions import Assumptions
from addin.domain.history import Returns
from addin.domain.policy import ClassRange, Limit, ScoreWeights
from addin.domain.universe import Universe
from addin.engine.feasible import FeasibleSet
from addin.engine.figures import Figures, Yardstick
from addin.engine.optimize import Settings, Solution
from addin.engine.recipes import Workshop
from addin.engine.recommendation import Ranking, ranking
from addin.errors import IpsError

CURRENT = "Current"


@dataclass(frozen=True, eq=False)
class Candidate:
    """One portfolio a committee may choose: annual decimals, None where data are missing.

    Attributes:
        name: What it is for.
        weights: Decimals by ticker.
        expected_return: Arithmetic.
        volatility: Ex ante.
        sharpe: Excess return per unit of volatility.
        cvar: Mean loss of the tail per row of the returns, positive for a loss.
        tracking_error: Ex ante, against the benchmark.
        turnover: One-way, from what is held.
        breaches: Number of hard rules broken.
        score: From 0 to 1, among the candidates of this run.
        dominated_by: A candidate that is at least as good in every respect and better in one.
        reason: Why it is recommended or not.
        recommended: True of one candidate.
        binding: Rules the portfolio is at the limit of; none for what is held.
        solution: The optimum it is; None for what is held.
    """

    name: str
    weights: pd.Series
    expected_return: float | None
    volatility: float | None
    sharpe: float | None
    cvar: float | None
    tracking_error: float | None
    turnover: float | None
    breaches: int
    score: float
    dominated_by: str | None
    reason: str
    recommended: bool
    binding: tuple[str, ...] = ()
    solution: Solution | None = None


@dataclass(frozen=True, eq=False)
class CandidateSet:
    """Candidates in their fixed order, and those that could not be built with the reason."""

    candidates: tuple[Candidate, ...]
    left_out: tuple[tuple[str, str], ...] = ()

    @property
    def recommended(self) -> Candidate:
        """The one to choose."""
        return next(each for each in self.candidates if each.recommended)


@dataclass(frozen=True, eq=False)
class _Built:
    name: str
    weights: pd.Series
    solution: Solution | None = None


def _built(workshop: Workshop) -> tuple[list[_Built], list[tuple[str, str]]]:
    """Candidates and, by name, why others could not be built."""
    _ = workshop.least_volatile  # a policy without any portfolio is an error at once
    built: list[_Built] = []
    left_out: list[tuple[str, str]] = []
    if workshop.current is None:
        left_out.append((CURRENT, "no current weights are given"))
    else:
        built.append(_Built(CURRENT, workshop.current))
    for name, recipe in workshop.recipes:
        try:
            solution = recipe()
        except IpsError as error:
            left_out.append((name, str(error)))
        else:
            built.append(_Built(name, solution.weights, solution))
    return built, left_out


def _candidate(built: _Built, figures: Figures, ranked: Ranking, current: int | None) -> Candidate:
    i = ranked.names.index(built.name)
    return Candidate(
        built.name,
        built.weights,
        figures.expected_return,
        figures.volatility,
        figures.sharpe,
        figures.cvar,
        figures.tracking_error,
        figures.turnover,
        len(figures.breaches),
        float(ranked.scores[i]),
        ranked.dominated_by(i),
        ranked.reason(i, current),
        i == ranked.chosen,
        built.solution.binding if built.solution else (),
        built.solution,
    )


def candidates(  # noqa: PLR0913 (market, policy and holdings are separate inputs)
    assumptions: Assumptions,
    feasible: FeasibleSet,
    universe: Universe,
    classes: Sequence[ClassRange],
    limits: Sequence[Limit] = (),
    *,
    current: pd.Series | None = None,
    benchmark: pd.Series | None = None,
    returns: Returns | None = None,
    score: ScoreWeights | None = None,
    settings: Settings | None = None,
    required_return: float | None = None,
    confidence: float = 0.95,
) -> CandidateSet:
    """Portfolios to choose from, compared, with one recommended.

    What is held; the policy target (class totals at their targets, as near to what is held as
    the rules allow); and optima that differ in intent: least volatility, greatest Sharpe ratio,
    greatest utility, greatest return (within the limit of volatility, else at the policy
    target's volatility), least tracking error, utility with a penalty on concentration, greatest
    return at the policy target's volatility, least volatility at its return and at the return
    required. How they are ranked
    is said by ``score.scores`` and ``recommendation.ranking``.

    Args:
        assumptions: Annual.
        feasible: Portfolios the policy allows.
        universe: What a portfolio is checked against; may hold more assets than ``feasible``.
        classes: Ranges and targets by class.
        limits: Further rules, for the count of breaches.
        current: Decimals by ticker; None when nothing is held.
        benchmark: Decimals by ticker; None leaves out what needs one.
        returns: Per row, for cvar; None leaves it out.
        score: How much each criterion counts.
        settings: How to optimise.
        required_return: Annual, what the policy's objectives ask for; None if they do not.
        confidence: Of cvar.

    Raises:
        InfeasibleError: If no portfolio obeys the policy, naming the rules that conflict.
        InputError: If a ticker has no assumptions.
    """
    workshop = Workshop(
        assumptions,
        feasible,
        classes,
        current,
        benchmark,
        settings or Settings(),
        returns,
        confidence,
        required_return,
    )
    yardstick = Yardstick(
        assumptions, universe, classes, limits, returns, benchmark, current, confidence
    )
    built, left_out = _built(workshop)
    figures = [yardstick.figures(each.weights) for each in built]
    ranked = ranking([each.name for each in built], figures, score or ScoreWeights())
    now = None if current is None else 0
    return CandidateSet(
        tuple(_candidate(b, f, ranked, now) for b, f in zip(built, figures, strict=True)),
        tuple(left_out),
    )
