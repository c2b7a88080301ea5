import io
import re
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from addin.errors import InputError
from addin.hosts.file.area import Area
from addin.hosts.file.filebook import FileBook
from addin.hosts.file.sheet_formulas import set_formula

HEADINGS = ("Ticker", "Quantity", "Price", "As of")
AS_OF = date(2025, 6, 30)
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")


def rows(count):
    return [(f"T{n}", float(n), n + 0.5, AS_OF) for n in range(count)]


def reopened(book, tmp_path):
    path = tmp_path / "saved.xlsx"
    book.save(path)
    return FileBook(path), openpyxl.load_workbook(io.BytesIO(path.read_bytes()))


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def part(book, name):
    with zipfile.ZipFile(io.BytesIO(book.to_bytes())) as archive:
        return archive.read(name).decode()


@pytest.mark.parametrize("count", [1, 2, 3, 4, 60])
def test_table_grows_and_shrinks_to_its_rows(rich_book, tmp_path, count):
    book = FileBook(rich_book)
    book.write_table("Holdings", HEADINGS, rows(count))
    ours, theirs = reopened(book, tmp_path)
    assert ours.table("Holdings").rows == tuple(rows(count))
    table = theirs["Holdings"].tables["Holdings"]
    assert table.ref == table.autoFilter.ref == f"B5:E{5 + count}"
    beyond = theirs["Holdings"].iter_rows(min_row=6 + count, min_col=2, max_col=5)
    assert all(cell.value is None for row in beyond for cell in row)


def test_new_rows_take_the_formats_of_the_first(rich_book, tmp_path):
    book = FileBook(rich_book)
    book.write_table("Holdings", HEADINGS, rows(9))
    sheet = reopened(book, tmp_path)[1]["Holdings"]
    for row in range(6, 15):
        assert sheet.cell(row, 4).number_format == "#,##0.0000" and sheet.cell(row, 4).font.italic
        assert sheet.cell(row, 5).number_format == "yyyy-mm-dd"


def test_no_rows_leave_one_blank_row(rich_book, tmp_path):
    book = FileBook(rich_book)
    book.write_table("Holdings", HEADINGS, [])
    ours, theirs = reopened(book, tmp_path)
    assert ours.table("Holdings").rows == ((None,) * 4,)
    assert theirs["Holdings"].tables["Holdings"].ref == "B5:E6"


def test_headings_change_and_columns_are_added_and_removed(rich_book, tmp_path):
    book = FileBook(rich_book)
    book.write_table("Holdings", ("Ticker", "Price", "New"), [("SPY", 1.5, "x"), ("AGG", 2.5, "y")])
    ours, theirs = reopened(book, tmp_path)
    assert ours.table("Holdings").header == ("Ticker", "Price", "New")
    sheet = theirs["Holdings"]
    table = sheet.tables["Holdings"]
    assert table.ref == "B5:D7" and [c.name for c in table.tableColumns] == [
        "Ticker",
        "Price",
        "New",
    ]
    assert len({c.id for c in table.tableColumns}) == 3
    assert [sheet.cell(5, c).value for c in range(2, 6)] == ["Ticker", "Price", "New", None]
    assert sheet["C6"].number_format == "#,##0.0000", "a column keeps its look where it goes"


def test_columns_may_be_added_beyond_the_old_width(rich_book, tmp_path):
    wide = (*HEADINGS, "Min", "Max")
    book = FileBook(rich_book)
    with pytest.raises(InputError, match="growing to 3 rows and 6 columns"):
        book.sheet("Holdings").write(7, 7, "x")
        book.write_table("Holdings", wide, [(*row, 0.0, 1.0) for row in rows(3)])
    book.sheet("Holdings").write(7, 7, None)
    book.write_table("Holdings", wide, [(*row, 0.0, 1.0) for row in rows(3)])
    assert reopened(book, tmp_path)[0].table("Holdings").header == wide


def test_chart_ranges_and_their_kept_values_follow(rich_book, tmp_path):
    book = FileBook(rich_book)
    book.write_table("Holdings", HEADINGS, rows(5))
    chart = part(book, "xl/charts/chart1.xml")
    assert "Holdings!$B$6:$B$10" in chart and "Holdings!$C$6:$C$10" in chart
    assert "$8" not in chart
    points = re.findall(r"<c:v>([^<]*)</c:v>", chart.split("<c:cat>")[1])
    assert points == ["T0", "T1", "T2", "T3", "T4", "0", "1", "2", "3", "4"]
    assert chart.count('<c:ptCount val="5"/>') == 2


