"""The type library of the component, in UNO's binary format.

LibreOffice's own writer of this format comes only with its development kit, hundreds of
megabytes that an analyst does not have; an interface with one kind of method is small.

Source: reader of the format in LibreOffice, ``unoidl/source/unoidlprovider.cxx``.
"""

import struct
from collections.abc import Sequence

from addin.hosts.libreoffice.declaration import INTERFACE, Declaration

MAGIC = b"UNOIDL\xff\0"
MODULE_KIND, INTERFACE_KIND = 0, 5
INPUT = 0
ANY = "any"  # a cell, a range, an array, or nothing: Calc calls such an argument optional
ROWS = "[][]any"  # Python cannot return rows as ``any``; Calc takes one cell for its value
BASE = "com.sun.star.uno.XInterface"


def type_library(functions: Sequence[Declaration]) -> bytes:
    """The interface of the component: one method a function, any values in, rows out."""
    data = bytearray(MAGIC + bytes(8))  # place and size of the outermost module come last
    *modules, name = INTERFACE.split(".")
    place = _append(data, _interface(functions))
    for module in reversed(modules):
        entry = _entry(data, name, place)
        place = _append(data, struct.pack("<BI", MODULE_KIND, 1) + entry)
        name = module
    struct.pack_into("<II", data, len(MAGIC), _append(data, _entry(data, name, place)), 1)
    return bytes(data)


def _interface(functions: Sequence[Declaration]) -> bytes:
    bases = struct.pack("<BI", INTERFACE_KIND, 1) + _text(BASE)
    no_optional_bases_no_attributes = struct.pack("<II", 0, 0)
    methods = b"".join(map(_method, functions))
    return bases + no_optional_bases_no_attributes + struct.pack("<I", len(functions)) + methods


def _method(function: Declaration) -> bytes:
    names = function.parameters
    parameters = b"".join(struct.pack("<B", INPUT) + _text(name) + _text(ANY) for name in names)
    no_exceptions = struct.pack("<I", 0)
    head = _text(function.method) + _text(ROWS) + struct.pack("<I", len(names))
    return head + parameters + no_exceptions


def _entry(data: bytearray, name: str, place: int) -> bytes:
    """Entry of a module: where the name of its member stands, and the member."""
    return struct.pack("<II", _append(data, name.encode("ascii") + b"\0"), place)


def _append(data: bytearray, piece: bytes) -> int:
    """Place of ``piece``, now at the end of ``data``."""
    place = len(data)
    data += piece
    return place


def _text(text: str) -> bytes:
    encoded = text.encode("ascii")
    return struct.pack("<I", len(encoded)) + encoded
