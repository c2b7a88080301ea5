import contextlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from addin.errors import InputError
from addin.hosts.install import changes
from addin.hosts.install.install import install, status, uninstall
from addin.hosts.install.machine import Library

USERS = '"UDF_MODULES","udfs;acme_udfs"\r\n"MACRO_MODULES","macros"\r\n'


def results(steps):
    return [(step.name, step.result) for step in steps]


def test_on_windows_excel_finds_the_add_in_and_the_add_in_finds_python(windows):
    steps = install(windows.machine, windows.xlam)
    assert results(steps) == [("add-in", "placed"), ("configuration", "placed")]
    files = windows.files()
    assert files["AppData/Roaming/Microsoft/Excel/XLSTART/ips.xlam"] == b"PK first build"
    assert files[".IPS/IPS.conf"].decode() == (
        '"INTERPRETER_WIN","%USERPROFILE%\\venv\\Scripts\\python.exe"\r\n'
        '"PYTHONPATH","%USERPROFILE%\\venv\\Lib\\site-packages"\r\n'
    )


def test_nothing_but_the_add_in_lies_where_excel_opens_every_file(computer):
    install(computer.machine, computer.xlam)
    assert os.listdir(computer.at.addin.parent) == ["ips.xlam"]


def test_on_a_mac_the_files_lie_in_the_folders_of_excels_sandbox(mac):
    steps = install(mac.machine, mac.xlam)
    assert results(steps) == [
        ("add-in", "placed"),
        ("script", "placed"),
        ("configuration", "placed"),
    ]
    startup = "User Content.localized/Startup.localized/Excel/ips.xlam"
    files = mac.files()
    assert files[f"Library/Group Containers/UBF8T346G9.Office/{startup}"] == b"PK first build"
    script = "Library/Application Scripts/com.microsoft.Excel/xlwings-0.37.8.applescript"
    assert files[script] == b"on VbaHandler\n"
    assert files["Library/Containers/com.microsoft.Excel/Data/IPS.conf"].decode() == (
        '"INTERPRETER_MAC","$HOME/venv/bin/python"\r\n'
        '"PYTHONPATH","$HOME/venv/lib/python3.12/site-packages"\r\n'
    )


def test_second_installation_changes_nothing(computer):
    install(computer.machine, computer.xlam)
    before = computer.files()
    steps = install(computer.machine, computer.xlam)
    assert {step.result for step in steps} == {"unchanged"} and computer.files() == before


def test_uninstalling_leaves_a_fresh_home_without_a_file(computer):
    install(computer.machine, computer.xlam)
    assert {step.result for step in uninstall(computer.machine)} == {"removed"}
    assert computer.files() == {}


@pytest.mark.parametrize("times", [1, 2])
def test_files_that_were_there_come_back_to_the_byte(computer, times):
    computer.write_conf('"PYTHONPATH","/quant"\n' + USERS)
    computer.at.addin.parent.mkdir(parents=True)
    computer.at.addin.write_bytes(b"a colleague's add-in")
    before = computer.files()
    for _ in range(times):
        install(computer.machine, computer.xlam)
        computer.xlam.write_bytes(b"PK second build")
    assert computer.at.addin.read_bytes().startswith(b"PK")
    uninstall(computer.machine)
    assert computer.files() == before


def test_the_users_lines_stay_and_the_users_folders_follow_ours(windows):
    windows.write_conf(USERS + '"pythonpath","D:\\quant;D:\\more"\r\n"SHOW CONSOLE","True"\r\n')
    install(windows.machine, windows.xlam)
    install(windows.machine, windows.xlam)
    lines = windows.at.conf.read_text().splitlines()
    assert lines[:2] == USERS.splitlines() and lines[3] == '"SHOW CONSOLE","True"'
    assert lines[2] == '"PYTHONPATH","%USERPROFILE%\\venv\\Lib\\site-packages;D:\\quant;D:\\more"'


def test_a_new_environment_takes_the_place_of_the_old(windows):
    windows.write_conf('"PYTHONPATH","D:\\quant"\r\n')
    install(windows.machine, windows.xlam)
    code = windows.machine.home / "new" / "Lib"
    windows.machine = replace(windows.machine, code=code)
    install(windows.machine, windows.xlam)
    assert windows.at.conf.read_text().splitlines()[0] == (
        '"PYTHONPATH","%USERPROFILE%\\new\\Lib;D:\\quant"'
    )


def test_lines_written_after_the_installation_outlive_it(computer):
    computer.write_conf(USERS)
    install(computer.machine, computer.xlam)
    with computer.at.conf.open("a", newline="") as conf:
        conf.write('"SHOW CONSOLE","True"\r\n')
    install(computer.machine, computer.xlam)
    uninstall(computer.machine)
    assert computer.at.conf.read_bytes().decode() == USERS + '"SHOW CONSOLE","True"\r\n'


