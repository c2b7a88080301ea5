import os
import signal
import stat
import subprocess
import sys
import time
import zipfile

import pytest

from addin.errors import InputError
from addin.hosts.file.filebook import FileBook
from addin.hosts.file.save import save_atomically

posix_only = pytest.mark.skipif(os.name != "posix", reason="signals and permissions of POSIX")


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_saving_unchanged_keeps_every_part_byte_for_byte_and_in_order(rich_book, tmp_path):
    FileBook(rich_book).save(tmp_path / "copy.xlsx")
    assert parts(tmp_path / "copy.xlsx") == parts(rich_book)
    assert list(parts(tmp_path / "copy.xlsx")) == list(parts(rich_book))


def test_same_content_gives_the_same_bytes(rich_book):
    assert FileBook(rich_book).to_bytes() == FileBook(rich_book).to_bytes()


@pytest.mark.parametrize(
    ("lock", "program"), [("~$book.xlsx", "Excel"), (".~lock.book.xlsx#", "LibreOffice")]
)
def test_file_open_elsewhere_is_refused_and_left_alone(rich_book, lock, program):
    before = rich_book.read_bytes()
    rich_book.with_name(lock).write_text("")
    with pytest.raises(InputError, match=f"book.xlsx: is open in {program}"):
        FileBook(rich_book).save()
    assert rich_book.read_bytes() == before


@posix_only
def test_permissions_of_the_file_are_kept(rich_book):
    rich_book.chmod(0o640)
    FileBook(rich_book).save()
    assert stat.S_IMODE(rich_book.stat().st_mode) == 0o640


@posix_only
def test_read_only_file_is_refused(rich_book):
    rich_book.chmod(0o444)
    with pytest.raises(InputError, match="is read-only"):
        FileBook(rich_book).save()


@posix_only
def test_link_keeps_pointing_at_the_saved_file(rich_book, tmp_path):
    link = tmp_path / "link.xlsx"
    link.symlink_to(rich_book)
    save_atomically(link, b"new")
    assert link.is_symlink() and rich_book.read_bytes() == b"new"


def test_missing_folder_is_named(rich_book, tmp_path):
    with pytest.raises(InputError, match=r"folder .*nowhere does not exist"):
        FileBook(rich_book).save(tmp_path / "nowhere" / "book.xlsx")


def test_failed_replacement_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"old")

    def fails(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", fails)
    with pytest.raises(InputError, match=r"could not be written .permission denied"):
        save_atomically(path, b"new")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.xlsx"]
    assert path.read_bytes() == b"old"


def test_left_over_temporary_files_go_at_the_next_save(tmp_path):
    (tmp_path / ".a.xlsx-abc.ips-tmp").write_bytes(b"half")
    (tmp_path / ".b.xlsx-abc.ips-tmp").write_bytes(b"of another file")
    save_atomically(tmp_path / "a.xlsx", b"new")
    assert sorted(e.name for e in tmp_path.iterdir()) == [".b.xlsx-abc.ips-tmp", "a.xlsx"]


@posix_only
def test_temporary_file_of_a_running_save_is_not_touched(tmp_path):
    import fcntl

    busy = tmp_path / ".a.xlsx-abc.ips-tmp"
    with busy.open("wb") as stream:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX)
        save_atomically(tmp_path / "a.xlsx", b"new")
    assert busy.exists()


SAVE_FOREVER = """
import sys
from pathlib import Path
from addin.hosts.file.save import save_atomically
path = Path(sys.argv[1])
contents = [b"A" * 3_000_000, b"B" * 3_000_000]
print("ready", flush=True)
while True:
    for content in contents:
        save_atomically(path, content)
"""


@posix_only
@pytest.mark.parametrize("delay", [0.01, 0.02, 0.03, 0.05, 0.08])
def test_kill_during_save_leaves_one_whole_file(tmp_path, delay):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"A" * 3_000_000)
    with subprocess.Popen(
        [sys.executable, "-c", SAVE_FOREVER, str(path)], stdout=subprocess.PIPE
    ) as saving:
        assert saving.stdout.readline() == b"ready\n"
        time.sleep(delay)
        saving.send_signal(signal.SIGKILL)
    assert path.read_bytes() in (b"A" * 3_000_000, b"B" * 3_000_000)
    save_atomically(path, b"next")
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.xlsx"]
