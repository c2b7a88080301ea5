"""Gather everything a report depends on from a workbook."""

import hashlib
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from typing import TypedDict

import numpy as np

from addin import __version__
from addin.domain.history import Prices
from addin.domain.holdings import CASH, Holdings
from addin.domain.labels import did_you_mean, label_key
from addin.domain.options import Options
from addin.domain.policy import Policy, Rule
from addin.domain.stated_assumptions import StatedAssumptions
from addin.domain.table import TableSpec
from addin.domain.universe import Universe
from addin.domain.views import Views
from addin.engine.expected_returns import ExpectedReturnMethod
from addin.engine.liquidity import with_class_liquidity
from addin.errors import InputError, PolicyError
from addin.excel import layout
from addin.excel.agreement import disagreements
from addin.excel.book import Book, TableRows
from addin.excel.read_assumptions import read_assumptions
from addin.excel.read_history import read_prices
from addin.excel.read_policy import PolicyTables, read_policy, read_policy_options
from addin.excel.read_portfolio import read_holdings, read_holdings_date, read_scenarios
from addin.excel.read_universe import read_universe
from addin.excel.read_views import read_views
from addin.excel.records import Mistakes, raise_mistakes
from addin.report.case import Case, Origin, revalued

SOLVER_PACKAGES = ("numpy", "pandas", "scipy", "piqp", "clarabel")
POLICY_TABLES = tuple(spec for spec in layout.INPUT_TABLES if spec.sheet == "Policy")
DATA_TABLES = (layout.UNIVERSE, layout.PRICES, layout.HOLDINGS, layout.SCENARIOS)


def read_case(
    book: Book,
    *,
    as_of: date | None = None,
    substitutes: Mapping[str, str] | None = None,
    without: Iterable[str] = (),
) -> Case:
    """The case a workbook states; nothing is written.

    Args:
        book: The workbook.
        as_of: Valuation date; the policy's ``as_of`` or else the last price when not given.
        substitutes: Asset to the asset whose earlier returns stand in for it.
        without: Assets left out of the proposal.

    Raises:
        InputError: Naming the cells of all tables that cannot be read, or a date without prices.
    """
    rows = _present(book, (*POLICY_TABLES, *DATA_TABLES))
    _require(book, rows)
    tables = _policy_tables(rows)
    mistakes = Mistakes()
    policy = mistakes.keep(lambda: read_policy(tables))
    options = mistakes.keep(lambda: read_policy_options(tables))
    universe = mistakes.keep(lambda: read_universe(rows[layout.UNIVERSE.name], "Universe"))
    prices = mistakes.keep(lambda: read_prices(rows[layout.PRICES.name], "Prices"))
    holdings = mistakes.keep(lambda: read_holdings(rows[layout.HOLDINGS.name], "Holdings"))
    held_on = mistakes.keep(lambda: read_holdings_date(rows[layout.HOLDINGS.name], "Holdings"))
    scenarios = mistakes.keep(lambda: read_scenarios(rows[layout.SCENARIOS.name], "Scenarios"))
    mistakes.close()
    assert policy and options and universe and prices and holdings and scenarios is not None
    raise_mistakes(disagreements(rows, policy, universe, prices))
    beliefs = _beliefs(book, options, universe)
    prices, holdings = _spelled_alike(universe, prices, holdings)
    day = as_of or options.as_of or prices.dates[-1].astype(date)
    if held_on is not None and held_on > day:
        holdings = revalued(holdings, prices, held_on, day)
    return Case(
        policy=policy,
        universe=with_class_liquidity(universe, policy.classes),
        prices=_until(prices, day),
        holdings=holdings,
        as_of=day,
        scenarios=scenarios,
        options=options,
        holdings_date=held_on,
        priced_until=prices.dates[-1].astype(date),
        substitutes=_stand_ins(substitutes or {}, universe, prices),
        without=_left_out(without, universe, policy),
        **beliefs,
        origin=_origin(book, rows),
    )


class _Beliefs(TypedDict, total=False):
    views: Views
    stated: StatedAssumptions


def _beliefs(book: Book, options: Options, universe: Universe) -> _Beliefs:
    """What the sheets Views and Assumptions say, where the policy's expected returns ask them."""
    if options.expected_returns == ExpectedReturnMethod.BLACK_LITTERMAN:
        return {"views": read_views(_typed(book, layout.VIEWS), universe.tickers, "Views")}
    if options.expected_returns == ExpectedReturnMethod.ASSUMPTIONS:
        rows = _typed(book, layout.ASSUMPTIONS)
        return {"stated": read_assumptions(rows, universe, "Assumptions")}
    return {}


def _typed(book: Book, spec: TableSpec) -> TableRows:
    if not book.has_table(spec.name):
        raise InputError(
            f"{book.name}: the policy's expected_returns need the table {spec.name} "
            f"(sheet {spec.sheet}), found none"
        )
    return book.table(spec.name)


