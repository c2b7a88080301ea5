import pytest

from addin.hosts.file.area import Area
from addin.hosts.file.names import DefinedName
from addin.hosts.file.normalize import Normalizer, Place, called_functions, refers_to_other_book
from addin.hosts.file.tables import ListObject

# Table 'Lots' at 'My Sheet'!B5:D9 with a totals row: body rows 6 to 8
LOTS = ListObject(
    "Lots", "My Sheet", "", Area(5, 2, 9, 4), ("Qty", "Unit cost", "a]b'c"), 1, 1, False
)
NAMES = [
    DefinedName("Rate", None, "0.05", None),
    DefinedName("Net", None, "1-Rate", None),
    DefinedName("Area", None, "S!$A$1:$B$2", None),
    DefinedName("Local", "Other", "Other!$C$1", None),
    DefinedName("Loop", None, "Loop+1", None),
    DefinedName("YTD2024", None, "S!$D$4", None),
    DefinedName("OwnCost", None, "Lots[[#This Row],[Unit cost]]", None),
]
NORMALIZER = Normalizer([LOTS], NAMES, ["IPS_X"])
OUTSIDE = Place("S", 1, 1)
INSIDE = Place("My Sheet", 7, 4)


def spelled(formula, place=OUTSIDE):
    return NORMALIZER.normalized(formula, place)


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("SUM(Lots[Qty])", "SUM('My Sheet'!$B$6:$B$8)"),
        ("SUM(lots[qty])", "SUM('My Sheet'!$B$6:$B$8)"),
        ("SUM(Lots)", "SUM('My Sheet'!$B$6:$D$8)"),
        ("SUM(Lots[])", "SUM('My Sheet'!$B$6:$D$8)"),
        ("ROWS(Lots[#All])", "ROWS('My Sheet'!$B$5:$D$9)"),
        ("Lots[[#Headers],[Unit cost]]", "'My Sheet'!$C$5"),
        ("Lots[[#Totals],[Qty]]", "'My Sheet'!$B$9"),
        ("SUM(Lots[[#Headers],[#Data],[Qty]])", "SUM('My Sheet'!$B$5:$B$8)"),
        ("SUM(Lots[[Qty]:[Unit cost]])", "SUM('My Sheet'!$B$6:$C$8)"),
        ("SUM(Lots[a']b''c])", "SUM('My Sheet'!$D$6:$D$8)"),
        ("SUM(Lots[a']b''c],'It''s [x]'!A1)", "SUM('My Sheet'!$D$6:$D$8,'It''s [x]'!A1)"),
        ("SUM(Lots[None])", "SUM(Lots[None])"),
        ("SUM(Nowhere[Qty])", "SUM(Nowhere[Qty])"),
        ('"Lots[Qty] Rate"', '"Lots[Qty] Rate"'),
    ],
)
def test_structured_references_become_ranges(written, plain):
    assert spelled(written) == plain


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Lots[[#This Row],[Qty]]*2", "'My Sheet'!$B$7*2"),
        ("Lots[@Qty]", "'My Sheet'!$B$7"),
        ("[@[Unit cost]]", "'My Sheet'!$C$7"),
        ("SUBTOTAL(109,[Qty])", "SUBTOTAL(109,'My Sheet'!$B$6:$B$8)"),
    ],
)
def test_this_row_is_the_row_of_the_formula(written, plain):
    assert spelled(written, INSIDE) == plain


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Rate*2", "(0.05)*2"),
        ("2*net", "2*(1-(0.05))"),
        ("SUM(Area)", "SUM(S!$A$1:$B$2)"),
        ("Other!Local", "Other!$C$1"),
        ("Local", "Local"),
        ("Unknown+A1", "Unknown+A1"),
    ],
)
def test_names_become_what_they_stand_for(written, plain):
    assert spelled(written) == plain


def test_local_name_is_known_on_its_own_sheet():
    assert spelled("Local", Place("Other", 1, 1)) == "Other!$C$1"


def test_name_that_speaks_of_itself_ends():
    assert "Loop" in spelled("Loop")


