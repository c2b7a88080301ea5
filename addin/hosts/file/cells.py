"""One cell: what is stored and what it means."""

import math
from datetime import date, datetime
from functools import cache
from xml.sax.saxutils import quoteattr

from lxml import etree

from addin.domain.table import Value
from addin.errors import InputError
from addin.hosts.file.ooxml import SHOWN, Element, drop_attributes, main
from addin.hosts.file.serials import to_date, to_serial
from addin.hosts.file.strings import SharedStrings
from addin.hosts.file.styles import DATE, DATE_TIME, GENERAL, Styles
from addin.hosts.file.text import ERRORS, CellError, escape, plain_text, unescape

VALUE, INLINE = main("v"), main("is")


class Cells:
    """Reads and fills the cells of one sheet.

    Attributes:
        where: File and sheet, for messages.
        date1904: Whether day 0 of the workbook is 1904-01-01.
    """

    def __init__(self, where: str, strings: SharedStrings, styles: Styles, date1904: bool) -> None:
        self.where = where
        self.date1904 = date1904
        self._strings = strings
        self._styles = styles

    def read(self, cell: Element) -> Value:
        """Value of a cell; that of a formula is its cached result, an error is its text."""
        kind = cell.get("t")
        if kind == "inlineStr":
            inline = cell.find(INLINE)
            return None if inline is None else plain_text(inline) or None
        text = cell.findtext(VALUE)
        if not text:
            return None
        if kind is None or kind == "n":
            return self._number(cell, text)
        if kind == "s":
            return self._shared(cell, text)
        if kind == "b":
            return text in ("1", "true")
        return self._other(cell, kind, text)

    def _number(self, cell: Element, text: str) -> Value:
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise InputError(
                f"{self.where} {cell.get('r')}: the stored number {text[:SHOWN]!r} is damaged"
            )
        return to_date(number, self.date1904) if self._styles.is_date(cell.get("s")) else number

    def _shared(self, cell: Element, text: str) -> Value:
        if not self._strings.holds(text):
            where = f"{self.where} {cell.get('r')}"
            raise InputError(f"{where} is damaged, there is no shared string {text[:SHOWN]}")
        return self._strings[int(text)] or None

    def _other(self, cell: Element, kind: str, text: str) -> Value:
        if kind == "d":
            try:
                moment = datetime.fromisoformat(text.rstrip("Z"))
            except ValueError:
                where = f"{self.where} {cell.get('r')}"
                raise InputError(f"{where}: the stored date {text[:SHOWN]!r} is damaged") from None
            return moment.date() if "T" not in text else moment
        return unescape(text)  # str: result of a formula; e: an error

    def fill(self, cell: Element, value: Value, text_only: bool = False) -> None:
        """Put a value into a cell in place of whatever it held.

        Text is stored as a string, so nothing in it is ever a formula; only the text of an
        error (``#N/A``) becomes that error, unless ``text_only``.
        """
        for child in list(cell):
            cell.remove(child)
        drop_attributes(cell, "t", "cm", "vm")
        if value is None or value == "":
            return
        if text_only and isinstance(value, str):
            self._put(cell, "s", str(self._strings.index(value)))
        else:
            self._put(cell, *self._stored(value))
            style = cell.get("s")
            fitted = self._fitted(style, value)
            if fitted is not None and fitted != style:
                cell.set("s", fitted)

    def markup(self, place: str, value: Value, style: str | None) -> str:
        """A new cell with this value and format, as XML."""
        if value is None or value == "":
            return f'<c r="{place}"{_attribute("s", style)}/>'
        if type(value) is float and not self._styles.is_date(style):  # nearly all of a large table
            text = number_text(value, self.where)
            return f'<c r="{place}"{_attribute("s", style)}><v>{text}</v></c>'
        kind, text = self._stored(value)
        looks = _attribute("s", self._fitted(style, value))
        return f'<c r="{place}"{looks}{_attribute("t", kind or None)}><v>{text}</v></c>'

    def fill_result(self, cell: Element, value: Value) -> None:
        """Put the result of a formula into its cell and keep the formula."""
        for old in cell.findall(VALUE) + cell.findall(INLINE):
            cell.remove(old)
        drop_attributes(cell, "t", "vm")
        if value is not None:
            self._put(cell, *self._stored_result(value))

    def holds_result(self, cell: Element, value: Value) -> bool:
        """Whether the cell stores just this result already."""
        kind, text = ("", None) if value is None else self._stored_result(value)
        return (cell.get("t", "").replace("n", ""), cell.findtext(VALUE)) == (kind, text)

    def _stored_result(self, value: str | float | bool | date) -> tuple[str, str]:
        """Errors no file holds by name, such as #SPILL!, are stored as #VALUE!."""
        if isinstance(value, CellError):
            return "e", str(value) if value in ERRORS else "#VALUE!"
        return ("str", escape(value)) if isinstance(value, str) else self._stored(value)

    def _put(self, cell: Element, kind: str, text: str) -> None:
        if kind:
            cell.set("t", kind)
        etree.SubElement(cell, VALUE).text = text

    def _stored(self, value: str | float | bool | date) -> tuple[str, str]:
        """Cell type and text of a value."""
        if isinstance(value, bool):
            return "b", str(int(value))
        if isinstance(value, str):
            return self._stored_text(value)
        number = to_serial(value, self.date1904) if isinstance(value, date) else value
        return "", number_text(number, self.where)

    def _stored_text(self, text: str) -> tuple[str, str]:
        if text in ERRORS:
            return "e", text
        return "s", str(self._strings.index(text))

    def _fitted(self, style: str | None, value: Value) -> str | None:
        """A date needs a date format and a number must not have one, or it reads differently."""
        if isinstance(value, date):
            if not self._styles.is_date(style):
                code = DATE_TIME if isinstance(value, datetime) else DATE
                return self._styles.with_code(style, code)
        elif not isinstance(value, str | bool) and self._styles.is_date(style):
            return self._styles.with_code(style, GENERAL)
        return style


@cache
def _attribute(name: str, text: str | None) -> str:
    return "" if text is None else f" {name}={quoteattr(text)}"


def number_text(number: float, where: str) -> str:
    """Shortest text that reads back as the same double."""
    value = float(number)
    if value.is_integer():
        return str(int(value)) if abs(value) < 1e15 else repr(value)
    if not math.isfinite(value):
        raise ValueError(f"{where}: {number} cannot be written to a cell")
    return repr(value)
