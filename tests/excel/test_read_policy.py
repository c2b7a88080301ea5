import pytest

from addin.domain.policy import LegacyAction, Limit, ObjectiveType, ReturnObjective, Rule
from addin.errors import InputError, PolicyError
from addin.excel.book import TableRows
from addin.excel.read_policy import (
    PolicyTables,
    read_benchmark,
    read_classes,
    read_exclusions,
    read_limits,
    read_objectives,
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
        (
            ("volatility", "SPY", "<=", 0.1),
            "limits row 2, Selector: expected a blank cell, since volatility is of the whole "
            "portfolio, found 'SPY'",
        ),
        (
            ("turnover", "", "<=", -0.1),
            "limits row 2, Value: expected a share of at least zero (as 0.12 or 12%), found -0.1",
        ),
        (
            ("holdings", "", "<=", 7.5),
            "limits row 2, Value: expected a whole number of holdings, found 7.5",
        ),
        (
            ("exclude", "SPY", None, 0.05),
            "limits row 2, Value: expected a blank cell, since an exclusion has no value, found "
            "0.05",
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


EXCLUSIONS = ("Selector", "Reason", "Legacy action")


def test_an_exclusion_is_a_limit_with_its_reason_and_legacy_action():
    rows = (EXCLUSIONS, ("TLT", "too long", "Sell down"), ("Region=Russia", None, None))
    assert read_exclusions(rows) == (
        Limit(Rule.EXCLUDE, "TLT", "", 0.0, note="too long", legacy=LegacyAction.SELL_DOWN),
        Limit(Rule.EXCLUDE, "Region=Russia", "", 0.0, legacy=LegacyAction.SELL_NOW),
    )


def test_an_unknown_legacy_action_is_refused_with_the_nearest():
    assert message(read_exclusions, (EXCLUSIONS, ("TLT", None, "sel down"))) == (
        "exclusions row 2, Legacy action: expected one of hold, sell down, sell now, found "
        "'sel down' (did you mean 'sell down'?)"
    )


def test_two_legacy_actions_for_one_asset_disagree():
    rows = (EXCLUSIONS, ("TLT", None, "hold"), ("tlt", None, "sell now"))
    assert message(read_exclusions, rows) == (
        "exclusions row 3, Legacy action: 'sell now' disagrees with 'hold' in row 2"
    )


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
        "TLT as held",
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


def test_two_limits_that_disagree_are_named_by_their_rows():
    rows = [*LIMITS, ("Weight", "spy", "≥", "12%")]
    assert message(read_limits, rows) == ("limits row 5, Value: '12%' disagrees with 0.1 in row 2")
    softer = [(*LIMITS[0], "Severity"), *LIMITS[1:], ("volatility", "", "<=", 0.10, "soft")]
    assert len(read_limits(softer)) == 4
    assert len(read_limits([*LIMITS, LIMITS[1]])) == 4


def test_all_mistakes_of_limits_are_shown_at_once():
    rows = [LIMITS[0], ("wieght", "SPY", ">=", 0.1), ("weight", "", "=>", None)]
    assert message(read_limits, rows) == (
        "limits row 2, Rule: expected one of weight, average, each, return, volatility, tracking "
        "error, cvar, beta, turnover, holdings, exclude, found 'wieght' (did you mean 'weight'?); "
        "limits row 3, Selector: expected what the weight limit is about, found an empty cell; "
        "limits row 3, Value: expected a number, found an empty cell"
    )


OBJECTIVES = ("Type", "Value", "Window")


@pytest.mark.parametrize(
    ("window", "years"),
    [("10 years", 10), ("rolling 3 Years", 3), ("18 months", 1.5), (5, 5), ("7", 7), (None, None)],
)
def test_an_objective_is_judged_over_its_window(window, years):
    expected = (ReturnObjective(ObjectiveType.REAL_RETURN, 0.045, years),)
    assert read_objectives([OBJECTIVES, ("Real return", "4.5%", window)]) == expected
    assert read_objectives([("real return", 0.045, window)]) == expected


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            ("retrun", 0.06, None),
            "objectives row 2, Type: expected one of return, real return, spending, funded ratio, "
            "found 'retrun' (did you mean 'return'?)",
        ),
        (
            ("return", None, "10 years"),
            "objectives row 2, Value: expected a number, found an empty cell",
        ),
        (
            ("return", 6, None),
            "objectives row 2, Value: expected an annual rate as a decimal or in percent (as 0.06 "
            "or 6%), found 6",
        ),
        (
            ("spending", -0.04, None),
            "objectives row 2, Value: expected a yearly share from 0 to 1 (as 0.04 or 4%), found "
            "-0.04",
        ),
        (
            ("funded ratio", 0, None),
            "objectives row 2, Value: expected assets over liabilities, above zero (as 1.05), "
            "found 0",
        ),
        (
            ("return", 0.06, "a cycle"),
            "objectives row 2, Window: expected a number of years or months (as 10 years), found "
            "'a cycle'",
        ),
    ],
)
def test_a_wrong_objective_is_named(row, says):
    assert message(read_objectives, [OBJECTIVES, row]) == says


