"""Analysis sheets that prepare the inputs: settings, universe, returns, what is held."""

from xlsxwriter.utility import xl_col_to_name

from addin.domain.holdings import CASH
from addin.domain.table import Kind
from workbook_templates.analysis_sheet import (
    CLASSES,
    OPTIONS,
    PERIODS,
    RULES,
    TICKERS,
    AnalysisSheet,
    Computed,
    Setting,
    option,
)
from workbook_templates.sample_policy import CASH_CLASS
from workbook_templates.style import SMALL

TEXT, WEIGHT, RATE, MONEY, PRICE = Kind.TEXT, Kind.WEIGHT, Kind.RATE, Kind.MONEY, Kind.PRICE
NUMBER, COUNT, DATE, ANY, QUANTITY = Kind.NUMBER, Kind.COUNT, Kind.DATE, Kind.ANY, Kind.QUANTITY


OBJECTIVES = (
    "max utility",
    "min volatility",
    "max sharpe",
    "max return",
    "min tracking error",
    "min cvar",
    "min drawdown",
    "risk parity",
    "max diversification",
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
UNIVERSE_COLUMNS = 12


def _of_tables(column: str) -> str:
    """One column of all key/value tables, one below the other."""
    formula = '""'
    for table, end in zip(reversed(KEY_VALUE_TABLES), range(12, 7, -1), strict=True):
        before = "" if end == 8 else f"-$F${end - 1}"
        found = f"INDEX({table}[{column}],$C{{row}}{before})"
        formula = f'IF($C{{row}}<=$F${end},IF({found}="","",{found}),{formula})'
    return f"={formula}"


def draw_settings(page: AnalysisSheet) -> None:
    """Typed settings of the analysis, and all options of the policy in one block."""
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
    page.sheet.set_column(0, 4, 19)


def _of_universe(column: str) -> Computed:
    """A column of the table, whose number stands above it; a blank cell stays blank."""
    found = f"INDEX(Universe[#All],$D{{row}},{column}$5)"
    kinds = {"H": WEIGHT, "I": WEIGHT}
    return Computed(
        f'=IF({column}$5<=COLUMNS(Universe[#All]),INDEX(Universe[#All],1,{column}$5),"")',
        f'=IF(OR($D{{row}}="",{column}$7=""),"",IF({found}="","",{found}))',
        kinds.get(column, ANY),
    )


def draw_universe(page: AnalysisSheet) -> None:
    """The universe with benchmark weight, current weight and last price."""
    page.columns(
        0,
        "From other inputs",
        (
            Computed(
                "Benchmark weight",
                '=IF($E{row}="","",'
                "SUMIF(Policy_Benchmark[Ticker],$E{row},Policy_Benchmark[Weight]))",
                WEIGHT,
            ),
            Computed(
                "Current weight",
                '=IF($E{row}="","",SUMIF(Held_tickers,$E{row},Held_weights)/Invested)',
                RATE,
            ),
            Computed(
                "Price",
                '=IF($E{row}="","",IFERROR(INDEX(Prices[#All],ROWS(Prices[#All]),'
                'MATCH($E{row},Prices[#Headers],0)),""))',
                PRICE,
            ),
            Computed(
                "Row", '=IF(ROWS(D$7:D{above})<ROWS(Universe[#All]),ROWS(D$7:D{above})+1,"")', COUNT
            ),
        ),
    )
    page.settings(
        Setting(
            "Invested, no cash",
            "=1-SUMIF(Held_tickers,Cash_ticker,Held_weights)",
            WEIGHT,
            "Invested",
        ),
        Setting("Sum of current", f"=SUM({page.cells(1)})", WEIGHT),
    )
    columns = [xl_col_to_name(4 + i) for i in range(UNIVERSE_COLUMNS)]
    for column in columns:
        number = f"=COLUMNS($E$1:{column}$1)"
        page.sheet.write_formula(f"{column}5", number, page.style.format(**SMALL), 0)
    page.columns(4, "Universe", [_of_universe(column) for column in columns])
    page.define("Universe_block", page.cells(0, 4 + UNIVERSE_COLUMNS, headed=True))
    page.sheet.set_column(0, 3, 15)
    page.sheet.set_column(5, 5, 28)


def draw_returns(page: AnalysisSheet) -> None:
    """Returns at the frequency of the policy."""
    dates = page.cells(0, 1, PERIODS)
    page.settings(
        Setting("frequency", option(0), TEXT),
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
        found = f"INDEX(Policy_Classes[{heading}],ROWS(I$7:I{{above}}))"
        return f'=IF(I{{row}}="","",IF({found}="","",{found}))'

    return (
        Computed(
            "Asset class",
            "=IF(ROWS(I$7:I{above})<=ROWS(Policy_Classes[Asset class]),"
            'INDEX(Policy_Classes[Asset class],ROWS(I$7:I{above})),"")',
        ),
        Computed(
            "Actual",
            '=IF(I{row}="","",SUMIF(Held_classes,I{row},Held_weights)'
            "+SUMIF(Held_parents,I{row},Held_weights)+SUMIF(Held_tops,I{row},Held_weights))",
            WEIGHT,
        ),
        Computed("Target", of_policy("Target"), WEIGHT),
        Computed("Min", of_policy("Min"), WEIGHT),
        Computed("Max", of_policy("Max"), WEIGHT),
        Computed("Drift", '=IF(ISNUMBER(K{row}),J{row}-K{row},"")', WEIGHT),
    )


def _parent_columns() -> tuple[Computed, ...]:
    """The classes above that of each asset, so that a class counts what is held below it."""

    def above(cell: str) -> str:
        found = f"MATCH({cell},Policy_Classes[Asset class],0)"
        return f'=IF({cell}="","",IFERROR(INDEX(Policy_Classes[Parent],{found})&"",""))'

    return Computed("Parent class", above("D{row}")), Computed("Class above", above("X{row}"))


def draw_allocation(page: AnalysisSheet) -> None:
    """What is held by asset and class, and every rule against it."""
    held = (("Held_tickers", 0), ("Held_weights", 1), ("Held_classes", 3))
    for name, column in (*held, ("Held_parents", 23), ("Held_tops", 24)):
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
    page.colour_statuses(19, RULES)
    page.columns(23, "Classes above", _parent_columns())
    page.sheet.set_column(15, 15, 22)
    page.sheet.set_column(21, 21, 44)
