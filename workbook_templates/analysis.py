"""The analysis sheets: live ``=IPS_…`` formulas beside ordinary ones, inputs to results.

Consumers of another sheet's result read a fixed block, blank at the end: readers leave out blank
rows and columns, and not every host knows a reference to a spilled range.
"""

from collections.abc import Callable

import xlsxwriter

from addin.domain.holdings import CASH
from addin.domain.table import Kind
from workbook_templates.analysis_sheet import (
    CLASSES,
    OPTIONS,
    PERIODS,
    RULES,
    SCENARIOS,
    TICKERS,
    AnalysisSheet,
    Computed,
    Setting,
)
from workbook_templates.sample_policy import CASH_CLASS
from workbook_templates.style import Style

TEXT, WEIGHT, RATE, MONEY, PRICE = Kind.TEXT, Kind.WEIGHT, Kind.RATE, Kind.MONEY, Kind.PRICE
NUMBER, COUNT, DATE, ANY, QUANTITY = Kind.NUMBER, Kind.COUNT, Kind.DATE, Kind.ANY, Kind.QUANTITY

SETTINGS, UNIVERSE, RETURNS, ALLOCATION = (
    "Settings calc",
    "Universe calc",
    "Returns calc",
    "Allocation calc",
)
RISK, STRESS, DRIFT, OPTIMISATION, FRONTIER, TRADES = (
    "Risk calc",
    "Stress calc",
    "Drift calc",
    "Optimisation calc",
    "Frontier calc",
    "Trades calc",
)
ANALYSIS_HELP = {
    SETTINGS: "Every setting of the policy in one block, for the functions on the next sheets.",
    UNIVERSE: "The universe with benchmark weight, current weight and last price beside it.",
    RETURNS: "Returns at the policy's frequency.",
    ALLOCATION: "What is held by asset and class, and every policy rule against it.",
    RISK: "The portfolio through the past (a hypothetical backcast), and who contributes to risk.",
    STRESS: "Each scenario by IPS_STRESS, and a second way from class weights.",
    DRIFT: "Asset classes against their targets.",
    OPTIMISATION: "Optimal weights inside the policy, and portfolios to choose from.",
    FRONTIER: "Least volatility for each expected return inside the policy.",
    TRADES: "Orders in whole shares from what is held to the optimal weights.",
}
OBJECTIVES = (
    "max utility",
    "min volatility",
    "max sharpe",
    "max return",
    "min tracking error",
    "equal weight",
    "inverse volatility",
)
KEY_VALUE_TABLES = (
    "Policy_Meta",
    "Policy_Rebalance",
    "Policy_Liquidity",
    "Policy_Tax",
    "Policy_Score",
)
FURTHER_COLUMNS = 12  # of the universe, after the ticker
SHOCKED_CLASSES = 8


def _option(place: int) -> str:
    """The option whose key is the label of a setting."""
    label = f"{'ABCDEFGH'[place]}$3"
    return f'=IFERROR(INDEX(Option_values,MATCH({label},Option_keys,0)),"")'


def _of_tables(column: str) -> str:
    """One column of all key/value tables, one below the other."""
    formula = '""'
    for table, end in zip(reversed(KEY_VALUE_TABLES), range(12, 7, -1), strict=True):
        before = "" if end == 8 else f"-$F${end - 1}"
        found = f"INDEX({table}[{column}],$C{{row}}{before})"
        formula = f'IF($C{{row}}<=$F${end},IF({found}="","",{found}),{formula})'
    return f"={formula}"