def test_two_values_for_one_objective_and_window_disagree():
    rows = [OBJECTIVES, ("return", 0.06, "120 months"), ("return", 0.05, 10)]
    assert message(read_objectives, rows) == (
        "objectives row 3, Value: 0.05 disagrees with 0.06 in row 2"
    )


def test_the_policy_knows_what_it_must_earn():
    # 4 % spent + 2.5 % inflation beats 6 %
    objectives = table("Policy_Objectives", OBJECTIVES, ("return", 0.06, 10), ("spending", 0.04, 1))
    liquidity = pairs("Policy_Liquidity", ("inflation", "2.5%"), ("spending_rule", "percent"))
    policy = read_policy(tables(objectives=objectives, liquidity=liquidity))
    assert policy.required_return == 0.065
    assert policy.required_return_limit == Limit(
        Rule.RETURN, "", ">=", 0.065, False, "objective: spending 4.00% + inflation 2.50%"
    )
    assert policy.liquidity.spending_rule == "percent"


def test_objectives_that_contradict_the_liquidity_table_are_refused():
    spent = table("Policy_Objectives", OBJECTIVES, ("spending", 0.04, 1))
    liquidity = pairs("Policy_Liquidity", ("spending_rate", 0.05))
    assert (
        message(read_policy, tables(objectives=spent, liquidity=liquidity), error=PolicyError)
        == "Policy, objective spending 4.00%: disagrees with the spending_rate of 5.00%"
    )
    real = table("Policy_Objectives", OBJECTIVES, ("real return", 0.04, 1))
    assert message(read_policy, tables(objectives=real), error=PolicyError) == (
        "Policy, objective real return 4.00%: needs inflation (Policy_Liquidity), found none"
    )


def test_a_key_that_disagrees_with_the_limit_of_its_name_is_refused():
    meta = pairs("Policy_Meta", ("max_volatility", 0.10), first_row=7)
    assert message(read_policy, tables(meta=meta)) == (
        "Policy, Policy_Meta row 7, max_volatility: 0.1 disagrees with 'volatility ≤ 12%' in "
        "Policy_Limits"
    )
    assert read_policy(tables(meta=pairs("Policy_Meta", ("max_volatility", "12%"))))


def test_two_tables_with_different_turnover_caps_disagree():
    meta = pairs("Policy_Meta", ("max_turnover", 0.10), first_row=7)
    rebalance = pairs("Policy_Rebalance", ("max_turnover", 0.20), first_row=9)
    assert message(read_policy, tables(meta=meta, rebalance=rebalance)) == (
        "Policy, Policy_Meta row 7, max_turnover: 0.1 disagrees with 0.2 in Policy, "
        "Policy_Rebalance row 9, max_turnover"
    )


def test_an_exclusion_that_a_limit_contradicts_is_refused():
    limits = table("Policy_Limits", LIMITS[0], ("exclude", "tlt", None, None))
    assert message(read_policy, tables(limits=limits)) == (
        "Policy, Policy_Exclusions: 'TLT as held' disagrees with 'no tlt' in Policy_Limits"
    )


