"""Compression of VBA sources, against the specification's own examples and a reader of others."""

import random
from pathlib import Path

import pytest
import xlwings

from addin.hosts.xlam.ovba import compress, decompress

olevba = pytest.importorskip("oletools.olevba", reason="oletools, a second reader, is missing")

# [MS-OVBA] 3.2.1 to 3.2.3: no compression, normal, maximum
PUBLISHED = {
    b"abcdefghijklmnopqrstuv.": "01 19 B0 00 61 62 63 64 65 66 67 68 00 69 6A 6B 6C 6D 6E 6F 70 "
    "00 71 72 73 74 75 76 2E",
    b"#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa": "01 2F B0 00 23 61 61 61 62 63 "
    "64 65 82 66 00 70 61 67 68 69 6A 01 38 08 61 6B 6C 00 30 6D 6E 6F 70 06 71 02 70 04 10 72 73 "
    "74 75 76 10 77 78 79 7A 00 3C",
    b"a" * 73: "01 03 B0 02 61 45 00",
}


@pytest.mark.parametrize(("plain", "container"), PUBLISHED.items())
def test_published_examples_read(plain, container):
    assert decompress(bytes.fromhex(container)) == plain


@pytest.mark.parametrize("plain", [b"abcdefghijklmnopqrstuv.", b"a" * 73])
def test_published_examples_are_written_alike(plain):
    assert compress(plain) == bytes.fromhex(PUBLISHED[plain])


@pytest.mark.parametrize("size", [0, 1, 2, 3, 15, 16, 17, 33, 4095, 4096, 4097, 9000])
@pytest.mark.parametrize("alphabet", [b"a", b"ab", b"abcdefgh \r\n", b"'Dim IPS_=()0123"])
def test_text_of_any_length_comes_back_from_both_readers(size, alphabet):
    plain = bytes(random.Random(size).choices(alphabet, k=size))
    container = compress(plain)
    assert decompress(container) == plain
    if plain:
        assert olevba.decompress_stream(bytearray(container)) == plain


def test_a_real_module_shrinks_to_less_than_half():
    source = (Path(xlwings.__file__).parent / "xlwings_custom_addin.bas").read_bytes()
    container = compress(source)
    assert olevba.decompress_stream(bytearray(container)) == source
    assert len(container) < len(source) / 2


def test_noise_is_stored_as_it_is():
    noise = random.Random(1).randbytes(4096)
    assert decompress(compress(noise)) == noise
    assert olevba.decompress_stream(bytearray(compress(noise))) == noise


def test_short_noise_is_refused_rather_than_padded():
    with pytest.raises(ValueError, match="cannot be compressed"):
        compress(random.Random(1).randbytes(4000))


def test_something_else_is_not_read():
    with pytest.raises(ValueError, match="first byte"):
        decompress(b"PK\x03\x04")
