import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from addin.errors import InputError
from addin.hosts.configuration import load_functions
from addin.hosts.file.area import Area
from addin.hosts.file.filebook import FileBook
from addin.hosts.file.formulas import recalculate


def table(rows):
    """A function of ours that returns as many rows as it is told."""
    return [["Name", "Value"], *([f"n{i}", float(i)] for i in range(int(rows)))]


def seen(*arguments):
    return repr(arguments)


FUNCTIONS = {
    "IPS_TABLE": table,
    "IPS_SEEN": seen,
    "IPS_SUM": lambda values: sum(v for row in values for v in row if isinstance(v, float)),
}


@pytest.fixture
def calc(maker):
    """A workbook with formulas on ``Calc`` (by cell) and holdings on ``Holdings``."""

    def build(formulas=None, spills=None, values=None):
        make = maker()
        make.holdings(make.sheet("Holdings"))
        sheet = make.sheet("Calc")
        for cell, value in (values or {}).items():
            sheet.write(cell, value)
        for cell, formula in (formulas or {}).items():
            sheet.write_formula(cell, formula)
        for cell, formula in (spills or {}).items():
            sheet.write_dynamic_array_formula(f"{cell}:{cell}", formula)
        make.book.define_name("Rate", "=0.25")
        make.book.define_name("Holdings!Local", "=Holdings!$C$6")
        return FileBook(make.close())

    return build


def value(book, cell):
    area = Area.parse(cell)
    return book.sheet("Calc").value(area.top, area.left)


def test_native_formulas_names_and_structured_references_are_evaluated(calc):
    book = calc(
        {
            "A1": "=SUM(Holdings[Quantity])",  # 120 + 300 + 45
            "A2": "=A1*Rate",
            "A3": '=XLOOKUP("AGG",Holdings[Ticker],Holdings[Price])',
            "A4": "=Holdings!Local",
            "A5": '="x"&A1',
            "A6": "=1/0",
            "A7": "=A1>464",
            "A8": "=Z99",
        }
    )
    result = recalculate(book, FUNCTIONS)
    expected = [465.0, 116.25, 98.5, 120.0, "x465", "#DIV/0!", True, 0.0]
    assert [value(book, f"A{row}") for row in range(1, 9)] == expected
    assert result.formulas == 8
    assert result.errors == (("Calc", "A6", "=1/0", "#DIV/0!"),)


def test_our_functions_receive_what_excel_would_pass(calc):
    book = calc(
        {
            "A1": '=IPS_SEEN(B1,B2,B3,B9,"a")',
            "A2": "=IPS_SEEN(B1:C2,,B1,)",
            "A3": "=IPS_SEEN(Holdings[As of])",
            "A4": "=IPS_SEEN(B4)",
        },
        values={"B1": 1.5, "B2": "text", "B3": True, "C1": None, "B4": "=NA()"},
    )
    recalculate(book, FUNCTIONS)
    assert value(book, "A1") == "(1.5, 'text', True, None, 'a')"
    assert value(book, "A2") == "([[1.5, None], ['text', None]], '', 1.5, '')"
    serial = float((date(2025, 6, 30) - date(1899, 12, 30)).days)
    assert value(book, "A3") == repr(([[serial]] * 3,))
    assert value(book, "A4") == "('#N/A',)"


@pytest.mark.parametrize("result", [[[1.0, None], ["a", True]], ((1.0, None), ("a", True))])
def test_results_spill_with_blanks_as_empty_text(calc, result):
    book = calc(spills={"A1": "=IPS_BLOCK()"})
    recalculate(book, {"IPS_BLOCK": lambda: result})
    assert book.sheet("Calc").rows(Area.parse("A1:B2")) == ((1.0, None), ("a", True))
    cell = book.sheet("Calc").cell(1, 1)
    assert cell.get("cm") == "1" and cell[0].get("ref") == "A1:B2"
    assert book.sheet("Calc").cell(1, 2).get("t") == "str", "as Excel shows None: an empty text"


