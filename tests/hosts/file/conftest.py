"""Small workbooks made by XlsxWriter, with what an analyst's workbook has in it."""

import io
import struct
import zlib
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
import xlsxwriter

HOLDINGS = [
    ("SPY", 120.0, 510.25, date(2025, 6, 30)),
    ("AGG", 300.0, 98.5, date(2025, 6, 30)),
    ("GLD", 45.0, 215.0, date(2025, 6, 30)),
]
HEADINGS = ("Ticker", "Quantity", "Price", "As of")


def png() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    rows = b"".join(b"\0" + bytes([30, 90, 160]) * 8 for _ in range(8))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Maker:
    """A workbook under construction: XlsxWriter's, plus the pieces most tests share."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"})
        self.book.set_properties({"created": datetime(2025, 1, 1)})
        self.date = self.book.add_format({"num_format": "yyyy-mm-dd"})
        self.price = self.book.add_format({"num_format": "#,##0.0000", "italic": True})

    def sheet(self, name: str):
        return self.book.add_worksheet(name)

    def holdings(self, sheet, row=4, column=1, **options):
        """Table ``Holdings`` with its headings at B5 unless said otherwise."""
        columns = [{"header": heading} for heading in HEADINGS]
        columns[2]["format"], columns[3]["format"] = self.price, self.date
        bottom = row + len(HOLDINGS) + (1 if options.get("total_row") else 0)
        sheet.add_table(
            row,
            column,
            bottom,
            column + len(HEADINGS) - 1,
            {"name": "Holdings", "columns": columns, "data": HOLDINGS, **options},
        )

    def close(self) -> Path:
        self.book.close()
        return self.path


@pytest.fixture
def maker(tmp_path: Path) -> Callable[..., Maker]:
    return lambda name="book.xlsx": Maker(tmp_path / name)


@pytest.fixture
def rich_book(maker) -> Path:
    """Everything that must survive: chart, image, comment, validation, protection, formats."""
    make = maker()
    sheet = make.sheet("Holdings")
    make.holdings(sheet)
    sheet.write_comment("B6", "approved by the board", {"author": "CIO"})
    sheet.insert_image("H2", "logo.png", {"image_data": io.BytesIO(png())})
    sheet.data_validation("C6:C8", {"validate": "decimal", "criteria": ">=", "value": 0})
    sheet.conditional_format("D6:D8", {"type": "data_bar", "data_bar_2010": True})
    sheet.add_sparkline("G6", {"range": "Holdings!C6:C8"})
    chart = make.book.add_chart({"type": "column"})
    chart.add_series(
        {
            "name": "=Holdings!$C$5",
            "categories": "=Holdings!$B$6:$B$8",
            "values": "=Holdings!$C$6:$C$8",
        }
    )
    chart.set_title({"name": "=Summary!$A$1"})
    sheet.insert_chart("H10", chart)
    sheet.print_area("A1:F8")
    other = make.sheet("Summary")
    other.write("A1", "Equity 3.2 pp over target")
    other.write("A2", 0.25)
    other.write_formula("A3", "=SUM(Holdings[Quantity])", None, 465)
    other.insert_textbox("C3", "Read me")
    other.write_rich_string("A4", "plain ", make.book.add_format({"bold": True}), "bold", " end")
    make.book.define_name("Title", "=Summary!$A$1")
    make.book.define_name("Rate", "=Summary!$A$2")
    make.book.define_name("Quantities", "=Holdings!$C$6:$C$8")
    return make.close()
