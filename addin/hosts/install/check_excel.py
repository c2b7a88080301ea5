"""Checks of Excel and of the files placed for it."""

from addin.hosts.install.checkup import Check, Facts, Verdict
from addin.hosts.install.machine import dll_folders, dll_name

REINSTALL = "close Excel and run: ips addin install"
BEFORE_SPILLING = ("2013", "2016", "2019")


def excel_checks(facts: Facts) -> list[Check]:
    """Excel itself, the add-in in its folder, and what Excel loads to reach Python."""
    checks = [_product(facts), _kind(facts), _addin(facts)]
    checks.append(_library(facts) if facts.machine.on_windows else _script(facts))
    return checks


def _product(facts: Facts) -> Check:
    excel = facts.machine.excel
    needed = "Excel of Microsoft 365, 2021 or later: results spill"
    found = " ".join(text for text in (excel.product, excel.version) if text) or excel.program
    if not found:
        fix = "install the desktop Excel; Excel in the browser runs no such add-ins"
        return Check("Excel", needed, "no Excel found", Verdict.UNKNOWN, fix)
    if any(year in excel.product for year in BEFORE_SPILLING):
        fix = "update Office, or enter formulas with several results by Ctrl+Shift+Enter"
        return Check("Excel", needed, found, Verdict.DOUBT, fix)
    return Check("Excel", needed, found)


def _kind(facts: Facts) -> Check:
    needed = "Excel installed by Microsoft's own installer"
    program = facts.machine.excel.program
    if not program:
        return Check("Kind of Excel", needed, "not known", Verdict.UNKNOWN)
    if "windowsapps" in program.lower():
        fix = "uninstall the Office of the Microsoft Store and install it from the Office web page"
        return Check("Kind of Excel", needed, f"Store Office: {program}", Verdict.WRONG, fix)
    return Check("Kind of Excel", needed, program)


def _addin(facts: Facts) -> Check:
    needed = f"{facts.at.addin.name} in {facts.at.addin.parent}, as it was built"
    if facts.installed is None:
        return Check("Add-in", needed, "not there, or damaged", Verdict.WRONG, REINSTALL)
    found = f"version {facts.installed.version or 'not stated'}"
    if facts.built and facts.built.digest != facts.installed.digest:
        return Check("Add-in", needed, f"{found}, another build", Verdict.WRONG, REINSTALL)
    return Check("Add-in", needed, found)


def _library(facts: Facts) -> Check:
    """The VBA code loads it from beside the Python of the configuration, or one folder up."""
    name = dll_name(facts.machine)
    interpreter = facts.interpreter or facts.machine.interpreter
    folders = dll_folders(interpreter)
    found = next((folder for folder in folders if (folder / name).is_file()), None)
    needed = f"{name} in {folders[0]} or {folders[1]}"
    if found:
        return Check("Library", needed, f"in {found}")
    fix = "install the add-in into a virtual environment (py -m venv .venv), not by pip --user"
    return Check("Library", needed, "in neither", Verdict.WRONG, fix)


def _script(facts: Facts) -> Check:
    script = facts.at.script
    there = script is not None and script.is_file()
    needed = f"{script.name if script else 'AppleScript'}, by which Excel may start Python"
    if there:
        return Check("Script", needed, f"in {script.parent if script else ''}")
    return Check("Script", needed, "not there", Verdict.WRONG, REINSTALL)
