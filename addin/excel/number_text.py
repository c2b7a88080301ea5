"""Numbers written as text: percentages, thousands separators, brackets, decimal commas."""

import re

_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+")
_PLAIN = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_THIN_GROUPS = re.compile(r"(?<=\d)\s(?=\d{3}(?!\d))")
_CURRENCY = "$€£¥"


def _bare(text: str) -> tuple[str, bool, bool]:
    """Digits and separators of a number written as text, whether negative, whether percent."""
    bare = text.replace("−", "-").strip()
    bracketed = bare.startswith("(") and bare.endswith(")")
    bare = bare[1:-1].strip() if bracketed else bare
    percent = bare.endswith("%")
    bare = bare.removesuffix("%").rstrip()
    minus = bare.startswith("-")
    bare = bare.removeprefix("-" if minus else "+").lstrip()
    bare = bare[1:].lstrip() if bare[:1] and bare[0] in _CURRENCY else bare
    return _THIN_GROUPS.sub("", bare), bracketed != minus, percent


def uses_decimal_comma(text: str) -> bool:
    """Whether this text is a number only if the comma is the decimal mark: ``1.234,5``, ``2,5``."""
    bare = _bare(text)[0]
    return _dotted(bare) is None and _dotted(_swapped(bare)) is not None


def needs_decimal_point(text: str) -> bool:
    """Whether this text, if a number, has a separator that a decimal comma would read otherwise."""
    bare = _bare(text)[0]
    return ("." in bare or "," in bare) and _dotted(bare) is not None


def _swapped(bare: str) -> str:
    return bare.translate(str.maketrans(".,", ",."))


def _dotted(bare: str) -> float | None:
    """A number with decimal point and optional thousands commas."""
    whole, point, decimals = bare.partition(".")
    if _GROUPED.fullmatch(whole):
        bare = whole.replace(",", "") + point + decimals
    return float(bare) if _PLAIN.fullmatch(bare) else None


def parsed_number(text: str, decimal_comma: bool = False) -> float | None:
    """A number written as text (``12.5%``, ``1,250.00``, ``(3.2)``), or None if it is none."""
    bare, negative, percent = _bare(text)
    value = _dotted(_swapped(bare) if decimal_comma else bare)
    if value is None:
        return None
    value = value / 100 if percent else value
    return -value if negative else value
