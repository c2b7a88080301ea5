"""Readers made by others, and the add-in built once."""

import importlib.util
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from addin.hosts.configuration import load_buttons, load_functions
from addin.hosts.xlam.build import addin_modules, build_addin
from addin.hosts.xlam.sheets import addin_sheets

SYSTEM_PYTHON = "/usr/bin/python3"


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
def libreoffice():
    """LibreOffice's command, where it and its Python bridge are installed."""
    command = shutil.which("soffice")
    if command is None:
        pytest.skip("LibreOffice is not installed: no soffice")
    if subprocess.run([SYSTEM_PYTHON, "-c", "import uno"], capture_output=True).returncode:
        pytest.skip(f"LibreOffice's Python bridge is not installed: {SYSTEM_PYTHON} has no uno")
    return command
