"""Compound files read without the writer's knowledge: directory entries, chains, tree rules."""

import struct
from dataclasses import dataclass

NONE, END = 0xFFFFFFFF, 0xFFFFFFFE


@dataclass(frozen=True)
class Entry:
    name: str
    kind: int
    black: bool
    left: int
    right: int
    child: int
    start: int
    size: int


def sector(data, number):
    return data[512 + number * 512 : 1024 + number * 512]


def chain(fat, start):
    seen = []
    while start != END:
        assert start not in seen, "a chain runs in a circle"
        seen.append(start)
        start = fat[start]
    return seen


def chains(data):
    (count,) = struct.unpack_from("<I", data, 44)
    places = struct.unpack_from("<109I", data, 76)[:count]
    return [n for place in places for n in struct.unpack("<128I", sector(data, place))]


def entries(data):
    (start,) = struct.unpack_from("<I", data, 48)
    raw = b"".join(sector(data, number) for number in chain(chains(data), start))
    return [entry(raw[place : place + 128]) for place in range(0, len(raw), 128)]


def entry(raw):
    length, kind, colour, left, right, child = struct.unpack_from("<HBBIII", raw, 64)
    name = raw[: max(0, length - 2)].decode("utf-16-le")
    return Entry(name, kind, colour == 1, left, right, child, *struct.unpack_from("<IQ", raw, 116))


def siblings(all_entries, place, parent_black=False):
    """Entries below a node in order, and its number of black nodes to each end."""
    if place == NONE:
        return [], 1
    node = all_entries[place]
    assert node.black or parent_black, f"{node.name}: red below red, or a red root"
    left, left_blacks = siblings(all_entries, node.left, node.black)
    right, right_blacks = siblings(all_entries, node.right, node.black)
    assert left_blacks == right_blacks, f"{node.name}: more black nodes on one side"
    return [*left, node, *right], left_blacks + node.black


def assert_valid_trees(data):
    """Every storage's entries form a red-black tree in the order that Windows searches."""
    all_entries = entries(data)
    for storage in (e for e in all_entries if e.child != NONE):
        found, _ = siblings(all_entries, storage.child)
        order = [(len(e.name.encode("utf-16-le")), e.name.upper()) for e in found]
        assert order == sorted(set(order)), storage.name
