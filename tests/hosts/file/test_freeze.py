import io
import posixpath
import re
import zipfile

import openpyxl
import pytest
from lxml import etree

from addin.errors import InputError
from addin.hosts.file.filebook import FileBook
from addin.hosts.file.formulas import recalculate
from addin.hosts.file.freeze import frozen_pack
from addin.hosts.file.frozen_references import KeptReferences
from addin.hosts.file.names import DefinedName

SECRET = "swordfish"
ABSENT = (
    "calcChain",
    "connections",
    "customXml",
    "externalLink",
    "vbaProject",
    "printerSettings",
    "comments",
    "docProps/custom",
    "docProps/core",
    "metadata.xml",
)
pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")


@pytest.fixture
def workbook(maker):
    """A report sheet fed by an input sheet that must not leak."""
    make = maker()
    make.book.set_properties({"title": "Pack", "author": SECRET, "company": SECRET})
    make.book.set_custom_property("Client", SECRET)
    inputs = make.sheet("Inputs")
    make.holdings(inputs)
    inputs.write("A1", SECRET)
    inputs.write("A2", "Axis")
    report = make.sheet("Report")
    bold = make.book.add_format({"bold": True, "num_format": "0.0%"})
    report.write_column("A1", ["Share of equity", "a", "b", "c"])
    report.write_formula("B1", "=SUM(Holdings[Quantity])", bold)
    report.write_formula("B2", '="is "&Inputs!A2')
    report.write_formula("B3", "=NA()")
    report.write_formula("B4", "=Inputs!C6/1000")
    report.write_formula("C2", "=B4>0")
    report.write_dynamic_array_formula("D1:D1", "=SORT(Holdings[Quantity])")
    columns = [{"header": "Name"}, {"header": "Twice", "formula": "=2*T[[#This Row],[Name]]"}]
    columns[1]["total_function"] = "sum"
    report.add_table(
        "F1:G4", {"name": "T", "columns": columns, "data": [[1], [2]], "total_row": True}
    )
    for series in ("Report!$B$1:$B$4", "Inputs!$C$6:$C$8"):
        chart = make.book.add_chart({"type": "bar"})
        chart.add_series(
            {
                "name": "=Inputs!$C$5" if "Inputs" in series else "=Report!$A$1",
                "categories": "=Inputs!$B$6:$B$8" if "Inputs" in series else "=Report!$A$2:$A$4",
                "values": f"={series}",
            }
        )
        chart.set_title({"name": "=Inputs!$A$2", "name_font": {"size": 9, "color": "#C00000"}})
        report.insert_chart(
            "I1" if "Inputs" in series else "I20", chart, {"url": "https://x.example"}
        )
    report.write_url("A10", "internal:'Inputs'!A1", string="inputs")
    report.write_url("A11", "internal:'Notes'!A1", string="notes")
    report.write_url("A12", f"https://{SECRET}.example", string="web")
    report.write_comment("A1", SECRET, {"author": SECRET})
    report.data_validation("A20", {"validate": "list", "source": "=Inputs!$A$1:$A$2"})
    report.conditional_format("B1:B4", {"type": "cell", "criteria": ">", "value": "=Inputs!$C$6"})
    report.conditional_format("A1:A4", {"type": "formula", "criteria": "=$B1>0", "format": bold})
    report.conditional_format("C1:C4", {"type": "data_bar", "data_bar_2010": True})
    report.add_sparkline("E1", {"range": "Inputs!C6:C8"})
    report.add_sparkline("E2", {"range": "Report!D1:D3"})
    report.print_area("A1:G30")
    report.repeat_rows(0, 1)
    report.freeze_panes(1, 0)
    report.set_landscape()
    report.insert_textbox("A25", "bound", {"textlink": "=Inputs!$A$1"})
    notes = make.sheet("Notes")
    notes.write("A1", "a note")
    notes.hide()
    make.book.define_name("Secret", "=Inputs!$A$1")
    make.close()
    book = FileBook(make.path)
    recalculate(book, {})
    return book


