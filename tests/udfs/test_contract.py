"""What every function of the catalogue promises, whoever calls it."""

import datetime as dt
import math
import random
from decimal import Decimal

import numpy as np
import pytest

import udfs
from addin.excel.udf import help_of
from tests.udfs.examples import CLASSES, EXAMPLES, RETURNS, UNIVERSE, WEIGHTS, D

HEADINGS = {
    "IPS_RETURNS": "Date, SPY, AGG, SGOV",
    "IPS_EXPECTED_RETURNS": "Ticker, Expected return",
    "IPS_DATA_CHECK": "Severity, Where, What, Suggestion",
    "IPS_PROFILE": "Asset class, Min, Target, Max",
    "IPS_CHECK": "Rule, Limit, Actual, Headroom, Status",
    "IPS_OPTIMIZE": "Ticker, Asset class, Weight, Lower, Upper, Binding",
    "IPS_FRONTIER": "Return, Volatility, Sharpe, SPY, AGG, SGOV",
    "IPS_CANDIDATES": "Candidate, Return, Volatility, Sharpe, CVaR, Tracking error, Turnover, "
    "Breaches, Score, Recommended, Reason, SPY, AGG, SGOV",
    "IPS_BLACK_LITTERMAN": "Ticker, Equilibrium, Posterior, Weight",
    "IPS_METRICS": "Metric, Portfolio, Benchmark",
    "IPS_RISK_BUDGET": "Ticker, Weight, Risk share",
    "IPS_RISK_CONTRIBUTION": "Ticker, Weight, Marginal, Contribution, Share",
    "IPS_SHADOW_PRICES": "Rule, Value, Change in objective per +1 pp",
    "IPS_DIAGNOSE": "Rule, In conflict, Smallest relaxation, Note",
    "IPS_SENSITIVITY": "Input, Shock, Turnover, Change in objective, Note",
    "IPS_WEIGHT_RANGES": "Ticker, Weight, P5, P50, P95, Resampled",
    "IPS_DRAWDOWN": "Date, Wealth, Drawdown",
    "IPS_STRESS": "Scenario, Return, P&L, Value after, Worst contributor, Breaches after",
    "IPS_DRIFT": "Asset, Value, Current, Target, Drift, Relative, Lower, Upper, Status, Risk level",
    "IPS_REBALANCE": "Ticker, Side, Quantity, Price, Notional, Cost, Weight before, Weight after, "
    "Target, Reason",
}
NAMES = sorted(udfs.__all__)
WITH_OPTIONS = [n for n in NAMES if "[options]" in help_of(getattr(udfs, n)).signature]


def call(name, *arguments):
    return getattr(udfs, name)(*arguments)


def cells_of(result):
    return [cell for row in result for cell in row] if isinstance(result, list) else [result]


def test_every_function_has_an_example():
    assert sorted(EXAMPLES) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_excel_shows_what_a_python_host_shows(cell, name):
    result = cell(name, *EXAMPLES[name])
    assert not str(cells_of(result)[0]).startswith("#")


@pytest.mark.parametrize("name", NAMES)
def test_results_are_plain_cells_in_rows_of_one_length(name):
    result = call(name, *EXAMPLES[name])
    assert {type(c) for c in cells_of(result)} <= {str, float, int, bool, dt.date}
    assert all(math.isfinite(c) for c in cells_of(result) if isinstance(c, float))
    assert all(len(c) <= 255 for c in cells_of(result) if isinstance(c, str))
    if isinstance(result, list):
        assert len({len(row) for row in result}) == 1


@pytest.mark.parametrize("name", HEADINGS)
def test_headings_are_the_published_ones(name):
    published = HEADINGS[name].split(", ")
    assert call(name, *EXAMPLES[name])[0][: len(published)] == published


@pytest.mark.parametrize("name", NAMES)
def test_an_optional_argument_that_is_blank_means_its_default(cell, name):
    arguments = EXAMPLES[name]
    absent = len(help_of(getattr(udfs, name)).arguments) - len(arguments)
    usual = call(name, *arguments)
    assert cell(name, *arguments, *(None,) * absent) == usual
    assert call(name, *arguments, *("",) * absent) == usual
    assert call(name, *arguments, *([[None, ""]],) * absent) == usual


def tables(name):
    """Position of each table among the example's arguments."""
    return [i for i, a in enumerate(EXAMPLES[name]) if isinstance(a, list)]


CASES = [(name, i) for name in NAMES for i in tables(name)]


@pytest.mark.parametrize(("name", "place"), CASES)
@pytest.mark.parametrize("wrong", ["#N/A", "n/a", True])
def test_a_wrong_number_comes_back_as_one_plain_text_that_names_the_cell(cell, name, place, wrong):
    arguments = list(EXAMPLES[name])
    rows = [list(row) for row in arguments[place]]
    column = next(j for j, c in enumerate(rows[1]) if isinstance(c, (int, float)))
    rows[1][column] = wrong
    arguments[place] = rows
    shown = "TRUE" if wrong is True else wrong
    if name == "IPS_DATA_CHECK":
        assert cell(name, *arguments)[1][1] == "prices row 2, SPY"
        return
    result = cell(name, *arguments)
    argument = help_of(getattr(udfs, name)).arguments[place].name
    assert isinstance(result, str) and len(result) <= 255
    assert result.startswith(f"#IPS! {argument} row 2, ")
    assert f"expected a number, found {shown}" in result.replace("'", "")


