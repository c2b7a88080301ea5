"""How numbers are said."""

from datetime import date
from math import inf, nan

import pytest

from addin.report import words


@pytest.mark.parametrize(
    ("value", "said"), [(0.24, "24.0%"), (-0.0315, "−3.1%"), (nan, "n/a"), (None, "n/a")]
)
def test_percentages_have_one_digit_and_a_real_minus(value, said):
    assert words.percent(value) == said


@pytest.mark.parametrize(("value", "said"), [(0.6, "60%"), (0.025, "2.5%"), (0.3333, "33.33%")])
def test_limits_keep_only_the_digits_they_have(value, said):
    assert words.short_percent(value) == said


def test_drift_is_said_in_signed_percentage_points():
    assert words.points(0.0315) == "+3.1 pp"
    assert words.points(-0.032) == "−3.2 pp"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1_940_898, "1.94 m"),
        (-412_567, "−413 k"),
        (999_499, "999 k"),
        (999_500, "1.00 m"),
        (350, "350"),
    ],
)
def test_money_in_a_sentence_is_rounded(value, said):
    assert words.round_money(value) == said


@pytest.mark.parametrize(
    ("items", "said"),
    [
        ([], ""),
        (["SPY"], "SPY"),
        (["SPY", "AGG"], "SPY and AGG"),
        (["SPY", "AGG", "HYG"], "SPY, AGG and HYG"),
        (["SPY", "AGG", "HYG", "TLT", "SHY"], "SPY, AGG, HYG and 2 more"),
    ],
)
def test_long_lists_say_how_many_more_there_are(items, said):
    assert words.listed(items) == said


def test_nothing_is_said_as_no():
    assert words.plural(0, "breach", "breaches") == "no breaches"
    assert words.plural(1, "breach", "breaches") == "1 breach"


@pytest.mark.parametrize("missing", [None, nan, inf])
def test_a_missing_figure_is_words_in_a_table_and_blank_in_a_chart(missing):
    assert words.shown(missing) == "n/a"
    assert words.drawn(missing) is None
    assert words.difference(missing, 0.1) is None


def test_days_are_written_out():
    assert words.day(date(2025, 12, 1)) == "1 December 2025"


def test_each_part_becomes_a_sentence():
    assert words.sentence(["nothing is traded", "", "cash is short."]) == (
        "Nothing is traded. Cash is short."
    )
