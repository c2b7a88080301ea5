"""The look of every sheet: one palette, one type family, one number dictionary.

Each accent has one meaning (blue data, orange watch, red breach, green inside) and always stands
beside a word or a sign. Chart colours are those of Okabe and Ito, told apart by everyone.
"""

from dataclasses import dataclass, field
from typing import Any

import xlsxwriter
from xlsxwriter.chart import Chart
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from addin.domain.table import Kind
from addin.excel.layout import NUMBER_FORMATS

INK, MUTED, RULE, PAPER = "#1F2937", "#6B7280", "#D1D5DB", "#F8FAFC"
BLUE, ORANGE, GREEN, RED, SKY, GREY = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#B42318",
    "#56B4E9",
    "#CBD5E1",
)
INPUT_INK, INPUT_FILL = "#0000FF", "#FFFBEB"  # blue figures on a light fill are typed, not computed
GRID_LINE = "#E5E7EB"
FONT = "Calibri"
A4 = 9  # of xlsxwriter's paper sizes
INPUT_TAB, ANALYSIS_TAB, REPORT_TAB = BLUE, GREY, INK
BODY_SIZE, SMALL_SIZE = 10, 9

BODY = {"font_name": FONT, "font_size": BODY_SIZE, "font_color": INK, "valign": "vcenter"}
SMALL = {"font_size": SMALL_SIZE, "font_color": MUTED}
TABLE_STYLE = "Table Style Light 1"
LEFT_ALIGNED = (Kind.TEXT, Kind.ANY, Kind.FLAG)
STATUS_COLOURS = {
    "Inside": GREEN,
    "Normal": GREEN,
    "Stable": GREEN,
    "PASS": GREEN,
    "Watch": ORANGE,
    "Elevated": ORANGE,
    "Breach": RED,
    "Rebalance": RED,
    "High": RED,
}

# Arguments of xlsxwriter's chart methods; merge with {**CHART_AXIS, ...}.
CHART_FONT = {"name": FONT, "size": SMALL_SIZE, "color": MUTED}
LABEL_FONT = {"name": FONT, "size": SMALL_SIZE, "bold": True, "color": INK}
CHART_AXIS: dict[str, Any] = {
    "num_font": CHART_FONT,
    "name_font": {**CHART_FONT, "bold": False},
    "line": {"color": RULE},
    "major_tick_mark": "none",
    "minor_tick_mark": "none",
}
CHART_GRID = {"visible": True, "line": {"color": GRID_LINE, "width": 0.75}}
CHART_VALUE_AXIS: dict[str, Any] = {
    **CHART_AXIS,
    "line": {"none": True},
    "major_gridlines": CHART_GRID,
}
CHART_LEGEND: dict[str, Any] = {"position": "bottom", "font": CHART_FONT}
NO_BORDER = {"border": {"none": True}}


def chart_title(name: str) -> dict[str, Any]:
    """Title of a chart: a text, or ``=Summary!$B$30`` to follow a cell."""
    return {
        "name": name,
        "name_font": {"name": FONT, "size": 11, "bold": True, "color": INK},
        "overlay": False,
        "layout": {"x": 0.02, "y": 0.02},
    }


def plain_chart(chart: Chart, name: str) -> Chart:
    """The chart with our title and legend and no frame; axes are the caller's."""
    chart.set_title(chart_title(name))
    chart.set_legend(CHART_LEGEND)
    chart.set_chartarea(NO_BORDER)
    return chart


def page(sheet: Worksheet, name: str) -> None:
    """Ready to print: landscape, one page wide, numbered; no grid lines."""
    sheet.hide_gridlines(2)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.4, 0.4, 0.45, 0.55)
    grey = "&8&K" + MUTED.removeprefix("#")
    sheet.set_footer(f"&L{grey}{name}&C{grey}Not investment advice&R{grey}Page &P of &N")


@dataclass(frozen=True)
class Style:
    """Formats of one workbook, each made once."""

    book: xlsxwriter.Workbook
    _made: dict[tuple[tuple[str, Any], ...], Format] = field(
        default_factory=dict, repr=False, compare=False
    )

    def format(self, **properties: Any) -> Format:
        """Body text with these xlsxwriter properties besides."""
        merged = {**BODY, **properties}
        key = tuple(sorted(merged.items()))
        if key not in self._made:
            self._made[key] = self.book.add_format(merged)
        return self._made[key]

    def value(self, kind: Kind, **properties: Any) -> Format:
        """A computed value: words left, figures right, the number format of its kind."""
        align = "left" if kind in LEFT_ALIGNED else "right"
        return self.format(**{"num_format": NUMBER_FORMATS[kind], "align": align, **properties})

    def input(self, kind: Kind, **properties: Any) -> Format:
        """A value the analyst types: blue on a light fill."""
        typed = {"font_color": INPUT_INK, "bg_color": INPUT_FILL, "locked": False}
        return self.value(kind, **{**typed, **properties})

    @property
    def title(self) -> Format:
        """Name of a sheet."""
        return self.format(font_size=18, bold=True)

    @property
    def heading(self) -> Format:
        """Name of a block, ruled below."""
        return self.format(font_size=11, bold=True, bottom=1, bottom_color=INK)

    @property
    def note(self) -> Format:
        """A line of help or a source."""
        return self.format(**SMALL)

    def column_head(self, kind: Kind = Kind.TEXT, **properties: Any) -> Format:
        """Heading of a column, aligned as the values below it."""
        align = "left" if kind in LEFT_ALIGNED else "right"
        ruled = {"bold": True, "bottom": 1, "bottom_color": INK, "text_wrap": True, "align": align}
        return self.format(**{**ruled, **properties})

    @property
    def link(self) -> Format:
        """A link to another sheet."""
        return self.format(font_color=BLUE, underline=1)
