"""Whether the tables of a workbook agree: what one of them names, another must have."""

from collections.abc import Iterable, Iterator, Mapping

from addin.domain.history import Prices
from addin.domain.holdings import CASH
from addin.domain.labels import did_you_mean, label_key
from addin.domain.policy import Limit, Policy, Rule
from addin.domain.profile import CLASSES
from addin.domain.universe import Universe
from addin.engine.selection import selected, widened
from addin.errors import InputError
from addin.excel import layout
from addin.excel.book import TableRows
from addin.excel.grid import is_blank_row
from addin.excel.values import found, is_blank, label

_SELECTING = (Rule.WEIGHT, Rule.EACH, Rule.EXCLUDE)


def disagreements(
    rows: Mapping[str, TableRows], policy: Policy, universe: Universe, prices: Prices
) -> list[str]:
    """One sentence for each name that its table may not use, with the cell it stands in.

    Args:
        rows: The tables, by name; each has been read without mistakes.
        policy: Read from them.
        universe: Read from them.
        prices: Read from them.
    """
    classes = tuple(c.name for c in policy.classes)
    assets = (*universe.tickers, CASH)
    return [
        *_unknown(rows, layout.UNIVERSE.name, "Asset class", "a class of the policy", classes),
        *_unknown(
            rows, layout.UNIVERSE.name, "Ticker", "a column of the sheet Prices", prices.tickers
        ),
        *_unknown(rows, layout.HOLDINGS.name, "Ticker", "an asset of the Universe or CASH", assets),
        *_unknown(rows, layout.POLICY_BENCHMARK.name, "Ticker", "an asset of the Universe", assets),
        *_unselectable(rows, policy, universe),
        *_without_target(rows, policy),
        *_unknown_shocks(rows, (*classes, *CLASSES, *assets, *_parents(universe))),
    ]


def _filled(rows: Mapping[str, TableRows], name: str) -> Iterator[int]:
    """Rows of a table that hold something; none if there is no such table."""
    if name in rows:
        yield from (i for i, row in enumerate(rows[name].rows) if not is_blank_row(row))


def _column(table: TableRows, heading: str) -> int:
    """Position of a column; the first where labels may stand under any heading."""
    keys = [label_key(each) for each in table.header]
    return keys.index(label_key(heading)) if label_key(heading) in keys else 0


def _unknown(
    rows: Mapping[str, TableRows], name: str, heading: str, what: str, known: Iterable[str]
) -> Iterator[str]:
    """Cells of a column that name nothing known."""
    names = list(dict.fromkeys(known))
    keys = set(map(label_key, names))
    for i in _filled(rows, name):
        table = rows[name]
        column = _column(table, heading)
        cell = table.rows[i][column]
        word = "" if is_blank(cell) else label(cell, table.where(i, column))
        if word and label_key(word) not in keys:
            near = did_you_mean(word, names)
            yield f"{table.where(i, column)}: expected {what}, found {found(word)}{near}"


def _without_target(rows: Mapping[str, TableRows], policy: Policy) -> Iterator[str]:
    """Classes at the top that drift cannot be measured of."""
    table = rows[layout.POLICY_CLASSES.name]
    places = _filled(rows, layout.POLICY_CLASSES.name)
    for each, i in zip(policy.classes, places, strict=True):
        if each.parent is None and each.target is None:
            where = f"{table.place} row {table.first_row + i}, Target"
            yield f"{where}: expected the weight that drift is measured against, found none"


def _unselectable(
    rows: Mapping[str, TableRows], policy: Policy, universe: Universe
) -> Iterator[str]:
    """Selectors of limits and exclusions that find nothing to select from."""
    places = [
        (rows[name], i)
        for name in (layout.POLICY_LIMITS.name, layout.POLICY_EXCLUSIONS.name)
        for i in _filled(rows, name)
    ]
    assets = widened(universe)
    for limit, (table, i) in zip(policy.limits, places, strict=True):
        try:
            _select(assets, limit)
        except InputError as error:
            yield f"{table.where(i, _column(table, 'Selector'))}: {error}"


def _select(universe: Universe, limit: Limit) -> None:
    if limit.rule in _SELECTING:
        selected(universe, limit.selector)
    elif limit.rule is Rule.AVERAGE:
        universe.numbers(limit.selector)


def _parents(universe: Universe) -> Iterator[str]:
    if universe.has("Parent class"):
        yield from (str(name) for name in universe.column("Parent class") if name is not None)


def _unknown_shocks(rows: Mapping[str, TableRows], known: Iterable[str]) -> Iterator[str]:
    """Headings of scenarios that are no class and no asset."""
    table = rows[layout.SCENARIOS.name]
    names = list(dict.fromkeys(known))
    keys = {label_key(name) for name in (*names, layout.SCENARIOS.headings[0])}
    for column, heading in enumerate(table.header):
        is_used = any(row[column] for row in table.rows)
        if is_used and label_key(heading) not in keys:
            yield (
                f"{table.place} row {table.first_row - 1}: expected headings that are a class of "
                f"the policy or an asset of the Universe, found '{heading}'"
                f"{did_you_mean(heading, names)}"
            )
