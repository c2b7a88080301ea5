"""The project's modules loaded and run in LibreOffice, which compiles Visual Basic too.

It does not know conditional compilation, so each system's lines are chosen before; and its class
modules cannot hold the dictionary's enumeration, so that module, unchanged from xlwings, stays
out. A mistake in one module there spoils all calls of the project, as the last test shows.
"""

from dataclasses import replace

import pytest

from addin.excel.udf import help_of
from addin.hosts.xlam.hardened import CLASS_HEAD
from addin.hosts.xlam.vba_project import ModuleKind, VbaModule

OURS = ("IpsText", "IpsFormulas", "IpsRibbon", "IpsFunctions")
CALLER = VbaModule(
    "Caller",
    ModuleKind.STANDARD,
    """Attribute VB_Name = "Caller"
Public Function BaseName(text)
    Dim host As Object
    Set host = New xlwings
    BaseName = host.GetBaseName(text)
End Function
""",
)
FAKE_XLWINGS = VbaModule(
    "xlwings",
    ModuleKind.STANDARD,
    """Attribute VB_Name = "xlwings"
Public Function XLPy() As Object
    Set XLPy = New Recorder
End Function
""",
)
RECORDER = VbaModule(
    "Recorder",
    ModuleKind.CLASS,
    CLASS_HEAD.format(name="Recorder", predeclared=False)
    + """
Public Function CallUDF(ByVal source As String, ByVal name As String, arguments)
    Dim n As Long
    CallUDF = source & "." & name
    For n = LBound(arguments) To UBound(arguments)
        If IsMissing(arguments(n)) Then
            CallUDF = CallUDF & " missing"
        Else
            CallUDF = CallUDF & " " & arguments(n)
        End If
    Next n
End Function
""",
)


def twins(modules, names, resolved, mac=False):
    return [replace(modules[n], source=resolved(modules[n].source, mac)) for n in names]


def elsewhere(modules, resolved, in_wizard):
    """The wrappers as they compile in another program than Excel, which has no such menu."""
    source = modules["IpsFunctions"].source.replace("Microsoft Excel", "LibreOffice", 1)
    menu = 'Application.CommandBars("Standard").Controls(1).Enabled'
    return VbaModule(
        "IpsFunctions", ModuleKind.STANDARD, resolved(source.replace(menu, str(not in_wizard)))
    )


@pytest.mark.parametrize("mac", [False, True])
def test_all_modules_compile_and_the_hardened_class_runs(basic, modules, resolved, mac):
    calls = [
        ["IpsText.PressCommand", ["check_data"]],
        ["IpsText.CallsOurs", ["=1+ips_var(A1)"]],
        ["IpsText.CallsOurs", ["=SUM(A1)"]],
        ["Caller.BaseName", ["policy.xlsx"]],
    ]
    assert basic([*twins(modules, (*OURS, "xlwings"), resolved, mac), CALLER], calls) == [
        "from addin.hosts.xlam.press import press;press('check_data')",
        True,
        False,
        "policy",
    ]


def test_a_button_name_that_is_no_name_runs_nothing(basic, modules, resolved):
    names = ("x');import os;('", "a b", "x'", "x;y", "x\\", 'x"', "x(", "x\n")
    calls = [["IpsText.PressCommand", [name]] for name in names]
    assert not any(basic(twins(modules, ["IpsText"], resolved), calls))


def test_wrappers_call_python_with_their_arguments_in_order(basic, modules, resolved, functions):
    wrappers = elsewhere(modules, resolved, in_wizard=False)
    calls, expected = [], []
    for name, function in functions.items():
        arguments = help_of(function).arguments
        required = [f"<{a.name}>" for a in arguments if not a.optional]
        missing = ["missing"] * (len(arguments) - len(required))
        everything = [f"<{a.name}>" for a in arguments]
        for given, passed in ((required, [*required, *missing]), (everything, everything)):
            calls.append([f"IpsFunctions.{name}", given])
            expected.append(" ".join([f"{function.__module__}.{name}", *passed]))
    assert basic([wrappers, FAKE_XLWINGS, RECORDER], calls) == expected


def test_slow_functions_do_not_call_python_in_the_wizard(basic, modules, resolved):
    wrappers = elsewhere(modules, resolved, in_wizard=True)
    calls = [["IpsFunctions.IPS_OPTIMIZE", ["r", "u", "c"]], ["IpsFunctions.IPS_VAR", ["r", "w"]]]
    assert basic([wrappers, FAKE_XLWINGS, RECORDER], calls) == [
        "(calculated when the formula is entered)",
        "udfs.risk.IPS_VAR r w missing missing missing",
    ]


def test_on_a_mac_every_function_answers_with_a_text(basic, modules, resolved, functions):
    (wrappers,) = twins(modules, ["IpsFunctions"], resolved, mac=True)
    calls = [
        [f"IpsFunctions.{n}", ["x" for a in help_of(f).arguments if not a.optional]]
        for n, f in functions.items()
    ]
    answers = basic([wrappers, FAKE_XLWINGS, RECORDER], calls)
    assert len(set(answers)) == 1 and answers[0].startswith(
        "#IPS! functions: need Excel on Windows"
    )


@pytest.mark.parametrize("name", ["IpsFormulas", "IpsRibbon", "IpsFunctions"])
def test_a_mistake_in_a_module_would_be_noticed(basic, modules, resolved, name):
    spoiled = [
        replace(m, source=m.source.replace("End Sub", "End If").replace("End Function", "Loop"))
        if m.name == name
        else m
        for m in twins(modules, OURS, resolved)
    ]
    answers = basic([*spoiled, FAKE_XLWINGS], [["IpsText.PressCommand", ["check_data"]]])
    assert answers != ["from addin.hosts.xlam.press import press;press('check_data')"]