def test_a_setting_changed_after_the_installation_stays(windows):
    install(windows.machine, windows.xlam)
    text = windows.at.conf.read_text().replace("venv\\Scripts", "other\\Scripts")
    windows.write_conf(text)
    uninstall(windows.machine)
    assert windows.at.conf.read_text() == (
        '"INTERPRETER_WIN","%USERPROFILE%\\other\\Scripts\\python.exe"\n'
    )


def test_an_add_in_changed_after_the_installation_stays_and_is_named(computer):
    install(computer.machine, computer.xlam)
    computer.at.addin.write_bytes(b"edited")
    assert ("add-in", "kept: changed since") in results(uninstall(computer.machine))
    assert computer.at.addin.read_bytes() == b"edited" and not computer.at.conf.exists()


def test_what_an_edited_add_in_replaced_is_still_kept(computer):
    computer.at.addin.parent.mkdir(parents=True)
    computer.at.addin.write_bytes(b"a colleague's add-in")
    install(computer.machine, computer.xlam)
    computer.at.addin.write_bytes(b"edited")
    uninstall(computer.machine)
    assert computer.files()[".IPS/before-ips.xlam"] == b"a colleague's add-in"


def test_while_excel_runs_nothing_is_changed(computer):
    computer.with_excel(running=True)
    with pytest.raises(InputError, match="Excel is running; close all its windows"):
        install(computer.machine, computer.xlam)
    assert computer.files() == {}


def test_while_excel_runs_what_is_installed_is_not_taken_away(computer):
    install(computer.machine, computer.xlam)
    before = computer.files()
    computer.with_excel(running=True)
    assert {step.result for step in install(computer.machine, computer.xlam)} == {"unchanged"}
    with pytest.raises(InputError, match="Excel is running"):
        uninstall(computer.machine)
    assert computer.files() == before


def test_the_lock_of_an_open_add_in_is_respected(computer):
    install(computer.machine, computer.xlam)
    computer.at.addin.with_name("~$ips.xlam").write_bytes(b"")
    computer.xlam.write_bytes(b"PK second build")
    before = computer.files()
    with pytest.raises(InputError, match=r"ips\.xlam: is open in Excel"):
        install(computer.machine, computer.xlam)
    assert computer.files() == before


def test_library_must_be_where_excel_looks_for_it(windows):
    (windows.machine.home / "venv" / "xlwings64-0.37.8.dll").unlink()
    with pytest.raises(InputError, match=r"xlwings64-0.37.8.dll: need it in .*, found it in neith"):
        install(windows.machine, windows.xlam)
    (windows.machine.interpreter.parent / "xlwings64-0.37.8.dll").write_bytes(b"")
    install(windows.machine, windows.xlam)


def test_library_is_that_of_excels_bits(windows):
    windows.with_excel(bits=32)
    with pytest.raises(InputError, match=r"xlwings32-0\.37\.8\.dll: need it"):
        install(windows.machine, windows.xlam)


@pytest.mark.parametrize("fails_at", [1, 2, 3, 4])
def test_a_failure_half_way_leaves_everything_as_it_was(computer, monkeypatch, fails_at):
    computer.write_conf(USERS)
    before = computer.files()
    calls = []

    def save(path, content, original=changes.save_atomically):
        calls.append(path)
        if len(calls) == fails_at:
            raise InputError(f"{path.name}: could not be written (no space left on device)")
        original(path, content)

    monkeypatch.setattr(changes, "save_atomically", save)
    with pytest.raises(InputError, match="no space left"):
        install(computer.machine, computer.xlam)
    assert computer.files() == before


