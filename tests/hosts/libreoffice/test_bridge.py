import math
import struct
from datetime import date, datetime

import numpy as np
import pytest

from addin.errors import InputError
from addin.hosts.libreoffice.bridge import answer, call

# Calc's error numbers: 32767 #N/A, 532 division by zero, 503 number, 519 value
CODES = {"#N/A": 32767, "#DIV/0!": 532, "#NUM!": 503, "#VALUE!": 519}


def error(code):
    """A number as Calc keeps an error in a matrix: not a number, its code in the lowest bits."""
    return struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000000 | code))[0]


def code_of(value):
    assert math.isnan(value)
    return struct.unpack("<Q", struct.pack("<d", value))[0] & 0xFFFF


def seen(*arguments):
    return repr(arguments)


def test_rows_arrive_as_lists_and_trailing_omissions_do_not_arrive():
    assert call(seen, ((("a", 1.0), ("", 2.0)), None, "x", None, None)) == (
        ("([['a', 1.0], ['', 2.0]], None, 'x')",),
    )


def test_what_was_left_out_at_the_end_takes_its_default():
    assert call(lambda returns, confidence=0.95: confidence, ("x", None)) == ((0.95,),)


def test_a_needed_argument_that_was_left_out_arrives_as_none():
    # every argument can be left out in LibreOffice; the readers say what is missing
    assert call(lambda weights, universe: repr((weights, universe)), (1.0, None)) == (
        ("(1.0, None)",),
    )
    ((said,),) = answer("IPS_CHECK_STATUS", ("SPY", None, None, None, None))
    assert said.startswith("#IPS! ")


@pytest.mark.parametrize("text", CODES)
def test_an_error_within_an_array_arrives_as_its_text(text):
    assert call(seen, (((error(CODES[text]),),),)) == ((f"([['{text}']],)",),)


@pytest.mark.parametrize("text", ["#N/A", "#NUM!", "#VALUE!"])
def test_an_error_a_function_answers_with_is_a_real_error(text):
    ((value,),) = call(lambda: text, ())
    assert code_of(value) == CODES[text]


def test_a_text_that_mentions_an_error_stays_text():
    assert call(lambda: "#N/A in row 2", ()) == (("#N/A in row 2",),)


@pytest.mark.parametrize(
    ("result", "shown"),
    [
        (0.5, 0.5),
        (3, 3.0),
        (True, 1.0),
        (False, 0.0),
        (date(2025, 6, 30), 45838.0),
        (datetime(2025, 6, 30, 12), 45838.5),
        (None, ""),
        ("n/a", "n/a"),
    ],
)
def test_single_results_are_one_cell_of_numbers_or_text(result, shown):
    ((value,),) = call(lambda: result, ())
    assert value == shown and type(value) is type(shown)


def test_flat_and_numpy_results_are_rows():
    assert call(lambda: [1, 2], ()) == ((1.0,), (2.0,))
    assert call(lambda: np.eye(2), ()) == ((1.0, 0.0), (0.0, 1.0))


def test_a_mistake_is_shown_in_the_cell_and_a_fault_is_not_hidden():
    def mistaken():
        raise InputError("weights: must sum to 1, found 0.9")

    assert call(mistaken, ()) == (("#IPS! weights: must sum to 1, found 0.9",),)
    with pytest.raises(ZeroDivisionError):
        call(lambda: 1 / 0, ())


def test_functions_are_found_by_name_and_an_unknown_one_says_where_it_was_sought():
    assert answer("IPS_PROFILE", ("Balanced Growth", None))[0] == (
        "Asset class",
        "Min",
        "Target",
        "Max",
    )
    ((said,),) = answer("IPS_NEWER", ())
    assert said == "#IPS! IPS_NEWER: is in no module that UDF_MODULES names"
