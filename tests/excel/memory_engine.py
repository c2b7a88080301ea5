"""Excel in memory behind xlwings' own objects, for what a macro does to a workbook.

Cells behave as in desktop Excel where that matters: text that is written is read as if typed,
a cell formatted as Text keeps it and turns numbers into text, values come back as COM hands them
over (tuples, error numbers, Currency cut to four decimals, blank as None, a number as a date if it
is formatted as one). Where Excel's behaviour
is not certain the engine fails, so that nothing can come to rely on it.

Attributes without underscore are those that xlwings asks of an engine; which of them were used
is noted in ``USED``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

import xlwings as xw
from xlwings import base_classes

USED: set[tuple[str, str]] = set()
ASKED: list[str] = []  # the names in their order, while somebody listens
REFUSED: dict[int, Exception] = {}  # the number of a call that Excel rejects, counted down to 0

ERRORS = {"#DIV/0!": -2146826281, "#N/A": -2146826246, "#REF!": -2146826265}
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?(%?)$", re.IGNORECASE)
A_DATE = re.compile(r"\d+[-/]\d+([-/]\d+)?$")


EPOCH = datetime(1899, 12, 30)


def serial(moment: datetime) -> float:
    """A date as Excel keeps it: days, a number like any other."""
    return (moment - EPOCH) / timedelta(days=1)


def answered(name: str) -> None:
    """Note a call, or reject it once if it is its turn."""
    if ASKED:
        ASKED.append(name)
    waiting = {left - 1: error for left, error in REFUSED.items()}
    REFUSED.clear()
    REFUSED.update(waiting)
    if error := REFUSED.pop(0, None):
        raise error


class Noted:
    """Remembers which public attributes were asked for."""

    def __getattribute__(self, name: str) -> Any:
        if not name.startswith("_"):
            USED.add((type(self).__name__, name))
            answered(name)
        return object.__getattribute__(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        if not name.startswith("_"):
            USED.add((type(self).__name__, name))
            answered(name)
        object.__setattr__(self, name, value)


@dataclass
class Cell:
    """What one cell holds; ``formula`` is set when Excel took an entry for one."""

    value: Any = None
    number_format: str = "General"
    formula: str = ""

    def enter(self, entry: Any) -> None:
        self.formula = ""
        if entry is None or entry == "":
            self.value = None
        elif self.number_format == "@":
            self.enter_as_text(entry)
        elif isinstance(entry, str):
            self.type_in(entry)
        elif isinstance(entry, datetime):
            self.value = serial(entry)
            if self.number_format == "General":
                self.number_format = "m/d/yyyy"
        else:
            assert isinstance(entry, (bool, float)), f"COM may not take {entry!r}"
            self.value = entry

    def enter_as_text(self, entry: Any) -> None:
        if isinstance(entry, str):
            assert not entry.startswith("'"), "not certain: an apostrophe in a Text cell"
        self.value = str(entry)

    def type_in(self, text: str) -> None:
        number = NUMBER.match(text)
        if text.startswith("'"):
            self.value = text[1:]
        elif number:
            self.value = float(text.rstrip("%")) / (100 if number[3] else 1)
        elif text[0] in "=+-@":
            self.formula, self.value = text, 0.0
        elif A_DATE.match(text):
            self.value, self.number_format = serial(datetime(2001, 2, 3)), "m/d/yyyy"
        elif text.upper() in ("TRUE", "FALSE"):
            self.value = text.upper() == "TRUE"
        elif text.upper() in ERRORS:
            self.value = ERRORS[text.upper()]
        else:
            self.value = text

    def com_value(self) -> Any:
        if isinstance(self.value, float) and self.number_format[0] in "ym":
            return (EPOCH + timedelta(seconds=round(self.value * 86400))).replace(tzinfo=UTC)
        if "$" in self.number_format and isinstance(self.value, float):
            return Decimal(repr(self.value)).quantize(Decimal("0.0001"), ROUND_DOWN)
        return self.value


@dataclass
class SheetData:
    """A sheet's cells by (row, column) and its tables by name."""

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    tables: dict[str, "TableData"] = field(default_factory=dict)
    protected: bool = False

    def at(self, row: int, column: int) -> Cell:
        return self.cells.setdefault((row, column), Cell())


@dataclass
class TableData:
    """Where a table stands, headings included, and how it is set."""

    name: str
    row: int
    column: int
    rows: int
    columns: int
    filtered: bool = False
    totals: bool = False
    header: bool = True


