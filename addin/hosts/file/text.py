"""Text as the parts of a workbook store it."""

import re

from addin.hosts.file.ooxml import PRESERVE_SPACE, Element, main

ERRORS = frozenset(
    ("#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#GETTING_DATA")
)
LONGEST_TEXT = 32_767

# XML cannot hold control characters, reading normalises a carriage return, and a literal
# ``_x0041_`` would be read as ``A``: all three are spelled ``_xHHHH_``.
_TO_ESCAPE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATE = re.compile(r"[\ud800-\udfff]")


class CellError(str):
    """The value of a cell that is an error, not the text of one."""


def escape(text: str) -> str:
    """``text`` so that XML and Excel bring it back; half a surrogate pair becomes U+FFFD."""
    return _TO_ESCAPE.sub(lambda m: f"_x{ord(m[0]):04X}_", _SURROGATE.sub("\ufffd", text))


def unescape(text: str) -> str:
    """Text as the cell shows it."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    character = chr(int(match[1], 16))
    return match[0] if _SURROGATE.match(character) else character


def set_text(element: Element, text: str) -> None:
    """Put ``text`` into a ``t`` element."""
    element.text = escape(text)
    if element.text != element.text.strip() or "\n" in element.text:
        element.set(PRESERVE_SPACE, "preserve")


def plain_text(item: Element) -> str:
    """Text of a shared or inline string; rich runs joined, phonetic hints left out."""
    phonetic = main("rPh")
    hints = {t for hint in item.iter(phonetic) for t in hint}
    runs = (run for run in item.iter(main("t")) if run not in hints)
    return unescape("".join(run.text or "" for run in runs))
