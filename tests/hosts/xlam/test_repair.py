"""Formulas of another computer as they are typed on this one."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addin.hosts.xlam.repair import is_full_path, is_other_copy, is_shell_safe, repaired

FOREIGN = {
    r"='C:\Users\anna b\XLSTART\ips.xlam'!IPS_VAR(A1,B1)": "=IPS_VAR(A1,B1)",
    r"=1+'C:\O''Neil\IPS.XLAM'!IPS_VAR(A1)*2": "=1+IPS_VAR(A1)*2",
    "=ips.xlam!IPS_VAR(A1)": "=IPS_VAR(A1)",
    "=[ips.xlam]!IPS_VAR(A1)": "=IPS_VAR(A1)",
    "='https://x.sharepoint.com/sites/a/ips.xlam'!ACME_RISK(A1)": "=ACME_RISK(A1)",
    "=_xll.IPS_VAR(A1)": "=IPS_VAR(A1)",
    "=_xldudf_IPS_VAR(_XLL.ips_returns(A1))": "=IPS_VAR(ips_returns(A1))",
    "=IPS_A(T['[x])+ips.xlam!IPS_B(T[[#All],['#]])": "=IPS_A(T['[x])+IPS_B(T[[#All],['#]])",
    "=SUM(ips.xlam!IPS_VAR(ips.xlam!IPS_RETURNS(A1),B1))": "=SUM(IPS_VAR(IPS_RETURNS(A1),B1))",
}
OWN = (
    '=IPS_VAR(IPS_RETURNS(Prices[#All],"monthly"),Policy_Benchmark[#All],0.95)',
    '="ips.xlam!IPS_VAR("&A1',
    '=IF(A1="it says ""ips.xlam!IPS_VAR("" here",1,2)',
    "='my ips.xlam'!IPS_VAR(A1)",
    "=ips.xlam!A1",
    "='[ips.xlam]Functions'!A1",
    "=Table['[ips.xlam'']!IPS_VAR(]",
    "=other.xlam!IPS_VAR(A1)",
    "=_xlfn.XLOOKUP(A1,B:B,C:C)",
    "=my_xll.IPS_VAR(A1)",
    "='Sheet 1'!A1+'It''s'!B2",
    "text with 'an open quote",
    '="an open text',
    "'",
    "[",
    "",
)
PIECES = (
    *("ips.xlam", "IPS_VAR(", "!", "'", '"', "[", "]", "_xll.", "_xldudf_", "A1", "=", "(", ")"),
    *("C:\\x y\\", "'C:\\x\\ips.xlam'!IPS_R(", ",", " ", "É", "\\", "/", "ACME_X(", "''", "#"),
)


@pytest.mark.parametrize(("foreign", "typed"), FOREIGN.items())
def test_calls_lose_what_another_computer_added(foreign, typed):
    assert repaired(foreign) == typed


@pytest.mark.parametrize("formula", OWN)
def test_everything_else_stays(formula):
    assert repaired(formula) == formula


@given(st.lists(st.sampled_from(PIECES), max_size=12).map("".join))
@settings(max_examples=300, deadline=None)
def test_a_repaired_formula_only_lost_characters(formula):
    kept = iter(formula)
    assert all(character in kept for character in repaired(formula))


def test_visual_basic_repairs_alike(basic, modules):
    pieces = random.Random(7)
    texts = [
        *FOREIGN,
        *OWN,
        *("".join(pieces.choices(PIECES, k=pieces.randint(1, 12))) for _ in range(200)),
    ]
    answers = basic([modules["IpsText"]], [["IpsText.Repaired", [text]] for text in texts])
    assert answers == [repaired(text) for text in texts]
    assert sum(repaired(text) != text for text in texts) > 20


def test_visual_basic_judges_paths_and_names_alike(basic, modules):
    ours = r"C:\Users\anna\XLSTART\ips.xlam"
    names = ("x$(date).xlsx", "a`b`.xlsx", "Anna's – v2.xlsx", "a|b", "a\\b", "a!", "C:\\p.exe")
    paths = (*names, "python", "/usr/bin/python3", r"\\srv\ips.xlam", ours, r"D:\tips.xlam", "")
    calls = [
        *(["IpsText.IsShellSafe", [path]] for path in paths),
        *(["IpsText.IsFullPath", [path]] for path in paths),
        *(["IpsText.IsOtherCopy", [path, ours]] for path in paths),
    ]
    assert basic([modules["IpsText"]], calls) == [
        *map(is_shell_safe, paths),
        *map(is_full_path, paths),
        *(is_other_copy(path, ours) for path in paths),
    ]


@pytest.mark.parametrize("formula", FOREIGN)
def test_repairing_twice_changes_nothing(formula):
    assert repaired(repaired(formula)) == repaired(formula)


def test_only_another_copy_of_the_add_in_is_relinked():
    ours = r"C:\Users\anna\XLSTART\ips.xlam"
    assert is_other_copy(r"D:\old\IPS.xlam", ours)
    assert is_other_copy("https://x/ips.xlam", ours)
    assert not is_other_copy(ours.upper(), ours)
    assert not is_other_copy(r"D:\old\tips.xlam", ours)
    assert not is_other_copy(r"D:\old\prices.xlsx", ours)


@pytest.mark.parametrize(
    "name", ["x$(date).xlsx", "a`b`.xlsx", 'a"b.xlsx', "a|b.xlsx", "a\\b", "a!"]
)
def test_names_a_shell_would_read_are_refused(name):
    assert not is_shell_safe(name)


def test_ordinary_names_are_not():
    assert is_shell_safe("Anna's policy (2026) – final, v2.xlsx")


def test_full_paths():
    assert all(map(is_full_path, ("C:\\py\\python.exe", "\\\\server\\py.exe", "/usr/bin/python3")))
    assert not any(map(is_full_path, ("python", "py\\python.exe", "C:python.exe", "", ".\\python")))
