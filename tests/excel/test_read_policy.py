import pytest

from addin.domain.policy import Limit, Rule
from addin.errors import InputError, PolicyError
from addin.excel.book import TableRows
from addin.excel.read_policy import (
    PolicyTables,
    read_benchmark,
    read_classes,
    read_exclusions,
    read_limits,
    read_policy,
    read_policy_options,
)

CLASSES = (
    ("Asset class", "Min", "Target", "Max"),
    ("Equity", 0.45, 0.55, 0.65),
    ("Fixed income", "25%", "35%", "40%"),
    ("Cash", 0.0, 0.10, 0.2),
)
LIMITS = (
    ("Rule", "Selector", "Operator", "Value"),
    ("weight", "SPY", ">=", 0.10),
    ("each", None, "≤", "25%"),
    ("volatility", "", "<=", 0.12),
)


def message(read, *arguments, error=InputError):
    with pytest.raises(error) as raised:
        read(*arguments)
    return str(raised.value)


def with_cell(rows, row, column, cell):
    lists = [list(r) for r in rows]
    lists[row][column] = cell
    return lists


def test_classes_are_the_same_with_and_without_headings_and_in_any_column_order():
    expected = read_classes(CLASSES)
    assert [(c.name, c.lower, c.target, c.upper) for c in expected] == [
        ("Equity", 0.45, 0.55, 0.65),
        ("Fixed income", 0.25, 0.35, 0.40),
        ("Cash", 0.0, 0.10, 0.2),
    ]
    assert read_classes(CLASSES[1:]) == expected
    assert read_classes([tuple(reversed(row)) for row in CLASSES]) == expected
    shouted = [tuple(f" {h.upper()}\xa0" for h in CLASSES[0]), *CLASSES[1:]]
    assert read_classes(shouted) == expected


def test_a_target_may_be_blank_but_a_limit_may_not():
    assert read_classes(with_cell(CLASSES, 1, 2, None))[0].target is None
    text = message(read_classes, with_cell(CLASSES, 1, 3, None))
    assert text == "classes row 2, Max: expected a number, found an empty cell"


@pytest.mark.parametrize(
    ("cells", "says"),
    [
        (
            with_cell(CLASSES, 0, 0, "Asset clas"),
            "classes row 1: expected a heading 'Asset class', found Asset clas, Min, Target, Max "
            "(did you mean 'Asset clas'?)",
        ),
        (
            with_cell(CLASSES, 0, 2, "Tarrget"),
            "classes row 1: heading 'Tarrget' is not known (did you mean 'Target'?)",
        ),
        (
            with_cell(CLASSES, 0, 2, "max"),
            "classes row 1: heading listed more than once: Max",
        ),
        (
            with_cell(CLASSES, 2, 0, "equity "),
            "classes row 3, Asset class: 'equity' is already in row 2",
        ),
    ],
)
def test_a_wrong_heading_or_repeated_class_is_named(cells, says):
    assert message(read_classes, cells) == says


def test_targets_that_do_not_add_up_are_refused_by_their_sum():
    text = message(read_classes, with_cell(CLASSES, 3, 2, 0.08), error=PolicyError)
    assert text == "asset classes: targets must add up to 100.00%, found 98.00%"


def test_limits_are_the_same_with_and_without_headings():
    expected = (
        Limit(Rule.WEIGHT, "SPY", ">=", 0.10),
        Limit(Rule.EACH, "", "<=", 0.25),
        Limit(Rule.VOLATILITY, "", "<=", 0.12),
    )
    assert read_limits(LIMITS) == read_limits(LIMITS[1:]) == expected


def test_no_limits_is_no_limit():
    assert read_limits(None) == read_limits([[None, None]]) == read_limits("") == ()


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            ("weight", "SPY", ">=", None),
            "limits row 2, Value: expected a number, found an empty cell",
        ),
        (
            ("weight", None, ">=", 0.1),
            "limits row 2, Selector: expected what the weight limit is about, found an empty cell",
        ),
        (("volatility", "", "<", 0.1), "limits row 2, Operator: expected <=, >= or =, found '<'"),
        (
            ("volatilty", "", "<=", 0.1),
            "limits row 2, Rule: expected one of weight, average, each, return, volatility, "
            "tracking error, cvar, beta, turnover, holdings, exclude, found 'volatilty' "
            "(did you mean 'volatility'?)",
        ),
    ],
)
def test_a_wrong_limit_is_named(row, says):
    assert message(read_limits, [LIMITS[0], row]) == says


