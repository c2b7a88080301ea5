"""A VBA project from its sources: ``vbaProject.bin``.

Only sources are stored, without compiled code, which Excel makes itself when it loads a project
whose version it does not know.

Source:
    Microsoft, [MS-OVBA] "Office VBA File Format Structure", 2.3.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from uuid import NAMESPACE_DNS, UUID, uuid5

from addin.hosts.xlam.compound_file import Tree, compound_file
from addin.hosts.xlam.ovba import compress

CODE_PAGE = "cp1252"
ANY_VERSION = bytes.fromhex("CC61FFFF000000")  # 2.3.4.1: what a writer without compiled code says
ENGLISH = struct.pack("<I", 0x0409)
OFFICE_64_BIT = struct.pack("<I", 3)
LIBRARIES = (
    (
        "stdole",
        r"*\G{00020430-0000-0000-C000-000000000046}#2.0#0#C:\Windows\System32\stdole2.tlb"
        "#OLE Automation",
    ),
    (
        "Office",
        r"*\G{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}#2.0#0"
        r"#C:\Program Files\Common Files\Microsoft Shared\OFFICE16\MSO.DLL"
        "#Microsoft Office 16.0 Object Library",
    ),
)


class ModuleKind(Enum):
    """What a module belongs to; the value is the word of the project's list."""

    STANDARD = "Module"
    CLASS = "Class"
    DOCUMENT = "Document"


@dataclass(frozen=True)
class VbaModule:
    """A module of a project.

    Attributes:
        name: Name in the project.
        kind: Standard module, class, or the code behind the workbook or a sheet.
        source: Text as stored, with its ``Attribute`` lines; lines end with a line feed.
    """

    name: str
    kind: ModuleKind
    source: str

    @property
    def stored(self) -> bytes:
        """Source in the project's code page.

        Raises:
            UnicodeEncodeError: If a character is not in it.
        """
        return self.source.replace("\n", "\r\n").encode(CODE_PAGE)


def vba_project(name: str, modules: Sequence[VbaModule]) -> bytes:
    """The file ``vbaProject.bin`` of a project; the same modules give the same bytes.

    Args:
        name: Name of the project.
        modules: In order; that of the workbook first.
    """
    streams: Tree = {
        **{module.name: compress(module.stored) for module in modules},
        "_VBA_PROJECT": ANY_VERSION,
        "dir": compress(_directory(name, modules)),
    }
    return compound_file(
        {"PROJECT": _listing(name, modules), "PROJECTwm": _names(modules), "VBA": streams}
    )


def _record(number: int, data: bytes = b"") -> bytes:
    return struct.pack("<HI", number, len(data)) + data


def _text(number: int, unicode_number: int, text: str) -> bytes:
    wide = text.encode("utf-16-le")
    return _record(number, text.encode(CODE_PAGE)) + _record(unicode_number, wide)


def _directory(name: str, modules: Sequence[VbaModule]) -> bytes:
    """The ``dir`` stream: what the project is, its libraries, its modules."""
    about = (
        *(_record(0x01, OFFICE_64_BIT), _record(0x02, ENGLISH), _record(0x14, ENGLISH)),
        *(_record(0x03, struct.pack("<H", 1252)), _record(0x04, name.encode(CODE_PAGE))),
        *(_text(0x05, 0x40, ""), _record(0x06), _record(0x3D)),  # description, help files
        *(_record(0x07, bytes(4)), _record(0x08, bytes(4))),  # help context, flags
        struct.pack("<HIIH", 0x09, 4, 1, 1),  # version of the project
        _text(0x0C, 0x3C, ""),  # constants
    )
    count = _record(0x0F, struct.pack("<H", len(modules))) + _record(0x13, b"\xff\xff")
    parts = (*about, *map(_library, *zip(*LIBRARIES, strict=True)), count)
    return b"".join((*parts, *map(_module, modules), _record(0x10)))


def _library(name: str, identifier: str) -> bytes:
    text = identifier.encode(CODE_PAGE)
    return _text(0x16, 0x3E, name) + _record(0x0D, struct.pack("<I", len(text)) + text + bytes(6))


def _module(module: VbaModule) -> bytes:
    kind = 0x21 if module.kind is ModuleKind.STANDARD else 0x22
    return b"".join(
        (
            _text(0x19, 0x47, module.name),
            _text(0x1A, 0x32, module.name),  # of its stream
            _text(0x1C, 0x48, ""),  # description
            _record(0x31, bytes(4)),  # where in the stream the source begins
            _record(0x1E, bytes(4)),  # help context
            _record(0x2C, b"\xff\xff"),
            _record(kind),
            _record(0x2B),
        )
    )


def _listing(name: str, modules: Sequence[VbaModule]) -> bytes:
    """The ``PROJECT`` stream: the same once more as text, and that nothing is protected."""
    identity = f"{{{uuid5(NAMESPACE_DNS, f'{name}.ips-addin')}}}".upper()
    lines = (
        f'ID="{identity}"',
        *(_listed(module) for module in modules),
        f'Name="{name}"',
        'HelpContextID="0"',
        'VersionCompatible32="393222000"',
        f'CMG="{_scrambled(bytes(4), identity)}"',
        f'DPB="{_scrambled(bytes(1), identity)}"',
        f'GC="{_scrambled(bytes([0xFF]), identity)}"',
        "",
        "[Host Extender Info]",
        f"&H00000001={{{str(UUID('3832d640-cf90-11cf-8e43-00a0c911005a')).upper()}}};VBE;&H00000000",
        "",
        "[Workspace]",
        *(f"{module.name}=0, 0, 0, 0, C" for module in modules),
        "",
    )
    return "\r\n".join(lines).encode(CODE_PAGE)


def _listed(module: VbaModule) -> str:
    version = "/&H00000000" if module.kind is ModuleKind.DOCUMENT else ""
    return f"{module.kind.value}={module.name}{version}"


def _names(modules: Sequence[VbaModule]) -> bytes:
    """The ``PROJECTwm`` stream: each name in the code page and in Unicode."""
    both = (
        m.name.encode(CODE_PAGE) + b"\0" + m.name.encode("utf-16-le") + b"\0\0" for m in modules
    )
    return b"".join(both) + b"\0\0"


def _scrambled(data: bytes, identity: str, seed: int = 0x5D) -> str:
    """Data as 2.4.3.2 hides it: here that there is no protection and no password."""
    version, key = 2, sum(identity.encode()) & 0xFF
    out = [seed, seed ^ version, seed ^ key]
    before = key  # the plain byte before; two encrypted ones before that are mixed in too
    ignored = bytes([7]) * ((seed & 6) // 2)
    for byte in ignored + struct.pack("<I", len(data)) + data:
        out.append(byte ^ ((out[-2] + before) & 0xFF))
        before = byte
    return bytes(out).hex().upper()
