"""Speed of worksheet functions through xlwings' call_udf, and of importing them.

Run: python -m benchmarks.udfs
"""

import datetime as dt
import importlib.util
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path[0] = str(ROOT)  # else this file itself would be the module udfs

from addin.excel.remembered import SESSION, key_of  # noqa: E402

TICKERS = [f"T{i:02d}" for i in range(14)]
WEIGHTS = (("Ticker", "Weight"), *((ticker, 1 / 14) for ticker in TICKERS))
NAMES = ("IPS_VAR", "IPS_CVAR", "IPS_METRICS", "IPS_RISK_CONTRIBUTION")
BUDGETS_MS = {("IPS_VAR", 120): 0.8, ("IPS_VAR", 2520): 5.0}
KEY_BUDGET_MS, SMALL_BUDGET_MS = 1.0, 0.02
START_BUDGET_S = 1.0
FIRST_CALL = """
from udfs import IPS_VAR
rows = [["Date", "A", "B"], *([45000 + 30 * i, 0.01 * (-1) ** i, 0.002] for i in range(120))]
assert IPS_VAR(rows, [["A", 0.6], ["B", 0.4]]) > 0
"""


def block(rows: int) -> tuple[tuple[object, ...], ...]:
    """A returns range as COM delivers it."""
    values = np.random.default_rng(1).normal(0.0004, 0.01, (rows, len(TICKERS))).tolist()
    start = dt.datetime(2014, 1, 1, tzinfo=dt.UTC)
    days = [start + dt.timedelta(days=i) for i in range(rows)]
    body = ((day, *row) for day, row in zip(days, values, strict=True))
    return (("Date", *TICKERS), *body)


def excel_stub() -> ModuleType:
    """The stubbed Excel of the contract tests."""
    path = ROOT / "tests" / "udfs" / "conftest.py"
    spec = importlib.util.spec_from_file_location("excel_stub", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def milliseconds(
    call: Callable[[], object], before: Callable[[], object] = int, repeats: int = 200
) -> float:
    """Least time of a warm call, without what comes before it: other work can only add."""
    call()
    times = []
    for _ in range(repeats):
        before()
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return 1e3 * min(times)


def cold_start() -> tuple[float, float]:
    """Least wall and processor time of five new processes that call IPS_VAR once, s."""
    wall, busy = [], []
    for _ in range(5):
        start, before = time.perf_counter(), os.times()
        subprocess.run([sys.executable, "-c", FIRST_CALL], cwd=ROOT, check=True)
        wall.append(time.perf_counter() - start)
        after = os.times()
        busy.append(sum(after[2:4]) - sum(before[2:4]))
    return min(wall), min(busy)


def line(what: str, figure: float, unit: str, budget: float | None, more: str = "") -> None:
    """One figure beside its budget."""
    allowed = f"(budget {budget:g} {unit})" if budget else ""
    print(f"{what:<38} {figure:9.4f} {unit:<2} {allowed:<18} {more}")


def recognised() -> None:
    """What it costs to know that inputs are unchanged."""
    dated, small = block(2520), (WEIGHTS[1:3], 0.95)
    floats = tuple(row[1:] for row in dated)

    def kept() -> None:
        key = key_of(kept, small, {})
        assert key
        SESSION.recall(key)
        SESSION.keep(key, 0.5)

    for what, cells in (("numbers", floats), ("and a date in each", dated)):
        spent = milliseconds(lambda: key_of(block, (cells, WEIGHTS), {}))  # noqa: B023
        line(f"recognise 2520 rows of 14, {what}", spent, "ms", KEY_BUDGET_MS)
    line("a small call: recognise, recall, keep", milliseconds(kept), "ms", SMALL_BUDGET_MS)


def through_call_udf(stub: Any) -> None:
    """Each function from cells to cells, computed and remembered."""
    application = stub.Excel()
    for rows in (120, 2520):
        arguments = (block(rows), WEIGHTS)
        for name in NAMES:
            with application.windows():
                call = application.xlwings_udfs.call_udf

                def cell() -> object:
                    return call("udfs", name, arguments, None, object())  # noqa: B023

                computed = milliseconds(cell, before=SESSION.forget)
                again = milliseconds(cell)
            budget = BUDGETS_MS.get((name, rows))
            line(f"{name} {rows} × 14", computed, "ms", budget, f"unchanged {again:.3f} ms")


def main() -> None:
    """Print one line per figure."""
    wall, busy = cold_start()
    line(
        "import udfs and first IPS_VAR (cold)", wall, "s", START_BUDGET_S, f"processor {busy:.2f} s"
    )
    recognised()
    through_call_udf(excel_stub())


if __name__ == "__main__":
    main()
