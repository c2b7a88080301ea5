"""Tables that name what another lacks, or ask for what another forbids."""

import pytest

from addin.errors import InputError
from addin.excel.case import read_case
from addin.report.study import Study
from tests.memory_book import MemoryBook
from workbook_templates.sample import sample_tables

EXCLUSIONS = ("Selector", "Reason", "Legacy action")
LIMITS = ("Rule", "Selector", "Operator", "Value", "Severity", "Note")


@pytest.fixture(scope="module")
def sample():
    return {t.name: (t.headings, t.rows) for t in sample_tables().values()}


def refused(sample, **tables):
    with pytest.raises(InputError) as raised:
        read_case(MemoryBook({**sample, **tables}))
    return str(raised.value)


def universe(sample, **cells):
    """The sample's universe with some cells of SPY changed, and further columns."""
    header, rows = sample["Universe"]
    wide = (*header, *(name for name in cells if name not in header))
    changed = []
    for row in rows:
        values = dict(zip(header, row, strict=True))
        values.update(cells if row[0] == "SPY" else {})
        changed.append(tuple(values.get(heading) for heading in wide))
    return wide, tuple(changed)


def test_an_excluded_asset_may_have_no_least_weight(sample):
    text = refused(
        sample,
        Policy_Exclusions=(EXCLUSIONS, (("Asset class=Equity", "x", "sell now"),)),
        Universe=universe(sample, Min=0.05),
    )
    assert text == (
        "Universe row 2, Min: expected no least weight of SPY, which the policy excludes "
        "(no Asset class=Equity), found 0.05; Policy_Limits row 3, Value: expected "
        "no least weight of SPY, which the policy excludes (no Asset class=Equity), found 0.1"
    )


@pytest.mark.parametrize(
    ("selector", "says"),
    [
        ("SPYY", "selector 'SPYY': no such ticker in the universe (did you mean 'SPY'?)"),
        ("Regin=Europe", "universe: no column 'Regin' (did you mean 'Region'?)"),
        ("Region=Nort America", "no asset has 'Nort America' (did you mean 'North America'?)"),
    ],
)
def test_a_selector_that_finds_nothing_is_named_by_its_cell(sample, selector, says):
    given = universe(sample, Region="North America")
    text = refused(
        sample, Policy_Exclusions=(EXCLUSIONS, ((selector, None, None),)), Universe=given
    )
    assert text.startswith("Policy_Exclusions row 2, Selector: ")
    assert says in text


def test_an_average_names_the_first_asset_without_the_number(sample):
    text = refused(
        sample,
        Policy_Limits=(LIMITS, (("average", "ESG", ">=", 6, None, None),)),
        Universe=universe(sample, ESG=7.0),
    )
    assert text == (
        "Policy_Limits row 2, Selector: universe, QQQ, ESG: need a number for the "
        "limit 'average ESG ≥ 6', found an empty cell"
    )
    soft = (LIMITS, (("average", "ESG", ">=", 6, "soft", None),))
    tables = {**sample, "Policy_Limits": soft, "Universe": universe(sample, ESG=7.0)}
    assert read_case(MemoryBook(tables)).policy.limits[0].words == "average ESG ≥ 6"


def test_a_column_may_be_the_selector_of_each(sample):
    tables = {
        **sample,
        "Policy_Limits": (LIMITS, (("each", "Issuer", "<=", 0.6, None, None),)),
        "Universe": universe(sample, Issuer="State Street"),
    }
    assert read_case(MemoryBook(tables)).policy.limits[0].words == "each Issuer ≤ 60%"


def test_the_sample_states_what_it_must_earn(sample):
    policy = read_case(MemoryBook(dict(sample))).policy
    assert policy.required_return == 0.06
    assert policy.liquidity.spending_rate == 0.04 and policy.liquidity.horizon_years == 15


def test_liquidity_of_a_class_holds_for_its_assets_that_state_none(sample):
    header, rows = sample["Universe"]
    place = header.index("Liquidity days")
    blank = tuple((*row[:place], None, *row[place + 1 :]) for row in rows)
    case = read_case(MemoryBook({**sample, "Universe": (header, blank)}))
    found = dict(zip(case.universe.tickers, case.universe.numbers("Liquidity days"), strict=True))
    assert (found["SPY"], found["AGG"], found["GLD"], found["SGOV"]) == (1, 2, 3, 1)


def test_mistakes_of_several_policy_tables_are_shown_at_once(sample):
    text = refused(
        sample,
        Policy_Objectives=(("Type", "Value", "Window"), (("return", None, None),)),
        Policy_Exclusions=(EXCLUSIONS, (("SPY", None, "sell later"),)),
        Policy_Tax=(("Key", "Value"), (("short_rat", 0.3),)),
    )
    assert [part.split(" row")[0] for part in text.split("; ")] == [
        "Policy_Exclusions",
        "Policy_Objectives",
        "Policy_Tax",
    ]


@pytest.mark.parametrize(
    ("key", "cell", "words"),
    [
        ("max_cvar", 0.04, "cvar ≤ 4%"),
        ("max_holdings", 10, "holdings ≤ 10"),
        ("target_return", "5.5%", "return ≥ 5.5%"),
    ],
)
def test_a_key_that_is_a_limit_binds_the_proposal(sample, key, cell, words):
    header, rows = sample["Policy_Meta"]
    case = read_case(MemoryBook({**sample, "Policy_Meta": (header, (*rows, (key, cell)))}))
    assert case.policy.limits[-1].words == words and case.policy.limits[-1].hard
    assert getattr(case.options, key) is None  # said once
    study = Study(case)
    found = {each.rule: each for each in study.rule_checks(study.recommended.weights)}
    assert found[words].status in ("Inside", "Watch")
    before = {each.rule: each for each in study.checks_current}[words]
    assert before.status == "Breach"


def test_a_key_that_repeats_a_limit_adds_none(sample):
    header, rows = sample["Policy_Meta"]
    meta = (header, (*rows, ("max_volatility", "12%")))
    again = read_case(MemoryBook({**sample, "Policy_Meta": meta})).policy
    assert again.limits == read_case(MemoryBook(dict(sample))).policy.limits


@pytest.mark.parametrize("key", ["target_var", "target_volatility", "resamples"])
def test_a_key_no_report_honours_is_refused(sample, key):
    header, rows = sample["Policy_Meta"]
    text = refused(sample, Policy_Meta=(header, (*rows, (key, 1))))
    assert f"{key}: a report cannot honour this key yet; expected a blank cell" in text
