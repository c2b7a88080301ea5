import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from addin.errors import InputError
from addin.hosts.install.checkup import Verdict
from addin.hosts.install.doctor import doctor, is_well
from addin.hosts.install.install import install
from addin.hosts.install.package import read_package
from addin.hosts.install.probe import Answer

HEALTHY = Answer("3.12.4", 64, "0.37.8", "0.1.0", has_com=True, has_functions=True)
SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>{}</t></is></c></row>'
    '<row r="2"><c r="A2" t="inlineStr"><is><t>IPS_VERSION</t></is></c>'
    '<c r="B2" t="inlineStr"><is><t>0.1.0</t></is></c></row></sheetData></worksheet>'
)


def build(path, library="0.37.8"):
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("xl/worksheets/sheet1.xml", SHEET.format("XLWINGS_VERSION", library))


@pytest.fixture
def healthy(computer):
    """A computer on which everything is as it should be."""
    build(computer.xlam)
    program, product = computer.machine.excel.program, "O365ProPlusRetail"
    if not computer.machine.on_windows:
        program, product = "/Applications/Microsoft Excel.app", ""
    computer.with_excel(program=program, product=product, version="16.0.17928")
    install(computer.machine, computer.xlam)
    return computer


def examine(computer, answer=HEALTHY, **more):
    return doctor(computer.machine, probe=lambda path, folders: answer, xlam=computer.xlam, **more)


def finding(checks, what):
    (check,) = (check for check in checks if check.what == what)
    return check


def test_healthy_computer_has_only_right_answers(healthy):
    checks = examine(healthy, workbooks=(str(healthy.machine.home / "book.xlsx"),))
    assert {check.verdict for check in checks} == {Verdict.RIGHT} and is_well(checks)
    assert not any(check.fix for check in checks) and len(checks) >= 12


def test_everything_not_right_has_a_remedy(computer):
    checks = examine_nothing_installed(computer)
    assert not is_well(checks)
    assert all(check.fix for check in checks if check.verdict in (Verdict.WRONG, Verdict.DOUBT))
    assert finding(checks, "Add-in").verdict is Verdict.WRONG
    assert finding(checks, "Configuration").found == "no such file"


def examine_nothing_installed(computer):
    return doctor(computer.machine, probe=lambda path, folders: pytest.fail("no Python is named"))


def test_the_python_of_the_configuration_is_asked_with_its_folders(healthy):
    asked = []
    doctor(healthy.machine, probe=lambda *question: asked.append(question))
    assert asked == [(healthy.machine.interpreter, [str(healthy.machine.code)])]


def test_python_that_does_not_run_is_told_from_one_that_is_gone(healthy):
    assert finding(examine(healthy, None), "Python").found == "it does not run"
    healthy.machine.interpreter.unlink()
    check = finding(examine(healthy, None), "Python")
    assert (check.verdict, check.found) == (Verdict.WRONG, "there is no such file")


def test_old_python_is_wrong(healthy):
    check = finding(examine(healthy, replace(HEALTHY, version="3.9.18")), "Python")
    assert (check.verdict, check.found) == (Verdict.WRONG, "3.9.18")


def test_missing_packages_are_named(healthy):
    check = finding(examine(healthy, replace(HEALTHY, library="", has_functions=False)), "Packages")
    assert check.verdict is Verdict.WRONG and check.found == "it does not find xlwings, udfs"


def test_com_is_needed_on_windows_alone(healthy):
    check = finding(examine(healthy, replace(HEALTHY, has_com=False)), "Packages")
    assert (check.verdict is Verdict.WRONG) == healthy.machine.on_windows


def test_another_python_in_the_configuration_is_a_doubt(healthy):
    other = healthy.machine.interpreter.with_name("python3")
    healthy.machine = replace(healthy.machine, interpreter=other)
    check = finding(examine(healthy), "Configuration")
    assert check.verdict is Verdict.DOUBT and "ips addin install" in check.fix


def test_unreadable_configuration_is_shown(healthy):
    healthy.write_conf("INTERPRETER=python\n")
    check = finding(examine(healthy), "Configuration")
    assert check.verdict is Verdict.WRONG and "line 1: need" in check.found


def test_configuration_without_python_is_wrong(healthy):
    healthy.write_conf('"UDF_MODULES","udfs"\r\n')
    check = finding(examine(healthy), "Configuration")
    assert check.verdict is Verdict.WRONG and check.found.startswith("no line INTERPRETER_")


def test_byte_order_mark_that_hides_the_first_line_is_wrong(healthy):
    healthy.write_conf("\ufeff" + healthy.at.conf.read_text())
    check = finding(examine(healthy), "Configuration")
    assert check.verdict is Verdict.WRONG and "byte-order mark" in check.found


def test_bare_name_of_python_is_wrong_and_not_run(healthy):
    configured(healthy, "python")
    checks = doctor(healthy.machine, probe=lambda *_: pytest.fail("must not be run"))
    check = finding(checks, "Configuration")
    assert check.verdict is Verdict.WRONG and check.found.endswith(" is python, not a full path")


def test_xlwings_of_another_version_than_the_add_ins_is_wrong(healthy):
    check = finding(examine(healthy, replace(HEALTHY, library="0.38.0")), "xlwings")
    assert (check.verdict, check.found) == (Verdict.WRONG, "0.37.8 in the add-in")


def test_add_in_that_does_not_say_its_version_is_not_judged(healthy):
    with zipfile.ZipFile(healthy.at.addin, "w") as package:
        package.writestr("xl/workbook.xml", "<workbook/>")
    check = finding(examine(healthy), "xlwings")
    assert check.verdict is Verdict.UNKNOWN