def test_spill_grows_shrinks_and_feeds_other_formulas(calc, tmp_path):
    book = calc({"E1": "=ROWS(_xlfn.ANCHORARRAY(A3))"}, {"A3": "=IPS_TABLE(D1)"}, {"D1": 2})
    sheet = book.sheet("Calc")
    for rows in (2, 5, 1, 3):
        sheet.write(1, 4, float(rows))
        recalculate(book, FUNCTIONS)
        assert value(book, "E1") == rows + 1
        filled = [row for row, column in sheet.filled(Area(3, 1, 30, 2)) if column == 1]
        assert filled == list(range(3, 4 + rows))
        assert sheet.cell(3, 1)[0].get("ref") == f"A3:B{3 + rows}"
        book.save(tmp_path / "out.xlsx")
        book = FileBook(tmp_path / "out.xlsx")
        sheet = book.sheet("Calc")


def test_spill_never_overwrites(calc):
    book = calc(spills={"A3": "=IPS_TABLE(3)"}, values={"B5": "mine"})
    result = recalculate(book, FUNCTIONS)
    assert [(e.cell, e.error) for e in result.errors] == [("A3", "#SPILL!")]
    assert value(book, "B5") == "mine" and value(book, "A4") is None
    book.sheet("Calc").write(5, 2, None)
    assert recalculate(book, FUNCTIONS).errors == ()
    assert value(book, "B6") == 2


def test_spill_over_its_own_old_cells_is_no_obstacle(calc):
    book = calc(spills={"A3": "=IPS_TABLE(3)"})
    recalculate(book, FUNCTIONS)
    assert recalculate(book, FUNCTIONS).errors == ()


def test_ordinary_formula_shows_the_first_value_and_does_not_spill(calc):
    book = calc({"A3": "=IPS_TABLE(3)", "D1": "=A4"}, values={"A4": "below"})
    assert recalculate(book, FUNCTIONS).errors == ()
    assert (value(book, "A3"), value(book, "A4"), value(book, "D1")) == ("Name", "below", "below")
    assert value(book, "B3") is None


def fixed_array(book, cell, reference):
    """Turn the spilling formula into one entered with Ctrl+Shift+Enter."""
    area = Area.parse(cell)
    found = book.sheet("Calc").cell(area.top, area.left)
    del found.attrib["cm"]
    found[0].set("ref", reference)
    book.sheet("Calc").edit()
    return found


def test_fixed_array_that_fits_stays_fixed_and_one_that_does_not_spills(calc):
    book = calc(spills={"A3": "=IPS_TABLE(3)"})
    anchor = fixed_array(book, "A3", "A3:B6")
    recalculate(book, FUNCTIONS)
    assert anchor.get("cm") is None and anchor[0].get("ref") == "A3:B6" and value(book, "B6") == 2
    fixed_array_again = calc(spills={"A3": "=IPS_TABLE(1)"})
    anchor = fixed_array(fixed_array_again, "A3", "A3:B6")
    recalculate(fixed_array_again, FUNCTIONS)
    assert anchor.get("cm") == "1" and anchor[0].get("ref") == "A3:B4"


def test_single_value_fills_a_fixed_array(calc):
    book = calc(spills={"A3": "=1+1"})
    fixed_array(book, "A3", "A3:B4")
    recalculate(book, FUNCTIONS)
    assert book.sheet("Calc").rows(Area.parse("A3:B4")) == ((2.0, 2.0), (2.0, 2.0))