def _draw_settings(page: AnalysisSheet) -> None:
    page.settings(
        Setting("Cash ticker", CASH, TEXT, "Cash_ticker"),
        Setting("Cash class", CASH_CLASS, TEXT, "Cash_class"),
        Setting("Objective", OBJECTIVES[0], TEXT, "Objective", OBJECTIVES),
        Setting("Frontier points", 20, COUNT, "Frontier_points"),
        Setting("Tolerance", 0.000001, ANY, "Tolerance"),
    )
    page.columns(
        0,
        "Options: all key/value tables of the policy",
        (
            Computed("Key", _of_tables("Key")),
            Computed("Value", _of_tables("Value"), ANY),
            Computed("No.", "=ROWS(C$7:C{above})", COUNT),
        ),
        OPTIONS,
    )
    page.define("Options_block", page.cells(0, 2, OPTIONS, headed=True))
    page.define("Option_keys", page.cells(0, 1, OPTIONS))
    page.define("Option_values", page.cells(1, 1, OPTIONS))
    page.sheet.write_string(6, 4, "Table", page.style.column_head(TEXT))
    page.sheet.write_string(6, 5, "Last row", page.style.column_head(COUNT))
    for row, table in enumerate(KEY_VALUE_TABLES, start=7):
        before = "" if row == 7 else f"F{row}+"
        page.sheet.write_string(row, 4, table, page.style.value(TEXT))
        formula = f"={before}ROWS({table}[Key])"
        page.sheet.write_formula(row, 5, formula, page.style.value(COUNT), 0)
    page.sheet.set_column(4, 4, 17)


def _draw_universe(page: AnalysisSheet) -> None:
    further = [
        Computed(
            f"=IF(COLUMNS($D7:{left}7)<COLUMNS(Universe[#Headers]),"
            f'INDEX(Universe[#Headers],COLUMNS($D7:{left}7)+1),"")',
            f'=IF(OR($A{{row}}="",{here}$7=""),"",'
            f'IF(INDEX(Universe[#All],ROWS($A$7:$A{{above}})+1,COLUMNS($D7:{left}7)+1)="","",'
            f"INDEX(Universe[#All],ROWS($A$7:$A{{above}})+1,COLUMNS($D7:{left}7)+1)))",
            ANY,
        )
        for left, here in zip("DEFGHIJKLMNO", "EFGHIJKLMNOP", strict=True)
    ]
    page.columns(
        0,
        "Universe for the functions",
        (
            Computed(
                "Ticker",
                "=IF(ROWS(A$7:A{above})<=ROWS(Universe[Ticker]),"
                'INDEX(Universe[Ticker],ROWS(A$7:A{above})),"")',
            ),
            Computed(
                "Benchmark weight",
                '=IF($A{row}="","",'
                "SUMIF(Policy_Benchmark[Ticker],$A{row},Policy_Benchmark[Weight]))",
                WEIGHT,
            ),
            Computed(
                "Current weight",
                '=IF($A{row}="","",SUMIF(Held_tickers,$A{row},Held_weights)'
                "/(1-SUMIF(Held_tickers,Cash_ticker,Held_weights)))",
                RATE,
            ),
            Computed(
                "Price",
                '=IF($A{row}="","",IFERROR(INDEX(Prices[#All],ROWS(Prices[#All]),'
                'MATCH($A{row},Prices[#Headers],0)),""))',
                PRICE,
            ),
            *further,
        ),
    )
    page.define("Universe_block", page.cells(0, 4 + FURTHER_COLUMNS, headed=True))
    page.sheet.write_string(
        4, 0, "Current weight: share of what is invested, cash left out.", page.style.note
    )


def _draw_returns(page: AnalysisSheet) -> None:
    dates = page.cells(0, 1, PERIODS)
    page.settings(
        Setting("frequency", _option(0), TEXT),
        Setting("Rows", f"=COUNT({dates})", COUNT),
        Setting("First", f'=IF(COUNT({dates})>0,MIN({dates}),"")', DATE),
        Setting("Last", f'=IF(COUNT({dates})>0,MAX({dates}),"")', DATE),
    )
    kinds = (DATE, *(RATE,) * TICKERS)
    page.spill(0, "IPS_RETURNS", "=IPS_RETURNS(Prices[#All],$A$4)", kinds, PERIODS)
    page.define("Returns_block", page.cells(0, len(kinds), PERIODS, headed=True))


