"""Typed assumptions in cells: what they give, the words of what is refused."""

import datetime as dt

import numpy as np
import pytest

from udfs import IPS_ASSUMPTIONS, IPS_OPTIMIZE

HEAD = ["Asset", "Expected return", "Volatility", "Source", "Equity", "Bonds"]
TABLE = [HEAD, ["Equity", 0.07, 0.16, "desk", 1, None], ["Bonds", "4%", "5%", "desk", 0.2, 1]]
UNIVERSE = [["Ticker", "Asset class"], ["SPY", "Equity"], ["AGG", "Bonds"]]


def test_each_row_is_an_asset_where_there_is_no_universe():
    assert IPS_ASSUMPTIONS(TABLE) == [
        ["Ticker", "Equity", "Bonds"],
        ["Equity", pytest.approx(0.0256), pytest.approx(0.0016)],
        ["Bonds", pytest.approx(0.0016), pytest.approx(0.0025)],
    ]
    assert IPS_ASSUMPTIONS(TABLE, "correlation")[1][2] == pytest.approx(0.2)
    assert IPS_ASSUMPTIONS(TABLE, "expected returns") == [
        ["Ticker", "Expected return", "Volatility", "Note"],
        ["Equity", 0.07, pytest.approx(0.16), ""],
        ["Bonds", 0.04, pytest.approx(0.05), ""],
    ]


def test_the_covariance_goes_into_the_optimiser():
    universe = [[*row, e] for row, e in zip(UNIVERSE, ["Expected return", 0.07, 0.04], strict=True)]
    covariance = IPS_ASSUMPTIONS(TABLE, None, universe)
    table = IPS_OPTIMIZE(covariance, universe, [["Equity", 0, None, 1], ["Bonds", 0, None, 1]],
                         "min volatility")  # fmt: skip
    # (σb² − σab) / (σa² + σb² − 2σab) = 0.0009 / 0.0249
    assert table[1][2] == pytest.approx(0.0009 / 0.0249, abs=1e-8)


def test_either_half_of_the_correlations_may_be_blank():
    upper = [HEAD, ["Equity", 0.07, 0.16, None, None, 0.2], ["Bonds", 0.04, 0.05, None, None, None]]
    assert IPS_ASSUMPTIONS(upper) == IPS_ASSUMPTIONS(TABLE)


def test_returns_say_how_assets_of_one_class_move_together():
    rng = np.random.default_rng(0)
    days = [dt.date(2000 + i // 12, i % 12 + 1, 28) for i in range(60)]
    spy = rng.normal(0.01, 0.04, 60)
    efa = 0.8 * spy + rng.normal(0, 0.02, 60)
    returns = [["Date", "SPY", "EFA"], *map(list, zip(days, spy, efa, strict=True))]
    universe = [*UNIVERSE, ["EFA", "Equity"]]
    text = IPS_ASSUMPTIONS(TABLE, "correlation", universe)
    assert text.startswith("#IPS! assumptions: need the correlation of SPY and EFA")
    matrix = IPS_ASSUMPTIONS(TABLE, "correlation", universe, returns, "covariance=sample")
    assert matrix[0] == ["Ticker", "SPY", "AGG", "EFA"]
    assert matrix[1][1:] == pytest.approx([1, 0.2, np.corrcoef(spy, efa)[0, 1]])
    assert matrix[3][2] == pytest.approx(0.2)


def test_a_repair_is_said_beside_the_expected_returns():
    head = [*HEAD[:4], "A", "B", "C"]
    rows = [["A", 0.05, 0.1, None, 1, None, None], ["B", 0.05, 0.1, None, -0.9, 1, None],
            ["C", 0.05, 0.1, None, -0.9, -0.9, 1]]  # fmt: skip
    note = IPS_ASSUMPTIONS([head, *rows], "expected returns")[1][3]
    assert note.startswith("correlations changed by up to 0.400: as typed, some portfolio")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["Equty", 0.07, 0.16, None, None, None], "row 3, Asset: expected an asset or asset class, "
         "found 'Equty' (did you mean 'Equity'?)"),
        (["Bonds", 0.04, -0.1, None, None, None], "row 3, Volatility: expected an annual volat"),
        (["Bonds", "much", 0.1, None, None, None], "row 3, Expected return: expected a number"),
        (["Bonds", 0.04, 0.1, None, 1.2, None], "row 3, Equity: expected a correlation from -1"),
        (["Bonds", 0.04, 0.1, None, 0.3, None], "row 3, Equity: expected 0.2 as for Equity and "
         "Bonds in the other half, or a blank, found 0.3"),
        (["Bonds", 0.04, 0.1, None, None, 0.9], "row 3, Bonds: expected 1, the correlation of"),
        (["Equity", 0.04, 0.1, None, None, None], "row 3, Asset: 'Equity' is already in row 2"),
    ],
)  # fmt: skip
def test_wrong_cells_are_named(row, words):
    table = [HEAD, ["Equity", 0.07, 0.16, None, 1, 0.2], row]
    assert IPS_ASSUMPTIONS(table, None, UNIVERSE).startswith(f"#IPS! assumptions {words}")


def test_a_column_that_is_neither_asset_nor_class_is_named():
    table = [[*HEAD[:5], "Bods"], *TABLE[1:]]
    assert IPS_ASSUMPTIONS(table, None, UNIVERSE).startswith(
        "#IPS! assumptions row 1, heading: expected an asset or asset class, found 'Bods' "
        "(did you mean 'Bonds'?)"
    )


def test_what_is_neither_typed_nor_known_is_asked_for():
    table = [HEAD, ["Equity", None, 0.16, None, None, 0.2], TABLE[2]]
    text = IPS_ASSUMPTIONS(table, None, UNIVERSE)
    assert text.startswith("#IPS! assumptions: need an expected return for SPY, found none")
    assert "did you mean 'correlation'" in IPS_ASSUMPTIONS(TABLE, "corelation")
