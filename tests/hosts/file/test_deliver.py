"""The whole job on the sample: what it leaves behind, and that it does so twice alike."""

import csv
import shutil
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest

from addin.excel.case import read_case
from addin.hosts.configuration import load_functions
from addin.hosts.file.deliver import deliver
from addin.hosts.file.filebook import FileBook
from addin.report.schema import REPORT_SHEETS
from addin.report.study import Study
from workbook_templates import TEMPLATE


def run(folder: Path) -> dict[str, bytes]:
    book = folder / "book.xlsx"
    shutil.copy(TEMPLATE, book)
    opened = FileBook(book)
    functions = load_functions(folder)  # a home without configuration
    written = deliver(opened, Study(read_case(opened)), folder / "out", functions)
    return {str(path.relative_to(folder / "out")): path.read_bytes() for path in written}


@pytest.fixture(scope="module")
def delivered(tmp_path_factory):
    return run(tmp_path_factory.mktemp("first"))


def opened(delivered, tmp_path, name):
    path = tmp_path / name
    path.write_bytes(delivered[name])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Print area cannot be set")
        return openpyxl.load_workbook(path)


def test_the_same_input_gives_the_same_bytes(delivered, tmp_path):
    assert run(tmp_path) == delivered


def test_workbook_pack_memo_and_tables_are_written(delivered):
    assert {"book.xlsx", "book-pack.xlsx", "book-memo.md"} <= set(delivered)
    tables = {Path(name).stem for name in delivered if name.endswith(".csv")}
    assert {
        "recommended_allocation",
        "portfolio_risk_summary",
        "risk_contribution_summary",
        "stress_test_results",
        "rebalancing_trades",
        "constraints_validation",
    } <= tables


def test_the_pack_holds_the_report_sheets_and_values_alone(delivered, tmp_path):
    pack = opened(delivered, tmp_path, "book-pack.xlsx")
    assert pack.sheetnames == list(REPORT_SHEETS)
    formulas = [
        f"{sheet.title}!{cell.coordinate}"
        for sheet in pack
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    ]
    assert formulas == []
    parts = zipfile.ZipFile(tmp_path / "book-pack.xlsx").namelist()
    assert not [p for p in parts if "externalLink" in p or "vba" in p or "calcChain" in p]
    assert sum(p.startswith("xl/charts/chart") for p in parts) == 13


def test_the_recalculated_workbook_has_no_mistake_in_any_cell(delivered, tmp_path):
    (tmp_path / "book.xlsx").write_bytes(delivered["book.xlsx"])
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Print area cannot be set")
        book = openpyxl.load_workbook(tmp_path / "book.xlsx", data_only=True)
    marks = ("#IPS!", "#N", "#V", "#R", "#D")
    wrong = [
        f"{sheet.title}!{cell.coordinate}: {cell.value}"
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if str(cell.value).startswith(marks) and sheet.title != "About"  # explains the mark
    ]
    assert wrong == []


def test_the_trades_table_reconciles_with_the_holdings_to_the_cent(delivered):
    text = delivered["book-tables/rebalancing_trades.csv"].decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines()))
    signed = {"BUY": -1, "Buy": -1, "SELL": 1, "Sell": 1}
    orders = [row for row in rows if row["Side"] in signed]
    moved = sum(signed[r["Side"]] * round(float(r["Notional"]) * 100) for r in orders)
    costs = sum(round(float(r["Cost"]) * 100) for r in orders)
    cash = next(row for row in rows if row["Ticker"] == "CASH")
    assert orders and round(float(cash["Notional"]) * 100) == moved - costs
