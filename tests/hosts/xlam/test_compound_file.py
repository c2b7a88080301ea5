"""The container of the VBA project, read by olefile and by a reader that knows only the rules."""

import io

import pytest

from addin.hosts.xlam.compound_file import compound_file

FAT_SECTOR = 0xFFFFFFFD

olefile = pytest.importorskip("olefile", reason="olefile, a second reader, is missing")


def content(size, salt=0):
    return bytes((7 * i + salt) % 251 for i in range(size))


def streams(count):
    return {f"Module{'x' * (i % 5)}{i}": content(40 + i * 60, i) for i in range(count)}


@pytest.mark.parametrize("count", range(1, 41))
def test_directory_is_a_red_black_tree_for_any_number_of_modules(compound, count):
    compound.assert_valid_trees(compound_file({"VBA": streams(count), "PROJECT": b"x"}))


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 511, 512, 4095, 4096, 4097, 100_000, 3_000_000])
def test_streams_of_any_size_come_back(size):
    tree = {"A": content(size), "Storage": {"B": content(size, 3), "C": b"c"}}
    file = olefile.OleFileIO(io.BytesIO(compound_file(tree)), raise_defects=olefile.DEFECT_UNSURE)
    assert sorted(file.listdir()) == [["A"], ["Storage", "B"], ["Storage", "C"]]
    assert file.openstream("A").read() == content(size)
    assert file.openstream("Storage/B").read() == content(size, 3)
    assert not file.parsing_issues
    file.close()


def test_every_sector_belongs_to_one_chain(compound):
    data = compound_file({"VBA": streams(20), "Long": content(50_000)})
    fat = compound.chains(data)
    own = [place for place, value in enumerate(fat) if value == FAT_SECTOR]
    free = [place for place, value in enumerate(fat) if value == compound.NONE]
    heads = set(range(len(fat))) - set(fat) - set(own) - set(free)
    used = [place for head in heads for place in compound.chain(fat, head)]
    assert len(used) == len(set(used))
    assert sorted([*used, *own, *free]) == list(range(len(fat)))
    assert 512 * (1 + len(used) + len(own)) == len(data)


def test_same_tree_same_bytes():
    assert compound_file({"VBA": streams(9)}) == compound_file({"VBA": streams(9)})


def test_what_needs_a_longer_table_is_refused():
    with pytest.raises(ValueError, match="at most 7 MB"):
        compound_file({"A": bytes(7_500_000)})
