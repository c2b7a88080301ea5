"""Formulas in the one spelling the formula engine understands: plain A1 references."""

import operator
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError

from addin.hosts.file.area import Area, parse_reference, unquoted_sheet
from addin.hosts.file.names import DefinedName
from addin.hosts.file.tables import ListObject

DEEPEST_NAME = 16  # names may speak of names; a circle of them is left as it is
_OWN_PREFIX = re.compile(r"^@?(?:(?:'[^']*'|\[\d+\]|[^'!(\s]*)!|_xll\.|_xldudf_)", re.IGNORECASE)
_NEWER = re.compile(r"^@?(?:_xlfn\.|_xlws\.)*", re.IGNORECASE)
_TABLE = re.compile(r"^([^\W\d][\w.\\]*)?\[(.*)\]$", re.DOTALL)
_ITEM = re.compile(r"\[([^\[\]]*)\]")
_HIDDEN = 0xE000  # private characters that stand for escaped ones
_QUOTED_OR_ESCAPED = re.compile(
    r"""(?P<string>"[^"]*")|(?P<sheet>(?<![\w\]\['])'(?:[^']|'')*'!)|'(?P<escaped>[\[\]#'@])"""
)
_OTHER_BOOK = re.compile(r"^'?[^!]*\[[^\]]+\][^!]*!")
_MAYBE_OTHER_BOOK = re.compile(r"\][^\[\]]*!")
_SINGLE = "_xlfn.single("
_WORD = re.compile(r"[^\W\d][\w.]*")
_CALL = re.compile(r"([^\W\d][\w.]*)\(")
_HOLE = "\uf8ff"  # stands for a cell in the shape of a formula
_CELL = re.compile(
    r"""("[^"]*"|'(?:[^']|'')*'|\[(?:[^\[\]]|\[[^\[\]]*\])*\])"""
    r"""|(?<![\w.$\\?])\$?[A-Za-z]{1,3}\$?\d{1,7}(?![\w.(!\[?\\])"""
)


class FormulaSyntaxError(Exception):
    """A formula whose brackets or quotes do not close."""


@dataclass(frozen=True)
class Place:
    """Where a formula stands: its sheet, row and column."""

    sheet: str
    row: int
    column: int