@dataclass
class BookData:
    """A workbook and the settings of the Excel it is open in."""

    name: str = "book.xlsx"
    fullname: str = "book.xlsx"
    sheets: dict[str, SheetData] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    alerts: list[str] = field(default_factory=list)
    bars: list[Any] = field(default_factory=list)
    copies: list[str] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)


class Engine(Noted):
    """The engine xlwings talks to."""

    def __init__(self, data: BookData) -> None:
        self._data = data

    @property
    def name(self) -> str:
        return "memory"

    @property
    def type(self) -> str:
        return "desktop"

    @property
    def apps(self) -> "Apps":
        return Apps(self._data)

    def prepare_xl_data_element(self, x: Any, options: Any) -> Any:
        return "" if x is None else x

    def clean_value_data(
        self, data: Any, dates: Any, empty: Any, numbers: Any, err_to_str: bool
    ) -> Any:
        texts = {number: text for text, number in ERRORS.items()}

        def clean(value: Any) -> Any:
            if value in ("", None):
                return empty
            if isinstance(value, datetime):
                return dates(
                    year=value.year,
                    month=value.month,
                    day=value.day,
                    hour=value.hour,
                    minute=value.minute,
                    second=value.second,
                    microsecond=value.microsecond,
                    tzinfo=None,
                )
            if isinstance(value, int) and not isinstance(value, bool):
                return texts[value] if err_to_str else None
            return value

        return [[clean(value) for value in row] for row in data]


class Apps(Noted, base_classes.Apps):
    def __init__(self, data: BookData) -> None:
        self._data = data

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator["App"]:
        yield App(self._data)

    def __getitem__(self, pid: int) -> "App":
        return App(self._data)

    def keys(self) -> list[int]:
        return [1]


class App(Noted, base_classes.App):
    def __init__(self, data: BookData) -> None:
        self._data = data

    @property
    def engine(self) -> Engine:
        return Engine(self._data)

    @property
    def pid(self) -> int:
        return 1

    @property
    def books(self) -> "Books":
        return Books(self._data)

    def alert(self, prompt: str, title: Any, buttons: Any, mode: Any, callback: Any) -> str:
        self._data.alerts.append(prompt)
        return "ok"

    def _get(self, setting: str) -> Any:
        if self._data.trouble:
            raise self._data.trouble.pop(0)
        return self._data.settings[setting]

    def _put(self, setting: str, value: Any) -> None:
        if self._data.trouble:
            raise self._data.trouble.pop(0)
        self._data.settings[setting] = value

    screen_updating = property(
        lambda self: self._get("screen_updating"), lambda self, v: self._put("screen_updating", v)
    )
    enable_events = property(
        lambda self: self._get("enable_events"), lambda self, v: self._put("enable_events", v)
    )
    display_alerts = property(
        lambda self: self._get("display_alerts"), lambda self, v: self._put("display_alerts", v)
    )
    calculation = property(
        lambda self: self._get("calculation"), lambda self, v: self._put("calculation", v)
    )

    @property
    def status_bar(self) -> Any:
        return self._data.bars[-1] if self._data.bars else False

    @status_bar.setter
    def status_bar(self, value: Any) -> None:
        self._data.bars.append(value)


class Books(Noted, base_classes.Books):
    def __init__(self, data: BookData) -> None:
        self._data = data

    @property
    def active(self) -> "Book":
        return Book(self._data)

    def __iter__(self) -> Iterator["Book"]:
        yield Book(self._data)

    def __len__(self) -> int:
        return 1


class NativeBook(Noted):
    def __init__(self, data: BookData) -> None:
        self._data = data

    def SaveCopyAs(self, path: str) -> None:  # noqa: N802
        self._data.copies.append(path)


class Book(Noted, base_classes.Book):
    def __init__(self, data: BookData) -> None:
        self._data = data

    @property
    def api(self) -> NativeBook:
        return NativeBook(self._data)

    @property
    def name(self) -> str:
        return self._data.name

    @property
    def fullname(self) -> str:
        return self._data.fullname

    @property
    def app(self) -> App:
        return App(self._data)

    @property
    def sheets(self) -> "Sheets":
        return Sheets(self._data)

    @property
    def names(self) -> "Names":
        return Names(self._data)

    def save(self, path: Any = None, password: Any = None) -> None:
        self._data.copies.append("saved")


