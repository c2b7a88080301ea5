"""Worksheet functions: what a function says of itself, and how it meets its host."""

import functools
import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ParamSpec, get_type_hints

from addin.errors import InfeasibleError, IpsError
from addin.excel.grid import IPS_MARK, Cells, as_key, is_given
from addin.excel.options import read_settings
from addin.excel.remembered import SESSION, key_of
from addin.excel.shape import NOT_AVAILABLE, TEXT_LIMIT, Result, cut, shown
from addin.excel.vba_words import VBA_RESERVED

P = ParamSpec("P")

CATEGORY = "IPS"
HELP_ATTRIBUTE = "__ips_function__"
HEAVY_ATTRIBUTE = "__ips_heavy__"


@dataclass(frozen=True)
class Argument:
    """One argument of a worksheet function, and its help."""

    name: str
    help: str
    optional: bool


@dataclass(frozen=True)
class FunctionHelp:
    """What a worksheet function says of itself.

    Attributes:
        name: As typed in a cell.
        chapter: Module it stands in.
        description: At most 255 characters, for Excel's function wizard.
        details: Conventions and definitions that do not fit there.
        arguments: In order.
        heavy: Whether it takes too long to run at each key pressed in the function wizard.
    """

    name: str
    chapter: str
    description: str
    details: str
    arguments: tuple[Argument, ...]
    heavy: bool = False

    @property
    def signature(self) -> str:
        """``IPS_VAR(returns, weights, [confidence])``."""
        names = (f"[{a.name}]" if a.optional else a.name for a in self.arguments)
        return f"{self.name}({', '.join(names)})"


def cells(doc: str) -> dict[str, str]:
    """Annotation of an argument: its help; the cells arrive as the host has them."""
    return {"convert": "raw", "doc": doc}


def _argument(parameter: inspect.Parameter, hint: Any) -> Argument:
    name = parameter.name
    doc = next((m["doc"] for m in getattr(hint, "__metadata__", ()) if isinstance(m, dict)), None)
    if doc is None or len(doc) > TEXT_LIMIT:
        raise TypeError(f"argument {name}: needs a help text of at most {TEXT_LIMIT} characters")
    if parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD:
        raise TypeError(f"argument {name}: a cell can pass arguments by position alone")
    if name.casefold() in VBA_RESERVED:
        raise TypeError(f"argument {name}: is a word of Visual Basic")
    return Argument(name, doc, parameter.default is not inspect.Parameter.empty)


def _help(function: Callable[..., object]) -> FunctionHelp:
    hints = get_type_hints(function, include_extras=True)
    parameters = inspect.signature(function).parameters.values()
    summary, _, details = inspect.cleandoc(function.__doc__ or "").partition("\n\n")
    description = " ".join(summary.split())
    if not 0 < len(description) <= TEXT_LIMIT:
        raise TypeError(f"{function.__name__}: needs a first paragraph of at most {TEXT_LIMIT}")
    return FunctionHelp(
        name=function.__name__,
        chapter=function.__module__.rpartition(".")[2],
        description=description,
        details=" ".join(details.split()),
        arguments=tuple(_argument(p, hints.get(p.name)) for p in parameters),
        heavy=getattr(function, HEAVY_ATTRIBUTE, False),
    )


def _wants_native(options: Cells) -> bool:
    """Whether the options ask for Excel's own errors; unreadable options do not."""
    if not is_given(options):
        return False
    try:
        chosen = read_settings(options).get("errors")
    except IpsError:
        return False
    return chosen is not None and as_key(chosen.cell) == "native"


def _native(error: IpsError) -> str:
    return "#NUM!" if isinstance(error, InfeasibleError) else "#VALUE!"


def _register(function: Any, about: FunctionHelp) -> None:
    """Tell xlwings of a function; elsewhere than on Windows it has no cells to serve."""
    if sys.platform != "win32":
        return
    import xlwings  # a third of a second that no other host needs to spend

    xlwings.ret("default")(function)
    # last: any other decorator resets the category and the wizard
    xlwings.func(function, category=CATEGORY, call_in_wizard=not about.heavy)
    function.__xlfunc__["ret"]["doc"] = about.description


def heavy(function: Callable[P, object]) -> Callable[P, object]:
    """Below ``@worksheet_function``: a solver runs, so the function wizard must not call it."""
    setattr(function, HEAVY_ATTRIBUTE, True)
    return function


def worksheet_function(function: Callable[P, object]) -> Callable[P, Result]:
    """Make ``function`` a function for cells, in Excel and in every other host.

    A mistake the user can put right comes back as the text ``#IPS! …`` or, with the option
    ``errors=native``, as the text of an Excel error, which a host shows as that error. What is
    no such mistake is a fault of ours and is raised. The result leaves through ``shown``, and a
    repeated call gets a copy of it without computing.

    Raises:
        TypeError: If an argument lacks its help or Excel could not pass it.
    """
    about = _help(function)
    place = next((i for i, a in enumerate(about.arguments) if a.name == "options"), None)

    def answer(*args: P.args, **kwargs: P.kwargs) -> Result:
        given = kwargs.get("options")
        if place is not None and place < len(args):
            given = args[place]
        try:
            result = function(*args, **kwargs)
        except IpsError as error:
            return _native(error) if _wants_native(given) else cut(f"{IPS_MARK}{error}")
        return shown(result, "#N/A" if _wants_native(given) else NOT_AVAILABLE)

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Result:
        key = key_of(function, args, kwargs)
        if key is None:
            return answer(*args, **kwargs)
        result = SESSION.recall(key)
        if result is None:
            result = answer(*args, **kwargs)
            SESSION.keep(key, result)
        return result

    setattr(wrapper, HELP_ATTRIBUTE, about)
    _register(wrapper, about)
    return wrapper


def help_of(function: object) -> FunctionHelp | None:
    """What a worksheet function says of itself; None for anything else."""
    about = getattr(function, HELP_ATTRIBUTE, None)
    return about if isinstance(about, FunctionHelp) else None
