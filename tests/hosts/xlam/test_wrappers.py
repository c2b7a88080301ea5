"""The VBA functions behind the worksheet functions."""

import re
import sys

import pytest

from addin.errors import InputError
from addin.excel.udf import help_of, worksheet_function
from addin.excel.vba_words import VBA_RESERVED
from addin.hosts.xlam.vba_text import plain_text, quoted
from addin.hosts.xlam.wrappers import SLOW, _adapted, function_module

SIGNATURE = re.compile(r"^Function (\w+)\((.*)\)$", re.MULTILINE)


@pytest.fixture(scope="module")
def source(functions):
    return function_module(functions)


def body(source, name):
    return re.search(rf"^Function {name}\(.*?^End Function$", source, re.M | re.S)[0]


def test_every_function_has_its_wrapper(source, functions):
    assert [name for name, _ in SIGNATURE.findall(source)] == list(functions)


def test_arguments_are_those_of_python(source, functions):
    for name, arguments in SIGNATURE.findall(source):
        wanted = [
            f"Optional {each.name}" if each.optional else each.name
            for each in help_of(functions[name]).arguments
        ]
        assert arguments.split(", ") == (wanted or [""]), name


def test_no_argument_is_a_word_of_visual_basic(source):
    names = {
        a.removeprefix("Optional ")
        for _, args in SIGNATURE.findall(source)
        for a in args.split(", ")
    }
    assert not {name.casefold() for name in names} & VBA_RESERVED


def test_every_function_carries_its_description(source, functions):
    for name, function in functions.items():
        lines = body(source, name).splitlines()
        description = plain_text(help_of(function).description, name)
        assert lines[1] == f"Attribute {name}.VB_Description = {quoted(description)}"
        assert lines[2] == f'Attribute {name}.VB_ProcData.VB_Invoke_Func = " \\n14"'


def test_python_is_not_given_a_workbook_to_look_for_code_in(source, functions):
    # xlwings.udfs.get_udf_module reads the sheets *.py of the workbook it is given
    assert "ActiveWorkbook" not in source and "ThisWorkbook" not in source
    assert source.count(", Nothing, Application.Caller)") == len(functions)


def test_python_finds_each_function_where_the_wrapper_says(source, functions):
    called = set(re.findall(r'CallUDF\("([\w.]+)", "(\w+)"', source))
    assert {name for _, name in called} == set(functions)
    for module, name in called:
        assert getattr(sys.modules[module], name) is functions[name]


def test_on_a_mac_a_text_comes_before_any_call(source, functions, resolved):
    mac = resolved(source, mac=True)
    for name in functions:
        statements = [line.strip() for line in body(mac, name).splitlines()[3:] if line.strip()]
        assert statements[:2] == [f"{name} = ON_A_MAC", "Exit Function"]


def test_slow_functions_do_not_run_in_the_wizard(source, functions):
    assert set(functions) >= SLOW
    refusing = {name for name in functions if "IN_THE_WIZARD" in body(source, name)}
    assert refusing == SLOW


def test_stubs_do_not_stay_behind(functions):
    before = set(sys.modules)
    function_module(functions)
    assert not {n for n in set(sys.modules) - before if n.startswith(("py", "win32"))}
    assert not any(hasattr(f, "__xlfunc__") for f in functions.values()) or sys.platform == "win32"


def test_a_function_without_help_is_refused():
    with pytest.raises(InputError, match="IPS_RAW: is no worksheet function"):
        function_module({"IPS_RAW": lambda: 1})


def test_a_generator_that_changed_ends_the_build(functions):
    about = help_of(functions["IPS_VERSION"])
    with pytest.raises(InputError, match="its generator has changed at 'XLPy"):
        _adapted("Function IPS_VERSION()\nEnd Function\n", about)


def test_typographic_signs_become_ascii():
    assert plain_text("T − 1 … ≤ 5 × 2\n  “é”", "F") == 'T - 1 ... <= 5 x 2 "e"'


def test_what_ascii_cannot_say_is_refused():
    @worksheet_function
    def IPS_ODD():  # noqa: N802
        """The sign ♞."""
        return 1

    with pytest.raises(InputError, match="IPS_ODD: Visual Basic cannot hold '♞'"):
        function_module({"IPS_ODD": IPS_ODD})
