"""Fill a copy of the template with other prices, other holdings or another risk profile."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from addin.domain.history import Prices
from addin.domain.holdings import Holdings, Position
from addin.domain.labels import did_you_mean, label_key
from addin.domain.profile import Profile
from addin.domain.profile import profile as named_profile
from addin.domain.table import Row, Table, TableSpec, Value
from addin.errors import InputError
from addin.excel import layout
from addin.excel.book import Book, TableRows
from workbook_templates import TEMPLATE
from workbook_templates.csv_files import read_holdings_file, read_price_file
from workbook_templates.new_portfolio import given_portfolio, sample_portfolio, sample_views
from workbook_templates.sample import input_table, price_rows
from workbook_templates.sample_prices import sample_prices

__all__ = ["TEMPLATE", "fill", "fill_from_files"]


def _column(book: Book, spec: TableSpec, heading: str) -> list[str]:
    table = book.table(spec.name)
    place = table.header.index(heading)
    return [str(row[place]) for row in table.rows if row[place] is not None]


# --- risk profile -----------------------------------------------------------------------------


def _class_rows(profile: Profile, before: TableRows) -> list[Row]:
    """Ranges of a profile; the inner range is half-way between target and edge."""
    known = {label_key(str(row[0])): row for row in before.rows}
    places = [before.header.index(heading) for heading in ("Benchmark", "Liquidity days")]
    rows: list[Row] = []
    for each in profile.classes:
        target = each.target or 0.0
        low, high = (round((edge + target) / 2, 12) for edge in (each.lower, each.upper))
        old = known.get(label_key(each.name))
        kept = [old[place] if old else None for place in places]
        rows.append((each.name, None, each.lower, low, target, high, each.upper, *kept))
    return rows


def _replaced(book: Book, spec: TableSpec, keys: int, rows: Iterable[Row]) -> Table:
    """A table with some rows put in the place of those that begin alike, or added.

    Args:
        book: Where the table stands.
        spec: The table.
        keys: How many first cells tell one row from another.
        rows: The new rows.
    """

    def key(row: Row) -> tuple[str, ...]:
        return tuple(label_key(str(cell or "")) for cell in row[:keys])

    new = {key(row): row for row in rows}
    kept = [new.pop(key(row), row) for row in book.table(spec.name).rows if any(row)]
    return input_table(spec, [*kept, *new.values()])


def _asked(chosen: Profile) -> list[tuple[TableSpec, int, list[Row]]]:
    """What a profile asks besides its ranges: table, how many cells tell its rows apart, rows."""
    spent = chosen.liquidity
    liquidity: list[Row] = [
        ("spending_rule", spent.spending_rule and str(spent.spending_rule)),
        ("spending_rate", spent.spending_rate),
        ("inflation", spent.inflation),
    ]
    objectives: list[Row] = [(str(x.type), x.value, "1 year") for x in chosen.objectives]
    limits: list[Row] = [
        (str(x.rule), x.selector, x.operator, x.value, "hard", x.note) for x in chosen.limits
    ]
    return [
        (layout.POLICY_META, 1, [("profile", chosen.name)]),
        (layout.POLICY_OBJECTIVES, 1, objectives),
        (layout.POLICY_LIQUIDITY, 1, [row for row in liquidity if row[1] is not None]),
        (layout.POLICY_LIMITS, 3, limits),
    ]


def _profile_tables(book: Book, name: str) -> list[Table]:
    """The policy tables of a profile: its ranges, and what else it asks."""
    chosen = named_profile(name)
    classes = _class_rows(chosen, book.table(layout.POLICY_CLASSES.name))
    further = [_replaced(book, spec, keys, rows) for spec, keys, rows in _asked(chosen) if rows]
    return [input_table(layout.POLICY_CLASSES, classes), *further]


# --- universe ---------------------------------------------------------------------------------


def _refuse_unpriced(book: Book, tickers: Sequence[str]) -> None:
    """The policy needs prices of what it names."""
    named = {
        label_key(name): spec.name
        for spec, heading in (
            (layout.POLICY_LIMITS, "Selector"),
            (layout.POLICY_BENCHMARK, "Ticker"),
        )
        for name in _column(book, spec, heading)
    }
    for ticker in tickers:
        if table := named.get(label_key(ticker)):
            raise InputError(
                f"prices: expected a column for {ticker}, which {table} names, found none"
            )


def _added(book: Book, header: Sequence[str], position: Position) -> Row:
    """A universe row for an asset that is held but not in the universe."""
    classes = _column(book, layout.POLICY_CLASSES, "Asset class")
    known = {label_key(name): name for name in classes}
    wanted = position.asset_class or ""
    if label_key(wanted) not in known:
        raise InputError(
            f"holdings, {position.ticker}: not in the universe; expected its Asset class, one of "
            f"{', '.join(classes)}, found '{wanted}'{did_you_mean(wanted, classes)}"
        )
    values: dict[str, Value] = {
        "Ticker": position.ticker,
        "Asset class": known[label_key(wanted)],
        "Min": 0.0,
        "Max": 1.0,
        "Lot size": 1,
    }
    return tuple(values.get(heading) for heading in header)


def _universe(
    book: Book, prices: Prices, holdings: Holdings | None, notes: list[str]
) -> tuple[Table, list[str]]:
    """Assets with prices, and those held besides; their tickers."""
    table = book.table(layout.UNIVERSE.name)
    priced = {label_key(ticker) for ticker in prices.tickers}
    rows = [row for row in table.rows if label_key(str(row[0])) in priced]
    without = [str(row[0]) for row in table.rows if label_key(str(row[0])) not in priced]
    _refuse_unpriced(book, without)
    listed = {label_key(str(row[0])) for row in rows}
    for position in holdings.positions if holdings else ():
        if position.is_cash or label_key(position.ticker) in listed:
            continue
        if label_key(position.ticker) not in priced:
            raise InputError(
                f"holdings, {position.ticker}: expected a column of prices for what is held, found "
                f"none{did_you_mean(position.ticker, prices.tickers)}; give a file that has it "
                "(--prices)"
            )
        rows.append(_added(book, table.header, position))
        listed.add(label_key(position.ticker))
    if without:
        notes.append(f"Universe: {', '.join(without)} left out, for want of prices.")
    if further := [t for t in prices.tickers if label_key(t) not in listed]:
        notes.append(
            f"Prices: {', '.join(further)} not in the universe, so never bought; may stand in for "
            "another asset's earlier history (--substitute)."
        )
    return Table(table.name, table.header, tuple(rows)), [str(row[0]) for row in rows]


def _spelled(prices: Prices, known: Sequence[str]) -> Prices:
    """The prices with each ticker spelled as the universe spells it."""
    spelling = {label_key(ticker): ticker for ticker in known}
    tickers = tuple(spelling.get(label_key(ticker), ticker) for ticker in prices.tickers)
    return replace(prices, tickers=tickers)


# --- all together -----------------------------------------------------------------------------


def fill(
    book: Book,
    *,
    profile: str | None = None,
    prices: Prices | None = None,
    holdings: Holdings | None = None,
    held_on: date | None = None,
) -> list[str]:
    """Replace what is given in a copy of the template; what depends on it follows.

    Args:
        book: Copy of the template.
        profile: Named risk profile whose class ranges replace those of the policy.
        prices: Replace the sample's; any tickers, gaps allowed. Without ``holdings`` the
            sample's weights are held at the last of these prices.
        holdings: Replace the sample's; an asset outside the universe joins it if its class is
            given.
        held_on: Date of the holdings; the last price date when not given.

    Returns:
        Sentences about what was changed besides.

    Raises:
        InputError: If something that is held, or named by the policy, has no prices, or nothing
            in the universe has. The book is then unchanged.
    """
    notes: list[str] = []
    prices = None if prices is None else _spelled(prices, _column(book, layout.UNIVERSE, "Ticker"))
    tables = _profile_tables(book, profile) if profile else []
    if prices is not None or holdings is not None:
        market = prices if prices is not None else sample_prices()
        universe, tickers = _universe(book, market, holdings, notes)
        tables += [universe, sample_views(tickers, notes)]
        if prices is not None:
            tables.append(input_table(layout.PRICES, price_rows(prices), *prices.tickers))
        if holdings is None:
            tables += sample_portfolio(market, tickers, notes)
        else:
            tables += given_portfolio(holdings, market, held_on, notes)
    for table in tables:
        book.write_table(table.name, table.headings, table.rows)
    return notes


def fill_from_files(
    book: Book,
    *,
    profile: str | None = None,
    prices: Path | None = None,
    holdings: Path | None = None,
) -> list[str]:
    """As ``fill``, from CSV files.

    Raises:
        InputError: As ``fill``; or naming file, line and column of each mistake.
    """
    history = read_price_file(prices) if prices else None
    held, held_on = read_holdings_file(holdings) if holdings else (None, None)
    return fill(book, profile=profile, prices=history, holdings=held, held_on=held_on)