def test_spilling_mark_is_declared_when_the_workbook_has_none(maker, tmp_path):
    make = maker()
    make.sheet("Calc").write_array_formula("A1:A1", "{=IPS_TABLE(2)}")
    book = FileBook(make.close())
    assert not book.package.related("xl/workbook.xml", "sheetMetadata")
    recalculate(book, FUNCTIONS)
    book.save(tmp_path / "out.xlsx")
    saved = FileBook(tmp_path / "out.xlsx")
    (metadata,) = saved.package.related("xl/workbook.xml", "sheetMetadata")
    assert saved.package.content_type(metadata).endswith("sheetMetadata+xml")
    assert saved.package.tree(metadata)[0][0].get("name") == "XLDAPR"
    assert saved.sheet("Calc").cell(1, 1).get("cm") == "1"
    assert recalculate(saved, FUNCTIONS).errors == ()


def test_unknown_functions_are_named_with_their_cells_and_nothing_is_written(calc):
    book = calc(
        {
            "A1": "=SUM(1,2)",
            "A2": "=IPS_TABEL(1)",
            "B7": "=IFERROR(ACME_RISK(A1),0)",
            "B8": '=IF(FALSE,MMULT(A1,A1),"IPS_NO(1)")',
        }
    )
    before = book.package.to_bytes()
    with pytest.raises(InputError) as caught:
        recalculate(book, FUNCTIONS)
    words = str(caught.value)
    assert (
        "Calc!A2 IPS_TABEL" in words and "Calc!B7 ACME_RISK" in words and "Calc!B8 MMULT" in words
    )
    assert "IPS_NO" not in words and book.package.to_bytes() == before


def test_nearest_function_is_suggested(calc):
    with pytest.raises(InputError, match=r"did you mean 'IPS_TABLE'\?"):
        recalculate(calc({"A2": "=IPS_TABEL(1)"}), FUNCTIONS)


def test_formula_that_cannot_be_read_is_named(calc):
    for formula in ("=1+", "=IPS_TABLE(1", '="a', "=SUM(Holdings[Quantity)"):
        with pytest.raises(InputError, match=r"Calc!A2: the formula =.* cannot be read"):
            recalculate(calc({"A2": formula}), FUNCTIONS)


def test_formulas_with_gaps_between_them_keep_their_cells(calc):
    book = calc({"A1": "=1", "A2": "=2", "A5": "=5", "B5": "=50", "A9": "=9"}, values={"A7": 7})
    recalculate(book, FUNCTIONS)
    assert [value(book, f"A{row}") for row in range(1, 10)] == [
        1,
        2,
        None,
        None,
        5,
        None,
        7,
        None,
        9,
    ]
    assert value(book, "B5") == 50


def test_circles_are_errors_of_their_cells(calc):
    book = calc({"A1": "=A1+1", "A2": "=A3", "A3": "=A2", "A4": "=1+1"})
    result = recalculate(book, FUNCTIONS)
    assert [(e.cell, e.error) for e in result.errors] == [(f"A{n}", "#CIRC!") for n in (1, 2, 3)]
    assert (value(book, "A1"), value(book, "A4")) == ("#VALUE!", 2), "no file holds #CIRC!"


def test_placeholder_of_google_sheets_gives_its_last_value(calc):
    book = calc({"A1": '=IFERROR(__xludf.DUMMYFUNCTION("GOOGLEFINANCE(1)"),41.5)'})
    recalculate(book, FUNCTIONS)
    assert value(book, "A1") == 41.5


def test_fault_of_a_function_surfaces_even_inside_iferror(calc):
    def broken(*_):
        raise KeyError("SPY")

    book = calc({"A1": "=IFERROR(IPS_BROKEN(1),0)"})
    before = book.package.to_bytes()
    with pytest.raises(KeyError, match="SPY"):
        recalculate(book, {"IPS_BROKEN": broken})
    assert book.package.to_bytes() == before


def test_mistake_of_the_user_is_text_in_the_cell(calc):
    def refuses(*_):
        raise InputError("weights: need a sum of 1, found 0.9")

    book = calc({"A1": "=IPS_REFUSES(1)"})
    assert recalculate(book, {"IPS_REFUSES": refuses}).errors == ()
    assert value(book, "A1") == "#IPS! weights: need a sum of 1, found 0.9"


