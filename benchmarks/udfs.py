"""Speed of worksheet functions through xlwings' call_udf, and of importing them.

Run: python benchmarks/udfs.py
"""

import datetime as dt
import importlib.util
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[0] = str(ROOT)  # else this file itself would be the module udfs
TICKERS = [f"T{i:02d}" for i in range(14)]
WEIGHTS = (("Ticker", "Weight"), *((ticker, 1 / 14) for ticker in TICKERS))
BUDGETS_MS = {("IPS_VAR", 120): 0.8, ("IPS_VAR", 2520): 5.0}
IMPORT_BUDGET_S = 0.8


def block(rows: int) -> tuple[tuple[object, ...], ...]:
    """A returns range as COM delivers it."""
    values = np.random.default_rng(1).normal(0.0004, 0.01, (rows, len(TICKERS))).tolist()
    start = dt.datetime(2014, 1, 1, tzinfo=dt.UTC)
    days = [start + dt.timedelta(days=i) for i in range(rows)]
    body = ((day, *row) for day, row in zip(days, values, strict=True))
    return (("Date", *TICKERS), *body)


def excel() -> object:
    """The stubbed Excel of the contract tests."""
    path = ROOT / "tests" / "udfs" / "conftest.py"
    spec = importlib.util.spec_from_file_location("excel_stub", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Excel()


def milliseconds(call: Callable[[], object], repeats: int = 200) -> float:
    """Median time of a warm call."""
    call()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1e3 * statistics.median(times)


def cold_import() -> float:
    """Least wall time of three cold processes, s."""
    command = [sys.executable, "-c", "import udfs"]
    times = []
    for _ in range(3):
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print one line per figure."""
    application = excel()
    print(f"import udfs (cold)              {cold_import():8.2f} s   (budget {IMPORT_BUDGET_S} s)")
    for rows in (120, 2520):
        returns = block(rows)
        for name in ("IPS_VAR", "IPS_CVAR", "IPS_METRICS", "IPS_RISK_CONTRIBUTION"):
            with application.windows():
                call = application.xlwings_udfs.call_udf
                arguments = (returns, WEIGHTS)
                spent = milliseconds(lambda: call("udfs", name, arguments, None, object()))  # noqa: B023
            budget = BUDGETS_MS.get((name, rows))
            note = f"(budget {budget} ms)" if budget else ""
            print(f"{name:<22} {rows:>5} × 14 {spent:9.3f} ms  {note}")


if __name__ == "__main__":
    main()
