from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pytest

from addin.errors import InputError
from addin.excel.book import TableRows
from addin.excel.read_covariance import is_labelled_matrix, read_covariance
from addin.excel.read_history import (
    currency_columns,
    inspect_prices,
    read_prices,
    read_returns,
)

HEADER = ("Date", "SPY", "AGG")
JAN, FEB, MAR = datetime(2024, 1, 31), datetime(2024, 2, 29), datetime(2024, 3, 28)
ROWS = ((JAN, 100.0, 50.0), (FEB, 110.0, 49.0), (MAR, 99.0, 51.0))
RANGE = (HEADER, *ROWS)


def message(read, *arguments):
    with pytest.raises(InputError) as error:
        read(*arguments)
    return str(error.value)


def changed(row, column, cell, rows=RANGE):
    lists = [list(r) for r in rows]
    lists[row][column] = cell
    return lists


def test_prices_are_read_by_date_and_ticker():
    prices = read_prices(RANGE)
    assert prices.tickers == ("SPY", "AGG")
    assert prices.dates.tolist() == [date(2024, 1, 31), date(2024, 2, 29), date(2024, 3, 28)]
    assert prices.values.tolist() == [[100.0, 50.0], [110.0, 49.0], [99.0, 51.0]]


SERIALS = (HEADER, (45322, 100.0, 50.0), (45351.0, 110.0, 49.0), (45379, 99, 51.0))
TEXTS = (
    (" date", "SPY\xa0", " AGG"),
    ("2024-01-31", "100", "50.0"),
    ("2024-02-29", "110.00", " 49"),
    ("2024-03-28", "99", "$51"),
)
DECIMALS = (HEADER, *((d, Decimal(str(a)), b) for d, a, b in ROWS))
UNSORTED = (HEADER, ROWS[2], ROWS[0], ROWS[1])
WITH_BLANK_EDGES = (
    (None, None, None, None, None),
    (*HEADER, None, ""),
    *((*row, None, " ") for row in ROWS[:2]),
    (None, "", None, None, None),
    (*ROWS[2], None, None),
    (None, None, None, None, None),
)
TABLE = TableRows("Prices", "Prices", HEADER, ROWS)


@pytest.mark.parametrize(
    "cells", [SERIALS, TEXTS, DECIMALS, UNSORTED, WITH_BLANK_EDGES, TABLE, list(map(list, RANGE))]
)
def test_the_same_prices_are_read_in_whatever_form_they_come(cells):
    prices, plain = read_prices(cells), read_prices(RANGE)
    assert prices.tickers == plain.tickers
    assert prices.dates.tolist() == plain.dates.tolist()
    assert prices.values.tolist() == plain.values.tolist()


@pytest.mark.parametrize("blank", [None, "", " ", float("nan")])
def test_a_blank_cell_is_no_price(blank):
    values = read_prices(changed(2, 2, blank)).values
    assert np.isnan(values[1, 1]) and np.isfinite(values).sum() == 5


@pytest.mark.parametrize(
    ("cell", "found"),
    [("n/a", "'n/a'"), (-2146826246, "#N/A"), ("#N/A", "#N/A"), (True, "TRUE"), (1e400, "inf")],
)
def test_a_cell_that_is_no_number_is_named(cell, found):
    text = message(read_prices, changed(2, 2, cell))
    assert text == f"prices row 3, AGG: expected a number, found {found}"


def test_in_a_workbook_the_row_is_that_of_the_sheet():
    table = TableRows("Prices", "Prices", HEADER, (ROWS[0], (FEB, "n/a", 49.0)), first_row=12)
    assert message(read_prices, table) == "Prices row 13, SPY: expected a number, found 'n/a'"
    assert table.where(1, 1) == "Prices row 13, SPY"


@pytest.mark.parametrize("cell", [0.0, -5.0, 0])
def test_a_price_at_or_below_zero_is_named_by_row_and_column(cell):
    text = message(read_prices, changed(3, 1, cell))
    assert text == f"prices row 4, SPY: expected a price above zero, found {cell:g}"


def test_returns_may_be_zero_or_negative():
    assert read_returns(changed(3, 1, -0.5)).values[2, 0] == -0.5
    assert read_returns(changed(3, 1, 0.0)).values[2, 0] == 0.0


def test_a_date_that_stands_twice_is_named_with_both_rows():
    text = message(read_prices, changed(3, 0, datetime(2024, 1, 31, 16)))
    assert text == "prices row 4, Date: expected each date once, found 2024-01-31 as in row 2"