@pytest.mark.parametrize("text", ["#VALUE!", "#NUM!", "#N/A"])
def test_error_a_function_answers_with_is_a_real_error(calc, text):
    book = calc({"A1": "=IPS_ERROR()", "A2": "=ISERROR(A1)", "A3": "=ISTEXT(A1)", "A4": "=A1+1"})
    result = recalculate(book, {"IPS_ERROR": lambda: text})
    assert [(e.cell, e.error) for e in result.errors] == [("A1", text), ("A4", text)]
    assert book.sheet("Calc").cell(1, 1).get("t") == "e"
    assert [value(book, cell) for cell in ("A1", "A2", "A3", "A4")] == [text, True, False, text]


def test_errors_within_a_block_are_real_and_words_about_errors_are_not(calc):
    block = [["Ticker", "Beta"], ["SPY", "#N/A"], ["AGG", "#NUM! here"], ["GLD", " #N/A"]]
    book = calc({"D1": "=SUM(B2:B2)", "D2": "=COUNTA(A1:B4)"}, spills={"A1": "=IPS_BLOCK()"})
    recalculate(book, {"IPS_BLOCK": lambda: block})
    kinds = [book.sheet("Calc").cell(row, 2).get("t") for row in (1, 2, 3, 4)]
    assert kinds == ["str", "e", "str", "str"]
    assert [value(book, f"B{row}") for row in (1, 2, 3, 4)] == [row[1] for row in block]
    assert (value(book, "D1"), value(book, "D2")) == ("#N/A", 8)


def test_native_error_of_a_worksheet_function_reaches_the_cell(calc):
    formula = '=IPS_METRIC({"Date","SPY"},{"SPY",1},"volatility","","errors=native")'
    book = calc({"A1": formula, "A2": formula.replace("native", "text")})
    recalculate(book, load_functions(Path("no configuration")))
    kinds = [book.sheet("Calc").cell(row, 1).get("t") for row in (1, 2)]
    assert kinds == ["e", "str"] and value(book, "A2").startswith("#IPS! ")


def test_unsaved_changes_are_seen(calc):
    book = calc({"A1": "=SUM(Holdings[Quantity])", "A2": "=IPS_SUM(Holdings[Quantity])"})
    rows = [
        ("A", 1.0, 1.0, None),
        ("B", 2.0, 1.0, None),
        ("C", 3.0, 1.0, None),
        ("D", 4.0, 1.0, None),
    ]
    book.write_table("Holdings", ("Ticker", "Quantity", "Price", "As of"), rows)
    recalculate(book, FUNCTIONS)
    assert value(book, "A1") == value(book, "A2") == 10


def test_second_recalculation_changes_nothing(calc):
    book = calc({"A1": "=SUM(Holdings[Quantity])", "A2": "=1/0"}, {"C3": "=IPS_TABLE(3)"})
    recalculate(book, FUNCTIONS)
    first = book.to_bytes()
    recalculate(book, FUNCTIONS)
    assert book.to_bytes() == first


def test_excel_keeps_the_results_after_a_recalculation_and_asks_after_a_change(calc):
    book = calc({"A1": "=1+1"})
    properties = book.package.tree("xl/workbook.xml").find("{*}calcPr")
    assert properties.get("fullCalcOnLoad") == "1", "as XlsxWriter leaves it"
    recalculate(book, FUNCTIONS)
    book.to_bytes()
    assert properties.get("fullCalcOnLoad") is None and int(properties.get("calcId")) > 124519
    book.write_table("Holdings", ("A", "B", "C", "D"), [(1.0, 2.0, 3.0, 4.0)])
    book.to_bytes()
    assert properties.get("fullCalcOnLoad") == "1"


