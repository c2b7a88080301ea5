import pytest

from addin.hosts.libreoffice.workbook import respelled

NAMES = {"IPS_VAR": "org.ipsaddin.Functions.ips_var"}
LONG = "org.ipsaddin.Functions.ips_var("


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("1+IPS_VAR(A1:B2)", f"1+{LONG}A1:B2)"),
        ("[1]!IPS_VAR(A1)", f"{LONG}A1)"),
        ("_xll.ips_var(A1)", f"{LONG}A1)"),
        ('"IPS_VAR("&IPS_VAR(A1)', f'"IPS_VAR("&{LONG}A1)'),
        ("SUM(Prices[#All])", "SUM(Prices[[#All]])"),
        ('"Prices[#All]"', '"Prices[#All]"'),
        ("SUM(Prices[[#All],[SPY]])", "SUM(Prices[[#All],[SPY]])"),
        ("SUM(Prices[SPY])", "SUM(Prices[SPY])"),
        ("IPS_VARIANCE(A1)", "IPS_VARIANCE(A1)"),
    ],
)
def test_formulas_are_spelled_as_libreoffice_reads_them(formula, expected):
    assert respelled(formula, NAMES) == expected
