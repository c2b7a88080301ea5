"""One problem, solved by us and by others in one run."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

RUNS, LEAST_RUNS, SECONDS = 200, 15, 4.0
PEER_RUNS, LEAST_PEER_RUNS, PEER_SECONDS = 30, 3, 6.0
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


def timed(call: Callable[[], object], most: int, least: int, seconds: float) -> Times:
    """Of as many runs as fit into some seconds, after one to warm up."""
    call()
    times: list[float] = []
    until = time.perf_counter() + seconds
    while len(times) < least or (len(times) < most and time.perf_counter() < until):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1000)
    return Times(min(times), statistics.median(times))


def _peer(contest: Contest, name: str, ours: Times, mine: Any) -> str:
    call = contest.peers[name]
    try:
        theirs = call()
    except Exception as error:  # whatever a peer raises is its answer
        return f"{name:<30}  {type(error).__name__}: {str(error)[:60]}"
    times = timed(call, PEER_RUNS, LEAST_PEER_RUNS, PEER_SECONDS)
    ratios = f"{times.least / ours.least:.1f}x {times.median / ours.median:.1f}x"
    loss = contest.loss(mine, theirs)
    return f"{name:<30}{times.least:9.2f}{times.median:9.2f}{ratios:>14}{loss:+9.0e}"


def play(contest: Contest) -> None:
    """Print our line and, beside and below it, a line for each peer."""
    mine = contest.ours()
    ours = timed(contest.ours, RUNS, LEAST_RUNS, SECONDS)
    aim = "" if contest.aim is None else f"{contest.aim:g}"
    left = (
        f"{contest.name:<34}{contest.n:>4}{ours.least:9.3f}{ours.median:9.3f}{aim:>8}"
        f"{contest.outside(mine):9.0e}  "
    )
    wanted = "" if contest.ratio is None else f"(aim {contest.ratio:g}x the best peer)"
    if not contest.peers:
        print(left + wanted, flush=True)
    for name in contest.peers:
        print(left + _peer(contest, name, ours, mine), flush=True)
        left = " " * len(left)
    if contest.peers and wanted:
        print(left + wanted, flush=True)
