"""Results kept by what decides them: bounded, never shared, never confused."""

import datetime as dt
import itertools
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import numpy as np
import pytest

from addin.excel import remembered
from addin.excel.remembered import Memory, key_of

TOKYO = dt.timezone(dt.timedelta(hours=9))
JANUARY = dt.datetime(2025, 1, 31)


class ComTime(dt.datetime):
    """As the times of COM: of a class that pickle does not find by its name."""


ComTime.__qualname__ = "datetime"


def key(*arguments, **named):
    return key_of(key, arguments, named)


DIFFERENT = [
    *(1, 1.0, True, 0, 0.0, -0.0, False, None, "", " ", "1", "TRUE", "None", -1.0, -2.0),
    *(Decimal(1), np.float64(1), np.int64(1), np.int64(4607182418800017408), float("nan")),
    *(JANUARY, dt.date(2025, 1, 31), dt.datetime(2025, 1, 31, 1), 45688, 45688.0, "2025-01-31"),
    *([], [[]], [[None]], [None], [1, 2], [[1], [2]], [[1, 2]], [[1], 2]),
    *([[JANUARY, 1]], [[dt.date(2025, 1, 31), 1]], [[JANUARY], [1]], [[JANUARY, 1.0]], [[JANUARY]]),
    *([[1, JANUARY]], [["Date", 1], [JANUARY, 2]], [[JANUARY, 1], ["Date", 2]]),
    *(np.zeros((2, 3)), np.zeros((3, 2)), "#N/A", -2146826246, -2146826246.0),
]


def test_no_two_different_arguments_are_confused():
    assert len({key(argument) for argument in DIFFERENT}) == len(DIFFERENT)
    assert len({key([[argument]]) for argument in DIFFERENT}) == len(DIFFERENT)


def test_where_an_argument_stands_matters():
    calls = [key(1.0, None), key(None, 1.0), key(1.0), key(a=1.0), key(b=1.0), key([1.0, None])]
    assert len(set(calls)) == len(calls)


def test_equal_cells_are_recognised_whichever_objects_they_are():
    text = "SPY"
    same = [text, text, 0.5], [text, "".join(["S", "PY"]), float("0.5")]
    assert key([same[0]]) == key([same[1]])
    assert key((tuple(same[0]),)) == key((tuple(same[1]),))


def test_named_arguments_may_come_in_any_order():
    assert key(a=1, b=2) == key(b=2, a=1)


def test_times_of_com_are_known_by_their_wall_clock():
    def com(day):
        return ComTime(2025, 1, day, tzinfo=dt.UTC)

    table = [["Date", "SPY"], [com(30), 1.0], [com(31), 2.0]]
    assert key(table) == key([table[0], [com(30), 1.0], [com(31), 2.0]])
    assert key(table) != key([table[0], [com(30), 1.0], [com(29), 2.0]])
    assert key([[1.0, com(30)]]) != key([[1.0, com(31)]])
    assert key(com(30)) == key(dt.datetime(2025, 1, 30, tzinfo=TOKYO))


def test_another_version_or_function_is_another_key(monkeypatch):
    before = key(1.0)
    assert key_of(len, (1.0,), {}) != before
    monkeypatch.setattr(remembered, "__version__", "99")
    assert key(1.0) != before


def test_what_has_no_bytes_has_no_key():
    loop = [1.0]
    loop.append(loop)
    assert key(lambda: 0) is None
    assert key(loop) is None


def keys():
    return (key(float(i)) for i in itertools.count())


def test_a_result_is_the_callers_own():
    memory, rows = Memory(), [["Ticker", "Weight"], ["SPY", 1.0]]
    memory.keep(key(0), rows)
    rows[1][1] = 9.0
    memory.recall(key(0))[1][1] = 8.0
    assert memory.recall(key(0)) == [["Ticker", "Weight"], ["SPY", 1.0]]


@pytest.mark.parametrize("cell", [1, 1.0, True, "#IPS! x", "", dt.date(2025, 1, 31), JANUARY])
def test_a_result_keeps_its_type(cell):
    memory = Memory()
    memory.keep(key(0), cell)
    assert memory.recall(key(0)) == cell and type(memory.recall(key(0))) is type(cell)


def test_the_least_recently_used_results_are_forgotten_first():
    memory, (a, b, c) = Memory(most_results=2), itertools.islice(keys(), 3)
    memory.keep(a, 1.0)
    memory.keep(b, 2.0)
    memory.recall(a)
    memory.keep(c, 3.0)
    assert [memory.recall(k) for k in (a, b, c)] == [1.0, None, 3.0]


def test_the_size_is_bounded_and_adds_up():
    memory = Memory(most_bytes=10_000)
    for i, each in zip(range(200), keys(), strict=False):
        memory.keep(each, [[float(i)] * (i % 40)])
        assert memory.size <= 10_000
        assert memory.size == sum(map(len, memory._kept.values()))
    assert 10 < len(memory) < 200
    memory.forget()
    assert (len(memory), memory.size) == (0, 0)


def test_a_result_larger_than_the_bound_does_not_drive_out_the_others():
    memory, (a, b) = Memory(most_bytes=1000), itertools.islice(keys(), 2)
    memory.keep(a, 1.0)
    memory.keep(b, [[1.0] * 1000])
    assert memory.recall(a) == 1.0 and memory.recall(b) is None


def test_a_result_kept_twice_counts_once():
    memory = Memory()
    memory.keep(key(0), [[1.0] * 100])
    memory.keep(key(0), 1.0)
    assert len(memory) == 1 and memory.size < 100


def test_threads_do_not_disturb_each_other():
    memory, wanted = Memory(most_results=20), list(itertools.islice(keys(), 50))

    def worker(seed):
        for i in np.random.default_rng(seed).integers(0, 50, 2000):
            found = memory.recall(wanted[i])
            assert found in (None, [[float(i)]])
            memory.keep(wanted[i], [[float(i)]])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(worker, range(4)))
    assert len(memory) == 20
    assert memory.size == sum(map(len, memory._kept.values()))
