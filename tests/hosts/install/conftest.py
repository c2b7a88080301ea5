"""Two computers that exist only as folders: nothing about the real one is looked at."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from addin.hosts.install.machine import Excel, Library, Machine, System, places

VERSION = "0.37.8"


@dataclass
class Computer:
    """A machine, and the add-in that was built for it."""

    machine: Machine
    xlam: Path

    @property
    def at(self):
        return places(self.machine)

    def files(self):
        """Every file below the home folder with its content."""
        home = self.machine.home
        found = (p for p in home.rglob("*") if p.is_file() and "venv" not in p.parts)
        return {str(p.relative_to(home)): p.read_bytes() for p in found}

    def write_conf(self, text):
        self.at.conf.parent.mkdir(parents=True, exist_ok=True)
        self.at.conf.write_bytes(text.encode())

    def with_excel(self, **facts):
        self.machine = replace(self.machine, excel=replace(self.machine.excel, **facts))


@pytest.fixture
def xlam(tmp_path):
    path = tmp_path / "build" / "ips.xlam"
    path.parent.mkdir()
    path.write_bytes(b"PK first build")
    return path


@pytest.fixture
def windows(tmp_path, xlam):
    """Windows: Python in a virtual environment below the home folder, 64 bits."""
    home = tmp_path / "home"
    venv = home / "venv"
    (venv / "Scripts").mkdir(parents=True)
    (venv / "Scripts" / "python.exe").write_bytes(b"")
    (venv / f"xlwings64-{VERSION}.dll").write_bytes(b"")
    machine = Machine(
        system=System.WINDOWS,
        home=home,
        environment={"APPDATA": str(home / "AppData" / "Roaming"), "USERPROFILE": str(home)},
        interpreter=venv / "Scripts" / "python.exe",
        bits=64,
        code=venv / "Lib" / "site-packages",
        library=Library(venv / "Lib" / "site-packages" / "xlwings", VERSION),
        excel=Excel(bits=64, program=r"C:\Program Files\Microsoft Office\root\EXCEL.EXE"),
    )
    return Computer(machine, xlam)


@pytest.fixture
def mac(tmp_path, xlam):
    """A Mac: Python in a virtual environment below the home folder."""
    home = tmp_path / "home"
    packages = home / "venv" / "lib" / "python3.12" / "site-packages"
    (packages / "xlwings").mkdir(parents=True)
    (packages / "xlwings" / f"xlwings-{VERSION}.applescript").write_bytes(b"on VbaHandler\n")
    (home / "venv" / "bin").mkdir()
    (home / "venv" / "bin" / "python").write_bytes(b"")
    machine = Machine(
        system=System.MAC,
        home=home,
        environment={"HOME": str(home)},
        interpreter=home / "venv" / "bin" / "python",
        bits=64,
        code=packages,
        library=Library(packages / "xlwings", VERSION),
        excel=Excel(bits=64),
    )
    return Computer(machine, xlam)


@pytest.fixture(params=["windows", "mac"])
def computer(request):
    """Either of the two."""
    return request.getfixturevalue(request.param)
