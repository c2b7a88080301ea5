"""Evaluation of a workbook's formulas, native ones and ours.

The only module that knows the formula engine (formualizer, pinned: it is 0.x).
"""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from itertools import groupby
from typing import Any, NamedTuple

import formualizer

from addin.domain.labels import did_you_mean
from addin.domain.table import Value
from addin.errors import InputError, IpsError
from addin.hosts.file.area import Area, quoted_sheet
from addin.hosts.file.engine_values import (
    SPILL,
    UNKNOWN_NAME,
    argument,
    cell_value,
    is_unread,
    result,
)
from addin.hosts.file.filebook import FileBook
from addin.hosts.file.normalize import (
    FormulaSyntaxError,
    Normalizer,
    Place,
    called_functions,
    refers_to_other_book,
    shape_of,
    words_called,
)
from addin.hosts.file.sheet_formulas import SheetFormula, sheet_formulas, without_formulas
from addin.hosts.file.spill import write_array, write_single
from addin.hosts.file.text import CellError

Functions = Mapping[str, Callable[..., Any]]

# what Google Sheets writes for a function only it has, inside IFERROR(…, last value)
PLACEHOLDERS = frozenset(("__xludf.dummyfunction",))
SHOWN_AT_ONCE = 8
LONGEST_ERROR, SHOWN_OF_FAULT = 255, 120
MALFORMED = "Malformed formula"  # stands in the engine's text of a formula it cannot read


class FormulaError(NamedTuple):
    """A formula whose value is an error."""

    sheet: str
    cell: str
    formula: str
    error: str


class RecalcResult(NamedTuple):
    """What a recalculation did: formulas evaluated and those that gave an error value."""

    formulas: int
    errors: tuple[FormulaError, ...]


def recalculate(book: FileBook, functions: Functions) -> RecalcResult:
    """Evaluate every formula and store the results as cached values.

    Functions receive numbers, texts, booleans, None for a blank cell, ``""`` for a skipped
    argument, the text of an error, and lists of rows of these; dates come as serial numbers.
    They return a number, a text or a list of rows, which spills from a spilling formula. A
    formula that needs another workbook keeps its value.

    Args:
        book: Workbook with its unsaved changes; it is changed, not saved.
        functions: Our worksheet functions by name.

    Raises:
        InputError: If a formula calls a function that does not exist, naming every such cell;
            nothing is changed then.
    """
    if book.date1904:
        raise InputError(f"{book.name}: formulas with the 1904 date system cannot be evaluated")
    formulas = [f for name in book.sheet_names for f in sheet_formulas(book.sheet(name))]
    _refuse_unknown_functions(formulas, functions)
    engine = _Engine(book, formulas, functions)
    engine.evaluate()
    errors = [e for formula in formulas if (e := _store(book, formula, engine)) is not None]
    book.settle()
    book.calculated()
    return RecalcResult(len(formulas), tuple(errors))


