"""Number formats and protection of cells."""

import re
from copy import deepcopy
from functools import cached_property

from lxml import etree

from addin.errors import InputError
from addin.hosts.file.ooxml import Element, child, damaged, main, whole, whole_number
from addin.hosts.file.package import Package

BUILT_IN_DATES = frozenset((14, 15, 16, 17, 22, *range(27, 32), 34, 35, 36, *range(50, 59)))
FIRST_CUSTOM_FORMAT = 164
GENERAL = "General"
DATE, DATE_TIME = "yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss"

_NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]+\])[^\]]*\]|am/pm|a/p', re.IGNORECASE)


def is_date_code(code: str) -> bool:
    """Whether a number format shows a date; a time of day alone is none.

    >>> is_date_code('[$-409]d-mmm-yy;@'), is_date_code("mm:ss"), is_date_code('0.0" days"')
    (True, False, False)
    """
    letters = set(_NOT_CODE.sub("", code.split(";")[0]).lower())
    return bool(letters & set("yd")) or ("m" in letters and not letters & set("hs"))


class Styles:
    """Cell formats by index, as ``s`` of a cell names them."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._dates: dict[str | None, bool] = {}

    def is_date(self, style: str | None) -> bool:
        """Whether numbers in this format are dates."""
        if style not in self._dates:
            self._dates[style] = style is not None and self._shows_date(style)
        return self._dates[style]

    def locked(self, style: str | None) -> bool:
        """Whether sheet protection covers cells of this format."""
        protection = self._format(style or "0").find(main("protection"))
        return protection is None or protection.get("locked", "1") not in ("0", "false")

    def with_code(self, style: str | None, code: str) -> str:
        """Index of the same format with another number format."""
        key = (style or "0", code)
        if key not in self._derived:
            self._derived[key] = self._derive(*key)
        return self._derived[key]

    def _shows_date(self, style: str) -> bool:
        number = whole(self._format(style), "numFmtId", 0)
        return is_date_code(self._codes.get(number, "")) or (
            number not in self._codes and number in BUILT_IN_DATES
        )

    def _derive(self, style: str, code: str) -> str:
        formats = child(self._edit(), "cellXfs")
        derived = deepcopy(self._format(style))
        derived.set("numFmtId", str(self._code_number(code)))
        derived.set("applyNumberFormat", "1")
        formats.append(derived)
        formats.set("count", str(len(formats)))
        return str(len(formats) - 1)

    def _code_number(self, code: str) -> int:
        if code == GENERAL:
            return 0
        known = [number for number, present in self._codes.items() if present == code]
        return known[0] if known else self._add_code(code)

    def _add_code(self, code: str) -> int:
        number = max((FIRST_CUSTOM_FORMAT - 1, *self._codes)) + 1
        root = self._edit()
        formats = root.find(main("numFmts"))
        if formats is None:
            formats = etree.Element(main("numFmts"))
            root.insert(0, formats)
        etree.SubElement(formats, main("numFmt"), numFmtId=str(number), formatCode=code)
        formats.set("count", str(len(formats)))
        self._codes[number] = code
        return number

    def _format(self, style: str) -> Element:
        formats = child(self._package.tree(self._part), "cellXfs")
        number = whole_number(style, formats, "format")
        if number >= len(formats):
            raise damaged(formats, f"there is no format {number}")
        return formats[number]

    def _edit(self) -> Element:
        return self._package.edit(self._part)

    @cached_property
    def _part(self) -> str:
        found = self._package.related(self._package.workbook_part, "styles")
        if not found:
            raise InputError(f"{self._package.name}: is damaged, it has no part for formats")
        return found[0]

    @cached_property
    def _codes(self) -> dict[int, str]:
        listed = self._package.tree(self._part).iterfind(f"{main('numFmts')}/{main('numFmt')}")
        return {whole(f, "numFmtId", 0): f.get("formatCode", "") for f in listed}

    @cached_property
    def _derived(self) -> dict[tuple[str, str], str]:
        return {}
