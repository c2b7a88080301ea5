"""What several packages of tests share."""

import pytest

from tests.command_line import workbook
from workbook_templates import TEMPLATE

ROWS = 500  # of daily prices: two years, enough for every figure


@pytest.fixture(scope="session")
def short_book(tmp_path_factory):
    """The sample workbook with a shorter history, to be copied."""
    target = tmp_path_factory.mktemp("short") / "short.xlsx"
    return workbook(TEMPLATE, target, Prices=lambda headings, rows: (headings, rows[-ROWS:]))
