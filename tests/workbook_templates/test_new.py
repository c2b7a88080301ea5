"""Filling a new workbook with other prices, holdings or profiles; and reading their files."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pytest

from addin.domain.history import Prices
from addin.domain.table import Row, Table, Value
from addin.errors import InputError
from addin.excel.book import TableRows
from addin.excel.case import read_case
from addin.excel.read_policy import read_classes
from workbook_templates import TEMPLATE
from workbook_templates.csv_files import read_holdings_file, read_price_file
from workbook_templates.new import fill, fill_from_files
from workbook_templates.sample import VALUE, WEIGHTS, sample_tables
from workbook_templates.sample_prices import sample_prices


class MemoryBook:
    """A workbook of tables, kept in memory."""

    name = "memory.xlsx"

    def __init__(self) -> None:
        self.tables = dict(sample_tables())
        self.written: list[str] = []

    def has_table(self, name: str) -> bool:
        return name in self.tables

    def table(self, name: str) -> TableRows:
        found = self.tables[name]
        return TableRows(name, name, found.headings, found.rows)

    def cell(self, name: str) -> Value:
        raise AssertionError(name)

    def write_table(self, name: str, header: Sequence[str], rows: Sequence[Row]) -> None:
        self.tables[name] = Table(name, tuple(header), tuple(rows))
        self.written.append(name)

    def write_cell(self, name: str, value: Value) -> None:
        raise AssertionError(name)

    def progress(self, done: float, text: str) -> None:
        pass

    def tell(self, text: str) -> None:
        pass


@pytest.fixture
def book():
    return MemoryBook()


def prices_of(tickers, rows=300, start="2024-01-01"):
    days = np.arange(np.datetime64(start), np.datetime64(start) + rows)
    levels = 50 + np.arange(rows * len(tickers), dtype=float).reshape(rows, len(tickers)) / 100
    return Prices(days, tuple(tickers), levels)


def sample_only(*tickers):
    return sample_prices().only(tickers)


def weights(book):
    rows = book.tables["Holdings"].rows
    values = {row[0]: row[1] * row[2] for row in rows}
    return {ticker: value / sum(values.values()) for ticker, value in values.items()}


def test_nothing_given_changes_nothing(book):
    assert fill(book) == []
    assert book.written == []


def test_profile_replaces_ranges_and_keeps_the_policy_valid(book):
    fill(book, profile="Aggressive")
    rows = {row[0]: row for row in book.tables["Policy_Classes"].rows}
    # Min, inner min, target, inner max, max of 70 % ± 10: inner edges half-way
    assert rows["Equity"][2:7] == pytest.approx((0.60, 0.65, 0.70, 0.75, 0.80))
    assert rows["Equity"][7] == "SPY"
    meta = dict(book.tables["Policy_Meta"].rows)
    assert meta["profile"] == "Aggressive" and meta["client"] == "Riverside Trust"
    assert read_classes(book.table("Policy_Classes"))


def test_an_endowment_spends_and_stays_liquid(book):
    fill(book, profile="endowment")
    limits = book.tables["Policy_Limits"].rows
    assert limits[-1][:5] == ("weight", "Liquidity days<=5", ">=", 0.20, "hard")
    assert len(limits) == len(sample_tables()["Policy_Limits"].rows) + 1
    assert dict(row[:2] for row in book.tables["Policy_Objectives"].rows)["spending"] == 0.04
    liquidity = dict(book.tables["Policy_Liquidity"].rows)
    assert (liquidity["spending_rate"], liquidity["inflation"]) == (0.04, 0.025)
    assert liquidity["cash_min"] == 0.01 and len(liquidity) == 6
    assert read_case(book).policy.required_return == 0.065


def test_a_profile_chosen_twice_adds_nothing_twice(book):
    fill(book, profile="Endowment")
    once = dict(book.tables)
    fill(book, profile="Endowment")
    assert book.tables == once


def test_sample_policy_is_the_profile_it_names(book):
    before = book.tables["Policy_Classes"].rows
    fill(book, profile="Balanced Growth")
    for old, new in zip(before, book.tables["Policy_Classes"].rows, strict=True):
        assert new[2:7] == pytest.approx(old[2:7]), old[0]


def test_prices_bring_the_sample_weights_to_their_last_row(book):
    prices = prices_of([*WEIGHTS, "BIL"])
    notes = fill(book, prices=prices)
    held = book.tables["Holdings"].rows
    assert {row[4] for row in held} == {date(2024, 10, 26)}
    assert all(float(row[1]).is_integer() for row in held if row[0] != "CASH")
    assert sum(row[1] * row[2] for row in held) == pytest.approx(VALUE, abs=0.01)
    for ticker, weight in WEIGHTS.items():
        assert weights(book)[ticker] == pytest.approx(weight, abs=1e-5)
    assert any("BIL" in note and "universe" in note for note in notes)
    assert any(note.startswith("Holdings:") for note in notes)


def test_lots_add_up_to_holdings_and_valuations_end_at_their_value(book):
    fill(book, prices=prices_of(WEIGHTS))
    held = {row[0]: row[1] for row in book.tables["Holdings"].rows}
    lots: dict[str, float] = {}
    for _, ticker, _, quantity, _, _ in book.tables["Lots"].rows:
        lots[ticker] = lots.get(ticker, 0) + quantity
    assert lots == {ticker: quantity for ticker, quantity in held.items() if ticker != "CASH"}
    value = sum(row[1] * row[2] for row in book.tables["Holdings"].rows)
    assert book.tables["Valuations"].rows[-1][1] == pytest.approx(value, abs=0.01)
    assert book.tables["Valuations"].rows[-1][2] == 0


def test_assets_without_prices_leave_the_universe_with_a_note(book):
    kept = [ticker for ticker in WEIGHTS if ticker not in ("DBC", "EEM")]
    notes = fill(book, prices=sample_only(*kept))
    assert [row[0] for row in book.tables["Universe"].rows] == kept
    assert notes[0] == "Universe: EEM, DBC left out, for want of prices."
    assert book.tables["Views"].rows == ()  # the sample's view is about EEM


def test_an_asset_the_policy_names_must_have_prices(book):
    kept = [ticker for ticker in WEIGHTS if ticker != "AGG"]
    with pytest.raises(InputError, match="expected a column for AGG, which Policy_Benchmark names"):
        fill(book, prices=sample_only(*kept))
    assert book.written == []


def test_gaps_in_prices_become_blank_cells_and_the_last_known_price_counts(book):
    prices = prices_of(WEIGHTS)
    values = prices.values.copy()
    values[:10, 0] = np.nan
    values[-1, 0] = np.nan
    fill(book, prices=Prices(prices.dates, prices.tickers, values))
    table = book.tables["Prices"]
    assert table.rows[0][1] is None and table.rows[0][2] == values[0, 1]
    spy = next(row for row in book.tables["Holdings"].rows if row[0] == "SPY")
    assert spy[2] == pytest.approx(values[-2, 0])


def write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_holdings_file_replaces_holdings_and_empties_lots(book, tmp_path):
    file = write(tmp_path / "h.csv", "Ticker,Quantity,Price\nSPY,100,600\nCASH,5000,1\n")
    notes = fill_from_files(book, holdings=file)
    assert book.tables["Holdings"].rows == (
        ("SPY", 100.0, 600.0, None, date(2025, 12, 31)),
        ("CASH", 5000.0, 1.0, None, date(2025, 12, 31)),
    )
    assert book.tables["Lots"].rows == () and book.tables["Valuations"].rows == ()
    assert any("empty" in note for note in notes)


def test_market_values_become_quantities(book, tmp_path):
    file = write(tmp_path / "h.csv", "Ticker,Market value\nSPY,60000\nCASH,5000\n")
    fill_from_files(book, holdings=file)
    last = sample_prices().values[-1, 0]
    ticker, quantity, price, *_ = book.tables["Holdings"].rows[0]
    assert (ticker, price) == ("SPY", last)
    assert quantity == pytest.approx(60000 / last)


def test_a_new_asset_joins_the_universe_when_its_class_is_known(book, tmp_path):
    prices = prices_of([*WEIGHTS, "XLE"])
    text = "Ticker,Quantity,Price,Asset class\nSPY,100,60,\nXLE,10,60,equity\n"
    held, _ = read_holdings_file(write(tmp_path / "h.csv", text))
    fill(book, prices=prices, holdings=held)
    added = book.tables["Universe"].rows[-1]
    assert added[0] == "XLE" and added[2] == "Equity"


def test_a_new_asset_without_class_is_refused(book, tmp_path):
    held, _ = read_holdings_file(write(tmp_path / "h.csv", "Ticker,Quantity,Price\nXLE,10,60\n"))
    with pytest.raises(InputError, match="XLE: not in the universe; expected its Asset class"):
        fill(book, prices=prices_of([*WEIGHTS, "XLE"]), holdings=held)
    assert book.written == []


def test_a_holding_without_prices_is_refused(book, tmp_path):
    file = write(tmp_path / "h.csv", "Ticker,Quantity,Price\nSPX,10,60\n")
    with pytest.raises(InputError, match=r"holdings, SPX: expected a column.*did you mean 'SPY'"):
        fill_from_files(book, holdings=file)


def test_price_file_may_be_unsorted_and_ragged(tmp_path):
    file = write(
        tmp_path / "p.csv", "Date,SPY,AGG\n2024-01-03,101.5,\n2024-01-02 00:00:00,100,50\n"
    )
    prices = read_price_file(file)
    assert prices.tickers == ("SPY", "AGG")
    assert prices.values[0].tolist() == [100.0, 50.0]
    assert np.isnan(prices.values[1, 1])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Date,SPY\n2024-01-02,abc\n", r"p\.csv row 2, SPY: .*'abc'"),
        ("Date,SPY\n2024-01-02,-1\n", r"p\.csv row 2, SPY: expected a price above zero"),
        ("Date,SPY\n2024-01-02,1\n2024-01-02,2\n", r"p\.csv row 3, Date: expected each date once"),
        ("Date,SPY\n2024-01-02,NaN\n", r"p\.csv row 2, SPY"),
        ("Date,SPY,SPY\n2024-01-02,1,2\n", "SPY"),
        ("Date,SPY\n2024-01-02,1,2\n", r"p\.csv line 2: expected 2 cells .* found 3"),
        ("Day,SPY\n2024-01-02,1\n", r"p\.csv line 1: expected the headings Date, .* found 'Day'"),
        ("Title\n\nDate,SPY\n2024-01-02,1\n", r"p\.csv line 1: .* found 'Title' first"),
        ("\nDate,SPY\n2024-01-02,1\n", "found nothing in line 1"),
        ("Date,SPY\n", r"p\.csv: expected headings in line 1 and rows below, found 1 filled line"),
        ("", "found no filled lines"),
        ("Date;SPY\n2024-01-02;601,779\n", r"line 2: '601,779' may be 601\.779 or 601779"),
        ("symbol,date,close\nEEM,2024-01-02,5\n", "found symbol, date, close; keep the date"),
        (
            "Price,Price,Close\nTicker,AGG,AGG\nDate,,\n2024-01-02,1,2\n",
            "yfinance download with 3 heading rows",
        ),
    ],
)
def test_price_file_mistakes_name_file_line_and_column(tmp_path, text, message):
    with pytest.raises(InputError, match=message):
        read_price_file(write(tmp_path / "p.csv", text))


def test_semicolons_and_decimal_commas_are_understood(tmp_path):
    file = write(tmp_path / "p.csv", "Date;SPY\n2024-01-02;100,25\n2024-01-03;101,75\n")
    assert read_price_file(file).values.tolist() == [[100.25], [101.75]]


def test_a_missing_or_binary_file_is_said_in_one_sentence(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        read_price_file(tmp_path / "none.csv")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputError, match="expected text in UTF-8, found the byte 0xff"):
        read_price_file(tmp_path / "b.csv")


def test_a_workbook_is_not_a_csv_file():
    with pytest.raises(InputError, match="expected a CSV file, found an Excel workbook"):
        read_price_file(TEMPLATE)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffDate,SPY,AGG\r\n2024-01-02,1234.5,90\r\n",
        "Date\tSPY\tAGG\n2024-01-02\t1234.5\t90\n",
        'Date,SPY,AGG\n2024-01-02,"1,234.50",90.00\n',
        '"Date","SPY","AGG"\n"2024-01-02","1234.5","90"\n',
        "Date;SPY;AGG\n2024-01-02;1.234,50;90,00\n",
        ",SPY,AGG\n45293,1234.5,90\n\n",
    ],
    ids=["byte order mark", "tabs", "thousands", "quotes", "decimal commas", "serial dates"],
)
def test_one_history_in_many_spellings(tmp_path, text):
    prices = read_price_file(write(tmp_path / "p.csv", text))
    assert (prices.tickers, prices.values.tolist()) == (("SPY", "AGG"), [[1234.5, 90.0]])
    assert str(prices.dates[0]) == "2024-01-02"


def test_tickers_are_spelled_as_the_universe_spells_them(book):
    given = prices_of([ticker.lower() for ticker in WEIGHTS])
    fill(book, prices=given)
    assert book.table("Prices").header == ("Date", *WEIGHTS)
