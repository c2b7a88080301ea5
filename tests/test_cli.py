"""The command line on good input, and on policies of many shapes."""

import datetime as dt
import re

import pytest

from addin import __version__
from addin.hosts.file.filebook import FileBook
from tests.command_line import cell, column, files, heading, ips, nothing, only, row, workbook
from workbook_templates.sample_prices import sample_prices

TABLES = {
    "recommended_allocation",
    "portfolio_risk_summary",
    "risk_contribution_summary",
    "stress_test_results",
    "rebalancing_trades",
    "constraints_validation",
    "candidates",
    "data_quality",
}


def csv_of_prices(path, rows=400, tickers=None, write="{:.4f}".format, separator=","):
    """The sample's last prices as a CSV file."""
    prices = sample_prices()
    names = list(tickers or prices.tickers)
    places = [prices.tickers.index(name.upper()) for name in names]
    lines = [separator.join(["Date", *names])]
    for day, values in list(zip(prices.dates, prices.values, strict=True))[-rows:]:
        lines.append(separator.join([str(day), *(write(values[i]) for i in places)]))
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


# --- the whole job ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reported(short_book, tmp_path_factory):
    """A folder with a report in it, and what the run said."""
    folder = tmp_path_factory.mktemp("reported")
    book = workbook(short_book, folder / "book.xlsx")
    return folder, ips("report", book, "-o", folder / "new" / "deep")


def test_a_report_ends_with_a_summary_and_the_files_written(reported):
    folder, run = reported
    assert (run.code, run.complaints) == (0, ())
    for title in (
        "Data check: no findings",
        "Allocation (",
        "Hypothetical backcast, 23 returns to 2025-12-31",
        "Policy check now: 3 breaches",
        "Trades: ",
        "Files written:",
    ):
        assert title in run.said
    written = {line.strip() for line in run.said.split("Files written:")[1].splitlines()} - {""}
    assert written == {str(folder / "new" / "deep" / name) for name in files(folder / "new/deep")}


def test_a_report_leaves_workbook_pack_memo_and_tables(reported):
    folder, _ = reported
    tables = {f"book-tables/{name}.csv" for name in TABLES}
    expected = {"book.xlsx", "book-pack.xlsx", "book-memo.md"} | tables
    assert set(files(folder / "new" / "deep")) == expected


def test_a_report_elsewhere_leaves_the_workbook_as_it_was(reported, short_book):
    folder, _ = reported
    assert FileBook(folder / "book.xlsx").table("Report_Trades").rows == (
        FileBook(short_book).table("Report_Trades").rows
    )


def test_check_shows_findings_and_breaches_and_changes_nothing(short_book, tmp_path):
    book = workbook(short_book, tmp_path / "book.xlsx")
    before = files(tmp_path)
    run = ips("check", book)
    assert (run.code, run.complaints) == (0, ())
    assert re.search(r"AGG ≥ 18% +AGG 17\.\d% < 18% +Breach", run.said)
    assert files(tmp_path) == before


def test_recalc_writes_in_place_or_elsewhere(short_book, tmp_path):
    book = workbook(short_book, tmp_path / "book.xlsx")
    before = book.read_bytes()
    run = ips("recalc", book, "-o", tmp_path / "other.xlsx")
    assert re.search(r"\d{3,} formulas evaluated, 0 with an error value", run.said)
    assert book.read_bytes() == before and (tmp_path / "other.xlsx").exists()


def test_a_button_is_pressed_by_its_name_in_any_case(short_book, tmp_path):
    book = workbook(short_book, tmp_path / "book.xlsx")
    run = ips("run", "check DATA", book)
    assert run.code == 0 and run.said.startswith("Data quality: No errors, no warnings")


def test_functions_are_listed_and_explained():
    assert "IPS_OPTIMIZE(" in ips("functions").said
    assert "Arguments" in ips("functions", "optimize").said
    assert ips("--version").said == f"ips {__version__}\n"


# --- new workbooks ----------------------------------------------------------------------------


def test_a_new_workbook_is_ready_for_a_report(tmp_path):
    run = ips("new", tmp_path / "book.xlsx")
    assert run.said == f"{tmp_path / 'book.xlsx'} made. Next: ips report {tmp_path / 'book.xlsx'}\n"
    assert ips("check", tmp_path / "book.xlsx").code == 0