class Normalizer:
    """Spells formulas of one workbook.

    Args:
        tables: Tables of the workbook.
        names: Its defined names.
        functions: Names of the functions that are ours.
    """

    def __init__(
        self,
        tables: Sequence[ListObject],
        names: Sequence[DefinedName],
        functions: Collection[str],
    ) -> None:
        self._tables = {table.name.casefold(): table for table in tables}
        self._names = {(_key(name.scope), name.name.casefold()): name.formula for name in names}
        self._ours = {name.casefold() for name in functions}
        self._words = {*self._ours, *self._tables, *(n for _, n in self._names)}
        self._cell_like = {word for word in self._words if shape_of(word)[1]}  # YTD2024
        self._known: dict[tuple[str, str], str] = {}
        self._place_counts = False

    def normalized(self, formula: str, place: Place) -> str:
        """The formula without names, structured references, stored prefixes, skipped arguments.

        A name or column that does not exist stays, and is an error of the formula.
        """
        shape, cells = shape_of(formula)
        if self._cell_like and not self._cell_like.isdisjoint(map(str.casefold, cells)):
            shape, cells = formula, ()
        key = (shape, place.sheet)
        spelled = self._known.get(key)
        if spelled is None:
            self._place_counts = False
            spelled = self._spelled(shape, place, 0)
            if not self._place_counts:
                self._known[key] = spelled
        return _filled(spelled, cells)

    def _spelled(self, formula: str, place: Place, depth: int) -> str:
        lower = formula.casefold()
        if not ("[" in lower or "_xl" in lower) and self._words.isdisjoint(_WORD.findall(lower)):
            return formula  # most formulas need nothing, and reading tokens is slow
        pieces: list[str] = []
        open_calls: list[bool] = []  # of each open bracket: is it a call of ours?
        after_gap = False  # in a call of ours, no argument since the last comma or bracket
        for token in _tokens(formula):
            call = bool(open_calls) and open_calls[-1]
            ends = token.type == Token.SEP or token.subtype == Token.CLOSE
            if ends and call and after_gap and (token.type == Token.SEP or pieces[-1] == ","):
                pieces.append('""')
            pieces.append(self._piece(token, place, depth))
            if token.subtype == Token.OPEN:
                open_calls.append(token.type == Token.FUNC and self.is_ours(token.value))
            elif token.subtype == Token.CLOSE and open_calls:
                open_calls.pop()
            if token.type != Token.WSPACE:
                after_gap = token.type == Token.SEP or token.subtype == Token.OPEN
        return "".join(pieces)

    def is_ours(self, call: str) -> bool:
        """Whether ``call``, a name with its bracket, is one of our functions."""
        return function_name(call).casefold() in self._ours

    def _piece(self, token: Token, place: Place, depth: int) -> str:
        if token.type == Token.WSPACE:
            return " " if token.value.strip() == "" else str(token.value)
        if token.type == Token.FUNC and token.subtype == Token.OPEN:
            return self._call(token.value)
        if token.type == Token.OPERAND and token.subtype == Token.RANGE:
            return self._reference(token.value, place, depth)
        return str(token.value)

    def _call(self, call: str) -> str:
        if call.casefold() == _SINGLE:
            return "@("
        if self.is_ours(call):
            return ("@" if call.startswith("@") else "") + function_name(call) + "("
        return call

    def _reference(self, text: str, place: Place, depth: int) -> str:
        if "[" in text or text.casefold() in self._tables:
            return self._structured(text, place) or _shown(text)
        sheet, _, name = text.rpartition("!")
        scope = unquoted_sheet(sheet) if sheet else place.sheet
        formula = self._names.get((_key(scope), name.casefold()))
        if formula is None:
            formula = self._names.get((None, name.casefold()))
        if formula is None or depth > DEEPEST_NAME:
            return text
        inner = self._spelled(formula.removeprefix("="), place, depth + 1)
        return inner if parse_reference(inner) else f"({inner})"

    def _structured(self, text: str, place: Place) -> str | None:
        match = _TABLE.match(text)
        name, inner = (match[1] or "", match[2]) if match else (text, "")
        table = self._tables.get(name.casefold()) if name else self._table_around(place)
        if table is None:
            self._place_counts |= not name
            return None
        rows, columns = _selection(inner)
        self._place_counts |= not name or "#this row" in rows
        span = _columns(table, columns)
        extent = _rows(table, rows, place.row)
        if span is None or extent is None:
            return None
        return Area(extent[0], span[0], extent[1], span[1]).absolute(table.sheet)

    def _table_around(self, place: Place) -> ListObject | None:
        """The table a formula stands in, which ``[Column]`` alone speaks of."""
        here = (place.row, place.column)
        inside = (t for t in self._tables.values() if t.sheet == place.sheet and here in t.area)
        return next(inside, None)


@lru_cache(maxsize=65_536)
def shape_of(formula: str) -> tuple[str, tuple[str, ...]]:
    """The formula with a hole for each cell it names, and those cells.

    Formulas filled down or right have one shape, which is read once. Texts, quoted sheets and
    brackets are left alone.
    """
    if _HOLE in formula or ("'" in formula and "[" in formula):
        return formula, ()  # an escaped bracket would end the brackets too early
    cells = tuple(match[0] for match in _CELL.finditer(formula) if not match[1])
    return _CELL.sub(lambda match: match[1] or _HOLE, formula), cells


def _filled(shape: str, cells: tuple[str, ...]) -> str:
    if not cells:
        return shape
    first, *pieces = shape.split(_HOLE)
    return first + "".join(map(operator.add, cells, pieces))