def test_chart_series_follow_a_column_that_moves(rich_book):
    book = FileBook(rich_book)
    book.write_table("Holdings", ("Price", "Quantity", "Ticker"), [(1.0, 2.0, "SPY")])
    chart = part(book, "xl/charts/chart1.xml")
    assert "<c:f>Holdings!$D$6</c:f>" in chart, "labels: the tickers, now in D"
    assert "<c:f>Holdings!$C$6</c:f>" in chart and "<c:f>Holdings!$C$5</c:f>" in chart


def test_chart_title_bound_to_a_cell_is_refreshed(rich_book):
    book = FileBook(rich_book)
    book.write_cell("Title", "Bonds 1.0 pp under target")
    chart = part(book, "xl/charts/chart1.xml")
    assert "Bonds 1.0 pp under target" in chart and "Equity 3.2 pp" not in chart
    assert "<c:f>Summary!$A$1</c:f>" in chart


def test_labels_that_become_text_are_kept_as_text(maker, tmp_path):
    make = maker()
    sheet = make.sheet("S")
    sheet.add_table("A1:B2", {"name": "T", "columns": [{"header": "Name"}, {"header": "Value"}]})
    chart = make.book.add_chart({"type": "bar"})
    chart.add_series({"categories": "=S!$A$2:$A$2", "values": "=S!$B$2:$B$2"})
    sheet.insert_chart("D1", chart)
    book = FileBook(make.close())
    book.write_table("T", ("Name", "Value"), [("a", 1.0), ("b", None), ("c", 3.0)])
    text = part(book, "xl/charts/chart1.xml")
    assert re.search(r"<c:cat><c:strRef><c:f>S!\$A\$2:\$A\$4</c:f><c:strCache>", text)
    assert '<c:pt idx="1"><c:v>b</c:v>' in text and text.count("<c:pt ") == 5, (
        "no point for a blank"
    )


def test_conditional_formats_validations_sparklines_names_and_print_area_follow(
    rich_book, tmp_path
):
    book = FileBook(rich_book)
    book.write_table("Holdings", HEADINGS, rows(40))
    _, theirs = reopened(book, tmp_path)
    sheet = theirs["Holdings"]
    assert str(sheet.data_validations.dataValidation[0].sqref) == "C6:C45"
    assert [str(found.sqref) for found in sheet.conditional_formatting] == ["D6:D45"]
    assert theirs.defined_names["Quantities"].attr_text == "Holdings!$C$6:$C$45"
    assert sheet.print_area == "'Holdings'!$A$1:$F$45"
    raw = part(book, "xl/worksheets/sheet1.xml")
    assert "<xm:sqref>D6:D45</xm:sqref>" in raw and "<xm:f>Holdings!C6:C8</xm:f>" not in raw
    assert "Holdings!$C$6:$C$45" in raw


def test_shrinking_print_area_still_covers_the_charts(rich_book):
    book = FileBook(rich_book)
    book.write_table("Holdings", HEADINGS, rows(40))
    book.write_table("Holdings", HEADINGS, rows(2))
    area = re.search(r"Print_Area[^>]*>([^<]*)<", part(book, "xl/workbook.xml"))[1]
    assert int(area.rpartition("$")[2]) >= 24, "the chart at H10 ends near row 25"


def test_untouched_parts_stay_byte_for_byte(rich_book, tmp_path):
    before = parts(rich_book)
    book = FileBook(rich_book)
    book.write_table("Holdings", HEADINGS, rows(7))
    book.save(tmp_path / "saved.xlsx")
    after = parts(tmp_path / "saved.xlsx")
    assert {name for name in before if before[name] != after[name]} == {
        "xl/worksheets/sheet1.xml",
        "xl/tables/table1.xml",
        "xl/charts/chart1.xml",
        "xl/sharedStrings.xml",
        "xl/workbook.xml",
    }
    assert list(before) == list(after)


def test_growth_over_filled_cells_is_refused_and_changes_nothing(rich_book):
    book = FileBook(rich_book)
    book.sheet("Holdings").write(25, 2, "x")
    before = book.to_bytes()
    with pytest.raises(InputError, match="Holdings: growing to 20 rows would overwrite 'x' in B25"):
        book.write_table("Holdings", HEADINGS, rows(20))
    assert book.to_bytes() == before
    book.write_table("Holdings", HEADINGS, rows(19))


