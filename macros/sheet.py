"""What most buttons do: read the case, compute one sheet of the report, write it."""

from collections.abc import Callable

from addin.excel.book import Book
from addin.excel.case import read_case
from addin.excel.committee import write_sections
from addin.report.schema import FINDING, cell_name
from addin.report.section import Section
from addin.report.study import Study


def redraw(book: Book, section_of: Callable[[Study], Section]) -> str:
    """Fill one sheet of the report from the inputs; what the sheet says in one sentence.

    Raises:
        IpsError: If the inputs cannot be read or no answer exists; nothing is written then.
    """
    book.progress(0.0, "Reading the workbook")
    study = Study(read_case(book))
    book.progress(0.2, "Computing")
    section = section_of(study)
    book.progress(0.9, f"Writing the sheet {section.sheet}")
    write_sections(book, [section])
    return f"{section.sheet}: {section.cells[cell_name(section.sheet, FINDING)]}"
