"""Time of optimize() and frontier() beside PyPortfolioOpt, on one market in one run.

    python -m benchmarks.optimize        (pip install pyportfolioopt for the comparison)

Both get the same numbers: class ranges and caps, N = 14, 100 and 500. Times are of the whole
call, building the problem included: the least and the median of ours, the median of the peer's,
who runs with its default solver and with Clarabel (the default one stops early at N = 500). The
ratio is median to median. The loss is by how much, relatively, our objective is worse than the
peer's: negative means ours is better. On a busy machine set OMP_NUM_THREADS=1, or the linear
algebra of both waits for its own threads.
"""

import argparse
import importlib.util
import statistics
import time
from collections.abc import Callable, Iterable
from functools import partial

import numpy as np

from addin.domain.assumptions import Assumptions
from addin.domain.policy import ClassRange
from addin.domain.universe import Universe
from addin.engine.constraints import FeasibleSet, feasible_set
from addin.engine.frontier import frontier
from addin.engine.optimize import Objective, optimize

RISK_FREE = 0.02
CLASSES = (
    ClassRange("E", 0.20, 0.50),
    ClassRange("F", 0.20, 0.40),
    ClassRange("A", 0.05, 0.30),
    ClassRange("C", 0.05, 0.25),
)
RUNS = {14: 400, 100: 100, 500: 15}
PEER_RUNS = {14: 40, 100: 15, 500: 5}
PEERS = {"PyPortfolioOpt": None, "PyPortfolioOpt, Clarabel": "CLARABEL"}
TARGETS = {14: (0.3, 25), 100: (3.0, 10), 500: (60.0, 5)}


def market(n: int) -> tuple[Assumptions, FeasibleSet]:
    """A factor market of n assets in four classes, each capped."""
    rng = np.random.default_rng(n)
    loadings = rng.normal(size=(n, max(3, n // 10))) * 0.1
    raw = loadings @ loadings.T + np.diag(rng.uniform(0.01, 0.05, n))
    scale = rng.uniform(0.05, 0.30, n) / np.sqrt(np.diag(raw))
    expected = RISK_FREE + 0.25 * rng.uniform(0.05, 0.30, n) * rng.uniform(0.5, 1.5, n)
    tickers = tuple(f"T{i}" for i in range(n))
    cap = 0.2 if n < 50 else 0.05
    universe = Universe(tickers, tuple("EFAC"[i % 4] for i in range(n)), upper=(cap,) * n)
    assumptions = Assumptions(tickers, expected, raw * np.outer(scale, scale), RISK_FREE)
    return assumptions, feasible_set(universe, CLASSES)


def timed(call: Callable[[], object], runs: int) -> list[float]:
    """Milliseconds of each run, after one to warm up."""
    call()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1000)
    return times


def peer(
    assumptions: Assumptions, feasible: FeasibleSet, objective: Objective, solver: str | None
) -> np.ndarray:
    """PyPortfolioOpt's weights for the same problem."""
    from pypfopt import EfficientFrontier

    model = EfficientFrontier(
        assumptions.expected_returns,
        assumptions.covariance,
        weight_bounds=list(zip(feasible.lower, feasible.upper, strict=True)),
        solver=solver,
    )
    labels = dict(enumerate(feasible.asset_classes))
    model.add_sector_constraints(
        labels, {c.name: c.lower for c in CLASSES}, {c.name: c.upper for c in CLASSES}
    )
    if objective is Objective.MIN_VOLATILITY:
        weights = model.min_volatility()
    else:
        weights = model.max_sharpe(risk_free_rate=RISK_FREE)
    return np.array(list(weights.values()))


def value(assumptions: Assumptions, objective: Objective, weights: np.ndarray) -> float:
    """To be minimised: the volatility, or the Sharpe ratio with its sign turned."""
    volatility = float(np.sqrt(weights @ assumptions.covariance @ weights))
    if objective is Objective.MIN_VOLATILITY:
        return volatility
    return -float(assumptions.expected_returns @ weights - RISK_FREE) / volatility


def beside(n: int, objective: Objective, solver: str | None, median: float, mine: float) -> str:
    """The peer's time, the ratio and our loss."""
    assumptions, feasible = market(n)
    call = partial(peer, assumptions, feasible, objective, solver)
    theirs, best = (
        statistics.median(timed(call, PEER_RUNS[n])),
        value(assumptions, objective, call()),
    )
    return f"{theirs:10.2f}{theirs / median:7.1f}x{(mine - best) / abs(best):+10.0e}"


def row(n: int, objective: Objective, solvers: Iterable[str | None]) -> str:
    """One objective at one size."""
    assumptions, feasible = market(n)
    ours = timed(lambda: optimize(assumptions, feasible, objective), RUNS[n])
    mine = value(
        assumptions, objective, optimize(assumptions, feasible, objective).weights.to_numpy()
    )
    median, (limit, ratio) = statistics.median(ours), TARGETS[n]
    peers = [beside(n, objective, solver, median, mine) for solver in solvers]
    left = f"{objective:<15}{n:>4}{min(ours):9.3f}{median:9.3f}{limit:>8g}{ratio:>6}x"
    return left + "".join(peers)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--alone", action="store_true", help="without the peer")
    peers = {} if parser.parse_args().alone else PEERS
    if peers and importlib.util.find_spec("pypfopt") is None:
        print("PyPortfolioOpt is not installed: no comparison (pip install pyportfolioopt)")
        peers = {}
    names = "".join(f"{name:>28}" for name in peers)
    print(f"{'milliseconds':<19}{'ours':>18}{'aim':>15}{names}")
    columns = f"{'peer':>10}{'ratio':>8}{'loss':>10}" * len(peers)
    print(f"{'objective':<15}{'N':>4}{'least':>9}{'median':>9}{'time':>8}{'ratio':>7}{columns}")
    for n in RUNS:
        for objective in (Objective.MIN_VOLATILITY, Objective.MAX_SHARPE):
            print(row(n, objective, peers.values()), flush=True)
    path = timed(partial(frontier, *market(14), 50), 50)
    name = "frontier, 50"
    print(f"{name:<15}{14:>4}{min(path):9.3f}{statistics.median(path):9.3f}{10:>8}")


if __name__ == "__main__":
    main()