def test_a_new_workbook_takes_prices_holdings_and_a_profile(tmp_path):
    prices = csv_of_prices(
        tmp_path / "p.csv", separator=";", write=lambda price: f"{price:.4f}".replace(".", ",")
    )
    holdings = tmp_path / "h.csv"
    holdings.write_text("Ticker,Market value\nSPY,60000\nagg,40000\nCASH,5000\n")
    book = tmp_path / "book.xlsx"
    run = ips("new", book, "--prices", prices, "--holdings", holdings, "--profile", "moderate")
    assert run.code == 0 and "market values turned into quantities" in run.said
    made = FileBook(book)
    assert made.table("Prices").rows[-1][1] == pytest.approx(601.779)
    assert dict(made.table("Policy_Meta").rows)["profile"] == "Moderate"
    assert ips("check", book).code == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("new", "{0}/b.xls"), "{0}/b.xls: the name of a workbook ends in .xlsx"),
        (("new", "{0}/no/b.xlsx"), "b.xlsx: the folder {0}/no does not exist"),
        (
            ("new", "{0}/old.xlsx"),
            "{0}/old.xlsx: exists already; choose another name or add --overwrite",
        ),
        (
            ("new", "{0}/b.xlsx", "--profile", "Balancd"),
            "profile: need one of Conservative, Moderate, Balanced Growth, Aggressive, Endowment, "
            "found 'Balancd' (did you mean 'Balanced Growth'?)",
        ),
        (
            ("new", "{0}/b.xlsx", "--prices", "{0}/no.csv"),
            "{0}/no.csv: cannot be read: No such file or directory",
        ),
        (
            ("new", "{0}/b.xlsx", "--prices", "{0}/old.xlsx"),
            "old.xlsx: expected a CSV file, found an Excel workbook; save its sheet as CSV UTF-8",
        ),
        (
            ("new", "{0}/b.xlsx", "--prices", "{0}/download.csv"),
            "download.csv line 1: expected one heading row Date, ticker, ticker …, found a "
            "yfinance download with 3 heading rows; keep the adjusted close of each ticker, "
            "headed by the ticker",
        ),
        (
            ("new", "{0}/b.xlsx", "--prices", "{0}/bars.csv"),
            "bars.csv line 1: expected one heading row Date, ticker, ticker …, found symbol, "
            "date, open, close; keep the date and the adjusted close, headed by the ticker",
        ),
        (
            ("new", "{0}/b.xlsx", "--holdings", "{0}/held.csv"),
            "holdings, VTI: expected a column of prices for what is held, found none; give a file "
            "that has it (--prices)",
        ),
        (("check", "{0}/no.xlsx"), "no.xlsx: there is no such file in {0}"),
        (("recalc", "{0}"), "{1}: is a folder, not a workbook"),
        (
            ("recalc", "{0}/old.xlsx", "-o", "{0}/x.csv"),
            "{0}/x.csv: the name of a workbook ends in .xlsx",
        ),
        (
            ("run", "Chek data", "{0}/old.xlsx"),
            "there is no button 'Chek data' (did you mean 'Check data'?)",
        ),
        (("functions", "IPS_VARR"), "there is no function 'IPS_VARR' (did you mean 'IPS_VAR'?)"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(short_book, tmp_path, arguments, sentence):
    workbook(short_book, tmp_path / "old.xlsx")
    download = "Price,Close,Open\nTicker,AGG,AGG\nDate,,\n2024-01-02,1,2\n"
    (tmp_path / "download.csv").write_text(download)
    (tmp_path / "bars.csv").write_text("symbol,date,open,close\nEEM,2006-07-31,95.8,96.1\n")
    (tmp_path / "held.csv").write_text("Ticker,Quantity,Price\nVTI,10,300\n")
    before = files(tmp_path)
    run = ips(*(each.format(tmp_path) for each in arguments))
    assert run.code == 1
    assert run.complaints == (f"ips: {sentence.format(tmp_path, tmp_path.name)}",)
    assert files(tmp_path) == before


def test_a_split_in_a_price_file_is_found_when_the_workbook_is_checked(tmp_path):
    file = csv_of_prices(tmp_path / "p.csv")
    lines = file.read_text().splitlines()
    eem = lines[0].split(",").index("EEM")
    for i, line in enumerate(lines[1:200], start=1):
        cells = line.split(",")
        lines[i] = ",".join([*cells[:eem], f"{float(cells[eem]) * 3:.4f}", *cells[eem + 1 :]])
    file.write_text("\n".join(lines))
    book = tmp_path / "book.xlsx"
    assert ips("new", book, "--prices", file).code == 0
    found = [line for line in ips("check", book).said.splitlines() if "Prices, EEM" in line]
    assert len(found) == 1 and "looks like a 3:1 split that is not applied" in found[0]


# --- policies of other shapes -----------------------------------------------------------------


def without_tracking_error(headings, rows):
    return headings, [values for values in rows if values[0] != "tracking error"]


def month_ends(headings, rows):
    """The last row of each month."""
    last = {(values[0].year, values[0].month): values for values in rows}
    return headings, list(last.values())


def week_ends(headings, rows):
    last = {values[0].isocalendar()[:2]: values for values in rows}
    return headings, list(last.values())


def classes(*rows):
    return lambda headings, _: (headings, [list(values) for values in rows])


def in_sub_classes(i, asset_class):
    return ("US equity" if i < 3 else "Foreign equity") if asset_class == "Equity" else asset_class


def with_parts(headings, rows):
    parts = [
        ["US equity", "Equity", 0.2, None, None, None, 0.6],
        ["Foreign equity", "Equity", 0.05, None, None, None, 0.4],
    ]
    return headings, [*rows, *([*part, None, None] for part in parts)]


NO_BENCHMARK = {"Policy_Benchmark": nothing, "Policy_Limits": without_tracking_error}
THREE = {
    "Universe": lambda headings, rows: (
        headings,
        [[*values[:4], 1.0, *values[5:]] for values in rows if values[0] in ("SPY", "AGG", "SGOV")],
    ),
    "Prices": only("SPY", "AGG", "SGOV", across=True),
    "Holdings": only("SPY", "AGG", "SGOV", "CASH"),
    "Policy_Limits": nothing,
    "Policy_Classes": classes(
        ("Equity", None, 0.4, None, 0.6, None, 0.8, None, None),
        ("Fixed income", None, 0.1, None, 0.3, None, 0.5, None, None),
        ("Cash", None, 0.0, None, 0.1, None, 0.3, None, None),
    ),
}
SHAPES = {
    "no benchmark": NO_BENCHMARK,
    "no limits": {"Policy_Limits": nothing},
    "no scenarios": {"Scenarios": nothing},
    "no settings": {
        name: nothing
        for name in ("Policy_Score", "Policy_Rebalance", "Policy_Liquidity", "Policy_Tax")
    },
    "sub-classes": {
        "Policy_Classes": with_parts,
        "Universe": column("Asset class", in_sub_classes),
    },
    "three assets": THREE,
    "lower case": {"Universe": column("Ticker", lambda i, ticker: ticker.lower())},
    "two accounts": {"Holdings": row("spy", 100, 601.779, "IRA", dt.date(2025, 12, 31))},
    "no cash held": {"Holdings": lambda headings, rows: (headings, rows[:-1])},
    "no Treasury bills": {
        "Universe": lambda headings, rows: (headings, rows[:-1]),
        "Holdings": lambda headings, rows: (headings, [r for r in rows if r[0] != "SGOV"]),
    },
    "weekly prices": {"Prices": week_ends},
    "weekly returns": {"Prices": week_ends, "Policy_Meta": cell(12, "Value", "weekly")},
    "monthly prices": {"Prices": month_ends},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_policy_of_another_shape_is_understood(short_book, tmp_path, shape):
    run = ips("check", workbook(short_book, tmp_path / "book.xlsx", **SHAPES[shape]))
    assert (run.code, run.complaints) == (0, ())
    assert "Data check: no findings" in run.said


def test_a_bare_policy_of_three_assets_is_reported(short_book, tmp_path):
    bare = {**THREE, "Policy_Benchmark": nothing, "Scenarios": nothing, "Prices": month_ends}
    book = workbook(short_book, tmp_path / "book.xlsx", **bare)
    run = ips("report", book)
    assert (run.code, run.complaints) == (0, ())
    assert "nan" not in run.said and "nan" not in (tmp_path / "book-memo.md").read_text("utf-8")


def test_prices_too_rare_for_the_frequency_are_one_sentence(short_book, tmp_path):
    quarterly = {"Policy_Meta": cell(12, "Value", "daily"), "Prices": month_ends}
    run = ips("report", workbook(short_book, tmp_path / "book.xlsx", **quarterly))
    assert run.complaints == (
        "ips: book.xlsx: prices: daily returns need daily prices, found about 12 a year",
    )


def test_a_benchmark_under_another_heading_is_read(short_book, tmp_path):
    renamed = heading("Ticker", "Asset")
    run = ips("check", workbook(short_book, tmp_path / "book.xlsx", Policy_Benchmark=renamed))
    assert (run.code, run.complaints) == (0, ())


def test_a_stand_in_ends_the_talk_of_a_short_history(short_book, tmp_path):
    late = column("DBC", lambda i, price: None if i < 300 else price)
    book = workbook(short_book, tmp_path / "book.xlsx", Prices=late)
    begins = r"Note +Prices, DBC +begins on"
    assert re.search(begins, ips("check", book).said)
    said = ips("check", book, "--substitute", "dbc=gld").said
    assert not re.search(begins, said)
    assert re.search(r"Prices, DBC +returns before its first price are those of GLD", said)


def test_what_must_be_sold_breaks_no_cap_of_cash(short_book, tmp_path):
    book = workbook(short_book, tmp_path / "book.xlsx")
    ips("report", book, "--without", "SGOV", "-o", tmp_path)
    candidates = (tmp_path / "book-tables" / "candidates.csv").read_text("utf-8-sig")
    # 2.2 % of money and 3.2 % of bills are 5.4 %, over the cap of 5 %, only once the bills are sold
    held = next(line for line in candidates.splitlines() if line.startswith("Current,"))
    assert "SPY 24.0% > 22%" in held and "CASH" not in held


def test_an_asset_left_out_is_sold_and_its_cap_forgotten(short_book, tmp_path):
    book = workbook(short_book, tmp_path / "book.xlsx")
    run = ips("report", book, "--without", "hyg", "--without", "SGOV", "-o", tmp_path / "out")
    assert (run.code, run.complaints) == (0, ())
    orders = (tmp_path / "out" / "book-tables" / "rebalancing_trades.csv").read_text("utf-8-sig")
    for ticker in ("HYG", "SGOV"):
        line = next(line for line in orders.splitlines() if line.startswith(ticker))
        assert line.split(",")[1] == "Sell" and float(line.split(",")[7]) == 0