def _present(book: Book, specs: Iterable[TableSpec]) -> dict[str, TableRows]:
    return {spec.name: book.table(spec.name) for spec in specs if book.has_table(spec.name)}


def _require(book: Book, rows: Mapping[str, TableRows]) -> None:
    needed = (layout.POLICY_CLASSES, *DATA_TABLES)
    missing = [f"{spec.name} (sheet {spec.sheet})" for spec in needed if spec.name not in rows]
    if missing:
        noun = "table" if len(missing) == 1 else "tables"
        instead = "; ips new makes a workbook that has them" if len(missing) == len(needed) else ""
        raise InputError(f"{book.name}: needs the {noun} {', '.join(missing)}, found none{instead}")


def _policy_tables(rows: Mapping[str, TableRows]) -> PolicyTables:
    return PolicyTables(
        classes=rows[layout.POLICY_CLASSES.name],
        limits=rows.get(layout.POLICY_LIMITS.name),
        exclusions=rows.get(layout.POLICY_EXCLUSIONS.name),
        benchmark=rows.get(layout.POLICY_BENCHMARK.name),
        meta=rows.get(layout.POLICY_META.name),
        rebalance=rows.get(layout.POLICY_REBALANCE.name),
        liquidity=rows.get(layout.POLICY_LIQUIDITY.name),
        tax=rows.get(layout.POLICY_TAX.name),
        score=rows.get(layout.POLICY_SCORE.name),
        objectives=rows.get(layout.POLICY_OBJECTIVES.name),
    )


def _spelled_alike(
    universe: Universe, prices: Prices, holdings: Holdings
) -> tuple[Prices, Holdings]:
    """Prices and holdings with each ticker spelled as in the universe."""
    spelling = {label_key(ticker): ticker for ticker in (*universe.tickers, CASH)}
    tickers = tuple(spelling.get(label_key(ticker), ticker) for ticker in prices.tickers)
    positions = tuple(replace(p, ticker=spelling[label_key(p.ticker)]) for p in holdings.positions)
    return replace(prices, tickers=tickers), Holdings(positions)


def _until(prices: Prices, day: date) -> Prices:
    if day < prices.dates[0].astype(date):
        raise InputError(f"as of {day}: need a date on or after the first price, {prices.dates[0]}")
    return prices.until(np.datetime64(day))


def _spelled(ticker: str, known: tuple[str, ...], table: str, option: str) -> str:
    """A ticker as its table writes it."""
    spellings = {label_key(each): each for each in known}
    if label_key(ticker) not in spellings:
        near = did_you_mean(ticker, known)
        raise InputError(
            f"{option}: expected an asset of the sheet {table}, found '{ticker}'{near}"
        )
    return spellings[label_key(ticker)]


def _stand_ins(
    substitutes: Mapping[str, str], universe: Universe, prices: Prices
) -> dict[str, str]:
    """Asset to stand-in, both with prices and spelled as in the price table."""
    spelled = {}
    for asset, proxy in substitutes.items():
        option = f"--substitute {asset}={proxy}"
        _spelled(asset, universe.tickers, "Universe", option)
        found = _spelled(asset, prices.tickers, "Prices", option)
        spelled[found] = _spelled(proxy, prices.tickers, "Prices", option)
    return spelled


def _left_out(without: Iterable[str], universe: Universe, policy: Policy) -> tuple[str, ...]:
    """Assets of the universe that the benchmark and the limits can do without."""
    benchmark = {label_key(ticker) for ticker, weight in policy.benchmark if weight}
    out = tuple(_spelled(t, universe.tickers, "Universe", f"--without {t}") for t in without)
    for ticker in out:
        if label_key(ticker) in benchmark:
            raise InputError(
                f"--without {ticker}: it is part of the benchmark; change Policy_Benchmark first"
            )
        for limit in policy.limits:
            asked = limit.rule is Rule.WEIGHT and limit.operator != "<=" and limit.value > 0
            if limit.hard and asked and label_key(limit.selector) == label_key(ticker):
                raise PolicyError(f"--without {ticker}: the policy asks for {limit.words}")
    return out


def _digest(rows: Mapping[str, TableRows], specs: Iterable[TableSpec]) -> str:
    """SHA-256 over headings and values of tables, in the layout's order."""
    digest = hashlib.sha256()
    for spec in specs:
        if spec.name in rows:
            table = rows[spec.name]
            digest.update(repr((spec.name, table.header, table.rows)).encode())
    return digest.hexdigest()


def _origin(book: Book, rows: Mapping[str, TableRows]) -> Origin:
    versions = {"ips": __version__, "python": sys.version.split()[0]}
    return Origin(
        workbook=book.name,
        policy_hash=_digest(rows, POLICY_TABLES),
        data_hash=_digest(rows, DATA_TABLES),
        versions={**versions, **{package: version(package) for package in SOLVER_PACKAGES}},
    )
