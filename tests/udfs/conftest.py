"""Excel without Excel: xlwings' own registration and call path, with the COM packages stubbed."""

# what xlwings imports from the standard library must be imported while the platform is the real one
import asyncio  # noqa: F401
import concurrent.futures  # noqa: F401
import contextlib
import ctypes
import datetime as dt
import importlib
import io
import multiprocessing  # noqa: F401
import subprocess  # noqa: F401
import sys
import types
import zoneinfo  # noqa: F401

import numpy  # noqa: F401
import pandas  # noqa: F401
import pytest

MISSING = -2147352572  # DISP_E_PARAMNOTFOUND: an argument that was left out
STUBBED = (
    *("pywintypes", "pythoncom", "winerror"),
    *(f"win32{name}" for name in ("api", "event", "gui", "con", "process", "timezone")),
    *("win32clipboard", "win32com", "win32com.client", "win32com.server"),
    *(f"win32com.client.{name}" for name in ("dynamic", "gencache")),
    *(f"win32com.server.{name}" for name in ("util", "dispatcher", "policy", "exception")),
)


class Stub(types.ModuleType):
    """A module, or anything in one, of which every attribute exists and does nothing."""

    __path__ = ()

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        setattr(self, name, Stub(name))
        return getattr(self, name)

    def __call__(self, *args, **kwargs):
        return 0


def stubs():
    """The COM packages, with the few things xlwings looks at."""
    made = {name: Stub(name) for name in STUBBED}
    for name, module in made.items():
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(made[parent], child, module)
    made["pywintypes"].com_error = type("com_error", (Exception,), {})
    made["pywintypes"].TimeType = dt.datetime
    pythoncom = made["pythoncom"]
    pythoncom.__file__ = "<stub>"
    pythoncom.IID_IDispatch = "IID_IDispatch"
    pythoncom.TypeIIDs = {"IID_IDispatch": type("PyIDispatch", (), {})}
    client = made["win32com.client"]
    client.Dispatch = lambda obj, *args, **kwargs: obj
    for name in ("CDispatch", "CoClassBaseClass", "DispatchBaseClass"):
        setattr(client, name, type(name, (), {}))
    made["win32timezone"].TimeZoneInfo = type("Z", (), {"utc": staticmethod(lambda: dt.UTC)})
    return made


@contextlib.contextmanager
def windows_ctypes():
    """What ctypes has on Windows only."""
    added = {
        "windll": Stub("windll"),
        "oledll": Stub("oledll"),
        "WinDLL": object,
        "WINFUNCTYPE": lambda *a, **k: lambda f: f,
        "HRESULT": ctypes.c_long,
    }
    real = ctypes.PyDLL
    ctypes.PyDLL = lambda name, *a, **k: Stub("dll") if name == "<stub>" else real(name, *a, **k)
    for name, value in added.items():
        setattr(ctypes, name, value)
    try:
        yield
    finally:
        ctypes.PyDLL = real
        for name in added:
            delattr(ctypes, name)


def ours(name):
    return name.split(".")[0] in ("xlwings", "udfs") or name in STUBBED


class Excel:
    """The catalogue as Excel on Windows sees it."""

    def __init__(self):
        self.modules = stubs()
        with self.windows():
            self.udfs = importlib.import_module("udfs")
            self.xlwings_udfs = importlib.import_module("xlwings.udfs")

    @contextlib.contextmanager
    def windows(self):
        """This process as if on Windows; its own modules come back afterwards."""
        kept = {name: sys.modules.pop(name) for name in list(sys.modules) if ours(name)}
        sys.modules.update(self.modules)
        platform, sys.platform = sys.platform, "win32"
        try:
            with windows_ctypes():
                yield
        finally:
            sys.platform = platform
            self.modules = {n: sys.modules.pop(n) for n in list(sys.modules) if ours(n)}
            sys.modules.update(kept)

    def registered(self, name):
        """What xlwings noted of a function."""
        return getattr(self.udfs, name).__xlfunc__

    def call(self, name, *arguments):
        """What the cell would show: arguments as COM delivers them, the result as COM gets it."""
        with self.windows():
            rows = self.xlwings_udfs.call_udf("udfs", name, arguments, None, object())
        return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows

    def vba(self):
        """The VBA module xlwings generates for the catalogue."""
        text = io.StringIO()
        book = types.SimpleNamespace(Name="ips.xlam")
        with self.windows():
            self.xlwings_udfs.generate_vba_wrapper("udfs", self.udfs, text, book)
        return text.getvalue()


@pytest.fixture(autouse=True)
def forgetful():
    """No test meets a result that another one left."""
    from addin.excel.remembered import SESSION

    SESSION.forget()


@pytest.fixture(scope="session")
def excel():
    return Excel()


def com(argument):
    """An argument as COM delivers it: tuples, error integers, aware datetimes."""
    if isinstance(argument, list | tuple):
        return tuple(com(each) for each in argument)
    if type(argument) is dt.date:
        return dt.datetime(argument.year, argument.month, argument.day, tzinfo=dt.UTC)
    return -2146826246 if argument == "#N/A" else argument


def plain(result):
    """What Excel was given, back in the terms of a Python host."""
    if isinstance(result, list):
        return [[plain(cell) for cell in row] for row in result]
    return result.date() if isinstance(result, dt.datetime) else result


@pytest.fixture(scope="session")
def cell(excel):
    """Call a function as a Python host does and as Excel does; both must show the same."""
    import udfs

    def call(name, *arguments):
        here = getattr(udfs, name)(*arguments)
        there = excel.call(name, *(MISSING if a is None else com(a) for a in arguments))
        assert plain(there) == here
        return here

    return call
