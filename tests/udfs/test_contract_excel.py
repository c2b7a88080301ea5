"""Cells as Excel really passes them, through xlwings' own call path, for every function."""

import datetime as dt
import re
import sys
import types
from decimal import Decimal
from typing import Annotated

import numpy as np
import pytest

import udfs
from addin.excel.udf import cells, help_of
from tests.udfs.conftest import MISSING, com, plain
from tests.udfs.examples import EXAMPLES, RETURNS, WEIGHTS

NAMES = sorted(udfs.__all__)
TABLES = [(n, i) for n in NAMES for i, a in enumerate(EXAMPLES[n]) if isinstance(a, list)]
ERRORS = {  # Excel's error values as COM numbers them: 0x800A0000 plus the number of the error
    **{-2146826288: "#NULL!", -2146826281: "#DIV/0!", -2146826273: "#VALUE!"},
    **{-2146826265: "#REF!", -2146826259: "#NAME?", -2146826252: "#NUM!", -2146826246: "#N/A"},
    **{-2146826245: "#GETTING_DATA", -2146826243: "#SPILL!", -2146826238: "#CALC!"},
}
SOLVERS = re.compile(r"addin/engine/(solve|relaxation|risk_budget|trade_search)")


def arguments_of(name):
    return help_of(getattr(udfs, name)).arguments


def usual(excel, name):
    return excel.call(name, *(com(a) for a in EXAMPLES[name]))


def each_cell(argument, change):
    """An argument as COM delivers it, each of its cells changed."""
    if isinstance(argument, list | tuple):
        return tuple(each_cell(part, change) for part in argument)
    return change(com(argument))


def texts_of_numbers(cell):
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    return f" {cell!r} " if is_number else cell


def as_serial(cell):
    return (cell.date() - dt.date(1899, 12, 30)).days + 0.0 if isinstance(cell, dt.date) else cell


def as_currency(cell):
    return Decimal(repr(cell)) if isinstance(cell, float) else cell


SAME = {
    "every number is a float": lambda c: float(c) if type(c) is int else c,
    "currency": as_currency,
    "numbers are text": texts_of_numbers,
    "dates are serial numbers": as_serial,
    "dates are text": lambda c: c.date().isoformat() if isinstance(c, dt.date) else c,
    "dates have a time": lambda c: c.replace(hour=16) if isinstance(c, dt.datetime) else c,
    "labels have other case and spaces": lambda c: f"\xa0 {c.upper()} " if type(c) is str else c,
    "dates are naive": lambda c: c.replace(tzinfo=None) if isinstance(c, dt.datetime) else c,
}


def keyed(result):
    """A result without the spelling of labels, which follows the input's."""
    if isinstance(result, list):
        return [[keyed(cell) for cell in row] for row in result]
    result = plain(result)
    return result.casefold() if isinstance(result, str) else result


@pytest.mark.parametrize("name", [n for n in NAMES if EXAMPLES[n]])
def test_the_form_in_which_excel_holds_a_cell_does_not_matter(excel, name):
    for form, change in SAME.items():
        result = excel.call(name, *(each_cell(a, change) for a in EXAMPLES[name]))
        if (name, form) == ("IPS_DATA_CHECK", "currency"):
            assert "Currency" in result[-1][2], "COM passes on four decimals and no more"
            result = result[:-1]
        assert keyed(result) == keyed(usual(excel, name)), form


@pytest.mark.parametrize("name", NAMES)
def test_an_optional_argument_left_out_or_a_blank_cell_means_its_default(excel, name):
    absent = len(arguments_of(name)) - len(EXAMPLES[name])
    given = [com(a) for a in EXAMPLES[name]]
    for blank in (MISSING, None, "", ((None, None), (None, None))):
        assert excel.call(name, *given, *[blank] * absent) == usual(excel, name)


REQUIRED = [(n, i) for n in NAMES for i, a in enumerate(arguments_of(n)) if not a.optional]


@pytest.mark.parametrize(("name", "place"), REQUIRED)
def test_a_required_argument_that_is_blank_or_an_error_is_named(excel, name, place):
    for wrong in (None, "", ((None, None), (None, "")), *ERRORS):
        arguments = [com(a) for a in EXAMPLES[name]]
        arguments[place] = wrong
        result = excel.call(name, *arguments)
        assert result.startswith(f"#IPS! {arguments_of(name)[place].name}: ")
        assert ERRORS.get(wrong, "") in result


def with_wrong_number(name, place, wrong):
    rows = [list(row) for row in EXAMPLES[name][place]]
    column = next(j for j, cell in enumerate(rows[1]) if isinstance(cell, int | float))
    rows[1][column] = wrong
    arguments = [com(a) for a in EXAMPLES[name]]
    arguments[place] = com(rows)
    return arguments


@pytest.mark.parametrize(("name", "place"), TABLES)
def test_what_is_no_number_is_refused_at_its_place_as_what_it_is(excel, name, place):
    where = f"{arguments_of(name)[place].name} row 2, "
    for wrong in (*ERRORS, float("inf"), float("-inf"), True, "x", "#IPS! inner"):
        result = excel.call(name, *with_wrong_number(name, place, wrong))
        if name == "IPS_DATA_CHECK":  # it lists what is wrong
            result = f"#IPS! {result[1][1]}, {result[1][2]}"
        assert result.startswith(f"#IPS! {where}")
        assert ERRORS.get(wrong, "") in result


