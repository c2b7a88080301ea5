"""One problem, solved by us and by others in one run."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

ROUNDS, LEAST_ROUNDS, SECONDS = 40, 5, 12.0
SHARE = 0.05  # of a second for our runs in each round
MOST_RUNS = 20
HEADINGS = (
    f"{'problem':<34}{'N':>4}{'least':>9}{'median':>9}{'aim':>8}{'outside':>9}  "
    f"{'peer':<30}{'least':>9}{'median':>9}{'ratios':>14}{'loss':>9}"
)


@dataclass(frozen=True)
class Times:
    """Milliseconds of whole calls."""

    least: float
    median: float


@dataclass(frozen=True, eq=False)
class Contest:
    """A problem of n assets and who solves it.

    Attributes:
        name: Of the problem.
        n: Assets.
        aim: Milliseconds we allow ourselves; None where there is no figure.
        ours: Solves it and gives what ``loss`` and ``outside`` are about.
        outside: By how much our answer breaks the worst rule.
        loss: By how much, relatively, our answer is worse than another: negative is better.
        peers: The same by other libraries.
        ratio: Times by which we want to be faster than the best of them.
    """

    name: str
    n: int
    aim: float | None
    ours: Callable[[], Any]
    outside: Callable[[Any], float]
    loss: Callable[[Any, Any], float] = lambda ours, theirs: 0.0
    peers: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    ratio: float | None = None


def _once(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def timed(ours: Callable[[], object], *others: Callable[[], object]) -> list[Times]:
    """Of each call, all in turns so that a busy machine is busy for everyone.

    In each round ours runs several times, if it is short, and each of the others once.
    """
    first = _once(ours)
    runs = max(3, min(MOST_RUNS, int(SHARE * 1000 / max(first, 1e-3))))
    times: list[list[float]] = [[] for _ in (ours, *others)]
    until = time.perf_counter() + SECONDS
    for done in range(ROUNDS):
        if done >= LEAST_ROUNDS and time.perf_counter() > until:
            break
        times[0] += [_once(ours) for _ in range(runs)]
        for kept, call in zip(times[1:], others, strict=True):
            kept.append(_once(call))
    return [Times(min(each), statistics.median(each)) for each in times]


def _answer(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except Exception as error:  # whatever a peer raises is its answer
        return error


def _line(name: str, ours: Times, theirs: Times, loss: float) -> str:
    ratios = f"{theirs.least / ours.least:.1f}x {theirs.median / ours.median:.1f}x"
    return f"{name:<30}{theirs.least:9.2f}{theirs.median:9.2f}{ratios:>14}{loss:+9.0e}"


def play(contest: Contest) -> None:
    """Print our line and, beside and below it, a line for each peer."""
    mine = contest.ours()
    answers = {name: _answer(call) for name, call in contest.peers.items()}
    failed = {name: each for name, each in answers.items() if isinstance(each, Exception)}
    running = [name for name in answers if name not in failed]
    ours, *others = timed(contest.ours, *(contest.peers[name] for name in running))
    lines = [
        _line(name, ours, theirs, contest.loss(mine, answers[name]))
        for name, theirs in zip(running, others, strict=True)
    ]
    lines += [f"{name:<30}  {type(e).__name__}: {str(e)[:60]}" for name, e in failed.items()]
    if contest.ratio is not None and running:
        best = min(theirs.least for theirs in others) / ours.least
        lines.append(f"best peer {best:.1f}x, aim {contest.ratio:g}x")
    aim = "" if contest.aim is None else f"{contest.aim:g}"
    left = (
        f"{contest.name:<34}{contest.n:>4}{ours.least:9.3f}{ours.median:9.3f}{aim:>8}"
        f"{contest.outside(mine):9.0e}  "
    )
    for line in lines or [""]:
        print(left + line, flush=True)
        left = " " * len(left)
