"""Fill the report sheets of a workbook from a study."""

from collections.abc import Iterable

from addin.excel.book import Book
from addin.excel.write import apply
from addin.report.section import Section
from addin.report.sections import COMMITTEE_REPORT
from addin.report.study import STEPS, Study

STEPS_SHARE = 0.8  # of the time, the rest is writing


def sections_of(book: Book, study: Study) -> list[Section]:
    """Every section of the report, computed step by step with progress shown."""
    for done, (text, step) in enumerate(STEPS):
        book.progress(STEPS_SHARE * done / len(STEPS), text)
        step(study)
    book.progress(STEPS_SHARE, "Writing the report sheets")
    return [section(study) for section in COMMITTEE_REPORT]


def write_sections(book: Book, sections: Iterable[Section]) -> None:
    """Put sections on their sheets, after a snapshot for *Undo last run*."""
    whole = list(sections)
    tables = [table for section in whole for table in section.tables]
    cells = {name: value for section in whole for name, value in section.cells.items()}
    apply(book, tables, cells)


def fill_report(book: Book, study: Study) -> list[Section]:
    """Compute everything, then write everything."""
    sections = sections_of(book, study)
    write_sections(book, sections)
    return sections
