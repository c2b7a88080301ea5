"""About: version and help of every function."""

import re
from collections.abc import Iterator
from types import ModuleType
from typing import Annotated

from addin import __version__
from addin.domain.labels import did_you_mean, label_key
from addin.errors import InputError
from addin.excel.grid import Cells
from addin.excel.scalars import text_or
from addin.excel.shape import block
from addin.excel.udf import FunctionHelp, cells, help_of, worksheet_function
from udfs import (
    budgets,
    data,
    drift,
    explain,
    optimization,
    performance,
    policy,
    risk,
    stress,
    views,
)

CHAPTERS: tuple[ModuleType, ...] = (
    data,
    policy,
    views,
    optimization,
    budgets,
    explain,
    performance,
    risk,
    stress,
    drift,
)
PREFIX = "IPS_"


@worksheet_function
def IPS_VERSION() -> object:
    """Version of the add-in."""
    return __version__


def _catalogue() -> Iterator[FunctionHelp]:
    own = (IPS_VERSION, IPS_HELP)
    for function in [*(f for chapter in CHAPTERS for f in vars(chapter).values()), *own]:
        if about := help_of(function):
            yield about


def _wanted(name: str, functions: dict[str, FunctionHelp]) -> FunctionHelp:
    key = label_key(name)
    about = functions.get(key) or functions.get(label_key(PREFIX) + key)
    if about is None:
        known = [f.name for f in functions.values()]
        raise InputError(f"name: no function '{name}'{did_you_mean(name, known)}")
    return about


@worksheet_function
def IPS_HELP(
    name: Annotated[Cells, cells("A function such as IPS_VAR; blank lists all functions.")] = None,
) -> object:
    """All functions with what they give, or one function with its arguments and definitions."""
    functions = {label_key(about.name): about for about in _catalogue()}
    wanted = text_or(name, "name", None)
    if wanted is None:
        rows = [(f.signature, f.chapter, f.description) for f in functions.values()]
        return block(("Function", "Chapter", "Description"), rows)
    about = _wanted(wanted, functions)
    sentences = [("", sentence) for sentence in _in_cells(about.details)]
    arguments = [(f"[{a.name}]" if a.optional else a.name, a.help) for a in about.arguments]
    return block(("Item", "Help"), [(about.signature, about.description), *sentences, *arguments])


def _in_cells(details: str) -> list[str]:
    """Details one sentence or clause to a row, since a cell holds no more than 255 characters."""
    return [part for part in re.split(r"(?<=[.;]) ", details) if part]