def test_kept_values_of_charts_follow_the_results(maker):
    make = maker()
    sheet = make.sheet("Calc")
    sheet.write("D1", 3)
    sheet.write_dynamic_array_formula("A3:A3", "=IPS_TABLE(D1)")
    chart = make.book.add_chart({"type": "line"})
    chart.add_series({"categories": "=Calc!$A$4:$A$6", "values": "=Calc!$B$4:$B$6"})
    sheet.insert_chart("F1", chart)
    book = FileBook(make.close())
    recalculate(book, FUNCTIONS)
    text = etree.tostring(book.package.tree("xl/charts/chart1.xml")).decode()
    assert [f"<c:v>{point}</c:v>" in text for point in ("n0", "n2", "1", "2")] == [True] * 4


def test_formula_on_another_workbook_keeps_its_value(calc):
    book = calc({"A1": "=[1]Sheet1!$A$1", "A2": "=A1+1"})
    book.sheet("Calc").write_result(1, 1, 41.0)
    recalculate(book, FUNCTIONS)
    assert (value(book, "A1"), value(book, "A2")) == (41.0, 42.0)


def test_shared_formulas_are_each_evaluated(calc):
    book = calc({"A1": "=B1*Rate", "A2": "=1", "A3": "=1"}, values={"B1": 4, "B2": 8, "B3": 12})
    formulas = [book.sheet("Calc").cell(row, 1)[0] for row in (1, 2, 3)]
    for formula in formulas:
        formula.attrib.update({"t": "shared", "si": "0"})
    formulas[0].set("ref", "A1:A3")
    formulas[1].text = formulas[2].text = None
    recalculate(book, FUNCTIONS)
    assert [value(book, f"A{row}") for row in (1, 2, 3)] == [1.0, 2.0, 3.0]


def test_calculation_chain_goes_when_a_formula_goes_and_stays_otherwise(calc):
    book = calc({"A1": "=1+1", "A2": "=2+2"})
    chain = (
        '<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        '<c r="A1" i="2"/><c r="A2"/></calcChain>'
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    book.package.add("xl/calcChain.xml", chain.encode(), kind)
    book.package.relate("xl/workbook.xml", "calcChain", "xl/calcChain.xml")
    recalculate(book, FUNCTIONS)
    assert "xl/calcChain.xml" in names(book)
    book.sheet("Calc").write(2, 1, 5.0)
    book.note_change("Calc")
    assert "xl/calcChain.xml" not in names(book)
    with zipfile.ZipFile(io.BytesIO(book.to_bytes())) as archive:
        assert b"calcChain" not in archive.read("[Content_Types].xml")
        assert b"calcChain" not in archive.read("xl/_rels/workbook.xml.rels")


def names(book):
    with zipfile.ZipFile(io.BytesIO(book.to_bytes())) as archive:
        return archive.namelist()


def test_wrong_number_of_arguments_is_an_error_of_the_cell(calc):
    result = recalculate(calc({"A1": "=IPS_TABLE(1,2)"}), FUNCTIONS)
    assert [(error.cell, error.error) for error in result.errors] == [("A1", "#VALUE!")]


def test_workbook_with_the_1904_dates_is_refused(tmp_path):
    import xlsxwriter

    book = xlsxwriter.Workbook(tmp_path / "b.xlsx", {"date_1904": True})
    book.add_worksheet().write_formula("A1", "=1+1")
    book.close()
    with pytest.raises(InputError, match="1904 date system"):
        recalculate(FileBook(tmp_path / "b.xlsx"), FUNCTIONS)


def test_openpyxl_reads_the_results(calc, tmp_path):
    book = calc({"A1": '=IF(1>0,"yes",1)', "A2": "=NA()"}, {"C1": "=IPS_TABLE(2)"})
    recalculate(book, FUNCTIONS)
    book.save(tmp_path / "out.xlsx")
    data = io.BytesIO((tmp_path / "out.xlsx").read_bytes())
    sheet = openpyxl.load_workbook(data, data_only=True)["Calc"]
    assert [sheet[cell].value for cell in ("A1", "A2", "C1", "D3")] == ["yes", "#N/A", "Name", 1]