def _held_columns() -> tuple[Computed, ...]:
    matched = "MATCH(A{row},Universe[Ticker],0)"
    return (
        Computed(
            "Ticker",
            "=IF(ROWS(A$7:A{above})<=ROWS(Universe[Ticker]),"
            "INDEX(Universe[Ticker],ROWS(A$7:A{above})),"
            'IF(ROWS(A$7:A{above})=ROWS(Universe[Ticker])+1,Cash_ticker,""))',
        ),
        Computed("Weight", '=IF(A{row}="","",C{row}/Portfolio_value)', WEIGHT),
        Computed(
            "Value",
            '=IF(A{row}="","",'
            "SUMPRODUCT((Holdings[Ticker]=A{row})*Holdings[Quantity]*Holdings[Price]))",
            MONEY,
        ),
        Computed(
            "Asset class",
            f'=IF(A{{row}}="","",IF(A{{row}}=Cash_ticker,Cash_class,'
            f"INDEX(Universe[Asset class],{matched})))",
        ),
        Computed("Min", f'=IFERROR(INDEX(Universe[Min],{matched}),"")', WEIGHT),
        Computed("Max", f'=IFERROR(INDEX(Universe[Max],{matched}),"")', WEIGHT),
        Computed(
            "Status",
            "=IF(ISNUMBER(F{row}),IF(OR(B{row}>F{row}+Tolerance,B{row}<E{row}-Tolerance),"
            '"Breach","Inside"),"")',
        ),
    )


def _class_columns() -> tuple[Computed, ...]:
    def of_policy(heading: str) -> str:
        return f'=IF(I{{row}}="","",INDEX(Policy_Classes[{heading}],ROWS(I$7:I{{above}})))'

    return (
        Computed(
            "Asset class",
            "=IF(ROWS(I$7:I{above})<=ROWS(Policy_Classes[Asset class]),"
            'INDEX(Policy_Classes[Asset class],ROWS(I$7:I{above})),"")',
        ),
        Computed("Actual", '=IF(I{row}="","",SUMIF(Held_classes,I{row},Held_weights))', WEIGHT),
        Computed("Target", of_policy("Target"), WEIGHT),
        Computed("Min", of_policy("Min"), WEIGHT),
        Computed("Max", of_policy("Max"), WEIGHT),
        Computed("Drift", '=IF(ISNUMBER(J{row}),J{row}-K{row},"")', WEIGHT),
    )


def _draw_allocation(page: AnalysisSheet) -> None:
    for name, column in (("Held_tickers", 0), ("Held_weights", 1), ("Held_classes", 3)):
        page.define(name, page.cells(column))
    page.define("Current_weights", page.cells(0, 2, headed=True))
    page.define("Class_names", page.cells(8, 1, CLASSES))
    page.define("Class_weights", page.cells(9, 1, CLASSES))
    rules = "Current_weights,Universe_block,Policy_Classes[#All],Policy_Limits[#All],Returns_block"
    page.settings(
        Setting(
            "Portfolio value",
            "=SUMPRODUCT(Holdings[Quantity],Holdings[Price])",
            MONEY,
            "Portfolio_value",
        ),
        Setting("Sum of weights", "=SUM(Held_weights)", WEIGHT),
        Setting("Holdings in universe", '=IF(ABS(B4-1)<=Tolerance,"PASS","Breach")', TEXT),
        Setting("Policy check", f"=IPS_CHECK_STATUS({rules})", TEXT),
    )
    page.columns(0, "Assets", _held_columns())
    page.columns(8, "Asset classes", _class_columns(), CLASSES)
    kinds = (TEXT, RATE, RATE, RATE, TEXT, TEXT, TEXT)
    page.spill(15, "IPS_CHECK", f"=IPS_CHECK({rules})", kinds, RULES)
    page.sheet.set_column(15, 15, 22)
    page.sheet.set_column(21, 21, 44)