class Sheets(Noted, base_classes.Sheets):
    def __init__(self, data: BookData) -> None:
        self._data = data

    def __iter__(self) -> Iterator["Sheet"]:
        return (Sheet(self._data, sheet) for sheet in self._data.sheets.values())

    def __len__(self) -> int:
        return len(self._data.sheets)

    def __call__(self, key: Any) -> "Sheet":
        return Sheet(self._data, self._data.sheets[key])


class Answer(Noted):
    """A native property of the Mac's Excel, read by ``get``."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def get(self) -> Any:
        return self._value


class NativeSheet(Noted):
    def __init__(self, sheet: SheetData) -> None:
        self._sheet = sheet

    @property
    def ProtectContents(self) -> bool:  # noqa: N802
        return self._sheet.protected

    @property
    def protect_contents(self) -> Answer:
        return Answer(self._sheet.protected)


class Sheet(Noted, base_classes.Sheet):
    def __init__(self, book: BookData, sheet: SheetData) -> None:
        self._book, self._sheet = book, sheet

    @property
    def api(self) -> NativeSheet:
        return NativeSheet(self._sheet)

    @property
    def name(self) -> str:
        return self._sheet.name

    @property
    def book(self) -> Book:
        return Book(self._book)

    @property
    def tables(self) -> "Tables":
        return Tables(self)

    def range(self, first: Any, last: Any = None) -> "Range":
        if isinstance(first, tuple) and len(first) == 4:
            return Range(self, *first)
        row, column = _corner(first)
        bottom, right = _corner(last or first)
        return Range(self, row, column, bottom - row + 1, right - column + 1)


def _corner(cell: Any) -> tuple[int, int]:
    return (cell._row, cell._column) if isinstance(cell, Range) else cell


class NativeRange(Noted):
    def __init__(self, cells: "Range") -> None:
        self._cells = cells

    @property
    def Value2(self) -> Any:  # noqa: N802
        return self._cells._block(lambda cell: cell.value)

    @property
    def string_value(self) -> Answer:
        texts = {number: text for text, number in ERRORS.items()}

        def shown(cell: Cell) -> str:
            is_error = isinstance(cell.value, int) and not isinstance(cell.value, bool)
            return texts[cell.value] if is_error else str(cell.value or "")

        return Answer(self._cells._block(shown))


class Range(Noted, base_classes.Range):
    def __init__(self, sheet: Sheet, row: int, column: int, rows: int, columns: int) -> None:
        self._of, self._row, self._column = sheet, row, column
        self._rows, self._columns = rows, columns
        self.options: Any = None

    def _cell(self, i: int, j: int) -> Cell:
        return self._of._sheet.at(self._row + i, self._column + j)

    def _all(self) -> list[tuple[int, int]]:
        return [(i, j) for i in range(self._rows) for j in range(self._columns)]

    def _block(self, of: Any) -> Any:
        if self._rows == self._columns == 1:
            return of(self._cell(0, 0))
        return tuple(
            tuple(of(self._cell(i, j)) for j in range(self._columns)) for i in range(self._rows)
        )

    def __len__(self) -> int:
        return self._rows * self._columns

    def __call__(self, i: int, j: int) -> "Range":
        return Range(self._of, self._row + i - 1, self._column + j - 1, 1, 1)

    @property
    def api(self) -> NativeRange:
        return NativeRange(self)

    @property
    def sheet(self) -> Sheet:
        return self._of

    @property
    def row(self) -> int:
        return self._row

    @property
    def column(self) -> int:
        return self._column

    @property
    def shape(self) -> tuple[int, int]:
        return self._rows, self._columns

    @property
    def address(self) -> str:
        first = f"${chr(64 + self._column)}${self._row}"
        last = f"${chr(63 + self._column + self._columns)}${self._row + self._rows - 1}"
        return first if first == last else f"{first}:{last}"

    @property
    def raw_value(self) -> Any:
        return self._block(Cell.com_value)

    @raw_value.setter
    def raw_value(self, data: Any) -> None:
        assert not self._of._sheet.protected, "Excel refuses to write to a protected sheet"
        for i, j in self._all():
            self._cell(i, j).enter(data[i][j] if isinstance(data, (list, tuple)) else data)

    @property
    def number_format(self) -> str | None:
        formats = {self._cell(i, j).number_format for i, j in self._all()}
        return formats.pop() if len(formats) == 1 else None

    @number_format.setter
    def number_format(self, value: str) -> None:
        for i, j in self._all():
            self._cell(i, j).number_format = value

    def clear_contents(self) -> None:
        for i, j in self._all():
            self._cell(i, j).enter(None)

    def copy(self, destination: Any) -> None:
        onto = destination.impl
        assert onto.shape[1] == self._columns, "Excel pastes the whole source"
        for i, j in onto._all():
            source, target = self._cell(0, j), onto._cell(i, j)
            target.value, target.formula = source.value, source.formula
            target.number_format = source.number_format


class AutoFilter(Noted, base_classes.AutoFilter):
    def __init__(self, table: TableData) -> None:
        self._table = table

    @property
    def criteria(self) -> list[dict[str, Any]]:
        kind = "values" if self._table.filtered else "none"
        return [
            base_classes.empty_autofilter_criteria(1, kind),
            *(base_classes.empty_autofilter_criteria(j) for j in range(2, self._table.columns + 1)),
        ]


class Table(Noted, base_classes.Table):
    def __init__(self, sheet: Sheet, table: TableData) -> None:
        self._sheet, self._table = sheet, table

    def _part(self, first: int, rows: int) -> Range | None:
        table = self._table
        top = table.row + first
        return Range(self._sheet, top, table.column, rows, table.columns) if rows > 0 else None

    @property
    def name(self) -> str:
        return self._table.name

    @property
    def parent(self) -> Sheet:
        return self._sheet

    @property
    def range(self) -> Range | None:
        return self._part(0, self._table.rows)

    @property
    def header_row_range(self) -> Range | None:
        return self._part(0, 1) if self._table.header else None

    @property
    def data_body_range(self) -> Range | None:
        body = self._part(1, self._table.rows - 1 - self._table.totals)
        return body if body and any(body._cell(i, j).value for i, j in body._all()) else None

    @property
    def show_totals(self) -> bool:
        return self._table.totals

    @property
    def autofilter(self) -> AutoFilter:
        return AutoFilter(self._table)

    def resize(self, onto: Any) -> None:
        table, new = self._table, onto.impl
        assert (new._row, new._column) == (table.row, table.column), "the headings stay in place"
        assert new._rows > 1, "a table keeps one row"
        table.rows, table.columns = new._rows, new._columns


class Tables(Noted, base_classes.Tables):
    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    def __iter__(self) -> Iterator[Table]:
        return (Table(self._sheet, table) for table in self._sheet._sheet.tables.values())

    def __len__(self) -> int:
        return len(self._sheet._sheet.tables)


class Names(Noted, base_classes.Names):
    def __init__(self, data: BookData) -> None:
        self._data = data

    def __call__(self, key: Any) -> "Name":
        name = key if isinstance(key, str) else list(self._data.names)[key - 1]
        return Name(self._data, name)

    def __len__(self) -> int:
        return len(self._data.names)

    def contains(self, key: str) -> bool:
        return key in self._data.names


class Name(Noted, base_classes.Name):
    def __init__(self, data: BookData, name: str) -> None:
        self._data, self._name = data, name

    @property
    def name(self) -> str:
        return self._name

    @property
    def refers_to(self) -> str:
        return self._data.names[self._name]

    @property
    def refers_to_range(self) -> Range:
        sheet, column, row = re.match(r"=(.+)!\$(.)\$(\d+)$", self.refers_to).groups()
        return Range(Sheet(self._data, self._data.sheets[sheet]), int(row), ord(column) - 64, 1, 1)


def put_table(
    data: BookData, name: str, rows: list[tuple[Any, ...]], formats: tuple[str, ...] = ()
) -> TableData:
    """A table on a sheet of its own name, headings in B3; values as they stand, not as typed."""
    sheet = data.sheets.setdefault(name, SheetData(name))
    table = TableData(name, 3, 2, len(rows), len(rows[0]))
    sheet.tables[name] = table
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            number_format = formats[j] if formats and i else "General"
            sheet.cells[3 + i, 2 + j] = Cell(_stored(value), number_format)
    return table


def _stored(value: Any) -> Any:
    if isinstance(value, date):
        return serial(datetime(value.year, value.month, value.day))
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def opened(data: BookData) -> xw.Book:
    """The workbook as xlwings hands it to a macro."""
    data.settings.update(
        screen_updating=True, enable_events=True, display_alerts=True, calculation="automatic"
    )
    engine = xw.main.Engine(impl=Engine(data))
    xw.engines.add(engine)
    engine.activate()
    return engine.apps.active.books.active
