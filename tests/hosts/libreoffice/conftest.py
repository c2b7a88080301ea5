"""A LibreOffice with our functions and those of a sample firm."""

import os
import sys
import sysconfig
from pathlib import Path

import pytest
import xlsxwriter

from addin import __version__
from addin.errors import InputError
from addin.hosts.configuration import load_functions
from addin.hosts.file.filebook import FileBook
from addin.hosts.libreoffice.extension import build_extension
from addin.hosts.libreoffice.office import Office, find_office
from udfs import IPS_VERSION

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
REQUIRED = "REQUIRE_LIBREOFFICE"  # set where it was installed: nothing may be skipped there


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    """Home folder of a user who has configured the firm's functions."""
    folder = tmp_path_factory.mktemp("home")
    packages = ";".join(map(str, (ROOT, HERE, sysconfig.get_paths()["purelib"])))
    (folder / ".IPS").mkdir()
    (folder / ".IPS" / "IPS.conf").write_text(
        f'"UDF_MODULES","udfs;acme_udfs"\n"PYTHONPATH","{packages}"\n'
    )
    return folder


@pytest.fixture(scope="session")
def acme(home):
    """Worksheet functions by name, the firm's among them."""
    sys.path.insert(0, str(HERE))
    try:
        return load_functions(home)
    finally:
        sys.path.remove(str(HERE))
        sys.modules.pop("acme_udfs", None)  # other tests have a module of this name


@pytest.fixture(scope="session")
def version_shown():
    """What ``=IPS_VERSION()`` shows in a cell of an office; its files go into a folder."""

    def shown(office, folder):
        path = folder / "version.xlsx"
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet("Calc").write_formula("A1", "=IPS_VERSION()")
        functions = {"IPS_VERSION": IPS_VERSION}
        return office.recalculated(FileBook(path), functions, folder).sheet("Calc").value(1, 1)

    return shown


@pytest.fixture(scope="session")
def office(home, acme, version_shown, tmp_path_factory):
    """LibreOffice with the functions; where it has another Python than ours, tests are skipped."""
    try:
        find_office()
    except InputError as missing:
        unavailable(str(missing))
    folder = tmp_path_factory.mktemp("office")
    found = Office(folder, build_extension(folder / "ips.oxt", acme), variables(home))
    shown = str(version_shown(found, folder))
    ours = "Python {}.{} ".format(*sys.version_info)
    if "needs the add-in's packages for" in shown and ours not in shown:
        unavailable(shown)
    assert shown == __version__, "LibreOffice needs its Python too: the package python3-uno"
    return found


@pytest.fixture
def bare_office(acme, tmp_path):
    """LibreOffice of a user who has configured nothing."""
    (tmp_path / "bare").mkdir()
    extension = build_extension(tmp_path / "ips.oxt", acme)
    return Office(tmp_path / "bare", extension, variables(tmp_path / "bare"))


def variables(home):
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return {**kept, "HOME": str(home)}


def unavailable(reason):
    if os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set. {reason}")
    pytest.skip(reason)
