"""Views in cells: the shape of the result, the words of what is refused."""

import json
from pathlib import Path

import pytest

from udfs import IPS_BLACK_LITTERMAN

PAPER = json.loads(
    (Path(__file__).parents[1] / "oracles/bl_he_litterman_1999.json").read_text("utf-8")
)
COVARIANCE = [["", "S", "B"], ["S", 0.04, 0.0], ["B", 0.0, 0.01]]
MARKET = [["S", 0.6], ["B", 0.4]]
HEAD = ["View", "S", "B", "Return", "Confidence"]


def answer(*rows, options=None):
    return IPS_BLACK_LITTERMAN(COVARIANCE, MARKET, [HEAD, *rows], options)


def test_table_4_of_he_and_litterman_in_cells():
    given = PAPER["inputs"]
    names, scenario = given["assets"], given["scenarios"][0]
    matrix = [
        [name, *(c * a * b for c, b in zip(row, given["vol"], strict=True))]
        for name, row, a in zip(names, given["correlation"], given["vol"], strict=True)
    ]
    views = [["View", *names, "Return"], ["Germany", *scenario["P"][0], "5%"]]
    table = IPS_BLACK_LITTERMAN(
        [["", *names], *matrix], list(zip(names, given["w_eq"], strict=True)), views
    )
    assert table[0][:4] == ["Ticker", "Equilibrium", "Posterior", "Weight"]
    printed = PAPER["expected"]["published_tables_pct"]["Table4"]
    assert [row[0] for row in table[1:]] == names
    assert [100 * row[2] for row in table[1:]] == pytest.approx(printed["mu"], abs=0.0501)
    assert [100 * row[3] for row in table[1:]] == pytest.approx(printed["w"], abs=0.0501)
    assert table[1][-1] == "he-litterman: weights add up to 95.24%, without limits and not scaled"


def test_a_confidence_chooses_idzorek_and_a_certain_view_holds():
    # π = 2.5 · (0.024, 0.004); S at 10 % for certain: tilt of (10 % − 6 %) / (2.5 · 4 %)
    table = answer(["S", 1, None, 0.10, 1])
    assert table[1][:4] == ["S", pytest.approx(0.06), pytest.approx(0.10), pytest.approx(1.0)]
    assert table[2][:4] == ["B", pytest.approx(0.01), pytest.approx(0.01), pytest.approx(0.4)]
    assert table[1][-1].startswith("idzorek: weights add up to 140.00%")


def test_weights_are_scaled_only_when_asked():
    table = answer(["S", 1, None, 0.10, 1], options="normalise=TRUE")
    assert [row[3] for row in table[1:]] == pytest.approx([1 / 1.4, 0.4 / 1.4])
    assert table[1][-1] == "idzorek: weights scaled from 140.00% to 100%"


def test_no_views_give_the_market():
    table = answer()
    assert [row[3] for row in table[1:]] == pytest.approx([0.6 / 1.05, 0.4 / 1.05])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["v", None, None, 0.1, None], "views, v: need a pick of at least one asset, found none"),
        (["v", 1, None, None, None], "views row 2, Return: expected a number, found an empty cell"),
        (["v", 1, None, 0.1, 0], "views row 2, Confidence: expected a confidence above 0"),
        (["v", 1, None, 0.1, 1.5], "views row 2, Confidence: expected a confidence above 0"),
        (["v", "much", None, 0.1, 1], "views row 2, S: expected a number, found 'much'"),
    ],
)
def test_what_a_view_lacks_is_said(row, words):
    assert answer(row).startswith(f"#IPS! {words}")


def test_views_on_unknown_assets_suggest_the_nearest():
    views = [["View", "EEM", "Return"], ["v", 1, 0.05]]
    covariance = [["", "EMM", "B"], ["EMM", 0.04, 0.0], ["B", 0.0, 0.01]]
    text = IPS_BLACK_LITTERMAN(covariance, [["EMM", 1]], views)
    assert text == (
        "#IPS! views row 1: expected an asset in each column of picks, found 'EEM' "
        "(did you mean 'EMM'?)"
    )


def test_contradictions_and_misplaced_confidences_are_said():
    text = answer(["a", 1, None, 0.1, 0.5], ["b", 1, None, 0.2, 0.5])
    assert text.startswith("#IPS! views, a and b: contradict each other")
    text = answer(["a", 1, None, 0.1, 0.5], options="method=he-litterman")
    assert "views, a: he-litterman has no use for a confidence" in text
    assert "did you mean 'idzorek'" in answer(options="method=idzorec")
