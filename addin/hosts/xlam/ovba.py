"""Compression of VBA sources and of the project's directory.

Data is cut into chunks of 4096 bytes; in a chunk, eight tokens follow a flag byte, each a byte
or a reference to bytes before it. The older the chunk grows, the more bits of a reference say how
far back it points, and the fewer how long it is.

Source:
    Microsoft, [MS-OVBA] "Office VBA File Format Structure", 2.4.1 Compression and Decompression.
"""

import struct
from collections import defaultdict

SIGNATURE = 0x01
CHUNK = 4096
COMPRESSED, RAW = 0xB000, 0x3000  # flag and the signature 0b011 above the chunk's size
SIZE_MASK = 0x0FFF
SHORTEST = 3  # bytes a reference stands for at least


def compress(data: bytes) -> bytes:
    """Bytes as a compressed container.

    Raises:
        ValueError: If the last chunk is short and cannot be compressed: the format has no exact
            form for it. No text comes near that.
    """
    chunks = (data[start : start + CHUNK] for start in range(0, len(data), CHUNK))
    return bytes([SIGNATURE]) + b"".join(_framed(chunk) for chunk in chunks)


def decompress(container: bytes) -> bytes:
    """Bytes of a compressed container.

    Raises:
        ValueError: If it is not one.
    """
    if container[:1] != bytes([SIGNATURE]):
        raise ValueError("not a compressed container: its first byte is not 1")
    out, place = bytearray(), 1
    while place < len(container):
        (header,) = struct.unpack_from("<H", container, place)
        end = place + (header & SIZE_MASK) + 3
        body = container[place + 2 : end]
        out += _plain(body) if header & 0x8000 else body
        place = end
    return bytes(out)


def _framed(chunk: bytes) -> bytes:
    body, flag = _tokens(chunk), COMPRESSED
    if len(body) > CHUNK:
        if len(chunk) < CHUNK:
            raise ValueError("the last chunk is short and cannot be compressed")
        body, flag = chunk, RAW
    return struct.pack("<H", (len(body) - 1) | flag) + body


def _tokens(chunk: bytes) -> bytes:
    out, place = bytearray(), 0
    seen: defaultdict[bytes, list[int]] = defaultdict(list)
    while place < len(chunk):
        flag_place, flags = len(out), 0
        out.append(0)
        for bit in range(8):
            if place == len(chunk):
                break
            length, start = _longest(chunk, place, seen)
            if length:
                flags |= 1 << bit
                out += _reference(place, start, length)
            else:
                length = 1
                out.append(chunk[place])
            for passed in range(place, place + length):
                seen[chunk[passed : passed + SHORTEST]].append(passed)
            place += length
        out[flag_place] = flags
    return bytes(out)


def _longest(chunk: bytes, place: int, seen: dict[bytes, list[int]]) -> tuple[int, int]:
    """Length and start of the longest earlier match, the nearest of several; 0 if too short."""
    limit = min(_most(place), len(chunk) - place)
    if limit < SHORTEST:
        return 0, 0
    best, where = 0, 0
    for start in reversed(seen.get(chunk[place : place + SHORTEST], [])):
        length = SHORTEST
        while length < limit and chunk[start + length] == chunk[place + length]:
            length += 1
        if length > best:
            best, where = length, start
        if best == limit:
            break
    return best, where


def _distance_bits(place: int) -> int:
    return max(4, (place - 1).bit_length())


def _most(place: int) -> int:
    return (0xFFFF >> _distance_bits(max(place, 1))) + SHORTEST


def _reference(place: int, start: int, length: int) -> bytes:
    shift = 16 - _distance_bits(place)
    return struct.pack("<H", ((place - start - 1) << shift) | (length - SHORTEST))


def _plain(body: bytes) -> bytes:
    out, place = bytearray(), 0
    while place < len(body):
        flags = body[place]
        place += 1
        for bit in range(8):
            if place >= len(body):
                break
            if flags >> bit & 1:
                _copy(out, *struct.unpack_from("<H", body, place))
                place += 2
            else:
                out.append(body[place])
                place += 1
    return bytes(out)


def _copy(out: bytearray, reference: int) -> None:
    shift = 16 - _distance_bits(len(out))
    start = len(out) - (reference >> shift) - 1
    for offset in range((reference & ((1 << shift) - 1)) + SHORTEST):
        out.append(out[start + offset])
