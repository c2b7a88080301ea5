"""Formulas of another computer as they are typed on this one.

Excel stores a call of an add-in's function with the add-in's path; a workbook that moves to a
computer with another path, or was calculated by another host, then shows ``#NAME?``. The module
``IpsText`` of the add-in has the same rules in Visual Basic; a test runs both on the same texts.
"""

import re

ADDIN_FILE = "ips.xlam"
WORD = r"[A-Za-z0-9_.\u0080-\U0010ffff]"
TOKEN = re.compile(
    rf"""
    "(?:[^"]|"")*(?:"|\Z)            # text
    | '(?:[^']|'')*(?:'|\Z)          # quoted name of a sheet or file
    | (?P<word>{WORD}+)
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
CALL = re.compile(rf"{WORD}+\(")
OUR_FILE = re.compile(rf"(?:.*[\\/:])?{re.escape(ADDIN_FILE)}", re.I | re.A | re.S)
PREFIX = re.compile(r"(?:_xll\.|_xldudf_)(?=ips_)", re.I | re.A)
SHELL_READS = frozenset('"$`\\|!')


def repaired(formula: str) -> str:
    """The formula as it is typed where the add-in is loaded.

    Calls lose the path, the file and the prefix under which another host stored them; text,
    names of sheets, and calls of other add-ins stay.

    Args:
        formula: As Excel gives it, with its equals sign.
    """
    out, place = [], 0
    while place < len(formula):
        after = _token_end(formula, place)
        token = formula[place:after]
        if formula[after : after + 1] == "!" and _is_our_file(token) and _calls(formula, after + 1):
            after += 1
        else:
            prefix = PREFIX.match(token) if _calls(formula, place) else None
            out.append(token[prefix.end() :] if prefix else token)
        place = after
    return "".join(out)


def is_other_copy(link: str, ours: str) -> bool:
    """Whether a linked file is our add-in, but another copy of it than ``ours``."""
    return bool(OUR_FILE.fullmatch(link)) and link.lower() != ours.lower()


def is_shell_safe(file_name: str) -> bool:
    """Whether a shell reads a file name as nothing but a name; a Mac passes it through one."""
    return not SHELL_READS & set(file_name)


def is_full_path(path: str) -> bool:
    """Whether a path says where a file is, whatever the current folder is."""
    return path.startswith(("/", "\\\\")) or path[1:3] == ":\\"


def _token_end(formula: str, place: int) -> int:
    if formula[place] == "[":
        return _bracket_end(formula, place)
    found = TOKEN.match(formula, place)
    return found.end() if found else place + 1


def _bracket_end(formula: str, place: int) -> int:
    """After a structured reference; an apostrophe in it makes the next character plain."""
    depth = 0
    while place < len(formula):
        character = formula[place]
        depth += (character == "[") - (character == "]")
        place += 2 if character == "'" else 1
        if depth == 0:
            break
    return min(place, len(formula))


def _is_our_file(token: str) -> bool:
    bare = token[1:-1] if token[:1] in ("'", "[") else token
    return OUR_FILE.fullmatch(bare) is not None


def _calls(formula: str, place: int) -> bool:
    return CALL.match(formula, place) is not None
