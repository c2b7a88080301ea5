"""Readers made by others, and the add-in built once."""

import importlib.util
import json
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from addin.hosts.configuration import load_buttons, load_functions
from addin.hosts.xlam.build import (
    SHEET_CLASS,
    WORKBOOK_CLASS,
    addin_modules,
    build_addin,
    document_module,
)
from addin.hosts.xlam.hardened import PROJECT
from addin.hosts.xlam.package import addin_package
from addin.hosts.xlam.ribbon import ribbon
from addin.hosts.xlam.sheets import AddinSheet, addin_sheets
from addin.hosts.xlam.vba_project import vba_project

SYSTEM_PYTHON = "/usr/bin/python3"
MACRO_WORKBOOK = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def module_beside(name):
    """A module in this folder, which is no package."""
    path = Path(__file__).with_name(f"{name}.py")
    spec = importlib.util.spec_from_file_location(f"xlam_{name}", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def compound():
    return module_beside("compound_reader")


@pytest.fixture(scope="session")
def resolved():
    return module_beside("conditional").resolved


@pytest.fixture(scope="session")
def functions(tmp_path_factory):
    return load_functions(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def buttons(tmp_path_factory):
    return load_buttons(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def addin(tmp_path_factory, functions, buttons):
    """Path of the built add-in."""
    return build_addin(tmp_path_factory.mktemp("build") / "ips.xlam", functions, buttons)


@pytest.fixture(scope="session")
def parts(addin):
    with zipfile.ZipFile(addin) as package:
        return {name: package.read(name) for name in package.namelist()}


@pytest.fixture(scope="session")
def modules(functions):
    """Source of each module by name."""
    return {m.name: m for m in addin_modules(functions, addin_sheets(functions))}


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory):
    """A running LibreOffice that answers jobs; skips where it or its bridge is not installed."""
    command = shutil.which("soffice")
    if command is None:
        pytest.skip("LibreOffice is not installed: no soffice")
    if subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], capture_output=True).returncode:
        pytest.skip(f"LibreOffice's Python bridge is not installed: {SYSTEM_PYTHON} has no uno")
    script = Path(__file__).with_name("libreoffice_run.py")
    folder = tmp_path_factory.mktemp("libreoffice")
    with subprocess.Popen(
        [SYSTEM_PYTHON, str(script), command, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:

        def ask(job):
            server.stdin.write(json.dumps(job) + "\n")
            server.stdin.flush()
            return json.loads(server.stdout.readline())

        yield ask
        server.stdin.close()


@pytest.fixture(scope="session")
def basic(libreoffice, tmp_path_factory, buttons):
    """Results of calls in a macro workbook with the given modules: the add-in's portable twin."""
    sheet = AddinSheet("Sheet1", "Sheet1", (("text",),), (10,))
    documents = (
        document_module("ThisWorkbook", WORKBOOK_CLASS),
        document_module("Sheet1", SHEET_CLASS),
    )

    def run(modules, calls):
        project = vba_project(PROJECT, (*documents, *modules))
        book = tmp_path_factory.mktemp("twin") / "twin.xlsm"
        book.write_bytes(
            addin_package(project, [sheet], ribbon(buttons), b"<help/>", MACRO_WORKBOOK)
        )
        return libreoffice({"book": str(book), "calls": calls})

    return run
