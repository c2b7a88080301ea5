"""The VBA function behind each worksheet function, made by xlwings' own generator.

xlwings generates them inside Excel on Windows; here its generator runs wherever the add-in is
built. Three things are changed in what it writes. The workbook is not handed to Python, since
xlwings would look in its sheets for code to run. On a Mac, where Excel cannot call Python from a
cell, a function answers with a text. And each function carries its description.
"""

import functools
import importlib
import io
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType, SimpleNamespace
from typing import Any

from addin.errors import InputError
from addin.excel.udf import CATEGORY, FunctionHelp, help_of
from addin.hosts.xlam.hardened import NAME as XLWINGS
from addin.hosts.xlam.repair import ADDIN_FILE
from addin.hosts.xlam.vba_text import plain_text, quoted

MODULE = "IpsFunctions"
HEAD = f"""Attribute VB_Name = "{MODULE}"
Option Explicit
#Const App = "Microsoft Excel"

Private Const ON_A_MAC As String = _
    "#IPS! functions: need Excel on Windows; on a Mac the buttons work, and so does: ips recalc"
Private Const IN_THE_WIZARD As String = "(calculated when the formula is entered)"

"""
SLOW = frozenset(("IPS_CANDIDATES", "IPS_FRONTIER", "IPS_OPTIMIZE", "IPS_REBALANCE"))
DESCRIPTION_LIMIT = 255
USER_DEFINED = r'" \n14"'  # the category of functions that are no part of Excel
COM_PACKAGES = ("pythoncom", "pywintypes", "win32com", "win32com.client")
GENERATOR = "xlwings.udfs"


def function_module(functions: Mapping[str, Callable[..., Any]]) -> str:
    """Source of the module with a VBA function for each worksheet function, in their order.

    Args:
        functions: Worksheet functions by name.

    Raises:
        InputError: If one is not decorated, or cannot be described in Visual Basic.
    """
    with _generator() as xlwings_udfs:
        parts = [_wrapper(xlwings_udfs, name, one) for name, one in functions.items()]
    return HEAD + "".join(parts)


def described(name: str, function: Callable[..., Any]) -> FunctionHelp:
    """What a worksheet function says of itself.

    Raises:
        InputError: If it says nothing.
    """
    about = help_of(function)
    if about is None:
        raise InputError(f"{name}: is no worksheet function, decorate it with @worksheet_function")
    return about


def _wrapper(xlwings_udfs: ModuleType, name: str, function: Callable[..., Any]) -> str:
    about = described(name, function)

    @functools.wraps(function)
    def registered(*args: Any) -> None: ...

    registered.__dict__.pop("__xlfunc__", None)  # Windows has registered it already
    xlwings_udfs.xlfunc(category=CATEGORY, call_in_wizard=name not in SLOW)(registered)
    text = io.StringIO()
    xlwings_udfs.generate_vba_wrapper(
        function.__module__,
        SimpleNamespace(**{name: registered}),
        text,
        SimpleNamespace(Name=ADDIN_FILE),
    )
    return _adapted(text.getvalue(), about)


def _adapted(generated: str, about: FunctionHelp) -> str:
    """The wrapper as the add-in needs it; a generator that writes something else ends the build."""
    name = about.name
    text = _replaced(generated, "XLPy.CallUDF(", f"{XLWINGS}.XLPy.CallUDF(", 2)
    text = _replaced(text, "ActiveWorkbook, Application.Caller", "Nothing, Application.Caller", 1)
    if name in SLOW:
        refusal = f".Enabled) Then {name} = IN_THE_WIZARD: Exit Function\n"
        text = _replaced(text, ".Enabled) Then Exit Function\n", refusal, 1)
    signature, end, body = text.partition("\n    #If App = ")
    if not end:
        raise _changed("#If App = ")
    opening, _, before = signature.partition(")\n")
    description = plain_text(about.description, name)[:DESCRIPTION_LIMIT]
    lines = (
        opening.removesuffix(")") + ")",
        f"Attribute {name}.VB_Description = {quoted(description)}",
        f"Attribute {name}.VB_ProcData.VB_Invoke_Func = {USER_DEFINED}",
        "    #If Mac Then",
        f"        {name} = ON_A_MAC",
        "        Exit Function",
        "    #End If",
        *([before] if before else []),
    )
    return "\n".join(lines) + end + body


def _replaced(text: str, old: str, new: str, times: int) -> str:
    if text.count(old) != times:
        raise _changed(old)
    return text.replace(old, new)


def _changed(text: str) -> InputError:
    return InputError(f"xlwings: its generator has changed at '{text.strip()}'; review {__name__}")


@contextmanager
def _generator() -> Iterator[ModuleType]:
    """The module with the generator; where COM is missing, something empty stands for it."""
    absent = [] if sys.platform == "win32" else [n for n in COM_PACKAGES if n not in sys.modules]
    loaded = GENERATOR in sys.modules
    for name in absent:
        sys.modules[name] = _empty(name)
    try:
        yield importlib.import_module(GENERATOR)
    finally:
        for name in absent if loaded else [*absent, GENERATOR]:
            sys.modules.pop(name, None)


def _empty(name: str) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(__path__=[], CoInitialize=None, Dispatch=None)
    return module
