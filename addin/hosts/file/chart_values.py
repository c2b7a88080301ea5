"""Present values of the ranges charts show."""

from collections.abc import Callable, Iterable

from addin.domain.table import Row
from addin.hosts.file.area import parse_reference
from addin.hosts.file.charts import areas_of, chart_parts, refresh_caches
from addin.hosts.file.names import DefinedName
from addin.hosts.file.package import Package
from addin.hosts.file.sheet import Sheet, uses_1904


class ChartValues:
    """Looks up chart formulas that touch changed sheets.

    Args:
        sheets: Worksheets by name; None for one that does not exist.
        names: Defined names, which a chart may use for a range.
        changed: Names of the sheets with changed cells.
    """

    def __init__(
        self,
        sheets: Callable[[str], Sheet | None],
        names: Iterable[DefinedName],
        changed: Iterable[str],
    ) -> None:
        self._sheets = sheets
        self._names = {name.name.casefold(): name.formula for name in names}
        self._changed = {sheet.casefold() for sheet in changed}

    def __call__(self, formula: str) -> tuple[Row, ...] | None:
        """Values of a formula; None if it touches no changed sheet or is no range."""
        text = self._names.get(formula.rpartition("!")[2].casefold(), formula)
        places = [place for area in areas_of(text) if (place := parse_reference(area))]
        sheets = [sheet for name, _ in places if (sheet := self._sheets(name))]
        complete = len(sheets) == len(areas_of(text))
        if not complete or not any(name.casefold() in self._changed for name, _ in places):
            return None
        return tuple(
            row for sheet, (_, area) in zip(sheets, places, strict=True) for row in sheet.rows(area)
        )


def refresh_charts(package: Package, values: ChartValues) -> None:
    """Bring the values every chart keeps up to date."""
    date1904 = uses_1904(package)
    for part in chart_parts(package):
        if refresh_caches(package.tree(part), values, date1904):
            package.edit(part)
