"""What Calc has to know of each worksheet function."""

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from addin.errors import InputError
from addin.excel.shape import cut
from addin.excel.udf import Argument, FunctionHelp, help_of

Functions = Mapping[str, Callable[..., Any]]

SERVICE = "org.ipsaddin.Functions"
INTERFACE = "org.ipsaddin.XFunctions"
_NAME = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)*")


@dataclass(frozen=True)
class Declaration:
    """One function of Calc.

    Attributes:
        name: As typed in a cell.
        method: Method of the component that answers it.
        help: Its texts and arguments.
    """

    name: str
    method: str
    help: FunctionHelp

    @property
    def programmatic_name(self) -> str:
        """The name older versions want in a file."""
        return f"{SERVICE}.{self.method}"

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the method's parameters: in order also when they are sorted by name."""
        return tuple(f"a{n:02}" for n in range(len(self.help.arguments)))


def declarations(functions: Functions) -> tuple[Declaration, ...]:
    """Declarations of all functions, by name.

    Raises:
        InputError: If there are none, or Calc could not know one by its name.
    """
    if not functions:
        raise InputError("the add-in for LibreOffice needs a function, found none")
    return tuple(_declaration(name, functions[name]) for name in sorted(functions))


def _declaration(name: str, function: Callable[..., Any]) -> Declaration:
    if not _NAME.fullmatch(name):
        raise InputError(f"{name}: a function of LibreOffice is named A to Z, 0 to 9 and single _")
    return Declaration(name, name.lower(), help_of(function) or _bare_help(name, function))


def _bare_help(name: str, function: Callable[..., Any]) -> FunctionHelp:
    """What can be said of a function that says nothing of itself."""
    parameters = inspect.signature(function).parameters.values()
    about = inspect.cleandoc(function.__doc__ or name).partition("\n\n")[0]
    arguments = tuple(Argument(p.name, "", p.default is not p.empty) for p in parameters)
    return FunctionHelp(name, "", cut(" ".join(about.split())), "", arguments)
