import io
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
import xlsxwriter

from addin.errors import InputError
from addin.hosts.file.area import Area
from addin.hosts.file.filebook import FileBook

HEADINGS = ("Ticker", "Quantity", "Price", "As of")
AS_OF = date(2025, 6, 30)
HOLDINGS = (
    ("SPY", 120.0, 510.25, AS_OF),
    ("AGG", 300.0, 98.5, AS_OF),
    ("GLD", 45.0, 215.0, AS_OF),
)


def test_table_is_read_with_its_place(rich_book):
    table = FileBook(rich_book).table("holdings")
    assert (table.name, table.sheet, table.header) == ("Holdings", "Holdings", HEADINGS)
    assert table.rows == HOLDINGS
    assert (table.first_row, table.first_column) == (6, 2)
    assert table.where(1, 2) == "Holdings row 7, Price"


def test_named_cells_are_read_whatever_the_case(rich_book):
    book = FileBook(rich_book)
    assert book.cell("title") == "Equity 3.2 pp over target"
    assert book.cell("RATE") == 0.25


def test_missing_names_suggest_the_nearest(rich_book):
    book = FileBook(rich_book)
    with pytest.raises(InputError, match=r"no table 'Holding' \(did you mean 'Holdings'\?\)"):
        book.table("Holding")
    with pytest.raises(InputError, match=r"no cell named 'Titel' \(did you mean 'Title'\?\)"):
        book.cell("Titel")
    with pytest.raises(InputError, match="'Quantities' is not one cell but Holdings!"):
        book.cell("Quantities")
    assert not book.has_table("Holding") and book.has_table("HOLDINGS")


def test_name_local_to_a_sheet_is_not_one_of_the_workbook(maker):
    make = maker()
    make.sheet("S").write("A1", 5)
    make.book.define_name("S!Local", "=S!$A$1")
    with pytest.raises(InputError, match="no cell named 'Local'"):
        FileBook(make.close()).cell("Local")


def test_rich_text_and_cached_formula_results_are_read(rich_book):
    values = FileBook(rich_book).sheet("Summary").rows(Area.parse("A1:A4"))
    assert values == (("Equity 3.2 pp over target",), (0.25,), (465.0,), ("plain bold end",))


@pytest.mark.parametrize("date_1904", [False, True])
def test_dates_are_read_by_their_number_format(tmp_path, date_1904):
    path = tmp_path / "dates.xlsx"
    book = xlsxwriter.Workbook(path, {"date_1904": date_1904})
    sheet = book.add_worksheet("S")
    codes = ["yyyy-mm-dd", "d mmm yy", "[$-409]mmmm d, yyyy;@", "m/d/yyyy h:mm", 14, 17, 22]
    for row, code in enumerate(codes):
        sheet.write_datetime(row, 0, datetime(2025, 3, 9), book.add_format({"num_format": code}))
    book.close()
    read = FileBook(path).sheet("S").rows(Area(1, 1, len(codes), 1))
    assert read == ((date(2025, 3, 9),),) * len(codes)


def test_numbers_that_only_look_like_dates_stay_numbers(tmp_path):
    path = tmp_path / "numbers.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("S")
    codes = [
        "0.00",
        '0" days"',
        "[Red]0.0",
        "#,##0_d",
        r"0\d",
        "[h]:mm",
        "hh:mm AM/PM",
        "mm:ss",
        20,
    ]
    for row, code in enumerate(codes):
        sheet.write_number(row, 0, 45000.5, book.add_format({"num_format": code}))
    book.close()
    assert FileBook(path).sheet("S").rows(Area(1, 1, len(codes), 1)) == ((45000.5,),) * len(codes)


def test_first_days_of_1900_agree_with_excel(tmp_path):
    # Excel counts a 29 February 1900: serial 59 is the 28th, 61 is 1 March
    path = tmp_path / "old.xlsx"
    book = xlsxwriter.Workbook(path)
    sheet, form = book.add_worksheet("S"), book.add_format({"num_format": "yyyy-mm-dd"})
    for row, serial in enumerate([1, 59, 60, 61, 2958465, 2958466, -1, 0.5, 45000.75]):
        sheet.write_number(row, 0, serial, form)
    book.close()
    assert [row[0] for row in FileBook(path).sheet("S").rows(Area(1, 1, 9, 1))] == [
        date(1900, 1, 1),
        date(1900, 2, 28),
        60.0,
        date(1900, 3, 1),
        date(9999, 12, 31),
        2958466.0,
        -1.0,
        0.5,
        datetime.combine(date(2023, 3, 15), time(18)),
    ]


def test_errors_booleans_and_inline_strings_are_read(tmp_path):
    path = tmp_path / "inline.xlsx"
    book = xlsxwriter.Workbook(path, {"constant_memory": True})  # writes inline strings
    sheet = book.add_worksheet("S")
    sheet.write_row(0, 0, ["text", True, False])
    sheet.write_formula(1, 0, "=NA()", None, "#N/A")
    sheet.write_formula(2, 0, '="a"&"b"', None, "ab")
    sheet.write_formula(3, 0, '=""', None, "")
    book.close()
    rows = FileBook(path).sheet("S").rows(Area.parse("A1:C4"))
    assert rows[0] == ("text", True, False)
    assert [row[0] for row in rows[1:]] == ["#N/A", "ab", None]


@pytest.mark.filterwarnings("ignore:.*extension is not supported")
def test_values_agree_with_openpyxl_on_every_cell(rich_book):
    ours = FileBook(rich_book)
    theirs = openpyxl.load_workbook(io.BytesIO(rich_book.read_bytes()), data_only=True)
    for name in ours.sheet_names:
        for row in theirs[name].iter_rows():
            for cell in row:
                value = cell.value.date() if isinstance(cell.value, datetime) else cell.value
                assert ours.sheet(name).value(cell.row, cell.column) == value


def test_sheets_not_asked_for_are_not_parsed(rich_book):
    book = FileBook(rich_book)
    book.cell("Title")
    assert "xl/worksheets/sheet1.xml" not in book.package._trees


def test_damaged_number_names_its_cell(rich_book, tmp_path):
    path = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(rich_book) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name).replace(b"<v>0.25</v>", b"<v>NaN</v>"))
    with pytest.raises(InputError, match=r"Summary A2: the stored number 'NaN' is damaged"):
        FileBook(path).cell("Rate")
