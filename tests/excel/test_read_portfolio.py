from datetime import date, datetime
from decimal import Decimal

import pytest

from addin.engine.drift import Bands
from addin.errors import InputError
from addin.excel.book import TableRows
from addin.excel.read_portfolio import (
    read_bands,
    read_holdings,
    read_holdings_date,
    read_scenarios,
)
from addin.excel.read_universe import read_universe
from addin.excel.read_weights import read_weights

HOLDINGS = (
    ("Ticker", "Quantity", "Price"),
    ("SPY", 10, 500.0),
    ("AGG", Decimal("20.0000"), "100.00"),
    ("CASH", 3000.0, None),
)


def message(read, *arguments):
    with pytest.raises(InputError) as error:
        read(*arguments)
    return str(error.value)


def test_holdings_are_quantity_times_price_and_cash():
    holdings = read_holdings(HOLDINGS)
    assert holdings.market_values.to_dict() == {"SPY": 5000.0, "AGG": 2000.0, "CASH": 3000.0}
    assert holdings.cash == 3000.0


@pytest.mark.parametrize(
    "cells",
    [
        HOLDINGS[1:],
        (("Ticker", "Market value"), ("SPY", 5000), ("AGG", "2,000.00"), ("cash", 3000)),
        (("SPY", 5000), ("AGG", 2000), ("CASH", 3000)),
        (
            ("Price", "Name", "quantity ", "TICKER", "FX"),
            (250.0, "one", 10, "SPY", 2),
            (100, "two", 20, "AGG", None),
            (1, "money", 3000, "CASH", None),
        ),
        TableRows("Holdings", "Holdings", HOLDINGS[0], HOLDINGS[1:]),
    ],
)
def test_the_same_holdings_are_read_in_whatever_form_they_come(cells):
    values = read_holdings(cells).market_values
    assert [float(v) for v in values] == [5000.0, 2000.0, 3000.0]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        (
            (HOLDINGS[0], ("SPY", 10, None)),
            "holdings row 2, Price: expected a number, found an empty cell",
        ),
        (
            (HOLDINGS[0], ("SPY", 10, -1)),
            "holdings row 2, Price: expected a price above zero, found -1",
        ),
        (
            (HOLDINGS[0], ("SPY", "ten", "#N/A")),
            "holdings row 2, Quantity: expected a number, found 'ten'; "
            "holdings row 2, Price: expected a number, found #N/A",
        ),
        (
            (("Ticker", "Quantity"), ("SPY", 10)),
            "holdings row 1: expected headings Quantity and Price, or Market value, "
            "found Ticker, Quantity",
        ),
        (
            (("Tickr", "Quantity", "Price"), ("SPY", 10, 1)),
            "holdings row 1: expected a heading 'Ticker', found Tickr, Quantity, Price "
            "(did you mean 'Tickr'?)",
        ),
    ],
)
def test_wrong_holdings_are_named(rows, says):
    assert message(read_holdings, rows) == says


def test_the_date_of_holdings_is_the_latest_in_its_column():
    header = (*HOLDINGS[0], "As of")
    rows = [("SPY", 1, 1, datetime(2025, 12, 30)), ("AGG", 1, 1, 46022), ("CASH", 1, 1, None)]
    assert read_holdings_date([header, *rows]) == date(2025, 12, 31)
    assert read_holdings_date(HOLDINGS) is None


WEIGHTS = {"SPY": 0.6, "AGG": 0.35, "CASH": 0.05}


@pytest.mark.parametrize(
    "cells",
    [
        (("Ticker", "Weight"), ("SPY", 0.6), ("AGG", 0.35), ("CASH", 0.05)),
        (("SPY", 0.6), ("AGG", "35%"), ("CASH", 0.05)),
        (("SPY", "AGG", "CASH"), (0.6, 0.35, 0.05)),
        (("Ticker", "SPY", "AGG", "CASH"), ("Weight", 0.6, 0.35, 0.05)),
        (
            ("Ticker", "Asset class", "Weight", "Binding"),
            ("SPY", "Equity", 0.6, ""),
            ("AGG", "Fixed income", 0.35, "x"),
            ("CASH", "Cash", 0.05, ""),
        ),
        TableRows("W", "Sheet1", ("Label", "Part"), tuple(WEIGHTS.items())),
    ],
)
def test_weights_are_the_same_in_columns_rows_or_a_table(cells):
    assert read_weights(cells).to_dict() == WEIGHTS


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((("A", 0.5), ("B", 0.5)), {"A": 0.5, "B": 0.5}),
        ((("A", "B"), (0.25, 0.75)), {"A": 0.25, "B": 0.75}),
        ((("A", 1.0),), {"A": 1.0}),
        ((("Ticker", "Weight"), ("A", 1.0)), {"A": 1.0}),
    ],
)
def test_small_blocks_of_weights_are_read_by_what_is_a_number(cells, expected):
    assert read_weights(cells).to_dict() == expected


