"""What the README promises is there."""

import re
from pathlib import Path

import pytest

import macros
import udfs
from addin.cli import app
from addin.excel.udf import help_of
from addin.hosts.file.filebook import FileBook
from workbook_templates import TEMPLATE

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", udfs.__all__)
def test_every_function_is_listed_with_its_arguments(name):
    about = help_of(getattr(udfs, name))
    assert f"| `{about.signature}` | {about.description} |" in README


@pytest.mark.parametrize("name", macros.__all__)
def test_every_button_is_listed(name):
    button = getattr(macros, name).__ips_button__
    assert f"| {button.group} | {button.label} | {button.supertip} |" in README


def test_every_command_is_listed():
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    commands |= {group.name for group in app.registered_groups}
    assert commands == set(re.findall(r"\| `ips (\w+)", README))


def test_the_first_formula_gives_what_the_readme_says():
    book = FileBook(TEMPLATE)

    def grid(name):
        table = book.table(name)
        return [table.header, *table.rows]

    returns = udfs.IPS_RETURNS(grid("Prices"), "monthly")
    assert "gives 0.0342:" in README
    assert udfs.IPS_VAR(returns, grid("Policy_Benchmark"), 0.95) == pytest.approx(0.0342, abs=5e-5)


def test_every_folder_named_exists():
    folders = re.findall(r"^\| `([a-z_/]+)` \|", README, flags=re.MULTILINE)
    assert folders and all((ROOT / folder).is_dir() for folder in folders)
