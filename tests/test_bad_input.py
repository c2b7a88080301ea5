"""Each mistake gets one sentence that says where, and leaves every file as it was."""

import datetime as dt
import io
import re
import zipfile

import openpyxl
import pytest

from tests.command_line import (
    cell,
    column,
    files,
    heading,
    ips,
    nothing,
    row,
    workbook,
)

FIRST_DAY, SECOND_DAY = "2024-01-05", "2024-01-08"  # of the short history


def swap(headings, rows):
    rows[1][0], rows[5][0] = rows[5][0], rows[1][0]


def twice(headings, rows):
    rows[2][0] = rows[1][0]


def refused(book, *arguments, after=()):
    """The one sentence a command leaves, with no file changed, made or lost."""
    before = files(book.parent)
    run = ips(*arguments, book, *after)
    assert run.code == 1 and len(run.complaints) == 1, run
    assert files(book.parent) == before
    assert run.complaints[0].startswith("ips: ")
    return run.complaints[0].removeprefix("ips: ")


MISTAKES = {
    "text in a number cell": (
        {"Policy_Classes": cell(1, "Max", "forty")},
        "Policy, Policy_Classes row 9, Max: expected a number, found 'forty'",
    ),
    "#N/A among prices": (
        {"Prices": cell(10, "SPY", "#N/A")},
        "Prices row 15, SPY: expected a number, found #N/A",
    ),
    "#N/A among holdings": (
        {"Holdings": cell(0, "Price", "#N/A")},
        "Holdings row 5, Price: expected a number, found #N/A",
    ),
    "a ticker twice": (
        {"Universe": row("spy", "again", "Equity")},
        "Universe row 19, Ticker: 'spy' is already in row 5",
    ),
    "a date twice": (
        {"Prices": twice},
        f"Prices row 7, Date: expected each date once, found {SECOND_DAY} as in row 6",
    ),
    "no date": (
        {"Prices": cell(3, "Date", "3/4/2025")},
        "Prices row 8, Date: expected a date (as 2025-12-31), found '3/4/2025'",
    ),
    "a price of zero": (
        {"Prices": cell(7, "AGG", 0)},
        "Prices row 12, AGG: expected a price above zero, found 0",
    ),
    "a negative price": (
        {"Prices": cell(7, "AGG", -3)},
        "Prices row 12, AGG: expected a price above zero, found -3",
    ),
    "a holding without price": (
        {"Holdings": cell(4, "Price", None)},
        "Holdings row 9, Price: expected a number, found an empty cell",
    ),
    "a holding outside the universe": (
        {"Holdings": row("SPX", 10, 5)},
        "Holdings row 20, Ticker: expected an asset of the Universe or CASH, found 'SPX' "
        "(did you mean 'SPY'?)",
    ),
    "an asset without prices": (
        {"Universe": row("VTI", "All US shares", "Equity")},
        "Universe row 19, Ticker: expected a column of the sheet Prices, found 'VTI'",
    ),
    "an unknown class": (
        {"Universe": cell(0, "Asset class", "Equities")},
        "Universe row 5, Asset class: expected a class of the policy, found 'Equities' "
        "(did you mean 'Equity'?)",
    ),
    "a class without target": (
        {"Policy_Classes": cell(1, "Target", None)},
        "Policy, Policy_Classes row 9, Target: expected the weight that drift is measured "
        "against, found none",
    ),
    "targets of 105 %": (
        {"Policy_Classes": cell(0, "Target", 0.60)},
        "Policy, Policy_Classes, asset classes: targets must add up to 100.00%, found 105.00%",
    ),
    "a class whose min is above its max": (
        {"Policy_Classes": cell(0, "Min", 0.70)},
        "Policy, Policy_Classes row 8, asset class Equity: min 70.00% is above inner min 50.00%",
    ),
    "an asset whose min is above its max": (
        {"Universe": cell(0, "Min", 0.70)},
        "Universe row 5, Min: expected no more than the Max of 0.22, found 0.7",
    ),
    "rules that contradict each other": (
        {"Policy_Limits": cell(2, "Value", 0.45)},
        "no portfolio obeys together: AGG ≥ 45%; each asset ≤ 25%; the least change that would "
        "do: AGG ≥ 25% instead of 45%",
    ),
    "a benchmark of 90 %": (
        {"Policy_Benchmark": cell(0, "Weight", 0.5)},
        "Policy_Benchmark: must add up to 100%, found 90.0000%",
    ),
    "a benchmark outside the universe": (
        {"Policy_Benchmark": cell(0, "Ticker", "ACWI")},
        "Policy, Policy_Benchmark row 8, Ticker: expected an asset of the Universe, found 'ACWI'",
    ),
    "a limit on nothing": (
        {"Policy_Limits": cell(1, "Selector", "SPYY")},
        "Policy, Policy_Limits row 9, Selector: selector 'SPYY': no such ticker in the universe "
        "(did you mean 'SPY'?)",
    ),
    "an exclusion of nothing": (
        {"Policy_Exclusions": cell(0, "Selector", "Sector=Tobacco")},
        "Policy, Policy_Exclusions row 8, Selector: universe: no column 'Sector'",
    ),
    "a limit of no known kind": (
        {"Policy_Limits": cell(1, "Rule", "wieght")},
        "Policy, Policy_Limits row 9, Rule: expected one of weight, average, each, return, "
        "volatility, tracking error, cvar, beta, turnover, holdings, exclude, found 'wieght' "
        "(did you mean 'weight'?)",
    ),
    "an unknown key": (
        {"Policy_Meta": row("confidense", 0.9)},
        "Policy, Policy_Meta row 25, confidense: no such key (did you mean 'confidence'?)",
    ),
    "an unknown frequency": (
        {"Policy_Meta": cell(12, "Value", "mnthly")},
        "Policy, Policy_Meta row 20, frequency: expected one of as given, daily, weekly, monthly, "
        "quarterly, yearly, found 'mnthly' (did you mean 'monthly'?)",
    ),
    "a confidence in percent": (
        {"Policy_Meta": cell(11, "Value", 95)},
        "Policy, Policy_Meta row 19, confidence: expected a number between 0 and 1 (as 0.95), "
        "found 95",
    ),
    "a key that would change nothing": (
        {"Policy_Rebalance": cell(1, "Value", "inner")},
        "Policy, Policy_Rebalance row 9, destination: a report cannot honour this key yet; "
        "expected a blank cell or 'target', found 'inner'",
    ),
    "a score of negative weights": (
        {"Policy_Score": cell(0, "Value", -1)},
        "Policy, score weights: need numbers of at least zero, not all zero, found policy_fit -1, "
        "risk 0.2, expected_return 0.2, benchmark_tracking 0.15, diversification 0.15",
    ),
    "a shock to nothing": (
        {"Scenarios": heading("Equity", "Equties")},
        "Scenarios row 4: expected headings that are a class of the policy or an asset of the "
        "Universe, found 'Equties' (did you mean 'Equity'?)",
    ),
    "a shock in percent": (
        {"Scenarios": cell(0, "Equity", -30)},
        "Scenarios row 5, Equity: expected a decimal of at least -1 (-0.30 is a fall of 30%), "
        "found -30",
    ),
    "a weight in percent points": (
        {"Universe": cell(0, "Max", 22)},
        "Universe row 5, Max: expected a weight as a decimal or in percent (as 0.25 or 25%), "
        "found 22",
    ),
    "a lot of nothing": (
        {"Universe": cell(0, "Lot size", 0)},
        "Universe row 5, Lot size: expected a number above zero, found 0",
    ),
    "a limit beyond all measure": (
        {"Policy_Limits": cell(2, "Value", 1e300)},
        "Policy, Policy_Limits row 10, Value: expected a weight as a decimal or in percent "
        "(as 0.25 or 25%), found 1e+300",
    ),
    "a price beyond all measure": (
        {"Prices": cell(-1, "SPY", 1e300)},
        "Prices row 504, SPY: expected a price below 1e12, found 1e+300",
    ),
    "a holding beyond all measure": (
        {"Holdings": cell(0, "Quantity", 1e300)},
        "Holdings row 5, Quantity: expected a market value below 1e15, found 1e+300",
    ),
    "a price that never moves": (
        {"Prices": column("SPY", lambda i, price: 100)},
        "returns, SPY: never moves, so it has no correlation with others; use the covariance "
        "ledoit-wolf, or leave it out",
    ),
    "a missing heading": (
        {"Universe": heading("Asset class", "Group")},
        "Universe row 4: expected a heading 'Asset class', found Ticker, Name, Group, Min, Max, "
        "Lot size, Cost bps, Liquidity days",
    ),
    "a misspelt heading": (
        {"Holdings": heading("Quantity", "Quantty")},
        "Holdings row 4: heading 'Quantty' is not known (did you mean 'Quantity'?)",
    ),
    "no prices": (
        {"Prices": nothing},
        "Prices: expected a row per date below the headings, found none",
    ),
    "no holdings": (
        {"Holdings": nothing},
        "holdings: need at least one position, found none",
    ),
    "several mistakes": (
        {
            "Policy_Classes": cell(1, "Max", "forty"),
            "Policy_Limits": cell(0, "Operator", "<"),
            "Holdings": cell(0, "Price", "#N/A"),
            "Prices": cell(10, "SPY", 0),
        },
        "Policy, Policy_Classes row 9, Max: expected a number, found 'forty'; Policy, "
        "Policy_Limits row 8, Operator: expected <=, >= or =, found '<'; Prices row 15, SPY: "
        "expected a price above zero, found 0; Holdings row 5, Price: expected a number, found "
        "#N/A",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_a_table_is_one_sentence(short_book, tmp_path, mistake):
    changes, sentence = MISTAKES[mistake]
    book = workbook(short_book, tmp_path / "book.xlsx", **changes)
    assert refused(book, "check") == f"book.xlsx: {sentence}"


@pytest.mark.parametrize(
    "mistake",
    ["#N/A among prices", "an unknown class", "rules that contradict each other", "no holdings"],
)
def test_a_report_of_it_says_the_same_and_writes_nothing(short_book, tmp_path, mistake):
    changes, sentence = MISTAKES[mistake]
    book = workbook(short_book, tmp_path / "book.xlsx", **changes)
    assert refused(book, "report", after=("-o", tmp_path / "out")) == f"book.xlsx: {sentence}"
    assert refused(book, "run", "Build report") == f"book.xlsx: {sentence}"
    assert not (tmp_path / "out").exists()


def test_dates_in_any_order_are_no_mistake(short_book, tmp_path):
    in_order = ips("check", workbook(short_book, tmp_path / "a.xlsx"))
    shuffled = ips("check", workbook(short_book, tmp_path / "b.xlsx", Prices=swap))
    assert in_order.code == shuffled.code == 0
    assert "+" not in in_order.said.split("Policy check")[0]


# --- what is odd but may be true --------------------------------------------------------------

DOUBTS = {
    "a split that is not applied": (
        {"Prices": column("VNQ", lambda i, price: price * (2 if i < 300 else 1))},
        "Prices, VNQ",
        r"-\d\d\.\d% on 20\d\d-\d\d-\d\d: looks like a 2:1 split that is not applied; adjust the "
        r"prices before 20\d\d-\d\d-\d\d by 2:1, or load adjusted prices",
    ),
    "a price that stands still": (
        {"Prices": column("GLD", lambda i, price: 250.0 if 200 <= i < 209 else price)},
        "Prices, GLD",
        "the same price 250 on 9 rows from 20",
    ),
    "prices that end before the others": (
        {"Prices": column("DBC", lambda i, price: None if i > 480 else price)},
        "Prices, DBC",
        r"the last price is of 2025-12-\d\d, the others' of 2025-12-31; load newer prices",
    ),
    "holdings after the prices": (
        {"Holdings": column("As of", lambda i, day: dt.date(2026, 3, 31))},
        "Holdings",
        "dated 2026-03-31, after the last prices of 2025-12-31; load prices up to the date",
    ),
    "holdings before the prices": (
        {"Holdings": column("As of", lambda i, day: dt.date(2010, 3, 31))},
        "Holdings",
        f"dated 2010-03-31, before the first prices of {FIRST_DAY}; each asset keeps the price",
    ),
    "prices newer than the holdings": (
        {"Holdings": column("As of", lambda i, day: dt.date(2025, 6, 30))},
        "Holdings",
        "dated 2025-06-30, report as of 2025-12-31; each price is moved by the asset's return",
    ),
}


@pytest.mark.parametrize("doubt", DOUBTS)
def test_a_doubt_is_a_warning(short_book, tmp_path, doubt):
    changes, where, words = DOUBTS[doubt]
    book = workbook(short_book, tmp_path / "book.xlsx", **changes)
    before = files(tmp_path)
    run = ips("check", book)
    assert (run.code, run.complaints) == (0, ())
    lines = [line for line in run.said.splitlines() if line.startswith("Warning")]
    assert any(re.search(rf"Warning +{where} +{words}", line) for line in lines), run.said
    assert files(tmp_path) == before


def test_prices_older_than_the_report_are_a_warning(short_book, tmp_path):
    run = ips("check", workbook(short_book, tmp_path / "b.xlsx"), "--as-of", "2026-06-30")
    assert "the last prices are of 2025-12-31, 181 days old on 2026-06-30" in run.said


def test_holdings_of_a_later_date_are_valued_at_the_date_of_the_report(short_book, tmp_path):
    doubled = column("SPY", lambda i, price: price * (2 if i > 450 else 1))
    book = workbook(short_book, tmp_path / "book.xlsx", Prices=doubled)
    later = ips("check", book, "--as-of", "2025-06-30").said
    # half the price then makes 24 % of the money at most 14 %
    assert not re.search("SPY .* > 22%", later)


def test_doubts_are_told_where_they_may_be_why_no_portfolio_obeys(short_book, tmp_path):
    split = column("SPY", lambda i, price: price * (2 if i < 300 else 1))
    calm = cell(4, "Value", 0.09)
    book = workbook(short_book, tmp_path / "book.xlsx", Prices=split, Policy_Limits=calm)
    sentence = refused(book, "report")
    assert "book.xlsx: " in sentence and "; the data may be why: Prices, SPY, -" in sentence
    assert sentence.endswith("looks like a 2:1 split that is not applied")


# --- files that are no workbook, or not ours --------------------------------------------------


def zipped(*entries):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return stream.getvalue()


FILES = {
    "a text file": (lambda book: b"Date,SPY\n2025-01-02,500\n", "is not an Excel workbook (.xlsx)"),
    "an empty file": (lambda book: b"", "is not an Excel workbook (.xlsx)"),
    "a protected workbook": (
        lambda book: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "is password-protected or an old .xls; save it as .xlsx without a password",
    ),
    "half a workbook": (
        lambda book: book[: len(book) // 2],
        "is damaged or truncated (no readable zip directory)",
    ),
    "another zip file": (
        lambda book: zipped(("a.txt", b"x")),
        "is a zip file but not an Excel workbook (.xlsx)",
    ),
    "a bomb by its ratio": (
        lambda book: zipped(("xl/worksheets/sheet1.xml", bytes(100 * 2**20))),
        "times its size, at most 200",
    ),
    "a bomb by its entries": (
        lambda book: zipped(*((str(i), b"") for i in range(10_001))),
        "holds 10,001 entries, at most 10,000 allowed",
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_no_workbook_is_one_sentence(short_book, tmp_path, kind):
    make, sentence = FILES[kind]
    book = tmp_path / "book.xlsx"
    book.write_bytes(make(short_book.read_bytes()))
    for command in (("check",), ("report",), ("recalc",), ("run", "Check data")):
        said = refused(book, *command)
        assert said.startswith("book.xlsx: ") and said.endswith(sentence)


def test_a_bomb_by_its_size_is_refused_before_it_is_read(tmp_path):
    book = tmp_path / "book.xlsx"
    with book.open("wb") as stream:
        stream.truncate(201 * 2**20)  # a hole: it takes no room on the disk
    assert ips("check", book).complaints == ("ips: book.xlsx: larger than 200 MB",)


def renamed(table, name):
    """The workbook with one table under another name."""

    def change(content):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {entry: archive.read(entry) for entry in archive.namelist()}
        old, new = f'ame="{table}"'.encode(), f'ame="{name}"'.encode()
        return zipped(*((n, d.replace(old, new)) for n, d in parts.items()))

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (renamed("Holdings", "Held"), "needs the table Holdings (sheet Holdings), found none"),
        (renamed("Report_Tail", "Tails"), "there is no table 'Report_Tail'"),
    ],
)
def test_a_table_that_is_missing_is_named(short_book, tmp_path, change, sentence):
    book = tmp_path / "book.xlsx"
    book.write_bytes(change(short_book.read_bytes()))
    assert refused(book, "report", after=("-o", tmp_path / "out")).startswith(
        f"book.xlsx: {sentence}"
    )


def test_a_workbook_of_somebody_else_is_told_from_ours(tmp_path):
    other = openpyxl.Workbook()
    for name in ("Holdings", "Performance", "Transactions", "Attribution"):
        other.create_sheet(name).append(["Ticker", "Shares", "Cost", "=B1*C1"])
    other.save(tmp_path / "fund.xlsx")
    sentence = refused(tmp_path / "fund.xlsx", "report")
    assert sentence.startswith("fund.xlsx: needs the tables Policy_Classes (sheet Policy), ")
    assert sentence.endswith("found none; ips new makes a workbook that has them")


# --- files that cannot be written -------------------------------------------------------------


@pytest.mark.parametrize("lock", ["~$book.xlsx", ".~lock.book.xlsx#"])
def test_a_workbook_open_elsewhere_is_left_alone(short_book, tmp_path, lock):
    book = workbook(short_book, tmp_path / "book.xlsx")
    (tmp_path / lock).touch()
    program = "Excel" if lock.startswith("~") else "LibreOffice"
    for command in (("recalc",), ("run", "Check data")):
        assert refused(book, *command) == (
            f"book.xlsx: is open in {program}; close it there first "
            f"(if it is not, delete the left-over {lock})"
        )


def test_a_pack_open_elsewhere_keeps_every_file_from_being_written(short_book, tmp_path):
    book = workbook(short_book, tmp_path / "book.xlsx")
    (tmp_path / "~$book-pack.xlsx").touch()
    assert refused(book, "report").startswith("book-pack.xlsx: is open in Excel")


def test_an_output_folder_that_cannot_be_made_is_named(short_book, tmp_path):
    book = workbook(short_book, tmp_path / "book.xlsx")
    taken = tmp_path / "taken"
    taken.write_text("a file")
    sentence = refused(book, "report", after=("-o", taken))
    assert sentence == f"{taken}: no folder could be made (file exists)"


# --- text that looks like a formula -----------------------------------------------------------

FORMULA = "=HYPERLINK(A1)"


@pytest.fixture(scope="module")
def disguised(short_book, tmp_path_factory):
    """Everything a report leaves, of a workbook in which names begin like formulas."""
    folder = tmp_path_factory.mktemp("disguised")
    book = workbook(
        short_book,
        folder / "book.xlsx",
        Policy_Meta=cell(1, "Value", FORMULA),
        Scenarios=cell(0, "Scenario", FORMULA),
        Universe=cell(0, "Name", FORMULA),
        Policy_Limits=cell(0, "Note", FORMULA),
        Holdings=column("Account", lambda i, account: "+A1"),
    )
    run = ips("report", book)
    assert (run.code, run.complaints) == (0, ())
    return folder


@pytest.mark.filterwarnings("ignore:Print area cannot be set")
def test_text_like_a_formula_is_text_in_workbook_and_pack(disguised):
    for name in ("book.xlsx", "book-pack.xlsx"):
        opened = openpyxl.load_workbook(disguised / name)
        cells = [c for sheet in opened for line in sheet.iter_rows() for c in line]
        shown = [c for c in cells if isinstance(c.value, str) and FORMULA in c.value]
        assert len(shown) >= 2, name
        assert {c.data_type for c in shown} == {"s"}, name


def test_text_like_a_formula_is_text_in_tables_and_memo(disguised):
    tables = files(disguised / "book-tables")
    starts = [
        entry
        for content in tables.values()
        for line in content.decode("utf-8-sig").splitlines()
        for entry in re.split(r",\"?|^\"?", line)
    ]
    assert f"'{FORMULA}" in starts
    assert not any(entry.startswith(("=", "+", "@")) for entry in starts)
    memo = (disguised / "book-memo.md").read_text(encoding="utf-8")
    assert FORMULA in memo.replace("\\", "")


# --- options ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--as-of", "31/12/2025"), "--as-of: expected a date (as 2025-12-31), found '31/12/2025'"),
        (
            ("--as-of", "2001-01-01"),
            f"book.xlsx: as of 2001-01-01: need a date on or after the first price, {FIRST_DAY}",
        ),
        (
            ("--as-of", "2024-02-29"),
            "book.xlsx: Prices: expected at least 2 monthly returns up to 2024-02-29, found 1",
        ),
        (("--substitute", "SGOV"), "--substitute: need ASSET=PROXY, found 'SGOV'"),
        (
            ("--substitute", "SGOV=BIL"),
            "--substitute SGOV=BIL: expected an asset of the sheet Prices, found 'BIL'",
        ),
        (
            ("--substitute", "SGV=SHY"),
            "--substitute SGV=SHY: expected an asset of the sheet Universe, found 'SGV' "
            "(did you mean 'SGOV'?)",
        ),
        (
            ("--substitute", "SGOV=SHY"),
            "book.xlsx: substitute SHY for SGOV: the stand-in has no earlier prices",
        ),
        (
            ("--without", "SGV"),
            "--without SGV: expected an asset of the sheet Universe, found 'SGV' "
            "(did you mean 'SGOV'?)",
        ),
        (
            ("--without", "AGG"),
            "--without AGG: it is part of the benchmark; change Policy_Benchmark first",
        ),
    ],
)
def test_an_option_that_asks_for_what_is_not_there(short_book, tmp_path, options, sentence):
    book = workbook(short_book, tmp_path / "book.xlsx")
    assert refused(book, "check", after=options) == sentence


def test_an_asset_the_policy_asks_for_cannot_be_left_out(short_book, tmp_path):
    asked = row("weight", "GLD", ">=", 0.02, "hard")
    book = workbook(short_book, tmp_path / "book.xlsx", Policy_Limits=asked)
    assert refused(book, "check", after=("--without", "gld")) == (
        "--without GLD: the policy asks for GLD ≥ 2%"
    )