def _draw_risk(page: AnalysisSheet) -> None:
    track = "Returns_block,Current_weights"
    benchmark = "Policy_Benchmark[#All]"
    page.settings(
        Setting("confidence", _option(0), WEIGHT),
        Setting("Value at risk", f"=IPS_VAR({track},$A$4)", RATE),
        Setting("Expected shortfall", f"=IPS_CVAR({track},$A$4)", RATE),
        Setting("Shortfall, money", '=IF(ISNUMBER(C4),C4*Portfolio_value,"")', MONEY),
        Setting("Tracking error", f"=IPS_TRACKING_ERROR({track},{benchmark})", RATE),
        Setting("volatility", f"=IPS_METRIC({track},F3)", RATE),
        Setting("Sum of contributions", f"=SUM({page.cells(7)})", RATE),
        Setting(
            "Difference", '=IF(ISNUMBER(F4),IF(ABS(F4-G4)<=Tolerance,"PASS","Breach"),"")', TEXT
        ),
    )
    metrics = f"=IPS_METRICS({track},{benchmark},Options_block)"
    page.spill(0, "IPS_METRICS", metrics, (TEXT, RATE, RATE), CLASSES)
    contributions = f"=IPS_RISK_CONTRIBUTION({track})"
    page.spill(4, "IPS_RISK_CONTRIBUTION", contributions, (TEXT, WEIGHT, RATE, RATE, WEIGHT))
    page.spill(10, "IPS_DRAWDOWN", f"=IPS_DRAWDOWN({track})", (DATE, NUMBER, RATE), PERIODS)
    page.sheet.set_column(0, 7, 17)


def _draw_stress(page: AnalysisSheet) -> None:
    results = page.cells(1, 1, SCENARIOS)
    page.settings(
        Setting("Worst loss", f'=IF(COUNT({results})>0,MIN({results}),"")', RATE),
        Setting(
            "In scenario",
            f'=IF(ISNUMBER(A4),INDEX({page.cells(0, 1, SCENARIOS)},MATCH(A4,{results},0)),"")',
            TEXT,
        ),
    )
    formula = (
        "=IPS_STRESS(Current_weights,Universe_block,Scenarios[#All],Portfolio_value,"
        "Policy_Limits[#All])"
    )
    kinds = (TEXT, RATE, MONEY, MONEY, TEXT, COUNT)
    page.spill(0, "IPS_STRESS", formula, kinds, SCENARIOS)
    by_class = [
        Computed(
            f"=IF(COLUMNS($I7:{left}7)<COLUMNS(Scenarios[#Headers]),"
            f'INDEX(Scenarios[#Headers],COLUMNS($I7:{left}7)+1),"")',
            f'=IF(OR($A{{row}}="",{here}$7=""),"",SUMIF(Class_names,{here}$7,Class_weights)*'
            f"INDEX(Scenarios[#All],ROWS($I$7:$I{{above}})+1,COLUMNS($I7:{left}7)+1))",
            RATE,
        )
        for left, here in zip("IJKLMNOP", "JKLMNOPQ", strict=True)
    ]
    page.columns(
        7,
        "Second way: class weight times shock",
        (
            Computed("Return", '=IF($A{row}="","",SUM(J{row}:Q{row}))', RATE),
            Computed("Difference", '=IF(ISNUMBER(B{row}),B{row}-H{row},"")', RATE),
            *by_class,
        ),
        SCENARIOS,
    )
    page.sheet.set_column(0, 0, 24)


def _draw_drift(page: AnalysisSheet) -> None:
    arguments = "Holdings[#All],Policy_Classes[#All],$A$4:$B$4,Universe[#All]"
    drifts = page.cells(4, 1, CLASSES)
    page.settings(
        Setting("watch", _option(0), WEIGHT),
        Setting("flag", _option(1), WEIGHT),
        Setting("Status", f"=IPS_DRIFT_STATUS({arguments})", TEXT),
        Setting(
            "Largest drift", f'=IF(COUNT({drifts})>0,MAX(MAX({drifts}),-MIN({drifts})),"")', RATE
        ),
    )
    kinds = (TEXT, MONEY, *(WEIGHT,) * 6, TEXT, TEXT)
    page.spill(0, "IPS_DRIFT", f"=IPS_DRIFT({arguments})", kinds, CLASSES)
    page.columns(
        11,
        "Second way: from the asset weights",
        (
            Computed(
                "Drift",
                '=IF(ISNUMBER(C{row}),SUMIF(Class_names,A{row},Class_weights)-D{row},"")',
                WEIGHT,
            ),
            Computed(
                "Agrees",
                '=IF(ISNUMBER(L{row}),IF(ABS(L{row}-E{row})<=Tolerance,"PASS","Breach"),"")',
            ),
        ),
        CLASSES,
    )


