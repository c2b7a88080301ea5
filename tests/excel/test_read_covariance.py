import numpy as np
import pytest

from addin.errors import InputError
from addin.excel.read_covariance import read_covariance

GOOD = [["", "S", "B"], ["S", 0.04, 0.001], ["B", 0.001, 0.01]]


def test_rows_may_stand_in_another_order_than_columns():
    tickers, matrix = read_covariance([GOOD[0], GOOD[2], GOOD[1]])
    assert tickers == ("S", "B")
    assert matrix == pytest.approx(np.array([[0.04, 0.001], [0.001, 0.01]]))


def test_numbers_may_be_texts():
    texts = [["", "S", "B"], ["S", "4%", 0.001], ["B", "0.1%", "0.01"]]
    assert read_covariance(texts)[1] == pytest.approx(read_covariance(GOOD)[1])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["B", 0.001, None], "covariance row 3, B: expected a number, found an empty cell"),
        (["B", 0.001, -0.01], "covariance, B: expected a variance of at least zero, found -0.01"),
        (["B", 0.002, 0.01], "covariance: expected the same number on both sides"),
        (["C", 0.001, 0.01], "covariance: expected the same tickers in the heading row and first"),
    ],
)
def test_what_is_no_covariance_is_said(row, words):
    with pytest.raises(InputError, match=words):
        read_covariance([*GOOD[:2], row])


def test_a_portfolio_of_negative_variance_is_refused_and_none_at_all_is_not():
    impossible = [["", "S", "B"], ["S", 0.04, 0.03], ["B", 0.03, 0.01]]
    with pytest.raises(InputError, match="found a portfolio of negative variance"):
        read_covariance(impossible)
    singular = [["", "S", "B"], ["S", 0.04, 0.02], ["B", 0.02, 0.01]]
    assert len(read_covariance(singular)[1]) == 2