@pytest.mark.parametrize(
    "stored",
    [
        "IPS_X(A1)",
        "[1]!IPS_X(A1)",
        "_xll.IPS_X(A1)",
        "_xldudf_IPS_X(A1)",
        r"'C:\Users\A B\ips.xlam'!IPS_X(A1)",
        "ips.xlam!IPS_X(A1)",
        "_xlfn.IPS_X(A1)",
    ],
)
def test_stored_prefixes_of_our_functions_go(stored):
    assert spelled(stored) == "IPS_X(A1)"
    assert spelled(f"IF(B1,1+{stored},0)") == "IF(B1,1+IPS_X(A1),0)"
    assert list(called_functions(stored)) == ["IPS_X"]


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("IPS_X(A1,,3)", 'IPS_X(A1,"",3)'),
        ("IPS_X(A1, ,3)", 'IPS_X(A1, "",3)'),
        ("IPS_X(,,)", 'IPS_X("","","")'),
        ("IPS_X(A1,)", 'IPS_X(A1,"")'),
        ("IPS_X()", "IPS_X()"),
        ("IPS_X({1,2},SUM(1,,2),)", 'IPS_X({1,2},SUM(1,,2),"")'),
        ("SUM(IPS_X(1,),,2)", 'SUM(IPS_X(1,""),,2)'),
        ("IPS_X((A1),,(B1))", 'IPS_X((A1),"",(B1))'),
        ("SUM(1,,2)", "SUM(1,,2)"),
    ],
)
def test_skipped_arguments_of_our_functions_are_blank(written, plain):
    assert spelled(written) == plain


def test_implicit_intersection_is_spelled_with_its_sign():
    assert spelled("_xlfn.SINGLE(A1:A3)") == "@(A1:A3)"
    assert spelled("@IPS_X(A1)") == "@IPS_X(A1)"


def test_formulas_of_one_shape_keep_their_own_cells():
    assert spelled("SUM(Lots[Qty],A1:$B2)") == "SUM('My Sheet'!$B$6:$B$8,A1:$B2)"
    assert spelled("SUM(Lots[Qty],C$3:D4)") == "SUM('My Sheet'!$B$6:$B$8,C$3:D4)"
    assert spelled('IF(Rate>B7,"Rate A1",LOG10(C7))') == 'IF((0.05)>B7,"Rate A1",LOG10(C7))'
    assert spelled('IF(Rate>B8,"Rate A1",LOG10(C8))') == 'IF((0.05)>B8,"Rate A1",LOG10(C8))'


@pytest.mark.parametrize("written", ["[@Qty]*F7", "Lots[@Qty]*F7", "[@[Qty]]*F7"])
def test_formulas_of_one_shape_speak_of_their_own_row(written):
    spelling = Normalizer([LOTS], NAMES, ["IPS_X"])
    assert spelling.normalized(written, INSIDE) == "'My Sheet'!$B$7*F7"
    assert spelling.normalized(written, Place("My Sheet", 8, 4)) == "'My Sheet'!$B$8*F7"


def test_a_name_that_speaks_of_its_row_does_so_in_each_row():
    spelling = Normalizer([LOTS], NAMES, ["IPS_X"])
    assert spelling.normalized("OwnCost+A1", INSIDE) == "'My Sheet'!$C$7+A1"
    assert spelling.normalized("OwnCost+A1", Place("My Sheet", 8, 4)) == "'My Sheet'!$C$8+A1"


def test_one_shape_on_two_sheets_sees_the_names_of_each():
    assert spelled("Local+A1", Place("Other", 1, 1)) == "Other!$C$1+A1"
    assert spelled("Local+A1", OUTSIDE) == "Local+A1"


def test_a_name_that_looks_like_a_cell_beyond_the_last_column_is_a_name():
    assert spelled("ytd2024*A1") == "S!$D$4*A1"


def test_other_books_are_noticed():
    assert refers_to_other_book("[1]Sheet1!$A$1+1")
    assert refers_to_other_book("SUM('[2]My Sheet'!A1:A3)")
    assert not refers_to_other_book("[1]!IPS_X(Lots[Qty],'My Sheet'!A1)")
