"""Every function of the catalogue under Excel's rules: names, help, arguments, generated VBA."""

import ast
import inspect
import re
from pathlib import Path
from typing import Annotated

import pytest

import udfs
from addin.excel.udf import cells, help_of, worksheet_function
from addin.excel.vba_words import VBA_RESERVED

ROOT = Path(__file__).parents[2]
NAMES = sorted(udfs.__all__)

# name, required and [optional] arguments as FUNCTIONS fixes them: order never changes
SIGNATURES = {
    "IPS_RETURNS": "prices, [frequency]",
    "IPS_COVARIANCE": "returns, [method], [annualise], [history]",
    "IPS_CORRELATION": "returns, [method], [history]",
    "IPS_EXPECTED_RETURNS": "returns, [method], [options], [market_weights]",
    "IPS_ASSUMPTIONS": "assumptions, [what], [universe], [returns], [options]",
    "IPS_BLACK_LITTERMAN": "covariance, market_weights, views, [options]",
    "IPS_DATA_CHECK": "prices, [options]",
    "IPS_PROFILE": "profile, [horizon_years]",
    "IPS_PROFILES": "[horizon_years]",
    "IPS_CHECK": "weights, universe, classes, [limits], [returns]",
    "IPS_CHECK_STATUS": "weights, universe, classes, [limits], [returns]",
    "IPS_OPTIMIZE": "returns, universe, classes, [objective], [limits], [options]",
    "IPS_FRONTIER": "returns, universe, classes, [points], [limits], [options]",
    "IPS_CANDIDATES": "returns, universe, classes, [limits], [options]",
    "IPS_METRICS": "returns, weights, [benchmark], [options]",
    "IPS_METRIC": "returns, weights, metric, [benchmark], [options]",
    "IPS_VAR": "returns, weights, [confidence], [method], [horizon]",
    "IPS_CVAR": "returns, weights, [confidence], [method], [horizon]",
    "IPS_RISK_BUDGET": "covariance, [budgets], [universe], [classes]",
    "IPS_RISK_CONTRIBUTION": "returns, weights, [measure], [benchmark], [confidence]",
    "IPS_TRACKING_ERROR": "returns, weights, benchmark",
    "IPS_DRAWDOWN": "returns, weights",
    "IPS_STRESS": "weights, universe, scenarios, [value], [limits]",
    "IPS_DRIFT": "holdings, targets, [bands], [universe]",
    "IPS_DRIFT_STATUS": "holdings, targets, [bands], [universe]",
    "IPS_REBALANCE": "holdings, targets, [options], [universe], [lots], [bands], [classes], "
    "[limits], [returns]",
    "IPS_VERSION": "",
    "IPS_HELP": "[name]",
}


def test_catalogue_lists_every_function_that_is_written():
    written = {
        node.name
        for path in (ROOT / "udfs").glob("*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("IPS_")
    }
    assert written == set(NAMES), "add the function to udfs/__init__.py"


@pytest.mark.parametrize("name", SIGNATURES)
def test_arguments_stand_in_the_published_order(name):
    assert help_of(getattr(udfs, name)).signature == f"{name}({SIGNATURES[name]})"


@pytest.mark.parametrize("name", NAMES)
def test_excel_registers_the_function_with_help_for_every_argument(excel, name):
    info = excel.registered(name)
    assert info["name"] == name and name.isupper() and info["category"] == "IPS"
    assert not info["volatile"]
    assert 0 < len(info["ret"]["doc"]) <= 255, "Excel cuts descriptions at 255 characters"
    assert info["ret"]["options"]["convert"] == "default"
    for argument in info["args"]:
        assert 0 < len(argument["doc"]) <= 255, argument["name"]
        assert not argument["doc"].startswith("Positional argument"), argument["name"]
        assert argument["options"]["convert"] == "raw", argument["name"]


def test_generated_vba_declares_every_function_once_with_usable_names(excel):
    declared = re.findall(r"^Function (IPS_\w+)\((.*)\)$", excel.vba(), flags=re.M)
    assert sorted(name for name, _ in declared) == NAMES
    for name, arguments in declared:
        for argument in filter(None, arguments.split(", ")):
            word = argument.removeprefix("Optional ")
            assert re.fullmatch(r"[a-z]\w*", word), (name, word)
            assert word not in VBA_RESERVED, (name, word)


@pytest.mark.parametrize("word", ["currency", "date", "end", "type", "next", "string", "k", "To"])
def test_a_word_of_visual_basic_cannot_be_an_argument(word):
    source = f"def IPS_X({word}: Annotated[object, cells('help')]):\n    'Help.'\n"
    names = {"__name__": "acme", "Annotated": Annotated, "cells": cells}
    exec(source, names)
    with pytest.raises(TypeError, match="Visual Basic"):
        worksheet_function(names["IPS_X"])


def test_an_argument_without_help_cannot_be_registered():
    def IPS_X(returns: object) -> object:  # noqa: N802
        """Help."""

    with pytest.raises(TypeError, match="argument returns: needs a help text"):
        worksheet_function(IPS_X)


def test_the_package_exports_functions_and_nothing_else_that_xlwings_would_generate(excel):
    generated = [n for n in dir(excel.udfs) if hasattr(getattr(excel.udfs, n), "__xlfunc__")]
    assert sorted(generated) == NAMES


def test_elsewhere_than_on_windows_a_function_is_plain_python():
    assert not hasattr(udfs.IPS_VAR, "__xlfunc__")
    assert list(inspect.signature(udfs.IPS_VAR).parameters)[:2] == ["returns", "weights"]