@pytest.mark.parametrize(("name", "place"), TABLES)
def test_nan_of_a_python_host_is_a_blank_cell(name, place):
    function = getattr(udfs, name)
    nan, blank = (with_wrong_number(name, place, wrong) for wrong in (float("nan"), None))
    assert function(*nan) == function(*blank)


@pytest.mark.parametrize("name", [n for n in NAMES if EXAMPLES[n]])
def test_one_cell_may_come_as_a_range_of_one_cell(excel, name):
    arguments = [a if isinstance(a, list) else [[a]] for a in EXAMPLES[name]]
    assert excel.call(name, *map(com, arguments)) == usual(excel, name)


TWO_COLUMNS = [(n, i) for n, i in TABLES if len(EXAMPLES[n][i][0]) == 2]


@pytest.mark.parametrize(("name", "place"), TWO_COLUMNS)
def test_weights_may_lie_in_two_rows(excel, name, place):
    arguments = list(EXAMPLES[name])
    arguments[place] = [list(row) for row in zip(*arguments[place], strict=True)]
    assert excel.call(name, *map(com, arguments)) == usual(excel, name)


UNDEFINED = (None, float("nan"), float("inf"), np.float64("nan"), [], [[]])


@pytest.fixture
def answering(excel):
    """A firm's function that answers with what it is told to."""
    acme = types.ModuleType("acme")
    acme.__file__ = __file__
    answers = []

    def IPS_ACME(  # noqa: N802
        options: Annotated[object, cells("Options.")] = None,
    ) -> object:
        """Help."""
        return answers[-1]

    IPS_ACME.__module__ = "acme"
    with excel.windows():
        acme.IPS_ACME = sys.modules["addin.excel.udf"].worksheet_function(IPS_ACME)
    excel.modules["acme"] = acme

    def call(answer, *arguments):
        from addin.excel.remembered import SESSION

        SESSION.forget()
        answers.append(answer)
        with excel.windows():
            sys.modules["acme"] = acme
            try:
                return excel.xlwings_udfs.call_udf("acme", "IPS_ACME", arguments, None, object())
            finally:
                del sys.modules["acme"], excel.xlwings_udfs.udf_modules["acme"]

    return call


@pytest.mark.parametrize("nothing", UNDEFINED, ids=repr)
def test_what_is_undefined_or_empty_leaves_as_n_a_or_as_excels_error(answering, nothing):
    assert answering(nothing) == [["n/a"]]
    assert answering(nothing, "errors=native") == [["#N/A"]]


def test_undefined_cells_of_a_table_leave_as_n_a_and_minus_zero_as_zero(answering):
    table = [["Ticker", "Weight"], ["SPY", float("nan")], ["AGG", -float("inf")], ["X", -0.0]]
    left = answering(table)
    assert left == [["Ticker", "Weight"], ["SPY", "n/a"], ["AGG", "n/a"], ["X", 0.0]]
    assert str(left[3][1]) == "0.0"


def test_a_table_without_rows_is_its_heading(excel):
    good = [["Date", "SPY"], *([d, 100.0 + i] for i, (d, *_) in enumerate(RETURNS[1:]))]
    found = excel.call("IPS_DATA_CHECK", com(good))
    assert found == [["Severity", "Where", "What", "Suggestion"]]


def solves(name):
    """Whether a solver or the search for trades runs."""
    ran = set()

    def note(frame, event, _):
        if event == "call" and SOLVERS.search(frame.f_code.co_filename.replace("\\", "/")):
            ran.add(frame.f_code.co_name)

    sys.setprofile(note)
    try:
        getattr(udfs, name)(*EXAMPLES[name])
    finally:
        sys.setprofile(None)
    return bool(ran)


@pytest.mark.parametrize("name", NAMES)
def test_what_solves_stays_out_of_the_function_wizard(excel, name):
    heavy = solves(name)
    assert help_of(getattr(udfs, name)).heavy is heavy
    assert excel.registered(name)["call_in_wizard"] is not heavy


def test_generated_vba_leaves_heavy_functions_in_the_wizard(excel):
    parts = re.split(r"^End Function$", excel.vba(), flags=re.MULTILINE)
    silent = {
        re.search(r"Function (IPS_\w+)", part)[1]
        for part in parts
        if ").Enabled) Then Exit" in part
    }
    assert silent == {n for n in NAMES if help_of(getattr(udfs, n)).heavy}
    assert {"IPS_OPTIMIZE", "IPS_FRONTIER", "IPS_CANDIDATES", "IPS_REBALANCE"} <= silent


def test_excel_gets_what_python_gets_from_a_range_of_com(excel):
    assert excel.call("IPS_VAR", com(RETURNS), com(WEIGHTS)) == udfs.IPS_VAR(RETURNS, WEIGHTS)
