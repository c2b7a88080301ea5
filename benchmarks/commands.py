"""Whole commands in fresh processes, a warm recalculation: ``python -m benchmarks.commands``."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from addin.excel.remembered import SESSION
from addin.hosts.configuration import load_functions
from addin.hosts.file.filebook import FileBook
from addin.hosts.file.formulas import recalculate
from workbook_templates import TEMPLATE

RUNS = 5


def cold(*command: str) -> tuple[float, float]:
    """Median wall seconds and peak megabytes of a command, after one warm-up of the disk."""
    seconds, peaks = [], []
    for run in range(RUNS + 1):
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        assert status == 0, f"{command} failed"
        if run:
            seconds.append(time.perf_counter() - start)
            peaks.append(usage.ru_maxrss / 1024)
    return statistics.median(seconds), max(peaks)


def warm_recalculation() -> float:
    """Median seconds of evaluating and storing every formula of the template."""
    functions = load_functions(Path("/nowhere"))
    seconds = []
    for _ in range(RUNS + 1):
        book = FileBook(TEMPLATE)
        SESSION.forget()  # what a function remembers of the run before would flatter this one
        start = time.perf_counter()
        recalculate(book, functions)
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


def main() -> None:
    """Print each figure beside its aim."""
    with tempfile.TemporaryDirectory() as folder:
        book = f"{folder}/book.xlsx"
        ips = [sys.executable, "-m", "addin.cli"]
        subprocess.run([*ips, "new", book], check=True, capture_output=True)
        rows = [
            ("ips report, sample", cold(*ips, "report", book, "-o", folder), "3 s, 500 MB"),
            ("ips recalc, sample", cold(*ips, "recalc", book), ""),
            ("import udfs", cold(sys.executable, "-c", "import udfs"), "0.8 s"),
            ("import numpy, pandas", cold(sys.executable, "-c", "import numpy, pandas"), ""),
        ]
    print(f"{'cold process, median of ' + str(RUNS):32}{'wall s':>8}{'peak MB':>9}  aim below")
    for name, (seconds, peak), aim in rows:
        print(f"{name:32}{seconds:8.2f}{peak:9.0f}  {aim}")
    print(f"{'recalculation, warm':32}{warm_recalculation():8.2f}{'':9}  0.5 s")


if __name__ == "__main__":
    main()