@pytest.mark.parametrize(
    ("name", "key", "cell", "what"),
    [
        ("rebalance", "frequency", "fortnightly", "expected one of daily, weekly, monthly"),
        ("rebalance", "watch", -0.01, "a weight from 0 to 1"),
        ("liquidity", "spending_rule", "percnt", "did you mean 'percent'"),
        ("liquidity", "spending_rate", 4, "a yearly share from 0 to 1"),
        ("liquidity", "inflation", 2.5, "an annual rate as a decimal"),
        ("liquidity", "horizon_years", 0, "a number of years above zero"),
        ("tax", "short_rate", 37, "a tax rate from 0 to 1"),
        ("tax", "lot_method", "FILO", "did you mean 'FIFO'"),
        ("tax", "wash_days", -1, "a whole number of days of at least zero"),
        ("tax", "harvest_threshold", 0.1, "a loss as a decimal from -1 to 0"),
        ("meta", "confidence", 95, "a number between 0 and 1"),
    ],
)
def test_a_setting_out_of_range_is_named_by_its_cell(name, key, cell, what):
    given = tables(**{name: pairs(f"Policy_{name.title()}", (key, cell), first_row=30)})
    text = message(read_policy_options, given)
    assert text.startswith(f"Policy, Policy_{name.title()} row 30, {key}: ") and what in text


def test_several_wrong_settings_are_shown_at_once():
    tax = pairs("Policy_Tax", ("short_rate", 37), ("long_rate", "?"), ("wash_days", 1.5))
    assert message(read_policy_options, tables(tax=tax)).count("Policy_Tax row") == 3


def test_a_review_before_the_policy_takes_effect_is_refused():
    meta = pairs("Policy_Meta", ("effective_from", "2025-01-01"), ("next_review", "2024-12-31"))
    assert message(read_policy, tables(meta=meta), error=PolicyError) == (
        "Policy, policy: next_review 2024-12-31 is before effective_from 2025-01-01"
    )


PARTS = (
    ("Asset class", "Parent", "Min", "Target", "Max"),
    ("Growth", None, 0.5, 0.6, 0.7),
    ("Equity", "Growth", 0.3, 0.4, 0.5),
    ("US", "equity", 0.2, 0.3, 0.4),
    ("World", "Equity", 0.0, 0.1, 0.2),
    ("Credit", "Growth", 0.1, 0.2, 0.3),
    ("Safe", None, 0.3, 0.4, 0.5),
)


def test_classes_may_be_three_levels_deep():
    assert [c.parent for c in read_classes(PARTS)] == [
        None, "Growth", "equity", "Equity", "Growth", None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column", "cell", "says"),
    [
        (3, 1, "US", "asset class US: is a part of itself (US in US)"),
        (1, 1, "World", "is a part of itself (Growth in World in Equity in Growth)"),
        (3, 1, "Equty", "asset class US: parent 'Equty' is not listed (did you mean 'Equity'?)"),
        (4, 3, 0.15, "parts of Equity: targets must add up to 40.00%, found 45.00%"),
        (4, 3, None, None),
        (3, 2, 0.55, "asset class US: min 55.00% is above target 30.00%"),
        (4, 4, 0.1, None),
    ],
)  # fmt: skip
def test_parts_divide_their_class_at_every_level(row, column, cell, says):
    cells = with_cell(PARTS, row, column, cell)
    if says is None:
        assert read_classes(cells)
    else:
        with pytest.raises((InputError, PolicyError)) as raised:
            read_classes(cells)
        assert says in str(raised.value)


def test_ranges_of_parts_must_leave_room_for_their_class():
    crowded = [("Asset class", "Parent", "Min", "Max"), ("Equity", None, 0.2, 0.5)]
    crowded += [("Bonds", None, 0.5, 0.8), ("US", "Equity", 0.3, 0.5), ("EU", "Equity", 0.3, 0.5)]
    assert message(read_classes, crowded, error=PolicyError) == (
        "parts of Equity: minima add up to 60.00%, more than its max of 50.00%"
    )
    sparse = [*crowded[:3], ("US", "Equity", 0.0, 0.05), ("EU", "Equity", 0.0, 0.1)]
    assert message(read_classes, sparse, error=PolicyError) == (
        "parts of Equity: maxima add up to 15.00%, less than its min of 20.00%"
    )


def test_all_contradictions_between_classes_are_shown_at_once():
    cells = with_cell(with_cell(PARTS, 4, 3, 0.15), 6, 3, 0.35)
    assert message(read_classes, cells, error=PolicyError) == (
        "asset classes: targets must add up to 100.00%, found 95.00%; "
        "parts of Equity: targets must add up to 40.00%, found 45.00%"
    )
