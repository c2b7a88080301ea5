"""Checks of the configuration and of the Python it names."""

from collections.abc import Mapping
from pathlib import Path

from addin.hosts.install.check_excel import REINSTALL
from addin.hosts.install.checkup import Check, Facts, Verdict
from addin.hosts.install.conf import interpreter_key
from addin.hosts.install.machine import FROM_STORE, is_of_store
from addin.hosts.install.probe import Answer

OLDEST = (3, 11)


def python_checks(facts: Facts) -> list[Check]:
    """From the configuration to what is installed in the Python it names."""
    checks = [_configuration(facts)]
    if facts.interpreter is None:
        return checks
    checks += [_interpreter(facts), _origin(facts.interpreter)]
    if facts.answer is None:
        return checks
    checks += [_packages(facts, facts.answer), _versions(facts, facts.answer)]
    return [*checks, _bits(facts, facts.answer)] if facts.machine.on_windows else checks


def _configuration(facts: Facts) -> Check:
    key = interpreter_key(facts.machine)
    needed = f"{facts.at.conf}: {key} is {facts.machine.interpreter}"
    if facts.fault:
        fix = f"correct or delete the file, then {REINSTALL}"
        return Check("Configuration", needed, facts.fault, Verdict.WRONG, fix)
    if facts.interpreter is None:
        found = "no such file" if facts.settings is None else _named(key, facts.settings)
        return Check("Configuration", needed, found, Verdict.WRONG, REINSTALL)
    if facts.interpreter != facts.machine.interpreter:
        fix = f"if Excel should use the Python that runs this, {REINSTALL}"
        return Check("Configuration", needed, str(facts.interpreter), Verdict.DOUBT, fix)
    return Check("Configuration", needed, "just that")


def _named(key: str, settings: Mapping[str, str]) -> str:
    """The add-in runs a Python only by its full path: a bare name could be a program anywhere."""
    return f"{key} is {settings[key]}, not a full path" if settings.get(key) else f"no line {key}"


def _interpreter(facts: Facts) -> Check:
    needed = f"{facts.interpreter} runs, version {OLDEST[0]}.{OLDEST[1]} or later"
    answer = facts.answer
    if answer is None:
        is_there = facts.interpreter is not None and facts.interpreter.is_file()
        found = "it does not run" if is_there else "there is no such file"
        fix = "make the virtual environment anew, install the add-in into it, run ips addin install"
        return Check("Python", needed, found, Verdict.WRONG, fix)
    if tuple(map(int, answer.version.split(".")[:2])) < OLDEST:
        fix = "install a later Python and the add-in into it, then run ips addin install"
        return Check("Python", needed, answer.version, Verdict.WRONG, fix)
    return Check("Python", needed, f"version {answer.version}, {answer.bits} bits")


def _origin(interpreter: Path) -> Check:
    needed = "Python that is not an app of the Microsoft Store"
    if is_of_store(interpreter):
        return Check("Python's origin", needed, "it is one", Verdict.WRONG, FROM_STORE)
    return Check("Python's origin", needed, "it is not")


def _packages(facts: Facts, answer: Answer) -> Check:
    has = {"xlwings": bool(answer.library), "udfs": answer.has_functions}
    if facts.machine.on_windows:
        has["pywin32"] = answer.has_com
    missing = [name for name, is_there in has.items() if not is_there]
    needed = f"it finds {', '.join(has)}"
    if missing:
        fix = "install the add-in into this Python (the commands are in docs/install.md)"
        found = f"it does not find {', '.join(missing)}"
        return Check("Packages", needed, found, Verdict.WRONG, fix)
    return Check("Packages", needed, "it does")


def _versions(facts: Facts, answer: Answer) -> Check:
    """The VBA code names the library by its version; another one is not found."""
    vba = facts.installed.library_version if facts.installed else ""
    needed = f"xlwings {answer.library} in Python and in the add-in"
    if not vba:
        return Check("xlwings", needed, "the add-in does not say", Verdict.UNKNOWN, REINSTALL)
    if vba != answer.library:
        fix = (
            "install the version requirements.lock names, then: ips addin build, ips addin install"
        )
        return Check("xlwings", needed, f"{vba} in the add-in", Verdict.WRONG, fix)
    return Check("xlwings", needed, "the same")


def _bits(facts: Facts, answer: Answer) -> Check:
    """Python is a program of its own, so that unlike bits are a doubt and not a fault."""
    bits = facts.machine.excel.bits
    needed = f"Excel and Python both of {answer.bits} bits"
    if bits is None:
        fix = "see File > Account > About Excel: it names 32-bit or 64-bit"
        return Check("Bits", needed, "Excel's are not known", Verdict.UNKNOWN, fix)
    if bits != answer.bits:
        fix = "install Office of 64 bits; the mixture has not been tried with this add-in"
        return Check("Bits", needed, f"Excel of {bits}", Verdict.DOUBT, fix)
    return Check("Bits", needed, "so they are")