@pytest.mark.parametrize("dies_at", [1, 2, 3, 4, 5, 6])
def test_after_a_sudden_end_the_way_back_is_still_known(computer, monkeypatch, dies_at):
    computer.write_conf(USERS)
    computer.at.addin.parent.mkdir(parents=True)
    computer.at.addin.write_bytes(b"a colleague's add-in")
    before = computer.files()
    calls = []

    def save(path, content, original=changes.save_atomically):
        calls.append(path)
        if len(calls) >= dies_at:
            raise SystemExit  # nor can what follows be written, or put back
        original(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(changes, "save_atomically", save)
        patch.setattr(Path, "unlink", lambda path, missing_ok=False: None)
        with contextlib.suppress(SystemExit):
            install(computer.machine, computer.xlam)
    install(computer.machine, computer.xlam)
    uninstall(computer.machine)
    assert computer.files() == before


def test_an_interrupted_installation_is_undone(computer, monkeypatch):
    computer.write_conf(USERS)
    before = computer.files()

    def save(path, content, original=changes.save_atomically):
        if path == computer.at.addin:
            raise KeyboardInterrupt
        original(path, content)

    monkeypatch.setattr(changes, "save_atomically", save)
    with pytest.raises(KeyboardInterrupt):
        install(computer.machine, computer.xlam)
    assert computer.files() == before


def test_byte_order_mark_goes_since_vba_would_read_it_as_part_of_a_key(computer):
    computer.write_conf("\ufeff" + USERS)
    install(computer.machine, computer.xlam)
    assert computer.at.conf.read_bytes().startswith(b'"UDF_MODULES"')
    uninstall(computer.machine)
    assert computer.at.conf.read_bytes().decode() == "\ufeff" + USERS


def test_first_line_of_a_key_counts_as_it_does_for_vba(windows):
    windows.write_conf(
        '"PYTHONPATH","D:\\first"\n"SHOW CONSOLE","True"\n"pythonpath","D:\\second"\n'
    )
    before = windows.files()
    install(windows.machine, windows.xlam)
    first, *others = windows.at.conf.read_text().splitlines()
    assert first.endswith(';D:\\first"') and others[1] == '"pythonpath","D:\\second"'
    uninstall(windows.machine)
    assert windows.files() == before


def test_conf_that_is_not_utf_8_is_refused(computer):
    computer.write_conf("")
    computer.at.conf.write_bytes('"PYTHONPATH","D:\\Führung"'.encode("cp1252"))
    with pytest.raises(InputError, match=r"IPS\.conf: is not UTF-8"):
        install(computer.machine, computer.xlam)


def test_missing_add_in_is_named(computer):
    computer.xlam.unlink()
    with pytest.raises(InputError, match=r"ips\.xlam: there is no such file"):
        install(computer.machine, computer.xlam)


def test_conf_of_another_form_is_refused_and_left(computer):
    computer.write_conf("UDF_MODULES=udfs\n")
    with pytest.raises(InputError, match=r'IPS.conf line 1: need "KEY","value", found UDF_MODULES'):
        install(computer.machine, computer.xlam)
    assert computer.at.conf.read_text() == "UDF_MODULES=udfs\n"


def test_uninstalling_what_is_not_there_says_so(computer):
    with pytest.raises(InputError, match="the add-in is not installed"):
        uninstall(computer.machine)


def test_a_record_that_is_none_is_refused(computer):
    computer.at.record.parent.mkdir(parents=True, exist_ok=True)
    for text in ("{", "[1]", '{"files": {"a": 1}}', '{"other": {}}'):
        computer.at.record.write_text(text)
        with pytest.raises(InputError, match="is no record of an installation; delete it"):
            status(computer.machine)


def test_script_of_an_older_library_goes_when_a_newer_is_installed(mac):
    install(mac.machine, mac.xlam)
    folder = mac.machine.library.folder
    (folder / "xlwings-0.38.0.applescript").write_bytes(b"newer\n")
    mac.machine = replace(mac.machine, library=Library(folder, "0.38.0"))
    install(mac.machine, mac.xlam)
    assert os.listdir(mac.at.script.parent) == ["xlwings-0.38.0.applescript"]


def test_status_tells_installed_from_changed_and_outdated(computer):
    machine, xlam = computer.machine, computer.xlam
    assert {step.result for step in status(machine, xlam)} == {"not installed"}
    install(machine, xlam)
    assert {step.result for step in status(machine, xlam)} == {"installed"}
    xlam.write_bytes(b"PK second build")
    assert status(machine, xlam)[0].result == "installed, but not the current build"
    computer.at.addin.write_bytes(b"edited")
    assert status(machine, xlam)[0].result == "changed since it was placed"
    computer.write_conf(USERS)
    assert status(machine)[-1].result.startswith("changed since: INTERPRETER_")


def test_status_names_an_add_in_copied_by_hand(computer):
    computer.at.addin.parent.mkdir(parents=True)
    computer.at.addin.write_bytes(b"PK first build")
    assert "not placed by ips addin install" in status(computer.machine)[0].result


def test_home_with_accents_is_written_as_a_variable(computer, tmp_path):
    home = tmp_path / "Käthe Müller"
    computer.machine.home.rename(home)

    def moved(path):
        return home / Path(path).relative_to(computer.machine.home)

    computer.machine = replace(
        computer.machine,
        home=home,
        environment={"APPDATA": str(home / "AppData")},
        interpreter=moved(computer.machine.interpreter),
        code=moved(computer.machine.code),
        library=Library(moved(computer.machine.library.folder), "0.37.8"),
    )
    install(computer.machine, computer.xlam)
    assert computer.at.conf.read_bytes().isascii()


def test_accents_elsewhere_in_the_path_are_refused(computer):
    computer.machine = replace(computer.machine, code=Path("/srv/Führung/site-packages"))
    with pytest.raises(InputError, match="Führung/site-packages: Excel's macros read only plain"):
        install(computer.machine, computer.xlam)
    assert computer.files() == {}


def test_windows_without_application_data_is_refused(windows):
    windows.machine = replace(windows.machine, environment={})
    with pytest.raises(InputError, match="APPDATA is empty"):
        install(windows.machine, windows.xlam)


def test_python_of_the_store_is_refused_even_behind_an_environment(windows):
    cfg = windows.machine.home / "venv" / "pyvenv.cfg"
    cfg.write_text("home = C:\\Program Files\\WindowsApps\\PythonSoftwareFoundation.Python.3.12\n")
    with pytest.raises(InputError, match=r"is Python of the Microsoft Store; install Python from"):
        install(windows.machine, windows.xlam)
    cfg.write_text("home = C:\\Program Files\\Python312\n")
    install(windows.machine, windows.xlam)