def test_a_limit_may_be_soft_and_carry_a_note():
    rows = [("Rule", "Selector", "Operator", "Value", "Severity", "Note")]
    rows.append(("weight", "SPY", ">=", 0.1, "Soft", "desk view"))
    assert read_limits(rows) == (Limit(Rule.WEIGHT, "SPY", ">=", 0.1, False, "desk view"),)
    rows[1] = (*rows[1][:4], "medium", "")
    assert message(read_limits, rows) == (
        "limits row 2, Severity: expected hard or soft, found 'medium'"
    )


def test_an_exclusion_is_a_limit_with_its_reason():
    rows = (("Selector", "Reason", "Legacy action"), ("TLT", "too long", "sell down"))
    assert read_exclusions(rows) == (Limit(Rule.EXCLUDE, "TLT", "", 0.0, note="too long"),)


def test_the_benchmark_adds_up_to_one():
    assert read_benchmark([["SPY", 0.6], ["AGG", 0.4]]) == (("SPY", 0.6), ("AGG", 0.4))
    assert message(read_benchmark, [["SPY", 0.6], ["AGG", 0.3]]) == (
        "benchmark: must add up to 100%, found 90.0000%"
    )


def table(name, header, *rows, first_row=2):
    return TableRows(name, "Policy", header, rows, first_row)


def pairs(name, *rows, first_row=2):
    return table(name, ("Key", "Value"), *rows, first_row=first_row)


def tables(**changes):
    given = {
        "classes": table("Policy_Classes", *CLASSES, first_row=20),
        "limits": table("Policy_Limits", *LIMITS, first_row=30),
        "exclusions": table(
            "Policy_Exclusions", ("Selector", "Reason", "Legacy action"), ("TLT", "no", "hold")
        ),
        "benchmark": table("Policy_Benchmark", ("Ticker", "Weight"), ("SPY", 0.6), ("AGG", 0.4)),
        "meta": pairs("Policy_Meta", ("policy id", "P-1"), ("risk_free", 0.02), ("seed", 7)),
        "rebalance": pairs("Policy_Rebalance", ("watch", 0.02), ("frequency", "quarterly")),
        "liquidity": pairs("Policy_Liquidity", ("cash_min", 0.02), ("horizon_years", 15)),
        "score": pairs("Policy_Score", ("risk", 0.5)),
    }
    return PolicyTables(**{**given, **changes})


def test_a_policy_is_read_from_the_tables_of_its_sheet():
    policy = read_policy(tables())
    assert [c.name for c in policy.classes] == ["Equity", "Fixed income", "Cash"]
    assert [limit.words for limit in policy.limits] == [
        "SPY ≥ 10%",
        "each asset ≤ 25%",
        "volatility ≤ 12%",
        "no TLT",
    ]
    assert policy.benchmark == (("SPY", 0.6), ("AGG", 0.4))
    assert policy.meta.policy_id == "P-1" and policy.score.risk == 0.5
    assert (policy.rebalancing.watch, policy.rebalancing.cash_min) == (0.02, 0.02)


def test_the_rebalancing_calendar_is_not_the_frequency_of_returns():
    assert read_policy_options(tables()).frequency is None
    meta = pairs("Policy_Meta", ("frequency", "monthly"), ("risk_free", 0.02))
    options = read_policy_options(tables(meta=meta))
    assert (options.frequency, options.risk_free, options.watch) == ("monthly", 0.02, 0.02)


def test_two_entries_that_disagree_are_an_error_that_names_both():
    score = pairs("Policy_Score", ("watch", 0.04), first_row=40)
    assert message(read_policy, tables(score=score)) == (
        "Policy, Policy_Score row 40, watch: 0.04 disagrees with 0.02 in "
        "Policy, Policy_Rebalance row 2, watch"
    )


def test_a_misspelt_key_names_its_sheet_row_and_the_nearest():
    meta = pairs("Policy_Meta", ("risk_fre", 0.02), first_row=5)
    assert message(read_policy, tables(meta=meta)) == (
        "Policy, Policy_Meta row 5, risk_fre: no such key (did you mean 'risk_free'?)"
    )


def test_a_wrong_cell_of_the_policy_is_named_by_its_sheet_row():
    classes = table("Policy_Classes", CLASSES[0], ("Equity", 0.4, "?", 0.6), first_row=20)
    assert message(read_policy, tables(classes=classes)) == (
        "Policy, Policy_Classes row 20, Target: expected a number, found '?'"
    )