class _Engine:
    """The formula engine loaded with a workbook's values and formulas."""

    def __init__(
        self, book: FileBook, formulas: Sequence[SheetFormula], functions: Functions
    ) -> None:
        self._workbook = _loaded(_values_only(book, formulas), book.name)
        self._faults: list[BaseException] = []
        for name, function in functions.items():
            least, most = _arity(function)
            self._workbook.register_function(
                name, self._guarded(function), min_args=least, max_args=most
            )
        spelling = Normalizer(book.tables.all(), book.names, functions)
        spelled = ((formula, _spelled(formula, spelling)) for formula in formulas)
        self._texts = {formula: text for formula, text in spelled if text is not None}

    def evaluate(self) -> None:
        """Evaluate all formulas; a fault of a function surfaces.

        A formula that is not an array formula has one value: where it gave several, it is
        evaluated again with implicit intersection, as Excel does.
        """
        self._set(self._texts)
        self._run()
        for formula in self._texts:
            self._check_read(formula)
        spilled = [f for f in self._texts if f.array is None and self._spills(f)]
        if spilled:
            self._set({formula: f"@({self._texts[formula]})" for formula in spilled})
            self._run()

    def evaluated(self, formula: SheetFormula) -> bool:
        """Whether the formula was evaluated rather than left with its value."""
        return formula in self._texts

    def value(self, sheet: str, row: int, column: int) -> Value:
        """Value of a cell; an error as ``CellError``, a date as its serial number."""
        return cell_value(self._workbook.get_value(sheet, row, column))

    def block(self, formula: SheetFormula) -> tuple[tuple[Value, ...], ...]:
        """All values of an array formula."""
        extent = self._extent(formula) or Area(
            formula.row, formula.column, formula.row, formula.column
        )
        return tuple(
            tuple(
                self.value(formula.sheet, row, column)
                for column in range(extent.left, extent.right + 1)
            )
            for row in range(extent.top, extent.bottom + 1)
        )

    def _set(self, texts: Mapping[SheetFormula, str]) -> None:
        """Hand over formulas, those one below the other at once: one by one is ten times slower."""
        by_column = sorted(texts, key=lambda f: (f.sheet, f.column, f.row))
        for _, run in groupby(enumerate(by_column), _place_of_run):
            formulas = [formula for _, formula in run]
            first = formulas[0]
            rows = [[f"={texts[formula]}"] for formula in formulas]
            self._workbook.set_formulas_batch(first.sheet, first.row, first.column, rows)

    def _check_read(self, formula: SheetFormula) -> None:
        place = (formula.sheet, formula.row, formula.column)
        if is_unread(self._workbook.get_value(*place)):
            text = self._workbook.get_formula(*place) or ""
            if MALFORMED in text:
                raise _unreadable(formula)

    def _run(self) -> None:
        self._workbook.evaluate_all()
        if self._faults:
            raise self._faults[0]

    def _spills(self, formula: SheetFormula) -> bool:
        value = self.value(formula.sheet, formula.row, formula.column)
        return self._extent(formula) is not None or value == SPILL

    def _extent(self, formula: SheetFormula) -> Area | None:
        address = f"{quoted_sheet(formula.sheet)}!{formula.cell}"
        spill = self._workbook.inspect_cell(address, include_values=False).cell.spill
        if spill is None or not spill.extent:
            return None
        return Area.parse(spill.extent.rpartition("!")[2])

    def _guarded(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function as the engine calls it; the engine would hide a fault as #VALUE!."""

        def call(*arguments: Any) -> Any:
            try:
                return result(function(*map(argument, arguments)))
            except IpsError as error:
                return f"#IPS! {error}"[:LONGEST_ERROR]
            except BaseException as fault:
                self._faults.append(fault)
                raise

        return call


def _place_of_run(numbered: tuple[int, SheetFormula]) -> tuple[str, int, int]:
    """Equal for formulas one below the other, which are numbered in order."""
    number, formula = numbered
    return formula.sheet, formula.column, formula.row - number


def _store(book: FileBook, formula: SheetFormula, engine: _Engine) -> FormulaError | None:
    """Write the result of a formula; the error it is, if it is one."""
    if not engine.evaluated(formula):
        return None
    sheet = book.sheet(formula.sheet)
    value = engine.value(formula.sheet, formula.row, formula.column)
    if formula.array is not None:
        changed = write_array(sheet, formula, engine.block(formula), book.package)
    else:
        changed = write_single(sheet, formula, value)
    if changed:
        book.note_change(formula.sheet)
    if isinstance(value, CellError):
        return FormulaError(formula.sheet, formula.cell, f"={formula.text}", str(value))
    return None


def _loaded(content: bytes, name: str) -> formualizer.Workbook:
    try:
        return formualizer.Workbook.from_bytes(content)
    except (OSError, ValueError, RuntimeError) as fault:
        reason = str(fault).splitlines()[0][:SHOWN_OF_FAULT]
        raise InputError(f"{name}: cannot be calculated, it is damaged ({reason})") from None


def _values_only(book: FileBook, formulas: Iterable[SheetFormula]) -> bytes:
    """The workbook for the engine: present values, no formulas, no results of old spills."""
    by_sheet: dict[str, list[SheetFormula]] = {}
    for formula in formulas:
        by_sheet.setdefault(formula.sheet, []).append(formula)
    roots = {}
    for sheet, found in by_sheet.items():
        arrays = [formula.array for formula in found if formula.array is not None]
        source = book.sheet(sheet)
        roots[source.part] = without_formulas(deepcopy(source.root), arrays)
    return book.package.cells_with(roots)


def _refuse_unknown_functions(formulas: Sequence[SheetFormula], functions: Functions) -> None:
    known = {name.casefold() for name in functions} | PLACEHOLDERS
    words = {formula: words_called(shape_of(formula.text)[0]) for formula in formulas}
    foreign = {word for called in words.values() for word in called if word.casefold() not in known}
    unknown = _unknown_to_engine(foreign)
    found = [
        (formula, name)
        for formula, called in words.items()
        if not unknown.isdisjoint(called)
        for name in _calls(formula)
        if name in unknown
    ]
    if not found:
        return
    shown = ", ".join(f"{f.sheet}!{f.cell} {name}" for f, name in found[:SHOWN_AT_ONCE])
    more = f" and {len(found) - SHOWN_AT_ONCE} more" if len(found) > SHOWN_AT_ONCE else ""
    raise InputError(f"unknown function: {shown}{more}{did_you_mean(found[0][1], functions)}")


def _calls(formula: SheetFormula) -> Iterable[str]:
    try:
        return dict.fromkeys(called_functions(formula.text))
    except FormulaSyntaxError:
        raise _unreadable(formula) from None


def _spelled(formula: SheetFormula, spelling: Normalizer) -> str | None:
    """The formula for the engine; None if it needs another workbook."""
    try:
        if refers_to_other_book(formula.text):
            return None
        return spelling.normalized(formula.text, Place(formula.sheet, formula.row, formula.column))
    except FormulaSyntaxError:
        raise _unreadable(formula) from None


def _unreadable(formula: SheetFormula) -> InputError:
    where = f"{formula.sheet}!{formula.cell}"
    return InputError(f"{where}: the formula ={formula.text[:80]} cannot be read")


def _unknown_to_engine(names: Iterable[str]) -> set[str]:
    """Those the engine does not have: called without arguments they are #NAME?, not #VALUE!."""
    probe = formualizer.Workbook()
    probe.add_sheet("Probe")
    known = sorted({"SINGLE"} & set(names))  # spelled @ before evaluation
    listed = sorted(set(names) - set(known))
    for row, name in enumerate(listed, 1):
        probe.set_formula("Probe", row, 1, f"={name}()")
    probe.evaluate_all()
    values = ((name, probe.get_value("Probe", row, 1)) for row, name in enumerate(listed, 1))
    return {name for name, value in values if cell_value(value) == UNKNOWN_NAME}


def _arity(function: Callable[..., Any]) -> tuple[int, int | None]:
    """Least and greatest number of arguments; None for any number."""
    parameters = inspect.signature(function).parameters.values()
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return 0, None
    return sum(p.default is p.empty for p in parameters), len(parameters)
