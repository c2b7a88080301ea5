"""Analysis sheets with results: risk, stress, drift, optimal weights, frontier, trades."""

from addin.domain.table import Kind
from addin.excel.layout import NUMBER_FORMATS
from workbook_templates.analysis_sheet import (
    CLASSES,
    FIRST_ROW,
    HEADER_ROW,
    PERIODS,
    RULES,
    SCENARIOS,
    TICKERS,
    AnalysisSheet,
    Computed,
    Setting,
    option,
)
from workbook_templates.style import SMALL

TEXT, WEIGHT, RATE, MONEY, PRICE = Kind.TEXT, Kind.WEIGHT, Kind.RATE, Kind.MONEY, Kind.PRICE
NUMBER, COUNT, DATE, ANY, QUANTITY = Kind.NUMBER, Kind.COUNT, Kind.DATE, Kind.ANY, Kind.QUANTITY

RATIOS = ("sharpe", "sortino", "information ratio", "beta")
SHOCKED = ("J", "K", "L", "M", "N", "O")  # columns with the shocks of the scenarios


def _show_ratios(page: AnalysisSheet) -> None:
    """Metrics that are no percentages, with two decimals."""
    is_ratio = ",".join(f'$A8="{name}"' for name in RATIOS)
    look = page.book.add_format({"num_format": NUMBER_FORMATS[NUMBER]})
    rule = {"type": "formula", "criteria": f"=OR({is_ratio})", "format": look}
    page.sheet.conditional_format(FIRST_ROW, 1, HEADER_ROW + CLASSES, 2, rule)


def draw_risk(page: AnalysisSheet) -> None:
    """Metrics, contributions to volatility and drawdown of what is held."""
    track = "Returns_block,Current_weights"
    benchmark = "Policy_Benchmark[#All]"
    page.settings(
        Setting("confidence", option(0), WEIGHT),
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
    _show_ratios(page)
    contributions = f"=IPS_RISK_CONTRIBUTION({track})"
    page.spill(4, "IPS_RISK_CONTRIBUTION", contributions, (TEXT, WEIGHT, RATE, RATE, WEIGHT))
    page.spill(10, "IPS_DRAWDOWN", f"=IPS_DRAWDOWN({track})", (DATE, NUMBER, RATE), PERIODS)
    page.sheet.set_column(0, 7, 17)


def _class_weights(page: AnalysisSheet) -> None:
    """Weight of the class that each column of the scenarios is about; 0 for a ticker."""
    for column in SHOCKED:
        number = f"COLUMNS($I$1:{column}$1)"
        heading = (
            f'=IF({number}<=COLUMNS(Scenarios[#Headers]),INDEX(Scenarios[#Headers],{number}),"")'
        )
        weight = f'=IF({column}3="","",SUMIF(Class_names,{column}3,Class_weights))'
        page.sheet.write_formula(f"{column}3", heading, page.style.format(**SMALL), "")
        look = page.style.value(WEIGHT, align="left", bold=True)
        page.sheet.write_formula(f"{column}4", weight, look, "")


def draw_stress(page: AnalysisSheet) -> None:
    """Every scenario, by function and by class weights."""
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
    _class_weights(page)
    by_class = [
        Computed(
            f"={column}3",
            f'=IF(OR($A{{row}}="",{column}$3=""),"",'
            f"{column}$4*INDEX(Scenarios[#All],ROWS($J$7:$J{{above}})+1,COLUMNS($I$1:{column}$1)))",
            RATE,
        )
        for column in SHOCKED
    ]
    total = f"{SHOCKED[0]}{{row}}:{SHOCKED[-1]}{{row}}"
    page.columns(
        7,
        "Second way: class weights times shocks",
        (
            Computed(
                "Return",
                f'=IF($A{{row}}="","",SUM({total}))',
                RATE,
            ),
            Computed("Difference", '=IF(ISNUMBER(B{row}),B{row}-H{row},"")', RATE),
            *by_class,
        ),
        SCENARIOS,
    )
    page.sheet.set_column(0, 0, 24)


def draw_drift(page: AnalysisSheet) -> None:
    """Drift of each class, by function and from the asset weights."""
    arguments = "Holdings[#All],Policy_Classes[#All],$A$4:$B$4,Universe[#All]"
    drifts = page.cells(4, 1, CLASSES)
    page.settings(
        Setting("watch", option(0), WEIGHT),
        Setting("flag", option(1), WEIGHT),
        Setting("Status", f"=IPS_DRIFT_STATUS({arguments})", TEXT),
        Setting(
            "Largest drift", f'=IF(COUNT({drifts})>0,MAX(MAX({drifts}),-MIN({drifts})),"")', RATE
        ),
    )
    kinds = (TEXT, MONEY, *(WEIGHT,) * 6, TEXT, TEXT)
    page.spill(0, "IPS_DRIFT", f"=IPS_DRIFT({arguments})", kinds, CLASSES)
    page.colour_statuses(8, CLASSES)
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


def draw_optimisation(page: AnalysisSheet) -> None:
    """Optimal weights, and portfolios to choose from."""
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
    shown = (TEXT, TEXT, WEIGHT, WEIGHT, WEIGHT, TEXT, TEXT)
    page.spill(0, "IPS_OPTIMIZE", formula, shown)
    page.define("Optimal_weights", page.cells(0, len(shown), headed=True))
    page.columns(
        8,
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
    page.spill(10, "IPS_CANDIDATES", formula, kinds, CLASSES)
    page.sheet.set_column(5, 5, 24)
    page.sheet.set_column(10, 10, 20)
    page.sheet.set_column(20, 20, 60)


def draw_frontier(page: AnalysisSheet) -> None:
    """The efficient frontier inside the policy."""
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


def draw_trades(page: AnalysisSheet) -> None:
    """Orders from what is held to the optimal weights, and the cash they leave."""
    sides, notional, costs = page.cells(1), page.cells(4), page.cells(5)
    page.settings(
        Setting("Cash before", "=SUMIF(Holdings[Ticker],Cash_ticker,Holdings[Quantity])", MONEY),
        # SUMIF does not find text in an array that an add-in returned to LibreOffice
        Setting("BUY", f'=SUMPRODUCT(({sides}&""=B3)*{notional})', MONEY),
        Setting("SELL", f'=SUMPRODUCT(({sides}&""=C3)*{notional})', MONEY),
        Setting("Costs", f"=SUM({costs})", MONEY),
        Setting("Cash after", "=A4-B4+C4-D4", MONEY),
    )
    formula = "=IPS_REBALANCE(Holdings[#All],Optimal_weights,Options_block,Universe_block)"
    kinds = (TEXT, TEXT, QUANTITY, PRICE, MONEY, MONEY, WEIGHT, WEIGHT, WEIGHT, TEXT)
    page.spill(0, "IPS_REBALANCE", formula, kinds)
    page.sheet.set_column(9, 9, 44)
