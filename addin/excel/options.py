"""Key/value settings from cells: options of a function, and the key/value tables of a policy."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin

from addin.domain.labels import did_you_mean, label_key
from addin.domain.options import Options
from addin.domain.policy import PolicyMeta, Rebalancing, ScoreWeights
from addin.errors import InputError
from addin.excel.grid import Cells, Grid, as_key, grid, is_blank_row, is_given
from addin.excel.number_text import parsed_number
from addin.excel.records import raise_mistakes
from addin.excel.scalars import member
from addin.excel.values import (
    day,
    flag,
    found,
    is_blank,
    label,
    number,
    whole_number,
)

_FURTHER_KEYS = (
    "absolute_band",
    "relative_band",
    "spending_rule",
    "spending_rate",
    "inflation",
    "horizon_years",
)
ERRORS_AS = ("text", "native")

T = TypeVar("T")


@dataclass(frozen=True)
class Setting:
    """One entry: its key, the cell beside it, and where that stands."""

    key: str
    cell: object
    where: str


Settings = Mapping[str, Setting]


def _names(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


KNOWN_KEYS = frozenset(
    (*_names(Options), *_names(Rebalancing), *_names(ScoreWeights), *_names(PolicyMeta))
) | frozenset(_FURTHER_KEYS)


def _key(text: str) -> str:
    return label_key(text).replace(" ", "_").replace("-", "_")


def _pairs_of_text(text: str, name: str) -> Iterable[tuple[str, object, str]]:
    for part in filter(str.strip, text.split(";")):
        key, sign, value = part.partition("=")
        if not sign:
            raise InputError(f"{name}: expected key=value; key=value, found {found(part)}")
        yield key.strip(), value.strip(), f"{name}, {key.strip()}"


def _pairs_of_block(table: Grid) -> Iterable[tuple[str, object, str]]:
    if table.width > 2:
        raise InputError(
            f"{table.name}: expected two columns, key and value, found {table.width} columns"
        )
    headed = table.is_table or as_key(table.cells[0][0]) in ("key", "option", "setting")
    for i in range(int(headed), len(table.cells)):
        row = table.cells[i]
        if not is_blank_row(row):
            key = label(row[0], table.where(i, "key"), "a key")
            yield key, row[1] if table.width == 2 else None, table.where(i, key)


def _pairs(cells: Cells, name: str) -> Iterable[tuple[str, object, str]]:
    table = grid(cells, name)
    only = table.cells[0][0] if len(table.cells) == 1 and table.width == 1 else None
    if isinstance(only, str) and (only is cells or "=" in only):
        return _pairs_of_text(only, name)
    return _pairs_of_block(table)  # one cell of a range may be a key whose value is blank


def read_settings(cells: Cells, name: str = "options") -> Settings:
    """Entries by key; an entry without a value is left out.

    Args:
        cells: Two columns, key and value (heading optional), or text ``key=value; key=value``.
        name: What messages call them.

    Raises:
        InputError: If a key is not known (the nearest is suggested) or stands twice with
            different values.
    """
    settings: dict[str, Setting] = {}
    mistakes: list[str] = []
    for written, cell, where in _pairs(cells, name) if is_given(cells) else ():
        key = _key(written)
        if key not in KNOWN_KEYS:
            mistakes.append(f"{where}: no such key{did_you_mean(key, KNOWN_KEYS)}")
        elif not is_blank(cell):
            try:
                settings = merged(settings, {key: Setting(key, cell, where)})
            except InputError as error:
                mistakes.append(str(error))
    raise_mistakes(mistakes)
    return settings


def _comparable(cell: object) -> object:
    """One form for ``3%`` and 0.03, for ``Full`` and ``full``."""
    if not isinstance(cell, str):
        return float(cell) if isinstance(cell, Decimal) else cell
    value = parsed_number(cell)
    return label_key(cell) if value is None else value


def merged(*sources: Settings) -> dict[str, Setting]:
    """All entries together.

    Raises:
        InputError: If two entries for one key disagree.
    """
    result: dict[str, Setting] = {}
    for source in sources:
        for key, setting in source.items():
            first = result.setdefault(key, setting)
            if _comparable(first.cell) != _comparable(setting.cell):
                raise InputError(
                    f"{setting.where}: {found(setting.cell)} disagrees with "
                    f"{found(first.cell)} in {first.where}"
                )
    return result


_READERS: dict[type, Callable[[Any, str], object]] = {
    float: number,
    int: whole_number,
    bool: flag,
    str: label,
    date: day,
}


def _reader(annotation: Any) -> Callable[[Any, str], object]:
    if get_origin(annotation) is UnionType:  # "float | None": blank cells were left out already
        annotation = next(kind for kind in get_args(annotation) if kind is not type(None))
    if issubclass(annotation, StrEnum):
        return lambda cell, where: member(cell, where, annotation)
    return _READERS[annotation]


def typed(kind: type[T], settings: Settings) -> T:
    """A dataclass with these entries as fields; other entries are ignored.

    Raises:
        InputError: Naming each entry that has the wrong kind of value.
    """
    values: dict[str, object] = {}
    mistakes: list[str] = []
    for field in fields(kind):  # type: ignore[arg-type]  # T is a dataclass
        if setting := settings.get(field.name):
            try:
                values[field.name] = _reader(field.type)(setting.cell, setting.where)
            except InputError as error:
                mistakes.append(str(error))
    raise_mistakes(mistakes)
    return kind(**values)


def _check_errors(settings: Settings) -> None:
    chosen = settings.get("errors")
    if chosen and as_key(chosen.cell) not in ERRORS_AS:
        raise InputError(
            f"{chosen.where}: expected {' or '.join(ERRORS_AS)}, found {found(chosen.cell)}"
        )


def read_options(*sources: Cells, name: str = "options") -> Options:
    """Options of a function; what is not given keeps its default.

    Raises:
        InputError: If a key is unknown, entries disagree, or a value is of the wrong kind.
    """
    settings = merged(*(read_settings(source, name) for source in sources))
    _check_errors(settings)
    return typed(Options, settings)


def refuse_unsupported(options: Options, *keys: str) -> None:
    """Refuse options that would change a result but cannot be honoured yet.

    Raises:
        InputError: Naming the first one given.
    """
    for field in fields(Options):
        default = None if field.default is MISSING else field.default
        if field.name in keys and getattr(options, field.name) != default:
            raise InputError(
                f"options, {field.name}: this function cannot honour it yet; leave it out, found "
                f"{found(getattr(options, field.name))}"
            )
