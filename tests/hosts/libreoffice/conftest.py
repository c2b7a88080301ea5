"""A LibreOffice with our functions and those of a sample firm."""

import os
import sys
import sysconfig
from pathlib import Path

import pytest

from addin.errors import InputError
from addin.hosts.configuration import load_functions
from addin.hosts.libreoffice.extension import build_extension
from addin.hosts.libreoffice.office import Office, find_office

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
def office(home, acme, tmp_path_factory):
    try:
        find_office()
    except InputError as missing:
        unavailable(str(missing))
    folder = tmp_path_factory.mktemp("office")
    extension = build_extension(folder / "ips.oxt", acme)
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return Office(folder, extension, {**variables, "HOME": str(home)})


def unavailable(reason):
    if os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set. {reason}")
    pytest.skip(reason)
