"""Which modules hold the worksheet functions and the buttons, as the user configured it.

Only the user's own file is read, never a workbook or a file beside it: a workbook that came
by mail must not choose what code runs.
"""

import csv
import importlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from addin.domain.labels import did_you_mean, label_key
from addin.errors import InputError

UDF_MODULES, MACRO_MODULES = "UDF_MODULES", "MACRO_MODULES"
FUNCTION_PREFIX = "IPS_"
FUNCTION_MARK, BUTTON_MARK = "__ips_function__", "__ips_button__"

Functions = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True)
class Configuration:
    """Modules by name, in the order they are loaded."""

    udf_modules: tuple[str, ...] = ("udfs",)
    macro_modules: tuple[str, ...] = ("macros",)


def read_configuration(home: Path | None = None) -> Configuration:
    """The configuration of a user: lines ``"KEY","value"`` in ``.IPS/IPS.conf`` of the home.

    Args:
        home: Home folder (``%USERPROFILE%`` on Windows); default: that of the user.

    Raises:
        InputError: If a line is not of that form.
    """
    path = (home or Path.home()) / ".IPS" / "IPS.conf"
    if not path.is_file():
        return Configuration()
    values = dict(_setting(line, path, n) for n, line in _lines(path))
    default = Configuration()
    return Configuration(
        _names(values.get(UDF_MODULES)) or default.udf_modules,
        _names(values.get(MACRO_MODULES)) or default.macro_modules,
    )


def load_functions(home: Path | None = None) -> Functions:
    """Worksheet functions of the configured modules by name.

    Of each module's ``__all__``, what is called ``IPS_…`` or is upper case and marked as a
    worksheet function.

    Raises:
        InputError: If a module is missing or two modules define one name.
    """
    return _collected(read_configuration(home).udf_modules, UDF_MODULES, _is_function)


def load_buttons(home: Path | None = None) -> Functions:
    """Buttons of the configured modules by name.

    Raises:
        InputError: If a module is missing or two modules define one name.
    """
    return _collected(read_configuration(home).macro_modules, MACRO_MODULES, _is_button)


def button_named(name: str, buttons: Functions) -> Callable[..., Any]:
    """The macro behind a button: takes a book, returns a sentence, raises ``IpsError``.

    Args:
        name: Words on the button or name of its function: ``Check data``, ``check_data``.
        buttons: As ``load_buttons`` returns them.

    Raises:
        InputError: If there is none.
    """
    marks = [getattr(button, BUTTON_MARK) for button in buttons.values()]
    by_key = {_button_key(text): mark for mark in marks for text in (mark.name, mark.label)}
    if _button_key(name) not in by_key:
        labels = [mark.label for mark in marks]
        near = did_you_mean(name, labels) or f"; there are: {', '.join(labels)}"
        raise InputError(f"there is no button '{name}'{near}")
    macro: Callable[..., Any] = by_key[_button_key(name)].macro
    return macro


def _button_key(name: str) -> str:
    return label_key(name.replace("_", " ").replace("-", " "))


def _lines(path: Path) -> list[tuple[int, str]]:
    text = path.read_text(encoding="utf-8-sig")
    return [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]


def _setting(line: str, path: Path, number: int) -> tuple[str, str]:
    cells = next(csv.reader([line]))
    if len(cells) != 2:
        raise InputError(f'{path} line {number}: need "KEY","value", found {line}')
    return cells[0].strip().upper(), cells[1].strip()


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name for name in re.split(r"[;,\s]+", text or "") if name)


def _collected(modules: tuple[str, ...], key: str, wanted: Callable[[str, Any], bool]) -> Functions:
    found: dict[str, Callable[..., Any]] = {}
    for module_name in modules:
        module = _module(module_name, key)
        for name in getattr(module, "__all__", ()):
            member = getattr(module, name)
            if wanted(name, member) and found.setdefault(name, member) is not member:
                raise InputError(
                    f"{key}: {name} is defined twice, the second time in {module_name}"
                )
    return found


def _module(name: str, key: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as fault:
        if fault.name and (name == fault.name or name.startswith(f"{fault.name}.")):
            raise InputError(f"{key} names the module '{name}', which is not installed") from None
        raise  # the module is there, something it imports is not


def _is_function(name: str, member: Any) -> bool:
    marked = name.startswith(FUNCTION_PREFIX) or hasattr(member, FUNCTION_MARK)
    return callable(member) and name.isupper() and marked


def _is_button(name: str, member: Any) -> bool:
    return callable(member) and hasattr(member, BUTTON_MARK)
