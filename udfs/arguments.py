"""Arguments that several functions share, each with its help."""

from typing import Annotated

from addin.excel.grid import Cells
from addin.excel.udf import cells

Prices = Annotated[
    Cells,
    cells("Prices: heading row Date, ticker, ticker …; one row per date. A blank is no price."),
]
Returns = Annotated[
    Cells,
    cells("Returns: heading row Date, ticker, ticker …; one row per date, decimals per period."),
]
Market = Annotated[
    Cells,
    cells(
        "Returns: heading row Date, ticker, ticker …; or a labelled annual covariance matrix, "
        "expected returns then coming from the universe."
    ),
]
Weights = Annotated[
    Cells, cells("Weights: two columns (or rows), ticker and decimal, adding up to 1.")
]
Benchmark = Annotated[
    Cells, cells("Benchmark weights: two columns, ticker and decimal, adding up to 1.")
]
Universe = Annotated[
    Cells,
    cells(
        "Universe: headings Ticker, Asset class; optional Min, Max, Expected return, Benchmark "
        "weight, Current weight and any column that a limit uses."
    ),
]
Classes = Annotated[
    Cells, cells("Asset classes: headings Asset class, Min, Target, Max; Target may be blank.")
]
Limits = Annotated[
    Cells,
    cells(
        "Limits: headings Rule, Selector, Operator, Value (optional Severity, Note), for example "
        "weight, SPY, >=, 0.10."
    ),
]
Holdings = Annotated[
    Cells,
    cells("Holdings: headings Ticker, Quantity, Price or Ticker, Market value; cash is CASH."),
]
Targets = Annotated[
    Cells, cells("Target weights: two columns, ticker or asset class and decimal, adding up to 1.")
]
Bands = Annotated[
    Cells,
    cells(
        "Blank (3 and 5 percentage points), two numbers watch and flag, or headings Asset, Lower, "
        "Upper."
    ),
]
Options = Annotated[
    Cells,
    cells("Options: two columns, key and value, or text such as risk_free=2%; confidence=0.99."),
]
Confidence = Annotated[Cells, cells("Confidence of VaR and CVaR between 0 and 1; default 0.95.")]
TailMethod = Annotated[Cells, cells("historical (default) or gaussian.")]
Horizon = Annotated[Cells, cells("Rows of the returns the loss is over; default 1.")]
