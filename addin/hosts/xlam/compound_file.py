"""Compound files: storages and streams in one file, the container of a VBA project.

The same tree gives the same bytes: no times, no class identifiers. Excel refuses a container
whose directory is no valid red-black tree, so that is what the tests look at most closely.

Source:
    Microsoft, [MS-CFB] "Compound File Binary File Format", version 3: sectors of 512 bytes,
    streams under 4096 bytes in the mini stream, in sectors of 64.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Tree = Mapping[str, "bytes | Tree"]

SECTOR, MINI_SECTOR, CUTOFF = 512, 64, 4096
FREE, END_OF_CHAIN, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
NONE = FREE  # no such directory entry
STORAGE, STREAM, ROOT = 1, 2, 5
RED, BLACK = 0, 1
ENTRIES_IN_HEADER = 109  # places of FAT sectors that fit there: files up to 7 MB


@dataclass
class _Entry:
    name: str
    kind: int
    data: bytes = b""
    colour: int = BLACK
    left: int = NONE
    right: int = NONE
    child: int = NONE
    start: int = END_OF_CHAIN
    size: int = 0

    @property
    def order(self) -> tuple[int, str]:
        """Shorter names come first."""
        return len(self.name), self.name.upper()

    @property
    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le")
        links = (self.kind, self.colour, self.left, self.right, self.child)
        start = 0 if self.kind == STORAGE else self.start
        return (
            name.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(name) + 2, *links)
            + bytes(36)
            + struct.pack("<IQ", start, self.size)
        )


class _Sectors:
    """Sectors in the order they are added, and the chain each belongs to."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.content = bytearray()
        self.chain: list[int] = []

    def add(self, data: bytes) -> int:
        """Append data; its first sector."""
        if not data:
            return END_OF_CHAIN
        start, count = len(self.chain), -(-len(data) // self.size)
        self.content += data.ljust(count * self.size, b"\0")
        self.chain += [*range(start + 1, start + count), END_OF_CHAIN]
        return start


def compound_file(tree: Tree) -> bytes:
    """A compound file of version 3.

    Args:
        tree: Streams (bytes) and storages (mappings) by name; names under 32 characters.

    Raises:
        ValueError: If it would be larger than 7 MB.
    """
    entries = [_Entry("Root Entry", ROOT)]
    entries[0].child = _directory(tree, entries)
    sectors, mini = _Sectors(SECTOR), _Sectors(MINI_SECTOR)
    for entry in entries:
        entry.size = len(entry.data)
        if entry.size < CUTOFF:
            entry.start = mini.add(entry.data)
        else:
            entry.start = sectors.add(entry.data)
    entries[0].start, entries[0].size = sectors.add(bytes(mini.content)), len(mini.content)
    mini_fat = sectors.add(_numbers(_filled(mini.chain)))
    directory = sectors.add(_packed(entries))
    fat = _add_fat(sectors)
    header = _header(fat, directory, mini_fat, -(-len(mini.chain) * 4 // SECTOR))
    return header + bytes(sectors.content)


def _directory(tree: Tree, entries: list[_Entry]) -> int:
    """Append what a storage holds; the root of its red-black tree."""
    places = []
    for name, content in tree.items():
        places.append(len(entries))
        if isinstance(content, bytes):
            entries.append(_Entry(name, STREAM, content))
        else:
            entries.append(_Entry(name, STORAGE))
            entries[places[-1]].child = _directory(content, entries)
    places.sort(key=lambda place: entries[place].order)
    levels = len(places).bit_length()
    lowest_full = len(places) == 2**levels - 1
    return _balanced(places, entries, red_level=None if lowest_full else levels - 1)


def _balanced(
    places: Sequence[int], entries: list[_Entry], red_level: int | None, level: int = 0
) -> int:
    """Halve again and again: all levels but the lowest are full, so that one alone is red."""
    if not places:
        return NONE
    middle = len(places) // 2
    entry = entries[places[middle]]
    entry.left = _balanced(places[:middle], entries, red_level, level + 1)
    entry.right = _balanced(places[middle + 1 :], entries, red_level, level + 1)
    entry.colour = RED if level == red_level else BLACK
    return places[middle]


def _packed(entries: Sequence[_Entry]) -> bytes:
    unused = bytes(68) + struct.pack("<III", NONE, NONE, NONE) + bytes(48)
    in_sector = SECTOR // len(unused)
    return b"".join(e.packed for e in entries) + unused * (-len(entries) % in_sector)


def _add_fat(sectors: _Sectors) -> list[int]:
    """Append the table of chains, which has to hold its own sectors too; their places."""
    used, count = len(sectors.chain), 0
    while count * SECTOR // 4 < used + count:
        count += 1
    if count > ENTRIES_IN_HEADER:
        raise ValueError(f"a compound file of {used * SECTOR} bytes; at most 7 MB are written")
    chains = _filled([*sectors.chain, *[FAT_SECTOR] * count])
    sectors.add(_numbers(chains))
    return list(range(used, used + count))


def _filled(chain: Sequence[int]) -> list[int]:
    return [*chain, *[FREE] * (-len(chain) % (SECTOR // 4))]


def _numbers(numbers: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(numbers)}I", *numbers)


def _header(fat: Sequence[int], directory: int, mini_fat: int, mini_fat_sectors: int) -> bytes:
    no_more_fat = (END_OF_CHAIN, 0)
    return (
        bytes.fromhex("D0CF11E0A1B11AE1")
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)  # version 3.62, 2^9 and 2^6 bytes
        + bytes(6)
        + struct.pack("<IIII", 0, len(fat), directory, 0)
        + struct.pack("<IIIII", CUTOFF, mini_fat, mini_fat_sectors, *no_more_fat)
        + _numbers([*fat, *[FREE] * (ENTRIES_IN_HEADER - len(fat))])
    )
