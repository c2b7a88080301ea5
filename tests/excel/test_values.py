from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np
import pytest

from addin.errors import InputError
from addin.excel.grid import grid
from addin.excel.shape import cut
from addin.excel.values import day, flag, is_blank, label, number, whole_number


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (0.125, 0.125),
        (3, 3.0),
        (Decimal("100.25"), 100.25),
        (np.float64(0.5), 0.5),
        (np.int64(7), 7.0),
        ("12.5%", 0.125),
        (" 12.5 % ", 0.125),
        ("1,250.00", 1250.0),
        ("1,250", 1250.0),
        ("1 250.5", 1250.5),
        ("1\xa0250", 1250.0),
        ("(3.2)", -3.2),
        ("(12%)", -0.12),
        ("-4", -4.0),
        ("−4", -4.0),
        ("+4", 4.0),
        ("$1,250.00", 1250.0),
        (".5", 0.5),
        ("1e-3", 0.001),
        ("1.234", 1.234),
    ],
)
def test_a_number_is_read_however_it_is_written(cell, value):
    assert number(cell, "here") == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("n/a", "'n/a'"),
        (None, "an empty cell"),
        ("", "an empty cell"),
        ("\xa0", "an empty cell"),
        (float("nan"), "an empty cell"),
        (True, "TRUE"),
        (np.bool_(False), "FALSE"),
        ("#N/A", "#N/A"),
        (-2146826246, "#N/A"),
        (-2146826281, "#DIV/0!"),
        (-2146826273, "#VALUE!"),
        (-2146826259, "#NAME?"),
        (-2146826265, "#REF!"),
        (-2146826252, "#NUM!"),
        (datetime(2024, 3, 31), "2024-03-31"),
        ("12 34", "'12 34'"),
        ("1,25", "'1,25'"),
        ("1.2.3", "'1.2.3'"),
        ("12,34.5", "'12,34.5'"),
        ("--4", "'--4'"),
        ("nan", "'nan'"),
        ("inf", "'inf'"),
        (float("inf"), "inf"),
    ],
)
def test_what_is_no_number_is_refused_by_what_it_is(cell, found):
    with pytest.raises(InputError) as error:
        number(cell, "holdings row 7, Market value")
    assert str(error.value) == f"holdings row 7, Market value: expected a number, found {found}"


def numbers_of(*cells):
    block = grid([["x"], *[[cell] for cell in cells]], "holdings")
    return [block.number(i, 0, "Price") for i in range(1, len(cells) + 1)]


def test_a_decimal_comma_is_understood_where_nothing_else_is_possible():
    assert numbers_of("1.234,5", "2,5", "7") == [1234.5, 2.5, 7.0]


@pytest.mark.parametrize("ambiguous", ["1.234", "1,234", "12.5", "1,250.00"])
def test_a_number_with_another_reading_beside_a_decimal_comma_is_refused(ambiguous):
    with pytest.raises(InputError) as error:
        numbers_of(ambiguous, "1.234,5")
    assert str(error.value) == (
        f"holdings row 2, Price: expected one decimal mark throughout, found '{ambiguous}' "
        "beside '1.234,5' in row 3"
    )


@pytest.mark.parametrize(
    "cell",
    [
        date(2024, 3, 31),
        datetime(2024, 3, 31, 16, 30),
        datetime(2024, 3, 31, tzinfo=UTC),
        45382,
        45382.6875,
        Decimal(45382),
        "2024-03-31",
        " 2024-03-31T16:30:00 ",
    ],
)
def test_one_day_is_read_from_a_date_a_serial_number_or_iso_text(cell):
    assert day(cell, "here") == date(2024, 3, 31)


@pytest.mark.parametrize(
    "cell", ["3/4/2025", "31.03.2024", "2025-02-30", "20240331", 20240331, 0, True, None, "#N/A"]
)
def test_a_date_that_would_have_to_be_guessed_is_refused(cell):
    with pytest.raises(InputError, match=r"^here: expected a date \(as 2025-12-31\), found "):
        day(cell, "here")


def test_flags_are_words_or_one_and_zero():
    assert [flag(c, "x") for c in (True, "TRUE", "yes", 1, 1.0)] == [True] * 5
    assert [flag(c, "x") for c in (False, "false", "No", 0, 0.0)] == [False] * 5
    for wrong in ("maybe", 2, None, "#N/A"):
        with pytest.raises(InputError, match="expected TRUE or FALSE"):
            flag(wrong, "x")


def test_a_whole_number_has_no_decimals():
    assert whole_number("10", "x") == 10 and whole_number(10.0, "x") == 10
    with pytest.raises(InputError, match=r"expected a whole number, found 1\.5"):
        whole_number(1.5, "x")


def test_a_label_is_trimmed_and_may_be_a_number():
    assert label(" SPY\xa0", "x") == "SPY"
    assert label(700.0, "x") == "700"
    for wrong in (None, "#REF!", True, date(2024, 1, 1)):
        with pytest.raises(InputError, match="expected a name"):
            label(wrong, "x")


def test_zero_and_false_are_not_blank():
    assert not any(map(is_blank, (0, 0.0, False, "0")))


def test_a_long_sentence_keeps_what_was_found():
    shown = cut("objective: expected one of " + "a name, " * 60 + "found 'x' (did you mean 'xy'?)")
    assert len(shown) <= 255 and " … " in shown
    assert shown.startswith("objective: expected one of")
    assert shown.endswith("found 'x' (did you mean 'xy'?)")
