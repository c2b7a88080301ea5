"""Ribbon group Report."""

from addin.excel.book import Book
from addin.excel.button import ribbon_button
from addin.excel.capabilities import freeze
from addin.excel.case import read_case
from addin.excel.committee import fill_report
from addin.excel.write import undo_last
from addin.report.schema import FINDING, REPORT_SHEETS, SUMMARY, cell_name
from addin.report.study import Study
from addin.report.words import plural

GROUP = "Report"


@ribbon_button(
    label="Build report",
    group=GROUP,
    image="FilePrintPreview",
    supertip="Runs the whole job, from the data check to the trades, and fills every sheet of "
    "the committee report.",
)
def build_report(book: Book) -> str:
    """Fill every sheet of the committee report."""
    study = Study(read_case(book))
    sections = fill_report(book, study)
    cells = {name: value for section in sections for name, value in section.cells.items()}
    return f"{plural(len(sections), 'sheet')} filled. {cells[cell_name(SUMMARY, FINDING)]}"


@ribbon_button(
    label="Freeze pack",
    group=GROUP,
    image="FileSaveAs",
    supertip="Writes the report sheets, values only, into a workbook that opens anywhere "
    "without the add-in.",
)
def freeze_pack(book: Book) -> str:
    """Write the committee pack: the report sheets as they stand, values only."""
    return f"Committee pack written: {freeze(book, REPORT_SHEETS)}."


@ribbon_button(
    label="Undo last run",
    group=GROUP,
    image="Undo",
    supertip="Puts back what the last button overwrote, which Excel's own Undo cannot do.",
)
def undo_last_run(book: Book) -> str:
    """Put back what the last button overwrote."""
    restored = undo_last(book)
    tables, cells = plural(len(restored.tables), "table"), plural(len(restored.cells), "cell")
    return f"Put back as before: {tables} and {cells}."