def function_name(call: str) -> str:
    """Name of the function in ``[1]!IPS_X(``, ``_xll.IPS_X(`` or ``_xlfn.STDEV.S(``."""
    name = _OWN_PREFIX.sub("", call.removesuffix("("), count=1)
    return _NEWER.sub("", name, count=1)


@lru_cache(maxsize=4096)
def words_called(shape: str) -> frozenset[str]:
    """Words before a bracket: every function a formula calls, and perhaps words of its texts."""
    return frozenset(function_name(word) for word in _CALL.findall(shape))


def called_functions(formula: str) -> Iterator[str]:
    """Names of the functions a formula calls."""
    for token in _tokens(formula):
        if token.type == Token.FUNC and token.subtype == Token.OPEN:
            yield function_name(token.value)


def refers_to_other_book(formula: str) -> bool:
    """Whether a formula needs cells of another workbook."""
    return _MAYBE_OTHER_BOOK.search(formula) is not None and any(
        token.type == Token.OPERAND
        and token.subtype == Token.RANGE
        and _OTHER_BOOK.match(token.value) is not None
        for token in _tokens(formula)
    )


@lru_cache(maxsize=4096)
def _tokens(formula: str) -> tuple[Token, ...]:
    try:
        return tuple(Tokenizer(f"={_hidden_escapes(formula)}").items)
    except (TokenizerError, IndexError):  # the second for a bracket that closes nothing
        raise FormulaSyntaxError(formula) from None


def _hidden_escapes(formula: str) -> str:
    """``T[a']b]`` with ``']`` as one private character: the tokenizer counts every bracket."""
    if "'" not in formula or "[" not in formula:
        return formula
    return _QUOTED_OR_ESCAPED.sub(
        lambda m: chr(_HIDDEN + ord(m["escaped"])) if m["escaped"] else m[0], formula
    )


def _shown(text: str) -> str:
    return "".join(chr(ord(c) - _HIDDEN) if 0 <= ord(c) - _HIDDEN < 128 else c for c in text)


def _key(sheet: str | None) -> str | None:
    return None if sheet is None else sheet.casefold()


def _selection(inner: str) -> tuple[list[str], list[str]]:
    """Row items (``#data``) and columns of the brackets of a structured reference."""
    items = _ITEM.findall(inner) if inner.startswith("[") else [inner] if inner else []
    if inner.startswith("@"):
        column = inner[1:]
        items = ["#this row", *(_ITEM.findall(column) if column.startswith("[") else [column])]
    items = [item for item in items if item]
    rows = [item.casefold() for item in items if item.startswith("#")]
    return rows, [_shown(item) for item in items if not item.startswith("#")]


def _columns(table: ListObject, wanted: list[str]) -> tuple[int, int] | None:
    if not wanted:
        return table.area.left, table.area.right
    known = {heading.casefold(): n for n, heading in enumerate(table.headings, table.area.left)}
    found = [known.get(heading.casefold()) for heading in wanted]
    present = [column for column in found if column is not None]
    return (min(present), max(present)) if len(present) == len(wanted) else None


def _rows(table: ListObject, items: list[str], row: int) -> tuple[int, int] | None:
    area, body = table.area, table.body
    extents: dict[str, Callable[[], tuple[int, int] | None]] = {
        "#all": lambda: (area.top, area.bottom),
        "#headers": lambda: (area.top, area.top) if table.header_rows else None,
        "#totals": lambda: (area.bottom, area.bottom) if table.totals_rows else None,
        "#data": lambda: (body.top, body.bottom),
        "#this row": lambda: (row, row) if body.top <= row <= body.bottom else None,
    }
    found = [extents[item]() for item in items or ["#data"] if item in extents]
    present = [extent for extent in found if extent is not None]
    if not present:
        return None
    return min(top for top, _ in present), max(bottom for _, bottom in present)