def test_rows_of_messages_hold_in_an_unsorted_block_with_blank_rows():
    cells = [HEADER, ROWS[2], (None, None, None), ROWS[0], (MAR, 1.0, 2.0), (FEB, -1.0, 2.0)]
    assert message(read_prices, cells) == (
        "prices row 6, SPY: expected a price above zero, found -1; "
        "prices row 5, Date: expected each date once, found 2024-03-28 as in row 2"
    )


def test_several_mistakes_are_shown_at_once_three_and_how_many_more():
    cells = [HEADER, *[(d, "x", "y") for d, _, _ in ROWS]]
    text = message(read_prices, cells)
    assert text.count("expected a number") == 3 and text.endswith("; and 3 more")


def test_a_wrong_date_is_named():
    text = message(read_prices, changed(2, 0, "3/4/2025"))
    assert text == "prices row 3, Date: expected a date (as 2025-12-31), found '3/4/2025'"


@pytest.mark.parametrize(
    ("cells", "needed"),
    [
        (ROWS, r"prices row 1: expected headings Date, <ticker> …, found 2024-01-31, 100"),
        (changed(0, 2, "spy"), r"prices row 1: ticker listed more than once: spy"),
        (changed(0, 1, None), r"prices row 1, column 2: expected a ticker, found an empty cell"),
        ((HEADER,), r"prices: expected a row per date below the headings, found none"),
        ((), r"prices: expected a range, found nothing"),
        (None, r"prices: expected a range, found nothing"),
        ("#REF!", r"prices: expected a value, found #REF!"),
        ("hello", r"prices row 1: expected headings Date, <ticker> …, found 'hello'"),
    ],
)
def test_a_block_that_is_no_history_says_what_is_needed(cells, needed):
    assert message(read_prices, cells).startswith(needed)


def test_the_mistake_of_one_function_passes_through_the_next():
    assert message(read_returns, "#IPS! prices row 3, AGG: expected a number, found 'x'") == (
        "prices row 3, AGG: expected a number, found 'x'"
    )


def test_a_check_returns_every_finding_and_keeps_the_good_prices():
    cells = [HEADER, (JAN, "x", 50.0), ("soon", 1.0, 2.0), (MAR, 0.0, 51.0), (MAR, 1.0, 52.0)]
    prices, findings = inspect_prices(cells)
    assert prices.dates.tolist() == [date(2024, 1, 31), date(2024, 3, 28)]
    assert prices.values[:, 1].tolist() == [50.0, 51.0] and np.isnan(prices.values[:, 0]).all()
    assert [f.where for f in findings] == [
        "prices row 2, SPY",
        "prices row 3, Date",
        "prices row 4, SPY",
        "prices row 5, Date",
    ]


def test_columns_formatted_as_currency_are_told_by_their_decimals():
    assert currency_columns(DECIMALS) == ["SPY"]
    assert currency_columns(RANGE) == []


COVARIANCE = (("Ticker", "A", "B"), ("A", 0.04, 0.01), ("B", 0.01, 0.09))


def test_a_matrix_with_the_same_labels_on_both_sides_is_a_covariance():
    assert is_labelled_matrix(COVARIANCE) and not is_labelled_matrix(RANGE)
    swapped = (COVARIANCE[0], COVARIANCE[2], COVARIANCE[1])
    for cells in (COVARIANCE, swapped):
        tickers, matrix = read_covariance(cells)
        assert tickers == ("A", "B") and matrix.tolist() == [[0.04, 0.01], [0.01, 0.09]]


def test_a_matrix_that_is_no_covariance_is_refused():
    assert "same number on both sides" in message(read_covariance, changed(1, 2, 0.5, COVARIANCE))
    assert "variance of at least zero" in message(read_covariance, changed(1, 1, -1, COVARIANCE))
    text = message(read_covariance, changed(2, 1, None, COVARIANCE))
    assert text == "covariance row 3, A: expected a number, found an empty cell"


def test_the_quick_way_and_cell_by_cell_agree():
    rng = np.random.default_rng(7)
    days = [datetime(2020, 1, 1 + i) for i in range(25)]
    values = rng.normal(0, 0.01, (25, 3)).tolist()
    quick = [("Date", "A", "B", "C"), *((d, *v) for d, v in zip(days, values, strict=True))]
    slow = [quick[0], *((d, *map(repr, v)) for d, v in zip(days, values, strict=True))]
    assert np.array_equal(read_returns(quick).values, read_returns(slow).values)


def test_blank_rows_above_the_headings_are_counted_in_messages():
    cells = [(None, None, None), *changed(2, 2, "n/a")]
    assert message(read_prices, cells) == "prices row 4, AGG: expected a number, found 'n/a'"