def test_weights_are_never_rescaled():
    assert message(read_weights, (("SPY", 0.6), ("AGG", 0.3))) == (
        "weights: must add up to 100%, found 90.0000%"
    )
    third = 1 / 3
    assert read_weights((("A", third), ("B", third), ("C", third + 9e-7))).sum() != 1


def test_a_wrong_weight_and_a_repeated_ticker_are_named():
    assert message(read_weights, (("SPY", 0.6), ("AGG", None))) == (
        "weights row 2, weight: expected a number, found an empty cell"
    )
    assert message(read_weights, (("SPY", 0.6), ("spy ", 0.4))) == (
        "weights row 2, label: 'spy' is listed more than once"
    )
    assert message(read_weights, ((1, 2, 3, 4), (1, 2, 3, 4), (1, 2, 3, 4))) == (
        "weights: expected two columns, label and weight, found 4 columns"
    )


def test_bands_are_a_default_two_numbers_or_a_table():
    assert read_bands(None) == Bands(0.03, 0.05)
    assert read_bands(None, 0.01, 0.02) == Bands(0.01, 0.02)
    for cells in ((0.02, "4%"), ((0.02, 0.04),), ((0.02,), (0.04,))):
        assert read_bands(cells) == Bands(0.02, 0.04)
    table = (("Asset", "Lower", "Upper"), ("SPY", 0.5, 0.7))
    assert read_bands(table).ranges == read_bands(table[1:]).ranges == {"SPY": (0.5, 0.7)}


def test_a_blank_shock_leaves_the_asset_to_its_class():
    rows = (("Scenario", "Equity", "SPY"), ("Bear", -0.3, None), ("Rally", "10%", 0.2))
    bear, rally = read_scenarios(rows)
    assert (bear.name, dict(bear.shocks)) == ("Bear", {"Equity": -0.3})
    assert dict(rally.shocks) == {"Equity": 0.1, "SPY": 0.2}


UNIVERSE = (
    ("Ticker", "Asset class", "Min", "Max", "ESG", "Region"),
    ("SPY", "Equity", None, 0.5, 7, "US"),
    ("AGG", "Fixed income", 0.1, None, "6.5", None),
)


def test_a_universe_has_bounds_and_whatever_further_columns_there_are():
    universe = read_universe(UNIVERSE)
    assert universe.tickers == ("SPY", "AGG")
    assert (universe.lower, universe.upper) == ((0.0, 0.1), (0.5, 1.0))
    assert universe.column("esg") == (7.0, 6.5) and universe.column("Region") == ("US", None)


@pytest.mark.parametrize(
    ("heading", "says"),
    [
        ("Asset clas", "universe row 1: expected a heading 'Asset class'"),
        ("Maxx", "universe row 1: heading 'Maxx' is not known (did you mean 'Max'?)"),
        ("Expected returns", "is not known (did you mean 'Expected return'?)"),
    ],
)
def test_a_known_column_misspelt_is_not_taken_for_a_further_one(heading, says):
    column = {"Asset clas": 1, "Maxx": 3, "Expected returns": 5}[heading]
    header = [*UNIVERSE[0]]
    header[column] = heading
    assert says in message(read_universe, [header, *UNIVERSE[1:]])


def test_a_repeated_ticker_and_an_error_cell_are_named_together():
    rows = [UNIVERSE[0], UNIVERSE[1], ("spy", "Equity", "x", 1, "#DIV/0!", None)]
    assert message(read_universe, rows) == (
        "universe row 3, Ticker: 'spy' is already in row 2; "
        "universe row 3, Min: expected a number, found 'x'; "
        "universe row 3, ESG: expected a value, found #DIV/0!"
    )


def test_a_short_position_is_refused_and_an_overdraft_is_not():
    rows = [["Ticker", "Quantity", "Price"], ["SPY", 10, 600], ["CASH", -50, 1]]
    assert read_holdings(rows).cash == -50
    rows[1][1] = -10
    with pytest.raises(InputError, match=r"holdings row 2, Quantity: expected zero or more .*-10"):
        read_holdings(rows)