@pytest.mark.parametrize(("name", "place"), CASES)
def test_the_mistake_of_an_inner_function_is_shown_by_the_outer_one(name, place):
    arguments = list(EXAMPLES[name])
    arguments[place] = "#IPS! weights row 3, weight: expected a number, found 'x'"
    assert call(name, *arguments) == arguments[place]


@pytest.mark.parametrize(("name", "place"), CASES)
def test_blank_rows_and_columns_around_a_table_do_not_matter(name, place):
    arguments = list(EXAMPLES[name])
    rows = arguments[place]
    arguments[place] = [*[[*row, None, ""] for row in rows], [None] * (len(rows[0]) + 2)]
    assert call(name, *arguments) == call(name, *EXAMPLES[name])


HEADLESS = {"weights", "benchmark", "classes", "limits", "holdings", "targets"}


@pytest.mark.parametrize(
    ("name", "place"),
    [(n, i) for n, i in CASES if help_of(getattr(udfs, n)).arguments[i].name in HEADLESS],
)
def test_whether_a_table_has_headings_never_matters(name, place):
    arguments = list(EXAMPLES[name])
    arguments[place] = arguments[place][1:]
    assert call(name, *arguments) == call(name, *EXAMPLES[name])


@pytest.mark.parametrize(
    "name", [n for n in NAMES if "options" in help_of(getattr(udfs, n)).signature]
)
def test_with_native_errors_a_mistake_is_an_excel_error(cell, name):
    names = [a.name for a in help_of(getattr(udfs, name)).arguments]
    arguments = [*EXAMPLES[name], *(None,) * (len(names) - len(EXAMPLES[name]))]
    arguments[0] = [["nonsense"]]
    arguments[names.index("options")] = "errors=native"
    assert cell(name, *arguments) == "#VALUE!"
    arguments[names.index("options")] = "errors=native; confidnce=1"
    assert cell(name, *arguments).startswith("#IPS! options, confidnce: no such key")


def test_contradicting_rules_are_a_number_error_where_native_errors_are_wanted():
    limits = [["weight", "AGG", ">=", 0.6]]
    arguments = (RETURNS, UNIVERSE, CLASSES, "min volatility", limits)
    assert call("IPS_OPTIMIZE", *arguments, "errors=native") == "#NUM!"
    text = call("IPS_OPTIMIZE", *arguments)
    assert text.startswith("#IPS! ") and "AGG ≥ 60%" in text and "Fixed income ≤ 50%" in text


def test_an_undefined_number_is_n_a_or_the_excel_error_where_that_is_wanted():
    still = [["Date", "A"], [D[0], 0.0], [D[1], 0.0], [D[2], 0.0]]
    weights = [["A", 1]]
    assert call("IPS_METRIC", still, weights, "sharpe") == "n/a"
    assert call("IPS_METRIC", still, weights, "sharpe", None, "errors=native") == "#N/A"


ODD_CELLS = (
    *(None, "", " ", "\xa0", "n/a", "#N/A", "#SPILL!", -2146826246, True, False, "=1+1", "TRUE"),
    *(0, 1, -1, 0.5, 1e-6, 1e9, -1e9, 10**6, float("inf"), float("nan")),
    *("50%", "(3)", "1.234,5", "1.234", "2024-01-31", "31/1/2024", 45322, dt.date(2024, 1, 31)),
    *(Decimal("0.5"), Decimal("NaN"), dt.datetime(2024, 1, 31, tzinfo=dt.UTC), "SPY", "x" * 400),
    *("Equity", "CASH", "weight", "<=", "#IPS! inner mistake", ()),
)


def odd_calls(seed, count):
    """Examples with one to three cells, or a whole argument, replaced by something odd."""
    rng = random.Random(seed)
    for _ in range(count):
        name = rng.choice(NAMES)
        arguments = [[list(r) for r in a] if isinstance(a, list) else a for a in EXAMPLES[name]]
        for _ in range(rng.randint(1, 3) if arguments else 0):
            place = rng.randrange(len(arguments))
            if isinstance(arguments[place], list) and rng.random() < 0.9:
                row = rng.choice(arguments[place])
                row[rng.randrange(len(row))] = rng.choice(ODD_CELLS)
            else:
                arguments[place] = rng.choice(ODD_CELLS)
        yield name, arguments


def answers(seed, count):
    with np.errstate(all="ignore"):
        for name, arguments in odd_calls(seed, count):
            result = call(name, *arguments)
            assert {type(c) for c in cells_of(result)} <= {str, float, int, bool, dt.date}
            assert all(math.isfinite(c) for c in cells_of(result) if isinstance(c, float))


@pytest.mark.parametrize("seed", range(4))
def test_whatever_stands_in_the_cells_the_answer_is_cells(seed):
    answers(seed, 75)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 120))
def test_whatever_stands_in_the_cells_the_answer_is_cells_many_times(seed):
    answers(seed, 500)


def test_a_fault_of_ours_is_not_hidden(monkeypatch):
    monkeypatch.setattr("udfs.risk.read_track", lambda *a: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        call("IPS_VAR", RETURNS, WEIGHTS)
