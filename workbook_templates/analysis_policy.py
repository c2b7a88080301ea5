"""Analysis sheets about the policy and the market: profiles, conflicts, estimates, views."""

from addin.domain.profile import PROFILES
from addin.domain.table import Kind
from workbook_templates.analysis_sheet import (
    ASSETS,
    RULES,
    TICKERS,
    AnalysisSheet,
    Computed,
    Setting,
    option,
)
from workbook_templates.sample_market import TICKERS as SAMPLE_TICKERS
from workbook_templates.sample_policy import META
from workbook_templates.style import BLUE, CHART_AXIS, CHART_VALUE_AXIS, GREY, plain_chart

TEXT, WEIGHT, RATE, NUMBER, ANY = Kind.TEXT, Kind.WEIGHT, Kind.RATE, Kind.NUMBER, Kind.ANY

PROFILE_ROWS = 20
SHOCKS = 180
PROFILE = next(str(value) for key, value in META if key == "profile")
VIEW_METHODS = ("idzorek", "he-litterman")
TAU = 0.05
DRAWN = len(SAMPLE_TICKERS)


def draw_policy(page: AnalysisSheet) -> None:
    """Named profiles side by side, and which rules of this policy contradict each other."""
    conflicts = page.cells(14, 1, RULES)
    page.settings(
        Setting("horizon_years", option(0), NUMBER),
        Setting("Profile", PROFILE, TEXT, "Profile_name", PROFILES),
        Setting("Rules in conflict", f"=SUMPRODUCT(({conflicts}=TRUE)*1)", Kind.COUNT),
    )
    kinds = (TEXT, TEXT, *(WEIGHT,) * len(PROFILES))
    page.spill(0, "IPS_PROFILES", "=IPS_PROFILES($A$4)", kinds, PROFILE_ROWS)
    page.spill(
        8, "IPS_PROFILE", "=IPS_PROFILE($B$4,$A$4)", (TEXT, WEIGHT, WEIGHT, WEIGHT), PROFILE_ROWS
    )
    diagnosed = "Universe_block,Policy_Classes[#All],Policy_Limits[#All],Returns_block"
    kinds = (TEXT, ANY, RATE, TEXT)
    page.spill(13, "IPS_DIAGNOSE", f"=IPS_DIAGNOSE({diagnosed})", kinds, RULES)
    page.sheet.set_column(13, 13, 26)
    page.sheet.set_column(16, 16, 60)


def draw_estimates(page: AnalysisSheet) -> None:
    """Expected returns, covariance and correlation, as the optimiser sees them."""
    page.settings(
        Setting("expected_returns", option(0), TEXT),
        Setting("covariance", option(1), TEXT),
    )
    width = TICKERS + 1
    formula = "=IPS_EXPECTED_RETURNS(Returns_block,$A$4,Options_block)"
    page.spill(0, "IPS_EXPECTED_RETURNS", formula, (TEXT, RATE, TEXT), ASSETS)
    kinds = (TEXT, *(NUMBER,) * TICKERS)
    formula = "=IPS_CORRELATION(Returns_block,$B$4)"
    page.spill(4, "IPS_CORRELATION", formula, kinds, ASSETS)
    formula = "=IPS_COVARIANCE(Returns_block,$B$4)"
    kinds = (TEXT, *(ANY,) * TICKERS)
    page.spill(5 + width, "IPS_COVARIANCE, annual", formula, kinds, ASSETS)
    page.define("Covariance_block", page.cells(5 + width, width, headed=True))


def draw_views(page: AnalysisSheet) -> None:
    """Expected returns before and after the views, and weights by budgets of risk."""
    moved = page.cells(6)
    page.settings(
        Setting("Method", VIEW_METHODS[0], TEXT, "View_method", VIEW_METHODS),
        Setting("Tau", TAU, NUMBER, "View_tau"),
        Setting("risk_aversion", option(2), NUMBER),
        Setting("risk_free", option(3), RATE),
        Setting(
            "Largest change", f'=IF(COUNT({moved})>0,MAX(MAX({moved}),-MIN({moved})),"")', RATE
        ),
        Setting("Options", '="method="&A4&";tau="&B4&";risk_aversion="&C4&";risk_free="&D4', TEXT),
    )
    formula = "=IPS_BLACK_LITTERMAN(Covariance_block,Policy_Benchmark[#All],Views[#All],$F$4)"
    kinds = (TEXT, RATE, RATE, WEIGHT, WEIGHT, TEXT)
    page.spill(0, "IPS_BLACK_LITTERMAN", formula, kinds)
    page.columns(
        6,
        "Views add",
        (Computed("Change", '=IF(ISNUMBER(C{row}),C{row}-B{row},"")', RATE),),
    )
    formula = "=IPS_RISK_BUDGET(Covariance_block,,Universe_block,Policy_Classes[#All])"
    page.spill(8, "IPS_RISK_BUDGET: equal", formula, (TEXT, WEIGHT, WEIGHT))
    page.sheet.set_column(5, 5, 40)
    _draw_prior_and_posterior(page)


def _draw_prior_and_posterior(page: AnalysisSheet) -> None:
    chart = page.book.add_chart({"type": "bar"})
    for column, name, colour in ((1, "Equilibrium", GREY), (2, "Posterior", BLUE)):
        chart.add_series(
            {
                "name": name,
                "categories": f"={page.cells(0, 1, DRAWN)}",
                "values": f"={page.cells(column, 1, DRAWN)}",
                "fill": {"color": colour},
                "gap": 60,
            }
        )
    plain_chart(chart, "Expected return before and after the views")
    chart.set_x_axis({**CHART_VALUE_AXIS, "num_format": "0%"})
    chart.set_y_axis({**CHART_AXIS, "reverse": True, "label_position": "low"})
    chart.set_size({"width": 560, "height": 520})
    words = "Bars of expected return before and after the views"
    page.sheet.insert_chart("M7", chart, {"description": words})


def draw_explain(page: AnalysisSheet) -> None:
    """What rules cost at the best portfolio, what moves it, and how sure its weights are."""
    task = (
        "Returns_block,Universe_block,Policy_Classes[#All],Objective,Policy_Limits[#All],"
        "Options_block"
    )
    page.settings(Setting("Objective", "=Objective", TEXT))
    prices, moves = (TEXT, ANY, ANY, ANY, TEXT), (TEXT, TEXT, WEIGHT, ANY, TEXT)
    page.spill(0, "IPS_SHADOW_PRICES", f"=IPS_SHADOW_PRICES({task})", prices, RULES)
    page.spill(6, "IPS_SENSITIVITY", f"=IPS_SENSITIVITY({task})", moves, SHOCKS)
    ranges = (TEXT, *(WEIGHT,) * 5)
    page.spill(12, "IPS_WEIGHT_RANGES", f"=IPS_WEIGHT_RANGES({task})", ranges)
    for column, width in ((0, 26), (2, 19), (3, 14), (4, 60), (6, 30), (9, 19), (10, 50)):
        page.sheet.set_column(column, column, width)