def test_growth_into_another_table_or_merged_cells_is_refused(maker):
    make = maker()
    sheet = make.sheet("S")
    make.holdings(sheet)
    sheet.add_table("B12:C13", {"name": "Other", "columns": [{"header": "a"}, {"header": "b"}]})
    sheet.merge_range("G20:H21", None)
    book = FileBook(make.close())
    with pytest.raises(InputError, match="growing to 7 rows would run into 'Other'"):
        book.write_table("Holdings", HEADINGS, rows(7))
    with pytest.raises(InputError, match="would meet merged G20:H21"):
        book.write_table("Other", tuple("abcdefg"), [(1.0,) * 7] * 9)


def test_active_filter_is_refused(maker):
    make = maker()
    sheet = make.sheet("S")
    make.holdings(sheet)
    path = make.close()
    book = FileBook(path)
    selection = book.package.edit("xl/tables/table1.xml")[0]
    column = etree.SubElement(selection, selection.tag.replace("autoFilter", "filterColumn"))
    column.set("colId", "0")
    path.write_bytes(book.to_bytes())
    with pytest.raises(InputError, match="Holdings: a filter hides rows"):
        FileBook(path).write_table("Holdings", HEADINGS, rows(2))


def test_protected_sheet_is_respected(maker):
    make = maker()
    sheet = make.sheet("S")
    make.holdings(sheet)
    sheet.write("A1", 5, make.book.add_format({"locked": False}))
    sheet.write("A2", 6)
    sheet.protect("pw")
    make.book.define_name("Open", "=S!$A$1")
    make.book.define_name("Locked", "=S!$A$2")
    book = FileBook(make.close())
    with pytest.raises(InputError, match="Holdings: sheet 'S' is protected and B5 locked"):
        book.write_table("Holdings", HEADINGS, rows(3))
    with pytest.raises(InputError, match="Locked: sheet 'S' is protected and A2 locked"):
        book.write_cell("Locked", 1.0)
    book.write_cell("Open", 7.0)
    assert book.cell("Open") == 7


@pytest.mark.parametrize(
    ("header", "words"),
    [(("A", "a "), "heading 'a ' is there twice"), (("A", " "), "every column needs a heading")],
)
def test_headings_excel_would_repair_are_refused(rich_book, header, words):
    with pytest.raises(InputError, match=words):
        FileBook(rich_book).write_table("Holdings", header, [(1.0, 2.0)])


def test_totals_row_moves_with_the_body(maker, tmp_path):
    make = maker()
    sheet = make.sheet("S")
    columns = [
        {"header": "Ticker", "total_string": "All"},
        {"header": "Quantity", "total_function": "sum"},
    ]
    sheet.add_table(
        "B5:C8", {"name": "T", "columns": columns, "total_row": True, "data": [("a", 1)]}
    )
    path = make.close()
    for count, total in ((5, "C11"), (1, "C7"), (2, "C8")):
        book = FileBook(path)
        book.write_table("T", ("Ticker", "Quantity"), [row[:2] for row in rows(count)])
        ours, theirs = reopened(book, tmp_path)
        table = theirs["S"].tables["T"]
        assert table.ref == f"B5:{total}" and table.autoFilter.ref == f"B5:C{5 + count}"
        assert theirs["S"][total].value == "=SUBTOTAL(109,[Quantity])"
        assert theirs["S"][total].offset(0, -1).value == "All"
        assert len(ours.table("T").rows) == count
        assert theirs["S"][total].offset(1, 0).value is None


def test_calculated_column_stays_calculated(maker, tmp_path):
    make = maker()
    sheet = make.sheet("S")
    columns = [
        {"header": "Quantity"},
        {"header": "Twice", "formula": "=2*T[[#This Row],[Quantity]]"},
        {"header": "Above", "formula": "=A2+1"},
    ]
    sheet.add_table("A1:C3", {"name": "T", "columns": columns, "data": [[1], [2]]})
    book = FileBook(make.close())
    book.write_table("T", ("Quantity", "Twice", "Above"), [(n, 2.0 * n, None) for n in range(4)])
    ours, theirs = reopened(book, tmp_path)
    formulas = [theirs["S"].cell(row, 2).value for row in range(2, 6)]
    assert formulas == ["=2*T[[#This Row],[Quantity]]"] * 4
    assert ours.table("T").rows[3] == (3.0, 6.0, None)
    book.write_table("T", ("Quantity",), [(1.0,)])
    assert reopened(book, tmp_path)[1]["S"]["B2"].value is None


DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "{=1}", "'=1"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_is_never_a_formula(rich_book, tmp_path, text):
    book = FileBook(rich_book)
    book.write_table("Holdings", HEADINGS, [(text, text, text, text)])
    book.write_cell("Title", text)
    ours, theirs = reopened(book, tmp_path)
    assert ours.table("Holdings").rows == ((text,) * 4,) and ours.cell("Title") == text
    raw = part(book, "xl/worksheets/sheet1.xml")
    assert "<f>" not in raw.split("<sheetData>")[1].split("</sheetData>")[0]
    assert theirs["Holdings"]["B6"].data_type == "s" or text.startswith("=")


def test_heading_is_text_even_when_it_looks_like_a_formula_or_an_error(rich_book, tmp_path):
    header = ("=1+1", "#N/A", "a\nb", "_x0041_")
    book = FileBook(rich_book)
    book.write_table("Holdings", header, [(1.0, 2.0, 3.0, 4.0)])
    ours, _ = reopened(book, tmp_path)
    assert ours.table("Holdings").header == header
    top = ours.sheet("Holdings").root.find(".//{*}row[@r='5']")
    assert [cell.get("t") for cell in top] == ["s"] * 4


def test_error_text_becomes_a_real_error_cell(rich_book, tmp_path):
    book = FileBook(rich_book)
    book.write_cell("Rate", "#N/A")
    ours, theirs = reopened(book, tmp_path)
    assert theirs["Summary"]["A2"].data_type == "e" and ours.cell("Rate") == "#N/A"


def test_undefined_numbers_are_our_mistake_and_change_nothing(rich_book):
    book = FileBook(rich_book)
    before = book.to_bytes()
    with pytest.raises(ValueError, match="Price: nan is no number") as caught:
        book.write_table("Holdings", HEADINGS, [("a", 1.0, float("nan"), None)])
    assert not isinstance(caught.value, InputError) and book.to_bytes() == before
    with pytest.raises(InputError, match=r"row 1, Ticker: a cell holds at most 32,767 characters"):
        book.write_table("Holdings", HEADINGS, [("a" * 32768, 1.0, 1.0, None)])


def test_date_in_a_number_cell_reads_back_as_date_and_the_other_way_round(rich_book, tmp_path):
    book = FileBook(rich_book)
    book.write_table("Holdings", HEADINGS, [(AS_OF, AS_OF, AS_OF, 45000.0)])
    ours, theirs = reopened(book, tmp_path)
    assert ours.table("Holdings").rows == ((AS_OF, AS_OF, AS_OF, 45000.0),)
    assert theirs["Holdings"]["D6"].font.italic, "only the number format changes"


def test_shared_formula_is_spelled_out_before_its_first_cell_goes(rich_book, tmp_path):
    book = FileBook(rich_book)
    sheet = book.sheet("Summary")
    for row in (2, 6, 7):
        set_formula(sheet, row, 1, "B2*2" if row == 2 else "")
    cells = [sheet.cell(row, 1)[0] for row in (2, 6, 7)]
    for cell in cells:
        cell.set("t", "shared")
        cell.set("si", "0")
    cells[0].set("ref", "A2:A7")
    book.write_cell("Rate", 1.0)
    theirs = reopened(book, tmp_path)[1]["Summary"]
    assert [theirs[f"A{row}"].value for row in (2, 6, 7)] == [1, "=B6*2", "=B7*2"]


VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(2**53), 2**53),
    st.text(min_size=1, max_size=40),
    st.dates(date(1900, 1, 1)),
    st.datetimes(datetime(1900, 3, 1), datetime(9999, 12, 30)).map(
        lambda d: d.replace(microsecond=0)
    ),
)


@settings(max_examples=60, deadline=None)
@given(body=st.lists(st.tuples(VALUES, VALUES, VALUES, VALUES), min_size=1, max_size=6))
def test_what_is_written_is_read(tmp_path_factory, body):
    folder = tmp_path_factory.mktemp("round")
    path = _small(folder / "book.xlsx")
    book = FileBook(path)
    book.write_table("T", tuple("abcd"), body)
    book.save()
    assert FileBook(path).table("T").rows == tuple(tuple(map(_as_read, row)) for row in body)


def _as_read(value):
    if isinstance(value, datetime) and value.time() == datetime.min.time():
        return value.date()
    return value


def _small(path):
    import xlsxwriter

    book = xlsxwriter.Workbook(path)
    columns = [{"header": name} for name in "abcd"]
    book.add_worksheet("S").add_table("A1:D2", {"name": "T", "columns": columns})
    book.close()
    return path