def test_add_in_of_an_older_build_is_wrong(healthy):
    build(healthy.xlam, "0.37.9")
    check = finding(examine(healthy), "Add-in")
    assert check.verdict is Verdict.WRONG and check.found == "version 0.1.0, another build"


def test_damaged_add_in_is_wrong(healthy):
    healthy.at.addin.write_bytes(b"PK\x03\x04 cut off")
    assert finding(examine(healthy), "Add-in").found == "not there, or damaged"
    with zipfile.ZipFile(healthy.at.addin, "w") as package:
        package.writestr("xl/worksheets/sheet1.xml", "<worksheet><row>")
    assert finding(examine(healthy), "Add-in").found == "not there, or damaged"


def test_missing_library_or_script_is_wrong(healthy):
    if healthy.machine.on_windows:
        (healthy.machine.home / "venv" / "xlwings64-0.37.8.dll").unlink()
        check = finding(examine(healthy), "Library")
        assert "xlwings64-0.37.8.dll in" in check.needed
    else:
        healthy.at.script.unlink()
        check = finding(examine(healthy), "Script")
    assert check.verdict is Verdict.WRONG


@pytest.mark.parametrize(
    ("facts", "what", "verdict"),
    [
        ({"product": "ProPlus2019Volume"}, "Excel", Verdict.DOUBT),
        ({"product": "ProPlus2021Retail"}, "Excel", Verdict.RIGHT),
        ({"product": "", "version": "", "program": ""}, "Excel", Verdict.UNKNOWN),
        ({"program": r"C:\Program Files\WindowsApps\Excel\EXCEL.EXE"}, "Kind of Excel", "Wrong"),
        ({"program": ""}, "Kind of Excel", Verdict.UNKNOWN),
    ],
)
def test_kinds_of_excel(healthy, facts, what, verdict):
    healthy.with_excel(**facts)
    assert finding(examine(healthy), what).verdict == verdict


@pytest.mark.parametrize(("bits", "verdict"), [(32, "Doubt"), (64, "Right"), (None, "Not known")])
def test_bits_of_excel_and_python(windows, bits, verdict):
    build(windows.xlam)
    (windows.machine.home / "venv" / "xlwings32-0.37.8.dll").write_bytes(b"")
    install(windows.machine, windows.xlam)
    windows.with_excel(bits=bits)
    assert finding(examine(windows), "Bits").verdict == verdict


def configured(computer, python):
    key = "INTERPRETER_WIN" if computer.machine.on_windows else "INTERPRETER_MAC"
    computer.write_conf(f'"{key}","{python}"\r\n')


@pytest.mark.parametrize(
    ("python", "what", "verdict"),
    [
        (r"C:\Program Files\Python312\python.exe", "Marks in the path", "Right"),
        (r"C:\Python\50%off\python.exe", "Marks in the path", "Wrong"),
        (r"C:\R^D\python.exe", "Marks in the path", "Wrong"),
        (r"C:\Führung\python.exe", "Letters", "Doubt"),
        (r"\\server\share\python.exe", "Server", "Doubt"),
        (r"Z:\python\python.exe", "Server", "Doubt"),
        (r"C:\Python\python.exe", "Server", "Right"),
        (r"C:\Users\a\AppData\Local\Microsoft\WindowsApps\python.exe", "Python's origin", "Wrong"),
        (r"C:\Users\a\OneDrive - Firm\venv\python.exe", "Synchronised folder", "Doubt"),
        (r"C:\Users\a\OneDrive - Firm2\venv\python.exe", "Synchronised folder", "Right"),
    ],
)
def test_paths_on_windows(windows, python, what, verdict):
    environment = {
        **windows.machine.environment,
        "ONEDRIVECOMMERCIAL": r"c:\users\a\OneDrive - Firm",
    }
    windows.machine = replace(windows.machine, environment=environment, network_drives=("Z",))
    configured(windows, python)
    build(windows.xlam)
    assert finding(examine(windows), what).verdict == verdict


@pytest.mark.parametrize(
    ("python", "what", "verdict"),
    [
        ("/opt/python/bin/python", "Marks in the path", "Right"),
        ("/Users/a/my venv/bin/python", "Marks in the path", "Wrong"),
        ("/Users/a/it's/bin/python", "Marks in the path", "Wrong"),
        (
            "$HOME/Library/CloudStorage/OneDrive-Firm/venv/bin/python",
            "Synchronised folder",
            "Doubt",
        ),
    ],
)
def test_paths_on_a_mac(mac, python, what, verdict):
    configured(mac, python)
    build(mac.xlam)
    assert finding(examine(mac), what).verdict == verdict


@pytest.mark.parametrize(
    ("book", "verdict"),
    [
        ("https://firm-my.sharepoint.com/personal/a/Documents/book.xlsx", "Wrong"),
        ("https://d.docs.live.net/1234/book.xlsx", "Wrong"),
        (r"D:\OneDrive\book.xlsx", "Doubt"),
        (r"D:\Books\book.xlsx", "Right"),
    ],
)
def test_workbooks_in_the_cloud(windows, book, verdict):
    build(windows.xlam)
    environment = {**windows.machine.environment, "ONEDRIVE": "D:\\OneDrive"}
    windows.machine = replace(windows.machine, environment=environment)
    assert finding(examine(windows, workbooks=(book,)), "Workbook").verdict == verdict


def test_a_missing_build_is_an_error_of_the_question(computer):
    with pytest.raises(InputError, match=r"gone\.xlam: there is no such file"):
        doctor(computer.machine, xlam=Path("gone.xlam"))


def test_package_says_its_versions(tmp_path):
    build(tmp_path / "ips.xlam")
    package = read_package(tmp_path / "ips.xlam")
    assert (package.version, package.library_version) == ("0.1.0", "0.37.8")
