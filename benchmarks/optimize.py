"""Time of the optimiser beside PyPortfolioOpt, Riskfolio-Lib, skfolio and cvxpy, in one run.

    python -m benchmarks.optimize [chapters] [--alone]

All get the same numbers: class ranges and caps, and what can be given ready is. Times are
milliseconds of the whole call, building the problem included: least and median, everyone in
turns, so that a busy machine is busy for all; ratios are of the least and of the median times.
``outside`` is by how much our answer breaks the worst rule. The loss is by how much,
relatively, our objective is worse than the peer's, both measured by the engine's metrics:
negative means ours is better. Lines of kernels are without the surface ``optimize``. On a busy
machine set OMP_NUM_THREADS=1, or the linear algebra of all waits for its own threads, and read
the least times.
"""

import argparse
import os
from dataclasses import replace

from benchmarks import _peers as peers
from benchmarks._contest import HEADINGS, play
from benchmarks._limits import curved, few
from benchmarks._risk import balance, tail
from benchmarks._variance import mean_variance, path, views

CHAPTERS = (mean_variance, tail, balance, path, curved, views, few)
LIBRARIES = ("pypfopt", "riskfolio", "skfolio", "cvxpy")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("chapters", nargs="*", help=", ".join(c.__name__ for c in CHAPTERS))
    parser.add_argument("--alone", action="store_true", help="without the peers")
    given = parser.parse_args()
    missing = [name for name in LIBRARIES if not peers.has(name)]
    if missing and not given.alone:
        print(f"not installed: {', '.join(missing)} (pip install --group bench)")
    peers.silent()
    print(f"load of the machine {os.getloadavg()[0]:.2f}; times in milliseconds\n{HEADINGS}")
    for chapter in CHAPTERS:
        if given.chapters and chapter.__name__ not in given.chapters:
            continue
        for contest in chapter():
            play(replace(contest, peers={}) if given.alone else contest)


if __name__ == "__main__":
    main()