def test_kept_values_and_formulas_elsewhere_are_not_lost(rich_book, tmp_path):
    book = FileBook(rich_book)
    book.write_table("Holdings", HEADINGS, rows(2))
    ours, theirs = reopened(book, tmp_path)
    assert theirs["Summary"]["A3"].value == "=SUM(Holdings[Quantity])"
    assert ours.sheet("Summary").value(3, 1) == 465


def test_cells_without_an_address_keep_their_place(rich_book):
    book = FileBook(rich_book)
    for cell in book.sheet("Summary").root.iterfind(".//{*}row[@r='2']/{*}c"):
        del cell.attrib["r"]
    book.sheet("Summary").write(2, 3, "new")
    assert book.sheet("Summary").rows(Area.parse("A2:C2")) == ((0.25, None, "new"),)


def test_text_equal_to_a_rich_one_does_not_take_its_formats(rich_book):
    book = FileBook(rich_book)
    book.write_cell("Title", "plain bold end")
    index = int(book.sheet("Summary").cell(1, 1).findtext("{*}v"))
    assert book.strings.item(str(index)).find("{*}r") is None
    assert book.cell("Title") == "plain bold end"


def test_new_cell_takes_the_format_of_its_row_or_column(maker):
    make = maker()
    sheet = make.sheet("S")
    sheet.set_column("B:C", None, make.price)
    sheet.set_row(4, None, make.date)
    sheet.write("A1", 1)
    book = FileBook(make.close())
    sheet = book.sheet("S")
    price, day = (sheet.write(row, 2, 1.0).get("s") for row in (3, 5))
    assert price not in (None, day) and sheet.write(3, 4, 1.0).get("s") is None
    assert sheet.write(5, 5, AS_OF).get("s") == sheet.style(5, 6), "already a date format"


def test_ranges_that_shrank_to_one_row_grow_again(rich_book):
    book = FileBook(rich_book)
    for count in (3, 1, 6):
        book.write_table("Holdings", HEADINGS, rows(count))
    chart = part(book, "xl/charts/chart1.xml")
    assert "Holdings!$B$6:$B$11" in chart and "Holdings!$C$6:$C$11" in chart
    assert "Holdings!$C$6:$C$11<" in part(book, "xl/workbook.xml")
    sheet = part(book, "xl/worksheets/sheet1.xml")
    assert 'sqref="D6:D11"' in sheet and 'sqref="C6:C11"' in sheet


def test_rewriting_the_same_values_leaves_charts_alone(rich_book):
    before = parts(rich_book)["xl/charts/chart1.xml"].decode()
    book = FileBook(rich_book)
    table = book.table("Holdings")
    book.write_table("Holdings", table.header, table.rows)
    ranges = re.findall("<c:f>[^<]*</c:f>", part(book, "xl/charts/chart1.xml"))
    assert ranges == re.findall("<c:f>[^<]*</c:f>", before)


def test_table_of_thousands_of_rows_leaves_cells_around_it_in_order(maker, tmp_path):
    make = maker()
    sheet = make.sheet("Holdings")
    make.holdings(sheet)
    sheet.write("G7", "beside")
    sheet.write("G9", "beside a new row")
    sheet.write("G3000", "below")
    book = FileBook(make.close())
    book.write_table("Holdings", HEADINGS, rows(2_400))
    ours, theirs = reopened(book, tmp_path)
    assert ours.table("Holdings").rows == tuple(rows(2_400))
    beside = {c.coordinate: c.value for c in theirs["Holdings"]["G"] if c.value is not None}
    assert beside == {"G7": "beside", "G9": "beside a new row", "G3000": "below"}
    numbers = [
        int(n) for n in re.findall(r'<row r="(\d+)"', part(book, "xl/worksheets/sheet1.xml"))
    ]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("kept", [True, False])
def test_rows_written_together_are_those_written_one_by_one(rich_book, kept):
    body = [
        ("a", 1.5, AS_OF, None),
        ("#N/A", 2, True, ""),
        (datetime(2025, 1, 2, 3), -0.0, "x", 1e300),
    ]
    styles = {} if kept else {2: "1", 3: None, 4: "2", 5: None}
    together, single = FileBook(rich_book), FileBook(rich_book)
    together.sheet("Holdings").write_rows(8, 2, body, styles)
    for number, row in enumerate(body, 8):
        single.sheet("Holdings").write_row(number, dict(enumerate(row, 2)), styles)
    assert together.to_bytes() == single.to_bytes()
