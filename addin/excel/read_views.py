"""Views of an investor from cells."""

import numpy as np

from addin.domain.labels import did_you_mean, label_key
from addin.domain.views import Views
from addin.errors import InputError
from addin.excel.grid import Cells
from addin.excel.records import ANY_SIZE, Allowed, Headings, Records, records

VIEW, RETURN, CONFIDENCE = "View", "Return", "Confidence"
_HEADINGS = Headings(required=(VIEW, RETURN), optional=(CONFIDENCE,), open_ended=True)
_CONFIDENCES = Allowed("a confidence above 0 and up to 100%, or a blank", 1e-12, 1.0)


def _spelled(heading: str, tickers: tuple[str, ...], where: str) -> str:
    spelling = {label_key(ticker): ticker for ticker in tickers}
    if label_key(heading) not in spelling:
        raise InputError(
            f"{where}: expected an asset in each column of picks, found '{heading}'"
            f"{did_you_mean(heading, tickers)}"
        )
    return spelling[label_key(heading)]


def _picked(table: Records, assets: list[str]) -> list[list[float]]:
    return [[table.number_within_or(row, h, ANY_SIZE, 0.0) for h in assets] for row in table]


def read_views(cells: Cells, tickers: tuple[str, ...], name: str = "views") -> Views:
    """Views on these assets; a blank pick is zero, a blank confidence is none.

    Args:
        cells: Headings View, ticker …, Return and optionally Confidence; one row per view.
        tickers: The assets there are.
        name: What messages call the table.

    Raises:
        InputError: Naming each cell that is wrong, an asset that is not known, a view without a
            pick, or two views that contradict each other.
    """
    table = records(cells, name, _HEADINGS)
    table.unique(VIEW)
    known = {label_key(heading) for heading in _HEADINGS.known}
    assets = [h for h in table.headings if h and label_key(h) not in known]
    heading_row = table.grid.row_words(0)
    for heading in assets:
        table.keep(lambda h=heading: _spelled(h, tickers, heading_row), "")  # type: ignore[misc]
    names = tuple(table.text(row, VIEW) for row in table)
    picks = _picked(table, assets)
    returns = [table.number_within(row, RETURN, ANY_SIZE) for row in table]
    confidences = [table.number_within_or(row, CONFIDENCE, _CONFIDENCES, np.nan) for row in table]
    table.close()
    shape = (len(names), len(assets))
    views = Views(
        names,
        tuple(assets),
        np.array(picks, dtype=float).reshape(shape),
        np.array(returns, dtype=float),
        np.array(confidences, dtype=float),
    )
    return views.over(tickers)
