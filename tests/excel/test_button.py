"""A button runs its macro on a workbook and says how it went."""

from contextlib import contextmanager

import pytest
import xlwings as xw

from addin.errors import InputError, PolicyError
from addin.excel import button
from addin.excel.button import Button, ribbon_button
from addin.excel.capabilities import freeze
from addin.excel.xlwings_book import XlwingsBook
from tests.excel.memory_engine import BookData, opened
from tests.memory_book import MemoryBook


def pressed(job):
    return ribbon_button(label="Do it", group="Jobs", image="Happy", supertip="Does it.")(job)


@pytest.fixture
def excel(monkeypatch):
    monkeypatch.setattr(xw.engines, "active", None)
    monkeypatch.setattr(xw.engines, "engines", list(xw.engines.engines))
    data = BookData()
    book = XlwingsBook(opened(data))
    monkeypatch.setattr(button, "caller_book", lambda: book)
    return data


def test_the_sentence_a_macro_returns_is_told():
    book = MemoryBook()
    pressed(lambda book: f"Read {book.name}.")(book)
    assert book.told == ["Read memory.xlsx."]


def test_a_mistake_of_the_user_is_told_and_nothing_else_happens():
    def job(book):
        raise PolicyError("targets add up to 98.00%, not 100%")

    book = MemoryBook()
    pressed(job)(book)
    assert book.told == ["Nothing was changed. targets add up to 98.00%, not 100%"]


def test_a_fault_of_ours_surfaces():
    book = MemoryBook()
    with pytest.raises(ZeroDivisionError):
        pressed(lambda book: str(1 / 0))(book)
    assert book.told == []


def test_the_ribbon_finds_what_it_shows_on_the_function():
    def tidy(book):
        """Tidy up."""
        return "Tidy."

    press = pressed(tidy)
    assert press.__ips_button__ == Button("tidy", "Do it", "Jobs", "Happy", "Does it.", tidy)
    assert (press.__name__, press.__doc__) == ("tidy", "Tidy up.")


def test_the_command_line_sees_the_error_itself():
    def job(book):
        raise InputError("no holdings")

    with pytest.raises(InputError, match="no holdings"):
        pressed(job).__ips_button__.macro(MemoryBook())


def test_in_excel_the_job_runs_with_the_screen_at_rest_and_speaks_after(excel):
    seen = {}

    def job(book):
        seen.update(excel.settings)
        return "Done."

    pressed(job)()
    assert (seen["screen_updating"], seen["calculation"]) == (False, "manual")
    assert (excel.settings["screen_updating"], excel.settings["calculation"]) == (True, "automatic")
    assert excel.alerts == ["Done."]


def test_excel_is_put_right_after_a_mistake_and_after_a_fault(excel):
    def mistaken(book):
        raise InputError("no holdings")

    pressed(mistaken)()
    assert excel.alerts == ["Nothing was changed. no holdings"]
    with pytest.raises(ZeroDivisionError):
        pressed(lambda book: str(1 / 0))()
    assert excel.settings["calculation"] == "automatic"


class Reluctant(MemoryBook):
    """A host that cannot be left alone, or not be put right."""

    def __init__(self, *, at_first):
        super().__init__()
        self.at_first = at_first

    @contextmanager
    def unattended(self):
        if self.at_first:
            raise InputError("Excel is busy: finish editing the cell")
        yield
        raise InputError("Excel is busy: finish editing the cell")


def test_an_excel_too_busy_for_the_job_is_told():
    book = Reluctant(at_first=True)
    pressed(lambda book: "Done.")(book)
    assert book.told == ["Nothing was changed. Excel is busy: finish editing the cell"]


def test_an_excel_too_busy_after_the_job_does_not_hide_what_was_done():
    book = Reluctant(at_first=False)
    pressed(lambda book: "6 trades.")(book)
    assert book.told == ["6 trades. Excel is busy: finish editing the cell"]


def test_a_host_that_cannot_freeze_names_the_command_that_can():
    with pytest.raises(InputError, match=r"memory\.xlsx: cannot be frozen here; run: ips report"):
        freeze(MemoryBook(), ["Summary"])
