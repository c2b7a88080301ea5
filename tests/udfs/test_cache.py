"""A recalculation of unchanged inputs computes nothing, and never shows an old answer."""

import datetime as dt
import random
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

import udfs
from addin.excel.remembered import SESSION
from tests.udfs.examples import EXAMPLES, RETURNS, WEIGHTS

NAMES = sorted(udfs.__all__)
ROOT = Path(__file__).parents[2]
PARTS = {str(ROOT / "addin" / part) for part in ("engine", "domain")} | {str(ROOT / "udfs")}
LOOKALIKES = {
    None: ("", " ", 0),
    "": (None, " "),
    0: (False, 0.0, -0.0, None, "0"),
    1: (True, 1.0, "1", Decimal(1), np.float64(1)),
}


def call(name, *arguments):
    return getattr(udfs, name)(*arguments)


def own_calls(action):
    """How many functions of ours ran, and what came back."""
    count = 0

    def note(frame, event, _):
        nonlocal count
        place = frame.f_code.co_filename
        count += event == "call" and any(place.startswith(part) for part in PARTS)

    sys.setprofile(note)
    try:
        result = action()
    finally:
        sys.setprofile(None)
    return count, result


def copied(value):
    """Equal cells that are other objects, as each call from Excel brings."""
    if isinstance(value, list | tuple):
        return type(value)(copied(each) for each in value)
    if isinstance(value, str):
        return "".join(list(value))
    return float(repr(value)) if type(value) is float else value


@pytest.mark.parametrize("name", NAMES)
def test_a_repeated_call_with_unchanged_inputs_makes_no_engine_call(name):
    work, first = own_calls(lambda: call(name, *EXAMPLES[name]))
    again, second = own_calls(lambda: call(name, *copied(EXAMPLES[name])))
    assert work > 0 and again == 0
    assert second == first


@pytest.mark.parametrize("name", NAMES)
def test_excel_too_gets_the_second_answer_without_computing(excel, name):
    first = excel.call(name, *EXAMPLES[name])
    again, second = own_calls(lambda: excel.call(name, *copied(EXAMPLES[name])))
    assert (again, second) == (0, first)


@pytest.mark.parametrize("name", NAMES)
def test_what_a_host_does_to_a_result_stays_with_that_host(name):
    result = call(name, *EXAMPLES[name])
    kept = copied(result)
    if isinstance(result, list):
        result[0][0] = "scribbled"
        result.clear()
    assert call(name, *EXAMPLES[name]) == kept


def test_a_mistake_is_remembered_like_an_answer():
    wrong = [*WEIGHTS[:-1], ["SPY", "x"]]
    text = call("IPS_VAR", RETURNS, wrong)
    assert text.startswith("#IPS! ")
    assert own_calls(lambda: call("IPS_VAR", RETURNS, copied(wrong))) == (0, text)


def test_a_fault_of_ours_is_not_remembered(monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr("udfs.risk.read_track", lambda *a: 1 / 0)
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                call("IPS_VAR", RETURNS, WEIGHTS)
    assert isinstance(call("IPS_VAR", RETURNS, WEIGHTS), float)


def test_an_argument_by_name_counts():
    answers = {call("IPS_VAR", RETURNS, WEIGHTS)}
    answers |= {udfs.IPS_VAR(RETURNS, WEIGHTS, confidence=c, method="gaussian") for c in (0.9, 0.8)}
    assert len(answers) == 3


def test_an_argument_that_cannot_be_recognised_is_computed_each_time():
    strange = [["Date", "SPY"], [lambda: 0, 0.1]]
    work, text = own_calls(lambda: call("IPS_VAR", strange, WEIGHTS))
    assert work and text.startswith("#IPS! ")
    assert len(SESSION) == 0


def lookalike(rng, arguments):
    """Arguments with one cell replaced by one that equals it to Python or to the eye."""
    arguments = [[list(r) for r in a] if isinstance(a, list) else a for a in arguments]
    place = rng.randrange(len(arguments))
    if isinstance(arguments[place], list):
        row = rng.choice(arguments[place])
        column = rng.randrange(len(row))
        row[column] = changed(rng, row[column])
    else:
        arguments[place] = changed(rng, arguments[place])
    return arguments


def changed(rng, cell):
    if type(cell) is dt.date:
        moment = dt.datetime(cell.year, cell.month, cell.day)
        return rng.choice([moment, moment.replace(hour=12), cell + dt.timedelta(1), str(cell)])
    others = LOOKALIKES.get(cell, ()) or (str(cell), None, "", True, 1, 0)
    return rng.choice(others)


def calls_that_look_alike(seed, count):
    rng = random.Random(seed)
    names = [name for name in NAMES if EXAMPLES[name]]
    for _ in range(count):
        name = rng.choice(names)
        yield name, lookalike(rng, EXAMPLES[name])


def same_answers_warm_and_cold(seed, count):
    calls = [(name, EXAMPLES[name]) for name in NAMES]
    calls += calls_that_look_alike(seed, count)
    with np.errstate(all="ignore"):
        cold = []
        for name, arguments in calls:
            SESSION.forget()
            cold.append(call(name, *arguments))
        for _ in range(2):
            warm = [call(name, *arguments) for name, arguments in calls]
            assert [repr(answer) for answer in warm] == [repr(answer) for answer in cold]
    assert len(SESSION) > len(NAMES)


@pytest.mark.parametrize("seed", range(2))
def test_a_warm_memory_answers_as_a_cold_one_does(seed):
    same_answers_warm_and_cold(seed, 120)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 110))
def test_a_warm_memory_answers_as_a_cold_one_does_many_times(seed):
    same_answers_warm_and_cold(seed, 1000)
