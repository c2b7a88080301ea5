import plistlib
import re
import struct
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from addin.errors import InputError
from addin.hosts.install import this_machine as module
from addin.hosts.install.conf import PYTHONPATH, interpreter_key
from addin.hosts.install.machine import EXCELS_DATA, EXCELS_SCRIPTS, System, dll_name, script_name
from addin.hosts.install.probe import ask
from addin.hosts.install.this_machine import (
    installed_library,
    is_listed,
    program_bits,
    this_machine,
)


def program(processor):
    """The head of a Windows program: DOS stub, then the PE header that names the processor."""
    return b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", 0x80) + bytes(0x40) + b"PE\0\0" + processor


@pytest.mark.parametrize(
    ("head", "bits"),
    [
        (program(b"\x4c\x01"), 32),
        (program(b"\x64\x86"), 64),
        (program(b"\x64\xaa"), 64),
        (program(b"\x00\x00"), None),
        (program(b"")[:-4] + b"NE\0\0", None),
        (program(b""), None),
        (b"#!/bin/sh", None),
        (b"", None),
    ],
)
def test_header_of_a_program_tells_its_bits(head, bits):
    assert program_bits(head) == bits


def test_where_excel_does_not_run_the_other_commands_are_named(monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(InputError, match=r"Excel runs on Windows and macOS, .* ips report"):
        this_machine()


@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_facts_of_the_running_python(monkeypatch, platform):
    monkeypatch.setattr(module, "SYSTEMS", {sys.platform: module.SYSTEMS[platform]})
    machine = this_machine()
    assert machine.interpreter == Path(sys.executable) and machine.bits in (32, 64)
    assert (machine.code / "udfs" / "__init__.py").is_file()
    assert machine.library.version == version("xlwings") and machine.network_drives == ()
    assert not machine.excel.running


def test_excel_of_a_mac_says_its_version(tmp_path, monkeypatch):
    (tmp_path / "Contents").mkdir()
    about = plistlib.dumps({"CFBundleShortVersionString": "16.89"})
    (tmp_path / "Contents" / "Info.plist").write_bytes(about)
    monkeypatch.setattr(module, "MAC_EXCEL", tmp_path)
    monkeypatch.setattr(module, "SYSTEMS", {sys.platform: System.MAC})
    assert (this_machine().excel.version, this_machine().excel.bits) == ("16.89", 64)


def test_a_running_program_is_found_by_its_name():
    listing = [sys.executable, "-c", "print('EXCEL.EXE     4711 Console  1  200,000 K')"]
    assert is_listed("excel.exe", listing) and not is_listed("winword.exe", listing)
    assert not is_listed("excel.exe", ["/no/such/program"])
    assert not is_listed("excel.exe", [sys.executable, "-c", "print('excel.exe'); exit(1)"])


def test_python_answers_what_it_is():
    answer = ask(Path(sys.executable), [str(Path(__file__).parents[3])])
    assert answer is not None
    assert answer.version.startswith(f"{sys.version_info.major}.{sys.version_info.minor}.")
    assert answer.library == version("xlwings") and answer.has_functions and answer.bits == 64


def test_what_is_no_python_gives_no_answer(tmp_path):
    script = tmp_path / "python"
    for text in ("#!/bin/sh\nexit 3\n", "#!/bin/sh\necho hello\n", '#!/bin/sh\necho "{}"\n'):
        script.write_text(text)
        script.chmod(0o755)
        assert ask(script) is None
    assert ask(tmp_path / "gone") is None


class TestNamesAgainstXlwingsOwnSource:
    """The names the installer writes are those the VBA code shipped in xlwings reads."""

    vba = (installed_library().folder / "xlwings_custom_addin.bas").read_text(encoding="cp1252")

    def test_keys(self, windows, mac):
        read = set(re.findall(r'GetConfig\("([^"]+)"', self.vba))
        assert {interpreter_key(windows.machine), interpreter_key(mac.machine)} <= read
        assert PYTHONPATH in read

    def test_file_names(self, windows, mac):
        declared = re.search(r'XLWINGS_VERSION As String = "([^"]+)"', self.vba)
        assert declared and declared[1] == installed_library().version
        assert f'Lib "{dll_name(windows.machine)}"' in self.vba
        name = script_name(mac.machine).replace(declared[1], '" & XLWINGS_VERSION & "')
        assert f'AppleScriptTask("{name}"' in self.vba
        assert (installed_library().folder / script_name(mac.machine)).is_file()

    def test_folders(self):
        assert f"~/{EXCELS_DATA}/xlwings.conf" in self.vba
        assert r'Environ("USERPROFILE") & "\." & PROJECT_NAME & "\" & PROJECT_NAME' in self.vba
        commands = (installed_library().folder / "cli.py").read_text(encoding="utf-8")
        assert f"/{EXCELS_SCRIPTS}" in commands