@pytest.fixture
def pack(workbook):
    return parts(frozen_pack(workbook, ["Report", "Notes"]))


def parts(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_values_stay_and_formulas_go(workbook):
    data = frozen_pack(workbook, ["Report", "Notes"])
    formulas = openpyxl.load_workbook(io.BytesIO(data))
    assert formulas.sheetnames == ["Report", "Notes"]
    sheet = formulas["Report"]
    shown = [sheet[cell].value for cell in ("B1", "B2", "B3", "B4", "C2", "D1", "D3", "G2", "G4")]
    assert shown == [465, "is Axis", "#N/A", 0.12, True, 45, 300, 2, 6]
    assert sheet["B1"].number_format == "0.0%" and sheet["B1"].font.bold
    assert sheet.tables["T"].ref == "F1:G4"
    assert not any(
        re.search(rb"<f[ >/]", x) for name, x in parts(data).items() if "worksheets/" in name
    )


def test_print_set_up_and_panes_stay(workbook):
    sheet = openpyxl.load_workbook(io.BytesIO(frozen_pack(workbook, ["Report"])))["Report"]
    assert sheet.print_area == "'Report'!$A$1:$G$30" and sheet.print_title_rows == "$1:$2"
    assert sheet.freeze_panes == "A2" and sheet.page_setup.orientation == "landscape"


def test_nothing_of_other_sheets_or_persons_leaks(pack):
    everything = b"".join(pack.values())
    for word in (SECRET, "CIO", "Inputs", "https://", "Secret"):
        assert word.encode() not in everything, word
    assert not [name for name in pack if any(absent in name for absent in ABSENT)]


def test_every_part_is_declared_and_every_relationship_leads_somewhere(pack):
    types = pack["[Content_Types].xml"].decode()
    for name in pack:
        assert name.endswith((".rels", "[Content_Types].xml")) or f'"/{name}"' in types
    for name in re.findall('PartName="/([^"]*)"', types):
        assert name in pack
    for name, data in pack.items():
        if name.endswith(".rels"):
            folder = name.replace("_rels/", "").rpartition("/")[0]
            for target in re.findall('Target="([^"]*)"', data.decode()):
                assert posixpath.normpath(posixpath.join(folder, target)) in pack


def test_only_strings_of_kept_sheets_remain_each_once(pack):
    texts = re.findall("<t[^>]*>([^<]*)</t>", pack["xl/sharedStrings.xml"].decode())
    assert "is Axis" in texts and "a note" in texts and "SPY" not in texts
    assert len(texts) == len(set(texts))


def test_chart_on_kept_cells_stays_bound_and_its_values_are_there(pack):
    bound = next(x.decode() for n, x in pack.items() if "charts/chart" in n and b"Report!$B$1" in x)
    assert "<c:f>Report!$A$2:$A$4</c:f>" in bound and "<c:v>465</c:v>" in bound


def test_chart_on_left_out_cells_keeps_its_values_as_literals(pack):
    loose = next(x for n, x in pack.items() if "charts/chart" in n and b"Report!" not in x)
    text = loose.decode()
    assert "<c:numLit>" in text and "<c:strLit>" in text and "<c:f>" not in text
    assert [f"<c:v>{v}</c:v>" in text for v in ("SPY", "300", "Quantity")] == [True] * 3


def test_title_bound_to_a_left_out_cell_becomes_text_in_its_look(pack):
    for name, data in pack.items():
        if "charts/chart" in name:
            title = etree.fromstring(data).find(".//{*}title")
            assert "".join(title.itertext()) == "Axis"
            assert title.find(".//{*}r/{*}rPr").get("sz") == "900"
            assert title.find(".//{*}srgbClr").get("val") == "C00000"
            assert title.find("{*}txPr") is None


def test_links_rules_and_sparklines_that_lead_away_go_and_others_stay(pack):
    sheet = pack["xl/worksheets/sheet2.xml"].decode()
    assert re.findall('location="([^"]*)"', sheet) == ["'Notes'!A1"] or "Notes!A1" in sheet
    assert re.findall("<formula>([^<]*)</formula>", sheet) == ["$B1&gt;0"]
    assert "Report!D1:D3" in sheet and sheet.count("<x14:sparkline>") == 1
    assert "dataBar" in sheet and "dataValidation" not in sheet


def test_pack_is_deterministic_and_leaves_the_workbook_alone(workbook):
    before = workbook.to_bytes()
    first = frozen_pack(workbook, ["Report"])
    assert frozen_pack(workbook, ["Report"]) == first
    assert frozen_pack(saved(workbook), ["Report"]) == first
    assert workbook.to_bytes() == before


def saved(book):
    book.save()
    return FileBook(book.path)


def test_version_of_the_program_stays_and_nothing_else_of_the_properties(workbook):
    properties = "{http://schemas.openxmlformats.org/officeDocument/2006/extended-properties}"
    source = workbook.package.edit("docProps/app.xml")
    etree.SubElement(source, f"{properties}Company").text = "Acme Advisers"
    version = source.find(f"{properties}AppVersion")
    for written, kept in (("12.0000", ["12.0000"]), ("16.0300", ["16.0300"]), ("by CIO", [])):
        version.text = written
        root = etree.fromstring(parts(frozen_pack(workbook, ["Report"]))["docProps/app.xml"])
        assert [element.text for element in root] == ["Microsoft Excel", *kept]


def test_hidden_sheets_are_shown(workbook):
    data = frozen_pack(workbook, ["Notes"])
    assert openpyxl.load_workbook(io.BytesIO(data))["Notes"].sheet_state == "visible"


def test_missing_sheet_is_named(workbook):
    with pytest.raises(
        InputError, match=r"there is no sheet 'Reports' \(did you mean 'Report'\?\)"
    ):
        frozen_pack(workbook, ["Reports"])
    with pytest.raises(InputError, match="at least one sheet"):
        frozen_pack(workbook, [])


def test_pack_can_be_opened_and_frozen_again(workbook, tmp_path):
    path = tmp_path / "pack.xlsx"
    path.write_bytes(frozen_pack(workbook, ["Report", "Notes"]))
    again = FileBook(path)
    assert again.table("T").rows == ((1.0, 2.0), (2.0, 4.0))
    assert recalculate(again, {}).formulas == 0
    assert frozen_pack(again, ["Report", "Notes"]) == path.read_bytes()


@pytest.mark.parametrize(
    ("formula", "kept"),
    [
        ("$B1>0", True),
        ("=SUM(Report!$A:$A)>MAX($1:$2)", True),
        ("'Report'!A1", True),
        ('"Inputs!A1"=A1', True),
        ("Inputs!A1", False),
        ("Secret>0", False),
        ("SUM(Holdings[Quantity])", False),
        ("[1]Report!A1", False),
        ("IPS_CVAR(A1)>0", False),
        ("_xll.ACME(A1)", False),
        ("[1]!ACME(A1)", False),
        ('"open', False),
    ],
)
def test_rules_may_use_kept_sheets_and_functions_of_excel_only(formula, kept):
    names = [DefinedName("Secret", None, "Inputs!$A$1", None)]
    assert KeptReferences(["Report"], names).keeps_formula(formula) == kept


def test_print_area_that_leads_away_is_dropped(workbook):
    for name in workbook.names:
        if name.name == "_xlnm.Print_Area":
            name.element.text = "Inputs!$A$1:$B$2"
    data = frozen_pack(workbook, ["Report"])
    assert b"Print_Area" not in parts(data)["xl/workbook.xml"]
    assert b"Print_Titles" in parts(data)["xl/workbook.xml"]
