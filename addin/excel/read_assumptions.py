"""Capital-market assumptions from cells."""

import numpy as np

from addin.domain.labels import did_you_mean, label_key
from addin.domain.stated_assumptions import StatedAssumptions
from addin.domain.universe import Universe
from addin.domain.weights import Matrix, Vector
from addin.engine.capital_market import by_asset
from addin.excel.grid import Cells
from addin.excel.records import Allowed, Headings, Records, records

ASSET, EXPECTED_RETURN, VOLATILITY, SOURCE = "Asset", "Expected return", "Volatility", "Source"
_HEADINGS = Headings(
    required=(ASSET,), optional=(EXPECTED_RETURN, VOLATILITY, SOURCE), open_ended=True
)
_RETURNS = Allowed("an annual return as a decimal (as 0.06)", -1.0, 1.0)
_RISKS = Allowed("an annual volatility of at least zero (as 0.15)", 0.0, 5.0)
_CORRELATIONS = Allowed("a correlation from -1 to 1", -1.0, 1.0)
_SAME = 1e-9


def read_assumptions(
    cells: Cells, universe: Universe | None, name: str = "assumptions"
) -> StatedAssumptions:
    """What is typed of each asset: its own row, else the row of its asset class.

    Args:
        cells: Headings Asset, Expected return, Volatility, Source, then correlations in columns
            headed by assets or classes; one half of them may be blank, and so may be what
            history or the class says.
        universe: Its tickers and asset classes may stand in the table; None takes every row as
            an asset.
        name: What messages call the table.

    Returns:
        In the order of the universe, or of the rows without one; NaN where nothing is typed.

    Raises:
        InputError: Naming each cell that is wrong, a name that is neither asset nor class (the
            nearest is suggested), or the two halves where they disagree.
    """
    table = records(cells, name, _HEADINGS)
    table.unique(ASSET)
    typed = _Typed(table, universe)
    typed.check_names()
    stated = StatedAssumptions(
        typed.labels,
        typed.column(EXPECTED_RETURN, _RETURNS),
        typed.column(VOLATILITY, _RISKS),
        typed.correlation(),
    )
    table.close()
    return stated if universe is None else by_asset(stated, universe)


class _Typed:
    """The table by the names in it."""

    def __init__(self, table: Records, universe: Universe | None) -> None:
        self.table = table
        self.rows = {row: table.text(row, ASSET) for row in table}
        figures = {label_key(heading) for heading in _HEADINGS.known}
        self.across = [h for h in table.headings if h and label_key(h) not in figures]
        self.known = tuple(self.rows.values())
        if universe is not None:
            self.known = (*universe.tickers, *dict.fromkeys(universe.asset_classes))
        by_key: dict[str, str] = {}
        for each in (*self.rows.values(), *self.across):
            by_key.setdefault(label_key(each), each)
        self.labels = tuple(by_key.values())
        self._place = {key: i for i, key in enumerate(by_key)}

    def check_names(self) -> None:
        """Keep a mistake for each name that is neither an asset nor a class."""
        keys = {label_key(each) for each in self.known}
        used = [(self.table.where(row, ASSET), label) for row, label in self.rows.items()]
        used += [(f"{self.table.grid.row_words(0)}, heading", label) for label in self.across]
        for where, label in used:
            if label and label_key(label) not in keys:
                near = did_you_mean(label, self.known)
                self.table.mistakes.append(
                    f"{where}: expected an asset or asset class, found '{label}'{near}"
                )

    def column(self, heading: str, allowed: Allowed) -> Vector:
        """A figure of each label; NaN where it is blank."""
        result = np.full(len(self.labels), np.nan)
        for row, label in self.rows.items():
            figure = self.table.number_within_or(row, heading, allowed, np.nan)
            result[self._place[label_key(label)]] = figure
        return result

    def correlation(self) -> Matrix:
        """The typed half, or both where they agree; NaN where both are blank."""
        n = len(self.labels)
        result = np.full((n, n), np.nan)
        np.fill_diagonal(result, 1.0)
        for row, label in self.rows.items():
            i = self._place[label_key(label)]
            for heading in self.across:
                j = self._place[label_key(heading)]
                value = self.table.number_within_or(row, heading, _CORRELATIONS, np.nan)
                if abs(value - result[i, j]) > _SAME:
                    self.table.refuse(row, heading, self._agreeing(label, heading, result[i, j]))
                elif not np.isnan(value):
                    result[i, j] = result[j, i] = value
        return result

    @staticmethod
    def _agreeing(label: str, heading: str, other: float) -> str:
        if label_key(label) == label_key(heading):
            return "1, the correlation of anything with itself"
        return f"{other:g} as for {heading} and {label} in the other half, or a blank"
