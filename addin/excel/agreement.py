"""Whether the tables of a workbook agree: what one of them names, another must have."""

from collections.abc import Iterable, Iterator, Mapping

from addin.domain.history import Prices
from addin.domain.holdings import CASH
from addin.domain.labels import did_you_mean, label_key
from addin.domain.policy import Limit, Policy, Rule
from addin.domain.profile import CLASSES
from addin.domain.universe import Universe
from addin.engine.liquidity import with_class_liquidity
from addin.engine.selection import average_row, groups, selected, widened
from addin.errors import InputError
from addin.excel import layout
from addin.excel.book import TableRows
from addin.excel.grid import is_blank_row
from addin.excel.values import found, is_blank, label

_SELECTING = (Rule.WEIGHT, Rule.EACH, Rule.EXCLUDE)
_POLICY_LIMITS = (layout.POLICY_LIMITS.name, layout.POLICY_EXCLUSIONS.name)


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
        *(_unselectable(rows, policy, universe) or _needed_though_excluded(rows, policy, universe)),
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


def _limit_places(
    rows: Mapping[str, TableRows], policy: Policy
) -> Iterator[tuple[Limit, TableRows, int]]:
    """Each limit and exclusion with the table and row it stands in; not those that are keys."""
    places = [(rows[name], i) for name in _POLICY_LIMITS for i in _filled(rows, name)]
    for limit, (table, i) in zip(policy.limits, places, strict=False):
        yield limit, table, i


def _unselectable(rows: Mapping[str, TableRows], policy: Policy, universe: Universe) -> list[str]:
    """Selectors of limits and exclusions that find nothing to select from."""
    assets = with_class_liquidity(widened(universe), policy.classes)
    wrong = []
    for limit, table, i in _limit_places(rows, policy):
        try:
            _select(assets, limit)
        except InputError as error:
            wrong.append(f"{table.where(i, _column(table, 'Selector'))}: {error}")
    return wrong


def _select(universe: Universe, limit: Limit) -> None:
    if limit.rule is Rule.AVERAGE and limit.hard:
        average_row(universe, limit)
    elif limit.rule is Rule.AVERAGE:
        universe.numbers(limit.selector)
    elif limit.rule in _SELECTING and not groups(universe, limit):
        selected(universe, limit.selector)


def _needed_though_excluded(
    rows: Mapping[str, TableRows], policy: Policy, universe: Universe
) -> Iterator[str]:
    """Assets the policy excludes that the Universe or a limit asks a weight of."""
    excluded = {
        label_key(universe.tickers[i]): limit.words
        for limit in policy.exclusions
        if limit.hard
        for i in selected(universe, limit.selector).nonzero()[0]
    }
    table = rows[layout.UNIVERSE.name]
    for i, ticker, lower in zip(
        _filled(rows, layout.UNIVERSE.name), universe.tickers, universe.lower, strict=True
    ):
        if lower > 0 and label_key(ticker) in excluded:
            yield _against(table.where(i, _column(table, "Min")), excluded, ticker, lower)
    for limit, table, i in _limit_places(rows, policy):
        asks = limit.rule is Rule.WEIGHT and limit.operator != "<=" and limit.value > 0
        if limit.hard and asks and label_key(limit.selector) in excluded:
            where = table.where(i, _column(table, "Value"))
            yield _against(where, excluded, limit.selector, limit.value)


def _against(where: str, excluded: Mapping[str, str], ticker: str, weight: float) -> str:
    words = excluded[label_key(ticker)]
    return (
        f"{where}: expected no least weight of {ticker}, which the policy excludes ({words}), "
        f"found {weight:.4g}"
    )


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