def _draw_optimisation(page: AnalysisSheet) -> None:
    market = "Returns_block,Universe_block,Policy_Classes[#All]"
    weights = page.cells(2)
    page.settings(
        Setting("Objective", "=Objective", TEXT),
        Setting("Sum of weights", f"=SUM({weights})", WEIGHT),
        Setting(
            "Budget",
            f'=IF(COUNT({weights})>0,IF(ABS(B4-1)<=Tolerance,"PASS","Breach"),"")',
            TEXT,
        ),
    )
    formula = f"=IPS_OPTIMIZE({market},Objective,Policy_Limits[#All],Options_block)"
    shown = (TEXT, TEXT, WEIGHT, WEIGHT, WEIGHT, TEXT)
    page.spill(0, "IPS_OPTIMIZE", formula, shown)
    page.define("Optimal_weights", page.cells(0, len(shown), headed=True))
    page.columns(
        7,
        "Change",
        (
            Computed(
                "From current",
                '=IF(ISNUMBER(C{row}),C{row}-SUMIF(Held_tickers,A{row},Held_weights),"")',
                WEIGHT,
            ),
        ),
    )
    formula = f"=IPS_CANDIDATES({market},Policy_Limits[#All],Options_block)"
    figures = (RATE, RATE, NUMBER, RATE, RATE, WEIGHT, COUNT, NUMBER)
    kinds = (TEXT, *figures, ANY, TEXT, *(WEIGHT,) * TICKERS)
    page.spill(9, "IPS_CANDIDATES", formula, kinds, CLASSES)
    page.sheet.set_column(5, 5, 24)
    page.sheet.set_column(9, 9, 20)
    page.sheet.set_column(19, 19, 60)


def _draw_frontier(page: AnalysisSheet) -> None:
    returns = page.cells(0, 1, PERIODS)
    page.settings(
        Setting("Points", "=Frontier_points", COUNT),
        Setting("Least return", f'=IF(COUNT({returns})>0,MIN({returns}),"")', RATE),
        Setting("Most return", f'=IF(COUNT({returns})>0,MAX({returns}),"")', RATE),
    )
    formula = (
        "=IPS_FRONTIER(Returns_block,Universe_block,Policy_Classes[#All],Frontier_points,"
        "Policy_Limits[#All],Options_block)"
    )
    page.spill(0, "IPS_FRONTIER", formula, (RATE, RATE, NUMBER, *(WEIGHT,) * TICKERS), RULES)


def _draw_trades(page: AnalysisSheet) -> None:
    sides, notional, costs = page.cells(1), page.cells(4), page.cells(5)
    page.settings(
        Setting("Cash before", "=SUMIF(Holdings[Ticker],Cash_ticker,Holdings[Quantity])", MONEY),
        Setting("BUY", f"=SUMIF({sides},B3,{notional})", MONEY),
        Setting("SELL", f"=SUMIF({sides},C3,{notional})", MONEY),
        Setting("Costs", f"=SUM({costs})", MONEY),
        Setting("Cash after", "=A4-B4+C4-D4", MONEY),
    )
    formula = "=IPS_REBALANCE(Holdings[#All],Optimal_weights,Options_block,Universe_block)"
    kinds = (TEXT, TEXT, QUANTITY, PRICE, MONEY, MONEY, WEIGHT, WEIGHT, WEIGHT, TEXT)
    page.spill(0, "IPS_REBALANCE", formula, kinds)
    page.sheet.set_column(9, 9, 44)


SHEETS: tuple[tuple[str, Callable[[AnalysisSheet], None]], ...] = (
    (SETTINGS, _draw_settings),
    (UNIVERSE, _draw_universe),
    (RETURNS, _draw_returns),
    (ALLOCATION, _draw_allocation),
    (RISK, _draw_risk),
    (STRESS, _draw_stress),
    (DRIFT, _draw_drift),
    (OPTIMISATION, _draw_optimisation),
    (FRONTIER, _draw_frontier),
    (TRADES, _draw_trades),
)


def draw_analysis_sheets(book: xlsxwriter.Workbook, style: Style) -> None:
    """Add every analysis sheet, formulas not yet calculated."""
    for name, draw in SHEETS:
        draw(AnalysisSheet.add(book, style, name, ANALYSIS_HELP[name]))
