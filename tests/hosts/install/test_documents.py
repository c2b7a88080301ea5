"""The documents name what there is."""

import re
from pathlib import Path

import macros
from addin.hosts.install.doctor import doctor
from addin.hosts.install.machine import EXCELS_DATA, EXCELS_SCRIPTS, EXCELS_STARTUP
from addin.hosts.install.probe import Answer

DOCS = Path(__file__).parents[3] / "docs"
INSTALL = (DOCS / "install.md").read_text(encoding="utf-8")
RELEASE = (DOCS / "release.md").read_text(encoding="utf-8")
HEALTHY = Answer("3.12.4", 64, "0.37.8", "0.1.0", has_com=True, has_functions=True)


def test_every_check_of_the_doctor_is_explained(windows, mac):
    windows.write_conf('"INTERPRETER_WIN","C:\\python.exe"\n')
    found = set()
    for computer in (windows, mac):
        computer.write_conf('"INTERPRETER_WIN","C:\\p.exe"\n"INTERPRETER_MAC","/p"\n')
        checks = doctor(computer.machine, probe=lambda *_: HEALTHY, workbooks=("book.xlsx",))
        found |= {check.what for check in checks}
    section = INSTALL.split("## What the doctor looks at")[1].split("\n## ")[0]
    assert found == set(re.findall(r"^\| ([A-Z][^|]+|xlwings) \|", section, flags=re.MULTILINE))


def test_the_folders_are_those_of_the_installer():
    for folder in (EXCELS_DATA, EXCELS_SCRIPTS, EXCELS_STARTUP):
        assert f"`~/{folder}/" in INSTALL


def test_every_button_is_pressed_in_the_smoke_test():
    labels = {getattr(macros, name).__ips_button__.label for name in macros.__all__}
    pressed = re.search(r"press each button in turn: ([^|]+) \|", RELEASE)
    assert pressed and labels == set(pressed[1].split(", "))


def test_both_smoke_tests_begin_with_formulas_that_bind():
    assert RELEASE.count("| 1 | **Formulas bind**") == 2
