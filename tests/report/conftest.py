"""The sample workbook, studied once."""

import copy

import pytest

from addin.excel.case import read_case
from addin.report.sections import COMMITTEE_REPORT
from addin.report.study import Study
from tests.memory_book import MemoryBook
from workbook_templates.sample import sample_tables


@pytest.fixture(scope="session")
def study():
    book = MemoryBook({t.name: (t.headings, t.rows) for t in sample_tables().values()})
    return Study(read_case(book))


@pytest.fixture(scope="session")
def sections(study):
    return {section.sheet: section for section in (make(study) for make in COMMITTEE_REPORT)}


@pytest.fixture
def altered(study):
    """The study with some of its steps already known to be something else."""

    def make(**steps):
        twin = copy.copy(study)
        twin.__dict__ = {**study.__dict__, **steps}
        return twin

    return make
