"""What the ribbon runs in Python, with Excel's workbook replaced by one in memory."""

import re

import pytest

from addin.excel.button import ribbon_button
from addin.hosts.file.freezable import freeze_file
from addin.hosts.xlam import press as pressed
from addin.hosts.xlam.ribbon import ribbon


class Told:
    """A workbook that remembers what it was told."""

    name = "book.xlsx"

    def __init__(self):
        self.said = []

    def tell(self, text):
        self.said.append(text)


@pytest.fixture
def book(monkeypatch):
    told = Told()

    def calling_workbook(freeze):
        assert freeze is freeze_file
        return told

    monkeypatch.setattr(pressed, "calling_workbook", calling_workbook)
    return told


def test_the_pressed_button_runs_on_the_workbook_that_was_clicked(monkeypatch, book):
    @ribbon_button(label="One", group="Data", image="Undo", supertip="One.")
    def one(target):
        return f"Done in {target.name}."

    monkeypatch.setattr(pressed, "load_buttons", lambda home: {"one": one})
    pressed.press("one")
    assert book.said == ["Done in book.xlsx."]


def test_a_configuration_that_cannot_be_read_is_told(book, tmp_path):
    folder = tmp_path / ".IPS"
    folder.mkdir()
    (folder / "IPS.conf").write_text('"MACRO_MODULES","no_such_module"\n')
    pressed.press("check_data", tmp_path)
    assert book.said == [
        "Nothing was changed. MACRO_MODULES names the module 'no_such_module', "
        "which is not installed"
    ]


def test_every_tag_of_the_ribbon_is_a_button(buttons):
    tags = re.findall(r'tag="(\w+)"', ribbon(buttons).decode())
    assert tags and set(tags) == set(buttons)
